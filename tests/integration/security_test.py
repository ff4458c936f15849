# SPDX-License-Identifier: Apache-2.0
"""TLS and logging in with a real Cassandra, by the command async-cassandra: what is let in, and what each refusal says.

AC_COMMAND is the program, AC_EXAMPLE the example secure_connection, AC_LOCAL_CASSANDRA what starts nodes, AC_SECURITY_PORT
the port of a node of this test's own, which is started anew to show other certificates. AC_CONTACT_POINT and AC_PORT name
another one, without TLS.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

COMMAND = os.environ["AC_COMMAND"]
EXAMPLE = os.environ["AC_EXAMPLE"]
LOCAL_CASSANDRA = os.environ["AC_LOCAL_CASSANDRA"]
INSTANCE = ["--instance", "integration-security"]
PORT = os.environ["AC_SECURITY_PORT"]
LIMIT = 60
ADDRESS = f"127.0.0.1:{PORT}"


def local_cassandra(*arguments):
    done = subprocess.run([LOCAL_CASSANDRA, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"local-cassandra {arguments} ended with {done.returncode}\n{done.stderr}")
    return done.stdout


def start_node(*options):
    local_cassandra("stop", "--now", *INSTANCE)
    return json.loads(local_cassandra("start", *INSTANCE, "--port", PORT, "--json", *options))


class Security(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(local_cassandra, "stop", "--now", *INSTANCE)
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        cls.node = start_node("--auth", "--tls", "--fresh")
        cls.wrong_password = cls.folder / "wrong-password"
        cls.wrong_password.write_text("n0t-the-p4ssw0rd\n")

    def query(self, *arguments, tls=True, log_in=True, contact_point="127.0.0.1", environment=None,
              statement="SELECT release_version FROM system.local"):
        options = ["--contact-point", contact_point, "--port", PORT, "--timeout", "20"]
        if tls:
            options += ["--tls"]
            if "--ca" not in arguments and "--tls-danger-accept-any-certificate" not in arguments:
                options += ["--ca", self.node["tls"]["ca"]]
        if log_in and "--password-file" not in arguments and not environment:
            options += ["--user", "cassandra", "--password-file", self.node["password_file"]]
        done = subprocess.run([COMMAND, "query", statement, "--format", "csv", *options, *arguments],
                              capture_output=True, text=True, timeout=LIMIT, check=False,
                              env=os.environ | (environment or {}))
        return done.returncode, done.stdout + done.stderr

    def works(self, *arguments, **options):
        code, text = self.query(*arguments, **options)
        self.assertEqual(code, 0, text)
        self.assertIn("5.0", text)

    def refused(self, *arguments, says, **options):
        code, text = self.query(*arguments, **options)
        self.assertEqual(code, 1, text)
        self.assertIn(ADDRESS, text)
        for words in says:
            self.assertIn(words, text)
        return text

    def test_1_password_and_tls(self):
        for version in ("4", "5"):
            self.works("--protocol", version)
        self.works(contact_point="localhost")
        with self.subTest("the password from the environment"):
            self.works("--user", "cassandra", environment={"ASYNC_CASSANDRA_PASSWORD": "cassandra"})
        with self.subTest("a wrong password is final at once, and told to nobody"):
            began = time.monotonic()
            text = self.refused("--user", "cassandra", "--password-file", str(self.wrong_password),
                                says=["BAD_CREDENTIALS", "incorrect"])
            self.assertLess(time.monotonic() - began, 10)
            self.assertNotIn("n0t-the-p4ssw0rd", text)
        with self.subTest("no credentials"):
            self.refused(log_in=False, says=["requires authentication", "PasswordAuthenticator",
                                             "there are no credentials"])
        with self.subTest("an authority that is not the node's"):
            stranger = self.folder / "stranger.pem"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-keyout", "/dev/null", "-subj", "/CN=stranger", "-out", str(stranger)],
                           check=True, capture_output=True)
            self.refused("--ca", str(stranger), says=["local-cassandra test authority", "which is not trusted"])
        with self.subTest("a client without TLS"):
            self.refused(tls=False, says=["TLS", "cluster_config::tls is not set"])

    def test_2_the_example(self):
        tls = self.node["tls"]
        done = subprocess.run([EXAMPLE, "127.0.0.1", PORT, "cassandra", self.node["password_file"], tls["ca"]],
                              capture_output=True, text=True, timeout=LIMIT, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("connected to", done.stdout)

    def test_3_no_copy_of_a_password_stays_in_the_clients_memory(self):
        password = "7h1s-15-u53d-n0wh3r3-3l53"
        secret = self.folder / "secret"
        secret.write_text(password + "\n")
        code, text = self.query(
            statement=f"CREATE ROLE IF NOT EXISTS quiet WITH PASSWORD = '{password}' AND LOGIN = true AND SUPERUSER = true")
        self.assertEqual(code, 0, text)
        with subprocess.Popen([COMMAND, "bench", "--op", "select", "--rows", "10", "--duration", "60",
                               "--contact-point", "127.0.0.1", "--port", PORT, "--user", "quiet", "--password-file", secret,
                               "--tls", "--ca", self.node["tls"]["ca"], "--progress"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            try:
                self.assertTrue(running.stderr.read(1), "it shows progress when requests are answered")
                time.sleep(2)
                self.assertIsNone(running.poll(), "it runs")
                memory = memory_of(running.pid)
                self.assertIn(b"--password-file", memory, "what is read is the memory of the client")
                # The credentials for connections to come, and no other copy: not in any buffer, nor on the stack.
                kept = b"\0quiet\0" + password.encode()
                self.assertEqual((memory.count(kept), memory.count(password.encode())), (1, 1))
            finally:
                running.kill()

    def test_4_certificates_that_are_no_good(self):
        for kind, says in [("expired", ["expired on 2"]),
                           ("self-signed", ["is self-signed, and is not trusted itself"]),
                           ("wrong-name", ["not for the address 127.0.0.1", "it names elsewhere.invalid"])]:
            with self.subTest(kind):
                start_node("--auth", "--tls", "--tls-certificate", kind)
                self.refused(says=says)
                if kind == "expired":
                    self.works("--tls-danger-accept-any-certificate")

    def test_5_mutual_tls(self):
        node = start_node("--auth", "--tls", "--tls-client-certificates")
        own = ["--cert", node["tls"]["client_certificate"], "--key", node["tls"]["client_key"]]
        self.works(*own)
        self.refused(says=["client certificate", "tls_options::certificate_file is not set"])

    def test_6_a_server_without_tls(self):
        done = subprocess.run([COMMAND, "query", "SELECT key FROM system.local", "--tls", "--contact-point",
                               os.environ["AC_CONTACT_POINT"], "--port", os.environ["AC_PORT"]],
                              capture_output=True, text=True, timeout=LIMIT, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{os.environ['AC_CONTACT_POINT']}:{os.environ['AC_PORT']}: TLS: the peer does not speak TLS",
                      done.stderr)


# The shadows of ThreadSanitizer are mapped by the terabyte, and hold nothing of the client's.
LARGEST_MAPPING = 1 << 30


def memory_of(pid):
    """Everything that the process can write to."""
    found = []
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if "w" not in rights:
                continue
            first, last = (int(number, 16) for number in span.split("-"))
            if last - first > LARGEST_MAPPING:
                continue
            memory.seek(first)
            try:
                found.append(memory.read(last - first))
            except OSError:
                continue  # guard pages and the like
    return b"\n".join(found)


if __name__ == "__main__":
    unittest.main()
