# SPDX-License-Identifier: Apache-2.0
"""Figures beside their bounds, and the programs that print them: exit code 1 when one is missed."""

import argparse
import pathlib

import local_node

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Where the machine may be busy with something else, bounds of time are so many times as large.
LOOSE = 10


class Missed(Exception):
    """It could not be shown at all; the text says why."""


def verdict(fine, text):
    print(f"{'ok    ' if fine else 'MISSED'}  {text}", flush=True)
    return fine


def build_dir_parser(description):
    """Knows --build-dir, whose value has to be resolved."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--build-dir", type=pathlib.Path, default=ROOT / "build" / "release")
    return parser


def exit_code(*shows):
    """Calls each of them, whatever the others did: it says whether every bound was kept."""
    fine = True
    for show in shows:
        try:
            fine &= show()
        except (Missed, local_node.NodeError) as problem:
            fine &= verdict(False, str(problem))
    return 0 if fine else 1
