"""The transport `pigeon`: over `http.client`, each request over a connection of its own."""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from gzip import GzipFile
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from jackfield.plugin import ConnectError, HttpHead, HttpRequest, ReadError

from jackfield_pigeon._ear import Answer, deadline, left

FAILURES = (OSError, HTTPException, EOFError, ValueError, AttributeError)
"""What `http.client` and `gzip` raise; the last two where another thread closes what is being read."""


class Pigeon:
    """Carries requests. Keeps nothing between them, so any number of threads may share it."""

    def __init__(self) -> None:
        trusting = partial(HTTPSConnection, context=ssl.create_default_context())
        self._kinds: dict[str, Callable[..., HTTPConnection]] = {"http": HTTPConnection, "https": trusting}

    def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, "PigeonBody"]:
        """Send *request* and return its answer's head, and the body still to be read."""
        headers = request.revealed_headers()
        until = deadline(timeout)
        connection = self._connected(request.url, timeout)
        connection.response_class = partial(Answer, until=until)
        parts = urlsplit(request.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sock = connection.sock
        try:
            sock.settimeout(left(until))
            connection.request(request.method, target, request.body, headers)
            answer = connection.getresponse()
        except FAILURES as error:
            connection.close()
            raise ReadError(f"no answer came: {type(error).__name__}: {error}") from error
        named: dict[str, str] = {}
        for name, value in answer.getheaders():
            before = named.get(name.lower())
            named[name.lower()] = value if before is None else f"{before}, {value}"
        return HttpHead(answer.status, named), PigeonBody(answer, sock)

    def _connected(self, url: str, timeout: float | None) -> Any:
        """Return an open connection: whatever fails here, nothing was sent."""
        try:
            parts = urlsplit(url)
            connection = self._kinds[parts.scheme](parts.hostname or "", parts.port, timeout=timeout)
            connection.connect()
        except ssl.SSLCertVerificationError as error:
            raise ConnectError(f"no trusted connection: {error.verify_message}", transient=False) from error
        except (HTTPException, KeyError, ValueError) as error:
            raise ConnectError(f"no address: {error}", transient=False) from error
        except OSError as error:
            raise ConnectError(f"no connection: {error}") from error
        return connection

    def close(self) -> None:
        """Nothing is kept."""


class PigeonBody:
    """The body of one answer."""

    def __init__(self, answer: Answer, sock: socket.socket) -> None:
        self._answer = answer
        self._sock = sock
        self._unpacked = GzipFile(fileobj=answer) if "gzip" == answer.getheader("content-encoding") else answer

    def read(self, limit: int, timeout: float | None) -> bytes:
        """Return the next bytes as they come."""
        self._answer.ear.allow(timeout)
        try:
            data = self._unpacked.read1(limit)
        except FAILURES as error:
            raise ReadError(f"the answer broke off: {type(error).__name__}: {error}") from error
        if not data and self._answer.length:
            raise ReadError(f"the answer broke off: {self._answer.length} bytes are missing")
        return data

    def close(self) -> None:
        """End the connection, which wakes a reader in another thread."""
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            self._answer.close()
        self._sock.close()
