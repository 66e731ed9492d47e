"""What the oracle's tests ask with: for each parameter of the vendor's SDK at least one value, spelt for both clients.

A parameter that the SDK gains has no line here, and `test_every_parameter_has_a_value` says which.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import openai
from attrs import field, frozen
from openai.resources import Embeddings, Images
from openai.resources.chat.completions import Completions

from jackfield import CHAT, EMBEDDINGS, IMAGES, Message
from jackfield.operations import Operation
from jackfield.operations.chat import (
    AudioPart,
    FilePart,
    Function,
    ImagePart,
    RefusalPart,
    ResponseFormat,
    TextPart,
    Tool,
    ToolChoice,
)
from jackfield.operations.image_edits import IMAGE_EDITS
from jackfield.operations.image_variations import IMAGE_VARIATIONS

MODEL = "gpt-oracle"
"""The model, and on Azure the deployment."""


@frozen
class Value:
    """One parameter with a value, as both clients are given it.

    Attributes:
        theirs: Arguments of the SDK's method.
        ours: Fields of the request.
        call: Options of the call.
        query: What is appended to the endpoint.
        streaming: Whether the answer is asked for event by event.
    """

    theirs: Mapping[str, Any]
    ours: Mapping[str, Any] = field(factory=dict)
    call: Mapping[str, Any] = field(factory=dict)
    query: str = ""
    streaming: bool = False


def same(name: str, *values: Any) -> list[Value]:
    """Return values that both clients are given alike."""
    return [Value({name: value}, {name: value}) for value in values]


def pairs(name: str, *values: tuple[Any, Any]) -> list[Value]:
    """Return values that are spelt differently: the SDK's, then ours."""
    return [Value({name: theirs}, {name: ours}) for theirs, ours in values]


