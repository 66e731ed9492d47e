"""How cost grows: with messages, inputs, chunks and installed providers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import contestants
import providers
import rounds
from contestants import Contestant
from rounds import Job
from statistics_of_runs import exponent
from table import aligned, duration, short

SIZES = {
    "history": ("messages", [1, 10, 100, 1_000, 10_000]),
    "embed": ("inputs", [1, 16, 128, 512, 2_048]),
    "stream": ("chunks", [10, 100, 1_000, 10_000]),
}
PROVIDERS = ("providers", [1, 10, 50, 100, 200])


def jobs(folder: Path, *, quick: bool) -> list[Job]:
    """Return the jobs of one round."""
    effort = {"seconds": 0.05 if quick else 0.2, "batches": 3 if quick else 5}
    who = contestants.ours()[0]
    planned = [
        Job(
            each,
            case,
            key=f"{case} {size}",
            options={**effort, "size": size},
            length=size if "stream" == case else None,
        )
        for case, (_, sizes) in SIZES.items()
        for size in sizes
        for each in (contestants.floors()[0], who)
    ]
    for size in PROVIDERS[1]:
        path = providers.install(size, folder / f"providers-{size}")
        planned.append(Job(who, "start", key=f"start {size}", path=path, starts=1 if quick else 5))
        planned.append(Job(who, "chat", key=f"chat {size}", path=path, options=effort))
    return planned


def measured(quick: bool, count: int, told: Callable[[str], None]) -> tuple[str, dict[str, Any]]:
    """Return the curves as text and as a document."""
    with tempfile.TemporaryDirectory() as folder:
        figures = rounds.run(jobs(Path(folder), quick=quick), count, told)
    found = document(figures)
    return text(found), found


def document(figures: rounds.Figures) -> dict[str, Any]:
    """Return the curves, ready for JSON: for each, the sizes, the CPU of one piece of work and the exponent."""
    floor, ours = contestants.floors()[0], contestants.ours()[0]
    axes = [(case, axis, sizes, floor) for case, (axis, sizes) in SIZES.items()]
    axes += [(case, *PROVIDERS, None) for case in ("start", "chat")]
    return {
        f"{case}, {axis}": {
            each.name: _curve(figures, each, case, sizes) for each in (beside, ours) if each is not None
        }
        for case, axis, sizes, beside in axes
    }


def _curve(figures: rounds.Figures, who: Contestant, case: str, sizes: list[int]) -> dict[str, Any]:
    points = []
    for size in sizes:
        cpu = figures[who.name, f"{case} {size}"].get("cpu")
        if cpu is not None:
            points.append((size, cpu * size if "stream" == case else cpu))  # a stream's figure is for a chunk
    return {"points": points, "exponent": exponent(points) if 2 < len(points) else None}


def text(found: dict[str, Any]) -> str:
    """Return the curves as tables: the CPU of one piece of work, of one item in it, and the ratio to the floor."""
    parts = ["CPU of one call, and of one item in it where cost grows with items. Exponent: 1 is linear, 0 flat."]
    for name, curve in found.items():
        case, axis = name.split(", ")
        lines = _beside(curve, axis.removesuffix("s")) if case in SIZES else _alone(curve)
        fitted = [f"{who} {each['exponent']:.2f}" for who, each in curve.items() if each["exponent"] is not None]
        parts.append(f"{case}\n{aligned([[axis, *lines[0]], *lines[1:]])}\nexponent: {', '.join(fitted)}")
    return "\n\n".join(parts)


def _alone(curve: dict[str, Any]) -> list[list[str]]:
    (points,) = (each["points"] for each in curve.values())
    return [["jackfield"], *([f"{size:,}", duration(cpu)] for size, cpu in points)]


def _beside(curve: dict[str, Any], item: str) -> list[list[str]]:
    floor, ours = (dict(each["points"]) for each in curve.values())
    lines = [["jackfield", f"per {item}", "floor", f"per {item}", "ratio"]]
    for size, cpu in ours.items():
        if size in floor:
            bare = floor[size]
            costs = [duration(each) for each in (cpu, cpu / size, bare, bare / size)]
            lines.append([f"{size:,}", *costs, short(cpu / bare)])
    return lines
