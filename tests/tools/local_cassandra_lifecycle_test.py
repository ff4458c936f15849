# SPDX-License-Identifier: Apache-2.0
"""tools/local-cassandra as its callers use it, with a stand-in for Java, so that a node takes no time."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import unittest
from pathlib import Path
from unittest import mock

from scratch import REPOSITORY, Done, Scratch

from local_cassandra import lifecycle, ports, server
from local_cassandra.shape import Shape

STAND_IN = Path(__file__).resolve().parent / "stand_in_java.py"


class LocalCluster(Scratch):
    def setUp(self) -> None:
        super().setUp()
        self.home = self.folder / ".local" / "cassandra"
        (self.home / "server" / server.VERSION).mkdir(parents=True)
        java = self.folder / "java" / "bin" / "java"
        java.parent.mkdir(parents=True)
        java.write_text(f'#!/bin/sh\nexec {sys.executable} -S "{STAND_IN}" "$@"\n')
        java.chmod(0o755)
        environment = mock.patch.dict(os.environ, {"JAVA_HOME": str(java.parent.parent)})
        environment.start()
        self.addCleanup(environment.stop)
        self.port = free_port()
        self.addCleanup(self.run_command, "stop", "--now")

    def start(self, *arguments: str) -> Done:
        return self.run_command("start", "--port", str(self.port), *arguments)

    def start_apart(self) -> subprocess.Popen:
        """A start in a process of its own that waits for a node which listens but never answers."""
        program = ("import sys, pathlib; sys.path.insert(0, sys.argv[1]);"
                   "from local_cassandra.command_line import main;"
                   "sys.exit(main(sys.argv[3:], repository=pathlib.Path(sys.argv[2])))")
        child = subprocess.Popen(
            [sys.executable, "-c", program, str(REPOSITORY / "tools"), str(self.folder),
             "start", "--port", str(self.port), "--config", "stand_in=silent"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: accepts("127.0.0.1", self.port))
        return child

    def succeed(self, done: Done) -> str:
        self.assertEqual(done.code, 0, done.errors)
        return done.output + done.errors

    def fail_with(self, expected: str, done: Done) -> None:
        self.assertEqual(done.code, 1, done.output + done.errors)
        self.assertRegex(done.errors, expected)

    def report(self) -> dict:
        return json.loads(self.run_command("status", "--json").output)

    def states(self) -> list[str]:
        return [node["state"] for node in self.report()["nodes"]]

    def mark_data(self) -> Path:
        mark = self.home / "instances" / "default" / "node1" / "data" / "mark"
        mark.parent.mkdir(exist_ok=True)
        mark.touch()
        return mark

    def test_start_reports_the_contact_points_and_the_nodes_outlive_it(self) -> None:
        done = self.start("--nodes", "2", "--dcs", "2", "--json")
        self.succeed(done)
        report = json.loads(done.output)
        self.assertEqual((report["state"], report["port"]), ("ready", self.port))
        self.assertEqual(report["contact_points"], ["127.0.0.1", "127.0.0.2"])
        self.assertEqual([node["datacenter"] for node in report["nodes"]], ["dc1", "dc2"])
        for node in report["nodes"]:
            self.assertEqual(os.getsid(node["pid"]), node["pid"])  # no terminal's Ctrl-C reaches it
        self.succeed(self.run_command("stop"))
        self.assertEqual(self.states(), ["stopped", "stopped"])

    def test_start_again_succeeds_in_the_same_shape_and_fails_in_another(self) -> None:
        self.succeed(self.start())
        pid = self.report()["nodes"][0]["pid"]
        self.assertIn("already running", self.succeed(self.start()))
        self.fail_with("another shape is running:\n  --nodes: is 1, asked for 3", self.start("--nodes", "3"))
        self.fail_with("stop it first", self.start("--fresh"))
        self.assertEqual(self.report()["nodes"][0]["pid"], pid)

    def test_start_completes_a_cluster_with_paused_and_missing_nodes(self) -> None:
        self.succeed(self.start("--nodes", "3"))
        self.succeed(self.run_command("kill", "2"))
        self.succeed(self.run_command("pause", "127.0.0.3"))
        self.assertEqual(self.states(), ["ready", "stopped", "paused"])
        self.assertEqual(self.report()["state"], "degraded")
        self.succeed(self.start("--nodes", "3"))
        self.assertEqual(self.states(), ["ready"] * 3)

    def test_faults_say_when_there_is_nothing_to_do(self) -> None:
        self.succeed(self.start())
        self.assertIn("was not paused", self.succeed(self.run_command("resume", "1")))
        self.succeed(self.run_command("pause", "1"))
        self.assertIn("paused already", self.succeed(self.run_command("pause", "1")))
        self.succeed(self.run_command("resume", "1"))
        self.succeed(self.run_command("kill", "1"))
        self.fail_with("node 1 .* is not running", self.run_command("kill", "1"))

    def test_restart_gives_a_new_process_whether_the_node_ran_or_not(self) -> None:
        self.succeed(self.start())
        seen = {self.report()["nodes"][0]["pid"]}
        for before in ([], ["pause"], ["kill"]):
            for command in before:
                self.succeed(self.run_command(command, "1"))
            self.succeed(self.run_command("restart", "1"))
            node = self.report()["nodes"][0]
            self.assertEqual(node["state"], "ready")
            seen.add(node["pid"])
        self.assertEqual(len(seen), 4)

    def test_data_stays_until_fresh_and_never_meets_another_shape(self) -> None:
        self.succeed(self.start())
        mark = self.mark_data()
        self.succeed(self.run_command("stop"))
        self.fail_with("--nodes: is 1, asked for 2\n.*--fresh", self.start("--nodes", "2"))
        self.assertIn("on existing data", self.succeed(self.start("--config", "x=1")))
        self.assertTrue(mark.exists())
        self.succeed(self.run_command("stop"))
        self.assertIn("with new data", self.succeed(self.start("--nodes", "2", "--fresh")))
        self.assertFalse(mark.exists())

    def test_a_taken_port_costs_no_data(self) -> None:
        self.succeed(self.start())
        mark = self.mark_data()
        self.succeed(self.run_command("stop"))
        with socket.create_server(("127.0.0.1", self.port)):
            self.fail_with(f"127.0.0.1:{self.port} .* is taken by process {os.getpid()} ",
                           self.start("--fresh"))
        self.assertTrue(mark.exists())

    def test_a_port_taken_by_another_instance_names_its_folder(self) -> None:
        self.succeed(self.start())
        self.fail_with("a Cassandra node that keeps its files in .*/instances/default/node1",
                       self.start("--instance", "second"))

    def test_two_instances_run_side_by_side(self) -> None:
        self.addCleanup(self.run_command, "stop", "--now", "--instance", "second")
        self.succeed(self.start())
        self.succeed(self.run_command("start", "--instance", "second", "--port", str(free_port())))
        self.succeed(self.run_command("stop", "--instance", "second"))
        self.assertEqual(self.states(), ["ready"])

    def test_a_node_that_dies_while_starting_is_shown_with_its_log_and_nothing_stays(self) -> None:
        self.fail_with("node 1 .* died while starting. The last lines of .*output.log:\n.*asked to die",
                       self.start("--config", "stand_in=dies"))
        self.assertEqual(self.report()["state"], "absent")
        self.assertIn("asked to die", self.succeed(self.run_command("logs", "1")))

    def test_a_node_that_never_answers_is_given_up_and_ended(self) -> None:
        self.fail_with("did not accept CQL within 1 s",
                       self.start("--config", "stand_in=silent", "--timeout", "1"))
        self.assertIsNone(ports.why_not("127.0.0.1", self.port))

    def test_an_interrupted_start_ends_what_it_launched(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            child = self.start_apart()
            child.send_signal(number)
            _, errors = child.communicate(timeout=30)
            self.assertEqual(child.returncode, 1)
            self.assertIn("interrupted", errors)
            self.assertIsNone(ports.why_not("127.0.0.1", self.port))

    def test_nodes_of_a_killed_start_are_found_again(self) -> None:
        with self.start_apart() as child:
            child.kill()
        self.assertIn("1 node stopped", self.succeed(self.run_command("stop")))
        self.assertIsNone(ports.why_not("127.0.0.1", self.port))

    def test_a_node_that_does_not_end_when_asked_is_killed_and_that_is_said(self) -> None:
        self.succeed(self.start("--config", "stand_in=deaf_to_sigterm"))
        with mock.patch.object(lifecycle, "STOP_SECONDS", 0.1):
            self.assertIn("1 did not end when asked", self.succeed(self.run_command("stop")))
        self.assertIsNone(ports.why_not("127.0.0.1", self.port))


def free_port() -> int:
    """One whose storage and JMX ports are free as well, for three nodes."""
    while True:
        shape = Shape(nodes=3, port=random.randint(20000, 30000))
        if all(ports.why_not(address, port) is None
               for place in shape.places() for _, _, address, port in ports.wanted_ports(shape, place)):
            return shape.port


def accepts(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=5).close()
        return True
    except ConnectionRefusedError:
        return False


def wait_until(reached) -> None:
    deadline = time.monotonic() + 30
    while not reached():
        if time.monotonic() > deadline:
            raise AssertionError("what the test waits for did not come about within 30 s")
        time.sleep(0.02)


if __name__ == "__main__":
    unittest.main()
