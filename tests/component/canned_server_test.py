#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Drives the canned server with hand-written bytes of protocol v4 and v5.

The program is the first argument, or the environment variable CANNED_SERVER. Bytes given in hexadecimal are
known good ones: they are not made by the code that is under test, nor by the functions below.
"""

import os
import signal
import socket
import struct
import subprocess
import sys
import unittest
import zlib

ROWS = 12_345
SELECT = b"SELECT k, v FROM bench.kv WHERE k = ?"
INSERT = b"INSERT INTO bench.kv (k, v) VALUES (?, ?)"
STREAM = b"SELECT id, ts, name, value, payload FROM bench.big"
ERROR, READY, SUPPORTED, RESULT = 0x00, 0x02, 0x06, 0x08
STARTUP, OPTIONS, QUERY, PREPARE, EXECUTE, REGISTER = 0x01, 0x05, 0x07, 0x09, 0x0A, 0x0B
VALUES, SKIP_METADATA, PAGE_SIZE, PAGING_STATE = 0x01, 0x02, 0x04, 0x08
LARGEST_PAYLOAD = 131_071

STARTUP_V4 = bytes.fromhex("0400000001000000160001000b43514c5f56455253494f4e0005332e302e30")
STARTUP_V5 = b"\x05" + STARTUP_V4[1:]
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


def crc24(data):
    crc = 0x875060
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1974F0B
    return crc


def crc32(payload):
    return zlib.crc32(payload, zlib.crc32(bytes.fromhex("fa2d55ca")))


def segment(payload, self_contained=True):
    head = (len(payload) | (0x20000 if self_contained else 0)).to_bytes(3, "little")
    return head + crc24(head).to_bytes(3, "little") + payload + crc32(payload).to_bytes(4, "little")


def envelope(version, stream, opcode, body=b""):
    return struct.pack(">BBhBI", version, 0, stream, opcode, len(body)) + body


def short_bytes(data):
    return struct.pack(">H", len(data)) + data


def long_bytes(data):
    return struct.pack(">i", len(data)) + data


class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise AssertionError("the answer ends too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, layout):
        return struct.unpack(">" + layout, self.take(struct.calcsize(">" + layout)))[0]

    def string(self):
        return self.take(self.number("H"))

    def value(self):
        length = self.number("i")
        return None if length < 0 else self.take(length)

    def type(self):
        kind = self.number("H")
        if kind in (0x20, 0x22):
            return (kind, self.type())
        return (kind, self.type(), self.type()) if kind == 0x21 else kind


class Rows:
    """A RESULT of rows; `known` are the columns when it brings no metadata."""

    def __init__(self, body, known=None):
        reader = Reader(body)
        if reader.number("i") != 2:
            raise AssertionError("not a result of rows")
        self.flags = reader.number("I")
        count = reader.number("i")
        self.paging_state = reader.value() if self.flags & 2 else None
        self.metadata_id = reader.string() if self.flags & 8 else None
        self.columns = known
        if not self.flags & 4:
            self.table = (reader.string(), reader.string())
            self.columns = [(reader.string().decode(), reader.type()) for _ in range(count)]
        self.rows = [[reader.value() for _ in range(count)] for _ in range(reader.number("i"))]
        if reader.at != len(body):
            raise AssertionError("bytes behind the last row")


class Client:
    def __init__(self, port, version, step=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.version = version
        self.step = step
        self.framed = False
        self.received = bytearray()
        self.envelopes = bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send_raw(self, data):
        if self.step is None:
            return self.socket.sendall(data)
        for at in range(0, len(data), self.step):
            self.socket.sendall(data[at:at + self.step])

    def send(self, *envelopes):
        if not self.framed:
            return self.send_raw(b"".join(envelopes))
        payload = b""
        for each in envelopes:
            if len(payload) + len(each) > LARGEST_PAYLOAD:
                self.send_raw(segment(payload))
                payload = b""
            payload += each
        self.send_raw(segment(payload))

    def read_raw(self, count):
        while len(self.received) < count:
            data = self.socket.recv(1 << 20)
            if not data:
                raise EOFError("the server closed the connection")
            self.received += data
        taken = bytes(self.received[:count])
        del self.received[:count]
        return taken

    def read(self, count):
        """Bytes of the envelope stream."""
        if not self.framed:
            return self.read_raw(count)
        while len(self.envelopes) < count:
            head = self.read_raw(6)
            if int.from_bytes(head[3:], "little") != crc24(head[:3]):
                raise AssertionError("the CRC24 of a segment does not match")
            fields = int.from_bytes(head[:3], "little")
            payload = self.read_raw(fields & 0x1FFFF)
            if int.from_bytes(self.read_raw(4), "little") != crc32(payload):
                raise AssertionError("the CRC32 of a segment does not match")
            self.envelopes += payload
        taken = bytes(self.envelopes[:count])
        del self.envelopes[:count]
        return taken

    def answer(self):
        version, _, stream, opcode, length = struct.unpack(">BBhBI", self.read(9))
        if version != self.version | 0x80:
            raise AssertionError(f"version {version:#x} in an answer")
        return stream, opcode, self.read(length)

    def start(self):
        self.send(STARTUP_V4 if self.version == 4 else STARTUP_V5)
        if self.answer() != (0, READY, b""):
            raise AssertionError("STARTUP is not answered with READY")
        self.framed = self.version == 5
        return self

    def ask(self, opcode, body=b"", stream=7):
        self.send(envelope(self.version, stream, opcode, body))
        got, answer, data = self.answer()
        if got != stream:
            raise AssertionError("an answer on another stream")
        return answer, data

    def flags(self, flags):
        return struct.pack(">I" if self.version == 5 else ">B", flags)

    def query(self, text, values=()):
        body = long_bytes(text) + struct.pack(">H", 1) + self.flags(VALUES if values else 0)
        if values:
            body += struct.pack(">H", len(values)) + b"".join(values)
        return self.ask(QUERY, body)

    def prepare(self, text):
        flags = struct.pack(">I", 0) if self.version == 5 else b""
        opcode, body = self.ask(PREPARE, long_bytes(text) + flags)
        if opcode != RESULT:
            raise AssertionError("PREPARE failed: " + repr(body))
        return Prepared(body, self.version)

    def execute_body(self, prepared, values=(), flags=0, tail=b"", metadata_id=None):
        body = short_bytes(prepared.id)
        if self.version == 5:
            body += short_bytes(prepared.metadata_id if metadata_id is None else metadata_id)
        body += struct.pack(">H", 6) + self.flags(flags | (VALUES if values else 0))
        if values:
            body += struct.pack(">H", len(values)) + b"".join(values)
        return body + tail

    def execute(self, prepared, values=(), **more):
        return self.ask(EXECUTE, self.execute_body(prepared, values, **more))


class Prepared:
    def __init__(self, body, version):
        reader = Reader(body)
        if reader.number("i") != 4:
            raise AssertionError("not the result of a PREPARE")
        self.id = reader.string()
        self.metadata_id = reader.string() if version == 5 else None
        flags, count = reader.number("I"), reader.number("i")
        self.key_indexes = [reader.number("H") for _ in range(reader.number("i"))]
        self.bound = self.columns(reader, flags, count)
        self.result_flags, count = reader.number("I"), reader.number("i")
        self.result = self.columns(reader, self.result_flags, count)
        if reader.at != len(body):
            raise AssertionError("bytes behind the metadata")

    @staticmethod
    def columns(reader, flags, count):
        if flags & 1:
            reader.string(), reader.string()
        return [(reader.string().decode(), reader.type()) for _ in range(count)]


class Server:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([PROGRAM, "--quiet", "--exit-with-parent", *arguments],
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening 127.0.0.1:"):
            raise AssertionError(f"the server says {line!r}")
        self.port = int(line.rpartition(":")[2])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(10)
        self.process.stdout.close()
        return code


class CannedServerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--rows", str(ROWS))

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        assert code == 0, f"the server ended with {code}"

    def client(self, version, step=None):
        return Client(self.server.port, version, step)

    def both_versions(self):
        for version in (4, 5):
            with self.subTest(protocol=version), self.client(version) as client:
                yield client.start()

    def assert_error(self, answer, code, text=""):
        opcode, body = answer
        self.assertEqual(opcode, ERROR)
        reader = Reader(body)
        self.assertEqual(reader.number("I"), code)
        self.assertIn(text, reader.string().decode())
        return reader

    def assert_closed(self, client):
        self.assertEqual(client.socket.recv(1), b"")

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

    def test_what_it_does_not_serve_is_an_error(self):
        for client in self.both_versions():
            self.assert_error(client.query(b"SELECT * FROM shop.orders"), 0x2200, "shop.orders")
            self.assert_error(client.query(b"SELEC 1"), 0x2000, "selec 1")
            self.assert_error(client.ask(PREPARE, long_bytes(b"SELECT 1") + bytes(4)), 0x2200)
            select = client.prepare(SELECT)
            self.assert_error(client.execute(select), 0x2200, "bind variables")
            self.assert_error(client.execute(select, [long_bytes(b"four")]), 0x2200, "(4)")
            self.assert_error(client.execute(select, [struct.pack(">i", -1)]), 0x2200, "column k")
            self.assert_error(client.ask(EXECUTE, b"\x00"), 0x000A, "Malformed")
            select.id = b"unknown"
            left = self.assert_error(client.execute(select, [long_bytes(bytes(8))]), 0x2500)
            self.assertEqual(left.string(), b"unknown")
            self.assertEqual(client.ask(OPTIONS)[0], SUPPORTED)

    def test_a_query_before_startup_is_refused(self):
        with self.client(4) as client:
            self.assert_error(client.query(SELECT), 0x000A, "STARTUP")

    def test_corrupt_segments_end_the_connection(self):
        good = segment(envelope(5, 3, OPTIONS))
        for at, text in ((1, "CRC24"), (8, "CRC32")):
            with self.subTest(byte=at), self.client(5) as client:
                client.start()
                client.send_raw(good[:at] + bytes([good[at] ^ 0x40]) + good[at + 1:])
                _, opcode, body = client.answer()
                self.assert_error((opcode, body), 0x000A, text)
                self.assert_closed(client)

    def test_misused_segments_end_the_connection(self):
        options = envelope(5, 3, OPTIONS)
        begun = segment(envelope(5, 3, QUERY, bytes(50))[:20], False)
        for name, data in (("cut", segment(options[:8])), ("short slice", segment(options[:8], False)),
                           ("long slice", segment(options + options, False)),
                           ("mixed", begun + segment(options)),
                           ("version", segment(envelope(4, 3, OPTIONS)))):
            with self.subTest(name), self.client(5) as client:
                client.start()
                client.send_raw(data)
                _, opcode, body = client.answer()
                self.assert_error((opcode, body), 0x000A)
                self.assert_closed(client)

    def assert_version_refused(self, port, first_bytes, header, text):
        with Client(port, 5) as client:
            client.send_raw(first_bytes)
            got = client.read_raw(len(header))
            self.assertEqual(got, header)
            body = client.read_raw(int.from_bytes(client.read_raw(4), "big"))
            self.assertEqual(body[:4], bytes.fromhex("0000000a"))
            self.assertIn(text, body.decode("latin-1"))
            self.assert_closed(client)

    def test_other_versions_are_refused_as_servers_do_it(self):
        unsupported = "Invalid or unsupported protocol version"
        new, http = bytes.fromhex("8610000000"), b"GET / HTTP/1.1\r\n\r\n"
        self.assert_version_refused(self.server.port, envelope(6, 9, OPTIONS), new, unsupported + " (6)")
        self.assert_version_refused(self.server.port, envelope(3, 9, OPTIONS), new, unsupported + " (3)")
        self.assert_version_refused(self.server.port, http, new, unsupported + " (71)")
        options_v2, error_v2 = bytes.fromhex("0200000500000000"), bytes.fromhex("82000000")
        self.assert_version_refused(self.server.port, options_v2, error_v2, unsupported + " (2)")
        old = Server("--max-version", "4")
        try:
            refusal = bytes.fromhex("8510000000")
            self.assert_version_refused(old.port, STARTUP_V5, refusal, "USE_BETA flag is unset")
            with Client(old.port, 4) as client:
                client.start()
        finally:
            old.stop()

    def test_it_ends_with_its_parent(self):
        # The end of its output is seen only when the shell and the server have both ended.
        shell = subprocess.Popen(["/bin/sh", "-c", '"$0" --quiet --exit-with-parent & wait', PROGRAM],
                                 stdout=subprocess.PIPE, text=True)
        self.assertTrue(shell.stdout.readline().startswith("listening"))
        shell.kill()
        shell.wait()
        self.assertEqual(shell.stdout.read(), "")
        shell.stdout.close()

    def test_usage_errors(self):
        for arguments in (["--port"], ["--port", "x"], ["--max-version", "3"], ["--what"], ["--quiet=1"]):
            done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=10,
                                  check=False)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn("--max-version 4|5", done.stderr)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else os.environ.get(
        "CANNED_SERVER", "")
    if not os.access(PROGRAM, os.X_OK):
        sys.exit("usage: canned_server_test.py PROGRAM, or CANNED_SERVER=PROGRAM canned_server_test.py")
    unittest.main(argv=sys.argv)
