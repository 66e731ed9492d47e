"""The checks of `ProviderSuite` and `TransportSuite`, by concern: plain methods, each with one fact as its docstring.

The arguments of a provider's check are those of `Subject.cases`. pytest explains their assertions as it does a test's.
"""

from __future__ import annotations

import pytest

_OF_PROVIDERS = ("answers", "clients", "credentials", "refusals", "requests", "secrecy", "setup", "streams")
_OF_TRANSPORTS = ("bodies", "connections", "exchanges")

pytest.register_assert_rewrite(*(f"{__name__}.{each}" for each in (*_OF_PROVIDERS, *_OF_TRANSPORTS)))
