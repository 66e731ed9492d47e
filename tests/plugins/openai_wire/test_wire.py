"""Payloads of OpenAI-shaped services: what is sent, vectors, codecs."""

from __future__ import annotations

import json
import math
import struct
import sys
from array import array
from base64 import b64encode

import pytest

from jackfield.convert import dumps, loads
from jackfield.errors import DecodeError, InvalidRequestError
from jackfield.operations import Operation
from jackfield.operations.chat import CHAT, ChatRequest, ChatResponse
from jackfield.operations.embeddings import EMBEDDINGS, EmbeddingRequest
from jackfield.operations.images import IMAGES, ImageRequest
from jackfield.operations.messages import Message
from jackfield.operations.models import MODELS
from jackfield.plugin import HttpHead, HttpRequest, Payload, Secret
from jackfield.testing import SECRET, a_binding, a_call, an_example
from jackfield_openai_wire import Codec, Endpoint, HeaderKey, OpenAIWire, named_model

NUMBERS = [0.5, -0.25, 1.0]
PACKED = b64encode(struct.pack("<3f", *NUMBERS)).decode()


def _sent(operation, request=None, *, wire=None, **facts):
    return loads((wire or OpenAIWire()).encode_request(a_call(operation, request, **facts)).body)


# What is sent --------------------------------------------------------------------------------------------------------


def test_request_is_its_fields():
    """A field's name is its key; None is not sent, `extra` is, as it is."""
    request = ChatRequest(messages=[Message.user("Hi")], model="m", stop="x", extra={"top_k": 3, "empty": None})
    expected = {"messages": [{"role": "user", "content": "Hi"}], "model": "m", "stop": "x", "top_k": 3, "empty": None}
    assert expected == _sent(CHAT, request)


def test_stream_is_asked_for():
    """A call that streams says so in its body."""
    assert _sent(CHAT, streaming=True)["stream"] is True
    assert "stream" not in _sent(CHAT)


def test_get_has_no_body():
    """A GET has neither a body nor a content type."""
    assert Payload(None, None) == OpenAIWire().encode_request(a_call(MODELS))


def test_call_s_model_is_named():
    """The model in the body is the call's: the request's, or the client's default."""
    request = ChatRequest(messages=[Message.user("Hi")])
    assert "by-default" == _sent(CHAT, request, model="by-default")["model"]


def test_missing_model_is_missed_before_anything_is_sent():
    """Without a model where one is needed there is an InvalidRequestError that names both ways to give it."""
    with pytest.raises(InvalidRequestError) as caught:
        _sent(CHAT, ChatRequest(messages=[Message.user("Hi")]))
    assert ("model: missing; give the request model=…, or the client chat_model=…",) == caught.value.problems


def test_missing_model_without_a_setting_is_missed_too():
    """An operation of somebody else's has no setting for its model, and the error names none."""
    poems = Operation("poems", ChatRequest, ChatResponse)
    with pytest.raises(InvalidRequestError) as caught:
        _sent(poems, ChatRequest(messages=[Message.user("Hi")]))
    assert ("model: missing; give the request model=…",) == caught.value.problems


def test_model_may_be_left_out_where_it_is_not_needed():
    """Pictures go without a model: the provider chooses."""
    assert {"prompt": "a kite"} == _sent(IMAGES, ImageRequest(prompt="a kite"))
    assert named_model(a_call(MODELS)) is None


def test_body_model_decides_what_the_body_names():
    """A provider that puts the model elsewhere leaves it out of the body, or names another."""
    assert "model" not in _sent(CHAT, wire=OpenAIWire(body_model=lambda _: None))
    assert "deployed" == _sent(CHAT, wire=OpenAIWire(body_model=lambda _: "deployed"))["model"]


@pytest.mark.parametrize(("asked", "sent"), [(None, "base64"), ("float", "float"), ("base64", "base64")])
def test_vectors_are_asked_for_in_base64(asked, sent):
    """Where nothing is asked, base64 is; what the caller asks for holds."""
    request = EmbeddingRequest(input="a", model="m", encoding_format=asked)
    assert sent == _sent(EMBEDDINGS, request)["encoding_format"]


def test_codec_changes_what_differs():
    """A codec sees the document on its way out and on its way in, and wins over the built-in one."""
    codec = Codec(
        encode=lambda call, document: {**document, "asked_by": call.provider},
        decode=lambda _, document: {"data": document["vectors"]},
    )
    wire = OpenAIWire(codecs={"embeddings": codec})
    request = EmbeddingRequest(input="a", model="m")
    assert {"input": "a", "model": "m", "asked_by": "a-provider"} == _sent(EMBEDDINGS, request, wire=wire)
    body = dumps({"vectors": [{"index": 0, "embedding": NUMBERS}]})
    assert NUMBERS == list(wire.decode_response(a_call(EMBEDDINGS), HttpHead(200), body).data[0].embedding)


def test_codec_changes_nothing_by_itself():
    """A codec's halves leave what they are not told to change."""
    wire = OpenAIWire(codecs={"chat.completions": Codec()})
    assert _sent(CHAT) == _sent(CHAT, wire=wire)
    assert "x" == wire.decode_response(a_call(), HttpHead(200), b'{"id": "x", "choices": []}').id


