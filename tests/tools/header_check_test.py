# SPDX-License-Identifier: Apache-2.0
"""The build refuses a public header that does not compile alone."""

import subprocess
import unittest

from source_fixture import ROOT, TreeTest


class HeaderCheck(TreeTest):
    def setUp(self):
        super().setUp()
        self.write(
            "CMakeLists.txt",
            "cmake_minimum_required(VERSION 3.22)",
            "project(headers LANGUAGES CXX)",
            f'include("{ROOT}/cmake/header_check.cmake")',
            'ac_add_header_check(header_check "${PROJECT_SOURCE_DIR}/include")',
        )
        self.write("include/sound/alone.hpp", "#pragma once", "#include <string>", "struct alone { std::string s; };")

    def build(self):
        build = self.root / "build"
        subprocess.run(["cmake", "-S", str(self.root), "-B", str(build)], check=True, capture_output=True)
        return subprocess.run(["cmake", "--build", str(build)], capture_output=True, text=True)

    def test_headers_that_compile_alone_pass(self):
        self.assertEqual(0, self.build().returncode)

    def test_a_header_that_needs_another_one_first_fails(self):
        self.write("include/needy.hpp", "#pragma once", "struct needy { std::string s; };")
        run = self.build()
        self.assertNotEqual(0, run.returncode)
        self.assertIn("needy.hpp", run.stdout + run.stderr)

    def test_a_header_without_a_guard_fails(self):
        self.write("include/twice.hpp", "struct twice {};")
        run = self.build()
        self.assertNotEqual(0, run.returncode)
        self.assertIn("redefinition", run.stdout + run.stderr)


if __name__ == "__main__":
    unittest.main()
