#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The long demonstration of several nodes: figures of a quiet machine, ten minutes of faults, two data centers.

Prints every figure beside its bound. Exit code 1 when something is missed.
"""

import sys

import cluster_figures
import data_centers
import three_nodes
import verdicts


def main():
    build = verdicts.build_dir_parser(__doc__).parse_args().build_dir.resolve()
    return verdicts.exit_code(
        lambda: cluster_figures.show(build),
        lambda: three_nodes.show(build, short=False),
        lambda: data_centers.show(build, short=False),
    )


if __name__ == "__main__":
    sys.exit(main())
