"""Servers on loopback that end with the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from server import Behaviour, Server

from jackfield.testing.blocking import Blocking
from jackfield.transports import Transport
from jackfield.transports.urllib3 import Urllib3Transport
from jackfield_asyncio import AsyncioTransport

KINDS: dict[str, Callable[..., Any]] = {
    "urllib3": Urllib3Transport,
    "asyncio": lambda **options: Blocking(AsyncioTransport(**options)),
}


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Return a function that starts servers, which end with the test."""
    servers = []

    def serving(*behaviours: Behaviour, **options: Any) -> Server:
        servers.append(Server(*behaviours, **options))
        return servers[-1]

    yield serving
    for each in servers:
        each.close()


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest) -> Iterator[Callable[..., Transport]]:
    """Return a function that makes transports of one kind, in turn; they are closed with the test."""
    made: list[Transport] = []

    def making(**options: Any) -> Transport:
        made.append(KINDS[request.param](**options))
        return made[-1]

    yield making
    for each in made:
        each.close()


@pytest.fixture
def transport(make: Callable[..., Transport]) -> Transport:
    """Return a transport of each kind, in turn, that is closed with the test."""
    return make()


@pytest.fixture
def urllib3() -> Iterator[Urllib3Transport]:
    """Return that transport, for what is so with it alone."""
    transport = Urllib3Transport()
    yield transport
    transport.close()
