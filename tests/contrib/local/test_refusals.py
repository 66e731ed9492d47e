"""What the transport refuses, as the wire will read it."""

import pytest

from jackfield import MODELS
from jackfield.plugin import ConnectError, HttpRequest

USER = [{"role": "user", "content": "Hi"}]
BIG = [{"role": "user", "content": "word " * 5000}]
PICTURE = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}]
BAD_SCHEMA = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "nonsense"}}}
REFUSED = [
    # path, document, status, param, code, a part of the message
    ("/chat/completions", b"{", 400, None, None, "no JSON"),
    ("/chat/completions", [], 400, None, None, "JSON object"),
    ("/chat/completions", {}, 400, "messages", None, "at least one message"),
    ("/chat/completions", {"messages": []}, 400, "messages", None, "at least one message"),
    ("/chat/completions", {"messages": [{"content": "x"}]}, 400, None, None, "Missing 'role'"),
    ("/chat/completions", {"messages": PICTURE}, 400, "messages", None, "text alone"),
    ("/chat/completions", {"messages": BIG}, 400, "messages", "context_length_exceeded", "context size"),
    ("/chat/completions", {"messages": BIG, "stream": True}, 400, "messages", "context_length_exceeded", "context"),
    ("/chat/completions", {"messages": USER, "temperature": "hot"}, 400, "temperature", None, "must be number"),
    ("/chat/completions", {"messages": USER, "n": 9}, 400, "n", None, "1 <= value <= 2"),
    ("/chat/completions", {"messages": USER, "response_format": {"type": "x"}}, 400, "response_format", None, "type"),
    ("/chat/completions", {"messages": USER, "response_format": BAD_SCHEMA}, 400, "response_format", None, "nonsense"),
    ("/chat/completions", {"messages": USER, "model": "x.gguf"}, 404, "model", "model_not_found", "SmolLM2"),
    ("/embeddings", {"input": "x", "model": "other"}, 404, "model", "model_not_found", "multilingual-e5-small"),
    ("/embeddings", {}, 400, "input", None, "list of texts"),
    ("/embeddings", {"input": []}, 400, "input", None, "list of texts"),
    ("/embeddings", {"input": [""]}, 400, "input", None, "empty"),
    ("/embeddings", {"input": [1, 2]}, 400, "input", None, "must be text"),
    ("/embeddings", {"input": [[1, 2]]}, 400, "input", None, "must be text"),
    ("/embeddings", {"input": "x", "dimensions": 100}, 400, "dimensions", None, "384"),
    ("/embeddings", {"input": "x", "encoding_format": "hex"}, 400, "encoding_format", None, "base64"),
    ("/embeddings", {"input": "x", "input_type": "poem"}, 400, "input_type", None, "passage"),
    ("/audio/speech", {}, 404, None, "not_found", "/audio/speech"),
]


@pytest.mark.parametrize(("path", "document", "status", "param", "code", "part"), REFUSED)
def test_a_refusal_is_an_error_document(post, path, document, status, param, code, part):
    """What cannot be answered comes as status and error document, with the field it is about."""
    given, answer = post(path, document)

    assert status == given
    assert {"message", "type", "param", "code"} == set(answer["error"])
    assert ("invalid_request_error", param, code) == tuple(answer["error"][key] for key in ("type", "param", "code"))
    assert part in answer["error"]["message"]


def test_other_schemes_are_not_reached(transport):
    """The transport sends nothing anywhere."""
    with pytest.raises(ConnectError, match="reaches no"):
        transport.send(HttpRequest("POST", "https://example.com/chat/completions"), 1.0)


def test_models_are_listed(client):
    """MODELS lists the chat model and the embedding model."""
    assert ["SmolLM2-135M-Instruct", "multilingual-e5-small"] == [model.id for model in client.call(MODELS).data]
