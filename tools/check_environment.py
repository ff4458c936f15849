#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time, network, threads and chance reach the client through base/environment.hpp only.

The production environment may name the real things; nothing else in src/ may, or the client could not be run on a
virtual clock and an in-memory network.
"""

import re
import sys

import source_tree

# Who may name what.
ALLOWED = {
    # Asio itself.
    "src/asio.cpp": {"the network"},
    "src/base/asio_environment.cpp": {"a clock", "an Asio timer", "chance", "a thread"},
    "src/base/tcp_stream.cpp": {"the network"},
    "src/base/tls_stream.cpp": {"the network"},
    "src/base/tls_stream.hpp": {"the network"},
    "src/base/resolver_thread.cpp": {"the network", "a thread"},
    # The type of the wall clock's points in time, as the environment hands them out.
    "src/base/environment.hpp": {"a clock"},
    # One sink for the whole process, beside all shards: its limit per second decides nothing about a request.
    "src/base/log.cpp": {"a clock"},
}

FORBIDDEN = {
    "a clock": re.compile(
        r"\b\w*_clock\s*::\s*now\b|\bsystem_clock\b|\bhigh_resolution_clock\b"
        r"|\b(?:clock_gettime|gettimeofday|std\s*::\s*time)\s*\("
    ),
    "an Asio timer": re.compile(
        r"\b(?:basic_waitable_timer|steady_timer|system_timer|high_resolution_timer|deadline_timer)\b"
    ),
    "the network": re.compile(r"\bip\s*::\s*(?:tcp|udp)\b|\bgetaddrinfo\b|(?<![\w.>])::\s*(?:socket|connect)\s*\("),
    "chance": re.compile(r"\brandom_device\b|\bgetrandom\b|\bstd\s*::\s*rand\b|\bdefault_random_engine\b"),
    "a thread": re.compile(
        r"\bstd\s*::\s*j?thread\b(?!\s*::\s*id)|\bstd\s*::\s*async\b|\bpthread_create\b|\bsleep_(?:for|until)\b"
    ),
}
FORBIDDEN_INCLUDE = re.compile(
    r"^boost/asio/(?:ip/tcp|ip/udp|steady_timer|system_timer|high_resolution_timer|basic_waitable_timer|ssl.*)\.hpp$"
)
# Public headers may name the type of a point in time, but not ask any clock.
ONLY_IN_SOURCES = re.compile(r"\bsystem_clock\b(?!\s*::\s*now\b)")


def offences(root, name):
    """Triples of line, what is named, and how."""
    text = source_tree.read(root, name)
    found = []
    for line, included in source_tree.includes(text):
        match = FORBIDDEN_INCLUDE.match(included)
        if match:
            found.append((line, "an Asio timer" if "timer" in included else "the network", f"<{included}>"))
    for number, line in enumerate(source_tree.code_only(text).splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        if not name.startswith("src/"):
            line = ONLY_IN_SOURCES.sub(" ", line)
        for what, pattern in FORBIDDEN.items():
            match = pattern.search(line)
            if match:
                found.append((number, what, match.group(0)))
    return found


def check(root, allowed=None):
    allowed = ALLOWED if allowed is None else allowed
    problems = []
    unused = {(name, what) for name, kinds in allowed.items() for what in kinds}
    for name in source_tree.cpp_files(root):
        if not name.startswith(("src/", "include/")):
            continue
        for line, what, text in offences(root, name):
            if what in allowed.get(name, ()):
                unused.discard((name, what))
            else:
                problems.append(f"{name}:{line}: names {what} ({text}); only the environment may")
    problems += [f"tools/check_environment.py: {name} needs no exception for {what}" for name, what in sorted(unused)]
    return problems


if __name__ == "__main__":
    sys.exit(source_tree.run_check(__doc__.splitlines()[0], check))
