"""Which workers run for which cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import contestants
import providers
from cases import AS_IT_IS, CASES, CROWDED, PROVIDERS
from contestants import Contestant
from rounds import Job

# Many short batches: one of them falls into a quiet moment.
FULL: Mapping[str, Any] = {"seconds": 0.05, "batches": 12}
QUICK: Mapping[str, Any] = {"seconds": 0.03, "batches": 6}
CALLS, CHUNKS = 100_000, 1_000_000
QUICK_CALLS, QUICK_CHUNKS = 10_000, 100_000


def jobs(
    cases: Sequence[str], peers: Sequence[Contestant], folder: Path, *, quick: bool, effort: Mapping[str, Any] = {}
) -> list[Job]:
    """Return the jobs of one round, those of a case one after another so that they meet the same noise.

    Args:
        cases: The cases' names.
        peers: Who is measured beside the floor and Jackfield.
        folder: Where made-up distributions are written.
        quick: Whether small work will do.
        effort: Other options for the workers.
    """
    planned: list[Job] = []
    effort = {**(QUICK if quick else FULL), **effort}
    for case in cases:
        if "memory" == case:
            planned += _memory(peers, quick)
        elif "plugins" == case:
            planned += _plugins(folder, effort, quick)
        else:
            planned += [_job(each, case, effort, quick) for each in _able(case, peers)]
    return planned


def _own() -> list[Contestant]:
    return [*contestants.floors(), *contestants.ours()]


def _able(case: str, peers: Iterable[Contestant]) -> list[Contestant]:
    known = CASES[case]
    own = [each for each in _own() if (known.asyncio if each.asyncio else known.blocking)]
    return [*own, *peers]


def _job(contestant: Contestant, case: str, effort: Mapping[str, Any], quick: bool, **more: Any) -> Job:
    if "start" == case:
        return Job(contestant, case, starts=1 if quick else 2 if contestant.peer else 5, **more)
    return Job(contestant, case, options=effort, **more)


def _memory(peers: Iterable[Contestant], quick: bool) -> list[Job]:
    own = _own()
    fast = [each for each in own if each.form[1] == own[0].json]
    calls, chunks = (QUICK_CALLS, QUICK_CHUNKS) if quick else (CALLS, CHUNKS)
    return [
        *(Job(each, "memory") for each in [*own, *peers]),
        *(Job(each, "growth", options={"times": calls}, once=True) for each in fast),
        *(Job(each, "growth-stream", options={"times": 1, "size": chunks}, length=chunks, once=True) for each in fast),
    ]


def _plugins(folder: Path, effort: Mapping[str, Any], quick: bool) -> list[Job]:
    """Jackfield with many providers installed, and as it is right before: the other cases are too long ago."""
    path = providers.install(PROVIDERS, folder / "providers")
    return [
        _job(each, case, effort, quick, key=f"{case}, {what}", path=where)
        for each in contestants.ours()
        for case in ("start", "chat")
        for what, where in ((AS_IT_IS, None), (CROWDED, path))
    ]
