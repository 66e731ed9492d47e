from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from attrs import Factory, define
from server import soon

from jackfield.errors import ReadError
from jackfield.http import HttpHead, HttpRequest
from jackfield.transports.in_thread import InThread

REQUEST = HttpRequest("GET", "https://letters.example/")


@define(eq=False)
class Slow:
    """A transport, and its bodies, that wait until they are let go."""

    go: threading.Event = Factory(threading.Event)
    waiting: threading.Event = Factory(threading.Event)
    notes: list[str] = Factory(list)
    error: Exception | None = None

    def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, Slow]:
        """Wait, then answer with a body, or fail."""
        self.wait("send")
        return HttpHead(200), self

    def read(self, limit: int, timeout: float | None) -> bytes:
        """Wait, then give some bytes."""
        self.wait("read")
        return b"hello"

    def wait(self, what: str) -> None:
        """Wait until somebody says to go on."""
        self.notes.append(what)
        self.waiting.set()
        assert self.go.wait(5.0)
        self.waiting.clear()
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        """Note it; a waiting read is woken."""
        self.notes.append("close")
        self.go.set()


class Interruptible(Slow):
    """One that can be told to stop sending."""

    def interrupt(self, request: HttpRequest) -> None:
        """Note it, and let it go on."""
        self.notes.append("interrupt")
        self.go.set()


async def cancelled(task: asyncio.Task[Any], slow: Slow) -> None:
    """Cancel a task as soon as its thread waits."""
    assert await asyncio.to_thread(slow.waiting.wait, 5.0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_calls_run_in_threads_of_its_own() -> None:
    """The loop goes on meanwhile; closing ends the threads."""
    slow = Slow()
    transport = InThread(slow)
    task = asyncio.create_task(transport.send(REQUEST, 5.0))
    assert await asyncio.to_thread(slow.waiting.wait, 5.0)
    assert [True] == [each.name.startswith("jackfield") for each in threading.enumerate() if "jackfield" in each.name]

    slow.go.set()
    head, body = await task

    assert (200, b"hello") == (head.status, await body.read(10, 5.0))
    await body.close()
    await transport.close()
    assert ["send", "read", "close", "close"] == slow.notes
    assert await asyncio.to_thread(
        soon, lambda: not [each for each in threading.enumerate() if "jackfield" in each.name]
    )


async def test_failures_arrive() -> None:
    """As they are raised in the thread."""
    slow = Slow(error=ReadError("cut"))
    slow.go.set()

    with pytest.raises(ReadError, match="cut"):
        await InThread(slow).send(REQUEST, 5.0)


async def test_a_cancelled_read_closes_the_body() -> None:
    """Which wakes the thread."""
    slow = Slow()
    transport = InThread(slow)
    slow.go.set()
    _, body = await transport.send(REQUEST, 5.0)
    slow.go.clear()

    await cancelled(asyncio.create_task(body.read(10, 5.0)), slow)

    assert ["send", "read", "close"] == slow.notes
    await transport.close()


@pytest.mark.parametrize("error", [None, ReadError("ended here")])
async def test_a_cancelled_send_is_interrupted(error: Exception | None) -> None:
    """Where the transport can; an answer that comes all the same is closed."""
    slow = Interruptible(error=error)
    transport = InThread(slow)

    await cancelled(asyncio.create_task(transport.send(REQUEST, 5.0)), slow)

    assert ["send", "interrupt"] == slow.notes[:2]
    assert await asyncio.to_thread(soon, lambda: slow.notes[2:] == ["close"] * (error is None))
    await transport.close()


async def test_a_cancelled_send_that_cannot_be_interrupted_is_closed_when_it_returns() -> None:
    """Its answer is nobody's by then."""
    slow = Slow()
    transport = InThread(slow)

    await cancelled(asyncio.create_task(transport.send(REQUEST, 5.0)), slow)
    assert ["send"] == slow.notes
    slow.go.set()

    assert await asyncio.to_thread(soon, lambda: slow.notes == ["send", "close"])
    await transport.close()


async def test_a_send_that_was_cancelled_in_the_queue_never_runs(caplog: pytest.LogCaptureFixture) -> None:
    """No thread was free for it; nothing is said of it either."""
    slow = Slow()
    transport = InThread(slow, threads=1)
    running = asyncio.create_task(transport.send(REQUEST, 5.0))
    assert await asyncio.to_thread(slow.waiting.wait, 5.0)
    queued = asyncio.create_task(transport.send(REQUEST, 5.0))
    await asyncio.sleep(0)

    queued.cancel()
    with pytest.raises(asyncio.CancelledError):
        await queued
    slow.go.set()
    await running

    assert (["send"], []) == (slow.notes, caplog.records)
    await transport.close()
