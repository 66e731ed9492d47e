"""What each case may cost, and whether it does."""

from __future__ import annotations

from typing import Any

import cases
import contestants
from cases import AS_IT_IS, CASES, CROWDED, RATIOS

MIB = 2**20


def verdicts(rows: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return for each case, and each form of Jackfield, its figure, the budget and whether it is met."""
    floors = {each.form: each.name for each in contestants.floors()}
    found = []
    for ours in contestants.ours():
        row, floor = rows.get(ours.name, {}), rows.get(floors[False, ours.json], {})
        told = [*_ratios(row), *_memory(row, floor), *_plugins(row)]
        found += [
            {"case": case, "form": ours.name, "figure": figure, "budget": budget, "unit": unit, "met": figure <= budget}
            for case, figure, budget, unit in told
        ]
    return found


def _ratios(row: dict[str, Any]) -> list[tuple[str, float, float, str]]:
    measured = {case: row.get(case, {}).get("cpu_ratio") for case in RATIOS}
    return [(case, ratio, CASES[case].budget or 0.0, "") for case, ratio in measured.items() if ratio is not None]


def _memory(row: dict[str, Any], floor: dict[str, Any]) -> list[tuple[str, float, float, str]]:
    found = []
    if "rss" in row.get("memory", {}) and "rss" in floor.get("memory", {}):
        above = (row["memory"]["rss"] - floor["memory"]["rss"]) / MIB
        found.append(("memory above the floor", above, cases.ABOVE_THE_FLOOR / MIB, "MiB"))
    for case, budget, what in (("growth", cases.PER_CALL, "call"), ("growth-stream", cases.PER_CHUNK, "chunk")):
        if "slope" in row.get(case, {}):
            found.append((f"memory per {what}", row[case]["slope"], budget, "bytes"))
    return found


def _plugins(row: dict[str, Any]) -> list[tuple[str, float, float, str]]:
    found = []
    with_many, alone = (
        {case: row.get(f"{case}, {what}", {}).get("cpu") for case in ("start", "chat")} for what in (CROWDED, AS_IT_IS)
    )
    if with_many["start"] and alone["start"]:
        more = 1e3 * (with_many["start"] - alone["start"])
        found.append((f"start, {CROWDED}", more, 1e3 * cases.START_WITH_PROVIDERS, "ms more"))
    if with_many["chat"] and alone["chat"]:
        ratio = with_many["chat"] / alone["chat"]
        found.append((f"chat, {CROWDED}", ratio, cases.CHAT_WITH_PROVIDERS, "times without"))
    return found


def shown(told: list[dict[str, Any]]) -> str:
    """Return the verdicts as a table: a line for each case, a column for each form."""
    from table import aligned

    forms = list(dict.fromkeys(each["form"] for each in told))
    names = list(dict.fromkeys(each["case"] for each in told))
    if not names:
        return ""
    by = {(each["case"], each["form"]): each for each in told}
    budget = {each["case"]: f"{each['budget']:g} {each['unit']}".strip() for each in told}
    lines = [["", "budget", *forms]]
    lines += [[name, budget[name], *(_verdict(by.get((name, form))) for form in forms)] for name in names]
    return aligned(lines)


def _verdict(told: dict[str, Any] | None) -> str:
    if told is None:
        return ""
    figure = f"{told['figure']:.2f}"
    return f"{figure} met" if told["met"] else f"{figure}, budget {told['budget']:g}"
