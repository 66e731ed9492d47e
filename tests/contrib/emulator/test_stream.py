"""Streams, read by the vendor's own SDK and byte by byte."""

from __future__ import annotations

import pytest

MESSAGES = [{"role": "user", "content": "Tell me about otters."}]
MODEL = "gpt-4o-mini"
BODY = {"model": MODEL, "messages": MESSAGES, "stream": True}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def test_stream_is_the_plain_text(client):
    """The pieces of a stream are the text of the plain answer, and the last one of a choice says why it ends."""
    plain = client.chat.completions.create(model=MODEL, messages=MESSAGES).choices[0].message.content
    with client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True) as stream:
        chunks = [chunk for chunk in stream if chunk.choices]

    assert plain == "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert [None] * (len(chunks) - 1) + ["stop"] == [chunk.choices[0].finish_reason for chunk in chunks]
    assert {"gpt-4o-mini-2024-07-18"} == {chunk.model for chunk in chunks}


def test_folding_helper(connect):
    """The SDK's own folding helper makes the plain answer of OpenAI's stream."""
    client = connect("openai")
    with client.chat.completions.stream(
        model=MODEL, messages=MESSAGES, stream_options={"include_usage": True}
    ) as stream:
        folded = stream.get_final_completion()
    plain = client.chat.completions.create(model=MODEL, messages=MESSAGES)

    assert plain.choices[0].message.content == folded.choices[0].message.content
    assert plain.usage == folded.usage


def test_frame(ask, place):
    """Events are `data: ` and one JSON document; the end marker is the last; the type says event stream."""
    answer = ask(place.chat, BODY, **place.auth)

    assert "text/event-stream; charset=utf-8" == answer.headers["content-type"]
    assert "chunked" == answer.headers["transfer-encoding"]
    assert "[DONE]" == answer.events[-1]
    assert b"\r" not in answer.content


def test_role_comes_first(ask, place, surface):
    """The first chunk with a choice has the role and an empty text."""
    first = next(event for event in ask(place.chat, BODY, **place.auth).events if event["choices"])

    assert {"role": "assistant", "content": "", "refusal": None} == first["choices"][0]["delta"]


@pytest.mark.parametrize("surface", ["azure-dated", "azure-v1"])
def test_azures_preamble(ask, place):
    """Azure's first chunk has no choices, nothing in id and model, and what the filter says of the prompt."""
    first = ask(place.chat, BODY, **place.auth).events[0]

    assert {"id": "", "object": "", "created": 0, "model": "", "choices": []} == {
        name: first[name] for name in ("id", "object", "created", "model", "choices")
    }
    assert 0 == first["prompt_filter_results"][0]["prompt_index"]


@pytest.mark.parametrize("surface", ["azure-dated", "azure-v1"])
def test_azures_annotations(ask, place):
    """Every chunk with a choice has the filter's results, which are empty where there is no text."""
    choices = [event["choices"][0] for event in ask(place.chat, BODY, **place.auth).events[1:-1]]

    assert {} == choices[0]["content_filter_results"] == choices[-1]["content_filter_results"]
    assert {"filtered": False, "severity": "safe"} == choices[1]["content_filter_results"]["violence"]


def test_usage_chunk(ask, place):
    """With include_usage the last chunk has the usage and no choices; those before say that they have none."""
    body = BODY | {"stream_options": {"include_usage": True}}
    *chunks, last, _ = ask(place.chat, body, **place.auth).events
    plain = ask(place.chat, BODY | {"stream": False}, **place.auth).document

    assert ([], plain["usage"]) == (last["choices"], last["usage"])
    assert {None} == {chunk["usage"] for chunk in chunks if chunk["choices"]}


def test_no_usage_unasked(ask, place):
    """Without include_usage no chunk mentions it."""
    assert not [event for event in ask(place.chat, BODY, **place.auth).events[:-1] if "usage" in event]


@pytest.mark.parametrize(
    ("surface", "options", "expected"),
    [
        ("openai", {}, True),
        ("openai", {"include_obfuscation": False}, False),
        ("azure-dated", {}, False),
        ("azure-v1", {}, True),
    ],
)
def test_obfuscation(ask, place, options, expected):
    """Chunks are padded but on Azure's dated surface, unless the padding is declined."""
    events = ask(place.chat, BODY | ({"stream_options": options} if options else {}), **place.auth).events

    assert {expected} == {"obfuscation" in event for event in events[:-1] if event["choices"]}


def test_choices_interleave(ask, place):
    """With n above 1 the choices take turns within the stream, told apart by their index."""
    events = ask(place.chat, BODY | {"n": 2}, **place.auth).events
    indexes = [event["choices"][0]["index"] for event in events[:-1] if event["choices"]]

    assert [0, 1, 0, 1] == indexes[:4]


def test_tool_call_in_fragments(ask, place):
    """Only a call's first fragment has id, type and name; the arguments come in pieces after it."""
    body = BODY | {"tools": [WEATHER], "tool_choice": "required"}
    deltas = [
        event["choices"][0]["delta"] for event in ask(place.chat, body, **place.auth).events[:-1] if event["choices"]
    ]
    first, *rest = [delta["tool_calls"][0] for delta in deltas if "tool_calls" in delta]

    assert None is deltas[0]["content"]
    assert ("function", {"name": "get_weather", "arguments": ""}) == (first["type"], first["function"])
    assert {("index", "function")} == {tuple(fragment) for fragment in rest}
    assert '{"city":"Paris"}' == "".join(fragment["function"]["arguments"] for fragment in rest)


def test_old_functions_in_fragments(ask, place):
    """A function of old is called in fragments too, without id and index."""
    body = BODY | {"functions": [WEATHER["function"]], "function_call": {"name": "get_weather"}}
    events = [event for event in ask(place.chat, body, **place.auth).events[:-1] if event["choices"]]
    first, *rest = [each for event in events if (each := event["choices"][0]["delta"].get("function_call"))]

    assert {"name": "get_weather", "arguments": ""} == first
    assert '{"city":"Paris"}' == "".join(fragment["arguments"] for fragment in rest)


def test_refusal_of_a_stream_is_plain(ask, place):
    """A streaming request that is refused gets JSON and its status, not events."""
    answer = ask(place.chat, BODY | {"temperature": 9}, **place.auth)

    assert (400, "application/json") == (answer.status, answer.headers["content-type"])


@pytest.mark.jackfield_emulator(pace=0.05)
def test_pace(emulator, connect):
    """A pace sends the pieces one by one, with time between them."""
    with connect("openai").chat.completions.create(model=MODEL, messages=MESSAGES, stream=True, max_tokens=3) as stream:
        assert 5 == len(list(stream))
