# SPDX-License-Identifier: Apache-2.0
"""A fresh node of a real Cassandra for as long as something needs it."""

import contextlib
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMAND = ROOT / "tools" / "local-cassandra"


class NodeError(Exception):
    """The node could not be started or stopped; the text is what tools/local-cassandra said."""


def _run(*arguments, output=subprocess.PIPE):
    run = subprocess.run([COMMAND, *arguments], stdout=output, stderr=subprocess.PIPE, text=True)
    if run.returncode != 0:
        raise NodeError(f"tools/local-cassandra {arguments[0]} ended with {run.returncode}\n{run.stderr}")
    return run.stdout


@contextlib.contextmanager
def local_node(instance, port):
    """Yields its address and port. Each instance has a port of its own, so that several uses do not meet."""
    which = ["--instance", instance]
    try:
        # Inside the try block: what was started before an interruption is stopped as well.
        status = json.loads(_run("start", *which, "--port", str(port), "--fresh", "--json"))
        yield status["contact_points"][0], status["port"]
    finally:
        _run("stop", *which)
