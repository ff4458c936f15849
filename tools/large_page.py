#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One page of 200 MB, as 20 rows of 10 MB and as 200,000 rows of 1 kB, through execute_page and through a stream.

The node that sends it, a second node for small requests on the same loop, and the client are processes of their own.
Prints each figure beside its bound: peak memory of the client, the loop's longest turn, the 99th percentile of requests
on another connection; a request behind the page on the same connection waits for it. Exit code 1 when something is missed.
"""

import contextlib
import json
import subprocess
import sys

import verdicts
from verdicts import LOOSE, Missed, verdict

MOST_MEMORY = 2.5
LONGEST_TURN_MS = 5
# What stands behind a page waits for its last byte; while the cells of the page are looked through, it may come first.
WAITS = 0.8
OTHERS_P99_MS = 50
LONG, SHORT = 200_000_000, 20_000_000


@contextlib.contextmanager
def node(program, rows, row_bytes):
    """The address of a node with such a page, which runs until the end."""
    command = [program, str(rows), str(row_bytes)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            address = process.stdout.readline().strip()
            if not address:
                raise Missed(f"{program} did not start")
            yield address
        finally:
            process.stdin.close()


def fetch(build, protocol, rows, row_bytes, how):
    """What the client reports of one page."""
    programs = build / "tests" / "large_page"
    program = programs / "large_page_node"
    with node(program, rows, row_bytes) as large, node(program, 0, 0) as small:
        run = subprocess.run(
            [programs / "large_page_client", large, small, str(protocol), str(rows), str(row_bytes), how],
            capture_output=True, text=True,
        )
    if run.returncode != 0:
        raise Missed(f"large_page_client ended with {run.returncode}: {run.stderr.strip()}")
    return json.loads(run.stdout)


def judge(name, report, short):
    page_mib = report["page_bytes"] / 2**20
    times = report["peak_mib"] / page_mib
    others_bound = OTHERS_P99_MS * (LOOSE if short else 1)
    fine = verdict(
        times <= MOST_MEMORY,
        f"{name}: page of {page_mib:.1f} MiB, {report['peak_mib']:.1f} MiB of memory at most "
        f"({report['peak_before_mib']:.1f} before): {times:.2f} x, bound {MOST_MEMORY} x",
    )
    fine &= verdict(
        report["longest_turn_ms"] <= LONGEST_TURN_MS,
        f"{name}: the loop's longest turn {report['longest_turn_ms']:.2f} ms of CPU, bound {LONGEST_TURN_MS} ms",
    )
    fine &= verdict(
        report["others"] > 0 and report["others_p99_ms"] <= others_bound,
        f"{name}: {report['others']} requests on another connection, p99 {report['others_p99_ms']:.1f} ms, "
        f"bound {others_bound} ms (longest {report['others_max_ms']:.1f} ms)",
    )
    fine &= verdict(
        report["behind_ms"] >= WAITS * report["transfer_ms"],
        f"{name}: the page took {report['transfer_ms']:.0f} ms, a request behind it on its connection "
        f"{report['behind_ms']:.0f} ms",
    )
    return fine


def show(build, short):
    """True when every bound is kept."""
    total = SHORT if short else LONG
    fine = True
    for protocol in (5, 4):
        for row_bytes in (10_000_000, 1000):
            for how in ("page", "stream"):
                name = f"v{protocol}, rows of {row_bytes:,} B, {how}"
                fine &= judge(name, fetch(build, protocol, total // row_bytes, row_bytes, how), short)
    return fine


def main():
    parser = verdicts.build_dir_parser(__doc__)
    parser.add_argument("--short", action="store_true", help="a tenth of the size, with time bounds for a busy machine")
    options = parser.parse_args()
    return verdicts.exit_code(lambda: show(options.build_dir.resolve(), options.short))


if __name__ == "__main__":
    sys.exit(main())
