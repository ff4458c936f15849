# SPDX-License-Identifier: Apache-2.0
"""Java, Maven, the server's jars, and the command line of a node."""

from __future__ import annotations

import glob
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from .errors import Failure
from .instance import Instance, locked
from .shape import NodePlace, Shape

VERSION = "5.0.9"
JAVA_VERSION = "17"
JAVA_PACKAGE = "openjdk-17-jre-headless"
HEAP_MIB = 384
FETCH_ATTEMPTS = 3
FETCH_SECONDS = 600

POM = f"""\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>local-cassandra</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.cassandra</groupId>
      <artifactId>cassandra-all</artifactId>
      <version>{VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""


def require_java() -> str:
    """The first Java 17 among JAVA_HOME, PATH and the usual folder."""
    candidates = [os.path.join(os.environ["JAVA_HOME"], "bin", "java")] if os.environ.get("JAVA_HOME") else []
    candidates += filter(None, [shutil.which("java")])
    candidates += sorted(glob.glob(f"/usr/lib/jvm/*{JAVA_VERSION}*/bin/java"))
    seen = []
    for candidate in dict.fromkeys(candidates):
        version = java_version(candidate)
        if version and version.partition(".")[0] == JAVA_VERSION:
            return candidate
        seen.append(f"{candidate} is {'version ' + version if version else 'not usable'}")
    found = "; ".join(seen) or "no java in JAVA_HOME, PATH or /usr/lib/jvm"
    raise Failure(f"Cassandra {VERSION} needs Java {JAVA_VERSION} ({found}): apt-get install {JAVA_PACKAGE}")


def java_version(java: str) -> str | None:
    try:
        done = subprocess.run([java, "-version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r'version "([^"]+)"', done.stdout)
    return match.group(1) if match and done.returncode == 0 else None


def ensure_jars(home: Path) -> Path:
    """The folder with the jars; fetched when it is not there. A folder that is there is complete, because it
    gets its name only at the end."""
    jars = home / "server" / VERSION
    if jars.is_dir():
        return jars
    with locked(home / "server" / "lock", "the download of the server"):
        if not jars.is_dir():  # another command may have fetched it while this one waited
            _fetch(jars)
    return jars


def _fetch(jars: Path) -> None:
    maven = shutil.which("mvn")
    if not maven:
        raise Failure("fetching the server needs Maven, which is not installed: apt-get install maven")
    incoming = jars.with_name(f"{VERSION}.incoming")
    pom = jars.with_name("pom.xml")
    pom.write_text(POM)
    print(f"fetching Cassandra {VERSION} with Maven (about 70 MB, once) …", file=sys.stderr, flush=True)
    for attempt in range(1, FETCH_ATTEMPTS + 1):
        shutil.rmtree(incoming, ignore_errors=True)
        problem = _run_maven(maven, pom, incoming)
        if problem is None:
            break
        if attempt == FETCH_ATTEMPTS:
            raise Failure(f"Maven could not fetch the server, {FETCH_ATTEMPTS} times. It says:\n{problem}")
        print(f"attempt {attempt} of {FETCH_ATTEMPTS} failed, trying again …", file=sys.stderr, flush=True)
        time.sleep(2 * attempt)
    if not (incoming / f"cassandra-all-{VERSION}.jar").is_file():
        raise Failure(f"Maven reported success, but cassandra-all-{VERSION}.jar is not in {incoming}")
    incoming.rename(jars)


def _run_maven(maven: str, pom: Path, folder: Path) -> str | None:
    """None, or the last lines of what Maven said."""
    command = [maven, "-q", "-B", "--strict-checksums", "-f", str(pom), "dependency:copy-dependencies",
               "-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=FETCH_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"  nothing within {FETCH_SECONDS} s"
    if done.returncode == 0:
        return None
    return "\n".join(f"  {line}" for line in done.stdout.strip().splitlines()[-12:])


def launch(java: str, jars: Path, instance: Instance, shape: Shape, place: NodePlace) -> subprocess.Popen:
    """Starts the node in a session of its own, so that a Ctrl-C at the caller's terminal spares it."""
    folder = instance.node_folder(place.number)
    logs = instance.log_folder(place.number)
    for path in (logs, folder / "tmp"):
        path.mkdir(parents=True, exist_ok=True)
    _raise_file_limit()
    with open(logs / "output.log", "wb") as output:
        return subprocess.Popen(java_command(java, jars, folder, shape, place), cwd=folder,
                                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                start_new_session=True)


