"""What a worker does for all cases but `start`: warms up, then times batches of calls, or watches the memory."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import memory
import profiled
import work


class Load(NamedTuple):
    """A case made ready.

    Attributes:
        once: Does it once and returns what came of it.
        repeated: Does it a number of times.
        units: How many calls, or chunks, one time is.
    """

    once: Callable[[], Any]
    repeated: Callable[[int], Any]
    units: int = 1


def measured(module: Any, case: str, base: str, asked: dict[str, str]) -> dict[str, Any]:
    """Return the cost of *case*, as `worker.py` prints it."""
    if case in module.CANNOT:
        return {"cannot": module.CANNOT[case]}
    size = int(asked.get("size") or work.SIZES.get(case, 0))
    if "async" == case or asked.get("asyncio"):
        with asyncio.Runner() as runner:
            made = runner.run(_made(module.Async, base))
            found = _costs(_on_a_loop(runner, made, case, size), case, asked)
            if hasattr(made, "close"):
                runner.run(made.close())
            return found
    return _costs(_blocking(module.Sync(base), case, size), case, asked)


async def _made(kind: Any, base: str) -> Any:
    return kind(base)


def _costs(load: Load, case: str, asked: dict[str, str]) -> dict[str, Any]:
    if "memory" == case:
        return memory.peak(load.repeated)
    if case in memory.GROWTH:
        return memory.growth(load.repeated, int(asked["times"]), load.units)
    result = load.once()
    if "profile" in asked:
        return _profiled(load, asked["profile"], float(asked.get("seconds", 1.0)))
    return {"result": result, "modules": len(sys.modules), **_timed(load, asked)}


def _repeats(load: Load, seconds: float) -> int:
    """Return how often a batch does the work, so that it takes about so many *seconds*. Warms up."""
    load.repeated(1)
    before = time.perf_counter()
    load.repeated(1)
    return max(1, min(5_000, int(seconds / (time.perf_counter() - before))))


ENOUGH = 2.0
"""After how many seconds no further batch is begun: noise is small against what takes that long."""
FEWEST = 2


def _timed(load: Load, asked: dict[str, str]) -> dict[str, float]:
    """Return the least CPU and the least wall time of some batches, each per unit."""
    seconds, batches = float(asked.get("seconds", 0.2)), int(asked.get("batches", 5))
    repeats = _repeats(load, seconds)
    cpus, walls = [], []
    for _ in range(batches):
        wall, cpu = time.perf_counter(), time.process_time()
        load.repeated(repeats)
        cpus.append(time.process_time() - cpu)
        walls.append(time.perf_counter() - wall)
        if len(walls) >= FEWEST and sum(walls) > ENOUGH:
            break
    each = repeats * load.units
    return {"cpu": min(cpus) / each, "wall": min(walls) / each, "repeats": repeats}


def _profiled(load: Load, file: str, seconds: float) -> dict[str, Any]:
    repeats = _repeats(load, seconds)
    return profiled.written(lambda: load.repeated(repeats), file) | {"units": repeats * load.units}


def _arguments(case: str, size: int) -> tuple[Any, ...]:
    if "history" == case:
        return (work.history(size),)
    return (work.inputs(size),) if "embed" == case else ()


METHODS = {"threads": "chat", "async": "chat", "memory": "chat", "growth": "chat", "growth-stream": "stream"}


def _units(case: str, size: int) -> int:
    """Return what one time counts for: a stream counts its chunks."""
    return size if case in ("stream", "growth-stream") else 1


def _blocking(made: Any, case: str, size: int) -> Load:
    work_once, arguments = getattr(made, METHODS.get(case, case)), _arguments(case, size)

    def repeated(times: int) -> None:
        for _ in range(times):
            work_once(*arguments)

    if "threads" == case:
        pool = ThreadPoolExecutor(work.THREADS)
        ready = threading.Barrier(work.THREADS)

        def at_once(times: int) -> None:
            ready.wait()
            repeated(times)

        def on_threads(times: int) -> None:
            list(pool.map(at_once, [times] * work.THREADS))

        return Load(work_once, on_threads, work.THREADS)
    return Load(lambda: work_once(*arguments), repeated, _units(case, size))


def _on_a_loop(runner: asyncio.Runner, made: Any, case: str, size: int) -> Load:
    work_once, arguments = getattr(made, METHODS.get(case, case)), _arguments(case, size)

    async def once() -> Any:
        return await work_once(*arguments)

    async def repeated(times: int) -> None:
        for _ in range(times):
            await work_once(*arguments)

    async def concurrently(times: int) -> None:
        for _ in range(times):
            await asyncio.gather(*(work_once() for _ in range(work.TASKS)))

    if "async" == case:
        return Load(lambda: runner.run(once()), lambda times: runner.run(concurrently(times)), work.TASKS)
    return Load(lambda: runner.run(once()), lambda times: runner.run(repeated(times)), _units(case, size))
