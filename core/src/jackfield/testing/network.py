"""Making sure that nothing is sent, without any plugin."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ON_SOCKETS = ("bind", "connect", "connect_ex", "sendto")
_IN_MODULE = ("create_connection", "create_server", "getaddrinfo", "gethostbyname")


class NetworkBlockedError(OSError):
    """Something tried to use the network where that is not allowed."""


@contextmanager
def network_blocked() -> Iterator[list[str]]:
    """Let every use of the network fail, as on a machine that has none; sockets within the machine's kernel go on.

    Yields:
        What was tried, in words, also where the failure was caught and hidden.
    """
    attempts: list[str] = []
    pairing = False

    def blocked(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def refuse(*args: Any, **options: Any) -> Any:
            ours = args and getattr(args[0], "family", None) not in (None, socket.AF_INET, socket.AF_INET6)
            if pairing or ours:
                return real(*args, **options)
            target = next((each for each in args if not isinstance(each, socket.socket)), "")
            attempts.append(f"{name} {target!r}")
            raise NetworkBlockedError(f"the network is blocked: {name} {target!r}")

        return refuse

    def pair(*args: Any, **options: Any) -> Any:
        nonlocal pairing
        pairing = True  # where the system has no pairs, two loopback sockets are one: an event loop needs them
        try:
            return real_pair(*args, **options)
        finally:
            pairing = False

    sockets = socket.socket
    before = {name: vars(sockets).get(name) for name in _ON_SOCKETS}
    real_pair = socket.socketpair
    replaced: dict[str, Any] = {name: blocked(name, getattr(socket, name)) for name in _IN_MODULE}
    replaced["socketpair"] = pair
    originals = {name: getattr(socket, name) for name in replaced}
    refusals = {name: blocked(name, getattr(sockets, name)) for name in _ON_SOCKETS}
    for name, refuse in refusals.items():
        setattr(sockets, name, refuse)
    for name, function in replaced.items():
        setattr(socket, name, function)
    try:
        yield attempts
    finally:
        for name, function in replaced.items():
            if getattr(socket, name) is function:
                setattr(socket, name, originals[name])
        for name, refuse in refusals.items():
            if vars(sockets).get(name) is not refuse:
                continue  # somebody else has set it since
            if before[name] is None:
                delattr(sockets, name)
            else:
                setattr(sockets, name, before[name])
