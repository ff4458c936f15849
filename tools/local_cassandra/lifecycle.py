# SPDX-License-Identifier: Apache-2.0
"""What happens to the nodes of an instance, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import processes, server
from .configuration import write_configuration
from .errors import BadUsage, Failure
from .instance import Instance
from .interruption import uninterrupted
from .ports import require_free
from .processes import ProcessId
from .readiness import SUPERUSER_PASSWORD, Readiness
from .shape import NodePlace, Shape, differences

STOP_SECONDS = 30.0
SIGNAL_SECONDS = 10.0  # for the kernel to do what a signal says that no process can refuse


@dataclass(frozen=True)
class Started:
    launched: int
    resumed: int
    new_data: bool


class Lifecycle:
    def __init__(self, home: Path, instance: Instance) -> None:
        self._home = home
        self._instance = instance

    def start(self, shape: Shape, fresh: bool, seconds: float) -> Started:
        """Returns when every node of the shape answers. If that fails, what was launched is ended again."""
        with self._instance.lock():
            running = self.running()
            present = self._instance.read_shape()
            if running:
                self._require_same(present, shape, fresh)
                return self._complete(shape, running, seconds)
            new_data = fresh or present is None
            if present and not new_data:
                self._require_data_fits(present, shape)
            return self._launch(shape, shape.places(), new_data, seconds)

    def stop(self, forcibly: bool) -> tuple[int, int]:
        """How many nodes were ended, and how many of them had to be killed for not ending by themselves."""
        with self._instance.lock():
            running = self.running()
            killed = processes.end(list(running.values()), STOP_SECONDS, forcibly)
            surviving = self.running()
            if surviving:
                listed = ", ".join(f"{number} (process {process.pid})" for number, process in surviving.items())
                raise Failure(f"these nodes were killed but do not end: {listed}")
            for number in self._instance.recorded_numbers():
                self._instance.forget_process(number)
            return len(running), len(killed)

    def pause(self, place: NodePlace) -> bool:
        """False: it was paused already."""
        with self._instance.lock():
            process = self._require_running(place)
            if processes.is_paused(process):
                return False
            if not processes.pause(process, SIGNAL_SECONDS):
                raise Failure(f"node {place.number} (process {process.pid}) did not stop when signalled")
            return True

    def resume(self, place: NodePlace) -> bool:
        """False: it was not paused."""
        with self._instance.lock():
            process = self._require_running(place)
            if not processes.is_paused(process):
                return False
            if not processes.resume(process, SIGNAL_SECONDS):
                raise Failure(f"node {place.number} (process {process.pid}) did not go on when signalled")
            return True

    def kill(self, place: NodePlace) -> None:
        with self._instance.lock():
            process = self._require_running(place)
            if processes.end([process], SIGNAL_SECONDS, forcibly=True):
                raise Failure(f"node {place.number} (process {process.pid}) was killed but does not end")
            self._instance.forget_process(place.number)

    def restart(self, place: NodePlace, seconds: float) -> None:
        """Ends the node if it runs, and starts it on its data."""
        with self._instance.lock():
            process = self.running().get(place.number)
            if process:
                processes.end([process], STOP_SECONDS)
            self._launch(self.require_shape(), [place], False, seconds)

    def running(self) -> dict[int, ProcessId]:
        """The nodes whose recorded process lives, paused ones among them."""
        found = {}
        for number in self._instance.recorded_numbers():
            process = self._instance.read_process(number)
            if process and processes.is_alive(process):
                found[number] = process
        return found

    def require_shape(self) -> Shape:
        shape = self._instance.read_shape()
        if shape is None:
            raise Failure(f"there is no cluster in instance {self._instance.name}: start one first")
        return shape

    def place(self, node: str) -> NodePlace:
        """By number or by address."""
        places = self.require_shape().places()
        for place in places:
            if node in (str(place.number), place.address):
                return place
        raise BadUsage(f"there is no node {node}: the cluster has the nodes 1 to {len(places)}")

    def _require_same(self, present: Shape | None, shape: Shape, fresh: bool) -> None:
        if present is None:
            raise Failure("nodes of a start that was cut off are still running: stop them first")
        differing = differences(present, shape)
        if differing:
            raise Failure("a cluster of another shape is running:\n"
                          + "".join(f"  {line}\n" for line in differing)
                          + "Stop it first, or run a second one beside it with --instance and --port.")
        if fresh:
            raise Failure("the cluster is running, and --fresh would remove its data: stop it first")

    def _require_data_fits(self, present: Shape, shape: Shape) -> None:
        differing = differences(present, shape, only_data=True)
        if differing:
            raise Failure("the stopped cluster has data of another shape:\n"
                          + "".join(f"  {line}\n" for line in differing)
                          + "Start it in its own shape, or add --fresh to remove its data and begin anew.")

    def _complete(self, shape: Shape, running: dict[int, ProcessId], seconds: float) -> Started:
        """Brings a running cluster back to what its shape says: paused nodes go on, missing ones start."""
        paused = [process for process in running.values() if processes.is_paused(process)]
        for process in paused:
            processes.resume(process, SIGNAL_SECONDS)
        missing = [place for place in shape.places() if place.number not in running]
        started = self._launch(shape, missing, False, seconds)
        return Started(started.launched, len(paused), new_data=False)

    def _launch(self, shape: Shape, places: list[NodePlace], new_data: bool, seconds: float) -> Started:
        """Launches these nodes and waits for them; if that makes the cluster whole, also for it to be one."""
        java, jars = self._prepare(shape, places, new_data) if places else ("", Path())
        readiness = Readiness(self._instance, shape, seconds, new_data)
        launched: dict[NodePlace, ProcessId] = {}
        try:
            for place in places:
                with uninterrupted():  # a node that is launched but not recorded would be lost
                    child = server.launch(java, jars, self._instance, shape, place)
                    launched[place] = processes.identify_child(child.pid)
                    self._instance.write_process(place.number, launched[place])
            readiness.wait_for_nodes(launched)
            answering = launched | self._awake(shape)
            if len(answering) == shape.nodes:
                readiness.wait_for_cluster(answering)
        except BaseException:
            with uninterrupted():
                processes.end(list(launched.values()), SIGNAL_SECONDS, forcibly=True)
                if new_data:
                    self._instance.forget_shape()
            raise
        return Started(len(places), 0, new_data)

    def _prepare(self, shape: Shape, places: list[NodePlace], new_data: bool) -> tuple[str, Path]:
        """Java and the jars. Nothing of the instance changes before everything outside is found in order."""
        java = server.require_java()
        require_free(shape, places)
        jars = server.ensure_jars(self._home)
        if new_data:
            self._instance.wipe()
        self._instance.write_shape(shape)
        certificates = self._instance.certificates() if shape.tls else None
        if certificates:
            certificates.ensure(shape.places(), shape.tls_certificate)
        if shape.auth:
            self._instance.write_password(SUPERUSER_PASSWORD)
        for place in places:
            write_configuration(self._instance.node_folder(place.number), shape, place,
                                self._instance.cluster_name, certificates)
        return java, jars

    def _awake(self, shape: Shape) -> dict[NodePlace, ProcessId]:
        running = self.running()
        return {place: running[place.number] for place in shape.places()
                if place.number in running and not processes.is_paused(running[place.number])}

    def _require_running(self, place: NodePlace) -> ProcessId:
        process = self.running().get(place.number)
        if process is None:
            raise Failure(f"node {place.number} ({place.address}) is not running")
        return process
