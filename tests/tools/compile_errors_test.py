# SPDX-License-Identifier: Apache-2.0
"""What the compiler says to a user whose type cannot be read or bound."""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from source_fixture import ROOT

COMPILER = "c++"

BEGIN = [
    "#include <async_cassandra/detail/bound_values.hpp>",
    "#include <async_cassandra/result_set.hpp>",
    "namespace ac = async_cassandra;",
    "struct shape { virtual ~shape() = default; };",
    "struct order { int id; shape form; };",
    "struct customer { int id; std::string name; };",
    "void use(ac::detail::bound_values& values, const ac::columns& markers, const ac::page& page, const ac::row& row)",
    "{",
    "    static_cast<void>(page); static_cast<void>(row);",
    "    ac::detail::bind_all(values, markers, 1, std::tuple{1, ac::varint{2}}, customer{});",
]

# A wrong line, and what its error must say.
NOT_BINDABLE = ["cannot be bound to a CQL type", "types/codec.hpp", "specialise async_cassandra::codec<T>"]
WRONG = {
    "ac::detail::bind_all(values, markers, shape{});": NOT_BINDABLE,
    "ac::detail::bind_all(values, markers, std::vector<shape>{});": NOT_BINDABLE,
    "ac::detail::bind_all(values, markers, std::tuple<int, shape>{});": NOT_BINDABLE,
    "ac::detail::bind_all(values, markers, order{});": NOT_BINDABLE,
    "ac::detail::bind_all(values, markers, std::chrono::system_clock::time_point{});":
        ["std::chrono::floor<std::chrono::milliseconds>"],
    "ac::detail::bind_natural(values, customer{});": ["can only be bound in a prepared statement", "natural_type()"],
    "static_cast<void>(row.get<shape>(0));": ["no CQL type can be read into this type", "types/codec.hpp"],
    "static_cast<void>(row.get<std::optional<std::map<int, order>>>(0));": ["no CQL type can be read into this type"],
    "static_cast<void>(row.get<unsigned>(0));": ["CQL integers are signed: read std::int8_t"],
    "page.as<>();": ["as<> needs the types to read"],
    "page.as<shape>();": ["into an aggregate", "BOOST_DESCRIBE_STRUCT"],
}


def errors_of(lines):
    """The errors of a program by the number of the line that led to each."""
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "program.cpp"
        program.write_text("".join(line + "\n" for line in lines))
        run = subprocess.run(
            [COMPILER, "-std=c++20", "-fsyntax-only", f"-I{ROOT}/include", str(program)],
            capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        )
    found, at = {}, 0
    for line in run.stderr.splitlines():
        place = re.search(r"program\.cpp:(\d+):", line)
        at = int(place.group(1)) if place else at
        if "error: " in line:
            found.setdefault(at, line.split("error: ", 1)[1])
    return found


class CompileErrors(unittest.TestCase):
    def test_each_wrong_line_gets_a_text_for_people_and_a_right_one_none(self):
        errors = errors_of(["#include <map>", *BEGIN, *WRONG, "}"])
        first = len(BEGIN) + 2
        self.assertEqual([], [text for line, text in errors.items() if line < first])
        for number, (line, parts) in enumerate(WRONG.items(), first):
            with self.subTest(line):
                self.assertIn("async_cassandra: ", errors.get(number, "no error"))
                for part in parts:
                    self.assertIn(part, errors[number])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", default=COMPILER)
    arguments, rest = parser.parse_known_args()
    COMPILER = arguments.compiler
    unittest.main(argv=[sys.argv[0], *rest])
