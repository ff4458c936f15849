# SPDX-License-Identifier: Apache-2.0
"""Line coverage per floor, from gcovr's summary of files."""

import source_tree


def per_floor(summary):
    """Floor to (covered lines, lines). Files of no floor count as "other", so that nothing disappears."""
    floors = {}
    for file in summary["files"]:
        floor = source_tree.floor_of(file["filename"]) or "other"
        covered, total = floors.get(floor, (0, 0))
        floors[floor] = (covered + file["line_covered"], total + file["line_total"])
    return floors


def table(summary):
    floors = per_floor(summary)
    rows = [(name, *floors[name]) for name in [*source_tree.FLOORS, "other"] if floors.get(name, (0, 0))[1]]
    rows.append(("all", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    lines = [f"{'floor':<10} {'lines':>7} {'covered':>8} {'':>7}"]
    lines += [f"{name:<10} {total:>7} {covered:>8} {100 * covered / max(total, 1):>6.1f}%"
              for name, covered, total in rows]
    return "\n".join(lines)
