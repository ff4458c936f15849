# SPDX-License-Identifier: Apache-2.0
"""What the command async-cassandra shows of a real Cassandra itself, and what its benchmark does to one.

AC_COMMAND is the program; AC_CONTACT_POINT and AC_PORT name the node.
"""

import csv
import io
import json
import re
import unittest

from command_test import ADDRESS, PORT, UNIQUE, bench, json_rows, query, run

ONE_REPLICA = "{'class': 'SimpleStrategy', 'replication_factor': 1}"


def shown(*arguments):
    """Output of a command that succeeds."""
    done = run(*arguments)
    if done.returncode != 0 or done.stderr:
        raise AssertionError(f"async-cassandra {arguments} ended with {done.returncode}\n{done.stderr}")
    return done.stdout


def change(cql):
    """A change of the schema. The server may warn of what it makes."""
    done = run("query", cql)
    if done.returncode != 0:
        raise AssertionError(f"{cql}\n{done.stderr}")


def statements(text):
    return [statement for statement in text.split(";\n") if statement.strip()]


class Nodes(unittest.TestCase):
    def test_a_node_is_shown_as_it_describes_itself(self):
        itself = json_rows("SELECT host_id, data_center, rack, release_version, tokens FROM system.local")[0]
        nodes = [json.loads(line) for line in shown("nodes", "--format", "json").splitlines()]
        self.assertEqual(len(nodes), 1)
        expected = {
            "address": f"{ADDRESS}:{PORT}", "host_id": itself["host_id"], "data_center": itself["data_center"],
            "rack": itself["rack"], "version": itself["release_version"], "state": "up",
            "tokens": len(itself["tokens"]),
        }
        self.assertEqual({name: nodes[0][name] for name in expected}, expected)
        self.assertGreater(nodes[0]["latency_ms"], 0)
        self.assertLess(nodes[0]["latency_ms"], 2000)

    def test_csv_and_the_table_tell_the_same(self):
        header, row = csv.reader(io.StringIO(shown("nodes", "--format", "csv")))
        lines = shown("nodes").splitlines()
        self.assertEqual([name.strip() for name in lines[0].split("|")], header)
        self.assertIn(dict(zip(header, row))["host_id"], lines[2])
        self.assertEqual(lines[-1], "(1 node)")


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.keyspace = f"schema_{UNIQUE}"
        table = f"{cls.keyspace}.\"Odd\""
        for cql in [
            f"CREATE KEYSPACE {cls.keyspace} WITH replication = {ONE_REPLICA} AND durable_writes = false",
            f"CREATE TYPE {cls.keyspace}.z_inner (a list<frozen<set<int>>>, \"B\" text)",
            f"CREATE TYPE {cls.keyspace}.a_outer (i frozen<z_inner>, m map<text, frozen<z_inner>>, "
            "v vector<float, 3>, t tuple<int, text>)",
            f"CREATE TABLE {table} (\"Part\" int, p2 text, c1 int, c2 text, s text static, o frozen<a_outer>, "
            "l list<int>, PRIMARY KEY ((\"Part\", p2), c1, c2)) WITH CLUSTERING ORDER BY (c1 DESC, c2 ASC) "
            "AND comment = 'it''s' AND gc_grace_seconds = 1234 AND default_time_to_live = 99 "
            "AND compaction = {'class': 'LeveledCompactionStrategy', 'sstable_size_in_mb': '50'} "
            "AND compression = {'class': 'LZ4Compressor', 'chunk_length_in_kb': '32'} "
            "AND caching = {'keys': 'NONE', 'rows_per_partition': '10'} AND speculative_retry = '50ms' "
            "AND bloom_filter_fp_chance = 0.2",
            f"CREATE INDEX by_l ON {table} (values(l))",
            f"CREATE INDEX by_s ON {table} (s) USING 'sai' WITH OPTIONS = {{'case_sensitive': 'false'}}",
            f"CREATE TABLE {cls.keyspace}.hits (page text PRIMARY KEY, count counter)",
            f"CREATE TABLE {cls.keyspace}.base (k int PRIMARY KEY, v int, w int)",
            f"CREATE MATERIALIZED VIEW {cls.keyspace}.by_v AS SELECT k, v FROM {cls.keyspace}.base "
            "WHERE v IS NOT NULL AND k IS NOT NULL PRIMARY KEY (v, k) WITH CLUSTERING ORDER BY (k DESC)",
        ]:
            change(cql)

    @classmethod
    def tearDownClass(cls):
        query(f"DROP KEYSPACE {cls.keyspace}")

    # What is printed is CQL that makes the same again.
    def test_the_statements_of_a_keyspace_make_its_copy(self):
        original = shown("schema", self.keyspace)
        copy = f"{self.keyspace}_copy"
        for statement in statements(original.replace(self.keyspace, copy)):
            change(statement)
        try:
            self.assertEqual(shown("schema", copy).replace(copy, self.keyspace), original)
        finally:
            query(f"DROP KEYSPACE {copy}")
        for text in ('CREATE TYPE', '"Part" int', 's text STATIC', 'c1 DESC', "comment = 'it''s'", "USING 'sai'",
                     "case_sensitive", "MATERIALIZED VIEW", "count counter"):
            self.assertIn(text, original)

    def test_a_table_that_was_dropped_is_made_again(self):
        name = f"{self.keyspace}.\"Odd\""
        printed = shown("schema", f"{self.keyspace}.Odd")
        change(f"DROP TABLE {name}")
        for statement in statements(printed):
            change(statement)
        self.assertEqual(shown("schema", f"{self.keyspace}.Odd"), printed)
        for option in ("gc_grace_seconds = 1234", "default_time_to_live = 99", "LeveledCompactionStrategy", "'50'",
                       "'chunk_length_in_kb': '32'", "'rows_per_partition': '10'", "speculative_retry = '50ms'",
                       "bloom_filter_fp_chance = 0.2"):
            self.assertIn(option, printed)

    # Of what was never set the server describes its default. Extensions are empty.
    def test_options_are_those_that_the_server_describes(self):
        def names(text):
            return set(re.findall(r"(?:WITH|AND) ([a-z_]+) =", text))
        for kind, name, quoted, tables, column in [("TABLE", "Odd", '"Odd"', "tables", "table_name"),
                                                   ("MATERIALIZED VIEW", "by_v", "by_v", "views", "view_name")]:
            stored = json_rows(f"SELECT * FROM system_schema.{tables} WHERE keyspace_name = '{self.keyspace}' "
                               f"AND {column} = '{name}'")[0]
            unset = {option for option, value in stored.items() if not value and value not in (0, False)}
            described = json_rows(f"DESCRIBE {kind} {self.keyspace}.{quoted}")[0]["create_statement"]
            printed = names(shown("schema", f"{self.keyspace}.{name}"))
            self.assertEqual(printed - unset, names(described) - unset)
            self.assertGreater(len(printed), 12)

    def test_a_table_or_a_view_stands_alone(self):
        table = shown("schema", f"{self.keyspace}.Odd")
        self.assertEqual([line.split()[1] for line in table.splitlines() if line.startswith("CREATE")],
                         ["TABLE", "INDEX", "CUSTOM"])
        self.assertTrue(shown("schema", f"{self.keyspace}.by_v").startswith("CREATE MATERIALIZED VIEW"))

    def test_all_keyspaces_are_those_that_the_server_has_not_made_itself(self):
        text = shown("schema")
        self.assertIn(f"CREATE KEYSPACE {self.keyspace} ", text)
        self.assertNotIn("KEYSPACE system", text)
        self.assertIn("CREATE TABLE system.local", shown("schema", "system"))

    def test_what_is_not_there_is_named(self):
        for name, expected in [("no_such_keyspace", "no_such_keyspace"), (f"{self.keyspace}.odd", "'odd'")]:
            done = run("schema", name)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(expected, done.stderr)


