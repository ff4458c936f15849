#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Drives the canned server with hand-written bytes of protocol v4 and v5.

Bytes given in hexadecimal are known good ones: they are not made by the code that is under test, nor by the client here.
"""

import struct

from canned_server_case import INSERT, ROWS, SELECT, STREAM, CannedServerCase, main
from canned_server_client import (
    EXECUTE, LARGEST_PAYLOAD, OPTIONS, PAGE_SIZE, PAGING_STATE, QUERY, RESULT, SKIP_METADATA, STARTUP_V5,
    SUPPORTED, Rows, crc24, crc32, envelope, long_bytes, segment, short_bytes,
)

RELEASE_QUERY = bytes.fromhex(
    "0000003a53454c4543542072656c656173655f76657273696f6e2046524f4d2073797374656d2e6c6f63616c2057484552"
    "45206b65793d276c6f63616c27000a")
REGISTER_SEGMENT = bytes.fromhex(
    "3a0002736183050000030b000000310003000f544f504f4c4f47595f4348414e4745000d5354415455535f4348414e4745"
    "000d534348454d415f4348414e474562465c3d")
REGISTER_ANSWER = bytes.fromhex("090002a4c8c1850000030200000000e128c91f")
RELEASE_SEGMENT = (bytes.fromhex("4d0002696fb5050000040700000044") + RELEASE_QUERY +
                   bytes.fromhex("000000009fb44243"))
RELEASE_ANSWER = bytes.fromhex(
    "440002a791b085000004080000003b000000020000000100000001000673797374656d00056c6f63616c000f72656c6561"
    "73655f76657273696f6e000d0000000100000005352e302e34c9b357db")


class CannedServerTest(CannedServerCase):
    def test_own_checksums_are_those_of_the_protocol(self):
        self.assertEqual(crc24(bytes.fromhex("050002")), 0x9A9919)
        self.assertEqual(crc32(b""), 0x44777ED3)
        self.assertEqual(crc32(b"123456789"), 0xE2A261A7)

    def test_options_are_answered_before_startup_without_segments(self):
        with self.client(5) as client:
            for _ in range(2):
                opcode, body = client.ask(OPTIONS)
                self.assertEqual(opcode, SUPPORTED)
                self.assertIn(b"5/v5", body)

    def test_v5_conversation_is_answered_byte_for_byte(self):
        for step in (None, 1):
            with self.subTest(step=step), self.client(5, step) as client:
                client.send_raw(STARTUP_V5)
                self.assertEqual(client.read_raw(9), bytes.fromhex("850000000200000000"))
                client.send_raw(REGISTER_SEGMENT)
                self.assertEqual(client.read_raw(len(REGISTER_ANSWER)), REGISTER_ANSWER)
                client.send_raw(RELEASE_SEGMENT)
                self.assertEqual(client.read_raw(len(RELEASE_ANSWER)), RELEASE_ANSWER)

    def test_two_envelopes_in_one_segment_are_answered_in_one(self):
        with self.client(5) as client:
            client.start()
            client.send_raw(bytes.fromhex("120002f6cbcf05000000050000000005000001050000000051ad22d9"))
            self.assertEqual([client.answer()[:2] for _ in range(2)], [(0, SUPPORTED), (1, SUPPORTED)])

    def test_v4_conversation_one_byte_at_a_time(self):
        with self.client(4, step=1) as client:
            client.start()
            rows = Rows(client.ask(QUERY, RELEASE_QUERY + b"\x00")[1])
            self.assertEqual(rows.rows, [[b"5.0.4"]])
            self.check_key_value(client)

    def test_v5_requests_one_byte_at_a_time(self):
        with self.client(5, step=1) as client:
            self.check_key_value(client.start())

    def test_key_value_statements(self):
        for client in self.both_versions():
            self.check_key_value(client)

    def check_key_value(self, client):
        select = client.prepare(SELECT)
        self.assertEqual((select.key_indexes, select.bound), ([0], [("k", 2)]))
        self.assertEqual(select.result, [("k", 2), ("v", 3)])
        key = struct.pack(">q", -77)
        full = Rows(client.execute(select, [long_bytes(key)])[1])
        self.assertEqual((full.flags, full.table, full.columns), (1, (b"bench", b"kv"), select.result))
        bare = Rows(client.execute(select, [long_bytes(key)], flags=SKIP_METADATA)[1])
        self.assertEqual(bare.flags, 4)
        for answer in (full, bare):
            self.assertEqual(len(answer.rows), 1)
            self.assertEqual(answer.rows[0][0], key)
            self.assertEqual(len(answer.rows[0][1]), 100)

        insert = client.prepare(INSERT)
        self.assertEqual((insert.key_indexes, insert.bound), ([0], [("k", 2), ("v", 3)]))
        self.assertEqual((insert.result_flags, insert.result), (4, []))
        values = [long_bytes(key), long_bytes(b"x" * 100)]
        self.assertEqual(client.execute(insert, values), (RESULT, struct.pack(">I", 1)))

    def test_another_metadata_id_brings_new_metadata(self):
        with self.client(5) as client:
            select = client.start().prepare(SELECT)
            answer = client.execute(select, [long_bytes(bytes(8))], flags=SKIP_METADATA, metadata_id=b"old")
            rows = Rows(answer[1])
            self.assertEqual((rows.flags, rows.metadata_id), (9, select.metadata_id))
            self.assertEqual(rows.columns, select.result)

    def test_stream_pages_follow_each_other_to_the_end(self):
        for client in self.both_versions():
            stream = client.prepare(STREAM)
            self.assertEqual([kind for _, kind in stream.result], [2, 0x0B, 0x0D, 7, 3])
            sizes, seen, state = [], 0, None
            while True:
                tail = struct.pack(">i", 5000) + (long_bytes(state) if state else b"")
                flags = SKIP_METADATA | PAGE_SIZE | (PAGING_STATE if state else 0)
                page = Rows(client.execute(stream, flags=flags, tail=tail)[1])
                sizes.append(len(page.rows))
                for row in page.rows:
                    step = seen % 2048
                    self.assertEqual(row[0], struct.pack(">q", seen))
                    self.assertEqual(row[1], struct.pack(">q", 1_700_000_000_000 + seen))
                    self.assertEqual(row[2], b"name-%d" % step)
                    self.assertEqual(row[3], struct.pack(">d", step / 4))
                    self.assertEqual(row[4], bytes((step + index) & 0xFF for index in range(64)))
                    seen += 1
                state = page.paging_state
                if state is None:
                    break
            self.assertEqual(sizes, [5000, 5000, ROWS - 10_000])

    def test_pages_of_any_size_and_without_paging(self):
        for client in self.both_versions():
            stream = client.prepare(STREAM)
            for size in (1, 3, 1000, 1100, ROWS, ROWS + 1):
                page = Rows(client.execute(stream, flags=PAGE_SIZE, tail=struct.pack(">i", size))[1])
                self.assertEqual(len(page.rows), min(size, ROWS))
                self.assertEqual(page.paging_state is None, size >= ROWS)
                self.assertEqual(page.columns, stream.result)
            self.assertEqual(len(Rows(client.query(STREAM)[1]).rows), ROWS)
            tail = struct.pack(">i", 5) + long_bytes(b"?")
            bad = client.execute(stream, flags=PAGE_SIZE | PAGING_STATE, tail=tail)
            self.assert_error(bad, 0x000A, "paging state")

    def test_32768_requests_in_flight(self):
        count = 32_768
        for client in self.both_versions():
            select = client.prepare(SELECT)
            keys = [long_bytes(struct.pack(">q", stream * 3)) for stream in range(count)]
            bodies = [client.execute_body(select, [key], flags=SKIP_METADATA) for key in keys]
            client.send(*(envelope(client.version, *each) for each in
                          zip(range(count), [EXECUTE] * count, bodies)))
            answered = set()
            for _ in range(count):
                stream, opcode, body = client.answer()
                self.assertEqual(opcode, RESULT)
                self.assertEqual(body[16:28], keys[stream])
                answered.add(stream)
            self.assertEqual(len(answered), count)

    def test_pages_wait_until_the_client_reads(self):
        # 60 pages of about 580 kB: more than the server gathers at once.
        for client in self.both_versions():
            stream = client.prepare(STREAM)
            body = client.execute_body(stream, flags=SKIP_METADATA | PAGE_SIZE, tail=struct.pack(">i", 5000))
            client.send(*(envelope(client.version, index, EXECUTE, body) for index in range(60)))
            for index in range(60):
                got, opcode, page = client.answer()
                self.assertEqual((got, opcode), (index, RESULT))
                self.assertEqual(page[28:32], struct.pack(">i", 5000))

    def test_many_connections_at_once(self):
        clients = [self.client(4 + index % 2) for index in range(200)]
        try:
            for client in clients:
                client.start()
            for client in clients:
                client.send(envelope(client.version, 5, OPTIONS))
            for client in clients:
                self.assertEqual(client.answer()[:2], (5, SUPPORTED))
        finally:
            for client in clients:
                client.socket.close()

    def test_a_request_in_slices(self):
        with self.client(5) as client:
            client.start()
            request = envelope(5, 7, QUERY, long_bytes(b"x" * 262_150) + struct.pack(">HI", 1, 0))
            slices = [request[at:at + LARGEST_PAYLOAD] for at in range(0, len(request), LARGEST_PAYLOAD)]
            self.assertEqual([len(each) for each in slices], [131_071, 131_071, 27])
            for each in slices:
                client.send_raw(segment(each, self_contained=False))
            stream, opcode, body = client.answer()
            self.assertEqual(stream, 7)
            self.assert_error((opcode, body), 0x2000)

    def test_system_tables(self):
        for client in self.both_versions():
            local = Rows(client.query(b"SELECT * FROM system.local WHERE key='local'")[1])
            self.assertEqual(len(local.rows), 1)
            names = [name for name, _ in local.columns]
            cells = dict(zip(names, local.rows[0]))
            self.assertEqual(cells["rpc_address"], bytes([127, 0, 0, 1]))
            self.assertEqual(cells["rpc_port"], struct.pack(">i", self.server.port))
            self.assertEqual(len(cells["host_id"]), 16)
            chosen = Rows(client.query(b"select  rack,\n tokens from system.local")[1])
            self.assertEqual(chosen.columns, [("rack", 0x0D), ("tokens", (0x22, 0x0D))])
            self.assert_error(client.query(b"SELECT nothing FROM system.local"), 0x2200, "nothing")
            keyspaces = Rows(client.query(b"SELECT keyspace_name FROM system_schema.keyspaces")[1])
            self.assertEqual(keyspaces.rows, [[b"bench"]])
            for table in ("system.peers_v2", "system.peers", "system_schema.tables",
                          "system_schema.columns", "system_schema.types", "system_schema.views"):
                rows = Rows(client.query(f"SELECT * FROM {table}".encode())[1])
                self.assertEqual(rows.rows, [])
                self.assertGreater(len(rows.columns), 2)

    def test_use_and_ddl(self):
        for client in self.both_versions():
            self.assert_error(client.query(b"DROP TABLE kv"), 0x2200, "No keyspace")
            for text, fields in (
                    (b"CREATE KEYSPACE IF NOT EXISTS bench WITH replication = {}", b"CREATED KEYSPACE bench"),
                    (b"CREATE TABLE bench.kv (k bigint PRIMARY KEY);", b"CREATED TABLE bench kv"),
                    (b"DROP TABLE IF EXISTS bench.kv", b"DROPPED TABLE bench kv")):
                body = struct.pack(">I", 5) + b"".join(map(short_bytes, fields.split()))
                self.assertEqual(client.query(text), (RESULT, body))
            set_keyspace = struct.pack(">I", 3) + short_bytes(b"Shop")
            self.assertEqual(client.query(b'USE "Shop"'), (RESULT, set_keyspace))
            dropped = client.query(b"DROP TABLE kv")[1]
            self.assertEqual(dropped[-10:], short_bytes(b"Shop") + short_bytes(b"kv"))


if __name__ == "__main__":
    main()
