"""The vendor's own client as the judge of provider `openai`: the same call must be the same request.

What differs, and is meant to: `user-agent`, `accept` (theirs is JSON for a stream too), `accept-encoding` (theirs is
whatever their HTTP library unpacks), and what only theirs sends: `x-stainless-*` and `connection`. Everything else, the
JSON body above all, is equal: a stream is marked by `stream: true`, and vectors are asked for as base64 by both.
"""

from __future__ import annotations

import array
import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest
from server import Received, Server, chunked, plain

from jackfield import (
    CHAT,
    EMBEDDINGS,
    IMAGES,
    MODELS,
    AnswerError,
    ChatRequest,
    Client,
    EmbeddingRequest,
    ImageRequest,
    Message,
)
from jackfield.operations.chat import (
    Function,
    FunctionCall,
    ImagePart,
    JsonSchema,
    ResponseFormat,
    TextPart,
    Tool,
    ToolCall,
)

KEY = "sk-0123456789"
OURS_ALONE: set[str] = set()
THEIRS_ALONE = {"connection", "x-stainless-"}
DIFFERENT = {"user-agent", "accept", "accept-encoding"}

CHAT_ANSWER = json.dumps({
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}).encode()  # fmt: skip
OPENING = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":'
EVENTS = [
    OPENING + b'[{"index":0,"delta":{"content":"hello"}}]}\n\n',
    OPENING + b'[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
    b"data: [DONE]\n\n",
]
VECTOR = base64.b64encode(array.array("f", [1.0, 2.5]).tobytes()).decode()
EMBEDDED = json.dumps({
    "object": "list", "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1},
    "data": [{"object": "embedding", "index": 0, "embedding": VECTOR}],
}).encode()  # fmt: skip
PICTURE = b'{"created": 1, "data": [{"b64_json": "aGk="}]}'
LISTED = b'{"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "o"}]}'

HI = [Message.user("hi")]
THEIR_HI = [{"role": "user", "content": "hi"}]
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}

CHATS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("nothing but messages", {}, {}),
    *[
        (name, {name: value}, {name: value})
        for name, value in {
            "temperature": 0.2,
            "top_p": 0.9,
            "n": 2,
            "seed": 7,
            "stop": "x",
            "logprobs": True,
            "top_logprobs": 3,
            "max_tokens": 5,
            "max_completion_tokens": 6,
            "frequency_penalty": -0.5,
            "presence_penalty": 1,
            "logit_bias": {"50256": -100},
            "user": "u1",
            "safety_identifier": "s1",
            "prompt_cache_key": "k",
            "prompt_cache_retention": "24h",
            "reasoning_effort": "low",
            "verbosity": "low",
            "service_tier": "flex",
            "store": True,
            "metadata": {"a": "b"},
            "parallel_tool_calls": False,
            "modalities": ["text"],
            "tool_choice": "auto",
        }.items()
    ],
    ("several stops", {"stop": ["x", "y"]}, {"stop": ["x", "y"]}),
    ("text that is no ASCII", {"user": "größe €"}, {"user": "größe €"}),
    ("json_object", {"response_format": "json_object"}, {"response_format": {"type": "json_object"}}),
    (
        "json_schema",
        {
            "response_format": ResponseFormat(
                type="json_schema", json_schema=JsonSchema(name="c", schema=SCHEMA, strict=True)
            )
        },
        {"response_format": {"type": "json_schema", "json_schema": {"name": "c", "schema": SCHEMA, "strict": True}}},
    ),
    (
        "a tool",
        {
            "tools": [
                Tool(type="function", function=Function(name="f", description="d", parameters=SCHEMA, strict=True))
            ]
        },
        {
            "tools": [
                {
                    "type": "function",
                    "function": {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True},
                }
            ]
        },
    ),
    (
        "every role",
        {
            "messages": [
                Message.system("s"),
                Message.developer("d"),
                Message.user([TextPart(text="t"), ImagePart.from_url("https://x.example/a.png")], name="Ann"),
                Message.assistant(
                    tool_calls=[ToolCall(id="1", type="function", function=FunctionCall(name="f", arguments="{}"))]
                ),
                Message.tool("sunny", tool_call_id="1"),
                Message.assistant("done"),
            ]
        },
        {
            "messages": [
                {"role": "system", "content": "s"},
                {"role": "developer", "content": "d"},
                {
                    "role": "user",
                    "name": "Ann",
                    "content": [
                        {"type": "text", "text": "t"},
                        {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}},
                    ],
                },
                {
                    "role": "assistant",
                    "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
                },
                {"role": "tool", "tool_call_id": "1", "content": "sunny"},
                {"role": "assistant", "content": "done"},
            ]
        },
    ),
    ("a new parameter", {"extra": {"brand_new": {"a": None}}}, {"extra_body": {"brand_new": {"a": None}}}),
]
EMBEDS: list[dict[str, Any]] = [
    {"input": "a"},
    {"input": ["a", "b"]},
    {"input": [1, 2, 3]},
    {"input": [[1, 2], [3]]},
    {"input": "a", "dimensions": 2},
    {"input": "a", "encoding_format": "base64"},
    {"input": "a", "user": "u"},
]
IMAGINED: list[dict[str, Any]] = [
    {},
    {"n": 2, "size": "1024x1024", "quality": "high"},
    {"background": "transparent", "output_format": "webp", "output_compression": 80, "moderation": "low"},
    {"style": "vivid", "response_format": "b64_json", "user": "u"},
]