OPTIONS = {
    "extra_headers": [Value({"extra_headers": {"x-feature": "on"}}, call={"headers": {"x-feature": "on"}})],
    "extra_query": [Value({"extra_query": {"feature": "on"}}, query="?feature=on")],
    "extra_body": [
        Value({"extra_body": {"a_new_one": {"of": [1, None]}}}, {"extra": {"a_new_one": {"of": [1, None]}}})
    ],
    "timeout": [Value({"timeout": 7.0}, call={"timeout": 7.0})],
}
"""What every method takes beside its parameters."""

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string", "enum": ["Kraków", "Łódź"]}, "days": {"type": ["integer", "null"]}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
TEXT = {"type": "text", "text": "What is this?"}
PICTURE = "https://pictures.example/a.png?w=1&h=2"
CALLS = [
    {"id": "call_1", "type": "function", "function": {"name": "tide", "arguments": '{"port": "Bodø"}'}},
    {"id": "call_2", "type": "custom", "custom": {"name": "knit", "input": "k2 p2"}},
]
CONVERSATION = (
    [
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": "No lists.", "name": "house"},
        {"role": "user", "content": "Tides of Bodø? 🌊 \u2028 \x7f", "name": "ada"},
        {"role": "assistant", "tool_calls": CALLS},
        {"role": "tool", "content": "12:40", "tool_call_id": "call_1"},
        {"role": "tool", "content": [{"type": "text", "text": "done"}], "tool_call_id": "call_2"},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
    ],
    [
        Message.system("Be brief."),
        Message.developer("No lists.", name="house"),
        Message.user("Tides of Bodø? 🌊 \u2028 \x7f", name="ada"),
        Message.assistant(tool_calls=CALLS),
        Message.tool("12:40", tool_call_id="call_1"),
        Message.tool([TextPart("done")], tool_call_id="call_2"),
        Message.assistant([RefusalPart("No.")]),
    ],
)
PARTS = (
    [
        {
            "role": "user",
            "content": [
                TEXT,
                {"type": "image_url", "image_url": {"url": PICTURE, "detail": "low"}},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0="}},
                {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
                {"type": "file", "file": {"file_id": "file-1"}},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERg=="}},
            ],
        }
    ],
    [
        Message.user(
            [
                TextPart("What is this?"),
                ImagePart.from_url(PICTURE, detail="low"),
                ImagePart.from_bytes(b"\x89PNG\r"),
                AudioPart.from_bytes(b"RIFF"),
                FilePart.from_id("file-1"),
                FilePart.from_bytes(b"%PDF", filename="a.pdf"),
            ]
        )
    ],
)
FUNCTION = {"name": "tide", "description": "Tells tides", "parameters": SCHEMA, "strict": True}
GRAMMAR = {"type": "grammar", "grammar": {"syntax": "regex", "definition": "k\\d p\\d"}}
TOOLS = (
    [
        {"type": "function", "function": FUNCTION},
        {"type": "function", "function": {"name": "now"}},
        {"type": "custom", "custom": {"name": "knit", "description": "Knits", "format": GRAMMAR}},
    ],
    [
        Tool.for_function("tide", description="Tells tides", parameters=SCHEMA, strict=True),
        Tool.for_function("now"),
        Tool.for_text("knit", description="Knits", format=GRAMMAR),
    ],
)
CHOICES = [
    ("none", "none"),
    ("required", "required"),
    ({"type": "function", "function": {"name": "tide"}}, ToolChoice.of_function("tide")),
    ({"type": "custom", "custom": {"name": "knit"}}, ToolChoice.of_text("knit")),
    (
        {
            "type": "allowed_tools",
            "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "tide"}}]},
        },
        ToolChoice.among("tide"),
    ),
]
FORMATS = [
    ({"type": "text"}, "text"),
    ({"type": "json_object"}, ResponseFormat(type="json_object")),
    (
        {
            "type": "json_schema",
            "json_schema": {"name": "trip", "schema": SCHEMA, "strict": True, "description": "A trip"},
        },
        ResponseFormat.schema("trip", SCHEMA, strict=True, description="A trip"),
    ),
]
BREAKPOINT = {"mode": "explicit"}

CHATS: dict[str, list[Value]] = {
    "messages": pairs(
        "messages",
        CONVERSATION,
        PARTS,
        (
            [{"role": "user", "content": [{**TEXT, "prompt_cache_breakpoint": BREAKPOINT}]}],
            [Message.user([TextPart("What is this?", prompt_cache_breakpoint=BREAKPOINT)])],
        ),
        ([{"role": "assistant", "audio": {"id": "audio_1"}}], [Message(role="assistant", audio={"id": "audio_1"})]),
    ),
    "model": same("model", "ft:gpt-4o-mini:a-club:tides:1", "mit Leerzeichen & ä/b"),
    "audio": same("audio", {"voice": "alloy", "format": "mp3"}),
    "frequency_penalty": same("frequency_penalty", -2, 0.5, 0),
    "function_call": same("function_call", "auto", {"name": "tide"}),
    "functions": pairs(
        "functions",
        (
            [{"name": "tide", "description": "Tells tides", "parameters": SCHEMA}],
            [Function(name="tide", description="Tells tides", parameters=SCHEMA)],
        ),
    ),
    "logit_bias": same("logit_bias", {"50256": -100, "1": 3}),
    "logprobs": same("logprobs", True, False),
    "max_completion_tokens": same("max_completion_tokens", 64),
    "max_tokens": same("max_tokens", 64),
    "metadata": same("metadata", {"case": "naïve", "empty": ""}),
    "modalities": same("modalities", ["text", "audio"]),
    "moderation": same("moderation", {"model": "omni-moderation-latest"}),
    "n": same("n", 3),
    "parallel_tool_calls": same("parallel_tool_calls", False),
    "prediction": same("prediction", {"type": "content", "content": "def f():\n\treturn 1\n"}),
    "presence_penalty": same("presence_penalty", 1.25),
    "prompt_cache_key": same("prompt_cache_key", "tides"),
    "prompt_cache_options": same("prompt_cache_options", {"mode": "explicit", "ttl": "30m"}),
    "prompt_cache_retention": same("prompt_cache_retention", "24h"),
    "reasoning_effort": same("reasoning_effort", "minimal", "an effort of tomorrow"),
    "response_format": pairs("response_format", *FORMATS),
    "safety_identifier": same("safety_identifier", "user-7"),
    "seed": same("seed", 0, -7, 2**53),
    "service_tier": same("service_tier", "flex"),
    "stop": same("stop", "\n", ["\n\n", "END"]),
    "store": same("store", True),
    "stream": [Value({"stream": True}, streaming=True), Value({"stream": False})],
    "stream_options": [
        Value(
            {"stream": True, "stream_options": {"include_usage": True, "include_obfuscation": False}},
            {"stream_options": {"include_usage": True, "include_obfuscation": False}},
            streaming=True,
        )
    ],
    "temperature": same("temperature", 0, 0.1, 2.0),
    "tool_choice": pairs("tool_choice", *CHOICES),
    "tools": pairs("tools", TOOLS),
    "top_logprobs": [Value({"logprobs": True, "top_logprobs": 5}, {"logprobs": True, "top_logprobs": 5})],
    "top_p": same("top_p", 1e-07, 0.9),
    "user": same("user", "Łukasz"),
    "verbosity": same("verbosity", "low"),
    "web_search_options": same(
        "web_search_options",
        {"search_context_size": "low", "user_location": {"type": "approximate", "approximate": {"country": "NO"}}},
    ),
    **OPTIONS,
}

PICTURES: dict[str, list[Value]] = {
    "prompt": same("prompt", "A kite over a field, señor 🪁"),
    "background": same("background", "transparent"),
    "complexity": same("complexity", "high"),
    "frame_count": same("frame_count", 8),
    "frame_duration_ms": same("frame_duration_ms", 40),
    "model": same("model", "gpt-image-1"),
    "moderation": same("moderation", "low"),
    "n": same("n", 2),
    "output_compression": same("output_compression", 0, 80),
    "output_format": same("output_format", "webp"),
    "partial_images": [Value({"stream": True, "partial_images": 2}, {"partial_images": 2}, streaming=True)],
    "quality": same("quality", "hd"),
    "response_format": same("response_format", "b64_json"),
    "safety_identifier": same("safety_identifier", "user-7"),
    "size": same("size", "1024x1536", "1280x720"),
    "stream": [Value({"stream": True}, streaming=True), Value({"stream": False})],
    "style": same("style", "natural"),
    "svg": same("svg", {"model": "gpt-5", "reasoning": {"effort": "low"}}),
    "user": same("user", "Łukasz"),
    **OPTIONS,
}

KITE = ("kite.png", b"\x89PNG\r\n\x1a\n a kite")
FIELD = ("field \u00e4.jpg", b"\xff\xd8\xff a field\r\n--")

EDITED: dict[str, list[Value]] = {
    "image": same("image", KITE, [KITE, FIELD], [KITE], KITE[1]),
    "prompt": same("prompt", 'At night, señor 🪁\r\n"quoted"'),
    "mask": same("mask", KITE, KITE[1]),
    "markup": same("markup", KITE),
    "input_fidelity": same("input_fidelity", "high"),
    **{
        name: values
        for name, values in PICTURES.items()
        if name not in ("prompt", "moderation", "style", "extra_body", *OPTIONS)
    },
    **OPTIONS,
    "extra_body": [Value({"extra_body": {"a_new_one": {"of": [1, "x"]}}}, {"extra": {"a_new_one": {"of": [1, "x"]}}})],
}

VARIED: dict[str, list[Value]] = {
    "image": same("image", KITE, KITE[1]),
    "model": same("model", "dall-e-2"),
    "n": same("n", 2),
    "response_format": same("response_format", "b64_json"),
    "size": same("size", "256x256"),
    "user": same("user", "Łukasz"),
    **OPTIONS,
    "extra_body": EDITED["extra_body"],
}

VECTORS: dict[str, list[Value]] = {
    "input": same("input", "one", ["one", "två"], [1, 2, 3], [[1, 2], [3]]),
    "model": same("model", "text-embedding-3-small"),
    "dimensions": same("dimensions", 256),
    "encoding_format": same("encoding_format", "float", "base64"),
    "user": same("user", "Łukasz"),
    **OPTIONS,
}


@frozen
class Asked:
    """One operation, as both clients have it.

    Attributes:
        operation: Ours.
        method: The SDK's method, as its class has it.
        of: Finds that method on one of the SDK's clients.
        theirs: The SDK's arguments without which nothing can be asked.
        ours: The same for our request.
        values: The values of every parameter.
        surfaces: The surfaces that have it; None for all.
    """

    operation: Operation[Any, Any, Any]
    method: Callable[..., Any]
    of: Callable[[openai.OpenAI | openai.AsyncOpenAI], Callable[..., Any]]
    theirs: Mapping[str, Any]
    ours: Mapping[str, Any]
    values: Mapping[str, list[Value]]
    surfaces: Sequence[str] | None = None

    def parameters(self) -> list[str]:
        """Return the parameters that the SDK's method has."""
        return [name for name in inspect.signature(self.method).parameters if name != "self"]

    def each(self) -> Iterator[tuple[str, int, Value]]:
        """Yield every value with its parameter and its number."""
        for name, values in self.values.items():
            for number, value in enumerate(values):
                yield name, number, value


ASKED = {
    each.operation.name: each
    for each in (
        Asked(
            CHAT,
            Completions.create,
            lambda client: client.chat.completions.create,
            {"messages": [{"role": "user", "content": "Hello"}], "model": MODEL},
            {"messages": [Message.user("Hello")], "model": MODEL},
            CHATS,
        ),
        Asked(
            IMAGES,
            Images.generate,
            lambda client: client.images.generate,
            {"prompt": "A kite", "model": MODEL},
            {"prompt": "A kite", "model": MODEL},
            PICTURES,
        ),
        Asked(
            IMAGE_EDITS,
            Images.edit,
            lambda client: client.images.edit,
            {"image": KITE, "prompt": "At night", "model": MODEL},
            {"image": KITE, "prompt": "At night", "model": MODEL},
            EDITED,
        ),
        Asked(
            IMAGE_VARIATIONS,
            Images.create_variation,
            lambda client: client.images.create_variation,
            {"image": KITE, "model": MODEL},
            {"image": KITE, "model": MODEL},
            VARIED,
            surfaces=("openai",),
        ),
        Asked(
            EMBEDDINGS,
            Embeddings.create,
            lambda client: client.embeddings.create,
            {"input": ["Hello"], "model": MODEL},
            {"input": ["Hello"], "model": MODEL},
            VECTORS,
        ),
    )
}
