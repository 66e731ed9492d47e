"""The vendor's own SDK as the oracle of answers: what it reads, Jackfield reads.

The golden answers of all providers, whole and as streams, and refusals in the vendors' shapes are served on loopback
to both clients, and every value that either of them found is compared. Where they differ, a row of
`docs/reference/differences.md` says so; a difference without a row fails, and so does a row without one.
"""

from __future__ import annotations

import json
import warnings
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import openai
import pytest
from openai.lib.streaming.chat import ChatCompletionStreamState
from oracle import ASKED
from server import Behaviour, Server, chunked, plain
from test_oracle import KEY, NOT_THERE, cells

from jackfield import MODELS, AnswerError, Client
from jackfield.operations import Document, Operation

SAMPLES = {
    f"{each.parents[1].name}/{each.name}": each
    for each in sorted((Path(__file__).parents[1] / "plugins").glob("*/samples/*"))
}
FILTERED = {
    "hate": {"filtered": False, "severity": "safe"},
    "jailbreak": {"filtered": True, "detected": True},
}
REFUSALS: dict[str, tuple[int, Any]] = {
    "openai": (
        400,
        {
            "error": {
                "message": "No",
                "type": "invalid_request_error",
                "param": "tools[0].type",
                "code": "invalid_value",
            }
        },
    ),
    "openai without code": (
        403,
        {"error": {"message": "No", "type": "invalid_request_error", "param": None, "code": None}},
    ),
    "azure gateway": (401, {"error": {"code": "401", "message": "Access denied"}}),
    "azure gateway, bare": (404, {"statusCode": 404, "message": "Resource not found"}),
    "azure deployment": (
        404,
        {"error": {"type": "invalid_request_error", "code": "DeploymentNotFound", "message": "No such deployment"}},
    ),
    "azure v1 deployment": (
        400,
        {"error": {"code": "unknown_model", "message": "Unknown model: d", "details": "Unknown model: d"}},
    ),
    "azure filter": (
        400,
        {
            "error": {
                "message": "The response was filtered",
                "type": None,
                "param": "prompt",
                "code": "content_filter",
                "status": 400,
                "innererror": {"code": "ResponsibleAIPolicyViolation", "content_filter_result": FILTERED},
            }
        },
    ),
    "azure pictures' filter": (400, {"created": 1, "error": {"code": "contentFilter", "message": "Blocked"}}),
    "page of a proxy": (502, "<!doctype html><h1>Bad gateway</h1>"),
    "text": (503, "upstream connect error"),
    "nothing": (500, ""),
}
"""Status and document of each."""


@attrs.frozen
class Row:
    """One row of the table: patterns of what it allows, and the reason."""

    answer: str
    value: str
    theirs: str
    ours: str
    why: str

    def allows(self, answer: str, difference: tuple[str, str, str]) -> bool:
        """Tell whether this is that row's difference."""
        patterns = (self.answer, self.value, self.theirs, self.ours)
        return all(fnmatchcase(*each) for each in zip((answer, *difference), patterns, strict=True))


@cache
def rows() -> list[Row]:
    """Return the table's rows."""
    return [Row(*each) for each in cells("answer", "value", "the SDK reads", "Jackfield reads", "why")]


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value in something read, with its path; a document's unknown keys are those of its `raw`."""
    if isinstance(value, Document):
        names = {field.name for field in attrs.fields(type(value))} - {"raw", "meta"}
        raw = value.raw if isinstance(value.raw, Mapping) else {}
        fields = {**raw, **{name: getattr(value, name) for name in names}}
        yield from leaves(fields, path)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from leaves(each, f"{path}.{name}" if path else name)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for number, each in enumerate(value):
            yield from leaves(each, f"{path}[{number}]")
    else:
        yield path, value


def compared(theirs: Any, ours: Any) -> list[tuple[str, str, str]]:
    """Return which values differ, as text; blank ones (null, empty, 0, false) are the same."""
    one, other = dict(leaves(theirs)), dict(leaves(ours))
    return [
        (path, str(one.get(path) or NOT_THERE), str(other.get(path) or NOT_THERE))
        for path in sorted({*one, *other})
        if (one.get(path) or None) != (other.get(path) or None)
    ]


def served(sample: Path) -> Behaviour:
    """Return what answers with a golden answer, a stream in pieces that end nowhere in particular."""
    body = sample.read_bytes()
    if sample.suffix == ".sse":
        pieces = [body[place : place + 301] for place in range(0, len(body), 301)]
        return chunked(pieces, headers={"content-type": "text/event-stream"})
    return plain(body, headers={"content-type": "application/json"})


def operation_of(sample: Path) -> Operation[Any, Any, Any]:
    """Return what a golden answer answers."""
    name = sample.name.removesuffix(sample.suffix).partition("-")[0]
    return ASKED[name].operation if name in ASKED else MODELS


