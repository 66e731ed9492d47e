from __future__ import annotations

import copy
import pickle
import re
from typing import Any

import pytest
from attrs import fields

from jackfield import errors
from jackfield.call import Attempt, CallMeta
from jackfield.errors import (
    AnswerError,
    AuthenticationError,
    ConnectError,
    DeadlineError,
    DecodeError,
    InvalidRequestError,
    JackfieldError,
    ProviderConflictError,
    ProviderNotFoundError,
    RateLimitError,
    ReadError,
    RejectedError,
    SettingsError,
    SetupError,
    StreamInterruptedError,
    TransportError,
    UnavailableError,
    error_class,
)

CLASSES = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, JackfieldError)]
FACTS: dict[type, dict[str, Any]] = {
    ProviderNotFoundError: {"name": "foo", "installed": ("bar",)},
    ProviderConflictError: {"claimants": ("a", "b")},
    SettingsError: {"problems": ("one", "two")},
    InvalidRequestError: {"problems": ("one",)},
    TransportError: {"at": 5.0, "stale": True},
    ReadError: {"at": 5.0, "stale": True},
    AnswerError: {"body": "b", "type": "t", "param": "p", "retry_after": 2.0, "details": {"x": [1]}},
    RateLimitError: {"body": "b", "type": "t", "param": "p", "retry_after": 2.0, "details": {"x": [1]}},
    DecodeError: {"problems": ("one",), "body": "b"},
    StreamInterruptedError: {"events": 3, "partial": [1], "last_event": "e"},
}


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_survives_pickling(kind: type[JackfieldError]) -> None:
    """Another process reads the same error, facts, story and all."""
    meta = CallMeta("c1", "letters", "tell", attempts=[Attempt(0.0, 500)])
    facts = {"transient": True, "status": 500, "code": "c", "request_id": "r", "meta": meta, **FACTS.get(kind, {})}

    error = kind("what and what next", **facts)

    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert kind is type(again)
        assert str(error) == str(again)
        assert {"message": "what and what next", **facts} == {
            name: getattr(again, name) for name in ["message", *facts]
        }


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_can_be_made_of_nothing(kind: type[JackfieldError]) -> None:
    """All facts have a value that says that nothing is known."""
    error = kind()

    assert ("", "", None, None, None, None) == (
        str(error),
        error.message,
        error.status,
        error.code,
        error.request_id,
        error.meta,
    )


TRANSIENT = {TransportError, ConnectError, ReadError, RateLimitError, UnavailableError}


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_transience_belongs_to_the_class(kind: type[JackfieldError]) -> None:
    """The network and a busy provider are transient; one error may say otherwise."""
    assert (kind in TRANSIENT) is kind().transient
    assert kind(transient=True).transient
    assert not kind(transient=False).transient


BY_STATUS = [
    (400, RejectedError),
    (401, AuthenticationError),
    (402, RejectedError),
    (403, AuthenticationError),
    (404, RejectedError),
    (408, UnavailableError),
    (409, UnavailableError),
    (413, RejectedError),
    (429, RateLimitError),
    (499, RejectedError),
    (500, UnavailableError),
    (599, UnavailableError),
    (302, RejectedError),
]


@pytest.mark.parametrize(("status", "kind"), BY_STATUS)
def test_a_status_has_a_class(status: int, kind: type[AnswerError]) -> None:
    """Split by who must act."""
    assert kind is error_class(status)


def test_problems_are_listed() -> None:
    """One problem stands on the message's line, several on lines of their own, none leaves the message."""
    assert "no good: a: missing" == str(SettingsError("no good", problems=["a: missing"]))
    assert "no good:\n  - a: missing\n  - b: unknown" == str(
        SettingsError("no good", problems=["a: missing", "b: unknown"])
    )
    assert "no good" == str(SettingsError("no good"))


def test_the_tree_in_the_documentation_is_the_tree() -> None:
    """The drawing at the top of the module shows every class under its parent, but for one that only holds two."""
    drawn: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"([│├└─ ]*)(\w+Error) ", line)
        if found:
            drawn.append((len(found[1]) // 4, found[2]))
    parents: dict[str, str] = {}
    above: list[str] = []
    for depth, name in drawn:
        above = [*above[:depth], name]
        parents[name] = above[-2] if depth else ""

    actual = {}
    for kind in CLASSES:
        parent = kind.__mro__[2 if kind.__base__ is errors.ProblemsError else 1]
        actual[kind.__name__] = "" if kind is JackfieldError else parent.__name__
    del actual["ProblemsError"]
    assert parents == actual


def test_the_deadline_is_a_failure_of_transport() -> None:
    """Whoever catches the network catches the deadline; it is never transient."""
    assert issubclass(DeadlineError, TransportError)
    assert issubclass(SettingsError, SetupError)
    assert not DeadlineError().transient
    assert "attempts" in [each.name for each in fields(CallMeta)]
