#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compile time is designed: few translation units may include Asio beyond its erased handler and executor types.

Counted is what this project compiles; tests/install/consumer is a project of its own.
"""

import pathlib
import sys

import source_tree

# What the first three bring with them costs nothing more. Nor do the others: compiled on top of those three they were
# measured at less than 0.02 s (io_context.hpp at 0.07 s, and what is done with it at seconds).
LIGHT = [
    "boost/asio/any_completion_handler.hpp",
    "boost/asio/any_io_executor.hpp",
    "boost/asio/deferred.hpp",
    "boost/asio/append.hpp",
    "boost/asio/dispatch.hpp",
    "boost/asio/post.hpp",
]
APART = "tests/install/consumer/"


def light_headers(boost):
    """All Asio headers that the light ones include anyway."""
    seen, todo = set(), list(LIGHT)
    while todo:
        name = todo.pop()
        path = boost / name
        if name in seen or not path.is_file():
            continue
        seen.add(name)
        text = path.read_text(encoding="utf-8")
        todo += [included for _, included in source_tree.includes(text) if included.startswith("boost/asio")]
    return seen


def heavy_units(root, light):
    """Translation units with the first heavy header found in each."""
    units = {}
    cache = {}
    for name in source_tree.cpp_files(root):
        if not name.endswith(".cpp") or name.startswith(APART):
            continue
        for path in sorted(source_tree.closure(root, name, cache)):
            heavy = [included for _, included in source_tree.includes(source_tree.read(root, path))
                     if included.startswith("boost/asio") and included not in light]
            if heavy:
                units.setdefault(name, (heavy[0], path))
    return units


def check(root, limit=40, boost=pathlib.Path("/usr/include")):
    light = light_headers(boost)
    if not light:
        return [f"{boost}: Asio is not there"]
    units = heavy_units(root, light)
    print(f"{len(units)} translation units include all of Asio, at most {limit} may")
    if len(units) <= limit:
        return []
    return [f"{name}: {header}" + ("" if path == name else f" through {path}")
            for name, (header, path) in sorted(units.items())]


if __name__ == "__main__":
    sys.exit(source_tree.run_check(__doc__.splitlines()[0], check, limit=40, boost=pathlib.Path("/usr/include")))
