"""Runs the workers in turn, round by round, and keeps the least of each figure."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contestants import Contestant
from statistics_of_runs import least

HERE = Path(__file__).parent
MINUTES = 20  # a worker that takes longer hangs
Key = tuple[str, str]
Figures = dict[Key, dict[str, Any]]


@dataclass(frozen=True)
class Job:
    """One run of a worker, repeated in every round.

    Attributes:
        contestant: Who.
        case: What the worker is asked to do.
        key: What the figures are kept under, with the contestant's name; the case itself where left out.
        options: More options of the worker.
        path: A folder to put on the import path.
        length: How many chunks a stream has, where not the usual number.
        starts: How many processes a `start` is the least of.
        once: Whether the first round is enough.
    """

    contestant: Contestant
    case: str
    key: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    path: Path | None = None
    length: int | None = None
    starts: int = 1
    once: bool = False

    @property
    def place(self) -> Key:
        """Where its figures are kept."""
        return self.contestant.name, self.key or self.case


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Run the canned server and give its address."""
    command = [sys.executable, str(HERE / "canned.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin
        assert running.stdout
        try:
            yield f"http://127.0.0.1:{int(running.stdout.readline())}"
        finally:
            running.stdin.close()


def run(jobs: Sequence[Job], rounds: int, told: Callable[[str], None]) -> Figures:
    """Run all *jobs*, *rounds* times, and return the least of each figure by contestant and case.

    A job that fails once is not tried again; its place says `failed` and why.
    """
    runs: dict[Key, list[dict[str, Any]]] = {}
    failed: dict[Key, str] = {}
    schedule = [(number, job) for number in range(rounds) for job in jobs if not (job.once and number)]
    with server() as address:
        for index, (number, job) in enumerate(schedule):
            if job.place in failed:
                continue
            told(f"{index + 1} of {len(schedule)}, round {number + 1}: {job.place[1]}, {job.contestant.name}")
            try:
                for _ in range(job.starts):
                    runs.setdefault(job.place, []).append(_once(job, address))
            except _FailedError as error:
                failed[job.place] = str(error)
    return {job.place: _merged(runs.get(job.place, []), failed.get(job.place)) for job in jobs}


class _FailedError(Exception):
    pass


def _once(job: Job, address: str) -> dict[str, Any]:
    base = f"{address}/{job.length}/v1" if job.length else f"{address}/v1"
    contestant = job.contestant
    options = {"json": contestant.json, **job.options, "since": time.time()}
    if contestant.asyncio:
        options["asyncio"] = "yes"
    command = [contestant.python, str(HERE / "worker.py"), contestant.module, job.case, base]
    command += [f"{name}={value}" for name, value in options.items()]
    try:
        done = subprocess.run(
            command, env=_environment(job.path), capture_output=True, text=True, timeout=60 * MINUTES, check=False
        )
    except subprocess.TimeoutExpired:
        raise _FailedError(f"not done after {MINUTES} minutes") from None
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        raise _FailedError(last[0][:200] if last else f"ended with {done.returncode}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _environment(path: Path | None) -> dict[str, str]:
    """Return the variables of a worker: none that sends loopback through a proxy, or keeps compiled code away."""
    unwanted = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "COVERAGE_PROCESS_START")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in unwanted and not name.lower().endswith("_proxy")
    }
    return kept | ({"PYTHONPATH": str(path)} if path else {})


def _merged(runs: list[dict[str, Any]], failed: str | None) -> dict[str, Any]:
    if failed is not None:
        return {"failed": failed}
    if runs and "cannot" in runs[0]:
        return {"cannot": runs[0]["cannot"]}
    numbers = least({name: value for name, value in run.items() if name != "result"} for run in runs)
    return {**numbers, **({"result": runs[0]["result"]} if runs and "result" in runs[0] else {})}
