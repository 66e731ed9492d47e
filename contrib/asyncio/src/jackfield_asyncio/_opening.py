"""Opening connections: addresses side by side, TLS, and tunnels through a proxy."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from base64 import b64encode
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from aiohappyeyeballs import start_connection

from jackfield.transports.http1 import request_head
from jackfield_asyncio._addresses import Address, AddressInfo, Names, address_of
from jackfield_asyncio._connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable

_NEXT_ADDRESS_SECONDS = 0.25
"""How long the first address of a name is tried alone (RFC 8305)."""

# A NAT or firewall drops connections that are silent for minutes: probe them before it does.
_KEEPALIVE = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)] + [
    (socket.IPPROTO_TCP, getattr(socket, name), value)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 30), ("TCP_KEEPCNT", 4))
    if hasattr(socket, name)
]


class Trust:
    """Whose certificates are trusted.

    Args:
        ca_bundle: A file or folder of certificates that are trusted in place of OpenSSL's default ones.
        trust: `os` for the certificates that the operating system trusts.
        context: What is used in place of all that.
    """

    def __init__(self, ca_bundle: str | None, trust: str | None, context: ssl.SSLContext | None) -> None:
        self._ca_bundle = ca_bundle
        self._trust = trust
        self._context = context

    @property
    def context(self) -> Any:
        """The context for a connection. It is made when it is wanted first: reading the certificates takes 20 ms."""
        if self._context is None:
            self._context = self._made()
        return self._context

    def _made(self) -> Any:
        context: Any
        if self._ca_bundle is not None:
            if os.path.isdir(self._ca_bundle):  # noqa: PTH112 - text is wanted
                context = ssl.create_default_context(capath=self._ca_bundle)
            else:
                context = ssl.create_default_context(cafile=self._ca_bundle)
        elif self._trust == "os":
            import truststore  # noqa: PLC0415 - an extra

            context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        else:
            context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context


@lru_cache(maxsize=64)
def proxy_headers(proxy: str) -> dict[str, str]:
    """Return the header that a proxy's user and password go into, and nowhere else."""
    parts = urlsplit(proxy)
    if parts.username is None:
        return {}
    user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"proxy-authorization": f"Basic {b64encode(user.encode()).decode()}"}


async def opened(
    names: Names,
    to: Address,
    proxy: str | None,
    trust: Trust,
    lost: Callable[[Connection], None],
    seconds: float,
) -> Connection:
    """Return an open connection.

    Args:
        names: Where the addresses of names come from.
        to: Where requests are to go.
        proxy: The proxy that they go through, or None.
        trust: Whose certificates are trusted.
        lost: Called with the connection when it has ended.
        seconds: How long all of that may take.

    Raises:
        TimeoutError: It took longer.
        socket.gaierror: A name has no address.
        UnicodeError: It is no name.
        ssl.SSLError: There is nobody to be trusted.
        OSError: There is no connection.
        CutOffError: The proxy hung up.
        NotHttpError: The proxy is none.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    first = to if proxy is None else address_of(proxy)
    found = await names.addresses(first.host, first.port, seconds)
    try:
        async with asyncio.timeout_at(until):
            if proxy is None or not to.secure:
                return await _direct(found, first, trust, lost)
            tunnel = await _direct(found, first, trust, _nobody)
            try:
                await _dig(tunnel, to, proxy)
                return await _secured(tunnel, to, trust, lost)
            except BaseException:
                tunnel.end()
                raise
    except TimeoutError as error:
        raise TimeoutError("timed out") from error


async def _direct(
    found: list[AddressInfo], to: Address, trust: Trust, lost: Callable[[Connection], None]
) -> Connection:
    loop = asyncio.get_running_loop()
    if not found:
        raise OSError("the name has no address")
    secured = {"ssl": trust.context, "server_hostname": to.host} if to.secure else {}
    sock = await start_connection(
        found, happy_eyeballs_delay=_NEXT_ADDRESS_SECONDS, loop=loop, socket_factory=_made_socket
    )
    _, connection = await loop.create_connection(lambda: Connection(loop, lost), sock=sock, **secured)
    return connection


def _made_socket(info: AddressInfo) -> socket.socket:
    family, kind, protocol, _, _ = info
    made = socket.socket(family, kind, protocol)
    try:
        for option in _KEEPALIVE:
            made.setsockopt(*option)
    except OSError:
        made.close()
        raise
    return made


async def _dig(tunnel: Connection, to: Address, proxy: str) -> None:
    """Ask a proxy for a tunnel."""
    target = to.authority if to.authority.endswith(f":{to.port}") else f"{to.authority}:{to.port}"
    head = await tunnel.head(
        tunnel.ask(request_head("CONNECT", target, target, proxy_headers(proxy), None), None), None
    )
    if head.status // 100 != 2:  # noqa: PLR2004
        raise OSError(f"Tunnel connection failed: {head.status} {_phrase(head.status)}".rstrip())


def _phrase(status: int) -> str:
    from http import HTTPStatus  # noqa: PLC0415 - for a failure

    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""


async def _secured(tunnel: Connection, to: Address, trust: Trust, lost: Callable[[Connection], None]) -> Connection:
    """Return a connection by TLS through *tunnel*."""
    loop = asyncio.get_running_loop()
    connection = Connection(loop, lost)
    transport = await loop.start_tls(tunnel.transport, connection, trust.context, server_hostname=to.host)
    if transport is None:
        raise ConnectionResetError("it was closed")
    connection.connection_made(transport)
    return connection


def _nobody(_: Connection) -> None:
    """Nobody counts what a tunnel is made of."""
