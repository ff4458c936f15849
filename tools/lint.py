#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-format over every C++ file of the project, clang-tidy over src, tools and the headers they include.

The last line is the number of findings; the exit code is 0 only when that is 0. A translation unit that was found
clean is not read again until its text, a project header it includes, its flags or the checks change: the record of
that is kept under the build folder.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

import source_tree

CLANG_FORMAT = os.environ.get("CLANG_FORMAT", "clang-format-16")
CLANG_TIDY = os.environ.get("CLANG_TIDY", "clang-tidy-16")
TIDY_FOLDERS = ("src/", "tools/")
FINDING = re.compile(r"^(?P<file>[^:\n]+):(?P<line>\d+):(?P<column>\d+): (?P<kind>warning|error): (?P<text>.*)$")


def format_findings(root, files, rewrite):
    if not files:
        return []
    mode = ["-i"] if rewrite else ["--dry-run", "-Werror"]
    run = subprocess.run([CLANG_FORMAT, *mode, *files], cwd=root, capture_output=True, text=True)
    findings = [line for line in run.stderr.splitlines() if FINDING.match(line)]
    if run.returncode != 0 and not findings:
        sys.exit(f"{CLANG_FORMAT} failed:\n{run.stderr}")
    return findings


def translation_units(root, build):
    """File name to compile command, for the project's own sources in the folders that are checked."""
    units = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if path.is_relative_to(root):
            name = path.relative_to(root).as_posix()
            if name.startswith(TIDY_FOLDERS):
                units[name] = entry["command"]
    return units


def fingerprint(root, name, command, preamble, cache):
    digest = hashlib.sha256(preamble)
    digest.update(command.encode())
    for path in sorted(source_tree.closure(root, name, cache)):
        digest.update(path.encode() + b"\0" + (root / path).read_bytes() + b"\0")
    return digest.hexdigest()


def tidy(root, build, name):
    run = subprocess.run(
        [CLANG_TIDY, "-p", str(build), "--quiet", "--extra-arg=-Wno-unknown-warning-option", str(root / name)],
        cwd=root, capture_output=True, text=True,
    )
    findings = []
    for line in run.stdout.splitlines():
        match = FINDING.match(line)
        if match:
            path = pathlib.Path(match["file"])
            shown = path.relative_to(root) if path.is_relative_to(root) else path
            findings.append(f"{shown}:{match['line']}:{match['column']}: {match['text']}")
    if run.returncode != 0 and not findings:
        findings.append(f"{name}: {CLANG_TIDY} ended with {run.returncode}: {run.stderr.strip()[-500:]}")
    return findings


def tidy_findings(root, build, jobs):
    version = subprocess.run([CLANG_TIDY, "--version"], capture_output=True, text=True, check=True).stdout
    preamble = version.encode() + (root / ".clang-tidy").read_bytes()
    record_path = build / "lint.json"
    clean = set(json.loads(record_path.read_text())) if record_path.exists() else set()
    includes = {}
    units = translation_units(root, build)
    prints = {name: fingerprint(root, name, command, preamble, includes) for name, command in units.items()}
    todo = [name for name in sorted(units) if prints[name] not in clean]
    findings = set()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for name, found in zip(todo, pool.map(lambda name: tidy(root, build, name), todo)):
            findings.update(found)
            if not found:
                clean.add(prints[name])
    record_path.write_text(json.dumps(sorted(clean & set(prints.values()))))
    print(f"clang-tidy: {len(units)} translation units, {len(units) - len(todo)} unchanged since they were clean")
    return sorted(findings)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--build", type=pathlib.Path, help="build folder with compile_commands.json")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--format", action="store_true", help="rewrite the files instead of checking them")
    arguments = parser.parse_args()
    root = arguments.root.resolve()

    files = source_tree.cpp_files(root)
    findings = format_findings(root, files, arguments.format)
    if arguments.format:
        return 0
    print(f"clang-format: {len(files)} files")
    if arguments.build:
        findings += tidy_findings(root, arguments.build.resolve(), arguments.jobs)
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
