# SPDX-License-Identifier: Apache-2.0
"""Where an instance keeps its files, its lock and what it knows of its nodes.

    .local/cassandra/server/<version>/       the jars, shared by all instances
    .local/cassandra/instances/<name>/       cluster.json, tls/, and one folder per node:
        node<i>/                             process.json, conf/, data/, commitlog/, …, logs/
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from .certificates import Certificates
from .errors import BadUsage, Failure
from .processes import ProcessId
from .shape import Shape


class Instance:
    def __init__(self, home: Path, name: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,47}", name):
            raise BadUsage(f"--instance must be made of letters, digits, '-' and '_', not {name!r}")
        self.name = name
        self.folder = home / "instances" / name

    @property
    def cluster_name(self) -> str:
        return f"local-{self.name}"

    def node_folder(self, number: int) -> Path:
        return self.folder / f"node{number}"

    def log_folder(self, number: int) -> Path:
        return self.node_folder(number) / "logs"

    def password_file(self) -> Path:
        return self.folder / "password"

    def write_password(self, password: str) -> None:
        """For programs that take the password from a file."""
        self.password_file().touch(mode=0o600)
        self.password_file().write_text(password + "\n")

    def certificates(self) -> Certificates:
        return Certificates(self.folder / "tls")

    def lock(self) -> contextlib.AbstractContextManager[None]:
        """One command at a time changes an instance. Nodes do not inherit the lock."""
        return locked(self.folder / "lock", f"instance {self.name}")

    def read_shape(self) -> Shape | None:
        """None: there is no data here."""
        values = _read_json(self.folder / "cluster.json")
        try:
            return None if values is None else Shape.from_json(values)
        except (TypeError, BadUsage) as cause:
            raise Failure(f"{self.folder / 'cluster.json'} cannot be understood ({cause}): stop the nodes, "
                          f"then remove {self.folder}") from None

    def write_shape(self, shape: Shape) -> None:
        _write_json(self.folder / "cluster.json", shape.to_json())

    def forget_shape(self) -> None:
        """What a first start left unfinished is not data: the next start begins anew."""
        (self.folder / "cluster.json").unlink(missing_ok=True)

    def read_process(self, number: int) -> ProcessId | None:
        values = _read_json(self._process_file(number))
        try:
            return None if values is None else ProcessId(**values)
        except TypeError as cause:
            raise Failure(f"{self._process_file(number)} cannot be understood: {cause}") from None

    def write_process(self, number: int, process: ProcessId) -> None:
        _write_json(self._process_file(number), asdict(process))

    def forget_process(self, number: int) -> None:
        self._process_file(number).unlink(missing_ok=True)

    def recorded_numbers(self) -> list[int]:
        """Nodes that have a folder, whatever the shape says now."""
        names = [path.name for path in self.folder.glob("node*")] if self.folder.exists() else []
        return sorted(int(name[4:]) for name in names if name[4:].isdigit())

    def wipe(self) -> None:
        """Removes data, logs and certificates. The lock stays: it is held. The shape goes first: without it,
        what is left counts as no data."""
        self.forget_shape()
        for path in [*(self.node_folder(number) for number in self.recorded_numbers()), self.folder / "tls"]:
            if path.exists():
                shutil.rmtree(path)

    def _process_file(self, number: int) -> Path:
        return self.node_folder(number) / "process.json"


@contextlib.contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waiting for another local-cassandra command on {what} …", file=sys.stderr, flush=True)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read_json(path: Path) -> dict | None:
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except ValueError as cause:
        raise Failure(f"{path} is damaged: {cause}") from None


def _write_json(path: Path, values: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(values, indent=2) + "\n")
    unfinished.replace(path)
