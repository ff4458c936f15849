#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The long demonstration of large results: pages of 200 MB.

Prints every figure beside its bound. Exit code 1 when something is missed.
"""

import argparse
import pathlib
import sys

import large_page

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build-dir", type=pathlib.Path, default=ROOT / "build" / "release")
    build = parser.parse_args().build_dir.resolve()
    try:
        fine = large_page.show(build, short=False)
    except large_page.Missed as problem:
        fine = large_page.verdict(False, str(problem))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
