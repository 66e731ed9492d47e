"""Any asynchronous transport as a blocking one, so that one set of checks serves both."""

from __future__ import annotations

import asyncio  # noqa: TID251 - turns the one into the other
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from jackfield.http import HttpHead, HttpRequest
    from jackfield.transports import AsyncBody, AsyncTransport

T = TypeVar("T")


class Blocking:
    """An asynchronous transport, run in an event loop of its own, which ends with `close`."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="jackfield-loop", daemon=True)
        self._thread.start()

    def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, BlockingBody]:
        """As `Transport.send`."""
        head, body = self.wait(self._transport.send(request, timeout))
        return head, BlockingBody(self, body)

    def close(self) -> None:
        """Close the transport, and end the loop. Twice is harmless, as with any transport."""
        if self._loop.is_closed():
            return
        self.wait(self._transport.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def wait(self, coming: Coroutine[Any, Any, T]) -> T:
        """Return what *coming* gives, once it is there."""
        return asyncio.run_coroutine_threadsafe(coming, self._loop).result()


class BlockingBody:
    """The body of one answer."""

    def __init__(self, transport: Blocking, body: AsyncBody) -> None:
        self._transport = transport
        self._body = body

    def read(self, limit: int, timeout: float | None) -> bytes:
        """As `Body.read`."""
        return self._transport.wait(self._body.read(limit, timeout))

    def close(self) -> None:
        """As `Body.close`."""
        self._transport.wait(self._body.close())
