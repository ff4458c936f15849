#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The long demonstration of one node: counts on a real node, flat memory, CPU per request.

Inserts with 10,000 in flight at once and 1,000,000 rows streamed from a real Cassandra, without an error and with flat
memory, on protocol v5 and v4; then the benchmark against the canned server with its bounds. Exit code 1 when something
is missed.
"""

import json
import os
import pathlib
import subprocess
import sys
import time

import local_node
import verdicts
from verdicts import Missed, verdict

PORT = 19142
IN_FLIGHT = 10_000
INSERTS = 200_000
ROWS = 1_000_000
# Resident memory at the end at most this much above that after the first tenth of the work.
FLAT_MIB = 10


class Client:
    """The command, measuring one node."""

    def __init__(self, program, address, port):
        self.start = [program, "bench", "--json", "--contact-point", address, "--port", str(port)]

    def bench(self, *arguments):
        """Runs it; its report, with the most resident memory seen from outside as `seen_mib`."""
        process = subprocess.Popen([*self.start, *arguments], stdout=subprocess.PIPE, text=True)
        most = 0.0
        while process.poll() is None:
            most = max(most, resident_mib(process.pid))
            time.sleep(0.01)
        output = process.stdout.read()
        process.stdout.close()
        if process.returncode != 0:
            raise Missed(f"async-cassandra bench {' '.join(arguments)} ended with {process.returncode}\n{output}")
        return json.loads(output) | {"seen_mib": most}


def resident_mib(pid):
    """0 when the process has just ended."""
    try:
        pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def memory_is_flat(name, report):
    tenth, end = report["rss_mib_at_tenth"], report["rss_mib"]
    return verdict(
        end <= tenth + FLAT_MIB,
        f"{name}: {tenth:.1f} MiB after the first tenth, {end:.1f} MiB at the end, "
        f"bound {tenth + FLAT_MIB:.1f} MiB; {report['seen_mib']:.1f} MiB at most",
    )


def many_inserts(client, protocol):
    report = client.bench(
        "--op", "insert", "--in-flight", str(IN_FLIGHT), "--requests", str(INSERTS), "--protocol", str(protocol)
    )
    latency = report["latency_us"]
    fine = verdict(
        report["errors"] == 0 and report["requests"] == INSERTS,
        f"v{protocol}: {report['requests']:,} inserts, {report['in_flight']:,} in flight at once: "
        f"{report['errors']} errors, {report['requests_per_second']:,.0f} a second, "
        f"{report['cpu_us_per_request']:.2f} us CPU each, "
        f"p50 {latency['p50'] / 1000:.0f} ms, p99 {latency['p99'] / 1000:.0f} ms",
    )
    return memory_is_flat(f"v{protocol}: memory while inserting", report) and fine


def many_rows(client, protocol):
    report = client.bench(
        "--op", "stream", "--rows", str(ROWS), "--requests", "1", "--no-setup", "--protocol", str(protocol)
    )
    fine = verdict(
        report["errors"] == 0 and report["rows"] == ROWS,
        f"v{protocol}: {report['rows']:,} rows streamed in {report['requests']:,} pages: {report['errors']} errors, "
        f"{report['rows_per_second']:,.0f} a second, {report['cpu_us_per_row']:.3f} us CPU each, "
        f"checksum {report['checksum']}",
    )
    return memory_is_flat(f"v{protocol}: memory while streaming", report) and fine, report["checksum"]


def on_a_real_node(program):
    fine = True
    checksums = set()
    with local_node.local_node("show-1", PORT) as (address, port):
        client = Client(program, address, port)
        print(f"loading {ROWS:,} rows …", flush=True)
        client.bench("--op", "stream", "--rows", str(ROWS), "--requests", "1")
        for protocol in (5, 4):
            fine &= many_inserts(client, protocol)
            streamed, checksum = many_rows(client, protocol)
            fine &= streamed
            checksums.add(checksum)
    return verdict(len(checksums) == 1, "both versions gave the same rows") and fine


def beside_the_bare_socket(build):
    print("CPU per request beside the bare socket, canned server:", flush=True)
    bounds = subprocess.run([verdicts.ROOT / "bench" / "run", "--check", "--build-dir", build]).returncode == 0
    return verdict(bounds, "bounds of the benchmark")


def main():
    build = verdicts.build_dir_parser(__doc__).parse_args().build_dir.resolve()
    return verdicts.exit_code(lambda: on_a_real_node(build / "async-cassandra"), lambda: beside_the_bare_socket(build))


if __name__ == "__main__":
    sys.exit(main())
