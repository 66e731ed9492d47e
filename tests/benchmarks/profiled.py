"""Runs something under the standard profiler, in this thread, and writes what that saw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def written(work: Callable[[], Any], file: str) -> dict[str, Any]:
    """Do *work* and write its profile to *file*."""
    import cProfile

    profiler = cProfile.Profile()
    profiler.runcall(work)
    profiler.dump_stats(file)
    return {"units": 1}
