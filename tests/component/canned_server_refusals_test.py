#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the canned server refuses, as real servers do it, and how it ends."""

import struct
import subprocess

from canned_server_case import SELECT, CannedServerCase, Server, main, program
from canned_server_client import (
    EXECUTE, OPTIONS, PREPARE, QUERY, STARTUP_V5, SUPPORTED, Client, envelope, long_bytes, segment,
)


class CannedServerRefusals(CannedServerCase):
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
        shell = subprocess.Popen(["/bin/sh", "-c", '"$0" --quiet --exit-with-parent & wait', program()],
                                 stdout=subprocess.PIPE, text=True)
        self.assertTrue(shell.stdout.readline().startswith("listening"))
        shell.kill()
        shell.wait()
        self.assertEqual(shell.stdout.read(), "")
        shell.stdout.close()

    def test_usage_errors(self):
        for arguments in (["--port"], ["--port", "x"], ["--max-version", "3"], ["--what"], ["--quiet=1"]):
            done = subprocess.run([program(), *arguments], capture_output=True, text=True, timeout=10,
                                  check=False)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn("--max-version 4|5", done.stderr)


if __name__ == "__main__":
    main()
