# SPDX-License-Identifier: Apache-2.0
"""Fresh nodes of a real Cassandra for as long as something needs them."""

import contextlib
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMAND = ROOT / "tools" / "local-cassandra"


class NodeError(Exception):
    """The nodes could not be started or stopped; the text is what tools/local-cassandra said."""


def run(*arguments, output=subprocess.PIPE):
    """What tools/local-cassandra prints."""
    done = subprocess.run([COMMAND, *arguments], stdout=output, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise NodeError(f"tools/local-cassandra {arguments[0]} ended with {done.returncode}\n{done.stderr}")
    return done.stdout


@contextlib.contextmanager
def local_cluster(instance, port, nodes, data_centers=1):
    """Yields its addresses. Each instance has a port of its own, so that several uses do not meet."""
    which = ["--instance", instance]
    try:
        # Inside the try block: what was started before an interruption is stopped as well.
        shape = ["--nodes", str(nodes), "--dcs", str(data_centers), "--port", str(port)]
        yield json.loads(run("start", *which, *shape, "--fresh", "--json"))["contact_points"]
    finally:
        run("stop", *which)


@contextlib.contextmanager
def local_node(instance, port):
    """Yields the address and port of a single one."""
    with local_cluster(instance, port, 1) as addresses:
        yield addresses[0], port
