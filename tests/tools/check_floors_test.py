# SPDX-License-Identifier: Apache-2.0
import unittest

from source_fixture import TreeTest

import check_floors


class CheckFloors(TreeTest):
    table = {"error.hpp": "base", "session.hpp": "session", "detail/core.hpp": "session"}

    def setUp(self):
        super().setUp()
        for name in self.table:
            self.write(f"include/async_cassandra/{name}", "#pragma once")
        self.write("src/base/list.hpp", "#pragma once")
        self.write("src/net/connection.hpp", '#include "base/list.hpp"', "#include <async_cassandra/error.hpp>")

    def check(self):
        return check_floors.check(self.root, self.table)

    def test_a_tree_that_keeps_the_order_passes(self):
        self.assertEqual([], self.check())

    def test_a_floor_that_looks_up_is_found(self):
        self.write("src/base/error.cpp", "", '#include "net/connection.hpp"')
        self.assert_problem(self.check(), "src/base/error.cpp:2", "net")

    def test_a_floor_that_includes_a_public_header_of_a_higher_floor_is_found(self):
        self.write("src/net/pool.cpp", "#include <async_cassandra/session.hpp>")
        self.assert_problem(self.check(), "src/net/pool.cpp:1", "session")

    def test_an_include_relative_to_the_including_file_is_followed(self):
        self.write("src/base/error.cpp", '#include "../net/connection.hpp"')
        self.assertEqual(1, len(self.check()))

    def test_a_floor_that_includes_what_belongs_to_the_tests_is_found(self):
        self.write("tests/support/fake_node.hpp")
        self.write("src/net/pool.cpp", '#include "support/fake_node.hpp"')
        self.assert_problem(self.check(), "src/net/pool.cpp:1", "no floor")

    def test_a_public_header_without_a_floor_is_found(self):
        self.write("include/async_cassandra/metrics.hpp")
        self.assert_problem(self.check(), "metrics.hpp", "no floor")

    def test_a_table_entry_without_a_header_is_found(self):
        (self.root / "include/async_cassandra/session.hpp").unlink()
        self.assert_problem(self.check(), "session.hpp", "not a public header")

    def test_a_public_header_that_includes_a_private_one_is_found(self):
        self.write("include/async_cassandra/session.hpp", '#include "base/list.hpp"')
        self.assert_problem(self.check(), "session.hpp:1", "not installed")

    def test_the_pure_floors_may_not_include_asio_threads_or_the_log(self):
        for header in ("<boost/asio/post.hpp>", "<thread>", "<mutex>", '"base/log.hpp"'):
            self.write("src/protocol/frame.cpp", f"#include {header}")
            self.write("src/base/log.hpp")
            self.assert_problem(self.check(), "src/protocol/frame.cpp", "pure")

    def test_the_pure_floors_may_not_get_asio_through_another_header(self):
        self.write("src/base/environment.hpp", "#include <boost/asio/any_io_executor.hpp>")
        self.write("src/types/codec.cpp", '#include "base/environment.hpp"')
        self.assert_problem(self.check(), "src/types/codec.cpp", "through src/base/environment.hpp")

    def test_the_pure_floors_may_not_ask_a_clock(self):
        self.write("src/types/uuid.cpp", "auto t = std::chrono::system_clock::now();  // now", "// steady_clock::now")
        self.assert_problem(self.check(), "src/types/uuid.cpp:1")

    def test_tools_and_examples_may_use_public_headers_and_their_own(self):
        self.write("tools/cli/table.hpp")
        self.write("tools/cli/main.cpp", '#include "table.hpp"', "#include <async_cassandra/session.hpp>")
        self.assertEqual([], self.check())
        self.write("examples/hello.cpp", '#include "net/connection.hpp"')
        self.assert_problem(self.check(), "examples/hello.cpp:1")

    def test_tools_may_not_use_details(self):
        self.write("tools/cli/main.cpp", "#include <async_cassandra/detail/core.hpp>")
        self.assert_problem(self.check(), "tools/cli/main.cpp:1")


if __name__ == "__main__":
    unittest.main()
