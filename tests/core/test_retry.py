from __future__ import annotations

import pytest

from jackfield.errors import ConnectError, JackfieldError, RateLimitError, RejectedError
from jackfield.retry import Retries

BUSY = ConnectError("refused")


@pytest.mark.parametrize(
    ("failures", "wait"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 8.0), (5000, 8.0)]
)
def test_backoff_doubles_up_to_the_longest(failures: int, wait: float) -> None:
    """However many failures there were, the wait stays a number."""
    assert wait == Retries(limit=10_000, jitter=lambda: 0.0).wait(failures, BUSY)


@pytest.mark.parametrize(("jitter", "wait"), [(0.0, 4.0), (0.5, 3.5), (0.999, 3.001)])
def test_up_to_a_quarter_is_taken_off(jitter: float, wait: float) -> None:
    """Callers that failed together do not come back together."""
    assert wait == pytest.approx(Retries(first=4.0, jitter=lambda: jitter).wait(1, BUSY), abs=1e-9)


def test_jitter_is_random() -> None:
    """Two waits are hardly ever the same, and all are within the bounds."""
    waits = [Retries().wait(1, BUSY) for _ in range(50)]

    assert len(set(waits)) > 1
    assert all(wait is not None and 0.375 <= wait <= 0.5 for wait in waits)


@pytest.mark.parametrize(("limit", "failures", "again"), [(0, 1, False), (2, 2, True), (2, 3, False)])
def test_the_limit_counts_retries(limit: int, failures: int, again: bool) -> None:
    """A limit of two is three requests at most."""
    assert again is (Retries(limit=limit).wait(failures, BUSY) is not None)


HINTS: list[tuple[JackfieldError, float | None]] = [
    (RateLimitError("slow", retry_after=7.0), 7.0),
    (RateLimitError("slow", retry_after=0.0), 0.0),
    (RateLimitError("slow", retry_after=60.0), 60.0),
    (RateLimitError("slow", retry_after=60.1), None),
    (RateLimitError("slow", retry_after=1.0, transient=False), None),
    (RejectedError("no"), None),
    (RejectedError("no", transient=True, retry_after=3.0), 3.0),
    (RateLimitError("slow"), 0.5),
]


@pytest.mark.parametrize(("error", "wait"), HINTS)
def test_a_hint_is_kept_to_the_second(error: JackfieldError, wait: float | None) -> None:
    """No jitter on what the provider asks for; above the cap it is the caller's to wait."""
    assert wait == Retries(jitter=lambda: 0.0).wait(1, error)


@pytest.mark.parametrize("name", ["limit", "first", "longest", "cap"])
def test_nothing_is_negative(name: str) -> None:
    """A policy that cannot be is refused where it is made."""
    with pytest.raises(ValueError, match=name):
        Retries(**{name: -1})
    assert 0 == getattr(Retries(**{name: 0}), name)


def test_the_defaults_are_modest() -> None:
    """Two retries, half a second, eight at most, and no hint above a minute."""
    policy = Retries()

    assert (2, 0.5, 8.0, 60.0) == (policy.limit, policy.first, policy.longest, policy.cap)