def java_command(java: str, jars: Path, folder: Path, shape: Shape, place: NodePlace) -> list[str]:
    configuration = folder / "conf"
    return [
        java, *JVM_OPTIONS, *(SHARED_MACHINE_OPTIONS if shape.nodes > 1 else []),
        *(f"--add-exports={name}=ALL-UNNAMED" for name in EXPORTS),
        *(f"--add-opens={name}=ALL-UNNAMED" for name in OPENS),
        f"-XX:ErrorFile={folder / 'logs'}/hs_err_%p.log",
        f"-Djava.io.tmpdir={folder / 'tmp'}",
        f"-Djna.tmpdir={folder / 'tmp'}",
        f"-Dcassandra.config={(configuration / 'cassandra.yaml').as_uri()}",
        f"-Dcassandra-rackdc.properties={(configuration / 'cassandra-rackdc.properties').as_uri()}",
        f"-Dlogback.configurationFile={configuration / 'logback.xml'}",
        f"-Dcassandra.storagedir={folder}",
        f"-Dcassandra.logdir={folder / 'logs'}",
        f"-Dcassandra.jmx.local.port={place.jmx_port}",
        # Roles on every node: with one copy, killing the node that has it would lock everybody out.
        f"-Dcassandra.system_auth.default_rf={shape.nodes}",
        "-cp", f"{configuration}:{jars}/*",
        "org.apache.cassandra.service.CassandraDaemon",
    ]


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


JVM_OPTIONS = [
    "-XX:+UseSerialGC", f"-Xms{HEAP_MIB}m", f"-Xmx{HEAP_MIB}m", "-Xss256k", "-XX:MaxDirectMemorySize=256m",
    "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData",
    "-Djdk.attach.allowAttachSelf=true", "-Dio.netty.tryReflectionSetAccessible=true",
    "-Dchronicle.analytics.disable=true",
    # A cluster of known members with known tokens has nothing to wait for.
    "-Dcassandra.skip_wait_for_gossip_to_settle=0", "-Dcassandra.ring_delay_ms=1000",
    "-Dcassandra.consistent.rangemovement=false", "-Dcassandra.superuser_setup_delay_ms=0",
    "-Dcassandra.shutdown_announce_in_ms=100",
]

# Several nodes share the processors: the second compiler takes half of them for minutes after each start, and what it
# makes is not in use for long enough to give that back.
SHARED_MACHINE_OPTIONS = ["-XX:TieredStopAtLevel=1"]

EXPORTS = [
    "java.base/jdk.internal.misc", "java.base/jdk.internal.ref", "java.base/sun.nio.ch",
    "java.base/java.lang.ref", "java.management.rmi/com.sun.jmx.remote.internal.rmi",
    "java.rmi/sun.rmi.registry", "java.rmi/sun.rmi.server", "java.sql/java.sql", "jdk.unsupported/sun.misc",
]

OPENS = [
    "java.base/java.lang.module", "java.base/jdk.internal.loader", "java.base/jdk.internal.ref",
    "java.base/jdk.internal.reflect", "java.base/jdk.internal.math", "java.base/jdk.internal.module",
    "java.base/jdk.internal.util.jar", "java.base/sun.nio.ch", "java.base/java.io", "java.base/java.lang",
    "java.base/java.lang.reflect", "java.base/java.util", "java.base/java.nio",
    "java.base/java.util.concurrent", "java.base/java.util.concurrent.atomic",
    "jdk.management/com.sun.management.internal",
]