Record = Callable[..., tuple[str, Server]]


@pytest.fixture
def recorded() -> Iterator[Callable[..., Server]]:
    """Return a function that starts a server that gives one answer to everything."""
    servers: list[Server] = []

    def recording(answer: Any) -> Server:
        servers.append(Server(chunked(answer) if isinstance(answer, list) else plain(answer)))
        return servers[-1]

    yield recording
    for each in servers:
        each.close()


def ours(server: Server, **settings: Any) -> Client:
    """Return our client, for that server."""
    return Client("openai", endpoint=f"{server.url}/v1", api_key=KEY, retries=0, **settings)


@pytest.fixture(scope="module")
def theirs() -> Iterator[Callable[..., Any]]:
    """Return a function that returns theirs; all share one HTTP client, whose TLS context takes them long to make."""
    with openai.OpenAI(base_url="http://127.0.0.1:9", api_key=KEY, max_retries=0) as client:
        yield lambda server, **settings: client.with_options(base_url=f"{server.url}/v1", **settings)


def same(server: Server) -> tuple[Received, Received]:
    """Assert that the two requests are the same; return them, ours first."""
    mine, other = server.requests
    assert (other.method, other.path) == (mine.method, mine.path)
    if other.body or mine.body:
        assert json.loads(other.body) == json.loads(mine.body)
    names, other_names = set(mine.headers) - DIFFERENT, set(other.headers) - DIFFERENT
    assert OURS_ALONE == names - other_names
    assert not {each for each in other_names - names if not each.startswith(tuple(THEIRS_ALONE))}
    for name in names - {"content-length"}:
        assert other.headers[name] == mine.headers[name]
    return mine, other


@pytest.mark.parametrize(("what", "fields", "their_fields"), CHATS, ids=[what for what, _, _ in CHATS])
@pytest.mark.parametrize("streaming", [False, True], ids=["call", "stream"])
def test_a_chat_is_the_same_request(
    what: str,
    fields: dict[str, Any],
    their_fields: dict[str, Any],
    streaming: bool,
    recorded: Callable[..., Server],
    theirs: Any,
) -> None:
    """Method, path, credentials and JSON, plain and streaming; and both read the same text."""
    server = recorded(EVENTS if streaming else CHAT_ANSWER)
    request = ChatRequest(**{"messages": HI, "model": "m", **fields})
    their_request = {"messages": THEIR_HI, "model": "m", **their_fields}

    with ours(server) as client:
        their_client = theirs(server)
        if streaming:
            text = "".join(event.text for event in client.stream(CHAT, request))
            with their_client.chat.completions.create(**their_request, stream=True) as stream:
                other = "".join(each.choices[0].delta.content or "" for each in stream)
        else:
            text = client.call(CHAT, request).text
            other = their_client.chat.completions.create(**their_request).choices[0].message.content

    assert "hello" == other == text
    mine, _ = same(server)
    assert (f"Bearer {KEY}", "application/json") == (mine.headers["authorization"], mine.headers["content-type"])
    assert "text/event-stream" == mine.headers["accept"] if streaming else "application/json" == mine.headers["accept"]


