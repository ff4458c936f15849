#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds and runs the suites, one stage after the other, and says at the end what passed, failed and was skipped.

A stage that fails does not keep the others from running, except those that need what it was to build. Everything a
stage printed is under build/reports.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import coverage_report
import local_node
import test_report
from test_report import Counts

ROOT = pathlib.Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "reports"
WITHOUT_SERVER = "^(unit|component|simulation)$"
WITH_SERVER = "^(integration|example)$"
NODE_PORT = 19042
THREE_NODES_PORT = 19062
DATA_CENTERS_PORT = 19082
SHOWN_LINES = 60


class Failed(Exception):
    """A stage failed; the text says why."""


class Suites:
    def __init__(self, jobs):
        self.jobs = jobs
        self.counts = Counts()
        self.failed_stages = []

    @contextlib.contextmanager
    def stage(self, name):
        """Runs its body as a stage: times it, and turns a failure into a number and a line."""
        print(f"-- {name}", flush=True)
        begin = time.monotonic()
        before = self.counts
        try:
            yield
        except Failed as failure:
            if self.counts.failed == before.failed:
                self.counts += Counts(failed=1)
            self.failed_stages.append(name)
            print(f"   FAILED: {failure}")
        print(f"   {time.monotonic() - begin:.0f} s", flush=True)

    def command(self, name, command, show=False, **options):
        """Runs a command that has no test report of its own."""
        if show:
            if subprocess.run(command, cwd=ROOT, **options).returncode != 0:
                raise Failed(" ".join(map(str, command)))
            return ""
        log = REPORTS / f"{name}.log"
        with log.open("w") as output:
            run = subprocess.run(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, **options)
        text = log.read_text(errors="replace")
        if run.returncode != 0:
            print(tail(text))
            raise Failed(f"{' '.join(map(str, command))} (exit code {run.returncode}, all of it: {log})")
        return text

    def build(self, preset, *targets):
        self.command(f"build_{preset}", ["tools/build", preset, str(self.jobs), *targets], show=True)

    def ctest(self, name, preset, label, environment=None, prefix=(), jobs=None):
        """Runs the tests with one of the labels and adds up what they say."""
        junit = REPORTS / f"{name}.xml"
        junit.unlink(missing_ok=True)
        command = [
            *prefix, "ctest", "--test-dir", f"build/{preset}", "-L", label, "-j", str(jobs or self.jobs),
            "--output-on-failure", "--no-tests=error", "--output-junit", str(junit),
        ]
        with (REPORTS / f"{name}.log").open("w") as output:
            run = subprocess.run(
                command, cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=output, stderr=subprocess.STDOUT
            )
        report = test_report.read_junit(junit)
        self.counts += report.counts
        for test, text in report.failures:
            print(f"   FAILED {test}\n{tail(text)}")
        for test in report.skips:
            print(f"   skipped {test}")
        print(f"   {report.counts}")
        if report.counts.failed or run.returncode != 0:
            raise Failed(f"{name} (ctest ended with {run.returncode}, all of it: {REPORTS / name}.log)")

    def finish(self):
        for name in self.failed_stages:
            print(f"failed stage: {name}")
        print(self.counts)
        return 1 if self.failed_stages or self.counts.failed else 0


def tail(text):
    lines = text.splitlines()
    cut = [f"… {len(lines) - SHOWN_LINES} lines before"] if len(lines) > SHOWN_LINES else []
    return "\n".join(f"   | {line}" for line in cut + lines[-SHOWN_LINES:])


@contextlib.contextmanager
def real_node():
    """A real Cassandra, and the environment that tells tests where it is."""
    try:
        with local_node.local_node("suites", NODE_PORT) as (address, port):
            yield {"AC_CONTACT_POINT": address, "AC_PORT": str(port)}
    except local_node.NodeError as error:
        raise Failed(error) from error


@contextlib.contextmanager
def several_real_nodes(instance, variable, port, nodes, data_centers=1):
    """Nodes that faults are done to, and the environment that names them."""
    try:
        with local_node.local_cluster(instance, port, nodes, data_centers):
            yield {variable: instance}
    except local_node.NodeError as error:
        raise Failed(error) from error


