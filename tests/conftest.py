"""What every test meets: no network but loopback, no provider's environment, structlog as it was imported."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what runs in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # programs that tests start and interrupt inherit it

_FOREIGN = ("AZURE_", "JACKFIELD_", "OPENAI_")


@pytest.fixture(autouse=True)
def _an_environment_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the keys, endpoints and settings of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _structlog_as_imported() -> Iterator[None]:
    """Undo what a test configured: a configured structlog is what switches the log on."""
    yield
    structlog = sys.modules.get("structlog")
    if structlog is not None:
        structlog.reset_defaults()
