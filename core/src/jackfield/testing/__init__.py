"""What tests of providers, transports and applications are made of.

Nothing here needs pytest but `no_network`, `ProviderSuite` and `TransportSuite` (`jackfield-core[testing]` brings it),
and those are imported when they are first used.

| to | use |
|---|---|
| answer a client's requests without a network | `ScriptedTransport`, `AsyncScriptedTransport`, `answer`, `late` |
| hold one call in the hand, command by command | `hold`, `a_call`, `a_binding` |
| drive a held call by a script and a clock | `play`, `interleave`, `Clock` |
| make sure that nothing is sent | `no_network`, `network_blocked` |
| check a provider or a transport | `ProviderSuite`, `TransportSuite`, `failures` |
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from jackfield.testing.flows import Clock, Played, a_binding, a_call, an_example, hold, interleave, play
from jackfield.testing.network import NetworkBlockedError, network_blocked
from jackfield.testing.scripted import (
    SECRET,
    Answer,
    AsyncScriptedTransport,
    Late,
    ScriptedTransport,
    answer,
    late,
)

if TYPE_CHECKING:
    from jackfield.testing.fixtures import no_network as no_network
    from jackfield.testing.running import failures as failures
    from jackfield.testing.suite import ProviderSuite as ProviderSuite
    from jackfield.testing.transport_suite import TransportSuite as TransportSuite

_NEED_PYTEST = {
    "ProviderSuite": "jackfield.testing.suite",
    "TransportSuite": "jackfield.testing.transport_suite",
    "failures": "jackfield.testing.running",
    "no_network": "jackfield.testing.fixtures",
}

__all__ = [
    "SECRET",
    "Answer",
    "AsyncScriptedTransport",
    "Clock",
    "Late",
    "NetworkBlockedError",
    "Played",
    "ProviderSuite",
    "ScriptedTransport",
    "TransportSuite",
    "a_binding",
    "a_call",
    "an_example",
    "answer",
    "failures",
    "hold",
    "interleave",
    "late",
    "network_blocked",
    "no_network",
    "play",
]


def __getattr__(name: str) -> Any:
    """Import what needs pytest when it is asked for."""
    if name not in _NEED_PYTEST:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_NEED_PYTEST[name]), name)
