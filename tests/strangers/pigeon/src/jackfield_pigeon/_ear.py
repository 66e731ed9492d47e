"""Listening with one time for a whole step: a socket's own timeout starts anew with every byte that trickles in."""

import io
import socket
import time
from http.client import HTTPResponse, RemoteDisconnected
from typing import Any


def deadline(seconds: float | None) -> float | None:
    """Return when *seconds* are over."""
    return None if seconds is None else time.monotonic() + seconds


def left(until: float | None) -> float | None:
    """Return how many seconds are left; none is a TimeoutError."""
    seconds = None if until is None else until - time.monotonic()
    if seconds is not None and seconds <= 0:
        raise TimeoutError("timed out")
    return seconds


class Ear(io.RawIOBase):
    """What comes out of one socket. `ended` is set at its end."""

    def __init__(self, raw: Any, sock: socket.socket, until: float | None) -> None:
        self._raw = raw
        self._sock = sock
        self._until = until
        self.ended = False

    def allow(self, seconds: float | None) -> None:
        """Begin a step that may take *seconds*."""
        self._until = deadline(seconds)

    def readable(self) -> bool:
        """Say so: a buffered reader asks."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Receive once, within what is left of the time."""
        self._sock.settimeout(left(self._until))
        received = int(self._raw.readinto(buffer))
        self.ended = not received
        return received

    def close(self) -> None:
        """Let go of the socket."""
        self._raw.close()
        super().close()


class Answer(HTTPResponse):
    """An answer that is heard through an `Ear`."""

    def __init__(self, sock: socket.socket, *args: Any, until: float | None, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.ear = Ear(self.fp.detach(), sock, until)
        self.fp = io.BufferedReader(self.ear)

    def begin(self) -> None:
        """Read the head; `http.client` takes half of one for a whole."""
        super().begin()
        if self.ear.ended:
            raise RemoteDisconnected("the connection ended in the middle of the head")
