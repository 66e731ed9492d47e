"""`TransportSuite`: what every transport must keep, as tests against a server on loopback.

    class TestMine(TransportSuite):
        def make(self):
            return MyTransport()

An asynchronous transport (`is_async = True`) is checked by the same class.
"""

from __future__ import annotations

from jackfield.testing.checks.bodies import BodyChecks
from jackfield.testing.checks.connections import ConnectionChecks
from jackfield.testing.checks.exchanges import ExchangeChecks


class TransportSuite(ExchangeChecks, BodyChecks, ConnectionChecks):
    """All checks of a transport. Set `make`; the rest is in `Carrier`."""
