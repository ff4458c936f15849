#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The long demonstration of several nodes: ten minutes of faults on three real nodes under load.

Prints every figure beside its bound. Exit code 1 when something is missed.
"""

import argparse
import pathlib
import sys

import local_node
import three_nodes

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build-dir", type=pathlib.Path, default=ROOT / "build" / "release")
    build = parser.parse_args().build_dir.resolve()
    try:
        fine = three_nodes.show(build, short=False)
    except (three_nodes.Missed, local_node.NodeError) as problem:
        fine = three_nodes.verdict(False, str(problem))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
