# SPDX-License-Identifier: Apache-2.0
"""The command async-cassandra on a real Cassandra: what it prints, what it takes, how it ends.

AC_COMMAND is the program; AC_CONTACT_POINT and AC_PORT name the node.
"""

import csv
import io
import json
import os
import subprocess
import time
import unittest

COMMAND = os.environ["AC_COMMAND"]
ADDRESS = os.environ.get("AC_CONTACT_POINT")
PORT = os.environ.get("AC_PORT")
LIMIT = 60
KEYSPACE = "integration_command"
UNIQUE = f"{time.time_ns()}_{os.getpid()}"

# Column type, a literal as CQL writes it, what JSON and CSV show, and how --param takes it where that differs.
VALUES = [
    ("tinyint", "-128", -128, "-128", None),
    ("smallint", "32767", 32767, "32767", None),
    ("int", "-2147483648", -2147483648, "-2147483648", None),
    ("bigint", "9223372036854775807", 9223372036854775807, "9223372036854775807", None),
    ("text", "'it''s \"so\", grün'", 'it\'s "so", grün', 'it\'s "so", grün', 'it\'s "so", grün'),
    ("ascii", "'plain'", "plain", "plain", "plain"),
    ("blob", "0x00cafe", "0x00cafe", "0x00cafe", None),
    ("boolean", "true", True, "true", None),
    ("float", "0.1", 0.1, "0.1", None),
    ("double", "-1.5e300", -1.5e300, None, None),
    ("uuid", "01234567-89ab-4def-8123-456789abcdef", "01234567-89ab-4def-8123-456789abcdef",
     "01234567-89ab-4def-8123-456789abcdef", None),
    ("timeuuid", "5b9a8a20-7c1e-11ee-b962-0242ac120002", "5b9a8a20-7c1e-11ee-b962-0242ac120002",
     "5b9a8a20-7c1e-11ee-b962-0242ac120002", None),
    ("timestamp", "'2023-11-14 22:13:20.123Z'", "2023-11-14 22:13:20.123Z", "2023-11-14 22:13:20.123Z",
     "2023-11-14 22:13:20.123Z"),
    ("inet", "'192.0.2.1'", "192.0.2.1", "192.0.2.1", "192.0.2.1"),
    ("list<int>", "[3, 1, 2]", [3, 1, 2], "[3, 1, 2]", None),
    ("set<text>", "{'a', 'it''s'}", ["a", "it's"], "{'a', 'it''s'}", None),
    ("map<text, bigint>", "{'x': 1, 'y': -2}", {"x": 1, "y": -2}, "{'x': 1, 'y': -2}", None),
    ("map<text, frozen<list<frozen<map<int, text>>>>>", "{'a': [{1: 'one'}, {}]}", {"a": [{"1": "one"}, {}]},
     "{'a': [{1: 'one'}, {}]}", None),
]
COLUMNS = [f"c{number}" for number in range(len(VALUES))]


def command(*arguments):
    return [COMMAND, arguments[0], "--contact-point", ADDRESS, "--port", PORT, *arguments[1:]]


def run(*arguments):
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=LIMIT, check=False)


def query(*arguments):
    """Output of a statement that succeeds."""
    done = run("query", *arguments)
    if done.returncode != 0 or done.stderr:
        raise AssertionError(f"async-cassandra query {arguments} ended with {done.returncode}\n{done.stderr}")
    return done.stdout


def json_rows(*arguments):
    return [json.loads(line) for line in query(*arguments, "--format", "json").splitlines()]


def bench(*arguments):
    done = run("bench", *arguments, "--json")
    if done.returncode != 0:
        raise AssertionError(f"async-cassandra bench {arguments} ended with {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def resident_mib(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def memory_while_printing(*arguments):
    """Runs a command; its resident memory in MiB, once for each block of its output, and how many lines it printed."""
    memory = []
    lines = 0
    with subprocess.Popen(command(*arguments), stdout=subprocess.PIPE) as process:
        while block := process.stdout.read(1 << 16):
            lines += block.count(b"\n")
            if len(block) == 1 << 16:  # a short one is the last: the process may be gone
                memory.append(resident_mib(process.pid))
    if process.returncode != 0:
        raise AssertionError(f"{arguments} ended with {process.returncode}")
    return memory, lines


def setUpModule():
    if not ADDRESS or not PORT:
        raise RuntimeError("AC_CONTACT_POINT and AC_PORT name the Cassandra to test on: run make test")
    query(f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} "
          "WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}")