class Benchmark(unittest.TestCase):
    def test_mixed_is_half_selects_and_half_inserts(self):
        report = bench("--op", "mixed", "--requests", "2000", "--rows", "500", "--consistency", "one")
        self.assertEqual((report["op"], report["requests"], report["errors"]), ("mixed", 2000, 0))
        self.assertEqual(report["rows"], 1000)
        self.assertEqual(report["errors_by_class"], {})
        self.assertAlmostEqual(report["longest_ms"], report["latency_us"]["max"] / 1000, delta=0.01)

    def test_failures_are_counted_by_class_and_do_not_end_the_run(self):
        bench("--op", "select", "--requests", "10", "--rows", "100")
        done = run("bench", "--op", "mixed", "--requests", "50", "--rows", "100", "--consistency", "three",
                   "--no-setup", "--json")
        self.assertEqual(done.returncode, 1)
        report = json.loads(done.stdout)
        self.assertEqual((report["requests"], report["errors"]), (50, 50))
        self.assertEqual(report["errors_by_class"], {"unavailable": 50})

    def test_a_keyspace_with_another_replication_is_changed_and_said_to_be(self):
        bench("--op", "insert", "--requests", "10", "--rows", "10")
        for replicas in 2, 1:
            done = run("bench", "--op", "mixed", "--requests", "50", "--rows", "100", "--consistency", "one",
                       "--replication", str(replicas))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"keyspace bench was changed to {replicas} replicas", done.stderr)
            self.assertIn(f"'replication_factor': '{replicas}'", shown("schema", "bench"))
        again = run("bench", "--op", "mixed", "--requests", "50", "--rows", "100", "--replication", "1")
        self.assertEqual((again.returncode, again.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
