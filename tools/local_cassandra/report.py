# SPDX-License-Identifier: Apache-2.0
"""What `status` and `start` print: one description of the cluster, as JSON or as text."""

from __future__ import annotations

from . import cql, processes
from .instance import Instance
from .lifecycle import Lifecycle
from .processes import ProcessId
from .readiness import SUPERUSER, SUPERUSER_PASSWORD, Readiness
from .server import VERSION
from .shape import NodePlace, Shape

STATUS_PROBE_SECONDS = 2.0


def cluster_report(instance: Instance, lifecycle: Lifecycle) -> dict:
    report: dict = {"instance": instance.name, "folder": str(instance.folder), "version": VERSION}
    shape = instance.read_shape()
    if shape is None:
        return report | {"state": "absent", "contact_points": [], "port": None, "nodes": []}
    running = lifecycle.running()
    nodes = [node_report(instance, shape, place, running.get(place.number)) for place in shape.places()]
    certificates = instance.certificates()
    return report | {
        "state": overall([node["state"] for node in nodes]),
        "contact_points": [place.address for place in shape.places()],
        "port": shape.port,
        "user": SUPERUSER if shape.auth else None,
        "password": SUPERUSER_PASSWORD if shape.auth else None,
        "password_file": str(instance.password_file()) if shape.auth else None,
        "tls": {"ca": str(certificates.ca), "client_certificate": str(certificates.client_certificate),
                "client_key": str(certificates.client_key),
                "certificate": shape.tls_certificate,
                "client_certificates": shape.tls_client_certificates} if shape.tls else None,
        "settings": shape.settings,
        "nodes": nodes,
    }


def node_report(instance: Instance, shape: Shape, place: NodePlace, process: ProcessId | None) -> dict:
    return {
        "node": place.number, "address": place.address, "datacenter": place.datacenter, "rack": place.rack,
        "state": node_state(instance, shape, place, process),
        "pid": process.pid if process else None,
        "resident_mib": processes.resident_mib(process) if process else None,
        "storage_port": shape.storage_port, "jmx_port": place.jmx_port,
        "log": str(instance.log_folder(place.number) / "system.log"),
    }


def node_state(instance: Instance, shape: Shape, place: NodePlace, process: ProcessId | None) -> str:
    """ready: answers OPTIONS. silent: runs, but does not answer, as while it starts."""
    if process is None:
        return "stopped"
    if processes.is_paused(process):
        return "paused"
    try:
        Readiness(instance, shape, STATUS_PROBE_SECONDS, False).require_supported(place, STATUS_PROBE_SECONDS)
        return "ready"
    except cql.NotReady:
        return "silent"


def overall(states: list[str]) -> str:
    """The state that all nodes share, else degraded."""
    return states[0] if len(set(states)) == 1 else "degraded"


def to_text(report: dict) -> str:
    name = f"Cassandra {report['version']}, instance {report['instance']}: {report['state']}"
    if report["state"] == "absent":
        return name
    lines = [name]
    for node in report["nodes"]:
        line = "  ".join(["", f"node {node['node']}", f"{node['address']}:{report['port']}",
                          node["datacenter"], node["state"]])
        if node["pid"]:
            line += f"  pid {node['pid']}  {node['resident_mib']} MiB"
        lines.append(line)
    lines.append(f"contact points: {','.join(report['contact_points'])}  port {report['port']}")
    if report["user"]:
        lines.append(f"log-in: user {report['user']}, password {report['password']}")
    if report["tls"]:
        lines.append(f"TLS: CA {report['tls']['ca']}")
        lines.append(f"     client certificate {report['tls']['client_certificate']}, "
                     f"key {report['tls']['client_key']}")
    if report["user"] or report["tls"]:
        lines.append("async-cassandra query STATEMENT " + " ".join(command_options(report)))
    if report["settings"]:
        lines.append("settings: " + " ".join(f"{key}={value}" for key, value in report["settings"].items()))
    return "\n".join(lines)


def command_options(report: dict) -> list[str]:
    """How the command async-cassandra reaches this cluster."""
    options = ["--contact-point", report["contact_points"][0], "--port", str(report["port"])]
    if report["user"]:
        options += ["--user", report["user"], "--password-file", report["password_file"]]
    if report["tls"]:
        options += ["--tls", "--ca", report["tls"]["ca"]]
        if report["tls"]["client_certificates"]:
            options += ["--cert", report["tls"]["client_certificate"], "--key", report["tls"]["client_key"]]
    return options
