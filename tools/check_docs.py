#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The pages tell the truth: their C++ stands in an example that is compiled, links lead somewhere, recipes exist."""

import pathlib
import re
import sys

import source_tree

CPP_BLOCK = re.compile(r"^```cpp\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
RECIPE = re.compile(r"(?:^ {4}|`)make ([a-z][a-z0-9-]*)", re.MULTILINE)


def significant_lines(text):
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def contains(whole, part):
    return any(whole[start:start + len(part)] == part for start in range(len(whole) - len(part) + 1))


def page_problems(root, name, examples, recipes):
    text = source_tree.read(root, name)
    problems = []
    for match in CPP_BLOCK.finditer(text):
        if not any(contains(example, significant_lines(match.group(1))) for example in examples):
            line = text.count("\n", 0, match.start()) + 1
            problems.append(f"{name}:{line}: this C++ stands in no file of examples/")
    for match in LINK.finditer(text):
        target = match.group(1)
        if "://" not in target and not (root / pathlib.PurePosixPath(name).parent / target).exists():
            problems.append(f"{name}: {target} is not there")
    problems += [f"{name}: there is no recipe 'make {recipe}'"
                 for recipe in sorted(set(RECIPE.findall(text)) - recipes)]
    return problems


def check(root):
    files = source_tree.tracked_files(root)
    examples = [significant_lines(source_tree.read(root, name))
                for name in files if name.startswith("examples/") and name.endswith(".cpp")]
    recipes = set(re.findall(r"^([a-z0-9-]+):", source_tree.read(root, "Makefile"), re.MULTILINE))
    return [problem for name in files if name.endswith(".md")
            for problem in page_problems(root, name, examples, recipes)]


if __name__ == "__main__":
    sys.exit(source_tree.run_check(__doc__, check))
