# SPDX-License-Identifier: Apache-2.0
"""The last lines of a node's logs: of Cassandra's own, and of what the Java process printed besides."""

from __future__ import annotations

import re
from pathlib import Path

# Stack frames, and what Java 17 prints at every start of Cassandra.
NOISE = re.compile(r"\s+at |\s*\.\.\. \d+ (more|common frames omitted)|WARNING: ")
EXCERPT_LINES = 12
EXCERPT_WIDTH = 300
READ_BYTES = 1 << 20


def log_files(folder: Path) -> list[Path]:
    """system.log first; output.log only if the process printed something."""
    return [path for path in (folder / "system.log", folder / "output.log")
            if path.exists() and path.stat().st_size > 0]


def tail(path: Path, count: int) -> list[str]:
    with open(path, "rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - READ_BYTES))
        return file.read().decode(errors="replace").splitlines()[-count:]


def log_excerpt(folder: Path) -> str:
    """What a person needs to see of a node that died: messages and causes, without the stack frames."""
    parts = []
    for path in log_files(folder):
        lines = [f"  {line[:EXCERPT_WIDTH]}" for line in tail(path, 500) if not NOISE.match(line)]
        if lines:
            parts.append("\n".join([f"The last lines of {path}:", *lines[-EXCERPT_LINES:]]))
    return "\n".join(parts) or f"It wrote nothing to {folder}."
