# SPDX-License-Identifier: Apache-2.0
"""True numbers out of the JUnit files that ctest writes."""

import dataclasses
import xml.etree.ElementTree

# The reasons ctest gives for a test that was left out on purpose. Any other test that did not run counts as failed:
# a program that was not built must not look like a skipped test.
SKIPPED_ON_PURPOSE = ("SKIP_REGULAR_EXPRESSION_MATCHED", "SKIP_RETURN_CODE", "Disabled")


@dataclasses.dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


@dataclasses.dataclass
class Report:
    counts: Counts
    failures: list  # pairs of test name and what it printed
    skips: list     # names


def read_junit(path):
    """The report of one ctest run. A missing or broken file is one failure, never nothing."""
    report = Report(Counts(), [], [])
    try:
        suite = xml.etree.ElementTree.parse(path).getroot()
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        report.counts.failed = 1
        report.failures.append((str(path), f"no report of the tests: {error}"))
        return report
    for case in suite.iter("testcase"):
        name = case.get("name")
        skipped = case.find("skipped")
        reason = skipped.get("message", "") if skipped is not None else ""
        if case.get("status") == "run":
            report.counts.passed += 1
        elif case.get("status") in ("notrun", "disabled") and reason.startswith(SKIPPED_ON_PURPOSE):
            report.counts.skipped += 1
            report.skips.append(name)
        else:
            report.counts.failed += 1
            report.failures.append((name, reason or (case.findtext("system-out") or "").strip()))
    if not report.counts.passed + report.counts.failed + report.counts.skipped:
        report.counts.failed = 1
        report.failures.append((str(path), "no tests were found"))
    return report
