"""The receiving side of a socket, with one time for all the receives of a step.

A socket's own timeout is for each receive, so a head or a chunk that comes byte by byte never trips it. Here a step (a
head, a read) has one time: its first receive gets all of that, each further one what is left.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import WriteableBuffer


class Receiver(io.RawIOBase):
    """What comes out of one socket.

    Args:
        raw: The socket's own receiving side.
        sock: The socket.

    Attributes:
        begun: Whether anything has come.
        ended: Whether the other side has said that nothing more will come.
    """

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._until: float | None = None
        self._timeout: float | None = -1.0  # not known yet
        self._first = True
        self.begun = False
        self.ended = False

    def allow(self, seconds: float | None) -> None:
        """Begin a step that may take *seconds*. After the end of the answer the socket may be another's: do nothing."""
        if self.closed:
            return
        self._first = True
        self._until = None if seconds is None else time.monotonic() + seconds
        if seconds != self._timeout:
            self._sock.settimeout(seconds)
            self._timeout = seconds

    def readable(self) -> bool:
        """Tell that it can be read, as `io.BufferedReader` asks."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        """Receive once."""
        if self._first:
            self._first = False
        elif self._until is not None:
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(left)
            self._timeout = left
        received: int | None = self._raw.readinto(buffer)
        if received:
            self.begun = True
        else:
            self.ended = True
        return received

    def shut(self) -> None:
        """End the connection, which wakes a thread that waits in a receive."""
        shut(self._sock)

    def close(self) -> None:
        """Let go of the socket."""
        self._raw.close()
        super().close()


class TimedResponse(http.client.HTTPResponse):
    """An answer whose every receive goes through a `Receiver`.

    Args:
        sock: The socket it comes from.
        announce: Is given the receiver before the first receive.
        args: What `http.client.HTTPResponse` takes beside that.
        options: The same.
    """

    def __init__(self, sock: socket.socket, announce: Callable[[Receiver], None], *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._receiver = Receiver(self.fp.detach(), sock)
        self.fp = io.BufferedReader(self._receiver)
        announce(self._receiver)

    def begin(self) -> None:
        """Read the head, all of it: `http.client` alone takes the connection's end for the head's."""
        super().begin()
        if self._receiver.ended:
            raise http.client.RemoteDisconnected("the connection ended in the middle of the head")


def shut(sock: Any) -> None:
    """End a connection in both directions."""
    with contextlib.suppress(OSError, AttributeError):  # it is closed already, or was let go of and is None
        sock.shutdown(socket.SHUT_RDWR)
