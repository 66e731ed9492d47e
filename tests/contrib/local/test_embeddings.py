"""Embeddings by the real model."""

import base64
import math
import struct

import pytest

from jackfield import EMBEDDINGS, EmbeddingRequest


def closeness(one, other):
    """The cosine of two unit vectors."""
    return sum(x * y for x, y in zip(one, other, strict=True))


def test_close_meanings_are_close(client):
    """A cat is nearer to a kitten than to an invoice."""
    data = client.call(EMBEDDINGS, EmbeddingRequest(input=["a cat", "a kitten", "an invoice"])).data
    cat, kitten, invoice = (item.embedding for item in data)

    assert closeness(cat, kitten) > closeness(cat, invoice)


def test_vectors_have_384_numbers_and_length_one(client):
    """A vector is a compact array of 384 numbers, of length 1."""
    response = client.call(EMBEDDINGS, EmbeddingRequest(input="a cat"))
    vector = response.data[0].embedding

    assert 384 == len(vector)
    assert pytest.approx(1, abs=1e-5) == math.hypot(*vector)
    assert "multilingual-e5-small" == response.model
    assert 7 == response.usage.prompt_tokens == response.usage.total_tokens


def test_base64_is_the_same_numbers(post):
    """Base64 holds the numbers as little-endian float32, the same that come as JSON numbers."""
    (_, numbers), (_, text) = (
        post("/embeddings", {"input": "x", "encoding_format": form}) for form in ("float", "base64")
    )
    packed = base64.b64decode(text["data"][0]["embedding"])

    assert numbers["data"][0]["embedding"] == pytest.approx(struct.unpack("<384f", packed), abs=1e-9)


def test_the_purpose_is_the_callers(post):
    """`input_type` chooses the model's prefix; a passage has another vector than a query, "query" is the default."""
    kinds = [{}, {"input_type": "query"}, {"input_type": "passage"}, {"input_type": "document"}]
    answers = [post("/embeddings", {"input": "a cat", **kind})[1] for kind in kinds]
    default, query, passage, document = (answer["data"][0]["embedding"] for answer in answers)

    assert default == query
    assert passage == document
    assert query != passage


def test_long_texts_are_cut(post):
    """Of a long text the model reads 512 tokens; what comes after them changes nothing."""
    _, one = post("/embeddings", {"input": "word " * 5000})
    _, other = post("/embeddings", {"input": "word " * 3000 + "invoice"})

    assert 512 == one["usage"]["prompt_tokens"]
    assert one["data"] == other["data"]


def test_a_nul_does_not_end_the_text(post):
    """A NUL character counts as a blank; the C code behind would stop reading there."""
    _, answer = post("/embeddings", {"input": ["a\0cat", "a cat", "a"]})
    with_nul, with_blank, cut = (item["embedding"] for item in answer["data"])

    assert with_nul == with_blank
    assert with_nul != cut
