#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The long demonstration of large results: pages of 200 MB.

Prints every figure beside its bound. Exit code 1 when something is missed.
"""

import sys

import large_page
import verdicts


def main():
    build = verdicts.build_dir_parser(__doc__).parse_args().build_dir.resolve()
    return verdicts.exit_code(lambda: large_page.show(build, short=False))


if __name__ == "__main__":
    sys.exit(main())
