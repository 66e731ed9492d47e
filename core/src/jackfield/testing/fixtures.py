"""Fixtures for pytest. Import the one you want into a `conftest.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jackfield.testing.network import network_blocked

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def no_network() -> Iterator[None]:
    """Block the network, and fail the test that tried to use it, also where it hid the failure."""
    with network_blocked() as attempts:
        yield
    assert [] == attempts, f"the network was used: {attempts}"
