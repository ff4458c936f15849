# SPDX-License-Identifier: Apache-2.0
"""A client of protocol v4 and v5 that is made of its bytes, for the tests of the canned server."""

import socket
import struct
import zlib

ERROR, READY, SUPPORTED, RESULT = 0x00, 0x02, 0x06, 0x08
STARTUP, OPTIONS, QUERY, PREPARE, EXECUTE, REGISTER = 0x01, 0x05, 0x07, 0x09, 0x0A, 0x0B
VALUES, SKIP_METADATA, PAGE_SIZE, PAGING_STATE = 0x01, 0x02, 0x04, 0x08
LARGEST_PAYLOAD = 131_071

STARTUP_V4 = bytes.fromhex("0400000001000000160001000b43514c5f56455253494f4e0005332e302e30")
STARTUP_V5 = b"\x05" + STARTUP_V4[1:]


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
