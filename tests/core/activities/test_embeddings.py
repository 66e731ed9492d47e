from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from typing import Any

import pytest
from hand import Letters, scripted
from hypothesis import given
from hypothesis import strategies as st

from jackfield import (
    AsyncClient,
    AuthenticationError,
    Client,
    DataBatch,
    DecodeError,
    InvalidRequestError,
    JackfieldError,
    RejectedError,
    UnavailableError,
)
from jackfield.activities.batch import DataChunk, estimated_tokens
from jackfield_openai_wire import Endpoint, HeaderKey, OpenAIWire


class Embedding(Letters):
    """Embeds over scripted replies."""

    def parts(self) -> Sequence[object]:
        """An OpenAI-shaped one, without a key."""
        return Endpoint("https://models.example/v1"), HeaderKey(None), OpenAIWire()


def vectors(*numbers: float, order: Sequence[int] | None = None) -> bytes:
    """Return an answer with a vector of one number for each text, in any order."""
    data = [{"index": at, "embedding": [number]} for at, number in enumerate(numbers)]
    return json.dumps({"data": [data[at] for at in order or range(len(data))]}).encode()


def refuses(status: int, code: str | None) -> tuple[int, bytes]:
    """Return a refusal."""
    return status, json.dumps({"error": {"message": "no", "code": code}}).encode()


TOO_LARGE_AT_ONCE = (
    429,
    b'{"error": {"message": "Request too large", "type": "tokens", "code": "rate_limit_exceeded"}}',
)
TOO_MANY = refuses(400, "max_tokens_per_request")


def a_client(*answers: Any) -> tuple[Client, Any]:
    """Return a client over scripted answers, and its transport."""
    transport = scripted(answers)
    return Client(Embedding(), transport=transport, embeddings_model="m", retries=0), transport


def inputs(transport: Any) -> list[list[str]]:
    """Return what each request asked."""
    return [json.loads(each.body)["input"] for each in transport.requests]


def numbers(batch: DataBatch) -> list[float | None]:
    """Return the vectors' only numbers."""
    return [None if vector is None else vector[0] for vector in batch.vectors]


def test_one_text_gives_its_vector() -> None:
    """As 32-bit floats."""
    client, transport = a_client(vectors(0.5))

    assert array("f", [0.5]) == client.embed("a text", dimensions=1)
    assert {"input": ["a text"], "model": "m", "dimensions": 1, "encoding_format": "base64"} == json.loads(
        transport.requests[0].body
    )


@pytest.mark.parametrize(
    ("text", "parameters", "problem"),
    [
        (["a"], {}, "text: must be text, not list; embed_batch() takes many"),
        ("", {}, "input"),
        ("a", {"size": 5}, "size: unknown; there are "),
        ("a", {"dimensions": 0}, "dimensions must be"),
    ],
)
def test_what_cannot_be_embedded_is_told(text: Any, parameters: dict[str, Any], problem: str) -> None:
    """Before anything is sent."""
    client, transport = a_client()
    with pytest.raises(InvalidRequestError) as caught:
        client.embed(text, **parameters)  # type: ignore[arg-type]

    assert caught.value.problems[0].startswith(problem)
    assert not transport.requests


def test_every_chunk_gets_its_own_vector() -> None:
    """Whatever order the answer has; in as many calls as it takes, each of them told."""
    client, transport = a_client(vectors(1, 2, 3, order=(2, 0, 1)), vectors(4, 5, order=(1, 0)))
    batch = DataBatch(["a", "b", "c", "d", "e"], most_items=3)
    told: list[tuple[int, int]] = []
    client.embed_batch(batch, progress=lambda *done: told.append(done))

    assert [1, 2, 3, 4, 5] == numbers(batch)
    assert ([["a", "b", "c"], ["d", "e"]], [(3, 5), (5, 5)]) == (inputs(transport), told)


async def test_the_same_for_asyncio() -> None:
    """One and many."""
    transport = scripted([vectors(1), vectors(1, 2)])
    batch = DataBatch(["a", "b"])
    async with AsyncClient(Embedding(), transport=transport, embeddings_model="m") as client:
        assert 1 == (await client.embed("a"))[0]
        await client.embed_batch(batch)

    assert [1, 2] == numbers(batch)


def test_a_part_that_failed_is_sent_again_without_the_others() -> None:
    """By the same line: the chunks that have a vector are left alone."""
    client, transport = a_client(vectors(1), refuses(400, "content_filter"), vectors(3), vectors(2))
    batch = DataBatch(["a", "b", "c"], most_items=1)
    with pytest.raises(RejectedError) as caught:
        client.embed_batch(batch)

    assert [1, None, 3] == numbers(batch)
    assert ["b"] == [chunk.input for chunk in batch.missing]
    assert ["chunk 1 of 3 failed; embed_batch(batch) again sends those that have no vector"] == caught.value.__notes__
    client.embed_batch(batch)
    assert ([1, 2, 3], ["b"]) == (numbers(batch), inputs(transport)[-1])


@pytest.mark.parametrize(
    ("answer", "error"), [(refuses(401, None), AuthenticationError), (refuses(503, None), UnavailableError)]
)
def test_what_all_parts_would_meet_ends_the_batch(answer: Any, error: type[JackfieldError]) -> None:
    """The key, the network, the time: nothing more is sent."""
    client, transport = a_client(vectors(1, 2), answer)
    batch = DataBatch(["a", "b", "c", "d", "e"], most_items=2)
    with pytest.raises(error) as caught:
        client.embed_batch(batch)

    assert 2 == len(transport.requests)
    assert [1, 2, None, None, None] == numbers(batch)
    assert caught.value.__notes__[0].startswith("chunks 2 to 3 of 5 failed")


