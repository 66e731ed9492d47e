"""Tool calls: when they come, and what is in them."""

from __future__ import annotations

import json

import pytest

MODEL = "gpt-4o-mini"


def function(name: str, **properties) -> dict:
    """Return a tool."""
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


WEATHER = function("get_weather", city={"type": "string"}, unit={"enum": ["celsius", "fahrenheit"]})
TIME = function("get_time", zone={"type": "string"}, hours={"type": "integer", "minimum": 1, "maximum": 12})
NAMED = {"type": "function", "function": {"name": "get_time"}}


def choose(client, text: str, **options):
    """Return the first choice."""
    messages = [{"role": "user", "content": text}]
    options = {"tools": [WEATHER, TIME], **options}
    return client.chat.completions.create(model=MODEL, messages=messages, **options).choices[0]


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("Hello.", {}, []),
        ("Call get_weather, please.", {}, ["get_weather"]),
        ("Get weather for me.", {}, ["get_weather"]),
        ("Use get_weather and get_time.", {}, ["get_weather", "get_time"]),
        ("Use get_weather and get_time.", {"parallel_tool_calls": False}, ["get_weather"]),
        ("Use get_weather.", {"tool_choice": "none"}, []),
        ("Hello.", {"tool_choice": "required"}, ["get_weather"]),
        ("Hello.", {"tool_choice": NAMED}, ["get_time"]),
        (
            "Use get_weather.",
            {"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [NAMED]}}},
            [],
        ),
    ],
)
def test_which_are_called(client, text, options, expected):
    """Tools are called that the user's text names or that tool_choice wants, and no others."""
    called = choose(client, text, **options).message.tool_calls or []

    assert expected == [call.function.name for call in called]


def test_call(client, surface):
    """A call has an id, arguments that satisfy the schema, and no text beside it; on Azure no filter results."""
    choice = choose(client, "Use get_weather and get_time.")
    weather, time = (json.loads(call.function.arguments) for call in choice.message.tool_calls)

    assert (None, "tool_calls") == (choice.message.content, choice.finish_reason)
    assert all(call.id.startswith("call_") for call in choice.message.tool_calls)
    assert ("Paris", True) == (weather["city"], weather["unit"] in ("celsius", "fahrenheit"))
    assert time["hours"] in range(1, 13)
    assert "openai" == surface or {} == choice.model_extra["content_filter_results"]


def test_arguments_repeat(client):
    """The same request gets the same arguments and the same ids."""
    once, again = (choose(client, "Use get_time.").message.tool_calls for _ in range(2))

    assert once == again


def test_forced_call_says_stop(client):
    """A call that was forced by name ends with `stop`, as the vendors' do."""
    assert "stop" == choose(client, "Hello.", tool_choice=NAMED).finish_reason


def test_limit_cuts_arguments(client):
    """A token limit cuts the arguments too, and says `length`."""
    choice = choose(client, "Hello.", tool_choice=NAMED, max_tokens=7)

    assert "length" == choice.finish_reason
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(choice.message.tool_calls[0].function.arguments)


def test_custom_tool(client):
    """A custom tool is called with free text."""
    tool = {"type": "custom", "custom": {"name": "run"}}
    (call,) = choose(client, "Please run it.", tools=[tool]).message.tool_calls

    assert ("custom", "run", True) == (call.type, call.custom.name, bool(call.custom.input))


def test_old_functions(client):
    """The functions of old get the old answer."""
    messages = [{"role": "user", "content": "Hello."}]
    choice = client.chat.completions.create(
        model=MODEL, messages=messages, functions=[TIME["function"]], function_call={"name": "get_time"}
    ).choices[0]

    assert ("function_call", "get_time") == (choice.finish_reason, choice.message.function_call.name)