def run_sanitized(suites, preset, prefix=(), with_server=False):
    """What needs a real server takes long to compile: `make test` leaves it to `make test-asan` and `make test-tsan`."""
    with suites.stage(f"build under the sanitizers ({preset})"):
        suites.build(preset, *([] if with_server else ["tests_without_server"]))
    if suites.failed_stages[-1:] == [f"build under the sanitizers ({preset})"]:
        return
    with suites.stage(f"unit, component, simulation under the sanitizers ({preset})"):
        suites.ctest(preset, preset, WITHOUT_SERVER, prefix=prefix)
    if with_server:
        with suites.stage(f"integration and examples under the sanitizers ({preset})"):
            with real_node() as environment:
                suites.ctest(f"{preset}_integration", preset, WITH_SERVER, environment, prefix=prefix, jobs=1)


def run_all(suites):
    with suites.stage("release build"):
        suites.build("release")
    if not suites.failed_stages:
        with suites.stage("unit, component, simulation, checks of the sources"):
            suites.ctest("release", "release", "^(unit|component|simulation|checks)$")
        with suites.stage("integration and examples on a real node"):
            with real_node() as environment:
                suites.ctest("integration", "release", WITH_SERVER, environment, jobs=1)
        with suites.stage("faults of three real nodes under load"):
            with several_real_nodes("suites-three", "AC_THREE_NODES", THREE_NODES_PORT, 3) as environment:
                suites.ctest("three_nodes", "release", "^three_nodes$", environment, jobs=1)
        with suites.stage("two data centers of real nodes"):
            with several_real_nodes("suites-two", "AC_DATA_CENTERS", DATA_CENTERS_PORT, 2, 2) as environment:
                suites.ctest("data_centers", "release", "^data_centers$", environment, jobs=1)
        with suites.stage("the installed package, used from outside"):
            suites.ctest("install", "release", "^install$")
    with suites.stage("lint"):
        suites.command("lint_configure", ["tools/build", "lint", str(suites.jobs), "--configure-only"])
        print(suites.command("lint", ["tools/lint.py", "--build", "build/lint", "--jobs", str(suites.jobs)]), end="")
        suites.counts += Counts(passed=1)
    run_sanitized(suites, "asan")


def run_tsan(suites):
    # The sanitizer's memory map does not fit every randomised layout.
    fixed_layout = ["setarch", "-R"]
    works = subprocess.run([*fixed_layout, "true"], capture_output=True).returncode == 0
    run_sanitized(suites, "tsan", fixed_layout if works else (), with_server=True)


def run_coverage(suites):
    with suites.stage("build with coverage"):
        suites.build("coverage", "tests_without_server")
    if not suites.failed_stages:
        for old in (ROOT / "build/coverage").rglob("*.gcda"):
            old.unlink()
        with suites.stage("unit, component, simulation"):
            suites.ctest("coverage", "coverage", WITHOUT_SERVER)
        with suites.stage("line coverage per floor"):
            summary = subprocess.run(
                ["gcovr", "--root", ".", "--filter", "src/", "--filter", "include/", "--json-summary",
                 "-j", str(suites.jobs), "build/coverage"],
                cwd=ROOT, capture_output=True, text=True,
            )
            if summary.returncode != 0:
                raise Failed(f"gcovr: {summary.stderr[-2000:]}")
            print(coverage_report.table(json.loads(summary.stdout)))


def sum_effects(directory):
    """What the faults of all seeds did: a line for each kind, from the files of all parts."""
    sums = {}
    for part in sorted(directory.glob("*.txt")):
        for line in part.read_text().splitlines():
            count, what = line.split(" ", 1)
            sums[what] = sums.get(what, 0) + int(count)
    return [f"{count:>12,}  {what}" for what, count in sums.items()]


def run_sim(suites, seeds):
    effects = REPORTS / "effects"
    shutil.rmtree(effects, ignore_errors=True)
    effects.mkdir()
    with suites.stage(f"simulation, {seeds} seeds, each twice"):
        try:
            suites.ctest(
                "simulation", "release", "^simulation$", {"AC_SIM_SEEDS": str(seeds), "AC_SIM_EFFECTS": str(effects)}
            )
        finally:
            print("   what the faults did:\n" + "\n".join(sum_effects(effects)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("which", choices=["all", "asan", "tsan", "coverage", "sim"])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seeds", type=int, default=1000)
    arguments = parser.parse_args()
    REPORTS.mkdir(parents=True, exist_ok=True)
    suites = Suites(arguments.jobs)
    if arguments.which == "all":
        run_all(suites)
    elif arguments.which == "asan":
        run_sanitized(suites, "asan", with_server=True)
    elif arguments.which == "tsan":
        run_tsan(suites)
    elif arguments.which == "coverage":
        run_coverage(suites)
    else:
        run_sim(suites, arguments.seeds)
    return suites.finish()


if __name__ == "__main__":
    sys.exit(main())
