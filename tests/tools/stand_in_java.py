#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands in for the Java of a node: reads the node's cassandra.yaml, listens, and answers as a ready node does.

Settings that only it understands choose how it fails: stand_in: dies | silent | deaf_to_sigterm.
"""

import json
import signal
import socket
import socketserver
import struct
import sys
import urllib.parse

HEADER = struct.Struct(">BBhBI")
STARTUP, READY, OPTIONS, SUPPORTED, QUERY, RESULT = 1, 2, 5, 6, 7, 8
ANSWERS = {STARTUP: (READY, b""), OPTIONS: (SUPPORTED, b"\0\0"), QUERY: (RESULT, b"\0\0\0\1")}


class Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while len(header := self.rfile.read(HEADER.size)) == HEADER.size:
            version, _, stream, opcode, length = HEADER.unpack(header)
            self.rfile.read(length)
            answer, body = ANSWERS[opcode]
            self.wfile.write(HEADER.pack(version | 0x80, 0, stream, answer, len(body)) + body)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def read_settings(arguments: list[str]) -> dict[str, str]:
    name = next(word for word in arguments if word.startswith("-Dcassandra.config="))
    path = urllib.parse.unquote(urllib.parse.urlparse(name.partition("=")[2]).path)
    with open(path, encoding="utf-8") as file:
        pairs = [line.rstrip("\n").partition(": ") for line in file if not line.startswith(" ")]
    return {key: value for key, _, value in pairs}


def main(arguments: list[str]) -> int:
    if arguments == ["-version"]:
        print('openjdk version "17.0.99" 2026-01-01', file=sys.stderr)
        return 0
    settings = read_settings(arguments)
    behaviour = settings.get("stand_in")
    if behaviour == "dies":
        print("Exception encountered during startup: asked to die\n\tat some.Frame(Some.java:1)")
        return 3
    if behaviour == "deaf_to_sigterm":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    address = (json.loads(settings["rpc_address"]), int(settings["native_transport_port"]))
    if behaviour == "silent":
        with socket.create_server(address):
            signal.pause()
    with Server(address, Handler) as server:
        server.serve_forever()
    return 0


sys.exit(main(sys.argv[1:]))
