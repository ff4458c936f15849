#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the first part must show and takes longer than a test may: counts on a real node, flat memory, CPU per request.

10,000 inserts in flight at once and 1,000,000 rows streamed from a real Cassandra, without an error and with flat
memory; then the benchmark against the canned server with its bounds. Exit code 1 when something is missed.
"""

import json
import os
import pathlib
import subprocess
import sys
import time

import local_node

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMAND = ROOT / "build" / "release" / "async-cassandra"
PORT = 19142
ROWS = 1_000_000
FLAT_MIB = 10


def resident_mib(pid):
    try:
        pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def bench(node, *arguments):
    """Runs the command and returns its report and the resident memory over time, in MiB."""
    address, port = node
    process = subprocess.Popen(
        [COMMAND, "bench", *arguments, "--json", "--contact-point", address, "--port", str(port)],
        stdout=subprocess.PIPE, text=True,
    )
    memory = []
    while process.poll() is None:
        now = resident_mib(process.pid)
        if now:
            memory.append(now)
        time.sleep(0.01)
    output = process.stdout.read()
    if process.returncode != 0:
        sys.exit(f"async-cassandra bench {' '.join(arguments)} ended with {process.returncode}\n{output}")
    return json.loads(output), memory


def growth(memory):
    """Resident memory at the end above that after the first tenth of the time."""
    return memory[-1] - memory[len(memory) // 10]


def verdict(fine, text):
    print(f"{'ok    ' if fine else 'MISSED'}  {text}", flush=True)
    return fine


def on_a_real_node(protocol):
    fine = True
    with local_node.local_node("show-1", PORT) as node:
        version = ["--protocol", str(protocol)]
        report, _ = bench(node, "--op", "insert", "--in-flight", "10000", "--requests", "10000", *version)
        fine &= verdict(
            report["errors"] == 0,
            f"v{protocol}: 10,000 inserts in flight at once: {report['errors']} errors, "
            f"{report['requests_per_second']:,.0f} a second, {report['peak_rss_mib']:.0f} MiB at most",
        )
        bench(node, "--op", "stream", "--rows", str(ROWS), "--requests", "1", "--in-flight", "1", *version)
        report, memory = bench(
            node, "--op", "stream", "--rows", str(ROWS), "--requests", "1", "--in-flight", "1", "--no-setup", *version
        )
        fine &= verdict(
            report["errors"] == 0 and report["rows"] == ROWS,
            f"v{protocol}: {report['rows']:,} rows streamed: {report['errors']} errors, "
            f"{report['rows_per_second']:,.0f} a second",
        )
        fine &= verdict(
            growth(memory) <= FLAT_MIB,
            f"v{protocol}: resident memory {memory[len(memory) // 10]:.1f} MiB after the first tenth, "
            f"{memory[-1]:.1f} MiB at the end, {report['peak_rss_mib']:.1f} MiB at most",
        )
    return fine


def main():
    fine = all([on_a_real_node(5), on_a_real_node(4)])
    print("CPU per request beside the bare socket, canned server:", flush=True)
    bounds = subprocess.run([ROOT / "bench" / "run", "--check"]).returncode == 0
    return 0 if verdict(bounds, "bounds of the benchmark") and fine else 1


if __name__ == "__main__":
    sys.exit(main())
