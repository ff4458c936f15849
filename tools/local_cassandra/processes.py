# SPDX-License-Identifier: Apache-2.0
"""A process as it is recorded on disk, and signals that reach that process or none.

A process id alone says little: the process may have ended and its number been given to another. Together
with the time at which it started, counted from a boot that has an id of its own, it names one process for ever.
"""

from __future__ import annotations

import os
import select
import signal
import time
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
    if fields is None or fields.state in "ZX":
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
    fields = _stat(process.pid)
    return fields is not None and fields.start_ticks == process.start_ticks and fields.state == "T"


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


def _stat(pid: int) -> _Stat | None:
    try:
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may hold spaces and parentheses
    return _Stat(state=fields[0], start_ticks=int(fields[19]))


def _pin(process: ProcessId) -> int | None:
    try:
        descriptor = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return None
    if is_alive(process):
        return descriptor
    os.close(descriptor)
    return None
