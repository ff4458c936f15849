# SPDX-License-Identifier: Apache-2.0
"""Figures that tests record, held to the bounds of a machine that does nothing else; the tests hold them to looser ones."""

import json
import pathlib
import subprocess
import tempfile

from verdicts import Missed, verdict

COMPONENT, SIMULATION = "tests/component/component_client", "tests/simulation/simulation_tests"
CLOSES = "*closing.an_idle_*"
IDLES = "*idle_cluster.*"
SPREADS = "*pools.the_node_sees_exactly_*"
THOUSAND = "thousand_nodes.*"
# What the tests call a figure, its bound, and what it is.
BOUNDS = {
    "idle_close_ms": (50, "ms to close"),
    "idle_cpu_percent": (0.5, "% CPU while idle"),
    "most_uneven_percent": (10, "% from even at most is the load of a connection"),
    "map_longest_turn_us": (5000, "us the longest turn"),
}


def run_tests(program, names):
    """Their records, and what they said."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        run = subprocess.run(
            [program, f"--gtest_filter={names}", f"--gtest_output=json:{report}"], capture_output=True, text=True
        )
        if run.returncode != 0:
            raise Missed(f"{program} --gtest_filter={names} ended with {run.returncode}\n{run.stdout[-2000:]}")
        suites = json.loads(report.read_text())["testsuites"]
    return [test for suite in suites for test in suite["testsuite"]], run.stdout


def name_of(test):
    parameter = f" ({test['value_param']})" if "value_param" in test else ""
    return f"{test['classname'].rpartition('/')[2]}.{test['name'].partition('/')[0]}{parameter}"


def judge(tests, expected):
    """So many of them have a figure with a bound, and each keeps it."""
    fine = True
    found = 0
    for test in tests:
        for figure in test.keys() & BOUNDS.keys():
            found += 1
            value, (bound, what) = float(test[figure]), BOUNDS[figure]
            fine &= verdict(value <= bound, f"{name_of(test)}: {value:g} {what}, bound {bound}")
    if found != expected:
        raise Missed(f"{found} figures were recorded, not {expected}")
    return fine


def show(build):
    """True when every bound is kept."""
    tests, _ = run_tests(build / COMPONENT, ":".join((CLOSES, IDLES, SPREADS)))
    fine = judge(tests, 4 + 5 + 3)
    tests, output = run_tests(build / SIMULATION, THOUSAND)
    for line in output.splitlines():
        if line.startswith("1000 nodes"):
            print(f"        {line}")
    return judge(tests, 1) and fine
