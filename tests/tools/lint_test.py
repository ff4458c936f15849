# SPDX-License-Identifier: Apache-2.0
import json
import shutil
import subprocess
import sys
import unittest

from source_fixture import ROOT, TreeTest

TIDY_CLEAN = ["// SPDX-License-Identifier: Apache-2.0", '#include "net/limit.hpp"', "", "int twice(int n)", "{",
              "    return 2 * n + limit;", "}"]


@unittest.skipUnless(shutil.which("clang-tidy-16") and shutil.which("clang-format-16"), "clang-tidy-16 is not there")
class Lint(TreeTest):
    def setUp(self):
        super().setUp()
        for name in (".clang-format", ".clang-tidy"):
            shutil.copy(ROOT / name, self.root / name)
        self.write("src/net/limit.hpp", "#pragma once", "inline constexpr int limit = 3;")
        self.write("src/net/pool.cpp", *TIDY_CLEAN)
        self.build = self.root / "build"
        self.build.mkdir()
        (self.build / "compile_commands.json").write_text(json.dumps([{
            "directory": str(self.build),
            "file": str(self.root / "src/net/pool.cpp"),
            "command": f"c++ -std=c++20 -I{self.root}/src -c {self.root}/src/net/pool.cpp -o pool.o",
        }]))

    def lint(self):
        run = subprocess.run(
            [sys.executable, ROOT / "tools/lint.py", "--root", self.root, "--build", self.build],
            capture_output=True, text=True,
        )
        return run.returncode, run.stdout.splitlines()

    def test_clean_code_has_no_findings_and_is_not_read_twice(self):
        code, lines = self.lint()
        self.assertEqual((0, "0 findings"), (code, lines[-1]), lines)
        self.assertIn("0 unchanged", lines[-2])
        self.assertIn("1 unchanged", self.lint()[1][-2])

    def test_a_badly_formatted_file_is_found(self):
        self.write("src/net/pool.cpp", *[line.replace("    return", " return") for line in TIDY_CLEAN])
        code, lines = self.lint()
        self.assertEqual((1, "1 findings"), (code, lines[-1]))
        self.assertIn("src/net/pool.cpp:5", lines[-2])

    def test_a_name_in_camel_case_is_found(self):
        self.write("src/net/pool.cpp", *[line.replace("twice", "timesTwo") for line in TIDY_CLEAN])
        code, lines = self.lint()
        self.assertEqual(1, code)
        self.assertIn("readability-identifier-naming", "\n".join(lines))

    def test_a_reserved_name_is_found(self):
        self.write("src/net/limit.hpp", "#pragma once", "inline constexpr int limit = 3;",
                   "inline constexpr int two__lines = 2;")
        code, lines = self.lint()
        self.assertEqual((1, "1 findings"), (code, lines[-1]))
        self.assertIn("src/net/limit.hpp:3", lines[-2])
        self.assertIn("reserved", lines[-2])

    def test_a_view_of_a_null_pointer_is_found(self):
        self.write("src/net/pool.cpp", TIDY_CLEAN[0], "#include <string_view>", "",
                   "bool nothing(std::string_view text)", "{", "    return text == nullptr;", "}")
        code, lines = self.lint()
        self.assertEqual(1, code)
        self.assertIn("src/net/pool.cpp:6", lines[-2])
        self.assertIn("null passed", lines[-2])

    def test_a_finding_in_a_header_is_found_after_a_clean_run_and_found_again(self):
        self.assertEqual(0, self.lint()[0])
        self.write("src/net/limit.hpp", "#pragma once", "inline constexpr int limitOfAll = 3;",
                   "inline constexpr int limit = limitOfAll;")
        for _ in range(2):
            code, lines = self.lint()
            self.assertEqual(1, code)
            self.assertIn("src/net/limit.hpp:2", "\n".join(lines))

    def test_code_that_does_not_compile_is_a_finding(self):
        self.write("src/net/pool.cpp", *TIDY_CLEAN[:1], "int broken = nothing;")
        self.assertEqual(1, self.lint()[0])


if __name__ == "__main__":
    unittest.main()
