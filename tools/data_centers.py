#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two real data centers: requests stay in the first while a node of it is up, and leave it only with permission.

tests/three_nodes/data_centers.cpp are the clients. Prints each figure beside its bound; exit code 1 when one is missed.
The nodes are those of a running instance of tools/local-cassandra (AC_DATA_CENTERS), or are started for the purpose.
"""

import json
import struct
import subprocess
import sys
import threading
import time

import verdicts
from node_faults import now, real_nodes, start_again, wait_until
from verdicts import LOOSE, Missed, verdict

PORT = 19862
NODES = 2  # of each data center, in the long form
REQUESTS = 200
# On a machine that may be busy with something else a node may get no CPU for so many seconds.
UNDISTURBED_WITHIN = 120
CLIENTS = ("stays", "allowed", "asked")
ANYWHERE, LOCAL, QUORUMS = ("ONE", "QUORUM"), ("LOCAL_ONE", "LOCAL_QUORUM"), ("QUORUM", "LOCAL_QUORUM", "EACH_QUORUM")
LEVELS = (*ANYWHERE, *LOCAL, "EACH_QUORUM")
# Bounds in milliseconds.
BACK_IN_USE, REFUSED = 2000, 100
OURS = "FROM system_views.clients WHERE driver_name = 'async-cassandra' ALLOW FILTERING"


class Clients:
    """The program with the clients: one line in, one line out."""

    def __init__(self, program, nodes, port, addresses):
        self.process = subprocess.Popen(
            [program, "data_centers", str(nodes), str(port), *addresses],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )

    def ask(self, *words):
        try:
            print(*words, file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line.endswith("\n"):
            raise Missed(f"the clients ended with {self.process.wait()} when asked for: {' '.join(map(str, words))}")
        return json.loads(line)

    def run(self, client, keyspace, level, requests=REQUESTS):
        return self.ask("run", client, keyspace, level, requests)

    def run_all(self, client, levels):
        return [self.run(client, "both", level) for level in levels]

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        if self.process.wait() != 0:
            raise Missed(f"the clients ended with {self.process.returncode}")

    def abandon(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class Places:
    """The nodes of both data centers."""

    def __init__(self, cluster):
        half = len(cluster.nodes) // 2
        self.cluster = cluster
        self.here, self.there = cluster.nodes[:half], cluster.nodes[half:]

    @staticmethod
    def sent_to(nodes, report):
        return sum(report["sent"].get(node.endpoint, 0) for node in nodes)


def summary(report):
    return ", ".join(f"{count} {failure}" for failure, count in report["failed"].items()) or "none failed"


def gathered(reports):
    """One report of what several runs did."""
    whole = {"answered": 0, "failed": {}, "sent": {}, "took_ms": 0}
    for report in reports:
        whole["answered"] += report["answered"]
        whole["took_ms"] = max(whole["took_ms"], report["took_ms"])
        for part in "failed", "sent":
            for name, count in report[part].items():
                whole[part][name] = whole[part].get(name, 0) + count
    return whole


def judge_stays(places, name, reports):
    report, requests = gathered(reports), REQUESTS * len(reports)
    remote = places.sent_to(places.there, report)
    return verdict(
        report["answered"] == requests and remote == 0 and places.sent_to(places.here, report) >= requests,
        f"{name}: {report['answered']:,} of {requests:,} answered ({summary(report)}), "
        f"{remote} sent to the other data center",
    )


def judge_unmet(name, level, report):
    """The server says which level it was asked for."""
    return verdict(
        report["failed"] == {f"unavailable {level}": REQUESTS},
        f"{name}: with too few nodes for it, the server names the level: {summary(report)}",
    )


def judge_refused(places, name, reports, loose):
    report, bound = gathered(reports), REFUSED * loose
    remote = places.sent_to(places.there, report)
    refused = report["failed"] == {"no_host_available": REQUESTS * len(reports)}
    return verdict(
        refused and remote == 0 and report["took_ms"] <= bound,
        f"{name}: {summary(report)}, {remote} sent to the other data center, {REQUESTS} at once ended within "
        f"{report['took_ms']:.0f} ms, bound {bound} ms",
    )


def judge_goes_over(places, name, report):
    remote = places.sent_to(places.there, report)
    return verdict(
        report["answered"] == REQUESTS and remote >= REQUESTS and places.sent_to(places.here, report) == 0,
        f"{name}: {report['answered']} of {REQUESTS} answered ({summary(report)}) by the other data center, within "
        f"{report['took_ms']:.0f} ms with connecting",
    )


def judge_return(after, loose):
    bound = BACK_IN_USE * loose
    return verdict(
        after is not None and after <= bound,
        "back: all requests local " + ("never" if after is None else f"{after:,.0f} ms") +
        f" after a local node let clients in, bound {bound:,} ms",
    )


def run_undisturbed(clients, client, levels, seconds):
    """A node that gets no CPU for two seconds is left, as it should be; of such a round nothing can be said."""
    limit = time.monotonic() + seconds
    while True:
        reports = clients.run_all(client, levels)
        if not gathered(reports)["failed"] or time.monotonic() >= limit:
            return reports
        print(f"        once more: {summary(gathered(reports))}", flush=True)
        time.sleep(3)


def judge_all_up(places, clients, when, loose):
    fine = True
    for client in CLIENTS:
        reports = run_undisturbed(clients, client, LEVELS, UNDISTURBED_WITHIN if loose > 1 else 0)
        fine &= judge_stays(places, f"{when}, {client}, {', '.join(LEVELS)}", reports)
    return fine


def judge_never_connected(places, clients):
    """Nothing that happened opened a connection for requests to the other data center where that is not allowed."""
    opened = clients.ask("connections", "stays")
    count = sum(opened.get(node.endpoint, 0) for node in places.there)
    return verdict(count == 0, f"at the end, stays: {count} connections for requests to the other data center")


def judge_levels(clients):
    fine = True
    for level in QUORUMS:
        fine &= judge_unmet(f"all up, {level}", level, clients.run("stays", "unmet", level))
    return fine


def judge_servers_truth(places):
    """What the nodes of the other data center know of connections of this client."""
    here, there = ([struct.unpack(">q", node.query(f"SELECT COUNT(*) {OURS}")[-8:])[0] for node in nodes]
                   for nodes in (places.here, places.there))
    return verdict(
        min(here) >= len(CLIENTS) and max(there) == 0,
        f"the nodes themselves say: {sum(here)} connections of ours here, {sum(there)} in the other data center",
    )


def lose_all_but_one(places, clients):
    """While one is left it serves alone."""
    fine = True
    for node in places.here[:-1]:
        node.kill()
        wait_for_loss(clients, [node])
    if len(places.here) > 1:
        for client in CLIENTS:
            reports = clients.run_all(client, ("ONE", "LOCAL_ONE"))
            fine &= judge_stays(places, f"one local node left, {client}, ONE, LOCAL_ONE", reports)
    return fine


def wait_for_loss(clients, nodes):
    def lost():
        open_ones = [clients.ask("connections", client) for client in CLIENTS]
        return all(each.get(node.endpoint, 0) == 0 for each in open_ones for node in nodes)
    wait_until(lost, "connections of a killed node to be gone")


def judge_none_left(places, clients, loose):
    fine = True
    for client, levels in ("stays", LEVELS), ("allowed", LOCAL):
        reports = clients.run_all(client, levels)
        fine &= judge_refused(places, f"none left, {client}, {', '.join(levels)}", reports, loose)
    for client, keyspace, level in (
        ("allowed", "both", "ONE"), ("allowed", "there", "QUORUM"), ("asked", "both", "ONE"),
        ("asked", "both", "LOCAL_ONE"), ("asked", "both", "LOCAL_QUORUM"),
    ):
        report = clients.run(client, keyspace, level)
        fine &= judge_goes_over(places, f"none left, {client}, {level} of keyspace {keyspace}", report)
    return fine


def come_back(places, clients):
    """How long after a local node let clients in requests are local again, in milliseconds; None when they are not."""
    back, failed = {}, []

    def start():
        try:
            back.update(start_again(places.cluster, places.here))
        except Exception as problem:  # told by the thread that waits for it
            failed.append(problem)
    starting = threading.Thread(target=start)
    starting.start()
    home = None
    while starting.is_alive() or home is None:
        report = clients.run("allowed", "both", "ONE", 10)
        local = places.sent_to(places.there, report) == 0 and report["answered"] == 10
        home = (home or now()) if local else None
        if not starting.is_alive() and (failed or now() - min(back.values()) > BACK_IN_USE * LOOSE * 10**6):
            break
        starting.join(0.02)
    starting.join()
    if failed:
        raise failed[0]
    return None if home is None else max(0, home - min(back.values())) / 1e6


def with_clients(places, clients, loose):
    fine = judge_all_up(places, clients, "all up", loose)
    fine &= judge_levels(clients)
    fine &= judge_servers_truth(places)
    fine &= lose_all_but_one(places, clients)
    places.here[-1].kill()
    wait_for_loss(clients, places.here)
    fine &= judge_none_left(places, clients, loose)
    fine &= judge_return(come_back(places, clients), loose)
    fine &= judge_all_up(places, clients, "all up again", loose)
    fine &= judge_never_connected(places, clients)
    clients.end()
    return verdict(True, "nothing is left after close") and fine


def show(build, short):
    """True when every bound is kept."""
    program = build / "tests" / "three_nodes" / "three_nodes_client"
    each, loose = (1, LOOSE) if short else (NODES, 1)
    with real_nodes("data-centers", "AC_DATA_CENTERS", PORT, 2 * each, data_centers=2) as cluster:
        places = Places(cluster)
        clients = Clients(program, each, cluster.port, [node.address for node in cluster.nodes])
        try:
            return with_clients(places, clients, loose)
        finally:
            clients.abandon()


def main():
    parser = verdicts.build_dir_parser(__doc__)
    parser.add_argument("--short", action="store_true", help="one node each, with time bounds for a busy machine")
    options = parser.parse_args()
    return verdicts.exit_code(lambda: show(options.build_dir.resolve(), options.short))


if __name__ == "__main__":
    sys.exit(main())
