"""How much memory a process takes, and whether it goes on growing."""

from __future__ import annotations

import resource
import sys
import threading
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

from statistics_of_runs import slope

GROWTH = ("growth", "growth-stream")
CHATS = 200
SAMPLES, EVERY = 100_000, 0.02
_STATUS = Path("/proc/self/status")


def _told(name: str) -> int | None:
    """Return a figure of this process in bytes, where the system tells it."""
    if not _STATUS.exists():
        return None
    line = next(line for line in _STATUS.read_text("ascii").splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024


def peak_bytes() -> int:
    """Return the most memory that this process has had. `ru_maxrss` may be what a parent had before."""
    told = _told("VmHWM")
    if told is not None:
        return told
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if "darwin" == sys.platform else most * 1024


def peak(repeated: Callable[[int], Any]) -> dict[str, Any]:
    """Return the peak after some small calls."""
    repeated(CHATS)
    return {"rss": peak_bytes(), "modules": len(sys.modules)}


def growth(repeated: Callable[[int], Any], times: int, units: int) -> dict[str, Any]:
    """Return by how many bytes memory grows with each call or chunk, in the second half of many.

    A thread takes samples while the work runs. The slope is over time, and time is what units take.
    """
    repeated(1 if 1 < units else CHATS)
    # Room for all samples beforehand: a growing list of them would be the growth that is seen.
    places, sizes, taken = array("d", [0.0]) * SAMPLES, array("d", [0.0]) * SAMPLES, 0
    done = threading.Event()
    before = time.perf_counter()

    def watch() -> None:
        nonlocal taken
        while taken < SAMPLES and not done.wait(EVERY):
            places[taken], sizes[taken] = time.perf_counter() - before, _told("VmRSS") or peak_bytes()
            taken += 1

    watcher = threading.Thread(target=watch)
    watcher.start()
    repeated(times)
    took = time.perf_counter() - before
    done.set()
    watcher.join()
    samples = zip(places[:taken], sizes[:taken], strict=True)
    late = [(at / took * times * units, rss) for at, rss in samples if at >= took / 2]
    grown = slope(late) if 2 < len(late) else 0.0
    return {"slope": grown, "rss": peak_bytes(), "units": times * units}
