# SPDX-License-Identifier: Apache-2.0
"""The verdicts on two data centers: each is given when it should be, and only then."""

import contextlib
import io
import struct
import subprocess
import sys
import types
import unittest
import unittest.mock

import source_fixture  # noqa: F401 (makes tools importable)
import data_centers
import node_faults
import verdicts

HERE, THERE = "127.0.0.1:9", "127.0.0.2:9"
ALL = data_centers.REQUESTS


def places(answers=(3, 0)):
    """A node in each; these are the connections that they count."""
    cluster = types.SimpleNamespace(port=9)
    cluster.nodes = [node_faults.Node(cluster, number, f"127.0.0.{number}") for number in (1, 2)]
    for node, count in zip(cluster.nodes, answers):
        node.query = lambda statement, count=count: b"rows" + struct.pack(">q", count)
    return data_centers.Places(cluster)


def report(here=0, there=0, failed=None, took_ms=5):
    failed = failed or {}
    return {"answered": ALL - sum(failed.values()), "failed": failed, "sent": {HERE: here, THERE: there},
            "took_ms": took_ms}


def silently(judge, *arguments):
    with contextlib.redirect_stdout(io.StringIO()):
        return judge(*arguments)


class Staying(unittest.TestCase):
    def judge(self, *arguments, **fields):
        return silently(data_centers.judge_stays, places(), "x", [report(*arguments, **fields), report(here=ALL)])

    def test_all_are_answered_here(self):
        self.assertTrue(self.judge(here=ALL))
        self.assertFalse(self.judge(here=ALL, there=1))
        self.assertFalse(self.judge(here=ALL, failed={"unavailable ONE": 1}))
        self.assertFalse(self.judge())

    def test_the_nodes_themselves_count_connections(self):
        self.assertTrue(silently(data_centers.judge_servers_truth, places((3, 0))))
        self.assertFalse(silently(data_centers.judge_servers_truth, places((3, 1))))
        self.assertFalse(silently(data_centers.judge_servers_truth, places((0, 0))))

    def test_the_server_names_the_level(self):
        for failed, expected in [({"unavailable EACH_QUORUM": ALL}, True), ({"unavailable LOCAL_QUORUM": ALL}, False),
                                 ({"unavailable EACH_QUORUM": ALL - 1}, False),
                                 ({"write_timeout EACH_QUORUM": ALL}, False)]:
            judged = silently(data_centers.judge_unmet, "x", "EACH_QUORUM", report(failed=failed))
            self.assertEqual(judged, expected, failed)


class Disturbed(unittest.TestCase):
    def test_a_round_is_run_again_only_when_something_failed(self):
        def rounds(*said, seconds=3):
            left = list(said)
            clients = types.SimpleNamespace(run_all=lambda client, levels: [left.pop(0)])
            with unittest.mock.patch("time.sleep"), unittest.mock.patch("time.monotonic", side_effect=range(100)):
                ran = silently(data_centers.run_undisturbed, clients, "allowed", ("ONE",), seconds)
            return ran[0], len(said) - len(left)
        lost, leaked, fine = report(failed={"connection_error": 1}), report(there=1), report(here=ALL)
        self.assertEqual(rounds(lost, fine, fine), (fine, 2))
        self.assertEqual(rounds(leaked, fine, fine), (leaked, 1))
        self.assertEqual(rounds(lost, lost, lost, fine), (lost, 3))
        self.assertEqual(rounds(lost, fine, seconds=0), (lost, 1))

    def test_a_connection_to_the_other_data_center_is_told(self):
        for count, expected in (0, True), (1, False):
            clients = types.SimpleNamespace(ask=lambda *words, count=count: {HERE: 1, THERE: count})
            self.assertEqual(silently(data_centers.judge_never_connected, places(), clients), expected)


class Leaving(unittest.TestCase):
    def test_without_permission_all_fail_at_once(self):
        def judge(loose=1, **fields):
            return silently(data_centers.judge_refused, places(), "x",
                            [report(failed={"no_host_available": ALL}), report(**fields)], loose)
        refused = {"no_host_available": ALL}
        self.assertTrue(judge(failed=refused))
        self.assertTrue(judge(failed=refused, took_ms=999, loose=10))
        self.assertFalse(judge(failed=refused, took_ms=101))
        self.assertFalse(judge(failed=refused, there=1))
        self.assertFalse(judge(failed={"no_host_available": ALL - 1}))
        self.assertFalse(judge(failed={"no_host_available": ALL - 1, "connection_error": 1}))

    def test_with_permission_all_are_answered_there(self):
        def judge(**fields):
            return silently(data_centers.judge_goes_over, places(), "x", report(**fields))
        self.assertTrue(judge(there=ALL))
        self.assertFalse(judge(there=ALL, here=1))
        self.assertFalse(judge(there=ALL, failed={"operation_timed_out": 1}))
        self.assertFalse(judge())


class Returning(unittest.TestCase):
    def test_within_the_bound(self):
        for after, expected in (0, True), (2000, True), (2001, False), (None, False):
            self.assertEqual(silently(data_centers.judge_return, after, 1), expected)


class Asking(unittest.TestCase):
    def clients(self, program):
        made = data_centers.Clients.__new__(data_centers.Clients)
        made.process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        return made

    def test_an_answer_is_read(self):
        clients = self.clients("input(); print('{\"answered\": 3}')")
        self.assertEqual(clients.ask("run"), {"answered": 3})
        clients.end()

    def test_clients_that_end_are_told(self):
        for program in "raise SystemExit(3)", "input(); raise SystemExit(3)":
            clients = self.clients(program)
            with self.assertRaisesRegex(verdicts.Missed, "ended with 3"):
                clients.ask("run")
            with contextlib.suppress(BrokenPipeError):
                clients.process.stdin.close()
            clients.process.stdout.close()
        clients = self.clients("import sys; sys.stdin.read(); raise SystemExit(4)")
        with self.assertRaisesRegex(verdicts.Missed, "ended with 4"):
            clients.end()


if __name__ == "__main__":
    unittest.main()
