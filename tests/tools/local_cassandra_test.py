# SPDX-License-Identifier: Apache-2.0
"""The parts of tools/local-cassandra below its commands: options, shapes, files, ports, processes, probes."""

import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import unittest
from dataclasses import replace
from pathlib import Path
from unittest import mock

from scratch import REPOSITORY, Scratch

from local_cassandra import cql, ports, processes, server
from local_cassandra.configuration import node_settings, to_yaml
from local_cassandra.errors import BadUsage, Failure
from local_cassandra.instance import Instance
from local_cassandra.log_tail import log_excerpt
from local_cassandra.shape import Shape, differences

SLEEPER = [sys.executable, "-c", "import signal; signal.pause()"]


class Arguments(Scratch):
    def assert_bad_usage(self, expected: str, *arguments: str) -> None:
        code, _, errors = self.run_command(*arguments)
        self.assertEqual(code, 2, errors)
        self.assertIn(expected, errors)

    def test_bad_usage_ends_with_two_and_names_the_option(self) -> None:
        for expected, arguments in [
                ("COMMAND", []),
                ("invalid choice", ["fly"]),
                ("NODE", ["pause"]),
                ("--nodes", ["start", "--nodes", "0"]),
                ("--nodes", ["start", "--nodes", "many"]),
                ("--dcs", ["start", "--nodes", "2", "--dcs", "3"]),
                ("--port", ["start", "--port", "80"]),
                ("--timeout", ["start", "--timeout", "0"]),
                ("KEY=VALUE", ["start", "--config", "no_value"]),
                ("one line", ["start", "--config", "a=b\nc: d"]),
                ("--port", ["start", "--config", "native_transport_port=1"]),
                ("--instance", ["status", "--instance", "../elsewhere"]),
                ("loopback", ["start", "--base-address", "192.168.0.1"]),
                ("loopback", ["start", "--nodes", "2", "--base-address", "127.255.255.255"]),
                ("IPv4", ["start", "--base-address", "localhost"]),
                ("overlap", ["start", "--storage-port", "9042"])]:
            with self.subTest(arguments=arguments):
                self.assert_bad_usage(expected, *arguments)

    def test_the_installed_program_explains_itself(self) -> None:
        done = subprocess.run([REPOSITORY / "tools" / "local-cassandra", "--help"], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("exit code", done.stdout)

    def test_commands_on_a_node_fail_without_a_cluster(self) -> None:
        for command in ("pause", "resume", "kill", "restart"):
            code, _, errors = self.run_command(command, "1")
            self.assertEqual(code, 1)
            self.assertIn("no cluster", errors)

    def test_status_and_stop_without_a_cluster_succeed(self) -> None:
        code, output, _ = self.run_command("status", "--json")
        self.assertEqual(code, 0)
        self.assertIn('"absent"', output)
        self.assertEqual(self.run_command("stop")[:2], (0, "no node was running\n"))

    def test_an_unknown_node_is_bad_usage(self) -> None:
        Instance(self.folder / ".local" / "cassandra", "default").write_shape(Shape(nodes=2))
        self.assert_bad_usage("nodes 1 to 2", "kill", "3")


class Shapes(unittest.TestCase):
    def test_tokens_are_distinct_and_each_node_of_a_data_centre_owns_the_same_share(self) -> None:
        for nodes, datacenters in [(1, 1), (3, 1), (5, 2), (6, 3), (16, 5)]:
            places = Shape(nodes=nodes, datacenters=datacenters).places()
            every = [token for place in places for token in place.tokens]
            self.assertEqual(len(set(every)), len(every))
            self.assertTrue(all(-(2**63) < token < 2**63 for token in every))
            for name in {place.datacenter for place in places}:
                self.assert_even([place for place in places if place.datacenter == name])

    def assert_even(self, members: list) -> None:
        ring = sorted((token, place.number) for place in members for token in place.tokens)
        shares = dict.fromkeys((place.number for place in members), 0)
        for index, (token, number) in enumerate(ring):
            shares[number] += (token - ring[index - 1][0]) % 2**64 or 2**64
        for share in shares.values():
            self.assertAlmostEqual(share / (2**64 / len(members)), 1.0, places=6)

    def test_nodes_count_up_in_address_and_fill_the_data_centres_in_order(self) -> None:
        places = Shape(nodes=3, datacenters=2, base_address="127.0.3.254").places()
        self.assertEqual([(place.number, place.address, place.datacenter) for place in places],
                         [(1, "127.0.3.254", "dc1"), (2, "127.0.3.255", "dc1"), (3, "127.0.4.0", "dc2")])

    def test_neighbouring_ports_share_no_port(self) -> None:
        used: set[int] = set()
        for port in (9042, 9043, 9142, 19042):
            shape = Shape(nodes=16, port=port)
            mine = {shape.port, shape.storage_port, *(place.jmx_port for place in shape.places())}
            self.assertEqual(len(mine), 18)
            self.assertFalse(used & mine, port)
            used |= mine

    def test_no_port_derives_ports_that_overlap(self) -> None:
        for port in range(20000, 30000):  # where they met, when the JMX ports were a mere remainder
            Shape(nodes=16, port=port)

    def test_a_shape_survives_being_written_down(self) -> None:
        shape = Shape(nodes=3, datacenters=2, auth=True, settings={"a.b": "c"}, port=9999)
        self.assertEqual(Shape.from_json(shape.to_json()), shape)

    def test_differences_name_the_option_and_both_values(self) -> None:
        shape = Shape(nodes=3)
        self.assertEqual(differences(shape, Shape(nodes=3)), [])
        self.assertEqual(differences(shape, replace(shape, nodes=2, tls=True)),
                         ["--nodes: is 3, asked for 2", "--tls: is off, asked for on"])
        self.assertEqual(differences(shape, replace(shape, tls=True, auth=True), only_data=True), [])


class Configuration(Scratch):
    def settings(self, shape: Shape, number: int = 1) -> dict:
        certificates = Instance(self.folder, "x").certificates() if shape.tls else None
        return node_settings(self.folder, shape, shape.places()[number - 1], "name", certificates)

    def test_the_yaml_says_where_the_node_listens_and_what_it_owns(self) -> None:
        shape = Shape(nodes=2, port=9050)
        yaml = to_yaml(self.settings(shape, number=2))
        for line in ['rpc_address: "127.0.0.2"', "native_transport_port: 9050", "storage_port: 7008",
                     "start_native_transport: true", "auto_bootstrap: false", "num_tokens: 4",
                     'authenticator: "AllowAllAuthenticator"']:
            self.assertIn(line + "\n", yaml)
        self.assertIn('"seeds": "127.0.0.1:7008,127.0.0.2:7008"', yaml)
        self.assertIn(",".join(map(str, shape.places()[1].tokens)), yaml)
        self.assertNotIn("client_encryption_options", yaml)

    def test_auth_and_tls_appear_when_asked_for(self) -> None:
        settings = self.settings(Shape(auth=True, tls=True))
        self.assertEqual(settings["authenticator"], "PasswordAuthenticator")
        self.assertEqual(settings["authorizer"], "CassandraAuthorizer")
        self.assertIs(settings["client_encryption_options"]["enabled"], True)
        self.assertIs(settings["client_encryption_options"]["optional"], False)
        self.assertIs(settings["client_encryption_options"]["require_client_auth"], False)
        mutual = self.settings(Shape(tls=True, tls_client_certificates=True, tls_certificate="expired"))
        self.assertIs(mutual["client_encryption_options"]["require_client_auth"], True)
        self.assertTrue(mutual["client_encryption_options"]["keystore"].endswith("node1.expired.identity.pem"))
        with self.assertRaisesRegex(BadUsage, "want --tls"):
            Shape(tls_certificate="expired")

    def test_settings_add_replace_and_reach_into_blocks(self) -> None:
        yaml = to_yaml(self.settings(Shape(tls=True, settings={
            "read_request_timeout": "7s", "auto_snapshot": "true",
            "client_encryption_options.require_client_auth": "true"})))
        self.assertIn("read_request_timeout: 7s\n", yaml)
        self.assertIn("auto_snapshot: true\n", yaml)
        self.assertNotIn("auto_snapshot: false", yaml)
        self.assertIn("  require_client_auth: true\n", yaml)
        self.assertIn("  enabled: true\n", yaml)

    def test_a_path_through_a_plain_value_is_refused(self) -> None:
        with self.assertRaisesRegex(BadUsage, "auto_snapshot is a plain value"):
            self.settings(Shape(settings={"auto_snapshot.x": "1"}))


class Certificates(Scratch):
    def test_the_server_certificate_names_its_address_and_is_verified_by_the_authority(self) -> None:
        places = Shape(nodes=2, tls=True).places()
        certificates = Instance(self.folder, "x").certificates()
        certificates.ensure(places)
        identity = certificates.server_identity(places[1])
        for check in (["-verify_ip", "127.0.0.2", "-purpose", "sslserver", str(identity)],
                      ["-verify_hostname", "localhost", "-purpose", "sslserver", str(identity)],
                      ["-purpose", "sslclient", str(certificates.client_certificate)]):
            verify = ["openssl", "verify", "-x509_strict", "-CAfile", str(certificates.ca), *check]
            done = subprocess.run(verify, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
        for key in (identity, certificates.client_key):
            self.assertEqual(key.stat().st_mode & 0o077, 0)
        before = certificates.ca.read_bytes()
        certificates.ensure(places)
        self.assertEqual(certificates.ca.read_bytes(), before)


    def test_certificates_that_a_client_must_refuse_fail_for_their_reason_alone(self) -> None:
        places = Shape(tls=True).places()
        certificates = Instance(self.folder, "x").certificates()
        for kind, reason in [("expired", "certificate has expired"), ("self-signed", "self-signed certificate"),
                             ("wrong-name", "IP address mismatch")]:
            certificates.ensure(places, kind)
            identity = certificates.server_identity(places[0], kind)
            verify = ["openssl", "verify", "-CAfile", str(certificates.ca), "-verify_ip", "127.0.0.1", str(identity)]
            done = subprocess.run(verify, capture_output=True, text=True, check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(reason, done.stderr)


class Ports(unittest.TestCase):
    def test_a_taken_port_is_named_with_the_process_that_holds_it(self) -> None:
        for address in ("127.0.0.1", "0.0.0.0"):
            with self.subTest(address=address), socket.create_server((address, 0)) as listener:
                port = listener.getsockname()[1]
                shape = Shape(port=port, storage_port=port - 1, jmx_port=port - 2)
                with self.assertRaises(Failure) as raised:
                    ports.require_free(shape, shape.places())
                self.assertIn(f"127.0.0.1:{port} (CQL of node 1) is taken by process {os.getpid()} ",
                              str(raised.exception))
                self.assertIn("--port", str(raised.exception))

    def test_a_dual_stack_listener_is_found_too(self) -> None:
        if not socket.has_dualstack_ipv6():
            self.skipTest("this machine has no IPv6")
        with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listener:
            reason = ports.why_not("127.0.0.1", listener.getsockname()[1])
            self.assertIn(f"process {os.getpid()}", reason or "")

    def test_a_free_port_is_free(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.assertIsNone(ports.why_not("127.0.0.1", port))


class Processes(Scratch):
    def setUp(self) -> None:
        super().setUp()
        self.instance = Instance(self.folder / ".local" / "cassandra", "default")
        self.instance.write_shape(Shape())
        self.child = subprocess.Popen(SLEEPER)
        self.addCleanup(self.child.wait)
        self.addCleanup(self.child.kill)
        self.process = processes.identify_child(self.child.pid)

    def test_a_recorded_process_is_ended_by_stop(self) -> None:
        self.instance.write_process(1, self.process)
        self.assertEqual(self.run_command("stop")[:2], (0, "1 node stopped\n"))
        self.assertEqual(self.child.wait(), -signal.SIGTERM)

    def test_a_process_that_took_over_a_recorded_number_is_left_alone(self) -> None:
        for stale in (replace(self.process, start_ticks=self.process.start_ticks - 1),
                      replace(self.process, boot_id="another boot")):
            for command in (["kill", "1"], ["pause", "1"], ["stop"], ["stop", "--now"]):
                with self.subTest(command=command):
                    self.instance.write_process(1, stale)
                    self.run_command(*command)
                    self.assertIsNone(self.child.poll())
                    self.assertFalse(processes.is_paused(self.process))

    def test_a_signal_reaches_only_the_recorded_process(self) -> None:
        stale = replace(self.process, start_ticks=0)
        self.assertFalse(processes.send(stale, signal.SIGKILL))
        self.assertTrue(processes.send(self.process, signal.SIGKILL))
        self.assertTrue(processes.wait_for_end(self.process, 10))
        self.assertFalse(processes.is_alive(self.process))

    def test_a_process_lives_until_its_last_thread_has_ended(self) -> None:
        program = ("import ctypes, threading;"
                   "up = lambda: (print('up', flush=True), threading.Event().wait());"
                   "threading.Thread(target=up).start();"
                   "ctypes.CDLL(None).pthread_exit(None)")
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as child:
            process = processes.identify_child(child.pid)
            child.stdout.readline()
            while Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                os.sched_yield()
            self.assertTrue(processes.is_alive(process))
            self.assertEqual(processes.end([process], 10), [])
            self.assertFalse(processes.is_alive(process))

    def test_a_paused_process_is_ended_when_asked(self) -> None:
        self.assertTrue(processes.pause(self.process, 10))
        self.assertEqual(processes.end([self.process], 10), [])
        self.assertEqual(self.child.wait(), -signal.SIGTERM)


class Java(Scratch):
    def test_missing_java_is_said_with_the_package_to_install(self) -> None:
        with mock.patch.dict(os.environ, {"PATH": str(self.folder)}), \
                mock.patch.object(server.glob, "glob", return_value=[]):
            os.environ.pop("JAVA_HOME", None)
            with self.assertRaisesRegex(Failure, "no java .*apt-get install openjdk-17"):
                server.require_java()

    def test_another_java_is_said_with_its_version(self) -> None:
        self.make_executable("bin/java", "echo 'openjdk version \"21.0.1\"' >&2")
        with mock.patch.dict(os.environ, {"JAVA_HOME": str(self.folder), "PATH": ""}), \
                mock.patch.object(server.glob, "glob", return_value=[]):
            with self.assertRaisesRegex(Failure, r"needs Java 17 .*bin/java is version 21\.0\.1"):
                server.require_java()

    def test_missing_maven_is_said_with_the_package_to_install(self) -> None:
        with mock.patch.dict(os.environ, {"PATH": str(self.folder)}):
            with self.assertRaisesRegex(Failure, "apt-get install maven"):
                server.ensure_jars(self.folder)

    def test_a_failed_download_is_tried_again_and_leaves_nothing_that_looks_complete(self) -> None:
        self.make_executable("mvn", f"""
            echo attempt >> "{self.folder}/attempts"; echo '[ERROR] no route'; exit 1""")
        with mock.patch.dict(os.environ, {"PATH": f"{self.folder}:{os.environ['PATH']}"}), \
                mock.patch.object(server.time, "sleep"), contextlib.redirect_stderr(io.StringIO()):
            with self.assertRaisesRegex(Failure, "3 times.*\n.*no route"):
                server.ensure_jars(self.folder)
        self.assertEqual((self.folder / "attempts").read_text(), "attempt\n" * 3)
        self.assertFalse((self.folder / "server" / server.VERSION).exists())

    def test_two_first_starts_at_once_download_once(self) -> None:
        self.make_executable("mvn", f"""
            echo attempt >> "{self.folder}/attempts"
            for word; do case "$word" in -DoutputDirectory=*) folder="${{word#*=}}";; esac; done
            sleep 0.3; mkdir -p "$folder"; touch "$folder/cassandra-all-{server.VERSION}.jar" """)
        with mock.patch.dict(os.environ, {"PATH": f"{self.folder}:{os.environ['PATH']}"}), \
                contextlib.redirect_stderr(io.StringIO()):
            callers = [threading.Thread(target=server.ensure_jars, args=(self.folder,)) for _ in range(2)]
            for caller in callers:
                caller.start()
            for caller in callers:
                caller.join()
        self.assertEqual((self.folder / "attempts").read_text(), "attempt\n")
        self.assertTrue(any((self.folder / "server" / server.VERSION).iterdir()))

    def make_executable(self, name: str, script: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)


class Probe(unittest.TestCase):
    def ask(self, answer: bytes) -> None:
        """One OPTIONS to a peer that answers with these bytes and closes."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            def serve() -> None:
                peer, _ = listener.accept()
                with peer:
                    peer.recv(64)
                    peer.sendall(answer)
            thread = threading.Thread(target=serve)
            thread.start()
            try:
                with cql.Connection("127.0.0.1", listener.getsockname()[1], 5, None) as connection:
                    connection.require_supported()
            finally:
                thread.join()

    def test_supported_is_ready(self) -> None:
        self.ask(cql.HEADER.pack(0x84, 0, 0, cql.SUPPORTED, 2) + b"\0\0")

    def test_everything_else_is_not(self) -> None:
        message = b"\0\0\x10\x01\0\x04full"
        for answer, expected in [
                (b"", "closed"), (b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak CQL"),
                (cql.HEADER.pack(0x84, 0, 0, cql.READY, 0), "opcode 2"),
                (cql.HEADER.pack(0x84, 0, 0, cql.ERROR, len(message)) + message, "error 0x1001: full")]:
            with self.subTest(expected=expected), self.assertRaisesRegex(cql.NotReady, expected):
                self.ask(answer)


class Logs(Scratch):
    def test_the_excerpt_has_messages_and_causes_without_stack_frames(self) -> None:
        (self.folder / "system.log").write_text(
            "INFO fine\nERROR [main] broken\n\tat a.B(C.java:1)\n"
            "Caused by: disk\n\t... 3 common frames omitted\n")
        (self.folder / "output.log").write_text("WARNING: setSecurityManager\n")
        self.assertEqual(log_excerpt(self.folder).splitlines(),
                         [f"The last lines of {self.folder}/system.log:",
                          "  INFO fine", "  ERROR [main] broken", "  Caused by: disk"])


if __name__ == "__main__":
    unittest.main()
