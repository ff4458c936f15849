# SPDX-License-Identifier: Apache-2.0
"""The command async-cassandra with every type of a real Cassandra: as literals, as --param, as JSON and as CSV. R22

AC_COMMAND is the program; AC_CONTACT_POINT and AC_PORT name the node.
"""

import csv
import decimal
import io
import json
import unittest

from command_test import KEYSPACE, UNIQUE, query, run, setUpModule  # noqa: F401 (unittest calls setUpModule)

# Column type and, row by row, a literal as CQL writes it: something typical, the least, the most, something awkward.
TYPES = [
    ("ascii", "'plain'", "''", "'~'", "'it''s \"so\" \\'"),
    ("bigint", "42", "-9223372036854775808", "9223372036854775807", "blob_as_bigint(0x)"),
    ("blob", "0x00cafe", "0x", "0xff", "0x22"),
    ("boolean", "true", "false", "true", "false"),
    ("date", "'2024-02-29'", "'-5877641-06-23'", "'+5881580-07-11'", "'-0001-12-31'"),
    ("decimal", "-12.345", "-1.7976931348623157E+308", "blob_as_decimal(0x8000000001)", "1E-2147483647"),
    ("double", "0.1", "-1.7976931348623157E308", "1.7976931348623157E308", "NaN"),
    ("duration", "1y2mo3d4h5m6s7ms8us9ns", "-178956970y7mo2147483647d2562047h47m16s854ms775us807ns",
     "178956970y7mo2147483647d2562047h47m16s854ms775us807ns", "0s"),
    ("float", "0.1", "-3.4028235E38", "3.4028235E38", "1.4E-45"),
    ("inet", "'192.0.2.1'", "'::'", "'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'", "'::ffff:1.2.3.4'"),
    ("int", "42", "-2147483648", "2147483647", "blob_as_int(0x)"),
    ("smallint", "42", "-32768", "32767", "0"),
    ("text", "'gr\u00fc\u00dfe \u65e5\u672c \U0001F980'", "''", "'\U0010ffff'", "'null'"),
    ("time", "'13:30:54.234567891'", "'00:00:00'", "'23:59:59.999999999'", "1000"),
    ("timestamp", "'2023-11-14 22:13:20.123Z'", "-9223372036854775808", "9223372036854775807", "-62167219200001"),
    ("timeuuid", "5b9a8a20-7c1e-11ee-b962-0242ac120002", "00000000-0000-1000-8080-808080808080",
     "ffffffff-ffff-1fff-bf7f-7f7f7f7f7f7f", "blob_as_timeuuid(0x)"),
    ("tinyint", "42", "-128", "127", "0"),
    ("uuid", "01234567-89ab-4def-8123-456789abcdef", "00000000-0000-0000-0000-000000000000",
     "ffffffff-ffff-ffff-ffff-ffffffffffff", "blob_as_uuid(0x)"),
    ("varchar", "'Ada'", "''", "'\U0010ffff'", "'\"'"),
    ("varint", "42", "-" + "9" * 100, "9" * 100, "blob_as_varint(0x)"),
    ("list<int>", "[3, 1, 2]", "[]", "[2147483647]", "[-1]"),
    ("set<text>", "{'a', 'it''s'}", "{}", "{''}", "{'\"'}"),
    ("map<text, bigint>", "{'x': 1, 'y': -2}", "{}", "{'': 9223372036854775807}", "{'\"': 0}"),
    ("frozen<map<double, float>>", "{1.5: 0.1}", "{}", "{1E21: 1E7}", "{NaN: Infinity, 0.001: -0.0}"),
    ("frozen<map<decimal, varint>>", "{1.50: 1}", "{}", "{1E+3: 1}", "{0E-7: 0}"),
    ("frozen<map<boolean, frozen<set<date>>>>", "{true: {'2024-02-29'}}", "{}", "{false: {}}", "{true: {}, false: {}}"),
    ("frozen<map<frozen<tuple<int, text>>, frozen<address>>>", "{(1, 'a'): {street: 'X', zip: 1}}", "{}",
     "{(null, null): {zip: 2}}", "{(blob_as_int(0x), '\"'): {street: null}}"),
    ("frozen<map<frozen<odd_names>, frozen<list<text>>>>", "{{plain: 1}: ['a']}", "{}", "{{plain: null}: []}",
     "{{\"Street Name\": '\"', \"Q\"\"uote\": 2}: ['\"']}"),
    ("frozen<map<inet, frozen<map<blob, timestamp>>>>", "{'::1': {0xcafe: 0}}", "{}", "{'1.2.3.4': {0x: 0}}",
     "{'::ffff:1.2.3.4': {0x22: -1}}"),
    ("tuple<int, text, bigint>", "(1, 'a', 2)", "(null, null, null)", "(2147483647, '', 1)", "(blob_as_int(0x), '\"', 0)"),
    ("address", "{street: 'X', zip: 1}", "{street: ''}", "{zip: 2147483647}", "{street: '\"', zip: blob_as_int(0x)}"),
    ("frozen<odd_names>", "{\"Street Name\": 'X', plain: 1, \"Q\"\"uote\": 2}", "{plain: null}", "{\"Q\"\"uote\": 1}",
     "{\"Street Name\": '\"'}"),
    ("vector<float, 3>", "[1.0, 2.0, 3.0]", "[-3.4028235E38, -0.0, 0]", "[3.4028235E38, 1E7, 0.001]",
     "[NaN, Infinity, -Infinity]"),
    ("vector<text, 2>", "['a', 'bcd']", "['', '']", "['\U0010ffff', 'x']", "['\"', '\\']"),
    ("list<frozen<map<text, frozen<set<frozen<tuple<int, decimal>>>>>>>", "[{'a': {(1, 1.50)}}, {}]", "[]",
     "[{'': {}}]", "[{'\"': {(null, null), (0, 0E-7)}}]"),
    ("'org.apache.cassandra.db.marshal.LexicalUUIDType'", "5b9a8a20-7c1e-11ee-b962-0242ac120002",
     "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "0x" + "00" * 15 + "01"),
]
ROWS = ["typical", "least", "most", "awkward"]
COLUMNS = [f"c{number}" for number in range(len(TYPES))]
TEXT = {"ascii", "text", "varchar"}


def as_params(texts):
    """One --param for each text; "--param=" would be none."""
    return [part for text in texts for part in ([f"--param={text}"] if text else ["--param", ""])]


def exact(text):
    """A JSON text with every digit of its numbers."""
    return json.loads(text, parse_float=decimal.Decimal, parse_int=decimal.Decimal)


class OnBothVersions:
    """Tests that run once for each protocol version."""

    @classmethod
    def setUpClass(cls):
        cls.options = ["--protocol", str(cls.protocol)]
        cls.table = f"{KEYSPACE}.every_type_but_counter_{UNIQUE}_v{cls.protocol}"
        query(f"CREATE TYPE IF NOT EXISTS {KEYSPACE}.address (street text, zip int)", *cls.options)
        query(f'CREATE TYPE IF NOT EXISTS {KEYSPACE}.odd_names ("Street Name" text, plain int, "Q""uote" int)', *cls.options)
        columns = ", ".join(f"{name} {row[0]}" for name, row in zip(COLUMNS, TYPES))
        query(f'CREATE TABLE {cls.table} (id text PRIMARY KEY, {columns}, "Mixed Case" int, "\u00dc" int, "q""uote" int)',
              *cls.options)
        for index, key in enumerate(ROWS, start=1):
            literals = ", ".join(row[index] for row in TYPES)
            query(f"INSERT INTO {cls.table} (id, {', '.join(COLUMNS)}, \"Mixed Case\", \"\u00dc\") "
                  f"VALUES ('{key}', {literals}, {index}, {index})", *cls.options)
        query(f"INSERT INTO {cls.table} (id) VALUES ('null')", *cls.options)

    def lines(self, cql, *arguments):
        return query(cql, *self.options, *arguments, "--format", "json").splitlines()

    def expect_json_of_server(self, table, rows):
        ours = [exact(line) for line in self.lines(f"SELECT * FROM {table}")]
        server = [exact(json.loads(line)["[json]"]) for line in self.lines(f"SELECT JSON * FROM {table}")]
        self.assertEqual(len(ours), rows)
        for one, other in zip(ours, server):
            self.assertEqual(list(one), list(other))  # the names and their order
            for name in one:
                self.assertEqual(one[name], other[name], name)
        self.assertEqual(ours, server)

    def test_json_of_every_type_but_counter_is_what_the_server_writes_itself(self):
        self.expect_json_of_server(self.table, len(ROWS) + 1)

    def test_json_of_counters_is_what_the_server_writes_itself(self):
        table = f"{KEYSPACE}.counters_{UNIQUE}_v{self.protocol}"
        query(f"CREATE TABLE {table} (id text PRIMARY KEY, n counter)", *self.options)
        for key, steps in ("up", ["+ 7", "- 2"]), ("least", ["- 9223372036854775807", "- 1"]), \
                ("most", ["+ 9223372036854775807"]):
            for step in steps:
                query(f"UPDATE {table} SET n = n {step} WHERE id = '{key}'", *self.options)
        query(f"UPDATE {table} SET n = n + ? WHERE id = ?", *self.options, "--param", "-3", "--param", "bound")
        self.expect_json_of_server(table, 4)
        rows = {row["id"]: row["n"] for row in map(json.loads, self.lines(f"SELECT * FROM {table}"))}
        self.assertEqual(rows, {"up": 5, "least": -2**63, "most": 2**63 - 1, "bound": -3})

    def test_params_take_what_literals_say(self):
        insert = f"INSERT INTO {self.table} (id, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})"
        select = f"SELECT {', '.join(COLUMNS)} FROM {self.table} WHERE id = "
        for index, key in enumerate(ROWS, start=1):
            params = [row[index][1:-1].replace("''", "'") if row[0] in TEXT and row[index] != "'null'" else row[index]
                      for row in TYPES]
            query(insert, *self.options, "--param", "bound", *as_params(params))
            expected = exact(self.lines(f"{select} '{key}'")[0])
            for name, row in zip(COLUMNS, TYPES):
                if row[0] in TEXT and row[index] == "'null'":  # text is taken as it stands, with its quotes
                    expected[name] = "'null'"
            self.assertEqual(exact(self.lines(f"{select} 'bound'")[0]), expected)
        query(f"DELETE FROM {self.table} WHERE id = 'bound'", *self.options)

    def test_csv_and_table_show_values_that_params_take_again(self):
        select = f"SELECT {', '.join(COLUMNS)} FROM {self.table} WHERE id = "
        insert = f"INSERT INTO {self.table} (id, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})"
        _, shown = csv.reader(io.StringIO(query(f"{select} 'typical'", *self.options, "--format", "csv")))
        query(insert, *self.options, "--param", "again", *as_params(shown))
        self.assertEqual(self.lines(f"{select} 'again'"), self.lines(f"{select} 'typical'"))
        query(f"DELETE FROM {self.table} WHERE id = 'again'", *self.options)
        table = query(f"{select} 'typical'", *self.options, "--format", "table")
        for part in "2024-02-29", "1y2mo3d4h5m6s7ms8us9ns", "(1, 'a', 2)", "{street: 'X', zip: 1}", "[1.0, 2.0, 3.0]":
            self.assertIn(part, shown)
            self.assertIn(part, table)

    def test_a_wrong_param_is_told_with_its_place_and_what_would_do(self):
        for column, wrong, expected in [
            ("c4", "2024-02-30", "a date like 2024-02-29"),
            ("c7", "1 day", "a duration like 1y2mo3d4h5m6s7ms8us9ns or P1Y2M3DT4H5M6S"),
            ("c29", "(1, 'a', 2, 3)", "at most 3 elements in tuple<int, text, bigint>"),
            ("c30", "{stret: 'X'}", "character 2: expected a field of"),
            ("c32", "[1.0, 2.0]", "3 elements in vector<float, 3>, not 2"),
        ]:
            done = run("query", f"UPDATE {self.table} SET {column} = ? WHERE id = 'x'", *self.options, "--param", wrong)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(expected, done.stderr)
            self.assertIn(f"--param 1 for {column}", done.stderr)


class Version4(OnBothVersions, unittest.TestCase):
    protocol = 4


class Version5(OnBothVersions, unittest.TestCase):
    protocol = 5


if __name__ == "__main__":
    unittest.main()
