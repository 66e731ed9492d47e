"""Plain chat, asked with the vendor's own SDK on every surface."""

from __future__ import annotations

import pytest
from openai import AsyncAzureOpenAI, AsyncOpenAI

MESSAGES = [{"role": "user", "content": "Tell me about otters."}]
MODEL = "gpt-4o-mini"


def text(client, messages=MESSAGES, **options) -> str:
    """Return the first choice's text."""
    return (
        client.chat.completions.create(**{"model": MODEL, "messages": messages, **options}).choices[0].message.content
    )


def test_answers(client):
    """The SDK gets an answer on every surface: a text with an end, the dated model's name, and what it cost."""
    response = client.chat.completions.create(model=MODEL, messages=MESSAGES)

    (choice,) = response.choices
    assert ("assistant", "stop", None) == (choice.message.role, choice.finish_reason, choice.message.refusal)
    assert len(choice.message.content) > 40
    assert ("chat.completion", "gpt-4o-mini-2024-07-18") == (response.object, response.model)
    assert response.usage.prompt_tokens + response.usage.completion_tokens == response.usage.total_tokens
    assert 0 == response.usage.completion_tokens_details.reasoning_tokens
    assert 0 == response.usage.prompt_tokens_details.cached_tokens
    assert response.system_fingerprint.startswith("fp_")


def test_service_tier_is_openais(client, surface):
    """OpenAI tells the service tier; Azure does not."""
    response = client.chat.completions.create(model=MODEL, messages=MESSAGES)

    assert ("default" if "openai" == surface else None) == response.service_tier


def test_filter_annotations_are_azures(client, surface):
    """Azure annotates the prompt and each choice; OpenAI does not."""
    response = client.chat.completions.create(model=MODEL, messages=MESSAGES)
    told = response.choices[0].model_extra.get("content_filter_results")

    assert ("openai" != surface) == ("prompt_filter_results" in response.model_extra)
    assert (None if "openai" == surface else {"filtered": False, "severity": "safe"}) == (told and told["hate"])


def test_same_request_same_text(connect):
    """The same conversation gets the same text on every surface, from every model, however it is spelt."""
    parts = [{"role": "user", "content": [{"type": "text", "text": MESSAGES[0]["content"]}]}]
    openai, dated, v1 = (connect(name) for name in ("openai", "azure-dated", "azure-v1"))

    assert 1 == len({text(openai), text(openai), text(dated), text(v1, model="gpt-4o"), text(openai, messages=parts)})


@pytest.mark.parametrize(
    "changed",
    [{"seed": 7}, {"messages": [*MESSAGES, {"role": "user", "content": "Briefly."}]}],
    ids=["seed", "messages"],
)
def test_another_request_another_text(connect, changed):
    """Another conversation or another seed gets another text."""
    client = connect("openai")

    assert text(client) != text(client, **changed)


def test_choices_differ(client):
    """As many choices come as n says, each with another text, and the first is the one that n=1 gets."""
    choices = client.chat.completions.create(model=MODEL, messages=MESSAGES, n=3).choices

    assert [0, 1, 2] == [choice.index for choice in choices]
    assert 3 == len({choice.message.content for choice in choices})
    assert text(client) == choices[0].message.content


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_token_limit(client, name):
    """A limit cuts the text there, and says `length`; the cost is the limit."""
    response = client.chat.completions.create(model=MODEL, messages=MESSAGES, **{name: 4})

    assert "length" == response.choices[0].finish_reason
    assert 4 == response.usage.completion_tokens
    assert text(client).startswith(response.choices[0].message.content)


@pytest.mark.parametrize("stop", [".", ["never said", "."]])
def test_stop(client, stop):
    """The text ends before the first stop sequence, which is not in it."""
    assert text(client).partition(".")[0] == text(client, stop=stop)


def test_reasoning_costs(connect):
    """A reasoning model spends tokens before the text; where they are all there is, the text is empty."""
    client = connect("openai")
    free = client.chat.completions.create(model="gpt-5-mini", messages=MESSAGES).usage
    cut = client.chat.completions.create(model="gpt-5-mini", messages=MESSAGES, max_completion_tokens=50)

    assert free.completion_tokens_details.reasoning_tokens >= 64
    assert ("", "length", 50) == (
        cut.choices[0].message.content,
        cut.choices[0].finish_reason,
        cut.usage.completion_tokens_details.reasoning_tokens,
    )


def test_logprobs(client):
    """With logprobs every token has one, its bytes, and as many rivals as were asked for."""
    choice = client.chat.completions.create(model=MODEL, messages=MESSAGES, logprobs=True, top_logprobs=2).choices[0]

    assert choice.message.content == "".join(each.token for each in choice.logprobs.content)
    assert choice.message.content.encode() == b"".join(bytes(each.bytes) for each in choice.logprobs.content)
    assert {2} == {len(each.top_logprobs) for each in choice.logprobs.content}
    assert all(each.logprob <= 0 for each in choice.logprobs.content)


def test_tool_result_is_in_the_answer(client):
    """After a tool's answer comes a text that has it."""
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    messages = [
        *MESSAGES,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "18 degrees"},
    ]

    assert "18 degrees" in text(client, messages)


async def test_async_clients(emulator):
    """The SDK's asynchronous clients get the same text, in the test's own loop."""
    async with (
        AsyncOpenAI(base_url=emulator.openai_url, api_key=emulator.api_key) as openai,
        AsyncAzureOpenAI(
            azure_endpoint=emulator.azure_url, api_key=emulator.api_key, api_version="2024-10-21"
        ) as azure,
    ):
        one = await openai.chat.completions.create(model=MODEL, messages=MESSAGES)
        stream = await azure.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
        two = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]

    assert one.choices[0].message.content == "".join(two)
