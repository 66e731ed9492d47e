"""`TransportSuite`: what every transport must keep, as tests against a server on loopback.

    class TestMine(TransportSuite):
        def make(self):
            return MyTransport()

An asynchronous transport (`is_async = True`) is checked by the same class.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("jackfield.testing.checks")

from jackfield.testing.checks.bodies import BodyChecks  # noqa: E402 - what is above comes first
from jackfield.testing.checks.connections import ConnectionChecks  # noqa: E402
from jackfield.testing.checks.exchanges import ExchangeChecks  # noqa: E402


class TransportSuite(ExchangeChecks, BodyChecks, ConnectionChecks):
    """All checks of a transport. Set `make`; the rest is in `Carrier`."""