class OnBothVersions:
    """Tests that run once for each protocol version."""

    @classmethod
    def setUpClass(cls):
        cls.version = ["--protocol", str(cls.protocol)]
        cls.every_type = f"{KEYSPACE}.every_type_{UNIQUE}_v{cls.protocol}"
        columns = ", ".join(f"{name} {value[0]}" for name, value in zip(COLUMNS, VALUES))
        query(f"CREATE TABLE {cls.every_type} (id text PRIMARY KEY, {columns})", *cls.version)
        literals = ", ".join(value[1] for value in VALUES)
        query(f"INSERT INTO {cls.every_type} (id, {', '.join(COLUMNS)}) VALUES ('full', {literals})", *cls.version)
        query(f"INSERT INTO {cls.every_type} (id) VALUES ('bare')", *cls.version)

    def select(self, what, key):
        return f"SELECT {what} FROM {self.every_type} WHERE id = '{key}'"

    def test_it_speaks_the_version_it_was_told(self):
        clients = json_rows("SELECT driver_name, protocol_version, connection_stage FROM system_views.clients",
                            *self.version)
        mine = {row["protocol_version"] for row in clients if row["driver_name"] == "async-cassandra"}
        self.assertIn(self.protocol, mine)

    def test_json_is_what_the_server_writes_itself(self):
        for key in "full", "bare":
            ours = json_rows(self.select("*", key), *self.version)
            server = json_rows(self.select("JSON *", key), *self.version)
            self.assertEqual(ours, [json.loads(server[0]["[json]"])])

    def test_json_has_one_object_a_line_with_the_columns_in_order(self):
        lines = query(self.select(", ".join(COLUMNS), "full"), *self.version, "--format", "json").splitlines()
        self.assertEqual(len(lines), 1)
        row = json.loads(lines[0])
        self.assertEqual(list(row), COLUMNS)
        self.assertEqual(list(row.values()), [value[2] for value in VALUES])

    def test_csv_quotes_what_csv_quotes(self):
        text = query(self.select(", ".join(COLUMNS), "full"), *self.version, "--format", "csv")
        header, row = csv.reader(io.StringIO(text))
        self.assertEqual(header, COLUMNS)
        for value, shown in zip(VALUES, row):
            if value[3] is not None:
                self.assertEqual(shown, value[3])
        self.assertEqual(float(row[9]), VALUES[9][2])

    def test_csv_shows_null_as_nothing(self):
        text = query(self.select("id, c0, c4", "bare"), *self.version, "--format", "csv")
        self.assertEqual(text, "id,c0,c4\nbare,,\n")

    def test_a_table_has_its_columns_its_rows_and_their_count(self):
        for key in "full", "bare":
            lines = query(self.select("*", key), *self.version, "--format", "table").splitlines()
            self.assertEqual(lines[-1], "(1 row)")
            self.assertEqual([cell.strip() for cell in lines[0].split("|")][0], "id")
            self.assertEqual(lines[0].count("|"), lines[1].count("+"))
            self.assertRegex(lines[1], r"^[-+]+$")
            self.assertIn(key, lines[2])
        self.assertIn("{'a': [{1: 'one'}, {}]}", query(self.select("*", "full"), *self.version))
        self.assertIn("(0 rows)", query(self.select("*", "nobody"), *self.version))

    def test_a_statement_without_rows_prints_nothing(self):
        self.assertEqual(query(f"INSERT INTO {self.every_type} (id) VALUES ('silent')", *self.version), "")

    def test_params_take_literals_of_every_type(self):
        insert = f"INSERT INTO {self.every_type} (id, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})"
        params = [f"--param={value[4] or value[1]}" for value in VALUES]
        query(insert, *self.version, "--param", "bound", *params)
        columns = ", ".join(COLUMNS)
        self.assertEqual(json_rows(self.select(columns, "bound")), json_rows(self.select(columns, "full")))

        query(insert, *self.version, "--param", "bound", *["--param=null"] * len(COLUMNS))
        self.assertEqual(json_rows(self.select(columns, "bound")), json_rows(self.select(columns, "bare")))
        self.assertEqual(json_rows(f"SELECT id FROM {self.every_type} WHERE id = ?", *self.version, "--param", "full"),
                         [{"id": "full"}])

    def test_a_wrong_param_is_named(self):
        select = f"SELECT id FROM {self.every_type} WHERE id = ? AND c2 = ? ALLOW FILTERING"
        for params, expected in [
            (["--param", "full", "--param", "twelve"], "twelve"),
            (["--param", "full", "--param", "3000000000"], "int"),
            (["--param", "full"], "2"),
            (["--param", "full", "--param", "1", "--param", "2"], "3"),
        ]:
            done = run("query", select, *self.version, *params)
            self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
            self.assertIn(expected, done.stderr)

    def test_an_error_of_the_server_is_shown_in_full_on_standard_error(self):
        for cql, expected in [
            ("SELEC * FROM nothing", ["SYNTAX", "SELEC"]),
            (f"SELECT * FROM {KEYSPACE}.nothing_of_this_name", ["INVALID", "nothing_of_this_name"]),
        ]:
            for output_format in "table", "json", "csv":
                done = run("query", cql, *self.version, "--format", output_format)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                for text in [*expected, f"{ADDRESS}:{PORT}", "rejected"]:
                    self.assertIn(text, done.stderr)

    def test_a_keyspace_that_does_not_exist_is_named(self):
        done = run("query", "SELECT * FROM local", *self.version, "--keyspace", "no_such_keyspace")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("no_such_keyspace", done.stderr)

    def test_the_keyspace_and_the_consistency_are_used(self):
        self.assertEqual(json_rows("SELECT key FROM local", *self.version, "--keyspace", "system"), [{"key": "local"}])
        self.assertEqual(json_rows(self.select("id", "full"), *self.version, "--consistency", "one"), [{"id": "full"}])
        done = run("query", self.select("id", "full"), *self.version, "--consistency", "THREE")
        self.assertEqual(done.returncode, 1)
        self.assertIn("UNAVAILABLE", done.stderr)

    def test_every_page_is_printed_in_order(self):
        table = f"{KEYSPACE}.pages_{UNIQUE}_v{self.protocol}"
        query(f"CREATE TABLE {table} (part int, id int, PRIMARY KEY (part, id))", *self.version)
        inserts = " ".join(f"INSERT INTO {table} (part, id) VALUES (1, {number});" for number in range(250))
        query(f"BEGIN UNLOGGED BATCH {inserts} APPLY BATCH", *self.version)
        for page_size in "1", "7", "100", "250", "5000":
            rows = json_rows(f"SELECT id FROM {table}", *self.version, "--page-size", page_size)
            self.assertEqual([row["id"] for row in rows], list(range(250)))
        self.assertIn("(250 rows)", query(f"SELECT id FROM {table}", *self.version, "--page-size", "60"))

    def test_bench_reports_inserts_and_selects(self):
        for operation in "insert", "select":
            report = bench("--op", operation, "--requests", "3000", "--in-flight", "200", "--threads", "2",
                           "--rows", "1000", *self.version)
            self.expect_plausible(report, operation, in_flight=200, threads=2)
            self.assertEqual(report["requests"], 3000)

    def test_bench_reports_a_stream(self):
        reports = [bench("--op", "stream", "--rows", "20000", "--requests", "1", *self.version, *more)
                   for more in ([], ["--no-setup"])]
        for report in reports:
            self.expect_plausible(report, "stream", in_flight=1, threads=1)
            self.assertGreaterEqual(report["rows"], 20_000)
            self.assertEqual(report["rows"] % 20_000, 0)
            self.assertGreater(report["cpu_us_per_row"], 0)
            self.assertAlmostEqual(report["rows_per_second"], report["rows"] / report["seconds"],
                                   delta=report["rows_per_second"] / 20)
        self.assertEqual(reports[0]["checksum"], reports[1]["checksum"])

    def test_bench_keeps_a_schedule_for_its_duration(self):
        report = bench("--op", "select", "--rate", "500", "--duration", "1", "--rows", "1000", *self.version)
        self.expect_plausible(report, "select", in_flight=128, threads=1)
        self.assertAlmostEqual(report["requests"], 500, delta=50)
        self.assertAlmostEqual(report["seconds"], 1, delta=0.5)

    def test_bench_ends_after_its_duration(self):
        report = bench("--op", "insert", "--duration", "0.5", "--in-flight", "10", *self.version)
        self.expect_plausible(report, "insert", in_flight=10, threads=1)
        self.assertAlmostEqual(report["seconds"], 0.5, delta=0.5)

    def expect_plausible(self, report, operation, in_flight, threads):
        self.assertEqual(report["op"], operation)
        self.assertEqual(report["protocol"], self.protocol)
        self.assertEqual(report["threads"], threads)
        self.assertEqual(report["in_flight"], in_flight)
        self.assertEqual(report["errors"], 0)
        self.assertGreater(report["requests"], 0)
        self.assertGreater(report["seconds"], 0)
        self.assertAlmostEqual(report["requests_per_second"], report["requests"] / report["seconds"],
                               delta=report["requests_per_second"] / 20 + 0.1)
        self.assertGreater(report["cpu_us_per_request"], 0)
        self.assertLess(report["cpu_us_per_request"] * report["requests"], (threads + 1) * report["seconds"] * 1e6)
        latency = [report["latency_us"][name] for name in ("p50", "p90", "p99", "p999", "max")]
        self.assertEqual(latency, sorted(latency))
        self.assertGreater(latency[0], 0)
        self.assertLessEqual(latency[-1], report["seconds"] * 1.1e6)
        self.assertGreater(report["peak_rss_mib"], 1)
        self.assertLess(report["peak_rss_mib"], 200)