def read_by_theirs(url: str, sample: Path) -> Any:
    """Return what the SDK makes of a golden answer; of a stream, its events and what it accumulates of them."""
    operation = operation_of(sample)
    with openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0) as client:
        if operation is MODELS:
            return {"object": "list", "data": [each.to_dict() for each in client.models.list().data]}
        asked = ASKED[operation.name]
        if sample.suffix != ".sse":
            with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # of variations
                return asked.of(client)(**asked.theirs).to_dict()
        events = list(asked.of(client)(**asked.theirs, stream=True))
    return {"events": [each.to_dict() for each in events], "whole": accumulated(operation, events)}


def accumulated(operation: Operation[Any, Any, Any], events: list[Any]) -> Any:
    """Return what the SDK accumulates of a stream's events; of pictures it accumulates nothing."""
    if operation.name != "chat.completions":
        return {"data": [{"b64_json": each.b64_json} for each in events if each.type.endswith(".completed")]}
    state = ChatCompletionStreamState()
    try:
        for each in events:
            state.handle_chunk(each)
    except Exception as error:  # noqa: BLE001 - what it raises is what is compared
        return type(error).__name__
    return state.current_completion_snapshot.to_dict()


def read_by_ours(url: str, sample: Path) -> Any:
    """Return what Jackfield makes of a golden answer."""
    operation = operation_of(sample)
    request = operation.request(**(ASKED[operation.name].ours if operation.name in ASKED else {}))
    with Client("openai", endpoint=f"{url}/v1", api_key=KEY, retries=0) as client:
        if sample.suffix != ".sse":
            return client.call(operation, request)
        stream = client.stream(operation, request)
        events = list(stream)
        whole = stream.response
    if operation.name != "chat.completions":
        whole = {"data": [{"b64_json": each.b64_json} for each in whole.data]}
    return {"events": events, "whole": whole}


@cache
def read(name: str) -> list[tuple[str, str, str]]:
    """Return where the two clients differ on a golden answer."""
    with Server(served(SAMPLES[name])) as server:
        theirs, ours = read_by_theirs(server.url, SAMPLES[name]), read_by_ours(server.url, SAMPLES[name])
    if isinstance(theirs, dict) and isinstance(theirs.get("whole"), str):  # it raised
        ours["whole"] = ours["whole"].text
    return compared(theirs, ours)


@cache
def refused(name: str) -> list[tuple[str, str, str]]:
    """Return where the two clients differ on a refusal."""
    status, document = REFUSALS[name]
    is_text = isinstance(document, str)
    body = document.encode() if is_text else json.dumps(document).encode()
    headers = {
        "content-type": "text/html" if is_text else "application/json",
        "x-request-id": "req_7",
        "retry-after": "3",
    }
    asked = ASKED["chat.completions"]
    with Server(plain(body, status, headers)) as server:
        with (
            openai.OpenAI(base_url=f"{server.url}/v1", api_key=KEY, max_retries=0) as theirs,
            pytest.raises(openai.APIStatusError) as caught,
        ):
            asked.of(theirs)(**asked.theirs)
        with (
            Client("openai", endpoint=f"{server.url}/v1", api_key=KEY, retries=0) as ours,
            pytest.raises(AnswerError) as ours_caught,
        ):
            ours.call(asked.operation, asked.operation.request(**asked.ours))
    one, other = caught.value, ours_caught.value
    return compared(
        {
            "status": one.status_code,
            "request_id": one.request_id,
            "details": one.body if isinstance(one.body, dict) else None,
            **{each: getattr(one, each) for each in ("code", "type", "param")},
        },
        {
            "details": None if is_text else other.details,
            **{each: getattr(other, each) for each in ("status", "request_id", "code", "type", "param")},
        },
    )


def unexplained(name: str, found: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return the differences that no row allows."""
    return [each for each in found if not any(row.allows(name, each) for row in rows())]


@pytest.mark.parametrize("name", SAMPLES)
def test_answers_are_read_alike(name: str) -> None:
    """Both clients read the same values in a golden answer, and a stream's events make up the same whole."""
    assert [] == unexplained(name, read(name))


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals_are_read_alike(name: str) -> None:
    """Both clients' errors have the same status, request id, code, type, param and details."""
    assert [] == unexplained(name, refused(name))


def test_every_row_is_used() -> None:
    """Each row of the table allows a difference that is there."""
    cases: list[tuple[Callable[[str], list[tuple[str, str, str]]], Any]] = [(read, SAMPLES), (refused, REFUSALS)]
    found = [(name, each) for reading, names in cases for name in names for each in reading(name)]

    assert [] == [row for row in rows() if not any(row.allows(name, each) for name, each in found)]


def test_an_array_is_compared_number_by_number() -> None:
    """What is compared reaches into vectors: two that differ are not the same."""
    assert [("[1]", "0.25", "0.5")] == compared([0.5, 0.25], array("f", [0.5, 0.5]))
