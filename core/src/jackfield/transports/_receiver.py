"""The receiving side of a socket, with one time for all the receives of a step.

A socket's own timeout is for each receive, so a head or a chunk that comes byte by byte never trips it. Here a step (a
head, a read) has one time: its first receive gets all of that, each further one what is left.
"""

from __future__ import annotations

import contextlib
import socket
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jackfield.http import HttpHead
    from jackfield.transports.http1 import Answer

_AT_ONCE = 64 * 1024
"""How many bytes are received at once. From about 128 KiB on an allocator maps memory for each receive and gives it
back: three system calls, and while they last a Ctrl-C is not noticed before the next bytes."""


class Receiver:
    """What comes out of one socket.

    Args:
        sock: The socket.

    Attributes:
        begun: Whether anything has come.
    """

    __slots__ = ("_sock", "begun")

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.begun = False

    def head(self, answer: Answer, seconds: float | None) -> HttpHead:
        """Feed *answer* until its head is complete, which may take *seconds*.

        Raises:
            TimeoutError: It takes longer.
        """
        pieces = self._received(seconds)
        while answer.head is None:
            answer.feed(next(pieces))
        return answer.head

    def body(self, answer: Answer, limit: int, seconds: float | None) -> bytes:
        """Return the next bytes of the body, at most *limit*, which may take *seconds* to come; nothing at its end.

        Raises:
            TimeoutError: It takes longer.
        """
        data = answer.take(limit)
        if data or answer.ended:
            return data
        pieces = self._received(seconds)
        while not (data or answer.ended):
            answer.feed(next(pieces))
            data = answer.take(limit)
        return data

    def _received(self, seconds: float | None) -> Iterator[bytes]:
        """Give what is received, piece by piece."""
        sock = self._sock
        sock.settimeout(seconds)
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            data = sock.recv(_AT_ONCE) or b""  # urllib3's TLS within TLS says 0 at the end
            self.begun = self.begun or bool(data)
            yield data
            if until is not None:
                left = until - time.monotonic()
                if left <= 0:
                    raise TimeoutError("timed out")
                sock.settimeout(left)

    def shut(self) -> None:
        """End the connection, which wakes a thread that waits in a receive."""
        shut(self._sock)


def shut(sock: Any) -> None:
    """End a connection in both directions, so that whoever waits on it in another thread wakes.

    TLS is passed by: to shut it down forgets the keys while the other thread may be sending, or receiving, and what it
    sends would go out readable. TLS within TLS, through a proxy, has the socket inside.
    """
    with contextlib.suppress(OSError):  # it is closed already
        socket.socket.shutdown(getattr(sock, "socket", sock), socket.SHUT_RDWR)
