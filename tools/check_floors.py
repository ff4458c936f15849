#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A floor includes only floors to its left; protocol and types stay pure; tools and examples use public headers only."""

import pathlib
import re
import sys

import source_tree

PURE_FLOORS = ("protocol", "types")
PUBLIC = "include/async_cassandra/"
OUTSIDE = ("tools/", "examples/")

# What bytes-in-values-out code has no business with, as includes and as names.
IMPURE_INCLUDE = re.compile(
    r"^(boost/asio(/.*|\.hpp)|thread|stop_token|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier"
    r"|random|async_cassandra/log\.hpp|base/log\.hpp)$"
)
IMPURE_NAME = re.compile(r"\b(?:system|steady|high_resolution|utc|file)_clock\s*::\s*now\b|\bthis_thread\b")


def floor_problems(root, name, floor):
    problems = []
    limit = source_tree.FLOORS.index(floor)
    for line, included in source_tree.includes(source_tree.read(root, name)):
        path = source_tree.resolve(root, name, included)
        if path is None:
            continue
        theirs = source_tree.floor_of(path)
        if theirs is None and path.startswith(PUBLIC):
            continue  # reported once, as a header without a floor
        if theirs is None:
            problems.append(f"{name}:{line}: {floor} includes {included}, which belongs to no floor")
        elif source_tree.FLOORS.index(theirs) > limit:
            problems.append(f"{name}:{line}: {floor} includes {included} of {theirs}, a floor above it")
        elif name.startswith("include/") and not path.startswith("include/"):
            problems.append(f"{name}:{line}: a public header includes {included}, which is not installed")
    return problems


def purity_problems(root, name, floor, cache):
    problems = []
    for path in sorted(source_tree.closure(root, name, cache)):
        via = "" if path == name else f" through {path}"
        for line, included in source_tree.includes(source_tree.read(root, path)):
            if IMPURE_INCLUDE.match(included):
                problems.append(f"{name}: {floor} is pure, yet it includes <{included}>{via}")
    for number, text in enumerate(source_tree.code_only(source_tree.read(root, name)).splitlines(), 1):
        if IMPURE_NAME.search(text):
            problems.append(f"{name}:{number}: {floor} is pure, yet it says: {text.strip()}")
    return problems


def outside_problems(root, name):
    problems = []
    own = pathlib.PurePosixPath(name).parent
    for line, included in source_tree.includes(source_tree.read(root, name)):
        path = source_tree.resolve(root, name, included)
        if path is None or pathlib.PurePosixPath(path).is_relative_to(own):
            continue
        if not path.startswith(PUBLIC) or path.startswith(PUBLIC + "detail/"):
            problems.append(f"{name}:{line}: may use public headers only, not {included}")
    return problems


def check(root, table=None):
    if table is not None:
        source_tree.PUBLIC_HEADERS = table
    files = source_tree.cpp_files(root)
    public = {name[len(PUBLIC):] for name in files if name.startswith(PUBLIC)}
    problems = [f"{PUBLIC}{name}: has no floor in tools/source_tree.py"
                for name in sorted(public - source_tree.PUBLIC_HEADERS.keys())]
    problems += [f"tools/source_tree.py: {name} is not a public header"
                 for name in sorted(source_tree.PUBLIC_HEADERS.keys() - public)]
    cache = {}
    for name in files:
        floor = source_tree.floor_of(name)
        if floor:
            problems += floor_problems(root, name, floor)
        if floor in PURE_FLOORS:
            problems += purity_problems(root, name, floor, cache)
        if name.startswith(OUTSIDE):
            problems += outside_problems(root, name)
    return problems


if __name__ == "__main__":
    sys.exit(source_tree.run_check(__doc__, check))
