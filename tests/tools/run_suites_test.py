# SPDX-License-Identifier: Apache-2.0
"""The closing line tells the truth: what ctest says is what is counted."""

import contextlib
import io
import subprocess
import unittest

from source_fixture import TreeTest

import coverage_report
import run_suites
import test_report
from test_report import Counts


class Reports(TreeTest):
    def ctest(self, *tests):
        """Runs ctest on a project of these tests and reads its report."""
        self.write(
            "CMakeLists.txt", "cmake_minimum_required(VERSION 3.22)", "project(probe NONE)", "enable_testing()", *tests
        )
        build = self.root / "build"
        subprocess.run(["cmake", "-S", self.root, "-B", build], check=True, capture_output=True)
        junit = build / "report.xml"
        subprocess.run(
            ["ctest", "--test-dir", build, "--output-on-failure", "--output-junit", junit], capture_output=True
        )
        return test_report.read_junit(junit)

    def test_passed_failed_and_skipped_are_counted(self):
        report = self.ctest(
            "add_test(NAME good COMMAND true)",
            "add_test(NAME good_too COMMAND true)",
            "add_test(NAME bad COMMAND sh -c \"echo the reason; exit 1\")",
            "add_test(NAME no_server COMMAND sh -c \"echo '[  SKIPPED ]'\")",
            "set_tests_properties(no_server PROPERTIES SKIP_REGULAR_EXPRESSION \"SKIPPED\")",
        )
        self.assertEqual(Counts(2, 1, 1), report.counts)
        self.assertEqual("bad", report.failures[0][0])
        self.assertIn("the reason", report.failures[0][1])
        self.assertEqual(["no_server"], report.skips)

    def test_a_program_that_was_not_built_is_a_failure(self):
        report = self.ctest("add_test(NAME missing COMMAND /nowhere/program)")
        self.assertEqual(Counts(0, 1, 0), report.counts)

    def test_a_test_that_hangs_is_a_failure(self):
        report = self.ctest(
            "add_test(NAME hangs COMMAND sleep 30)", "set_tests_properties(hangs PROPERTIES TIMEOUT 1)"
        )
        self.assertEqual(Counts(0, 1, 0), report.counts)

    def test_a_crash_is_a_failure(self):
        report = self.ctest("add_test(NAME crashes COMMAND sh -c \"kill -SEGV $$\")")
        self.assertEqual(Counts(0, 1, 0), report.counts)

    def test_no_tests_are_a_failure(self):
        self.assertEqual(Counts(0, 1, 0), self.ctest().counts)

    def test_a_missing_report_is_a_failure(self):
        self.assertEqual(Counts(0, 1, 0), test_report.read_junit(self.root / "nothing.xml").counts)


class Stages(unittest.TestCase):
    def finish(self, *bodies):
        suites = run_suites.Suites(jobs=1)
        with contextlib.redirect_stdout(io.StringIO()) as output:
            for number, body in enumerate(bodies):
                with suites.stage(f"stage {number}"):
                    body(suites)
            code = suites.finish()
        return code, output.getvalue().splitlines()

    @staticmethod
    def passes(suites):
        suites.counts += Counts(passed=3, skipped=1)

    @staticmethod
    def fails_without_count(suites):
        raise run_suites.Failed("the compiler said no")

    @staticmethod
    def fails_with_count(suites):
        suites.counts += Counts(passed=1, failed=2)
        raise run_suites.Failed("two tests")

    def test_the_last_line_is_the_sum_over_all_stages(self):
        code, lines = self.finish(self.passes, self.passes)
        self.assertEqual((0, "6 passed, 0 failed, 2 skipped"), (code, lines[-1]))

    def test_a_failed_stage_lets_the_next_ones_run_and_is_named(self):
        code, lines = self.finish(self.fails_with_count, self.passes)
        self.assertEqual((1, "4 passed, 2 failed, 1 skipped"), (code, lines[-1]))
        self.assertEqual("failed stage: stage 0", lines[-2])

    def test_a_stage_that_fails_without_tests_counts_as_one(self):
        code, lines = self.finish(self.passes, self.fails_without_count)
        self.assertEqual((1, "3 passed, 1 failed, 1 skipped"), (code, lines[-1]))


class Effects(TreeTest):
    def test_what_faults_did_is_the_sum_over_all_parts(self):
        self.write("one.txt", "3 event lost", "0 late answer to a call")
        self.write("two.txt", "1200 event lost", "1 late answer to a call")
        self.write("other.log", "7 event lost")
        self.assertEqual(
            ["       1,203  event lost", "           1  late answer to a call"], run_suites.sum_effects(self.root)
        )


class Coverage(unittest.TestCase):
    def test_lines_are_added_up_per_floor_and_nothing_disappears(self):
        summary = {"files": [
            {"filename": "src/net/a.cpp", "line_covered": 8, "line_total": 10},
            {"filename": "src/net/b.hpp", "line_covered": 0, "line_total": 10},
            {"filename": "include/async_cassandra/error.hpp", "line_covered": 5, "line_total": 5},
            {"filename": "src/asio.cpp", "line_covered": 1, "line_total": 2},
        ]}
        self.assertEqual({"net": (8, 20), "base": (5, 5), "other": (1, 2)}, coverage_report.per_floor(summary))
        table = coverage_report.table(summary).splitlines()
        self.assertEqual("net             20        8   40.0%", table[2])
        self.assertEqual("all             27       14   51.9%", table[-1])


if __name__ == "__main__":
    unittest.main()
