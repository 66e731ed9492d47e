from __future__ import annotations

import base64
import json
import struct
from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield import EMBEDDINGS, Client, EmbeddingRequest
from jackfield.testing import ScriptedTransport
from jackfield.testing import answer as scripted_answer
from jackfield_openai_wire import _vectors

NUMBERS = st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=5)
DEPTH = 100


@pytest.fixture(autouse=True)
def _every_answer_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_vectors, "_MANY", 0)


def spelt(numbers: list[float]) -> str:
    """Return a vector as its text."""
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


def answer(*vectors: Any, **more: Any) -> bytes:
    """Return an answer's body."""
    return json.dumps({"data": [{"index": at, "embedding": each} for at, each in enumerate(vectors)], **more}).encode()


@given(st.lists(NUMBERS, max_size=5))
def test_vectors_are_cut_out_of_a_large_answer(vectors: list[list[float]]) -> None:
    """Each is where its text was, and all else as JSON says."""
    body = answer(*map(spelt, vectors), model="m", usage={"prompt_tokens": 5})

    expected = json.loads(body)
    for item, vector in zip(expected["data"], vectors, strict=True):
        item["embedding"] = array("f", vector)
    assert expected == _vectors.loads_vectors(body, DEPTH)


def test_an_entity_has_the_vectors() -> None:
    """Of a large answer as of a small one."""
    transport = ScriptedTransport([scripted_answer(200, answer(spelt([1.0]), spelt([0.5])))])
    client = Client("openai", api_key="sk-0123456789abcdef", embeddings_model="m", transport=transport)

    assert (array("f", [1.0]), array("f", [0.5])) == client.call(EMBEDDINGS, EmbeddingRequest(input=["a", "b"])).vectors


@pytest.mark.parametrize(
    "body",
    [
        answer([0.5, 1.0]),
        answer("#0", spelt([1.0])),
        answer("#0", nested={"embedding": spelt([1.0])}),
        answer("#9", spelt([1.0])),
        answer("#", spelt([1.0])),
        answer("#0", nested={"embedding": spelt([1.0])}).replace(b"#", rb"\u0023"),
        answer("#9", spelt([1.0])).replace(b"#", rb"\u0023"),
        answer("not base64!", "AAAAA"),
        answer("AAA"),
        answer(spelt([1.0]), nested={"embedding": spelt([2.0])}),
        json.dumps({"data": {"embedding": spelt([1.0])}}).encode(),
        json.dumps([{"embedding": spelt([1.0])}]).encode(),
        json.dumps({"data": [5, {"embedding": None}], "text": '"embedding":"AAAA"'}).encode(),
    ],
)
def test_what_is_no_answer_is_read_as_it_is(body: bytes) -> None:
    """For whoever reads it to say what is wrong."""
    assert json.loads(body) == _vectors.loads_vectors(body, DEPTH)


def test_what_is_no_json_is_told() -> None:
    """As without vectors."""
    with pytest.raises(ValueError, match="."):
        _vectors.loads_vectors(answer(spelt([1.0]))[:-1], DEPTH)


def test_a_small_answer_keeps_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """In `raw`, as it came."""
    monkeypatch.setattr(_vectors, "_MANY", 1_000_000)
    body = answer(spelt([1.0]))

    assert json.loads(body) == _vectors.loads_vectors(body, DEPTH)
