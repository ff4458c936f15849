#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Names that say something, licence lines, no markers left behind; long files are listed, but no failure."""

import pathlib
import re
import sys

import source_tree

EMPTY_NAME = re.compile(r"^(utils?|helpers?|misc|commons?|managers?|stuff)$")
CODE_SUFFIXES = {".cpp", ".hpp", ".py", ".sh"}
BUILT = re.compile(r"(^|/)(build|\.local|__pycache__)/|\.(o|a|so|pyc)$")
MARKER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep)\b")
LICENCE = "SPDX-License-Identifier: Apache-2.0"
COMFORTABLE_LINES = 400


def is_code(root, name):
    if pathlib.PurePosixPath(name).suffix in CODE_SUFFIXES:
        return True
    with open(root / name, "rb") as file:
        return file.read(2) == b"#!"


def file_problems(root, name):
    text = source_tree.read(root, name)
    lines = text.splitlines()
    problems = []
    if EMPTY_NAME.match(pathlib.PurePosixPath(name).stem):
        problems.append(f"{name}: the name says nothing")
    is_cpp = name.endswith((".cpp", ".hpp"))
    if is_cpp and (not lines or lines[0] != f"// {LICENCE}"):
        problems.append(f"{name}:1: the first line must be: // {LICENCE}")
    if not is_cpp and lines and not any(LICENCE in line for line in lines[:3]):
        problems.append(f"{name}:1: no licence line ({LICENCE})")
    if name.endswith(".hpp") and "#pragma once" not in lines:
        problems.append(f"{name}: no #pragma once")
    for number, line in enumerate(lines, 1):
        if MARKER.search(line):
            problems.append(f"{name}:{number}: a marker was left: {line.strip()}")
        if name.startswith("tests/unit/") and SLEEP.search(line):
            problems.append(f"{name}:{number}: a unit test sleeps")
    return problems


def check(root):
    problems = []
    long_files = []
    for name in source_tree.tracked_files(root):
        if BUILT.search(name):
            problems.append(f"{name}: a built file")
        elif is_code(root, name):
            problems += file_problems(root, name)
            count = len(source_tree.read(root, name).splitlines())
            if count > COMFORTABLE_LINES:
                long_files.append((count, name))
    for count, name in sorted(long_files, reverse=True):
        print(f"warning: {name} has {count} lines")
    return problems


if __name__ == "__main__":
    sys.exit(source_tree.run_check(__doc__, check))
