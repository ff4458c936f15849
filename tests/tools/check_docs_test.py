# SPDX-License-Identifier: Apache-2.0
import unittest

from source_fixture import TreeTest

import check_docs


class CheckDocs(TreeTest):
    def setUp(self):
        super().setUp()
        self.write("Makefile", "test: deps", "\ttrue")
        self.write("examples/hello.cpp", "int main()", "{", "    auto session = co_await cluster.connect();",
                   "", "    co_await session.close();", "}")

    def check(self, *page):
        self.write("docs/page.md", *page)
        return check_docs.check(self.root)

    def test_code_of_an_example_passes_whatever_its_indent(self):
        page = ["```cpp", "auto session = co_await cluster.connect();", "co_await session.close();", "```"]
        self.assertEqual([], self.check(*page))

    def test_code_that_no_example_has_is_found(self):
        page = ["", "```cpp", "auto session = co_await cluster.open();", "```"]
        self.assert_problem(self.check(*page), "docs/page.md:2")

    def test_lines_that_do_not_follow_each_other_in_the_example_are_found(self):
        page = ["```cpp", "int main()", "co_await session.close();", "```"]
        self.assert_problem(self.check(*page), "docs/page.md:1")

    def test_a_link_that_leads_nowhere_is_found(self):
        self.assertEqual([], self.check("[that](../Makefile) and [there](https://example.org/) and [here](page.md#top)"))
        self.assert_problem(self.check("[that](missing.md)"), "missing.md")

    def test_a_recipe_that_does_not_exist_is_found(self):
        self.assertEqual([], self.check("    make test", "Type `make test`, and make sure of it."))
        self.assert_problem(self.check("Type `make everything`."), "make everything")


if __name__ == "__main__":
    unittest.main()
