# SPDX-License-Identifier: Apache-2.0
"""Which ports are free, and who holds those that are not."""

from __future__ import annotations

import errno
import os
import socket
import struct
from pathlib import Path

from .errors import Failure
from .processes import PROC, command_line
from .shape import NodePlace, Shape


def require_free(shape: Shape, places: list[NodePlace]) -> None:
    taken = []
    for place in places:
        for what, option, address, port in wanted_ports(shape, place):
            problem = why_not(address, port)
            if problem:
                taken.append(f"{address}:{port} ({what} of node {place.number}) {problem}; "
                             f"{option} chooses another port")
    if taken:
        raise Failure("a port is not free:\n" + "\n".join(f"  {line}" for line in taken))


def wanted_ports(shape: Shape, place: NodePlace) -> list[tuple[str, str, str, int]]:
    return [("CQL", "--port", place.address, shape.port),
            ("storage", "--storage-port", place.address, shape.storage_port),
            ("JMX", "--jmx-port", "127.0.0.1", place.jmx_port)]


def why_not(address: str, port: int) -> str | None:
    """None if the port can be listened on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the server does: a port whose last connections are just closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
            return None
        except OSError as cause:
            if cause.errno == errno.EADDRINUSE:
                return f"is taken by {holder(address, port)}"
            return f"cannot be used: {cause.strerror}"


def holder(address: str, port: int) -> str:
    inodes = sockets_on(address, port)
    pid = owner_of(inodes) if inodes else None
    if pid is None:
        return "a process that cannot be seen from here (another user's?)"
    words = command_line(pid)
    for word in words:
        if word.startswith("-Dcassandra.storagedir="):
            return f"process {pid}, a Cassandra node that keeps its files in {word.partition('=')[2]}"
    return f"process {pid} ({shortened(' '.join(words)) or 'name unknown'})"


def shortened(text: str, length: int = 80) -> str:
    return text if len(text) <= length else text[:length - 1] + "…"


def sockets_on(address: str, port: int) -> set[str]:
    """The inodes of the sockets whose local end is this address, or every address, and this port."""
    wanted = struct.unpack("=I", socket.inet_aton(address))[0]
    ipv4 = {f"{wanted:08X}", "0" * 8}
    ipv6 = {"0" * 32, f"{'0' * 16}{struct.unpack('=I', bytes([0, 0, 255, 255]))[0]:08X}{wanted:08X}"}
    return _inodes(PROC / "net/tcp", ipv4, port) | _inodes(PROC / "net/tcp6", ipv6, port)


def _inodes(table: Path, local_addresses: set[str], port: int) -> set[str]:
    try:
        rows = table.read_text().splitlines()[1:]
    except OSError:  # no IPv6 on this machine
        return set()
    found = set()
    for row in rows:
        fields = row.split()
        local_address, _, local_port = fields[1].partition(":")
        if local_address in local_addresses and int(local_port, 16) == port:
            found.add(fields[9])
    return found - {"0"}


def owner_of(inodes: set[str]) -> int | None:
    links = {f"socket:[{inode}]" for inode in inodes}
    for process in PROC.iterdir():
        if not process.name.isdigit():
            continue
        try:
            for descriptor in (process / "fd").iterdir():
                try:
                    if os.readlink(descriptor) in links:
                        return int(process.name)
                except OSError:  # closed meanwhile
                    continue
        except OSError:  # ended meanwhile, or another user's
            continue
    return None
