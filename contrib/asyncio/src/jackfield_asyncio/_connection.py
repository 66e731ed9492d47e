"""One connection: a request goes out, an answer is taken as it comes.

Rule 1: a step (a head, a read) has one time for all of it, however many pieces it comes in.
Rule 2: what came before a failure is given before the failure is told.
Rule 3: nothing here knows of URLs, pools or errors of ours.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jackfield.transports.http1 import Answer, CutOffError, HeadTooLargeError, NotHttpError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jackfield.plugin import HttpHead

_HELD = 256 * 1024
"""How many bytes wait for a reader, about, before no more are received."""
_AT_ONCE = 64 * 1024
"""How many bytes are received at once. Of asyncio's own 256 KiB the memory is mapped and given back each time: 6 µs."""
_TOGETHER = 64 * 1024
"""Up to which size a body goes out together with its head: one system call less."""


class Connection(asyncio.Protocol):
    """One connection.

    Args:
        loop: The event loop that it belongs to.
        lost: Called with the connection when it has ended.

    Attributes:
        carried: How many requests it has carried.
        begun: Whether anything of the present answer has come.
        answer: The present answer.
        lost: Whether it has ended.
        since: Since when it is kept, by the clock of the loop.
    """

    __slots__ = (
        "_armed",
        "_failure",
        "_held",
        "_loop",
        "_paused",
        "_timer",
        "_told",
        "_until",
        "_waiter",
        "answer",
        "begun",
        "carried",
        "lost",
        "since",
        "transport",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, lost: Callable[[Connection], None]) -> None:
        self._loop = loop
        self._told = lost
        self._failure: Exception | None = None
        self._held = 0
        self._paused = False
        self._waiter: asyncio.Future[bool] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._armed = 0.0
        self._until: float | None = None
        self.transport: Any = None
        self.answer: Answer | None = None
        self.begun = False
        self.carried = 0
        self.lost = False
        self.since = 0.0

    # What asks and takes ---------------------------------------------------------------------------------------------

    @property
    def usable(self) -> bool:
        """Whether another request can go over it."""
        return (
            self._failure is None
            and (self.answer is None or (self.answer.ended and self.answer.keeps))
            and not self.transport.is_closing()
            and not self.transport.get_write_buffer_size()
        )

    def ask(self, head: bytes, body: bytes | None) -> Answer:
        """Send a request, and return the answer that is to come."""
        answer = self.answer = Answer()
        self.begun = False
        self.carried += 1
        if body is None or len(body) <= _TOGETHER:
            self.transport.write(head + body if body else head)
        else:
            self.transport.write(head)
            self.transport.write(body)
        return answer

    async def head(self, answer: Answer, until: float | None) -> HttpHead:
        """Return the head of the answer.

        Args:
            answer: What `ask` returned.
            until: Until when it may take, by the clock of the loop.

        Raises:
            TimeoutError: It took longer.
            OSError: The connection failed.
            CutOffError: It ended.
            NotHttpError: That is no answer.
            HeadTooLargeError: There is no end to its head.
        """
        while answer.head is None:
            await self._comes(until)
        return answer.head

    async def body(self, answer: Answer, limit: int, timeout: float | None) -> bytes:  # noqa: ASYNC109 - as a Body's
        """Return the next bytes of the body, at most *limit*, which may take *timeout* seconds; nothing at its end.

        Raises:
            TimeoutError: It took longer.
            OSError: The connection failed.
            CutOffError: It ended.
            NotHttpError: These are no chunks.
            UnpackingError: It cannot be decompressed.
        """
        until = None if timeout is None else self._loop.time() + timeout
        while True:
            await self._comes(until)
            data = answer.take(limit)
            if data or answer.ended:
                return data

    def end(self, reason: Exception | None = None) -> None:
        """End the connection at once; who waits for something is told *reason*."""
        if self._failure is None:
            self._failure = reason or ConnectionAbortedError("it was closed here")
        self._wake()
        with suppress(RuntimeError):  # its loop has ended
            self.transport.abort()

    # Waiting ---------------------------------------------------------------------------------------------------------

    async def _comes(self, until: float | None) -> None:
        """Wait until something comes, or fails."""
        self._held = 0
        self._refuse_to_wait()
        if self._paused:
            self._paused = False
            self.transport.resume_reading()
        waiter = self._waiter = self._loop.create_future()
        self._until = until
        if until is not None:
            self._watch(until)
        try:
            in_time = await waiter
        finally:
            self._waiter = None
        if not in_time:
            raise TimeoutError("timed out")
        self._refuse_to_wait()

    def _refuse_to_wait(self) -> None:
        """Raise where nothing more will come. What has come meanwhile goes first, by rule 2."""
        if self._failure is not None and not self._held:
            raise self._failure

    def _watch(self, until: float) -> None:
        """See to it that waiting ends at *until*. A timer that is there already is moved when it fires: 4 µs a step."""
        if self._timer is not None:
            if self._armed <= until:
                return
            self._timer.cancel()
        self._armed = until
        self._timer = self._loop.call_at(until, self._fired)

    def _fired(self) -> None:
        self._timer = None
        waiter, until = self._waiter, self._until
        if waiter is None or until is None or waiter.done():
            return
        if until > self._armed:
            self._watch(until)
        else:
            waiter.set_result(False)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(True)

    # What the loop calls ---------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection's transport."""
        self.transport = transport
        if hasattr(transport, "max_size"):  # over TLS, and on other event loops, it has none
            self.transport.max_size = _AT_ONCE

    def data_received(self, data: bytes) -> None:
        """Feed the answer, and wake whoever waits for it."""
        answer = self.answer
        if answer is None or answer.ended:  # nobody asked
            self.end(NotHttpError("something came that nobody asked for"))
            return
        self.begun = True
        self._held += len(data)
        try:
            answer.feed(data)
        except (NotHttpError, HeadTooLargeError) as error:
            self.end(error)
            return
        if self._held > _HELD and not self._paused:
            self._paused = True
            self.transport.pause_reading()
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        """Note why it ended. An answer may end with it."""
        self.lost = True
        if self._failure is None:
            self._failure = error or _ended(self.answer)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._wake()
        self._told(self)


def _ended(answer: Answer | None) -> CutOffError | None:
    """Tell *answer* that the connection has ended; return what it makes of that, or None where that is its end."""
    if answer is None:
        return CutOffError("it was closed")
    try:
        answer.feed(b"")
    except CutOffError as error:
        return error
    return None
