"""What went wrong on the way, in our words: the same for every transport that speaks HTTP by `http1`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jackfield.errors import ConnectError, ReadError
from jackfield.secret import origin_of
from jackfield.transports.http1 import CutOffError, HeadTooLargeError, NotHttpError, UnpackingError

if TYPE_CHECKING:
    from jackfield.http import HttpRequest

HTTP1_ERRORS = (CutOffError, NotHttpError, HeadTooLargeError)
"""What an answer's bytes can be wrong in."""


def no_address(request: HttpRequest, error: Exception) -> ConnectError:
    """Say that the URL of *request* leads nowhere."""
    return ConnectError(f"{origin_of(request.url)} is no address: {error}", transient=False)


def unresolved(request: HttpRequest) -> ConnectError:
    """Say that a name has no address."""
    return ConnectError(f"the name in {origin_of(request.url)} cannot be resolved; check the endpoint, and the network")


def untrusted(request: HttpRequest, error: Exception) -> ConnectError:
    """Say that the other side's certificate is not trusted, or that there is no TLS at all."""
    how = "for an authority of your own give ca_bundle=, for the system's trust='os'"
    return ConnectError(f"no trusted connection to {origin_of(request.url)}: {error}; {how}", transient=False)


def unreached(request: HttpRequest, why: str) -> ConnectError:
    """Say that there is no connection."""
    return ConnectError(f"cannot reach {origin_of(request.url)}: {why}")


def through(proxy: str, failure: ConnectError) -> ConnectError:
    """Return *failure*, the proxy named that it happened behind."""
    failure.message += f", through the proxy {origin_of(proxy)}; check proxy=, HTTPS_PROXY and NO_PROXY"
    failure.args = (failure.message,)
    return failure


def unanswered(
    error: Exception, request: HttpRequest, timeout: float | None, *, stale: bool, ended_here: bool = False
) -> ReadError:
    """Say what became of a request that was on its way.

    Args:
        error: What was raised.
        request: The request.
        timeout: Seconds that it might take.
        stale: It went over a kept connection, and not a byte came back.
        ended_here: It was we who ended it.
    """
    origin, inner = origin_of(request.url), innermost(error)
    if isinstance(inner, TimeoutError):
        return ReadError(f"{origin} did not answer{_within(timeout)}")
    if isinstance(inner, NotHttpError):
        return ReadError(f"{origin} does not answer in HTTP; is endpoint= right, its port and https?", transient=False)
    if isinstance(inner, HeadTooLargeError):
        return ReadError(f"{origin} answered with more headers than can be read: {inner}", transient=False)
    size, why = len(request.body or b""), "it was ended here" if ended_here else reason(error)
    return ReadError(
        f"the connection to {origin} broke before an answer came ({size:,} bytes were being sent): {why}", stale=stale
    )


def unread(error: Exception, timeout: float | None, *, closed_here: bool) -> ReadError:
    """Say why no more of an answer can be read."""
    if isinstance(error, TimeoutError):
        return ReadError(f"nothing came{_within(timeout)}")
    if isinstance(error, UnpackingError):
        return ReadError(f"the answer cannot be decompressed: {error}", transient=False)
    why = "it was closed here" if closed_here else reason(error)
    return ReadError(f"the connection broke while the answer was read: {why}")


def reason(error: BaseException) -> str:
    """Return the innermost reason, in the operating system's words where it has any."""
    inner = innermost(error)
    if isinstance(inner, HTTP1_ERRORS):
        return str(inner)
    return f"{type(inner).__name__}: {inner}" if str(inner) else type(inner).__name__


def innermost(error: BaseException) -> BaseException:
    """Return what led to *error* in the first place."""
    inner = error
    while (deeper := inner.__cause__ or inner.__context__) is not None:
        inner = deeper
    return inner


def _within(timeout: float | None) -> str:
    """Say how long was waited; without a limit of ours it was the operating system that gave up."""
    return "" if timeout is None else f" within {timeout:g} seconds"
