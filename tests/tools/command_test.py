# SPDX-License-Identifier: Apache-2.0
"""The command async-cassandra from outside: exit codes, where errors go, and that they say what happened where."""

import os
import socket
import subprocess
import sys
import threading
import unittest

COMMAND = os.environ.get("AC_COMMAND", "async-cassandra")
LIMIT = 30


def run(*arguments, **options):
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, timeout=LIMIT, check=False, **options)


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


class Peer:
    """Accepts connections, answers the first bytes of each with `answer`, and keeps them open."""

    def __init__(self, answer):
        self.answer = answer
        self.connections = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()
        for connection in self.connections:
            connection.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            connection.recv(1024)
            if self.answer:
                connection.sendall(self.answer)


class Usage(unittest.TestCase):
    def test_help_goes_to_standard_output_and_is_no_error(self):
        for arguments, expected in [
            (["--help"], "bench"),
            (["query", "--help"], "--param"),
            (["bench", "--help"], "--in-flight"),
            (["nodes", "--help"], "--format"),
            (["schema", "--help"], "KEYSPACE[.TABLE]"),
            (["--version"], "async-cassandra"),
        ]:
            with self.subTest(arguments=arguments):
                done = run(*arguments)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn(expected, done.stdout)

    def test_bad_usage_ends_with_two_on_standard_error_and_names_the_option(self):
        for arguments, expected in [
            ([], "subcommand"),
            (["fly"], "fly"),
            (["query"], "cql"),
            (["query", "SELECT", "--port", "0"], "--port"),
            (["query", "SELECT", "--format", "xml"], "--format"),
            (["query", "SELECT", "--consistency", "most"], "most"),
            (["query", "SELECT", "--contact-point", "127.0.0.1:99999"], "99999"),
            (["bench"], "--op"),
            (["bench", "--op", "select", "--protocol", "6"], "--protocol"),
            (["nodes", "--format", "xml"], "--format"),
            (["schema", "a."], "KEYSPACE"),
        ]:
            with self.subTest(arguments=arguments):
                done = run(*arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertIn(expected, done.stderr)


class Failures(unittest.TestCase):
    def assert_fails(self, port, *expected, seconds="0.5"):
        done = run("query", "SELECT 1", "--port", str(port), "--connect-timeout", seconds)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        for text in ("async-cassandra: ", f"127.0.0.1:{port}", *expected):
            self.assertIn(text, done.stderr)

    def test_a_closed_port_is_named(self):
        self.assert_fails(closed_port(), "refused")

    def test_a_peer_that_speaks_something_else_is_named(self):
        with Peer(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") as peer:
            self.assert_fails(peer.port)

    def test_a_peer_that_says_nothing_ends_with_the_timeout(self):
        with Peer(b"") as peer:
            self.assert_fails(peer.port)

    def test_the_other_commands_end_the_same_way_without_a_server(self):
        port = closed_port()
        for arguments in (["bench", "--op", "select", "--json"], ["nodes"], ["schema"]):
            with self.subTest(arguments=arguments):
                done = run(*arguments, "--port", str(port), "--connect-timeout", "0.5")
                self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
                self.assertIn(f"127.0.0.1:{port}", done.stderr)


class Pipes(unittest.TestCase):
    def test_a_reader_that_went_away_is_no_failure(self):
        reader, writer = os.pipe()
        os.close(reader)
        try:
            done = subprocess.run(
                [COMMAND, "--help"], stdout=writer, stderr=subprocess.PIPE, text=True, timeout=LIMIT, check=False
            )
        finally:
            os.close(writer)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        COMMAND = sys.argv.pop(1)
    unittest.main()
