# SPDX-License-Identifier: Apache-2.0
"""tools/deps with stand-ins for the system's programs."""

import os
import re
import subprocess
import unittest

from source_fixture import ROOT, TreeTest


class Deps(TreeTest):
    def setUp(self):
        super().setUp()
        listed = re.search(r"^packages=\((.*?)\)", (ROOT / "tools/deps").read_text(), re.DOTALL | re.MULTILINE)
        self.packages = listed.group(1).split()
        self.program("java", "echo 'openjdk version \"17.0.1\" 2021-10-19' >&2")
        self.program("mvn", "true")
        self.program("apt-get", f'echo "apt-get $*" >> "{self.root}/calls"')
        self.program("sudo", "exit 1")
        self.user(1000)
        self.installed(self.packages)

    def program(self, name, body):
        self.write(f"bin/{name}", "#!/bin/sh", body)
        (self.root / "bin" / name).chmod(0o755)

    def user(self, number):
        self.program("id", f"echo {number}")

    def installed(self, packages):
        lines = [f"{name}:amd64 installed" if name.startswith("lib") else f"{name} installed" for name in packages]
        self.program("dpkg-query", "cat <<END\n" + "\n".join([*lines, "unrelated config-files"]) + "\nEND")

    def run_deps(self):
        # Nothing of this machine but the few programs the script itself is made of.
        for name in ("bash", "env", "sh", "sed", "grep", "tail", "mktemp", "rm", "cat"):
            link = self.root / "bin" / name
            if not link.is_symlink():
                link.symlink_to(f"/usr/bin/{name}")
        run = subprocess.run(
            ["/usr/bin/bash", ROOT / "tools/deps"], capture_output=True, text=True,
            env={"PATH": str(self.root / "bin"), "TMPDIR": str(self.root), "HOME": os.environ.get("HOME", "/")},
        )
        calls = self.root / "calls"
        return run, calls.read_text() if calls.exists() else ""

    def test_says_nothing_when_all_is_there(self):
        run, calls = self.run_deps()
        self.assertEqual((0, "", "", ""), (run.returncode, run.stdout, run.stderr, calls))

    def test_without_rights_prints_the_one_line_to_type(self):
        self.installed([name for name in self.packages if name not in ("ccache", "libfmt-dev")])
        run, calls = self.run_deps()
        self.assertEqual((1, ""), (run.returncode, calls))
        lines = [line for line in run.stderr.splitlines() if "apt-get install" in line]
        self.assertEqual(1, len(lines), run.stderr)
        self.assertTrue(lines[0].endswith("ccache libfmt-dev'"), lines[0])

    def test_root_installs_what_is_missing_and_nothing_else(self):
        self.user(0)
        self.installed([name for name in self.packages if name != "libfmt-dev"])
        run, calls = self.run_deps()
        self.assertEqual(0, run.returncode, run.stderr)
        self.assertEqual(
            ["apt-get update", "apt-get install -y --no-install-recommends libfmt-dev"], calls.splitlines()
        )

    def test_a_failed_installation_fails(self):
        self.user(0)
        self.installed(self.packages[1:])
        self.program("apt-get", "echo no network; exit 100")
        run, _ = self.run_deps()
        self.assertEqual(1, run.returncode)
        self.assertIn("no network", run.stderr)

    def test_another_java_is_not_enough(self):
        self.program("java", "echo 'openjdk version \"11.0.2\"' >&2")
        run, _ = self.run_deps()
        self.assertIn("openjdk-17-jre-headless", run.stderr)
        self.installed([*self.packages, "openjdk-17-jre-headless"])
        self.assertEqual(0, self.run_deps()[0].returncode)


if __name__ == "__main__":
    unittest.main()
