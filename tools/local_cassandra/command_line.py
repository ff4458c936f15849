# SPDX-License-Identifier: Apache-2.0
"""Arguments in, text or JSON out, and the exit code."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from .certificates import KINDS
from .errors import BadUsage, Failure
from .instance import Instance
from .interruption import treat_alike
from .lifecycle import Lifecycle
from .log_tail import log_files, tail
from .report import cluster_report, to_text
from .server import VERSION
from .shape import DEFAULT_PORT, Shape

OK, FAILED, BAD_USAGE = 0, 1, 2

DESCRIPTION = f"""\
Runs Apache Cassandra {VERSION} on this machine: plain Java processes, no containers, loopback addresses only.
The server is fetched once through Maven; everything lives under .local/cassandra in the repository."""

EPILOG = """\
data       A stopped cluster keeps its data: `start` goes on with it, and --auth, --tls and --config may
           change. Data cannot follow a change of --nodes, --dcs, --base-address, --port or
           --storage-port: then `start` refuses, unless --fresh removes the data. A first start that
           fails leaves no data.
running    `start` on a running cluster of the same shape succeeds, after resuming paused and starting
           missing nodes; of another shape, it is an error.
several    --instance NAME with --port runs another cluster beside the first; its storage and JMX ports
           follow from --port (7000, and 19408 upwards, for 9042) unless given.
nodes      Node i listens on --base-address plus i - 1 (127.0.0.1, 127.0.0.2, …). The nodes are split
           evenly over the data centres dc1, dc2, … in this order, all in rack1. NODE is a number or an
           address.
