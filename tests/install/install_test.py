# SPDX-License-Identifier: Apache-2.0
"""Usage: install_test.py BUILD_FOLDER COMPILER. Installs that build into a temporary folder and uses it from outside."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = None
COMPILER = None


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


class Consumers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.work = pathlib.Path(folder.name)
        cls.prefix = cls.work / "prefix"
        run("cmake", "--install", BUILD, "--prefix", cls.prefix)

    def assert_runs(self, program):
        self.assertIn("nobody listens there: ", run(program))

    def configure(self, build, *definitions):
        run("cmake", "-S", HERE / "consumer", "-B", build, f"-DCMAKE_CXX_COMPILER={COMPILER}", *definitions)

    def test_a_project_that_finds_the_package_builds_and_runs(self):
        build = self.work / "find_package"
        self.configure(build, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", build)
        self.assert_runs(build / "consumer")

    def test_a_program_built_through_pkg_config_runs(self):
        pkg_config = shutil.which("pkg-config")
        self.assertIsNotNone(pkg_config)
        folders = [path.parent for path in self.prefix.rglob("async_cassandra.pc")]
        arguments = run(
            pkg_config, "--static", "--cflags", "--libs", folders[0] / "async_cassandra.pc",
        ).split()
        program = self.work / "with_pkg_config"
        run(COMPILER, "-std=c++20", HERE / "consumer/main.cpp", "-o", program, *arguments)
        self.assert_runs(program)

    def test_as_a_subdirectory_it_brings_the_library_and_nothing_of_its_developers(self):
        build = self.work / "subdirectory"
        self.configure(build, f"-DASYNC_CASSANDRA_SOURCE={ROOT}")
        targets = run("cmake", "--build", build, "--target", "help")
        self.assertIn("async_cassandra_base", targets)
        for developers_own in ("unit_base", "header_check", "canned_server", "hello"):
            self.assertNotIn(developers_own, targets)

    def test_no_private_header_is_installed(self):
        headers = {path.relative_to(self.prefix).parts[:2] for path in self.prefix.rglob("*.hpp")}
        self.assertEqual({("include", "async_cassandra")}, headers)


if __name__ == "__main__":
    BUILD, COMPILER = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
