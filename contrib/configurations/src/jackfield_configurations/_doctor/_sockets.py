"""Names, connections and tunnels, each within a time."""

from __future__ import annotations

import base64
import socket
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jackfield_configurations._doctor._deadline import Deadline

Address: TypeAlias = tuple[Any, ...]

_PATIENCE = 10.0
"""How many seconds one step may take."""
_HEAD = 65536
_PROXY_PORTS = {"http": 80, "https": 443}


class TunnelError(Exception):
    """A proxy answers CONNECT, and the answer is no.

    Attributes:
        status: The HTTP status; 0 where it was no HTTP.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def resolved(host: str, port: int, deadline: Deadline) -> Sequence[Address]:
    """Return the addresses of *host*.

    Raises:
        socket.gaierror: There are none.
        TimeoutError: They did not come in time.
        TimeUsedUpError: There is no time left for it.
    """
    told: list[Sequence[Address]] = []
    failed: list[Exception] = []

    def ask() -> None:
        try:
            told.append(socket.getaddrinfo(host, port, socket.AF_UNSPEC, socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failed.append(error if isinstance(error, OSError) else socket.gaierror(socket.EAI_NONAME, str(error)))

    thread = Thread(target=ask, name="doctor-resolver", daemon=True)  # the system's resolver takes no timeout
    thread.start()
    thread.join(deadline.left(_PATIENCE))
    if failed:
        raise failed[0]
    if not told:
        raise TimeoutError(f"the name {host!r} was not resolved in time")
    return told[0]


def connected(host: str, port: int, deadline: Deadline) -> socket.socket:
    """Return a socket that is connected to *host*.

    Raises:
        OSError: It cannot be reached; the last address's reason.
    """
    failure: OSError = OSError("the name has no address")
    for family, kind, protocol, _, address in resolved(host, port, deadline):
        seconds = deadline.left(_PATIENCE)
        made = socket.socket(family, kind, protocol)
        try:
            made.settimeout(seconds)
            made.connect(address)
        except OSError as error:
            made.close()
            failure = error
        else:
            return made
    raise failure


def proxy_address(proxy: str) -> tuple[str, int]:
    """Return the host and the port of a proxy."""
    parts = urlsplit(proxy)
    return parts.hostname or "", parts.port or _PROXY_PORTS.get(parts.scheme, 80)


def tunnel(proxy: str, host: str, port: int, deadline: Deadline) -> socket.socket:
    """Return a socket that a proxy has connected to *host*.

    Raises:
        TunnelError: The proxy refuses.
        OSError: The proxy cannot be reached.
    """
    made = connected(*proxy_address(proxy), deadline)
    try:
        made.settimeout(deadline.left(_PATIENCE))
        made.sendall(_connect(proxy, f"[{host}]:{port}" if ":" in host else f"{host}:{port}"))
        _opened(_status(made))
    except BaseException:
        made.close()
        raise
    return made


def _opened(status: int) -> None:
    if not 200 <= status < 300:  # noqa: PLR2004
        raise TunnelError(status)


def _connect(proxy: str, target: str) -> bytes:
    parts = urlsplit(proxy)
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if parts.username is not None:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(user.encode()).decode()}")
    return "\r\n".join([*lines, "", ""]).encode()


def _status(made: socket.socket) -> int:
    """Read the head of the proxy's answer and return its status."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _HEAD:
        more = made.recv(1)  # not a byte of what comes after it
        if not more:
            break
        head += more
    with suppress(IndexError, ValueError):
        return int(head.split(b" ", 2)[1])
    return 0
