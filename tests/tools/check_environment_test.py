# SPDX-License-Identifier: Apache-2.0
import unittest

from source_fixture import TreeTest

import check_environment


class CheckEnvironment(TreeTest):
    def check(self, allowed=None):
        return check_environment.check(self.root, allowed or {})

    def test_each_forbidden_thing_is_found(self):
        for text in (
            "auto now = std::chrono::steady_clock::now();",
            "auto now = std::chrono::system_clock::time_point{};",
            "auto now = clock::steady_clock :: now();",
            "boost::asio::steady_timer t;",
            "asio::basic_waitable_timer<clock> t;",
            "asio::ip::tcp::socket s;",
            "std::random_device seed;",
            "std::thread t;",
            "std::jthread t;",
            "std::this_thread::sleep_for(1s);",
            "#include <boost/asio/steady_timer.hpp>",
            "#include <boost/asio/ip/tcp.hpp>",
            "::connect(fd, address, size);",
        ):
            self.write("src/session/a.cpp", "", text)
            self.assert_problem(self.check(), "src/session/a.cpp:2")

    def test_comments_texts_and_harmless_names_pass(self):
        self.write(
            "src/session/a.cpp",
            "// steady_clock::now is for the environment",
            'throw error("std::thread");',
            "std::chrono::steady_clock::time_point when;",
            "std::thread::id owner;",
            "pool::connect(node);",
            "constexpr auto limit = 1'000'000; auto c = 'x';",
        )
        self.assertEqual([], self.check())

    def test_a_digit_separator_does_not_hide_what_follows(self):
        self.write("src/net/a.cpp", "auto n = 1'000; std::random_device r; auto c = 'x';")
        self.assert_problem(self.check(), "chance")

    def test_an_exception_covers_its_file_and_kind_only(self):
        self.write("src/base/real.cpp", "std::thread t;", "std::random_device seed;")
        self.assert_problem(self.check({"src/base/real.cpp": {"a thread"}}), "chance")
        self.write("src/net/other.cpp", "std::thread t;")
        self.assert_problem(
            self.check({"src/base/real.cpp": {"a thread", "chance"}}), "src/net/other.cpp:1"
        )

    def test_an_exception_nobody_needs_is_found(self):
        self.write("src/base/real.cpp", "int i;")
        self.assert_problem(self.check({"src/base/real.cpp": {"a thread"}}), "needs no exception")

    def test_public_headers_may_name_a_time_point_but_not_ask_the_clock(self):
        self.write("include/async_cassandra/a.hpp", "std::chrono::system_clock::time_point t;")
        self.assertEqual([], self.check())
        self.write("include/async_cassandra/a.hpp", "auto t = std::chrono::system_clock::now();")
        self.assert_problem(self.check(), "a.hpp:1")

    def test_tests_and_tools_are_free(self):
        self.write("tests/a.cpp", "std::thread t;")
        self.write("tools/cli/a.cpp", "std::thread t;")
        self.assertEqual([], self.check())


if __name__ == "__main__":
    unittest.main()
