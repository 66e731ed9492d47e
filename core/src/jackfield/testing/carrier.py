"""What a transport suite is told about a transport, and what its checks have in common."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from jackfield.http import HttpHead, HttpRequest
from jackfield.testing.blocking import Blocking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event, Thread

LIMIT = 65536
TIMEOUT = 5.0
E = TypeVar("E", bound=Exception)


class Carrier:
    """What is checked.

    Attributes:
        keeps_connections: Whether it uses a connection again.
        patience: How much longer than its timeout it may take, in seconds; for slow machines.
    """

    keeps_connections = True
    patience = 3.0

    @classmethod
    def cases(cls) -> dict[str, list[Any]]:
        """Return the values of every argument that a check can take: none takes any."""
        return {}

    @classmethod
    def sealed(cls) -> AbstractContextManager[None]:
        """Return what a check runs in: nothing special."""
        return nullcontext()

    def make(self) -> Any:
        """Return a new transport."""
        raise NotImplementedError("say make(): it returns a new transport")

    @contextmanager
    def transport(self) -> Iterator[Any]:
        """Give a new transport, blocking, and close it."""
        made = self.make()
        transport = Blocking(made) if getattr(made, "is_async", False) else made
        try:
            yield transport
        finally:
            transport.close()


def got(transport: Any, url: str, **fields: Any) -> tuple[HttpHead, bytes]:
    """Send a request and return the whole answer."""
    answer, body = transport.send(HttpRequest(fields.pop("method", "GET"), url, **fields), TIMEOUT)
    try:
        return answer, rest_of(body)
    finally:
        body.close()


def rest_of(body: Any) -> bytes:
    """Read a body to its end."""
    pieces = []
    while piece := body.read(LIMIT, TIMEOUT):
        pieces.append(piece)
    return b"".join(pieces)


def seconds_of(*functions: Callable[[], object]) -> float:
    """Return how long *functions* take, one after the other."""
    began = time.monotonic()
    for function in functions:
        function()
    return time.monotonic() - began


def joining(thread: Thread) -> Callable[[], object]:
    """Return a function that waits for the end of *thread*."""

    def join() -> None:
        thread.join(TIMEOUT)

    return join


@contextmanager
def released(event: Event) -> Iterator[None]:
    """Set *event* at the end, so that nobody goes on waiting for it."""
    try:
        yield
    finally:
        event.set()
