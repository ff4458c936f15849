# SPDX-License-Identifier: Apache-2.0
"""The verdicts on three nodes under faults: each is given when it should be, and only then."""

import contextlib
import io
import subprocess
import sys
import threading
import types
import unittest

import source_fixture  # noqa: F401 (makes tools importable)
import node_faults
import steady_load
import three_nodes
import verdicts
from steady_load import Failure
from three_nodes import Outage

MS = 10**6
NODE, OTHER = (node_faults.Node(types.SimpleNamespace(port=9), number, f"127.0.0.{number}") for number in (1, 2))
KILLED = Outage("killed", [NODE], 1000 * MS, {NODE: 5000 * MS}, three_nodes.KILLED_IS_LEFT)


def load_of(program):
    """A load whose program is this Python text."""
    with contextlib.redirect_stdout(io.StringIO()):
        load = steady_load.Load.__new__(steady_load.Load)
        load.process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        load.samples, load.failures, load.figures = [], [], None
        load.reader = threading.Thread(target=load._read)
        load.reader.start()
    return load


def sampled(*pairs):
    """A load that had sent so much to NODE at these times in milliseconds."""
    load = types.SimpleNamespace(samples=[(moment * MS, {NODE.endpoint: sent}) for moment, sent in pairs])
    load.used = lambda *of: steady_load.Load.used(load, *of)
    return load


def failure(**fields):
    usual = {"due": 980 * MS, "called": 990 * MS, "ended": 1001 * MS, "kind": "read", "type": "connection_error",
             "cause": "node_fell_silent", "effect": "maybe_applied", "whose": "driver", "node": NODE.endpoint,
             "attempts": [NODE.endpoint]}
    return Failure(**(usual | fields))


def silently(judge, *arguments):
    with contextlib.redirect_stdout(io.StringIO()):
        return judge(*arguments)


class Output(unittest.TestCase):
    def test_what_the_load_says_is_read(self):
        load = load_of(
            "print('sample 5 127.0.0.1:9=1 127.0.0.2:9=2');"
            "print('failed 1 2 3 read connection_error node_fell_silent maybe_applied driver "
            "127.0.0.1:9 127.0.0.1:9,127.0.0.2:9');"
            "print('end {\"inserts\": 3}')"
        )
        load.end()
        self.assertEqual(load.samples, [(5, {"127.0.0.1:9": 1, "127.0.0.2:9": 2})])
        self.assertEqual(load.failures, [Failure(1, 2, 3, "read", "connection_error", "node_fell_silent",
                                                 "maybe_applied", "driver",
                                                 "127.0.0.1:9", ["127.0.0.1:9", "127.0.0.2:9"])])
        self.assertEqual(load.figures, {"inserts": 3})

    def test_a_load_that_fails_is_told(self):
        load = load_of("raise SystemExit(3)")
        with self.assertRaisesRegex(verdicts.Missed, "ended with 3"):
            load.end()


class Leaving(unittest.TestCase):
    def test_the_last_use_before_a_gap_counts(self):
        in_time = sampled((900, 5), (1050, 6), (4000, 6), (4990, 7), (5500, 9))
        self.assertTrue(silently(three_nodes.judge_leaving, in_time, KILLED, 1))
        late = sampled((900, 5), (1050, 6), (1101, 7), (5500, 9))
        self.assertFalse(silently(three_nodes.judge_leaving, late, KILLED, 1))

    def test_a_loose_bound_stays_below_the_pause(self):
        frozen = Outage("frozen", [NODE], 1000 * MS, {NODE: 11_000 * MS}, three_nodes.FROZEN_IS_LEFT)
        never_left = sampled(*[(moment, moment) for moment in range(900, 11_000, 100)])
        self.assertFalse(silently(three_nodes.judge_leaving, never_left, frozen, verdicts.LOOSE))


class Returning(unittest.TestCase):
    def test_the_first_use_after_the_return_counts(self):
        for first, expected in (6900, True), (7100, False):
            load = sampled((4900, 6), (5100, 6), (first, 7), (first + 100, 8))
            self.assertEqual(silently(three_nodes.judge_return, load, KILLED, NODE, 1), expected)
        self.assertFalse(silently(three_nodes.judge_return, sampled((4900, 6), (9000, 6)), KILLED, NODE, 1))


