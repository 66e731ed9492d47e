"""The figures as a document, and the document as text."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from typing import Any

import budgets
import contestants
import environments
from cases import CASES, RATIOS
from contestants import Contestant
from rounds import Figures

MIB = 2**20


def document(figures: Figures, peers: Sequence[Contestant], missing: dict[str, str], count: int) -> dict[str, Any]:
    """Return all that was measured, ready for JSON.

    Args:
        figures: What the rounds brought.
        peers: The peers that were measured.
        missing: The peers that could not be, and why.
        count: How many rounds there were.
    """
    floors = {each.form: each.name for each in contestants.floors()}
    own = [*contestants.floors(), *contestants.ours()]
    everybody = [each for each in [*own, *peers] if any(each.name == name for name, _ in figures)]
    rows = {
        each.name: {case: _row(figures, each, case, floors) for name, case in figures if name == each.name}
        for each in everybody
    }
    return {
        "machine": {
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "cores": os.cpu_count(),
        },
        "rounds": count,
        "versions": {each.name: environments.version_of(each.name) for each in peers},
        "not measured": missing,
        "figures": rows,
        "budgets": budgets.verdicts(rows),
    }


def _row(figures: Figures, contestant: Contestant, case: str, floors: dict[tuple[bool, str], str]) -> dict[str, Any]:
    """Return one contestant's figures for one case, with ratios to the floor. Peers choose their JSON.

    The floor is urllib3, for the asyncio forms too: one measure for all. Only that of `async` is aiohttp.
    """
    found = {name: value for name, value in figures[contestant.name, case].items() if "repeats" != name}
    result = found.pop("result", None)
    floor = figures.get((floors.get(("async" == case, contestant.json)) or next(iter(floors.values())), case), {})
    for name in ("cpu", "wall"):
        if name in found and name in floor:
            found[f"{name}_ratio"] = found[name] / floor[name]
    if result is not None and "result" in floor:
        found["same"] = _same(result, floor["result"])
    return found


def _same(one: Any, other: Any) -> bool:
    """Tell whether two contestants brought the same; sums of numbers may differ in the last digits."""
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) < 1e-6
    return bool(one == other)


def text(told: dict[str, Any]) -> str:
    """Return the tables."""
    machine = told["machine"]
    head = (
        f"CPU / wall clock, each as a ratio to the floor (urllib3; of async aiohttp);"
        f" the least of {told['rounds']} round(s)."
        f" Python {machine['python']}, {machine['system']}, {machine['cores']} cores."
    )
    parts = [head, _ratios(told), _memory(told), budgets.shown(told["budgets"]), _notes(told)]
    return "\n\n".join(part for part in parts if part)


def _ratios(told: dict[str, Any]) -> str:
    rows = told["figures"]
    cases = [case for case in RATIOS if any(case in row for row in rows.values())]
    if not cases:
        return ""
    lines = [["", *cases], ["budget", *(f"{CASES[case].budget:g}" for case in cases)]]
    for name, row in rows.items():
        version = told["versions"].get(name, "")
        cells = [_cell(row.get(case), name.startswith("floor"), CASES[case].unit) for case in cases]
        if any(cells):
            lines.append([f"{name} {version}".strip(), *cells])
    return aligned(lines)


def _cell(figures: dict[str, Any] | None, is_floor: bool, unit: str) -> str:
    if figures is None:
        return ""
    if "cpu" not in figures:
        return "-"
    if is_floor:
        return f"{duration(figures['cpu'])}/{unit}"
    if "cpu_ratio" not in figures:
        return duration(figures["cpu"])
    wrong = "" if figures.get("same", True) else " !"
    return f"{short(figures['cpu_ratio'])} / {short(figures['wall_ratio'])}{wrong}"


def _memory(told: dict[str, Any]) -> str:
    rows = told["figures"]
    lines = [["", "peak MiB", "modules", "bytes/call", "bytes/chunk"]]
    for name, row in rows.items():
        peak, modules = row.get("memory", {}), row.get("start", row.get("memory", {}))
        if "rss" in peak or "modules" in modules:
            slopes = [row.get(case, {}).get("slope") for case in ("growth", "growth-stream")]
            lines.append([
                name,
                f"{peak['rss'] / MIB:.1f}" if "rss" in peak else "-",
                f"{modules['modules']}" if "modules" in modules else "-",
                *("" if each is None else f"{each:.2f}" for each in slopes),
            ])  # fmt: skip
    return aligned(lines) if 1 < len(lines) else ""


def _notes(told: dict[str, Any]) -> str:
    notes = [f"{name}: not measured: {why}" for name, why in told["not measured"].items()]
    for name, row in told["figures"].items():
        for case, figures in row.items():
            why = figures.get("cannot") or figures.get("failed")
            if why:
                notes.append(f"{name}, {case}: {'failed: ' if 'failed' in figures else ''}{why}")
            elif not figures.get("same", True):
                notes.append(f"{name}, {case}: ! what it returned is not what the floor returned")
    return "\n".join(notes)


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Return *lines* as a table: the first column to the left, the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def short(ratio: float) -> str:
    """Return a ratio with as many digits as it is worth."""
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}" if ratio < 100 else f"{ratio:.0f}"


def duration(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
