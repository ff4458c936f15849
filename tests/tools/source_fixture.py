# SPDX-License-Identifier: Apache-2.0
"""A source tree of a few files in a temporary folder, for the tests of the checks."""

import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))


class TreeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, name, *lines):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(line + "\n" for line in lines))

    def assert_problem(self, problems, *parts):
        """Exactly one problem, which names all the parts."""
        self.assertEqual(1, len(problems), problems)
        for part in parts:
            self.assertIn(part, problems[0])
