# SPDX-License-Identifier: Apache-2.0
"""Nodes of a real cluster on this machine, what is done to them, and when exactly it was done."""

import contextlib
import json
import os
import signal
import socket
import threading
import time

import local_node
from local_cassandra import cql
from verdicts import Missed

PATIENCE = 240


def now():
    """The clock of the programs that are watched meanwhile, in nanoseconds."""
    return time.monotonic_ns()


def wait_until(done, what):
    limit = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > limit:
            raise Missed(f"{what}: not within {PATIENCE} s")
        time.sleep(0.02)


class Node:
    def __init__(self, cluster, number, address):
        self.cluster = cluster
        self.number = number
        self.address = address
        self.endpoint = f"{address}:{cluster.port}"

    def signal(self, number):
        """Done to it at the moment that is returned."""
        pid = self.cluster.pids()[self.number]
        moment = now()
        os.kill(pid, number)
        return moment

    def kill(self):
        """The moment when its connections are closed: the kernel takes the memory of the process apart before."""
        with socket.create_connection((self.address, self.cluster.port), PATIENCE) as witness:
            killed = self.signal(signal.SIGKILL)
            with contextlib.suppress(ConnectionResetError):
                witness.recv(1)
            closed = now()
        print(f"        node {self.number} killed: its connections closed after {(closed - killed) / 1e6:,.0f} ms")
        return closed

    def wait_for_end(self):
        wait_until(lambda: self.cluster.pids()[self.number] is None, f"the end of node {self.number}")

    def wait_for_startup(self):
        """The moment when it lets a client in."""
        def answers():
            try:
                with cql.Connection(self.address, self.cluster.port, 1, None) as connection:
                    connection.log_in("", "")
                return True
            except cql.NotReady:
                return False
        wait_until(answers, f"STARTUP at node {self.number}")
        return now()

    def query(self, statement):
        """The body of the answer to a statement that this node can answer alone."""
        with cql.Connection(self.address, self.cluster.port, PATIENCE, None) as connection:
            connection.log_in("", "")
            return connection.query(statement, cql.CONSISTENCY_ONE)


class Cluster:
    def __init__(self, instance, port, addresses, data_centers=1):
        self.instance = instance
        self.port = port
        self.data_centers = data_centers
        self.nodes = [Node(self, number, address) for number, address in enumerate(addresses, 1)]
        self.endpoints = [node.endpoint for node in self.nodes]

    def pids(self):
        status = json.loads(local_node.run("status", "--instance", self.instance, "--json"))
        return {node["node"]: node["pid"] for node in status["nodes"]}

    def start_missing(self):
        shape = ["--nodes", str(len(self.nodes)), "--dcs", str(self.data_centers), "--port", str(self.port)]
        local_node.run("start", "--instance", self.instance, *shape, "--timeout", str(2 * PATIENCE))


def start_again(cluster, nodes):
    """When each of the nodes lets clients in."""
    back = {}
    watchers = [threading.Thread(target=lambda node=node: back.update({node: node.wait_for_startup()}))
                for node in nodes]
    for watcher in watchers:
        watcher.start()
    cluster.start_missing()
    for watcher in watchers:
        watcher.join()
    if len(back) != len(nodes):
        raise Missed("a node that was started does not let clients in")
    return back


@contextlib.contextmanager
def real_nodes(instance, variable, port, nodes, data_centers=1):
    """The running instance that this variable of the environment names, else one that is started for the purpose."""
    named = os.environ.get(variable)
    if named:
        status = json.loads(local_node.run("status", "--instance", named, "--json"))
        yield Cluster(named, status["port"], status["contact_points"], data_centers)
        return
    with local_node.local_cluster(instance, port, nodes, data_centers) as addresses:
        yield Cluster(instance, port, addresses, data_centers)
