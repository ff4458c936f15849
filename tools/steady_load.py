# SPDX-License-Identifier: Apache-2.0
"""The program under steady load (tests/three_nodes), and what it tells while faults are done to its nodes."""

import collections
import contextlib
import json
import os
import pathlib
import subprocess
import threading

from node_faults import now, wait_until
from verdicts import Missed

# So many seconds each node has to be in use before all of them count as serving.
SETTLED = 2

Failure = collections.namedtuple("Failure", "due called ended kind type cause effect whose node attempts")


def measure_first(pid):
    """Where this is allowed, the process (which leads a session) gets the processors before the servers, which take all
    that they can get: it measures the driver, not how long the machine lets it wait."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, -10)
        # Linux may share by session first.
        pathlib.Path(f"/proc/{pid}/autogroup").write_text("-10")


class Load:
    """The program under load, and what it tells."""

    def __init__(self, program, rate, port, addresses):
        self.process = subprocess.Popen(
            [program, "load", str(rate), str(port), *addresses],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )
        measure_first(self.process.pid)
        self.samples = []
        self.failures = []
        self.figures = None
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            if not line.endswith("\n"):
                break  # it ended in the middle of it
            word, _, rest = line.rstrip().partition(" ")
            if word == "sample":
                moment, *counts = rest.split()
                pairs = (count.split("=") for count in counts)
                self.samples.append((int(moment), {node: int(sent) for node, sent in pairs}))
            elif word == "failed":
                due, called, ended, *words, attempts = rest.split()
                self.failures.append(Failure(int(due), int(called), int(ended), *words, attempts.split(",")))
            elif word == "end":
                self.figures = json.loads(rest)

    def used(self, node, begin, end):
        """When something was sent to the node in this time."""
        before = None
        moments = []
        for moment, sent in self.samples:
            if moment > end:
                break
            count = sent.get(node, 0)
            if before is not None and count > before and moment > begin:
                moments.append(moment)
            before = count
        return moments

    def wait_until_all_serve(self, nodes):
        """Each of them, in every part of a while."""
        def serve():
            if self.process.poll() is not None:
                raise Missed(f"the load ended with {self.process.returncode}")
            end = now()
            part = SETTLED * 10**9 // 4
            return all(self.used(node, end - (i + 1) * part, end - i * part) for node in nodes for i in range(4))
        wait_until(serve, "all nodes in use")

    def end(self):
        self.process.stdin.close()
        self.reader.join()
        self.process.stdout.close()
        if self.process.wait() != 0:
            raise Missed(f"the load ended with {self.process.returncode}")

    def abandon(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()
