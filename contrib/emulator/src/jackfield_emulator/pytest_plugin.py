"""The fixture `jackfield_emulator`, for everybody who has this distribution and pytest installed.

It is loaded with every run of pytest, so it imports the server only where a test asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jackfield_emulator.emulator import Emulator

_MARK = "jackfield_emulator"


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", f"{_MARK}(**arguments): arguments of the test's Emulator, such as deployments=…")


@pytest.fixture(name=_MARK)
def _running(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """A running emulator, fresh for this test; `@pytest.mark.jackfield_emulator(...)` gives its arguments."""
    from jackfield_emulator.emulator import Emulator  # noqa: PLC0415 - a run without such a test pays nothing

    mark = request.node.get_closest_marker(_MARK)
    with Emulator(**(mark.kwargs if mark else {})) as emulator:
        yield emulator
