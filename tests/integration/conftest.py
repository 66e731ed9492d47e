"""Servers on loopback that end with the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from server import Behaviour, Server

from jackfield.transports.urllib3 import Urllib3Transport


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


@pytest.fixture
def transport() -> Iterator[Urllib3Transport]:
    """Return a transport that is closed with the test."""
    transport = Urllib3Transport()
    yield transport
    transport.close()
