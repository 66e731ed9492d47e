"""Ways of misbehaving, by name. A scenario takes the good answer's plan and returns another; it does no I/O.

One file for each kind: `_refusals`, `_rates` (429), `_answers` (200 with something else), `_filters`, `_streams`,
`_connections`, `_pictures`.
"""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from typing import TYPE_CHECKING

from jackfield_emulator._scenarios import _answers, _connections, _filters, _pictures, _rates, _refusals, _streams
from jackfield_emulator._scenarios._spoilt import MODES, Given, Scenario
from jackfield_emulator._surfaces import IMAGES, MODEL_OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield_emulator._asked import Asked
    from jackfield_emulator._plan import Plan

__all__ = ["MODES", "SCENARIOS", "Scenario", "Spoiler", "named"]

HEADER = "x-jackfield-scenario"
"""Chooses a scenario for one request."""
_KINDS = (_refusals, _rates, _answers, _filters, _streams, _connections, _pictures)
SCENARIOS: Mapping[str, Scenario] = {each.name: each for kind in _KINDS for each in kind.SCENARIOS}
_MODES = {"chat.completions": "chat", "embeddings": "embeddings", **dict.fromkeys(IMAGES, "images")}
_GOOD = 200


def named(name: str) -> Scenario:
    """Return the scenario of that name.

    Raises:
        ValueError: There is none.
    """
    if name in SCENARIOS:
        return SCENARIOS[name]
    near = get_close_matches(name, SCENARIOS, 3) or sorted(SCENARIOS)
    raise ValueError(f"there is no scenario {name!r}; there is {', '.join(near)}")


class Spoiler:
    """Spoils answers, and counts what it spoilt: a scenario that happens once spares every other request."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str]] = Counter()

    def spoil(self, scenario: Scenario, asked: Asked, plan: Plan) -> Plan:
        """Return what is answered instead of *plan*, or *plan* where the scenario does not apply."""
        mode = _mode(asked)
        if mode not in scenario.modes or plan.status != _GOOD:  # a wrong key stays a wrong key
            return plan
        key = (scenario.name, f"{mode} {asked.path}")
        self._seen[key] += 1
        if scenario.once and 0 == self._seen[key] % 2:
            return plan
        return scenario.spoil(Given(asked, plan, mode, "openai" == asked.steps[0]))


def _mode(asked: Asked) -> str:
    """Return which kind of answer is asked for; an empty word where it is neither a model's nor a picture."""
    steps = tuple(asked.steps)
    if "pictures" == steps[0]:
        return "picture"
    operation = next((name for path, name in MODEL_OPERATIONS.items() if steps[-len(path) :] == path), "")
    mode = _MODES.get(operation, "")
    document = asked.document
    return "stream" if "chat" == mode and isinstance(document, dict) and document.get("stream") else mode