def test_a_model_that_is_not_there_ends_the_batch() -> None:
    """It is there for no part."""
    client, transport = a_client(refuses(404, "model_not_found"))
    with pytest.raises(RejectedError):
        client.embed_batch(DataBatch(["a", "b"], most_items=1))

    assert 1 == len(transport.requests)


def test_an_answer_that_does_not_fit_is_its_parts_own() -> None:
    """The next part may have a better one."""
    client, _ = a_client(b"<html>", vectors(2))
    batch = DataBatch(["a", "b"], most_items=1)
    with pytest.raises(DecodeError):
        client.embed_batch(batch)

    assert [None, 2] == numbers(batch)


def test_progress_goes_on_where_it_was() -> None:
    """In a batch that has some vectors already."""
    client, _ = a_client(vectors(2))
    batch = DataBatch(["a", "b"])
    batch.chunks[0].vector = array("f", [1])
    told: list[tuple[int, int]] = []
    client.embed_batch(batch, progress=lambda *done: told.append(done))

    assert [(2, 2)] == told


@pytest.mark.parametrize("batch", [["a"], "a", None])
def test_what_is_no_batch_is_told(batch: Any) -> None:
    """With what is one."""
    client, _ = a_client()
    with pytest.raises(InvalidRequestError, match="must be a DataBatch, such as DataBatch"):
        client.embed_batch(batch)


def test_parts_are_filled_to_the_last_token() -> None:
    """And to no more."""
    batch = DataBatch(["aaa", "aaa", "aaa"], most_tokens=4)
    assert [2, 1] == [len(part) for part in batch.parts()]
    assert 1 == estimated_tokens("a")


def test_the_first_failure_is_told() -> None:
    """Where several parts fail."""
    client, _ = a_client(refuses(400, "first"), refuses(400, "second"))
    with pytest.raises(RejectedError) as caught:
        client.embed_batch(DataBatch(["a", "b"], most_items=1))

    assert "first" == caught.value.code


@pytest.mark.parametrize("answer", [TOO_MANY, refuses(413, None), TOO_LARGE_AT_ONCE])
def test_a_part_that_has_more_tokens_than_we_thought_is_halved(answer: Any) -> None:
    """Until it fits: nobody needs to know how tokens are counted."""
    client, transport = a_client(answer, vectors(1), answer, vectors(2), vectors(3))
    batch = DataBatch(["a", "b", "c"])
    client.embed_batch(batch)

    assert [1, 2, 3] == numbers(batch)
    assert [["a", "b", "c"], ["a"], ["b", "c"], ["b"], ["c"]] == inputs(transport)


def test_one_text_that_is_too_large_is_a_failure() -> None:
    """There is nothing to halve."""
    client, _ = a_client(TOO_MANY, vectors(2))
    batch = DataBatch(["a", "b"], most_items=1)
    with pytest.raises(RejectedError):
        client.embed_batch(batch)

    assert [None, 2] == numbers(batch)


@pytest.mark.parametrize(
    "answer",
    [vectors(1), vectors(1, 2, 3), b'{"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [2]}]}'],
)
def test_vectors_that_belong_to_no_text_are_an_error(answer: bytes) -> None:
    """Too few, too many, or two for one."""
    client, _ = a_client(answer)
    batch = DataBatch(["a", "b"])
    with pytest.raises(DecodeError, match="vectors for 2 texts"):
        client.embed_batch(batch)

    assert [None, None] == numbers(batch)


def test_an_empty_batch_sends_nothing() -> None:
    """But wrong parameters are told."""
    client, transport = a_client()
    client.embed_batch(DataBatch())
    with pytest.raises(InvalidRequestError):
        client.embed_batch(DataBatch(), dimensions=0)

    assert not transport.requests


# The batch itself ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"texts": "abc"}, "texts must be several"),
        ({"most_items": 0}, "most_items must be a whole number from 1 to 2048"),
        ({"most_items": 2049}, "most_items must be"),
        ({"most_tokens": True}, "most_tokens must be"),
        ({"texts": ["a", ""]}, "texts[1] must be text of at least 1 character"),
        ({"texts": ["a", 5]}, "texts[1] must be text"),
    ],
)
def test_a_batch_that_cannot_be_made_is_told(arguments: dict[str, Any], problem: str) -> None:
    """Before there is one."""
    with pytest.raises(InvalidRequestError) as caught:
        DataBatch(**arguments)

    assert caught.value.problems[0].startswith(problem)


def test_a_chunk_shows_how_long_its_vector_is() -> None:
    """Not its numbers."""
    batch = DataBatch(["a"])
    (chunk,) = batch
    assert "DataChunk(input='a', index=0, vector=None)" == repr(chunk)
    chunk.vector = array("f", [1, 2])
    assert "DataChunk(input='a', index=0, vector=<2>)" == repr(chunk)
    assert isinstance(batch.add("b"), DataChunk)


@given(st.lists(st.text(min_size=1)), st.integers(1, 5), st.integers(1, 20))
def test_parts_hold_every_chunk_once_and_fit(texts: list[str], most_items: int, most_tokens: int) -> None:
    """In order; a part is over the tokens only where it is one text."""
    batch = DataBatch(texts, most_items=most_items, most_tokens=most_tokens)
    parts = batch.parts()

    assert batch.chunks == [chunk for part in parts for chunk in part]
    assert all(len(part) <= most_items for part in parts)
    assert all(1 == len(part) or sum(estimated_tokens(each.input) for each in part) <= most_tokens for part in parts)
