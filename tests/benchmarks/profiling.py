"""Where the time of one case goes: by layer of the house, and by function.

    nox -s profile -- chat
    uv run python tests/benchmarks/profiling.py stream --asyncio --json stdlib --top 50

The profiler makes small functions look dearer than they are. So the figures are shares of what it saw, and the
microseconds are those shares of what the case costs without it. What other threads do is not seen. `start` is
counted from the import of the library on, not from the interpreter's first instruction.
"""

from __future__ import annotations

import argparse
import pstats
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import contestants
import layers
import rounds
from cases import CASES
from rounds import Job
from table import aligned

PROFILED = ("start", "chat", "history", "stream", "embed", "async")
Function = tuple[str, int, str]
Seen = Mapping[Function, tuple[int, int, float, float, Mapping[Function, tuple[int, int, float, float]]]]


def by_layer(seen: Seen) -> Counter[str]:
    """Return the own time of all functions, by layer. What belongs to none counts for whoever called it."""
    found: Counter[str] = Counter()
    known: dict[Function, dict[str, float]] = {}
    for function, (_, _, own, _, _) in seen.items():
        for layer, part in _parts(function, seen, known).items():
            found[layer] += own * part
    return found


def _parts(function: Function, seen: Seen, known: dict[Function, dict[str, float]]) -> dict[str, float]:
    """Return for which layers *function* works, and in which parts."""
    if function in known:
        return known[function]
    path, _, name = function
    layer = layers.of_builtin(name) if "~" == path else layers.of_file(path)
    callers = seen[function][4] if function in seen else {}
    weight = sum(cumulative for _, _, _, cumulative in callers.values())
    if layer not in (None, layers.ELSE) or "<module>" == name or not weight:
        known[function] = {layer or layers.ELSE: 1.0}
        return known[function]
    known[function] = {layers.ELSE: 1.0}  # for one that calls itself, by way of others
    found: Counter[str] = Counter()
    for caller, (_, _, _, cumulative) in callers.items():
        for each, part in _parts(caller, seen, known).items():
            found[each] += part * cumulative / weight
    known[function] = dict(found)
    return known[function]


def layer_table(seen: Seen, cost: float) -> str:
    """Return the layers' shares as a table; *cost* is what one unit takes without the profiler, in seconds."""
    found = by_layer(seen)
    whole = sum(found.values()) or 1.0
    lines = [["layer", "share", "µs"]]
    for name in layers.NAMES:
        share = found[name] / whole
        lines.append([name, f"{share:.1%}", f"{share * cost * 1e6:.2f}"])
    return aligned([*lines, ["all", "100.0%", f"{cost * 1e6:.2f}"]])


def function_table(seen: Seen, cost: float, units: int, top: int) -> str:
    """Return the functions that take most time of their own."""
    whole = sum(own for _, _, own, _, _ in seen.values()) or 1.0
    lines = [["function", "calls", "share", "µs"]]
    for function, (_, calls, own, _, _) in sorted(seen.items(), key=lambda each: -each[1][2])[:top]:
        share = own / whole
        lines.append([_shown(function), f"{calls / units:.2f}", f"{share:.1%}", f"{share * cost * 1e6:.2f}"])
    return aligned(lines)


def _shown(function: Function) -> str:
    path, line, name = function
    if "~" == path:
        return name
    return f"{'/'.join(Path(path).parts[-2:])}:{line} {name}"


def main(given: list[str]) -> None:
    """Profile one case and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", choices=PROFILED)
    parser.add_argument("--asyncio", action="store_true", help="the asyncio client")
    parser.add_argument("--json", choices=["orjson", "stdlib"], default="orjson")
    parser.add_argument("--floor", action="store_true", help="the floor instead of Jackfield")
    parser.add_argument("--top", type=int, default=30, help="how many functions")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep the profile, for other tools")
    asked = parser.parse_args(given)
    asyncio = asked.asyncio or "async" == asked.case
    everybody = contestants.floors() if asked.floor else contestants.ours()
    who = next((each for each in everybody if each.form == (asyncio, asked.json)), everybody[0])
    with tempfile.TemporaryDirectory() as folder:
        file = asked.save or Path(folder) / "profile"
        plain, seen = Job(who, asked.case), Job(who, asked.case, "profiled", options={"profile": file})
        figures = rounds.run([plain, plain, plain, seen], 1, lambda _: None)
        for found in figures.values():
            if "failed" in found:
                sys.exit(found["failed"])
        cost = figures[plain.place]["cpu"] - figures[plain.place].get("began", 0.0)
        print(report(who.name, asked.case, cost, figures[seen.place]["units"], file, asked.top))


def report(name: str, case: str, cost: float, units: int, file: Path, top: int) -> str:
    """Return both tables for a profile that was written to *file*."""
    seen: Any = pstats.Stats(str(file)).stats  # type: ignore[attr-defined]
    unit = CASES[case].unit
    head = f"{name}, {case}: {cost * 1e6:.1f} µs of CPU per {unit} without the profiler"
    return f"{head}\n\n{layer_table(seen, cost)}\n\n{function_table(seen, cost, units, top)}"


if __name__ == "__main__":
    main(sys.argv[1:])