exit code  0 done, 1 failed, 2 bad usage."""


def main(arguments: list[str], repository: Path) -> int:
    options = parser().parse_args(arguments)
    treat_alike()
    try:
        home = repository / ".local" / "cassandra"
        instance = Instance(home, options.instance)
        options.run(options, instance, Lifecycle(home, instance))
        return OK
    except BadUsage as cause:
        print(f"local-cassandra: {cause}", file=sys.stderr)
        return BAD_USAGE
    except (Failure, OSError) as cause:
        print(f"local-cassandra: {cause}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("local-cassandra: interrupted; what this command had launched was ended", file=sys.stderr)
        return FAILED


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="local-cassandra", description=DESCRIPTION, epilog=EPILOG,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = result.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: object, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        added.set_defaults(run=run)
        added.add_argument("--instance", default="default", metavar="NAME",
                           help="which cluster; each has its own folder (default: default)")
        return added

    add_start_options(command("start", start, "start the cluster and wait until it answers"))
    status_parser = command("status", status, "show the nodes and how to reach them")
    status_parser.add_argument("--json", action="store_true", help="print one JSON object")
    stop_parser = command("stop", stop, "end the nodes and keep their data")
    stop_parser.add_argument("--now", action="store_true",
                             help="kill them instead of asking (seconds faster)")
    for name, run, text in [
            ("pause", pause, "make a node silent without closing its connections (SIGSTOP)"),
            ("resume", resume, "let a paused node go on (SIGCONT)"),
            ("kill", kill, "end a node at once, closing its connections (SIGKILL)"),
            ("restart", restart, "end a node if it runs, start it on its data, wait until it answers"),
            ("logs", logs, "print the last lines of a node's log, and where it is")]:
        added = command(name, run, text)
        added.add_argument("node", metavar="NODE", help="number (from 1) or address")
        if name == "restart":
            add_timeout(added)
        if name == "logs":
            added.add_argument("--lines", type=positive, default=40, metavar="N",
                               help="how many (default: 40)")
    return result


def add_start_options(added: argparse.ArgumentParser) -> None:
    added.add_argument("--nodes", type=int, default=1, metavar="N",
                       help="number of nodes in all (default: 1)")
    added.add_argument("--dcs", type=int, default=1, metavar="D",
                       help="number of data centres they are split over (default: 1)")
    added.add_argument("--auth", action="store_true",
                       help="require a log-in: user cassandra, password cassandra")
    added.add_argument("--tls", action="store_true",
                       help="TLS for clients, with certificates made for the purpose")
    added.add_argument("--tls-certificate", choices=KINDS, default=KINDS[0],
                       help="what the nodes show; all but the first are for seeing a client refuse them")
    added.add_argument("--tls-client-certificates", action="store_true",
                       help="let in only clients that show a certificate (mutual TLS)")
    added.add_argument("--config", action="append", default=[], type=setting, metavar="KEY=VALUE",
                       help="a setting of cassandra.yaml; KEY may be a path (block.key); may be repeated")
    added.add_argument("--base-address", default="127.0.0.1", metavar="ADDRESS",
                       help="address of node 1 (default: 127.0.0.1)")
    added.add_argument("--port", type=int, default=DEFAULT_PORT, metavar="P",
                       help=f"CQL port of every node (default: {DEFAULT_PORT})")
    added.add_argument("--storage-port", type=int, default=0, metavar="P",
                       help="default: derived from --port")
    added.add_argument("--jmx-port", type=int, default=0, metavar="P",
                       help="of node 1, the others count up; default: derived from --port")
    added.add_argument("--fresh", action="store_true", help="remove the data of a stopped cluster first")
    added.add_argument("--json", action="store_true", help="print one JSON object, as `status --json` does")
    add_timeout(added)


def add_timeout(added: argparse.ArgumentParser) -> None:
    added.add_argument("--timeout", type=positive, default=240, metavar="SECONDS",
                       help="give up when the nodes do not answer within this time (default: 240)")


def setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not all(key.split(".")):
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    if "\n" in text:
        raise argparse.ArgumentTypeError("a setting is one line")
    return key, value


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not positive")
    return value


def start(options: argparse.Namespace, instance: Instance, lifecycle: Lifecycle) -> None:
    shape = Shape(nodes=options.nodes, datacenters=options.dcs, auth=options.auth, tls=options.tls,
                  tls_certificate=options.tls_certificate,
                  tls_client_certificates=options.tls_client_certificates,
                  settings=dict(options.config), base_address=options.base_address, port=options.port,
                  storage_port=options.storage_port, jmx_port=options.jmx_port)
    began = time.monotonic()
    started = lifecycle.start(shape, options.fresh, options.timeout)
    if started.launched:
        say(f"{counted(started.launched, 'node')} started in {time.monotonic() - began:.1f} s "
            f"{'with new data' if started.new_data else 'on existing data'}")
    if started.resumed:
        say(f"{counted(started.resumed, 'paused node')} resumed")
    if not started.launched and not started.resumed:
        say("already running in this shape")
    show(options, instance, lifecycle)


def status(options: argparse.Namespace, instance: Instance, lifecycle: Lifecycle) -> None:
    show(options, instance, lifecycle)


def show(options: argparse.Namespace, instance: Instance, lifecycle: Lifecycle) -> None:
    report = cluster_report(instance, lifecycle)
    print(json.dumps(report, indent=2) if options.json else to_text(report))


def stop(options: argparse.Namespace, instance: Instance, lifecycle: Lifecycle) -> None:
    ended, killed = lifecycle.stop(options.now)
    if not ended:
        print("no node was running")
        return
    print(f"{counted(ended, 'node')} stopped"
          + (f"; {killed} did not end when asked and had to be killed" if killed else ""))


def pause(options: argparse.Namespace, _: Instance, lifecycle: Lifecycle) -> None:
    place = lifecycle.place(options.node)
    changed = lifecycle.pause(place)
    print(f"node {place.number} ({place.address}) {'is paused' if changed else 'was paused already'}")


def resume(options: argparse.Namespace, _: Instance, lifecycle: Lifecycle) -> None:
    place = lifecycle.place(options.node)
    changed = lifecycle.resume(place)
    print(f"node {place.number} ({place.address}) {'goes on' if changed else 'was not paused'}")


def kill(options: argparse.Namespace, _: Instance, lifecycle: Lifecycle) -> None:
    place = lifecycle.place(options.node)
    lifecycle.kill(place)
    print(f"node {place.number} ({place.address}) was killed")


def restart(options: argparse.Namespace, _: Instance, lifecycle: Lifecycle) -> None:
    place = lifecycle.place(options.node)
    began = time.monotonic()
    lifecycle.restart(place, options.timeout)
    print(f"node {place.number} ({place.address}) restarted in {time.monotonic() - began:.1f} s")


def logs(options: argparse.Namespace, instance: Instance, _: Lifecycle) -> None:
    number = log_number(options.node, instance)
    files = log_files(instance.log_folder(number))
    if not files:
        raise Failure(f"there is no log in {instance.log_folder(number)}")
    for path in files:
        print(f"{path}:")
        print("\n".join(tail(path, options.lines)))


def log_number(node: str, instance: Instance) -> int:
    """Also of a first start that failed, when there is no cluster but there are its logs."""
    shape = instance.read_shape()
    by_name = {place.address: place.number for place in shape.places()} if shape else {}
    numbers = instance.recorded_numbers()
    by_name.update({str(number): number for number in numbers})
    if node not in by_name:
        raise BadUsage(f"there are no logs of a node {node} in instance {instance.name}"
                       + (f" (nodes: {', '.join(map(str, numbers))})" if numbers else ""))
    return by_name[node]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
