#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fuzzes every target for a bounded number of inputs, and says how many there were.

What libFuzzer finds new goes to build/fuzz/corpus; an input that breaks something is kept in build/fuzz/found, its
path is printed, and the exit code is 1. Such an input belongs into tests/fuzz/corpus, where the normal tests replay it.
"""

import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "fuzz"
EXECUTED = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.MULTILINE)
LONGEST_INPUT = 8192


def build(jobs):
    for command in (
        ["cmake", "--preset", "fuzz", "--log-level=WARNING"],
        ["cmake", "--build", "--preset", "fuzz", f"-j{jobs}"],
    ):
        made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if made.returncode != 0:
            sys.exit(made.stdout + made.stderr)


def fuzz(program, target, runs):
    """Number of inputs, and what went wrong (empty: nothing)."""
    corpus = BUILD / "corpus" / target
    found = BUILD / "found"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    seeds = ROOT / "tests" / "fuzz" / "corpus" / target
    if not seeds.is_dir():
        return 0, f"{seeds} is not there: a target needs a corpus"
    done = subprocess.run(
        [
            program, f"--target={target}", f"-runs={runs}", f"-max_len={LONGEST_INPUT}", "-timeout=10",
            "-rss_limit_mb=2048", "-malloc_limit_mb=256", "-print_final_stats=1", "-verbosity=0",
            f"-artifact_prefix={found}/{target}-", corpus, seeds,
        ],
        capture_output=True, text=True, errors="replace",
    )
    executed = EXECUTED.search(done.stderr)
    count = int(executed.group(1)) if executed else 0
    if done.returncode != 0:
        return count, done.stderr[-4000:]
    if count < runs:
        return count, f"only {count} of {runs} inputs were run"
    return count, ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10_500_000, help="inputs of all targets together")
    parser.add_argument("--jobs", type=int, default=1, help="targets at a time")
    parser.add_argument("--target", action="append", help="only this one; may be repeated")
    arguments = parser.parse_args()
    if arguments.runs < 1:
        parser.error("--runs must be at least 1")

    build(arguments.jobs)
    program = BUILD / "tests" / "fuzz" / "fuzz"
    targets = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split()
    unknown = set(arguments.target or ()) - set(targets)
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(targets)}")
    targets = arguments.target or targets
    each = -(-arguments.runs // len(targets))

    total = 0
    broken = []
    with concurrent.futures.ThreadPoolExecutor(max(1, arguments.jobs)) as pool:
        for target, (count, trouble) in zip(targets, pool.map(lambda t: fuzz(program, t, each), targets)):
            total += count
            print(f"{target:24} {count:12,}  {'FINDING' if trouble else 'ok'}", flush=True)
            if trouble:
                broken.append(target)
                print(trouble, flush=True)
    print(f"{'all targets':24} {total:12,}  {len(broken)} findings{': ' + ', '.join(broken) if broken else ''}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
