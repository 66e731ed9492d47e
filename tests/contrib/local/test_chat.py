"""Chat by the real engine, through the whole path."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from jackfield import CHAT, AsyncClient, ChatRequest, ChatResponse, Message
from jackfield.errors import RejectedError
from jackfield_local._chat import LONGEST_ANSWER, TEMPERATURE, _for_the_engine

COLOURS = [Message.user("Name three colours.")]
SCHEMA = {
    "type": "object",
    "properties": {"colour": {"enum": ["red", "green"]}},
    "required": ["colour"],
    "additionalProperties": False,
}


def short(**changes):
    """A request whose answer is short and the same each time."""
    return ChatRequest(**{"messages": COLOURS, "max_completion_tokens": 8, "temperature": 0, "seed": 1} | changes)


def test_a_plain_call_is_answered(client):
    """An answer has text, a reason for its end, the model's name, an id, and counted tokens."""
    response = client.call(CHAT, short())

    assert response.text
    assert "length" == response.choices[0].finish_reason
    assert "SmolLM2-135M-Instruct" == response.model
    assert response.id.startswith("chatcmpl-")
    assert response.raw["system_fingerprint"].startswith("xllamacpp-")
    assert 8 == response.usage.completion_tokens
    assert response.usage.prompt_tokens + 8 == response.usage.total_tokens


def test_a_stream_folds_into_the_plain_answer(client):
    """The same request gives the same text, usage and reason, plain and streaming."""
    plain = client.call(CHAT, short())
    with client.stream(CHAT, short(stream_options={"include_usage": True})) as stream:
        events = list(stream)

    assert plain.text == stream.response.text == "".join(event.text for event in events)
    assert plain.choices[0].finish_reason == ChatResponse.from_events(events).choices[0].finish_reason
    assert plain.usage == stream.response.usage


def test_a_stream_tells_its_usage_only_when_asked(client):
    """Without `include_usage` no event carries usage."""
    with client.stream(CHAT, short()) as stream:
        assert not [event for event in stream if event.usage]


async def test_async_needs_nothing_of_its_own(client):
    """The asynchronous client gives the same answer, plain and streaming."""
    plain = client.call(CHAT, short())
    async with AsyncClient("local") as other:
        response = await other.call(CHAT, short())
        texts = [event.text async for event in other.stream(CHAT, short())]

    assert plain.text == response.text == "".join(texts)


def test_a_seed_gives_the_same_text_twice(client):
    """With a seed, a warm model says the same thing again; with another seed, something else."""
    first, again, other = (
        client.call(CHAT, short(temperature=1.0, seed=seed, max_completion_tokens=12)).text for seed in (7, 7, 8)
    )

    assert first == again
    assert first != other


def test_a_schema_is_enforced(client):
    """With `json_schema` the answer is a document of that schema, whatever the model would rather say."""
    form = {"type": "json_schema", "json_schema": {"name": "colour", "schema": SCHEMA}}

    answer = json.loads(client.call(CHAT, short(response_format=form, max_completion_tokens=60)).text)

    assert answer["colour"] in {"red", "green"}
    assert ["colour"] == list(answer)


def test_json_object_gives_an_object(client):
    """With `json_object` the answer is a JSON object."""
    request = short(response_format={"type": "json_object"}, max_completion_tokens=200)

    assert isinstance(json.loads(client.call(CHAT, request).text), dict)


def test_stop_ends_the_text(client):
    """A stop text ends the answer and is not part of it."""
    whole = client.call(CHAT, short()).text
    cut = client.call(CHAT, short(stop=[whole.split()[1]]))

    assert whole.startswith(cut.text)
    assert whole.split()[1] not in cut.text
    assert "stop" == cut.choices[0].finish_reason


def test_two_choices_are_two_answers_and_counted_both(client):
    """`n=2` gives two choices, and usage counts the tokens of both, plain and streaming."""
    request = short(n=2, stream_options={"include_usage": True})
    plain = client.call(CHAT, short(n=2))
    with client.stream(CHAT, request) as stream:
        list(stream)

    assert [0, 1] == [choice.index for choice in plain.choices] == [choice.index for choice in stream.response.choices]
    assert 16 == plain.usage.completion_tokens == stream.response.usage.completion_tokens


def test_logprobs_come_along(client):
    """Each token of a plain answer has its log probability where that is asked for."""
    response = client.call(CHAT, short(logprobs=True, top_logprobs=1, max_completion_tokens=3))

    assert 3 == len(response.raw["choices"][0]["logprobs"]["content"])


def test_extra_reaches_the_engine(client):
    """What `extra` carries is the engine's: a grammar of llama.cpp decides what can be said."""
    assert "aye" == client.call(CHAT, short(extra={"grammar": 'root ::= "aye"'})).text


def test_four_threads_share_one_engine(client):
    """More calls at once than the engine makes at once are all answered."""
    with ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(lambda _: client.call(CHAT, short(max_completion_tokens=4)).text, range(4)))

    assert [True] * 4 == [bool(text) for text in texts]


def test_an_unknown_model_names_what_is_there(client):
    """A model that is not there is a 404 whose message names the one that is."""
    with pytest.raises(RejectedError, match="'SmolLM2-135M-Instruct'") as caught:
        client.call(CHAT, short(model="gpt-4o"))

    assert (404, "model_not_found", "model") == (caught.value.status, caught.value.code, caught.value.param)


DEFAULTS = [
    ({}, LONGEST_ANSWER, TEMPERATURE),
    ({"max_tokens": 9, "temperature": 0}, 9, 0),
    ({"max_completion_tokens": 9, "temperature": 1.5}, None, 1.5),
]


@pytest.mark.parametrize(("given", "limit", "temperature"), DEFAULTS)
def test_defaults_keep_a_small_model_from_rambling(given, limit, temperature):
    """Where a request says nothing of it, an answer is bounded and sober; what it says is taken."""
    asked = _for_the_engine({"messages": [], **given})

    assert (limit, temperature) == (asked.get("max_tokens"), asked["temperature"])


def test_the_first_command_of_the_readme_is_answered_right(client):
    """The question that the README asks first is answered whole, within the defaults."""
    request = ChatRequest(messages=[Message.user("What colour is the sky on a clear day?")], seed=1)
    response = client.call(CHAT, request)

    assert "sky" in response.text
    assert "stop" == response.choices[0].finish_reason
