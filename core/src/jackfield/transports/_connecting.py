"""Opening a connection within a time that counts everything: the name, and each address that it has.

The operating system's resolver takes no timeout, so a name is resolved in a thread that nobody waits for longer than
that. A thread that is left behind ends when the resolver gives up.
"""

from __future__ import annotations

import socket
import time
from threading import Thread
from typing import Any, TypeAlias

Address: TypeAlias = tuple[Any, ...]
Option: TypeAlias = tuple[int, int, int | bytes]


def connected(
    host: str,
    port: int,
    seconds: float | None,
    source: tuple[str, int] | None = None,
    options: list[Option] | None = None,
) -> socket.socket:
    """Return a connected socket.

    Args:
        host: A name or an address.
        port: The port.
        seconds: How long it may take altogether; None for no limit.
        source: Where to connect from, or None.
        options: What to set on the socket before it is connected.

    Raises:
        socket.gaierror: The name cannot be resolved.
        TimeoutError: It took too long.
        OSError: No address can be reached; the last one's reason.
    """
    until = None if seconds is None else time.monotonic() + seconds
    failure: OSError | None = None
    for family, kind, protocol, _, address in addresses(host, port, seconds):
        made = socket.socket(family, kind, protocol)
        try:
            for option in options or ():
                made.setsockopt(*option)
            made.settimeout(None if until is None else _left(until))
            if source is not None:
                made.bind(source)
            made.connect(address)
        except OSError as error:
            made.close()
            failure = error
        except BaseException:
            made.close()
            raise
        else:
            return made
    raise failure or OSError("the name has no address")


def addresses(host: str, port: int, seconds: float | None) -> list[Address]:
    """Return the addresses of *host*.

    Raises:
        socket.gaierror: There are none.
        TimeoutError: They did not come within *seconds*.
    """
    host = host.strip("[]")
    if seconds is None or host == "localhost" or _is_address(host):
        return socket.getaddrinfo(host, port, socket.AF_UNSPEC, socket.SOCK_STREAM)
    told: list[list[Address]] = []
    failed: list[Exception] = []

    def ask() -> None:
        try:
            told.append(socket.getaddrinfo(host, port, socket.AF_UNSPEC, socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    thread = Thread(target=ask, name="jackfield-resolver", daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not told:
        raise TimeoutError(f"the name {host!r} was not resolved within {seconds:g} seconds")
    return told[0]


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _is_address(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return True
    return False
