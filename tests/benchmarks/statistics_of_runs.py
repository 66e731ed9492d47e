"""The little arithmetic that figures go through."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence


def least(runs: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Return the least of each figure over *runs*: noise only adds."""
    found: dict[str, float] = {}
    for run in runs:
        for name, value in run.items():
            found[name] = min(value, found.get(name, value))
    return found


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the slope of the straight line nearest to *points*, by least squares."""
    count = len(points)
    middle = sum(x for x, _ in points) / count
    level = sum(y for _, y in points) / count
    spread = sum((x - middle) ** 2 for x, _ in points)
    return sum((x - middle) * (y - level) for x, y in points) / spread if spread else 0.0


def exponent(costs: Sequence[tuple[float, float]]) -> float:
    """Return k where cost grows as size to the k: 0 is flat, 1 linear.

    Fitted over the larger half of the sizes, where what every call costs no longer hides the growth.
    """
    late = sorted(costs)[len(costs) // 2 :]
    return slope([(math.log(size), math.log(cost)) for size, cost in late])
