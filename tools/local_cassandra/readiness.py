# SPDX-License-Identifier: Apache-2.0
"""When a node counts as ready, and when the cluster does. Waiting ends at once when a node dies."""

from __future__ import annotations

import ssl
import sys
import time
from collections.abc import Callable

from . import cql
from .errors import Failure
from .instance import Instance
from .log_tail import log_excerpt
from .processes import ProcessId, is_alive
from .shape import NodePlace, Shape

SUPERUSER, SUPERUSER_PASSWORD = "cassandra", "cassandra"
PROBE_SECONDS = 5.0
PAUSE_SECONDS = 0.05


class PasswordChanged(Exception):
    """The superuser of earlier data has another password: nothing more can be seen from outside."""


class Readiness:
    def __init__(self, instance: Instance, shape: Shape, seconds: float, new_data: bool) -> None:
        self._instance = instance
        self._shape = shape
        self._tls = client_context(instance, shape) if shape.tls else None
        self._seconds = seconds
        self._new_data = new_data
        self._started = time.monotonic()

    def wait_for_nodes(self, nodes: dict[NodePlace, ProcessId]) -> None:
        """Each node answers OPTIONS with SUPPORTED."""
        def accepts(place: NodePlace) -> None:
            self.require_supported(place, PROBE_SECONDS)
            elapsed = time.monotonic() - self._started
            print(f"node {place.number} ({place.address}) accepts CQL after {elapsed:.1f} s",
                  file=sys.stderr, flush=True)
        self._wait(nodes, list(nodes), accepts, "did not accept CQL")

    def wait_for_cluster(self, nodes: dict[NodePlace, ProcessId]) -> None:
        """Each node lets the superuser in and reaches every other; all have the same schema."""
        places = list(nodes)
        try:
            self._wait(nodes, places, self._require_joined, "was not ready for requests")
            self._wait(nodes, places[:1], lambda _: self._require_one_schema(places),
                       "and the others did not agree on the schema")
        except PasswordChanged:
            print("the superuser's password is not the default one, so it was not checked whether the nodes "
                  "see each other", file=sys.stderr, flush=True)

    def require_supported(self, place: NodePlace, seconds: float) -> None:
        with self._connect(place, seconds) as connection:
            connection.require_supported()

    def _require_joined(self, place: NodePlace) -> None:
        # The roles are on every node (default_rf), so a read at ALL says that this one sees all others up.
        self._query(place, "SELECT role FROM system_auth.roles WHERE role = 'cassandra'", cql.CONSISTENCY_ALL)

    def _require_one_schema(self, places: list[NodePlace]) -> None:
        statement = "SELECT schema_version FROM system.local"
        if len({self._query(place, statement, cql.CONSISTENCY_ONE) for place in places}) > 1:
            raise cql.NotReady("has another schema than the others")

    def _query(self, place: NodePlace, statement: str, consistency: int) -> bytes:
        with self._connect(place, PROBE_SECONDS) as connection:
            try:
                connection.log_in(SUPERUSER, SUPERUSER_PASSWORD)
            except cql.ServerError as cause:
                if not self._new_data and is_wrong_password(cause):
                    raise PasswordChanged from None
                raise
            return connection.query(statement, consistency)

    def _connect(self, place: NodePlace, seconds: float) -> cql.Connection:
        return cql.Connection(place.address, self._shape.port, seconds, self._tls)

    def _wait(self, nodes: dict[NodePlace, ProcessId], pending: list[NodePlace],
              check: Callable[[NodePlace], None], failing: str) -> None:
        pending = list(pending)
        while True:
            reasons: dict[NodePlace, str] = {}
            for place in pending:
                try:
                    check(place)
                except cql.NotReady as cause:
                    reasons[place] = str(cause)
            self._require_alive(nodes)
            pending = list(reasons)
            if not pending:
                return
            if time.monotonic() - self._started > self._seconds:
                place = pending[0]
                raise Failure(f"node {place.number} ({place.address}) {failing} within {self._seconds:g} s: "
                              f"it {reasons[place]}. " + log_excerpt(self._instance.log_folder(place.number)))
            time.sleep(PAUSE_SECONDS)

    def _require_alive(self, nodes: dict[NodePlace, ProcessId]) -> None:
        for place, process in nodes.items():
            if not is_alive(process):
                raise Failure(f"node {place.number} ({place.address}) died while starting. "
                              + log_excerpt(self._instance.log_folder(place.number)))


def is_wrong_password(cause: cql.ServerError) -> bool:
    """The same code also says that the roles cannot be read yet, and then the message is another."""
    return cause.code == cql.BAD_CREDENTIALS and "incorrect" in str(cause)


def client_context(instance: Instance, shape: Shape) -> ssl.SSLContext:
    certificates = instance.certificates()
    context = ssl.create_default_context(cafile=str(certificates.ca))
    if shape.tls_certificate != "good":
        # The node is to show what nobody should accept; here only its readiness is asked.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.load_cert_chain(certificates.client_certificate, certificates.client_key)
    return context