class Version4(OnBothVersions, unittest.TestCase):
    protocol = 4


class Version5(OnBothVersions, unittest.TestCase):
    protocol = 5

    def test_both_versions_read_the_same(self):
        sums = {bench("--op", "stream", "--rows", "20000", "--requests", "1", "--protocol", version)["checksum"]
                for version in ("4", "5")}
        self.assertEqual(len(sums), 1)

    # Flat: at the end at most 10 MiB above the first tenth. Kept whole, the rows would take 12 MiB and more.
    def test_large_results_are_printed_with_flat_memory(self):
        bench("--op", "stream", "--rows", "100000", "--requests", "1")
        for output_format in "csv", "json", "table":
            memory, lines = memory_while_printing(
                "query", "SELECT id, ts, name, value, payload FROM bench.big", "--format", output_format)
            first_tenth, end = memory[len(memory) // 10], memory[-1]
            print(f"{output_format}, {lines:,} lines: {first_tenth:.1f} MiB after a tenth, {end:.1f} MiB at the end "
                  f"(bound {first_tenth + 10:.1f})")
            self.assertGreaterEqual(lines, 100_000)
            self.assertGreater(len(memory), 100)
            self.assertLessEqual(end, first_tenth + 10)


class Usage(unittest.TestCase):
    def test_bad_usage_ends_with_two(self):
        for arguments in (["query"], ["query", "SELECT", "--protocol", "3"], ["query", "SELECT", "--format", "xml"],
                          ["query", "SELECT", "--page-size", "0"], ["query", "SELECT", "--consistency", "SOME"],
                          ["bench"], ["bench", "--op", "delete"], ["bench", "--op", "select", "--rate", "-1"]):
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertNotEqual(done.stderr, "")

    def test_bench_without_set_up_needs_its_tables(self):
        query("DROP TABLE IF EXISTS bench.kv")
        done = run("bench", "--op", "select", "--requests", "10", "--no-setup")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("kv", done.stderr)

    def test_bench_prints_a_summary_for_people(self):
        done = run("bench", "--op", "insert", "--requests", "500", "--rows", "500")
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in "insert", "500", "p99", "cpu", "memory":
            self.assertIn(word, done.stdout)


if __name__ == "__main__":
    unittest.main()
