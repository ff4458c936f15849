# SPDX-License-Identifier: Apache-2.0
"""What the checks know about the source tree: its C++ files, their includes, and the floor of each file."""

import argparse
import pathlib
import posixpath
import re
import subprocess

FLOORS = ["base", "protocol", "types", "net", "cluster", "session", "observe"]

# The floor that each public header belongs to. A new public header is entered here, on purpose.
PUBLIC_HEADERS = {
    "authentication.hpp": "base",
    "columns.hpp": "base",
    "compression.hpp": "base",
    "config.hpp": "base",
    "consistency.hpp": "base",
    "custom_payload.hpp": "base",
    "detail/big_endian.hpp": "base",
    "detail/block.hpp": "base",
    "detail/rare_options.hpp": "base",
    "detail/throw.hpp": "base",
    "endpoint.hpp": "base",
    "error.hpp": "base",
    "log.hpp": "base",
    "policy/load_balancing.hpp": "base",
    "protocol_version.hpp": "base",
    "result.hpp": "base",
    "server_error.hpp": "base",
    "tls.hpp": "base",
    "types/data_type.hpp": "base",
    "types/inet.hpp": "base",
    "types/uuid.hpp": "base",
    "version.hpp": "base",
    "detail/bound_values.hpp": "types",
    "detail/fields.hpp": "types",
    "detail/read_cell.hpp": "types",
    "detail/shapes.hpp": "types",
    "detail/type_errors.hpp": "types",
    "detail/type_name.hpp": "types",
    "detail/vector_elements.hpp": "types",
    "page.hpp": "types",
    "paging_state.hpp": "types",
    "result_set.hpp": "types",
    "row.hpp": "types",
    "row_range.hpp": "types",
    "row_mapping.hpp": "types",
    "statement.hpp": "types",
    "detail/prepared_core.hpp": "types",
    "types/codec.hpp": "types",
    "types/collection_codec.hpp": "types",
    "types/decimal.hpp": "types",
    "types/duration.hpp": "types",
    "types/literal.hpp": "types",
    "types/number_codec.hpp": "types",
    "types/scalar_codec.hpp": "types",
    "types/time_codec.hpp": "types",
    "types/tuple_codec.hpp": "types",
    "types/udt_codec.hpp": "types",
    "types/value_error.hpp": "types",
    "types/value.hpp": "types",
    "types/value_sink.hpp": "types",
    "types/values.hpp": "types",
    "types/varint.hpp": "types",
    "types/vector_codec.hpp": "types",
    "multiprecision.hpp": "types",
    "asio_inet.hpp": "net",
    "detail/asio_fixes.hpp": "net",
    "uuid_generator.hpp": "net",
    "host_health.hpp": "cluster",
    "node_stats.hpp": "cluster",
    "schema.hpp": "cluster",
    "stats.hpp": "cluster",
    "topology.hpp": "cluster",
    "async_cassandra.hpp": "session",
    "cluster.hpp": "session",
    "session.hpp": "session",
    "streaming.hpp": "session",
}

CPP_SUFFIXES = {".cpp", ".hpp"}
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
_COMMENT_OR_STRING = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^ ()\\\t\n]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL
)


def tracked_files(root):
    """Files that git knows or would add, so that a file not yet committed is checked too. Without git: all files."""
    if (root / ".git").exists():
        listing = subprocess.run(
            ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            capture_output=True, text=True,
        )
        if listing.returncode == 0:
            return sorted(name for name in listing.stdout.split("\0") if name and (root / name).is_file())
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found if path.parts[0] not in (".git", "build", ".local"))


def cpp_files(root):
    return [name for name in tracked_files(root) if pathlib.PurePosixPath(name).suffix in CPP_SUFFIXES]


def read(root, name):
    return (root / name).read_text(encoding="utf-8")


def includes(text):
    """Pairs of line number and included name, quoted and bracketed alike."""
    return [(text.count("\n", 0, match.start(1)) + 1, match.group(2)) for match in _INCLUDE.finditer(text)]


def code_only(text):
    """The text with comments and literals blanked out, line by line in the same place."""
    def blank(match):
        whole = match.group(0)
        if whole.startswith("'") and re.search(r"[0-9a-fA-F]$", text[max(0, match.start() - 1):match.start()]):
            return whole  # a digit separator, not a character literal
        return re.sub(r"[^\n]", " ", whole)
    return _COMMENT_OR_STRING.sub(blank, text)


def floor_of(name):
    """The floor of a path from the root, or None for what belongs to no floor."""
    if name.startswith("src/"):
        part = name.split("/")[1]
        return part if part in FLOORS else None
    prefix = "include/async_cassandra/"
    if name.startswith(prefix):
        return PUBLIC_HEADERS.get(name[len(prefix):])
    return None


def resolve(root, includer, included):
    """The path from the root of an included project file, or None when it is not of the project."""
    candidates = [f"include/{included}", f"src/{included}", f"tests/{included}"]
    candidates.append(posixpath.normpath(posixpath.join(posixpath.dirname(includer), included)))
    return next((candidate for candidate in candidates if (root / candidate).is_file()), None)


def closure(root, name, cache=None):
    """The file and all project files it includes, directly or not."""
    seen, todo = set(), [name]
    while todo:
        current = todo.pop()
        if current in seen:
            continue
        seen.add(current)
        if cache is not None and current in cache:
            found = cache[current]
        else:
            found = [resolve(root, current, included) for _, included in includes(read(root, current))]
            found = [path for path in found if path]
            if cache is not None:
                cache[current] = found
        todo.extend(found)
    return seen


def run_check(description, check, **options):
    """The command line that all checks share: prints what `check(root, ...)` returns, fails when there is any."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    for name, default in options.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    arguments = vars(parser.parse_args())
    problems = check(arguments.pop("root").resolve(), **arguments)
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems")
    return 1 if problems else 0
