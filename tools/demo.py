#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts a local Cassandra, runs examples/tour.cpp against it, and stops it."""

import pathlib
import subprocess
import sys
import time

import local_node

TOUR = pathlib.Path(__file__).resolve().parent.parent / "build" / "release" / "examples" / "tour"
PORT = 19342


def main():
    print("Starting a local Cassandra …", flush=True)
    begin = time.monotonic()
    try:
        with local_node.local_node("demo", PORT) as (address, port):
            print(f"It answers at {address}:{port} after {time.monotonic() - begin:.0f} s.\n", flush=True)
            code = subprocess.run([TOUR, address, str(port)]).returncode
            print("\nStopping it …", flush=True)
    except local_node.NodeError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
