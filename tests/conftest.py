"""What every test meets: no network but loopback, no provider's environment, structlog as it was imported."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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


@pytest.fixture(scope="session")
def at_rest() -> Callable[[subprocess.Popen[Any]], None]:
    """Return what waits until a process waits for something: only then is a signal certain to be noticed at once.

    Between its last look for signals and a system call that waits, Python notices none before that call is over. Nobody
    at a keyboard hits those microseconds; a test that interrupts as soon as the server has been asked does.
    """

    def wait(process: subprocess.Popen[Any]) -> None:
        state = Path(f"/proc/{process.pid}/stat")
        end = time.monotonic() + 20
        while state.exists() and state.read_text().rpartition(")")[2].split()[0] != "S" and time.monotonic() < end:
            time.sleep(0.01)

    return wait
