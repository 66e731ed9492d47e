"""The compliance suite of transports."""

from __future__ import annotations

from jackfield.testing import TransportSuite
from jackfield_asyncio import AsyncioTransport


class TestAsyncio(TransportSuite):
    def make(self):
        return AsyncioTransport()