class Failures(unittest.TestCase):
    def judge(self, **fields):
        return silently(three_nodes.judge_failures, KILLED, [failure(), failure(**fields)])

    def test_what_was_on_the_node_may_fail_with_its_type_and_effect(self):
        self.assertTrue(self.judge())
        self.assertTrue(self.judge(type="operation_timed_out"))
        self.assertTrue(self.judge(effect="not_sent"))

    def test_servers_errors_are_counted_apart(self):
        self.assertTrue(self.judge(whose="server", type="write_timeout", attempts=[OTHER.endpoint]))

    def test_nothing_else_may_fail(self):
        self.assertFalse(self.judge(attempts=[OTHER.endpoint]))
        self.assertFalse(self.judge(attempts=["-"]))
        self.assertFalse(self.judge(attempts=[NODE.endpoint, OTHER.endpoint]))
        self.assertFalse(self.judge(type="no_host_available"))
        self.assertFalse(self.judge(type="bad_alloc"))
        self.assertFalse(self.judge(effect="rejected"))


class AllDown(unittest.TestCase):
    def judge(self, *failures):
        outage = Outage("all killed", [NODE, OTHER], 0, {NODE: 9000 * MS, OTHER: 9500 * MS}, 100)
        return silently(three_nodes.judge_no_node, None, outage, list(failures), 1)

    @staticmethod
    def refused(**fields):
        both = [NODE.endpoint, OTHER.endpoint]
        usual = {"type": "no_host_available", "attempts": both, "called": 3000 * MS, "ended": 3001 * MS}
        return failure(**(usual | fields))

    def test_each_request_names_every_node_at_once(self):
        self.assertTrue(self.judge(self.refused()))
        self.assertFalse(self.judge(self.refused(ended=3101 * MS)))
        self.assertFalse(self.judge(self.refused(), self.refused(attempts=[NODE.endpoint])))
        self.assertFalse(self.judge(self.refused(), self.refused(type="operation_timed_out")))

    def test_no_failure_at_all_is_no_proof(self):
        self.assertFalse(self.judge())
        self.assertFalse(self.judge(self.refused(called=100 * MS, ended=101 * MS)))


class Asked(unittest.TestCase):
    def test_99_of_100_go_to_the_replica(self):
        for on_replica, expected in (990, True), (989, False):
            figures = {"requests": 1000, "on_replica": on_replica, "prepared_there": 2}
            self.assertEqual(silently(three_nodes.judge_replicas, figures), expected)

    def test_every_change_is_known_everywhere(self):
        changes = 2 * three_nodes.TABLES
        figures = {"changes": changes, "agreed": changes, "known": changes, "everywhere": changes}
        self.assertTrue(silently(three_nodes.judge_ddl, figures, three_nodes.TABLES))
        for part in figures:
            self.assertFalse(silently(three_nodes.judge_ddl, figures | {part: changes - 1}, three_nodes.TABLES), part)

    def test_a_burst_neither_fails_nor_fills_the_memory(self):
        figures = {"requests": three_nodes.BURST, "at_once": 39_000, "failed": 0, "took_ms": 900.0, "grown_mib": 1.0}
        self.assertTrue(silently(three_nodes.judge_burst, figures))
        for worse in {"failed": 1}, {"requests": three_nodes.BURST - 1}, {"grown_mib": 1000.0}:
            self.assertFalse(silently(three_nodes.judge_burst, figures | worse))


class End(unittest.TestCase):
    def judge(self, killed_together=False, **fields):
        figures = {"inserts": 5, "reads": 5, "failed": 1, "wrong_reads": 0, "missing": 0, "longest_ms": 1.5}
        return silently(three_nodes.judge_end, types.SimpleNamespace(figures=figures | fields), killed_together)

    def test_every_answered_insert_is_there(self):
        self.assertTrue(self.judge())
        self.assertFalse(self.judge(missing=1))
        self.assertFalse(self.judge(wrong_reads=1))
        self.assertFalse(self.judge(inserts=0))
        self.assertFalse(self.judge(reads=0))

    def test_but_for_what_servers_lose_that_are_killed_together(self):
        self.assertTrue(self.judge(killed_together=True, missing=1, wrong_reads=1))
        self.assertFalse(self.judge(killed_together=True, inserts=0))


if __name__ == "__main__":
    unittest.main()
