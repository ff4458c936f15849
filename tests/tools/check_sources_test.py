# SPDX-License-Identifier: Apache-2.0
import contextlib
import io
import unittest

from source_fixture import TreeTest

import check_sources

LICENCE = "// SPDX-License-Identifier: Apache-2.0"


class CheckSources(TreeTest):
    def check(self):
        with contextlib.redirect_stdout(io.StringIO()) as output:
            problems = check_sources.check(self.root)
        self.output = output.getvalue()
        return problems

    def test_a_proper_file_passes(self):
        self.write("src/net/pool.hpp", LICENCE, "#pragma once")
        self.write("tools/report.py", "#!/usr/bin/env python3", "# SPDX-License-Identifier: Apache-2.0")
        self.assertEqual([], self.check())

    def test_a_name_that_says_nothing_is_found(self):
        for name in ("utils", "helper", "misc", "common", "manager"):
            self.write(f"src/net/{name}.cpp", LICENCE)
            self.assert_problem(self.check(), f"{name}.cpp")
            (self.root / f"src/net/{name}.cpp").unlink()

    def test_a_missing_licence_line_is_found(self):
        self.write("src/net/pool.cpp", "int i;")
        self.assert_problem(self.check(), "src/net/pool.cpp:1", "SPDX")

    def test_a_script_without_a_suffix_is_checked(self):
        self.write("tools/build", "#!/usr/bin/env bash", "set -e")
        self.assert_problem(self.check(), "tools/build", "licence")

    def test_a_header_without_a_guard_is_found(self):
        self.write("src/net/pool.hpp", LICENCE)
        self.assert_problem(self.check(), "#pragma once")

    def test_a_marker_is_found(self):
        self.write("src/net/pool.cpp", LICENCE, "// TO" "DO: later")
        self.assert_problem(self.check(), "src/net/pool.cpp:2", "marker")

    def test_a_unit_test_that_sleeps_is_found(self):
        self.write("tests/unit/net/pool_test.cpp", LICENCE, "std::this_thread::sleep_for(1s);")
        self.assert_problem(self.check(), "pool_test.cpp:2", "sleeps")

    def test_a_built_file_is_found(self):
        self.write("src/net/pool.o", "x")
        self.assert_problem(self.check(), "built file")

    def test_a_long_file_is_reported_without_failing(self):
        self.write("src/net/pool.cpp", LICENCE, *["int i;"] * 400)
        self.assertEqual([], self.check())
        self.assertIn("src/net/pool.cpp has 401 lines", self.output)


if __name__ == "__main__":
    unittest.main()
