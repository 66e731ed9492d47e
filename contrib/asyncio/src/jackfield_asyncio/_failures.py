"""What went wrong before there was a connection; the rest is said by `jackfield.transports.failing`."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

from jackfield.plugin import ConnectError, origin_of
from jackfield.transports.failing import HTTP1_ERRORS, no_address, reason, through, unreached, unresolved, untrusted
from jackfield_asyncio._place import AllInUseError

if TYPE_CHECKING:
    from jackfield.plugin import HttpRequest

FAILURES = (OSError, ValueError, AllInUseError, *HTTP1_ERRORS)
"""What can go wrong with a request."""


def unopened(error: Exception, request: HttpRequest, proxy: str | None) -> ConnectError:
    """Say why there is no connection to send *request* over."""
    if isinstance(error, ssl.SSLError):
        failure = untrusted(request, error)
    elif isinstance(error, ValueError):
        failure = no_address(request, error)
    elif isinstance(error, socket.gaierror):
        failure = unresolved(request)
    else:
        failure = unreached(request, str(error) if isinstance(error, AllInUseError) else reason(error))
    return failure if proxy is None else through(proxy, failure)


def unsent(problem: str, request: HttpRequest) -> ConnectError:
    """Say why *request* cannot be sent to anybody."""
    return ConnectError(f"the request to {origin_of(request.url)} cannot be sent: {problem}", transient=False)