def test_usage_of_a_stream_is_asked_for_in_the_same_way(recorded: Callable[..., Server], theirs: Any) -> None:
    """`stream_options`."""
    server = recorded(EVENTS)
    options = {"include_usage": True}

    with ours(server) as client:
        their_client = theirs(server)
        list(client.stream(CHAT, ChatRequest(messages=HI, model="m", stream_options=options)))
        list(their_client.chat.completions.create(messages=THEIR_HI, model="m", stream=True, stream_options=options))

    same(server)


@pytest.mark.parametrize("fields", EMBEDS, ids=str)
def test_an_embedding_is_the_same_request(fields: dict[str, Any], recorded: Callable[..., Server], theirs: Any) -> None:
    """Both ask for base64 where nothing is asked, and read the same numbers."""
    server = recorded(EMBEDDED)

    with ours(server) as client:
        their_client = theirs(server)
        vector = list(client.call(EMBEDDINGS, EmbeddingRequest(model="m", **fields)).data[0].embedding)
        other = their_client.embeddings.create(model="m", **fields).data[0].embedding

    assert [1.0, 2.5] == vector
    assert fields.get("encoding_format") == "base64" or other == vector
    assert "base64" == json.loads(same(server)[0].body)["encoding_format"]


@pytest.mark.parametrize("fields", IMAGINED, ids=str)
def test_a_picture_is_the_same_request(fields: dict[str, Any], recorded: Callable[..., Server], theirs: Any) -> None:
    """Every parameter under the same name."""
    server = recorded(PICTURE)

    with ours(server) as client:
        their_client = theirs(server)
        picture = client.call(IMAGES, ImageRequest(prompt="a cat", model="m", **fields)).data[0].b64_json
        other = their_client.images.generate(prompt="a cat", model="m", **fields).data[0].b64_json

    assert "aGk=" == other == picture
    same(server)


def test_listing_models_is_the_same_request(recorded: Callable[..., Server], theirs: Any) -> None:
    """A GET without a body."""
    server = recorded(LISTED)

    with ours(server) as client:
        their_client = theirs(server)
        names = [each.id for each in client.call(MODELS).data]
        others = [each.id for each in their_client.models.list().data]

    assert ["m"] == others == names
    mine, _ = same(server)
    assert ("GET", "/v1/models", b"") == (mine.method, mine.path, mine.body)


def test_billing_headers_are_the_same(recorded: Callable[..., Server], theirs: Any) -> None:
    """Organisation and project."""
    server = recorded(CHAT_ANSWER)
    billed = {"organization": "org-1", "project": "proj-1"}

    with ours(server, **billed) as client:
        their_client = theirs(server, **billed)
        client.call(CHAT, ChatRequest(messages=HI, model="m"))
        their_client.chat.completions.create(messages=THEIR_HI, model="m")

    mine, _ = same(server)
    assert ("org-1", "proj-1") == (mine.headers["openai-organization"], mine.headers["openai-project"])


REFUSALS = [
    (400, {"message": "no", "type": "invalid_request_error", "param": "n", "code": "bad_n"}),
    (401, {"message": "no", "type": "invalid_request_error", "param": None, "code": "invalid_api_key"}),
    (404, {"message": "no", "type": "invalid_request_error", "param": "model", "code": "model_not_found"}),
    (429, {"message": "no", "type": "tokens", "param": None, "code": "rate_limit_exceeded"}),
    (500, {"message": "no", "type": "server_error", "param": None, "code": None}),
]


@pytest.mark.parametrize(("status", "said"), REFUSALS)
def test_a_refusal_is_read_in_the_same_way(status: int, said: dict[str, Any], theirs: Any) -> None:
    """Status, code, type and parameter of one error document."""
    answer = plain(json.dumps({"error": said}).encode(), status, {"x-request-id": "req_1"})
    with Server(answer) as server, ours(server) as client:
        their_client = theirs(server)
        with pytest.raises(AnswerError) as mine:
            client.call(CHAT, ChatRequest(messages=HI, model="m"))
        with pytest.raises(openai.APIStatusError) as other:
            their_client.chat.completions.create(messages=THEIR_HI, model="m")

    facts = [
        (each.code, each.type, each.param, each.request_id) for each in (mine.value, other.value)
    ]  # fmt: skip
    assert facts[1] == facts[0]
    assert other.value.status_code == mine.value.status
