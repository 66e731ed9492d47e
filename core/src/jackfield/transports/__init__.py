"""What carries requests: the protocols that every transport keeps.

A transport raises `TransportError` subclasses and nothing else, follows no redirect, tries nothing again, and gives
bytes as they arrive. It is safe to use from several threads; a body belongs to one call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from jackfield.http import HttpHead, HttpRequest


class Body(Protocol):
    """The body of one answer."""

    def read(self, limit: int, timeout: float | None) -> bytes:
        """Return the next bytes as they come, at most *limit*; empty at the end.

        Raises:
            ReadError: The connection failed, or nothing came for *timeout* seconds.
        """

    def close(self) -> None:
        """Give the connection back if the body was read to its end, close it otherwise.

        Where the head tells the length the end is its last byte: nobody asks for more.

        May be called from another thread, and wakes a `read` that waits there. Calling it twice is harmless.
        """


@runtime_checkable
class Transport(Protocol):
    """Carries requests, blocking."""

    def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, Body]:
        """Send *request* and return status, headers and the body still to be read.

        *timeout*, in seconds, is for the whole of it, until the head is complete.

        Raises:
            ConnectError: Nothing was sent.
            ReadError: It may have been sent; no answer came.
        """

    def close(self) -> None:
        """Close every connection. The transport is not used after that."""


class AsyncBody(Protocol):
    """The body of one answer, for asyncio."""

    async def read(self, limit: int, timeout: float | None) -> bytes:  # noqa: ASYNC109 - the contract of Body
        """As `Body.read`."""

    async def close(self) -> None:
        """As `Body.close`."""


@runtime_checkable
class AsyncTransport(Protocol):
    """Carries requests for asyncio. A class with `is_async = True`, so that a client can tell it apart."""

    is_async: bool

    async def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, AsyncBody]:  # noqa: ASYNC109
        """As `Transport.send`."""

    async def close(self) -> None:
        """As `Transport.close`."""
