"""The connections to one place, on one event loop: how many there may be, and who waits for one."""

from __future__ import annotations

import asyncio
from collections import deque
from selectors import EVENT_READ, DefaultSelector
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from jackfield_asyncio._connection import Connection


_MOMENT = 0.01
"""For how many seconds a connection is not looked at before it is used again; a look takes 5 µs."""


class AllInUseError(Exception):
    """Every connection that there may be is in use, and none came back in time."""


class Place:
    """The connections to one place.

    Args:
        loop: The event loop.
        most: How many connections there are at once, at most.
    """

    __slots__ = ("_closed", "_idle", "_loop", "_most", "_open", "_opening", "_waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int) -> None:
        self._loop = loop
        self._most = most
        self._opening = 0
        self._open: set[Connection] = set()
        self._idle: list[Connection] = []
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._closed = False

    def kept(self) -> Connection | None:
        """Return a connection that was kept, the latest one, or None."""
        while self._idle:
            connection = self._idle.pop()
            if connection.usable and (self._loop.time() - connection.since < _MOMENT or not _is_readable(connection)):
                return connection
            connection.end()
        return None

    async def another(
        self, open_one: Callable[[Callable[[Connection], None]], Awaitable[Connection]], until: float | None
    ) -> Connection:
        """Return a connection that *open_one* opens, or one that comes back while all are in use.

        Args:
            open_one: Opens a connection; it is given what is called when that has ended.
            until: Until when one may be waited for, by the clock of the loop.

        Raises:
            AllInUseError: None came back until then.
        """
        while self._opening + len(self._open) >= self._most:
            if (kept := await self._next(until)) is not None:
                return kept
        self._opening += 1
        try:
            connection = _still_there(await open_one(self._lost))
        except BaseException:
            self._hand_on(None)
            raise
        finally:
            self._opening -= 1
        self._open.add(connection)
        return connection

    async def _next(self, until: float | None) -> Connection | None:
        """Wait for a connection, or for room for one."""
        waiting: asyncio.Future[Connection | None] = self._loop.create_future()
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout_at(until):
                return await self._given(waiting)
        except TimeoutError:
            raise AllInUseError(f"all {self._most} connections were in use") from None

    async def _given(self, waiting: asyncio.Future[Connection | None]) -> Connection | None:
        try:
            return await waiting
        except asyncio.CancelledError:
            if not waiting.cancelled():  # it was given one at the same moment
                self._hand_on(waiting.result())
            raise

    def take_back(self, connection: Connection) -> None:
        """Keep *connection* for the next request where it can carry one; end it otherwise."""
        if self._closed or not connection.usable:
            connection.end()
        else:
            self._hand_on(connection)

    def _hand_on(self, connection: Connection | None) -> None:
        """Give a connection, or room for one, to who waits longest."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(connection)
                return
        if connection is not None:
            connection.since = self._loop.time()
            self._idle.append(connection)

    def _lost(self, connection: Connection) -> None:
        if connection in self._open:  # it may have ended before it was counted
            self._open.remove(connection)
            self._hand_on(None)
        if connection in self._idle:
            self._idle.remove(connection)

    def close(self) -> None:
        """End every connection that is kept; those in use end when they come back."""
        self._closed = True
        while self._idle:
            self._idle.pop().end()


def _is_readable(connection: Connection) -> bool:
    """Tell whether a connection that nobody uses has ended, or talks: a loop that was at rest has not seen it yet."""
    with DefaultSelector() as selector:
        selector.register(connection.transport.get_extra_info("socket"), EVENT_READ)
        return bool(selector.select(0))


def _still_there(connection: Connection) -> Connection:
    if connection.lost:
        raise ConnectionResetError("it was closed at once")
    return connection
