# SPDX-License-Identifier: Apache-2.0
"""The little of the native protocol, version 4, that tells whether a node is ready."""

from __future__ import annotations

import socket
import ssl
import struct

HEADER = struct.Struct(">BBhBI")
REQUEST_VERSION, RESPONSE_VERSION = 0x04, 0x84
LARGEST_BODY = 1 << 20

ERROR, STARTUP, READY, AUTHENTICATE, OPTIONS, SUPPORTED, QUERY, RESULT = 0, 1, 2, 3, 5, 6, 7, 8
AUTH_RESPONSE, AUTH_SUCCESS = 0x0F, 0x10

BAD_CREDENTIALS = 0x0100
CONSISTENCY_ONE, CONSISTENCY_ALL = 1, 5


class NotReady(Exception):
    """The peer does not answer as a ready node does."""


class ServerError(NotReady):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"error 0x{code:04X}: {message}")
        self.code = code


class Connection:
    """Blocking, one request at a time. Every failure is a NotReady."""

    def __init__(self, address: str, port: int, seconds: float, tls: ssl.SSLContext | None) -> None:
        try:
            plain = socket.create_connection((address, port), timeout=seconds)
        except OSError as cause:
            raise NotReady(f"does not accept connections ({cause})") from None
        try:
            self._socket = tls.wrap_socket(plain, server_hostname=address) if tls else plain
        except OSError as cause:  # ssl.SSLError is one
            plain.close()
            raise NotReady(f"TLS handshake failed ({cause})") from None

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def require_supported(self) -> None:
        self._ask(OPTIONS, b"", SUPPORTED)

    def log_in(self, user: str, password: str) -> None:
        options = struct.pack(">H", 1) + _string("CQL_VERSION") + _string("3.0.0")
        opcode, _ = self._exchange(STARTUP, options)
        if opcode == AUTHENTICATE:
            self._ask(AUTH_RESPONSE, _bytes(f"\0{user}\0{password}".encode()), AUTH_SUCCESS)
        elif opcode != READY:
            raise NotReady(f"answered STARTUP with opcode {opcode}")

    def query(self, statement: str, consistency: int) -> bytes:
        """The body of the RESULT."""
        return self._ask(QUERY, _bytes(statement.encode()) + struct.pack(">HB", consistency, 0), RESULT)

    def _ask(self, opcode: int, body: bytes, expected: int) -> bytes:
        answered, answer = self._exchange(opcode, body)
        if answered != expected:
            raise NotReady(f"answered opcode {opcode} with opcode {answered}")
        return answer

    def _exchange(self, opcode: int, body: bytes) -> tuple[int, bytes]:
        try:
            self._socket.sendall(HEADER.pack(REQUEST_VERSION, 0, 0, opcode, len(body)) + body)
            version, _, _, answered, length = HEADER.unpack(self._read(HEADER.size))
            if version != RESPONSE_VERSION or length > LARGEST_BODY:
                raise NotReady("does not speak CQL")
            answer = self._read(length)
        except OSError as cause:
            raise NotReady(f"connection failed ({cause})") from None
        if answered == ERROR:
            code, size = struct.unpack_from(">IH", answer)
            raise ServerError(code, answer[6:6 + size].decode(errors="replace"))
        return answered, answer

    def _read(self, size: int) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            part = self._socket.recv(size - len(parts))
            if not part:
                raise NotReady("closed the connection")
            parts += part
        return bytes(parts)


def _string(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()


def _bytes(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value
