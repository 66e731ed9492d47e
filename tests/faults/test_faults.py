"""Every scenario ends as `right.toml` says, and the canary key is nowhere but in the requests.

`nox -s faults` runs every provider with every driver and prints the table; here each scenario is run in every mode, its
providers and drivers in turn.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout

import pytest
from cells import CANARY, DRIVERS, MODES, PROVIDERS, Cell, run
from judge import RIGHT, applies, wrong
from structlog.testing import capture_logs

from jackfield_emulator import SCENARIOS, Emulator

TIMEOUT = 0.4
DEADLINE = 2.5


def test_every_scenario_is_judged() -> None:
    """What the emulator can do and what is right are the same list."""
    assert sorted(RIGHT) == sorted(SCENARIOS)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """One that knows the canary alone."""
    with Emulator(api_key=CANARY) as running:
        yield running


@pytest.mark.parametrize("scenario", sorted(RIGHT))
def test_ends_as_it_should(scenario: str, emulator: Emulator) -> None:
    """Twice in a row, on one client, in every mode."""
    problems = []
    ways = [(provider, driver) for provider in PROVIDERS for driver in DRIVERS]
    written = io.StringIO()
    for at, mode in enumerate(MODES):
        fitting = [way for way in ways if applies(scenario, way[0], mode)]
        if not fitting:
            continue
        provider, driver = fitting[(at * 4 + len(scenario)) % len(fitting)]
        with capture_logs() as logs, redirect_stdout(written), redirect_stderr(written):
            outcomes = run(Cell(scenario, provider, mode, driver), emulator, timeout=TIMEOUT, deadline=DEADLINE)
        for number, outcome in enumerate(outcomes):
            found = list(wrong(scenario, outcome, number, DEADLINE + 1))
            problems += [f"{provider} {mode} {driver}, call {number + 1}: {each}" for each in found]
        assert CANARY not in repr(logs)
    assert CANARY not in written.getvalue()
    assert not problems, "\n".join(problems)


def test_the_judge_sees_what_is_wrong() -> None:
    """An outcome that differs in everything is told in everything."""
    from cells import Outcome

    outcome = Outcome("answer", 7, 99.0, "fine", None, None, ("raw",))
    told = "\n".join(wrong("rate-limit-seconds", Outcome("answer", 2, 0.1), 0, 5.0))

    assert 7 == len(list(wrong("stream-error", outcome, 0, 5.0))) + 1
    assert "waited 0.10 seconds, not 1.0" == told
