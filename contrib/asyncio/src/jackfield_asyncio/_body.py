"""The body of an answer, and what becomes of its connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jackfield.errors import without_frames
from jackfield.plugin import ReadError
from jackfield.transports.failing import HTTP1_ERRORS, unread
from jackfield.transports.http1 import Answer, UnpackingError

if TYPE_CHECKING:
    from jackfield_asyncio._connection import Connection
    from jackfield_asyncio._place import Place


class AsyncioBody:
    """The body of one answer."""

    __slots__ = ("_answer", "_closed", "_connection", "_place")

    def __init__(self, answer: Answer, connection: Connection, place: Place) -> None:
        self._answer = answer
        self._connection: Connection | None = connection
        self._place = place
        self._closed = False
        if answer.ended:
            self._let_go()

    async def read(self, limit: int, timeout: float | None) -> bytes:  # noqa: ASYNC109 - the contract of Body
        """Return the next bytes as they come."""
        answer, connection = self._answer, self._connection
        if self._answer.ended:  # the connection may be another call's by now
            return b""
        if connection is None:
            raise ReadError("the connection broke while the answer was read: it was closed here")
        try:
            data = answer.take(limit)
            if not (data or answer.ended):
                data = await connection.body(answer, limit, timeout)
        except BaseException as error:
            self._let_go()
            if not isinstance(error, (OSError, UnpackingError, *HTTP1_ERRORS)):
                raise
            raise unread(error, timeout, closed_here=self._closed) from without_frames(error)
        if answer.ended:
            self._let_go()
        return data

    async def close(self) -> None:
        """Give the connection back if the body was read to its end, end it otherwise."""
        self._closed = True
        self._let_go()

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._answer.ended:
            self._place.take_back(connection)
        else:
            connection.end()
