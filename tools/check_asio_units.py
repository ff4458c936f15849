#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compile time is designed: few translation units may include Asio beyond its erased handler and executor types.

Counted is what the compiler reads as one: with the compile commands of a build folder the files that it joins (CMake's
unity build) are one unit, without them each file is. tests/install/consumer is a project of its own.
"""

import json
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


def compiled_units(root, build):
    """The files of each translation unit."""
    commands = build / "compile_commands.json"
    if not commands.is_file():
        return [[name] for name in source_tree.cpp_files(root) if name.endswith(".cpp") and not name.startswith(APART)]
    units = []
    for entry in json.loads(commands.read_text()):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        joined = path.parent.name == "Unity" and path.is_file()
        members = [pathlib.Path(name) for _, name in source_tree.includes(path.read_text())] if joined else [path]
        units.append([member.relative_to(root).as_posix() for member in members
                      if member.is_relative_to(root) and not member.is_relative_to(build)])
    return [unit for unit in units if unit]


def heavy_units(root, build, light):
    """The first heavy header of each translation unit that has one, by the file that brings it in."""
    units = {}
    cache = {}
    for unit in compiled_units(root, build):
        for name, path in ((name, path) for name in unit for path in sorted(source_tree.closure(root, name, cache))):
            heavy = [included for _, included in source_tree.includes(source_tree.read(root, path))
                     if included.startswith("boost/asio") and included not in light]
            if heavy:
                units.setdefault(tuple(unit), (name, heavy[0], path))
                break
    return units


def check(root, limit=40, boost=pathlib.Path("/usr/include"), build=pathlib.Path("build/release")):
    light = light_headers(boost)
    if not light:
        return [f"{boost}: Asio is not there"]
    units = heavy_units(root, (root / build).resolve(), light)
    print(f"{len(units)} translation units include all of Asio, at most {limit} may")
    if len(units) <= limit:
        return []
    return [f"{name}: {header}" + ("" if path == name else f" through {path}")
            for name, header, path in sorted(units.values())]


if __name__ == "__main__":
    sys.exit(source_tree.run_check(
        __doc__.splitlines()[0], check, limit=40, boost=pathlib.Path("/usr/include"), build=pathlib.Path("build/release"),
    ))
