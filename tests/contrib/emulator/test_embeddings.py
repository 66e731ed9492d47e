"""Vectors, asked for with the vendor's own SDK and by hand."""

from __future__ import annotations

import struct
from base64 import b64decode
from math import hypot, isclose

import openai
import pytest

SMALL = "text-embedding-3-small"


def vectors(client, given, model=SMALL, **options) -> list[list[float]]:
    """Return the vectors of some inputs."""
    return [each.embedding for each in client.embeddings.create(model=model, input=given, **options).data]


@pytest.mark.parametrize(
    ("model", "size"), [(SMALL, 1536), ("text-embedding-3-large", 3072), ("text-embedding-ada-002", 1536)]
)
def test_length(client, model, size):
    """A vector has the model's dimensions, and length one."""
    (vector,) = vectors(client, "otter", model)

    assert size == len(vector)
    assert isclose(1.0, hypot(*vector), abs_tol=1e-5)


def test_same_text_same_vector(connect):
    """The same text has the same vector on every surface; another text another one."""
    otter, seal, again = (
        vectors(connect(name), text)[0]
        for name, text in (("openai", "otter"), ("azure-v1", "seal"), ("azure-dated", "otter"))
    )

    assert otter == again
    assert otter != seal


def test_texts_that_share_words_are_near(connect):
    """Texts that share words point in a more similar direction than texts that do not."""
    one, near, far = vectors(connect("openai"), ["the otter swims", "the otter sleeps", "stock prices fell"])

    assert sum(map(float.__mul__, one, near)) > 0.3 > sum(map(float.__mul__, one, far))


def test_dimensions(client):
    """Fewer dimensions are the first ones of all, at length one again."""
    (whole,) = vectors(client, "otter")
    (short,) = vectors(client, "otter", dimensions=8)
    length = hypot(*whole[:8])

    assert 8 == len(short)
    assert [round(each / length, 5) for each in whole[:8]] == [round(each, 5) for each in short]


def test_both_encodings_agree(ask, place):
    """Base64 is the floats as little-endian float32, exactly."""
    body = {"model": SMALL, "input": "otter"}
    floats = ask(place.embeddings, body, **place.auth).document["data"][0]["embedding"]
    text = ask(place.embeddings, body | {"encoding_format": "base64"}, **place.auth).document["data"][0]["embedding"]

    assert floats == list(struct.unpack("<1536f", b64decode(text)))


@pytest.mark.parametrize(
    ("given", "many"), [("otter", 1), (["otter", "seal"], 2), ([1, 2, 3], 1), ([[1, 2], [3]], 2)], ids=str
)
def test_inputs(client, given, many):
    """A text, texts, token ids and lists of them are accepted, and answered in their order."""
    response = client.embeddings.create(model=SMALL, input=given)

    assert list(range(many)) == [each.index for each in response.data]
    assert response.usage.prompt_tokens == response.usage.total_tokens >= many


def test_name_of_ada(client, surface):
    """The old model answers by other names than it is asked by."""
    model = client.embeddings.create(model="text-embedding-ada-002", input="otter").model

    assert ("text-embedding-ada-002-v2" if "openai" == surface else "ada") == model


@pytest.mark.parametrize(
    "options",
    [
        {"input": ""},
        {"input": []},
        {"input": ["otter", ""]},
        {"input": [1, "otter"]},
        {"input": ["x"] * 2049},
        {"input": "otter " * 8193},
        {"input": ["otter " * 8000] * 38},
        {"input": {"text": "otter"}},
        {"dimensions": 0},
        {"dimensions": 1537},
        {"dimensions": 8, "model": "text-embedding-ada-002"},
        {"encoding_format": "hex"},
    ],
    ids=lambda options: str(options)[:30],
)
def test_refusals(connect, options):
    """Inputs and dimensions beyond the limits are refused."""
    with pytest.raises(openai.BadRequestError) as caught:
        connect("openai").embeddings.create(**{"model": SMALL, "input": "otter", **options})

    assert "invalid_request_error" == caught.value.type
