# SPDX-License-Identifier: Apache-2.0
"""What the tests of the canned server share: the program that runs, its clients, and what is asserted of answers.

The program is the first argument of each test, or the environment variable CANNED_SERVER.
"""

import os
import signal
import subprocess
import sys
import unittest

from canned_server_client import ERROR, Client, Reader

ROWS = 12_345
SELECT = b"SELECT k, v FROM bench.kv WHERE k = ?"
INSERT = b"INSERT INTO bench.kv (k, v) VALUES (?, ?)"
STREAM = b"SELECT id, ts, name, value, payload FROM bench.big"


def program():
    return os.environ["CANNED_SERVER"]


class Server:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([program(), "--quiet", "--exit-with-parent", *arguments],
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


class CannedServerCase(unittest.TestCase):
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


def main():
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        os.environ["CANNED_SERVER"] = sys.argv.pop(1)
    if not os.access(os.environ.get("CANNED_SERVER", ""), os.X_OK):
        name = os.path.basename(sys.argv[0])
        sys.exit(f"usage: {name} PROGRAM, or CANNED_SERVER=PROGRAM {name}")
    unittest.main(argv=sys.argv)
