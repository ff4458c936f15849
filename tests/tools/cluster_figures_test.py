# SPDX-License-Identifier: Apache-2.0
"""Figures that tests record are held to their bounds, and missed when they are not there."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import source_fixture  # noqa: F401 (makes tools importable)
import cluster_figures
import verdicts

PROGRAM = """#!/bin/sh
for word; do case $word in --gtest_output=json:*) report=${word#*json:};; esac; done
echo '{"testsuites": [{"testsuite": [
    {"name": "closes/0", "classname": "io/closing", "value_param": "1", "idle_close_ms": "7"}, {"name": "no_figure", "classname": "closing"}]}]}' > "$report"
echo said
exit CODE
"""


def silently(judge, *arguments):
    with contextlib.redirect_stdout(io.StringIO()):
        return judge(*arguments)


class Figures(unittest.TestCase):
    def run_program(self, code):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "program"
            program.write_text(PROGRAM.replace("CODE", str(code)))
            program.chmod(0o755)
            return cluster_figures.run_tests(program, "*")

    def test_they_are_read_from_the_report(self):
        tests, output = self.run_program(0)
        self.assertEqual(output, "said\n")
        self.assertEqual(cluster_figures.name_of(tests[0]), "closing.closes (1)")
        self.assertTrue(silently(cluster_figures.judge, tests, 1))

    def test_a_test_that_fails_is_told(self):
        with self.assertRaisesRegex(verdicts.Missed, "ended with 1"):
            self.run_program(1)

    def test_each_is_held_to_its_bound(self):
        for figure, (bound, _) in cluster_figures.BOUNDS.items():
            for value, expected in (bound, True), (bound * 1.01, False):
                test = {"name": "x", "classname": "y", figure: str(value)}
                self.assertEqual(silently(cluster_figures.judge, [test], 1), expected, figure)

    def test_one_that_is_not_there_is_missed(self):
        with self.assertRaisesRegex(verdicts.Missed, "1 figures were recorded, not 2"):
            silently(cluster_figures.judge, [{"name": "x", "classname": "y", "idle_close_ms": "1"}], 2)


if __name__ == "__main__":
    unittest.main()
