"""All connections that belong to one event loop. They end before it does."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jackfield_asyncio._addresses import Names
from jackfield_asyncio._place import Place

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

PLACES = 64
"""To how many places connections are kept; those to the one that was asked first are closed."""


class Pool:
    """The connections that belong to one event loop, by where they lead."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._process = os.getpid()
        self._places: dict[Any, Place] = {}
        self._watching = self._until_the_loop_ends()
        self.names = Names(loop)

    def place(self, key: Any, most: int) -> Place:
        """Return the connections to one place."""
        place = self._places.get(key)
        if place is None:
            if len(self._places) >= PLACES:
                self._places.pop(next(iter(self._places))).close()
            place = self._places[key] = Place(self._loop, most)
        return place

    async def watch(self) -> None:
        """See to it that no connection is open when the loop ends."""
        await anext(self._watching)

    async def _until_the_loop_ends(self) -> AsyncGenerator[None, None]:
        """`asyncio.run` closes every generator that was begun, before it closes the loop: a sign that it ends."""
        try:
            yield
        finally:
            for place in self._places.values():
                place.close()
            self._places.clear()

    def leave(self) -> None:
        """Close every idle connection, from whichever thread."""
        if self._process != os.getpid() or self._loop.is_closed():
            return  # after a fork they are the other process's
        if _is_running(self._loop):
            self._end()
        else:
            self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        with suppress(StopIteration):  # its end waits for nothing
            self._watching.aclose().send(None)


def _is_running(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


def leave_all(pools: dict[asyncio.AbstractEventLoop, Pool]) -> None:
    """Close every idle connection, on whichever loops."""
    for pool in pools.values():
        pool.leave()
    pools.clear()