def test_warming_up_sends_nothing_and_changes_nothing():
    """After `warm_up` a wire does what it did."""
    wire = OpenAIWire()
    wire.warm_up()
    assert _sent(CHAT) == _sent(CHAT, wire=wire)


# Vectors -------------------------------------------------------------------------------------------------------------


def _vector(value):
    body = json.dumps({"data": [{"index": 0, "embedding": value}]}).encode()
    return OpenAIWire().decode_response(a_call(EMBEDDINGS), HttpHead(200), body).data[0].embedding


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (PACKED, array("f", NUMBERS)),
        (NUMBERS, array("f", NUMBERS)),
        ([0.1, 1e-50], array("f", [0.1, 0.0])),
        ([1, 2], array("f", [1, 2])),
        ([3.4028234e38, 3.4028234e38], array("f", [3.4028234e38, 3.4028234e38])),
    ],
)
def test_vector_is_read_by_what_comes(value, expected):
    """Text is base64 of float32, a list has decimals, whichever was asked for; the numbers are 32-bit floats always."""
    vector = _vector(value)
    assert (expected.typecode, expected) == (vector.typecode, vector)


def test_vector_speaks_the_buffer_protocol():
    """Numbers can be taken from a vector without a copy."""
    assert NUMBERS == memoryview(_vector(PACKED)).tolist()


def test_vector_is_swapped_where_the_machine_is_the_other_way_round(monkeypatch):
    """base64 holds little-endian numbers; a big-endian machine turns their bytes."""
    monkeypatch.setattr(sys, "byteorder", "big")
    assert struct.pack(">3f", *NUMBERS) == _vector(PACKED).tobytes()


def test_a_list_of_numbers_is_the_same_on_every_machine(monkeypatch):
    """Which way round a machine has its bytes is nobody's business there."""
    monkeypatch.setattr(sys, "byteorder", "big")
    assert NUMBERS == _vector(NUMBERS).tolist()


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("A", "expected base64: "),
        ("@@@@", "expected base64: "),
        (PACKED + "\n", "expected base64: "),
        ("ä", "expected base64: "),
        ("QUE=", "expected base64 of float32 numbers, got 2 bytes"),
        ("", "expected a vector, got an empty one"),
        ([], "expected a vector, got an empty one"),
        ({"a": 1}, "expected base64 or a list of numbers, got dict"),
        (7, "expected base64 or a list of numbers, got int"),
        (["a"], "expected a list of numbers, got one with str in it"),
        ([True, 0.5], "expected a list of numbers, got one with bool in it"),
        ([None, [], 0.5], "expected a list of numbers, got one with NoneType in it"),
        ([10**400], "got one with a whole number that is too large"),
        ([1e39, 0.5], "finite 32-bit floats"),
        (b64encode(struct.pack("<2f", math.inf, -math.inf)).decode(), "finite 32-bit floats"),
        (b64encode(struct.pack("<2f", 0.5, math.nan)).decode(), "finite 32-bit floats"),
    ],
)
def test_what_is_no_vector_is_told_with_its_path(value, problem):
    """A value that is no vector is a DecodeError with the path."""
    with pytest.raises(DecodeError) as caught:
        _vector(value)
    assert problem in caught.value.problems[0]
    assert "@ $.data[0].embedding" in caught.value.problems[0]


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "Infinity"])
def test_what_json_has_no_number_for_is_no_vector(number):
    """A parser may give infinity for it; nothing can be compared with that."""
    body = b'{"data": [{"index": 0, "embedding": [0.5, %s]}]}' % number.encode()
    with pytest.raises(DecodeError, match="finite 32-bit floats"):
        OpenAIWire().decode_response(a_call(EMBEDDINGS), HttpHead(200), body)


# Parts ---------------------------------------------------------------------------------------------------------------


class _Gateway:
    """A provider in the shape of most gateways."""

    def parts(self):
        key = Secret(SECRET).bound_to("https://gateway.example.com")
        return Endpoint("https://gateway.example.com/v1"), HeaderKey(key, "x-api-key", ""), OpenAIWire()


def test_key_may_go_in_any_header():
    """Header and prefix are the gateway's choice."""
    request = HttpRequest("POST", "https://gateway.example.com/v1/embeddings")
    authorized = a_binding(_Gateway()).authorize(a_call(), request, None)
    assert {"x-api-key": SECRET} == authorized.revealed_headers()


def test_no_key_changes_nothing():
    """An endpoint that wants no key gets none."""
    request = HttpRequest("POST", "https://gateway.example.com/v1/embeddings")
    assert request is HeaderKey(None).authorize(request)


def test_path_follows_from_the_operation_s_name():
    """Dots become slashes."""
    endpoint = Endpoint("https://gateway.example.com/v1")
    paths = [endpoint.build_url(a_call(each)) for each in (CHAT, IMAGES, MODELS)]
    base = "https://gateway.example.com/v1"
    assert [f"{base}/chat/completions", f"{base}/images/generations", f"{base}/models"] == paths


def test_examples_are_encoded_without_a_change():
    """Encoding leaves the request as it was."""
    for operation in (CHAT, EMBEDDINGS, IMAGES):
        before = repr(an_example(operation))
        _sent(operation)
        assert before == repr(an_example(operation))
