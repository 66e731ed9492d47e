"""The cases, and what each may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A piece of work that is measured.

    Attributes:
        name: As it is asked for.
        work: What it is.
        unit: What a figure is for.
        budget: The most that it may cost, as a ratio to the floor; None where another table says it.
        blocking: Whether the blocking clients do it.
        asyncio: Whether the asyncio clients do it.
    """

    name: str
    work: str
    unit: str = "call"
    budget: float | None = None
    blocking: bool = True
    asyncio: bool = True


CASES = {
    case.name: case
    for case in (
        Case("start", "a fresh process: import, client, one call", "process", 2.0),
        Case("chat", "one small chat on a kept connection", budget=1.3),
        Case("history", "the same with 200 messages", budget=2.0),
        Case("stream", "a streamed answer of 2,001 chunks", "chunk", 3.0),
        Case("embed", "256 inputs, 1,536 dimensions", budget=1.1),
        Case("threads", "32 threads sharing one client", budget=1.2, asyncio=False),
        Case("async", "256 concurrent chats on one event loop", budget=1.3, blocking=False),
        Case("memory", "peak memory after 200 chats, and whether it grows"),
        Case("plugins", "200 more providers installed"),
    )
}
RATIOS = tuple(case.name for case in CASES.values() if case.budget)

ABOVE_THE_FLOOR = 12 * 2**20  # bytes of memory
PER_CALL = 1.0  # bytes; the least object that can be left behind is 16
PER_CHUNK = 80.0  # bytes: a chunk's text, nine characters as an object of their own, and its place in a list
START_WITH_PROVIDERS = 0.030  # seconds more
CHAT_WITH_PROVIDERS = 1.05  # what two runs of the same may differ by
PROVIDERS = 200
CROWDED, AS_IT_IS = f"{PROVIDERS} providers", "as it is"
