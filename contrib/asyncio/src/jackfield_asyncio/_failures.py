"""What went wrong, in the words of Jackfield's other transport."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

from jackfield.plugin import ConnectError, ReadError, origin_of
from jackfield.transports._http1 import CutOffError, HeadTooLargeError, NotHttpError, UnpackingError
from jackfield_asyncio._place import AllInUseError

if TYPE_CHECKING:
    from jackfield.plugin import HttpRequest

HTTP1_ERRORS = (CutOffError, NotHttpError, HeadTooLargeError)
FAILURES = (OSError, ValueError, AllInUseError, *HTTP1_ERRORS)
"""What can go wrong with a request."""


def unopened(error: Exception, request: HttpRequest, proxy: str | None) -> ConnectError:
    """Say why there is no connection to send *request* over."""
    origin, transient = origin_of(request.url), False
    if isinstance(error, ssl.SSLError):
        how = "for an authority of your own give ca_bundle=, for the system's trust='os'"
        told = f"no trusted connection to {origin}: {error}; {how}"
    elif isinstance(error, ValueError):
        told = f"{origin} is no address: {error}"
    elif isinstance(error, socket.gaierror):
        transient, told = True, f"the name in {origin} cannot be resolved; check the endpoint, and the network"
    else:
        transient, told = True, f"cannot reach {origin}: {_reason(error)}"
    if proxy is not None:
        told += f", through the proxy {origin_of(proxy)}; check proxy=, HTTPS_PROXY and NO_PROXY"
    return ConnectError(told, transient=transient)


def unsent(problem: str, request: HttpRequest) -> ConnectError:
    """Say why *request* cannot be sent to anybody."""
    return ConnectError(f"the request to {origin_of(request.url)} cannot be sent: {problem}", transient=False)


def unanswered(error: Exception, request: HttpRequest, timeout: float | None, *, stale: bool) -> ReadError:
    """Say what became of a request that was on its way."""
    origin = origin_of(request.url)
    if isinstance(error, TimeoutError):
        return ReadError(f"{origin} did not answer{_within(timeout)}")
    if isinstance(error, NotHttpError):
        return ReadError(f"{origin} does not answer in HTTP; is endpoint= right, its port and https?", transient=False)
    if isinstance(error, HeadTooLargeError):
        return ReadError(f"{origin} answered with more headers than can be read: {error}", transient=False)
    size = len(request.body or b"")
    return ReadError(
        f"the connection to {origin} broke before an answer came ({size:,} bytes were being sent): {_reason(error)}",
        stale=stale,
    )


def unread(error: Exception, timeout: float | None, *, closed: bool) -> ReadError:
    """Say why no more of an answer can be read."""
    if isinstance(error, TimeoutError):
        return ReadError(f"nothing came{_within(timeout)}")
    if isinstance(error, UnpackingError):
        return ReadError(f"the answer cannot be decompressed: {error}", transient=False)
    return ReadError(
        f"the connection broke while the answer was read: {'it was closed here' if closed else _reason(error)}"
    )


def _within(timeout: float | None) -> str:
    """Say how long was waited; without a limit of ours it was the operating system that gave up."""
    return "" if timeout is None else f" within {timeout:g} seconds"


def bare(error: BaseException) -> BaseException:
    """Return *error* and its causes without their frames: those hold the headers that were being sent."""
    seen: BaseException | None = error
    while seen is not None:
        seen.__traceback__ = None
        seen = seen.__cause__ or seen.__context__
    return error


def _reason(error: BaseException) -> str:
    """Return the innermost reason, in the operating system's words where it has any."""
    while not isinstance(error, AllInUseError) and (deeper := error.__cause__ or error.__context__) is not None:
        error = deeper
    if isinstance(error, (AllInUseError, *HTTP1_ERRORS)):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
