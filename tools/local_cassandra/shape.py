# SPDX-License-Identifier: Apache-2.0
"""What a cluster looks like, computed from the options of `start` alone, without a look outside."""

from __future__ import annotations

import ipaddress
from dataclasses import asdict, dataclass, field

from .errors import BadUsage

TOKENS_PER_NODE = 4
MAX_NODES = 16
DEFAULT_PORT = 9042
DEFAULT_STORAGE_PORT = 7000

# Settings that follow from the shape: written by hand they would only contradict it.
RESERVED_SETTINGS = {
    "listen_address": "--base-address", "rpc_address": "--base-address",
    "native_transport_port": "--port", "storage_port": "--storage-port",
    "authenticator": "--auth", "authorizer": "--auth",
    "cluster_name": "--instance", "num_tokens": "--nodes", "initial_token": "--nodes",
    "auto_bootstrap": "--nodes", "seed_provider": "--nodes", "endpoint_snitch": "--dcs",
    "data_file_directories": "--instance", "commitlog_directory": "--instance",
    "hints_directory": "--instance", "saved_caches_directory": "--instance",
    "cdc_raw_directory": "--instance",
}


@dataclass(frozen=True)
class NodePlace:
    """Where one node stands. `number` counts from 1."""

    number: int
    address: str
    datacenter: str
    rack: str
    jmx_port: int
    tokens: tuple[int, ...]


@dataclass(frozen=True)
class Shape:
    nodes: int = 1
    datacenters: int = 1
    auth: bool = False
    tls: bool = False
    tls_certificate: str = "good"  # what the nodes show; one of certificates.KINDS
    tls_client_certificates: bool = False
    settings: dict[str, str] = field(default_factory=dict)
    base_address: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    storage_port: int = 0  # 0: derived from the port
    jmx_port: int = 0      # 0: derived from the port; node i listens on jmx_port + i - 1

    def __post_init__(self) -> None:
        check_port("--port", self.port)
        if not self.storage_port:
            object.__setattr__(self, "storage_port", derived_storage_port(self.port))
        if not self.jmx_port:
            object.__setattr__(self, "jmx_port", derived_jmx_port(self.port, self.storage_port))
        self._check()

    def _check(self) -> None:
        if not 1 <= self.nodes <= MAX_NODES:
            raise BadUsage(f"--nodes must be between 1 and {MAX_NODES}, not {self.nodes}")
        if not 1 <= self.datacenters <= self.nodes:
            raise BadUsage(f"--dcs must be between 1 and the number of nodes ({self.nodes}), "
                           f"not {self.datacenters}")
        check_port("--storage-port", self.storage_port)
        check_port("--jmx-port", self.jmx_port)
        check_port("--jmx-port plus the number of nodes", self.jmx_port + self.nodes - 1)
        jmx_ports = range(self.jmx_port, self.jmx_port + self.nodes)
        if self.port == self.storage_port or self.port in jmx_ports or self.storage_port in jmx_ports:
            raise BadUsage(f"the ports overlap: CQL {self.port}, storage {self.storage_port}, "
                           f"JMX {jmx_ports.start} to {jmx_ports.stop - 1}")
        if not self.tls and (self.tls_certificate != "good" or self.tls_client_certificates):
            raise BadUsage("--tls-certificate and --tls-client-certificates want --tls")
        for address in addresses(self.base_address, self.nodes):
            if not address.is_loopback:
                raise BadUsage(f"{address} is not a loopback address (127.0.0.0/8): this server is for "
                               "this machine only")
        for name in self.settings:
            if name in RESERVED_SETTINGS:
                raise BadUsage(f"--config {name}=…: this setting follows from {RESERVED_SETTINGS[name]}")

    def places(self) -> list[NodePlace]:
        """The first nodes are in dc1, the next in dc2, …; sizes differ by one at most."""
        places: list[NodePlace] = []
        node_addresses = addresses(self.base_address, self.nodes)
        for datacenter, size in enumerate(datacenter_sizes(self.nodes, self.datacenters)):
            for position in range(size):
                index = len(places)
                places.append(NodePlace(number=index + 1, address=str(node_addresses[index]),
                                        datacenter=f"dc{datacenter + 1}", rack="rack1",
                                        jmx_port=self.jmx_port + index,
                                        tokens=tokens(datacenter, position, size)))
        return places

    def to_json(self) -> dict:
        return asdict(self)

    @staticmethod
    def from_json(values: dict) -> Shape:
        return Shape(**values)


# What may differ between two shapes: field, its option, and whether stored data is bound to it.
_TRAITS = [("nodes", "--nodes", True), ("datacenters", "--dcs", True), ("auth", "--auth", False),
           ("tls", "--tls", False), ("tls_certificate", "--tls-certificate", False),
           ("tls_client_certificates", "--tls-client-certificates", False),
           ("settings", "--config", False), ("base_address", "--base-address", True),
           ("port", "--port", True), ("storage_port", "--storage-port", True),
           ("jmx_port", "--jmx-port", False)]


def differences(present: Shape, wanted: Shape, only_data: bool = False) -> list[str]:
    """One line per option in which the two differ; `only_data`: those that stored data cannot follow."""
    return [f"{option}: is {shown(getattr(present, name))}, asked for {shown(getattr(wanted, name))}"
            for name, option, bound_to_data in _TRAITS
            if getattr(present, name) != getattr(wanted, name) and (bound_to_data or not only_data)]


def shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, dict):
        return " ".join(f"{name}={text}" for name, text in value.items()) or "nothing"
    return str(value)


def check_port(name: str, port: int) -> None:
    if not 1024 <= port <= 65535:
        raise BadUsage(f"{name} must be between 1024 and 65535, not {port}")


def derived_storage_port(port: int) -> int:
    """7000 for 9042, and as far from it for every other port."""
    distance = DEFAULT_PORT - DEFAULT_STORAGE_PORT
    return port - distance if port - distance >= 1024 else port + distance


def derived_jmx_port(port: int, storage_port: int) -> int:
    """JMX listens on 127.0.0.1 whatever the node's address, so each port gets a block of its own, below the
    range (32768 and up) from which the kernel hands out ports to clients. The divisor is a prime, so that
    ports that people choose side by side, such as 9042 and 19042, do not meet."""
    blocks = 1409
    for block in range(port % blocks, port % blocks + blocks):
        first = 10000 + block % blocks * MAX_NODES
        if not {port, storage_port} & set(range(first, first + MAX_NODES)):
            return first
    raise AssertionError("two ports cannot lie in every block")


def addresses(base: str, count: int) -> list[ipaddress.IPv4Address]:
    try:
        first = ipaddress.IPv4Address(base)
        return [first + index for index in range(count)]
    except ValueError as cause:
        raise BadUsage(f"--base-address must be an IPv4 address such as 127.0.0.1: {cause}") from None


def datacenter_sizes(nodes: int, datacenters: int) -> list[int]:
    return [nodes // datacenters + (1 if index < nodes % datacenters else 0) for index in range(datacenters)]


def tokens(datacenter: int, position: int, size: int) -> tuple[int, ...]:
    """Evenly spaced and interleaved over the nodes of one data centre: each owns the same share of it.

    Nodes that start together would choose the same tokens by themselves, and all but one would die. The data
    centres are shifted against each other by a little, because a token belongs to one node of the cluster.
    """
    count = size * TOKENS_PER_NODE
    spacing = 2**64 // count
    first = -(2**63) + spacing // 2 + datacenter * 1000
    return tuple(first + (turn * size + position) * spacing for turn in range(TOKENS_PER_NODE))
