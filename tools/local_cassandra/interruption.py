# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C, SIGTERM and SIGHUP all end a command in the same way: as KeyboardInterrupt, at a safe place."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

INTERRUPTING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def treat_alike() -> None:
    for number in INTERRUPTING:
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, _interrupt)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Within the block an interruption waits until its end."""
    arrived: list[int] = []
    handlers = {number: signal.getsignal(number) for number in INTERRUPTING
                if signal.getsignal(number) != signal.SIG_IGN}
    for number in handlers:
        signal.signal(number, lambda received, _: arrived.append(received))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if arrived:
        raise KeyboardInterrupt


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
