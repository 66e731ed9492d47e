"""A local server that speaks the wires of OpenAI, Azure OpenAI (dated and v1) and of a managed identity.

Nothing here knows Jackfield's client: what is served is written from the vendors' published wires. aiohttp is imported
with the first `Emulator`, so that the pytest plugin costs nothing where no test uses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jackfield_emulator._scenarios import SCENARIOS as SCENARIOS
    from jackfield_emulator._scenarios import Scenario as Scenario
    from jackfield_emulator.emulator import Emulator as Emulator
    from jackfield_emulator.journal import Journal as Journal
    from jackfield_emulator.journal import Record as Record

_HOMES = {
    "SCENARIOS": "jackfield_emulator._scenarios",
    "Emulator": "jackfield_emulator.emulator",
    "Journal": "jackfield_emulator.journal",
    "Record": "jackfield_emulator.journal",
    "Scenario": "jackfield_emulator._scenarios",
}

__all__ = ["SCENARIOS", "Emulator", "Journal", "Record", "Scenario"]


def __getattr__(name: str) -> Any:
    """Import what is asked for from where it lives."""
    from importlib import import_module  # noqa: PLC0415 - with what it is for

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
