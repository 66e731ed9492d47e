"""Any blocking transport, for asyncio: each call of it runs in a thread of a pool of its own.

Cancelling a task that waits here closes the body, which wakes the thread; a `send` that was cancelled is closed as
soon as it returns, at the latest after its own timeout.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jackfield.http import HttpHead, HttpRequest
    from jackfield.transports import Body, Transport

THREADS = 64


class InThread:
    """A blocking transport as an asynchronous one.

    Args:
        transport: The transport to use.
        threads: How many calls may wait at once, at most; threads are started as they are needed.
    """

    is_async = True

    def __init__(self, transport: Transport, threads: int = THREADS) -> None:
        self._transport = transport
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="jackfield")

    async def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, ThreadBody]:  # noqa: ASYNC109
        """As `Transport.send`, without blocking the loop."""
        sending = self._pool.submit(self._transport.send, request, timeout)
        try:
            head, body = await asyncio.wrap_future(sending)
        except asyncio.CancelledError:
            interrupt = getattr(self._transport, "interrupt", None)
            if interrupt is not None:
                interrupt(request)
            sending.add_done_callback(_close_late)
            raise
        return head, ThreadBody(body, self._pool)

    async def close(self) -> None:
        """Close the transport and end the threads."""
        self._transport.close()
        self._pool.shutdown(wait=False, cancel_futures=True)


class ThreadBody:
    """The body of one answer, read in a thread."""

    def __init__(self, body: Body, pool: ThreadPoolExecutor) -> None:
        self._body = body
        self._pool = pool

    async def read(self, limit: int, timeout: float | None) -> bytes:  # noqa: ASYNC109 - the contract of Body
        """As `Body.read`, without blocking the loop."""
        try:
            return await asyncio.wrap_future(self._pool.submit(self._body.read, limit, timeout))
        except asyncio.CancelledError:
            self._body.close()
            raise

    async def close(self) -> None:
        """As `Body.close`; it does not block."""
        self._body.close()


def _close_late(sending: Future[Any]) -> None:
    """Close the body of an answer that nobody waits for any more."""
    if not sending.cancelled() and sending.exception() is None:
        sending.result()[1].close()
