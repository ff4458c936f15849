# SPDX-License-Identifier: Apache-2.0
"""A certificate authority, a certificate per node and one for clients, as PEM files made by openssl."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .errors import Failure
from .shape import NodePlace

VALID_DAYS = "3650"

# What a node may show: its own certificate, or one that a client must refuse.
KINDS = ("good", "expired", "self-signed", "wrong-name")


class Certificates:
    """Made once per instance; made again with --fresh."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca = folder / "ca.pem"
        self.client_certificate = folder / "client.pem"
        self.client_key = folder / "client.key"

    def server_identity(self, place: NodePlace, kind: str = "good") -> Path:
        """One file with private key, certificate and issuer, in the order in which the server reads them."""
        return self.folder / f"{server_name(place, kind)}.identity.pem"

    def ensure(self, places: list[NodePlace], kind: str = "good") -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        if not self.ca.exists():
            self._make_authority()
        if not self.client_certificate.exists():
            self._issue("client", "local-cassandra client", "clientAuth", "DNS:client")
        for place in places:
            if not self.server_identity(place, kind).exists():
                self._issue_for_node(place, kind)

    def _make_authority(self) -> None:
        self._make_key("ca")
        made = self._unfinished("ca.pem")
        self._openssl("req", "-x509", "-new", "-key", "ca.key", "-days", VALID_DAYS, "-sha256",
                      "-subj", "/CN=local-cassandra test authority",
                      "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", made.name)
        made.rename(self.ca)

    def _issue_for_node(self, place: NodePlace, kind: str) -> None:
        name = server_name(place, kind)
        names = "DNS:elsewhere.invalid" if kind == "wrong-name" else f"IP:{place.address},DNS:localhost"
        days = "-1" if kind == "expired" else VALID_DAYS
        self._issue(name, f"local-cassandra {name}", "serverAuth", names, days, itself=kind == "self-signed")
        parts = [self.folder / f"{name}.key", self.folder / f"{name}.pem"]
        if kind != "self-signed":
            parts.append(self.ca)
        made = self._unfinished(f"{name}.identity.pem")
        made.touch(mode=0o600)
        made.write_text("".join(part.read_text() for part in parts))
        made.rename(self.server_identity(place, kind))

    def _issue(self, name: str, subject: str, usage: str, names: str, days: str = VALID_DAYS,
               itself: bool = False) -> None:
        self._make_key(name)
        extensions = self.folder / f"{name}.extensions"
        extensions.write_text("basicConstraints=critical,CA:FALSE\n"
                              "keyUsage=critical,digitalSignature\n"
                              f"extendedKeyUsage={usage}\n"
                              f"subjectAltName={names}\n"
                              "subjectKeyIdentifier=hash\n"
                              "authorityKeyIdentifier=keyid\n")
        self._openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={subject}", "-out", f"{name}.csr")
        made = self._unfinished(f"{name}.pem")
        signer = ["-signkey", f"{name}.key"] if itself else ["-CA", "ca.pem", "-CAkey", "ca.key",
                                                             "-CAcreateserial"]
        self._openssl("x509", "-req", "-in", f"{name}.csr", *signer, "-days", days, "-sha256",
                      "-extfile", extensions.name, "-out", made.name)
        made.rename(self.folder / f"{name}.pem")

    def _make_key(self, name: str) -> None:
        self._openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                      "-out", f"{name}.key")
        os.chmod(self.folder / f"{name}.key", 0o600)

    def _unfinished(self, name: str) -> Path:
        """Written under this name and then renamed, so that a file that exists is a whole one."""
        made = self.folder / f"{name}.unfinished"
        made.unlink(missing_ok=True)
        return made

    def _openssl(self, *arguments: str) -> None:
        if not shutil.which("openssl"):
            raise Failure("--tls needs openssl, which is not installed: apt-get install openssl")
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"openssl {arguments[0]} failed:\n{done.stdout.strip()}")


def server_name(place: NodePlace, kind: str) -> str:
    return f"node{place.number}" if kind == "good" else f"node{place.number}.{kind}"
