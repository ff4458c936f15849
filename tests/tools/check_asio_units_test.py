# SPDX-License-Identifier: Apache-2.0
import contextlib
import io
import json
import unittest

from source_fixture import TreeTest

import check_asio_units


class CheckAsioUnits(TreeTest):
    def setUp(self):
        super().setUp()
        self.write("boost_root/boost/asio/any_completion_handler.hpp", "#include <boost/asio/associated_executor.hpp>")
        self.write("boost_root/boost/asio/associated_executor.hpp")
        self.write("src/net/light.cpp", "#include <boost/asio/associated_executor.hpp>")
        self.write("src/net/loop.hpp", "#include <boost/asio/io_context.hpp>")
        self.write("src/net/direct.cpp", "#include <boost/asio/write.hpp>")
        self.write("src/net/through.cpp", '#include "net/loop.hpp"')

    def check(self, limit):
        with contextlib.redirect_stdout(io.StringIO()):
            return check_asio_units.check(self.root, limit, self.root / "boost_root")

    def test_units_within_the_limit_pass(self):
        self.assertEqual([], self.check(2))

    def test_units_beyond_the_limit_are_all_named(self):
        problems = self.check(1)
        self.assertEqual(2, len(problems), problems)
        self.assertIn("src/net/direct.cpp: boost/asio/write.hpp", problems[0])
        self.assertIn("through src/net/loop.hpp", problems[1])

    def test_files_that_are_compiled_as_one_are_one_unit(self):
        joined = self.root / "build/release/src/Unity/unity_0_cxx.cxx"
        members = [str(self.root / "src/net" / name) for name in ("direct.cpp", "through.cpp", "light.cpp")]
        self.write("build/release/src/Unity/unity_0_cxx.cxx", "".join(f'#include "{name}"\n' for name in members))
        self.write("build/release/compile_commands.json", json.dumps([{"directory": "/", "file": str(joined)}]))
        self.assertEqual([], self.check(1))
        self.assertEqual(1, len(self.check(0)))

    def test_a_machine_without_asio_is_no_pass(self):
        problems = check_asio_units.check(self.root, 40, self.root / "nowhere")
        self.assert_problem(problems, "not there")


if __name__ == "__main__":
    unittest.main()
