# SPDX-License-Identifier: Apache-2.0
"""A process as it is recorded on disk, and signals that reach that process or none.

A process id alone says little: the process may have ended and its number been given to another. Together
with the time at which it started, counted from a boot that has an id of its own, it names one process for
ever.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class ProcessId:
    pid: int
    start_ticks: int
    boot_id: str


def current_boot() -> str:
    return (PROC / "sys/kernel/random/boot_id").read_text().strip()


def identify(pid: int) -> ProcessId | None:
    """The process that has this number now; None if there is none, or only its remains."""
    fields = _stat(pid)
    if fields is None or fields.has_ended:
        return None
    return ProcessId(pid, fields.start_ticks, current_boot())


def identify_child(pid: int) -> ProcessId:
    """The same for a child of this process, which keeps its number until it is waited for, ended or not."""
    fields = _stat(pid)
    if fields is None:
        raise ProcessLookupError(f"process {pid} is not a child that was started and not yet waited for")
    return ProcessId(pid, fields.start_ticks, current_boot())


def is_alive(process: ProcessId) -> bool:
    return identify(process.pid) == process


def is_paused(process: ProcessId) -> bool:
    """Every thread of it is stopped."""
    threads = [_stat(process.pid, int(thread)) for thread in _threads(process.pid)]
    return is_alive(process) and all(fields is None or fields.state == "T" for fields in threads)


def pause(process: ProcessId, seconds: float) -> bool:
    """True once it is stopped: the signal alone only asks for that."""
    return send(process, signal.SIGSTOP) and _becomes(lambda: is_paused(process), seconds)


def resume(process: ProcessId, seconds: float) -> bool:
    return send(process, signal.SIGCONT) and _becomes(lambda: not is_paused(process), seconds)


def send(process: ProcessId, number: signal.Signals) -> bool:
    """False if the process is gone. The descriptor pins the process, so that nothing can take its number
    between the check and the signal."""
    descriptor = _pin(process)
    if descriptor is None:
        return False
    try:
        signal.pidfd_send_signal(descriptor, number)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)


def wait_for_end(process: ProcessId, seconds: float) -> bool:
    descriptor = _pin(process)
    if descriptor is None:
        return True
    try:
        poller = select.poll()
        poller.register(descriptor, select.POLLIN)
        return bool(poller.poll(max(0, int(seconds * 1000))))
    finally:
        os.close(descriptor)


def end(processes: list[ProcessId], seconds: float, forcibly: bool = False) -> list[ProcessId]:
    """Ends them all: asks first and waits together, then kills what is left. Returns those that did not end
    in time."""
    for process in processes:
        if forcibly:
            send(process, signal.SIGKILL)
        else:
            send(process, signal.SIGTERM)
            send(process, signal.SIGCONT)  # a paused process cannot act on the request
    deadline = time.monotonic() + seconds
    stubborn = [process for process in processes if not wait_for_end(process, deadline - time.monotonic())]
    for process in stubborn:
        send(process, signal.SIGKILL)
    for process in stubborn:
        wait_for_end(process, 10)
    return stubborn


def resident_mib(process: ProcessId) -> int | None:
    try:
        pages = int((PROC / str(process.pid) / "statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def command_line(pid: int) -> list[str]:
    """Empty if the process is gone or belongs to somebody else."""
    try:
        raw = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return []
    return [part.decode(errors="replace") for part in raw.split(b"\0") if part]


@dataclass(frozen=True)
class _Stat:
    state: str
    start_ticks: int
    threads: int

    @property
    def has_ended(self) -> bool:
        """The first thread may be gone while others are still closing what the process had open."""
        return self.state in "ZX" and self.threads <= 1


def _stat(pid: int, thread: int | None = None) -> _Stat | None:
    folder = PROC / str(pid) if thread is None else PROC / str(pid) / "task" / str(thread)
    try:
        text = (folder / "stat").read_text(errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may hold spaces and parentheses
    return _Stat(state=fields[0], start_ticks=int(fields[19]), threads=int(fields[17]))


def _threads(pid: int) -> list[str]:
    try:
        return os.listdir(PROC / str(pid) / "task")
    except OSError:
        return []


def _becomes(reached: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def _pin(process: ProcessId) -> int | None:
    try:
        descriptor = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return None
    if is_alive(process):
        return descriptor
    os.close(descriptor)
    return None
