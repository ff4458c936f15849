# SPDX-License-Identifier: Apache-2.0
"""From a shape to the three files a node reads: cassandra.yaml, cassandra-rackdc.properties, logback.xml."""

from __future__ import annotations

import json
from pathlib import Path

from .certificates import Certificates
from .errors import BadUsage
from .shape import NodePlace, Shape


class Verbatim(str):
    """A value as the user typed it: YAML already, so it is not quoted again."""


def write_configuration(folder: Path, shape: Shape, place: NodePlace, cluster_name: str,
                        certificates: Certificates | None) -> None:
    configuration = folder / "conf"
    configuration.mkdir(parents=True, exist_ok=True)
    settings = node_settings(folder, shape, place, cluster_name, certificates)
    yaml = configuration / "cassandra.yaml"
    yaml.touch(mode=0o600)
    yaml.write_text(to_yaml(settings))
    (configuration / "cassandra-rackdc.properties").write_text(f"dc={place.datacenter}\nrack={place.rack}\n")
    (configuration / "logback.xml").write_text(LOGBACK)


def node_settings(folder: Path, shape: Shape, place: NodePlace, cluster_name: str,
                  certificates: Certificates | None) -> dict:
    # Every node is a seed: one that finds nobody to gossip with goes on, where another node would give up. So
    # nodes may start in any order, and restart while the others are down.
    seeds = ",".join(f"{other.address}:{shape.storage_port}" for other in shape.places())
    settings: dict = {
        "cluster_name": cluster_name,
        "listen_address": place.address,
        "rpc_address": place.address,
        "native_transport_port": shape.port,
        "storage_port": shape.storage_port,
        "start_native_transport": True,
        "partitioner": "org.apache.cassandra.dht.Murmur3Partitioner",
        "endpoint_snitch": "GossipingPropertyFileSnitch",
        "num_tokens": len(place.tokens),
        "initial_token": ",".join(str(token) for token in place.tokens),
        "auto_bootstrap": False,
        "seed_provider": [{"class_name": "org.apache.cassandra.locator.SimpleSeedProvider",
                           "parameters": [{"seeds": seeds}]}],
        "data_file_directories": [str(folder / "data")],
        "commitlog_directory": str(folder / "commitlog"),
        "hints_directory": str(folder / "hints"),
        "saved_caches_directory": str(folder / "saved_caches"),
        "cdc_raw_directory": str(folder / "cdc_raw"),
        "commitlog_sync": "periodic",
        "commitlog_sync_period": "10000ms",
        # A node that gets too little of the machine refuses what it cannot begin in time, before its client gives up:
        # the time in the queue counts.
        "cql_start_time": "QUEUE",
        "native_transport_timeout": "5000ms",
        "auto_snapshot": False,
        "materialized_views_enabled": True,
        "user_defined_functions_enabled": True,
        "authenticator": "PasswordAuthenticator" if shape.auth else "AllowAllAuthenticator",
        "authorizer": "CassandraAuthorizer" if shape.auth else "AllowAllAuthorizer",
        "role_manager": "CassandraRoleManager",
    }
    if certificates:
        settings["client_encryption_options"] = encryption_settings(certificates, shape, place)
    for key, value in shape.settings.items():
        override(settings, key, value)
    return settings


def encryption_settings(certificates: Certificates, shape: Shape, place: NodePlace) -> dict:
    return {"enabled": True, "optional": False, "require_client_auth": shape.tls_client_certificates,
            "ssl_context_factory": {"class_name": "org.apache.cassandra.security.PEMBasedSslContextFactory"},
            "keystore": str(certificates.server_identity(place, shape.tls_certificate)),
            "truststore": str(certificates.ca)}


def override(settings: dict, key: str, value: str) -> None:
    """`a.b=v` changes b within the block a and leaves its neighbours; `a=v` replaces a."""
    *parents, name = key.split(".")
    block = settings
    for parent in parents:
        block = block.setdefault(parent, {})
        if not isinstance(block, dict):
            raise BadUsage(f"--config {key}=…: {parent} is a plain value, not a block of settings")
    block[name] = Verbatim(value)


def to_yaml(settings: dict, indent: str = "") -> str:
    """Blocks as YAML blocks; everything else as JSON, which every YAML reader takes."""
    lines = []
    for key, value in settings.items():
        if isinstance(value, dict):
            lines.append(f"{indent}{key}:\n{to_yaml(value, indent + '  ')}")
        elif isinstance(value, Verbatim):
            lines.append(f"{indent}{key}: {value}\n")
        else:
            lines.append(f"{indent}{key}: {json.dumps(value)}\n")
    return "".join(lines)


LOGBACK = """\
<configuration>
  <appender name="FILE" class="ch.qos.logback.core.rolling.RollingFileAppender">
    <file>${cassandra.logdir}/system.log</file>
    <rollingPolicy class="ch.qos.logback.core.rolling.FixedWindowRollingPolicy">
      <fileNamePattern>${cassandra.logdir}/system.log.%i</fileNamePattern>
      <minIndex>1</minIndex>
      <maxIndex>2</maxIndex>
    </rollingPolicy>
    <triggeringPolicy class="ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy">
      <maxFileSize>10MB</maxFileSize>
    </triggeringPolicy>
    <encoder>
      <pattern>%-5level [%thread] %date{ISO8601} %F:%L - %msg%n</pattern>
    </encoder>
  </appender>
  <root level="INFO">
    <appender-ref ref="FILE"/>
  </root>
</configuration>
"""
