# SPDX-License-Identifier: Apache-2.0
"""A repository that exists for one test, and the program run in it, within the process of the test."""

import contextlib
import io
import signal
import sys
import tempfile
import unittest
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY / "tools"))

from local_cassandra.command_line import main  # noqa: E402
from local_cassandra.interruption import INTERRUPTING  # noqa: E402


class Done(NamedTuple):
    code: int
    output: str
    errors: str


class Scratch(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory(prefix="with space ")
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def run_command(self, *arguments: str) -> Done:
        output, errors = io.StringIO(), io.StringIO()
        handlers = {number: signal.getsignal(number) for number in INTERRUPTING}
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            try:
                code = main(list(arguments), repository=self.folder)
            except SystemExit as cause:  # argparse ends this way
                code = int(cause.code or 0)
            finally:
                for number, handler in handlers.items():
                    signal.signal(number, handler)
        return Done(code, output.getvalue(), errors.getvalue())
