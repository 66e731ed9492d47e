"""Hold a misbehaving emulator for some minutes with many threads and many tasks, and count what is lost.

    python tests/faults/soak.py [--seconds 180] [--threads 32] [--tasks 256]

Prints calls, errors by class, answers that were lost (must be 0), the slope of memory, and what is open at the end. An
answer is lost where a call returned something that is not the whole answer, or raised what is no error of ours.
Exit status 1 where anything is lost or left open.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from cells import LIMITS

from jackfield import CHAT, AsyncClient, ChatRequest, Client, JackfieldError, Message, Retries

REQUEST = ChatRequest(messages=[Message.user("Say something.")], model="gpt-4o-mini")
SCENARIOS = [
    *[None] * 12,
    "unavailable-once",
    "rate-limit-once",
    "reset",
    "error-html",
    "html-200",
    "length-wrong",
    "body-cut",
    "stream-cut",
    "stream-reset",
    "stream-clean-end",
    "stream-error",
    "stream-malformed",
    "close-unannounced",
    "stream-no-done",
    "filter-prompt",
    "quota",
    "key-echo",
]
"""What is asked for, at random: nearly half of it well answered."""
WHOLE = {None, "unavailable-once", "rate-limit-once", "close-unannounced", "stream-no-done"}
_SERVER = """
import sys, time
from jackfield_emulator import Emulator
with Emulator(api_key="sk-soak-0123456789abcdef") as emulator:
    print(emulator.openai_url, flush=True)
    for line in sys.stdin:
        break
"""


class Tally:
    """What came of all calls."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.ends: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()

    def note(self, ends: str, lost: str | None) -> None:
        """Count one call."""
        with self.lock:
            self.ends[ends] += 1
            if lost is not None:
                self.lost[lost] += 1


def main() -> int:
    """Run, print, and tell whether all is right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--threads", type=int, default=32)
    parser.add_argument("--tasks", type=int, default=256)
    given = parser.parse_args()
    server = subprocess.Popen([sys.executable, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    url = server.stdout.readline().strip()  # type: ignore[union-attr]
    before_files, before_threads = _files(), threading.active_count()
    tally, until, memory = Tally(), time.monotonic() + given.seconds, []
    options = {
        "endpoint": url,
        "api_key": "sk-soak-0123456789abcdef",
        "timeout": 20.0,
        "deadline": 60.0,
        "retries": Retries(first=0.01),
        "limits": LIMITS,
    }
    with Client("openai", **options) as client:
        workers = [threading.Thread(target=_thread, args=(client, until, tally)) for _ in range(given.threads)]
        workers.append(threading.Thread(target=asyncio.run, args=(_tasks(given.tasks, options, until, tally),)))
        for worker in workers:
            worker.start()
        started = time.monotonic()
        while any(worker.is_alive() for worker in workers):
            time.sleep(1.0)
            memory.append((time.monotonic() - started, _resident()))
            print(f"\r{sum(tally.ends.values()):,} calls, {memory[-1][1]:.0f} MiB", end="", file=sys.stderr)
        for worker in workers:
            worker.join()
    time.sleep(1.0)
    gc.collect()
    server.communicate("end\n")
    files, threads = _files() - before_files, threading.active_count() - before_threads
    print(f"\n{given.threads} threads and {given.tasks} tasks for {given.seconds:g} seconds")
    print(f"calls              {sum(tally.ends.values()):,}")
    for name, count in tally.ends.most_common():
        print(f"  {name:24} {count:,}")
    print(f"lost answers       {sum(tally.lost.values())} {dict(tally.lost) or ''}")
    slope = _slope(memory[len(memory) // 2 :]) * 60
    print(f"memory             {memory[0][1]:.1f} MiB at first, {memory[-1][1]:.1f} at the end")
    print(f"  slope            {slope:+.2f} MiB a minute in the second half")
    print(f"open at the end    {files} sockets, {threads} threads")
    return 1 if tally.lost or files > 0 or threads > 0 else 0


def _thread(client: Client, until: float, tally: Tally) -> None:
    chance = random.Random(threading.get_ident())
    while time.monotonic() < until:
        scenario = chance.choice(SCENARIOS)
        headers = {} if scenario is None else {"x-jackfield-scenario": scenario}
        streaming = chance.random() < 0.5
        text, error = "", None
        try:
            if streaming:
                with client.stream(CHAT, REQUEST, headers=headers) as stream:
                    text = "".join(event.text for event in stream)
            else:
                text = client.call(CHAT, REQUEST, headers=headers).text
        except Exception as caught:  # noqa: BLE001 - what is not ours is what is looked for
            error = caught
        tally.note(*_judged(scenario, streaming, text, error))


async def _tasks(number: int, options: dict[str, object], until: float, tally: Tally) -> None:
    async with AsyncClient("openai", **options) as client:
        await asyncio.gather(*(_task(client, until, tally, seed) for seed in range(number)))


async def _task(client: AsyncClient, until: float, tally: Tally, seed: int) -> None:
    chance = random.Random(seed)
    while time.monotonic() < until:
        scenario = chance.choice(SCENARIOS)
        headers = {} if scenario is None else {"x-jackfield-scenario": scenario}
        streaming = chance.random() < 0.5
        text, error = "", None
        try:
            if streaming:
                async with client.stream(CHAT, REQUEST, headers=headers) as stream:
                    async for event in stream:
                        text += event.text
            else:
                text = (await client.call(CHAT, REQUEST, headers=headers)).text
        except Exception as caught:  # noqa: BLE001 - the same
            error = caught
        tally.note(*_judged(scenario, streaming, text, error))


def _judged(scenario: str | None, streaming: bool, text: str, error: Exception | None) -> tuple[str, str | None]:
    """Return how a call ended, and what was lost by it."""
    if error is not None:
        ends = type(error).__name__
        if not isinstance(error, JackfieldError):
            return ends, f"{ends} is no error of ours: {error}"[:200]
        applies = scenario is not None and (streaming or not scenario.startswith("stream-"))
        good = scenario in WHOLE or not applies
        # A scenario that happens once is shared: two attempts of one call may both meet it.
        return ends, f"{ends} for {scenario}: {error}"[:200] if good and not str(scenario).endswith("-once") else None
    # The emulator answers the same question with one of its sentences, each of which ends.
    return "answer", None if text.rstrip().endswith(
        (".", "?", "!")
    ) else f"half an answer for {scenario}: {text[-40:]!r}"


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def _files() -> int:
    """Count this process's open sockets."""
    found = 0
    for each in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the one that lists them is gone
            found += str(each.readlink()).startswith("socket:")
    return found


def _slope(samples: list[tuple[float, float]]) -> float:
    """Return the least squares' slope, in MiB a second."""
    middle = sum(at for at, _ in samples) / len(samples)
    level = sum(size for _, size in samples) / len(samples)
    spread = sum((at - middle) ** 2 for at, _ in samples) or 1.0
    return sum((at - middle) * (size - level) for at, size in samples) / spread


if __name__ == "__main__":
    raise SystemExit(main())
