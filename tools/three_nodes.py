#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Three real nodes under a steady load of reads and writes at QUORUM, while one after the other is killed, frozen, stopped.

tests/three_nodes/client.cpp is the load. Prints each figure beside its bound; exit code 1 when one is missed. The nodes are
those of a running instance of tools/local-cassandra (AC_THREE_NODES), or are started for the purpose.
"""

import collections
import json
import signal
import subprocess
import sys
import time

import verdicts
from node_faults import now, real_nodes, start_again
from steady_load import SETTLED, Load
from verdicts import LOOSE, Missed, verdict

PORT = 19842
NODES = 3
RATE = 1000
PAUSE = 10
# So long faults go on, each kind in turn; in the short form each comes once.
SECONDS = 600
REQUESTS_TO_REPLICAS = 1000
TABLES, FEW_TABLES = 20, 5
BURST = 40_000
# A request that waits holds one block (its statement with 256 B for values, plan, deadline: about 1 KiB), its handler and
# its encoded bytes, in all 1.2 to 1.4 KiB as measured. The rest is for the allocator and the 2,048 in flight.
KIB_PER_WAITING_REQUEST = 2
# Bounds in milliseconds.
KILLED_IS_LEFT, FROZEN_IS_LEFT, BACK_IN_USE, REFUSED = 100, 2500, 2000, 100
# A node that got nothing for so long (in nanoseconds) was left.
GAP = 10**9


# What was done to which nodes, from when; when each of them let clients in again.
Outage = collections.namedtuple("Outage", "what nodes began back bound")


def kill(cluster, nodes):
    began = [node.kill() for node in nodes][-1]
    time.sleep(3)
    what = "killed" if len(nodes) == 1 else "all killed"
    return Outage(what, nodes, began, start_again(cluster, nodes), KILLED_IS_LEFT)


def freeze(cluster, nodes):
    began = nodes[0].signal(signal.SIGSTOP)
    time.sleep(PAUSE)
    nodes[0].signal(signal.SIGCONT)
    return Outage("frozen", nodes, began, {nodes[0]: nodes[0].wait_for_startup()}, FROZEN_IS_LEFT)


def stop(cluster, nodes):
    began = nodes[0].signal(signal.SIGTERM)
    nodes[0].wait_for_end()
    return Outage("stopped", nodes, began, start_again(cluster, nodes), None)


def counted(failures):
    kinds = collections.Counter(f"{failure.type} ({failure.cause}), {failure.effect}" for failure in failures)
    return "; ".join(f"{count} {kind}" for kind, count in kinds.most_common()) or "none"


def judge_leaving(load, outage, loose):
    node = outage.nodes[0]
    last = outage.began
    # Up to a gap: at the end it may be in use again before we see it let clients in.
    for used in load.used(node.endpoint, outage.began, outage.back[node]):
        if used > last + GAP:
            break
        last = used
    left = (last - outage.began) / 1e6
    if outage.bound is None:
        return verdict(True, f"node {node.number} {outage.what}: left after {left:,.0f} ms")
    # More than half of the pause would tell nothing.
    bound = min(outage.bound * loose, PAUSE * 1000 // 2)
    return verdict(left <= bound, f"node {node.number} {outage.what}: left after {left:,.0f} ms, bound {bound:,} ms")


def judge_return(load, outage, node, loose):
    bound = BACK_IN_USE * loose
    used = load.used(node.endpoint, outage.back[node], now())
    after = (used[0] - outage.back[node]) / 1e6 if used else None
    return verdict(
        after is not None and after <= bound,
        f"node {node.number} back: in use " + ("never" if after is None else f"{after:,.0f} ms") +
        f" after it let clients in, bound {bound:,} ms",
    )


def judge_failures(outage, failures):
    """Of one node that is away, nothing fails but what was on it."""
    node = outage.nodes[0]
    ours = [failure for failure in failures if failure.whose == "driver"]
    elsewhere = [failure for failure in ours if set(failure.attempts) != {node.endpoint}]
    untyped = [failure for failure in ours
               if failure.type not in ("connection_error", "operation_timed_out")
               or failure.effect not in ("maybe_applied", "not_sent")]
    servers = [failure for failure in failures if failure.whose == "server"]
    fine = verdict(
        not elsewhere and not untyped,
        f"node {node.number} {outage.what}: failed in the driver {len(ours)} ({counted(ours)}), "
        f"{len(elsewhere)} of them not on that node; errors of servers, counted apart: {counted(servers)}",
    )
    for failure in (elsewhere + untyped)[:5]:
        print(f"        {failure}")
    return fine


def judge_no_node(load, outage, failures, loose):
    """While all are away, each request says so at once and names every node."""
    first_back = min(outage.back.values())
    then = [failure for failure in failures
            if failure.called > outage.began + SETTLED * 10**9 // 2 and failure.ended < first_back]
    if not then:
        return verdict(False, "all nodes down: no request failed")
    longest = max(failure.ended - failure.called for failure in then) / 1e6
    late = max(failure.called - failure.due for failure in then) / 1e6
    other = [failure for failure in then if failure.type != "no_host_available"]
    nodes = {node.endpoint for node in outage.nodes}
    silent = [failure for failure in then if set(failure.attempts) != nodes]
    for failure in (other + silent)[:5]:
        print(f"        {failure}")
    bound = REFUSED * loose
    return verdict(
        longest <= bound and not other and not silent,
        f"all nodes down: {len(then):,} requests failed, {len(other)} of them not with no_host_available, {len(silent)} "
        f"without naming every node; after {longest:,.1f} ms at most, bound {bound:,} ms (the nodes that start leave little "
        f"of the machine: the load was {late:,.0f} ms late at most)",
    )


def one_outage(cluster, load, do, nodes, loose):
    load.wait_until_all_serve(cluster.endpoints)
    known = len(load.failures)
    outage = do(cluster, nodes)
    load.wait_until_all_serve(cluster.endpoints)
    failures = load.failures[known:]
    if len(nodes) > 1:
        fine = judge_no_node(load, outage, failures, loose)
    else:
        fine = judge_leaving(load, outage, loose)
        fine &= judge_failures(outage, failures)
    for node in nodes:
        fine &= judge_return(load, outage, node, loose)
    return fine


def judge_end(load, killed_together):
    figures = load.figures
    missing = f"{figures['inserts']:,} inserts answered, {figures['missing']} of their rows missing"
    if killed_together:
        missing += " (not judged: servers killed together lose what they had not given to the disk yet)"
    return verdict(
        (figures["missing"] == figures["wrong_reads"] == 0 or killed_together)
        and figures["inserts"] > 0 and figures["reads"] > 0,
        f"at the end: {missing}; {figures['reads']:,} reads answered, {figures['wrong_reads']} without the row; "
        f"{figures['failed']:,} requests failed; the longest took {figures['longest_ms']:,.0f} ms",
    )


def under_load(program, cluster, rate, do, killed_together=False):
    """What `do` and the end say of the load."""
    load = Load(program, rate, cluster.port, [node.address for node in cluster.nodes])
    try:
        fine = do(load)
        load.end()
        return judge_end(load, killed_together) and fine
    finally:
        load.abandon()


def one_after_the_other(cluster, load, seconds, loose):
    end = time.monotonic() + seconds
    fine = True
    turn = 0
    while True:
        for place, do in enumerate((kill, freeze, stop)):
            fine &= one_outage(cluster, load, do, [cluster.nodes[(turn + place) % NODES]], loose)
        turn += 1
        if time.monotonic() >= end:
            return fine


def asked(program, cluster, what, amount):
    """What the program says when it is done."""
    run = subprocess.run(
        [program, what, str(amount), str(cluster.port), *[node.address for node in cluster.nodes]],
        capture_output=True, text=True,
    )
    if run.returncode != 0:
        raise Missed(f"three_nodes_client {what} ended with {run.returncode}: {run.stderr.strip()}")
    return json.loads(run.stdout.removeprefix("end "))


def judge_replicas(figures):
    share = figures["on_replica"] / figures["requests"]
    return verdict(
        share >= 0.99,
        f"one replica: {share:.1%} of {figures['requests']:,} requests went to it and nowhere else, bound 99 %; "
        f"{figures['prepared_there']} of them had to be prepared there first",
    )


def judge_ddl(figures, tables):
    changes = figures["changes"]
    return verdict(
        changes == figures["agreed"] == figures["known"] == figures["everywhere"] == 2 * tables,
        f"{tables} tables created and dropped: {figures['agreed']} of {changes} results said that the nodes "
        f"agree, and {figures['everywhere']} times each of them had the change; {figures['known']} were in schema() at "
        "once",
    )


def judge_burst(figures):
    bound = BURST * KIB_PER_WAITING_REQUEST / 1024
    return verdict(
        figures["requests"] == BURST and figures["failed"] == 0 and figures["grown_mib"] <= bound,
        f"{figures['requests']:,} requests at once on one connection ({figures['at_once']:,} under way when the last was "
        f"started): {figures['failed']} failed, all within {figures['took_ms']:,.0f} ms, "
        f"{figures['grown_mib']:.1f} MiB more memory at most, bound {bound:.1f} MiB",
    )


def show(build, short, rate=RATE):
    """True when every bound is kept."""
    program = build / "tests" / "three_nodes" / "three_nodes_client"
    seconds, loose, tables = (0, LOOSE, FEW_TABLES) if short else (SECONDS, 1, TABLES)
    with real_nodes("three-nodes", "AC_THREE_NODES", PORT, NODES) as cluster:
        fine = judge_replicas(asked(program, cluster, "replicas", REQUESTS_TO_REPLICAS))
        fine &= judge_ddl(asked(program, cluster, "ddl", tables), tables)
        fine &= judge_burst(asked(program, cluster, "burst", BURST))
        fine &= under_load(program, cluster, rate, lambda load: one_after_the_other(cluster, load, seconds, loose))
        fine &= under_load(
            program, cluster, rate, lambda load: one_outage(cluster, load, kill, cluster.nodes, loose), killed_together=True
        )
        return fine


def main():
    parser = verdicts.build_dir_parser(__doc__)
    parser.add_argument("--short", action="store_true", help="each fault once, with time bounds for a busy machine")
    parser.add_argument("--rate", type=int, default=RATE, help=f"requests a second ({RATE})")
    options = parser.parse_args()
    return verdicts.exit_code(lambda: show(options.build_dir.resolve(), options.short, options.rate))


if __name__ == "__main__":
    sys.exit(main())
