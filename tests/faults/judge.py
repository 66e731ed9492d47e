"""What is right, read from `right.toml`, and what is wrong with an outcome."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cells import MODES, PROVIDERS, Outcome

RIGHT: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("right.toml").read_text("utf-8"))
_BORDERLINE = 0.03
"""Clocks and rounding: how much earlier than its hint a wait may end, in seconds."""


def applies(scenario: str, provider: str, mode: str) -> bool:
    """Tell whether a scenario is run there."""
    right = RIGHT[scenario]
    return mode in right.get("modes", MODES) and PROVIDERS[provider] in right.get("surfaces", set(PROVIDERS.values()))


def wrong(scenario: str, outcome: Outcome, number: int, longest: float) -> Iterator[str]:
    """Say what is wrong with the outcome of call *number* (0 or 1), which may take *longest* seconds."""
    right = RIGHT[scenario]
    if right["ends"] != outcome.ends:
        yield f"ends in {outcome.ends}, not {right['ends']}: {outcome.said[:200]}"
    if right["requests"] != outcome.requests:
        yield f"{outcome.requests} requests, not {right['requests']}"
    for words in right.get("says", ()):
        if words not in f"{outcome.said} {outcome.partial or ''}":
            yield f"does not say {words!r}: {outcome.said[:200]!r}"
    if right.get("partial") and not outcome.partial:
        yield "the partial answer is lost"
    for name, value in right.get("has", {}).items():
        found = _found(outcome.found, name)
        if value != found:
            yield f"{name} is {found!r}, not {value!r}"
    if 0 == number and outcome.seconds < right.get("waits", 0.0) - _BORDERLINE:
        yield f"waited {outcome.seconds:.2f} seconds, not {right['waits']}"
    if outcome.seconds > longest:
        yield f"took {outcome.seconds:.1f} seconds"
    for leak in outcome.leaks:
        yield f"the key is in {leak}"


def _found(there: Any, name: str) -> Any:
    if "tool_calls" == name:
        return " ".join(call.function.name for call in there.message.tool_calls if call.function is not None)
    value = getattr(there, name, None)
    return "" if value is None and "finish_reason" == name else value
