from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import attrs
import pytest
from hand import Letters, scripted

from jackfield import (
    CHAT,
    AsyncClient,
    ChatRequest,
    ChatSession,
    Client,
    InvalidRequestError,
    Message,
    RefusalError,
    SetupError,
    Tool,
    ToolError,
)
from jackfield.operations.chat import ToolChoice
from jackfield.typed import facts_of
from jackfield_openai_wire import Endpoint, HeaderKey, OpenAIWire

# A provider whose answers are scripted -------------------------------------------------------------------------------


class Scripted(Letters):
    """Speaks chat over scripted replies."""

    def parts(self) -> Sequence[object]:
        """An OpenAI-shaped one, without a key."""
        return Endpoint("https://models.example/v1"), HeaderKey(None), OpenAIWire()


def calls(*made: tuple[str, str], finish: str = "tool_calls") -> tuple[int, bytes]:
    """Return an answer that wants calls made: names and arguments."""
    listed = [
        {"id": f"call_{at}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for at, (name, arguments) in enumerate(made)
    ]
    message = {"role": "assistant", "content": None, "tool_calls": listed}
    return 200, json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": finish}]}).encode()


def says(text: str) -> tuple[int, bytes]:
    """Return an answer of words."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return 200, json.dumps({"choices": [choice]}).encode()


def asked(answers: Sequence[tuple[int, bytes]], **parameters: Any) -> tuple[str, list[Any]]:
    """Ask with *answers* to come, and return the text and the documents that were sent."""
    transport = scripted(list(answers))
    with Client(Scripted(), transport=transport, chat_model="m") as client:
        text = client.ask("How warm is it?", **parameters)
    return text, [json.loads(each.body) for each in transport.requests]


# What a model is told ------------------------------------------------------------------------------------------------


@attrs.define
class Place:
    city: str
    country: str | None = None


def weather(place: Place, days: int = 1, *, units: Annotated[str, "Which."] = "celsius") -> dict[str, Any]:
    """Tell the weather.

    It is not always
    right.

    Args:
        place: Where. It may
            be anywhere.
        days: How many days: one or more.
        units: Celsius or not.

    Returns:
        nothing: that a model should know
    """
    return {"city": place.city, "days": days, "units": units}


def sphinx(city: str) -> str:
    """Tell the news.

    :param city: Which city.
    :return: what happened
    """
    return city


class Calculator:
    """Adds numbers."""

    def __call__(self, one: int, other: int) -> int:
        """Add."""
        return one + other

    def twice(self, one: int) -> int:
        """Double a number."""
        return 2 * one


def test_a_function_says_itself_what_it_is() -> None:
    """By its name, its docstring, its annotations and its defaults."""
    tool = Tool.from_function(weather)

    assert tool.function is not None
    assert (
        Tool.for_function(
            "weather",
            description="Tell the weather. It is not always right.",
            parameters={
                "type": "object",
                "properties": {
                    "place": {
                        "type": "object",
                        "properties": {
                            "city": {"type": "string"},
                            "country": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                        },
                        "required": ["city", "country"],
                        "additionalProperties": False,
                        "description": "Where. It may be anywhere.",
                    },
                    "days": {
                        "anyOf": [{"type": "integer"}, {"type": "null"}],
                        "description": "How many days: one or more.",
                    },
                    "units": {
                        "anyOf": [{"type": "string", "description": "Which."}, {"type": "null"}],
                        "description": "Celsius or not.",
                    },
                },
                "required": ["place", "days", "units"],
                "additionalProperties": False,
            },
            strict=True,
        )
        == tool
    )


@pytest.mark.parametrize(
    ("function", "name", "description"),
    [
        (sphinx, "sphinx", "Tell the news."),
        (Calculator(), "Calculator", "Adds numbers."),
        (Calculator().twice, "twice", "Double a number."),
    ],
)
def test_whatever_can_be_called_is_a_tool(function: Callable[..., Any], name: str, description: str) -> None:
    """Functions, methods, objects."""
    facts = facts_of(function)

    assert (name, description) == (facts.name, facts.description)


def test_what_a_field_list_says_is_told() -> None:
    """The other way of writing docstrings."""
    assert "Which city." == facts_of(sphinx).schema["properties"]["city"]["description"]


def untold(city, more: str) -> str:  # type: ignore[no-untyped-def]
    """Lack an annotation."""


def many(*cities: str) -> str:
    """Take any number."""


def named(**cities: str) -> str:
    """Take any names."""


def placed(city: str, /) -> str:
    """Take it by its place."""


def unknown(city: "Nowhere") -> str:  # noqa: F821, UP037 - the point of it
    """Be annotated with what is not there."""


def raw(data: bytes) -> str:
    """Take what JSON does not have."""


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (untold, "untold.city: has no annotation"),
        (many, "many.cities: takes any number of arguments"),
        (named, "named.cities: takes any names"),
        (placed, "placed.city: is positional only"),
        (unknown, "unknown: name 'Nowhere' is not defined"),
        (raw, "$.data: bytes has no schema"),
    ],
)
def test_what_cannot_be_a_tool_is_told(function: Callable[..., Any], problem: str) -> None:
    """Before anything is sent."""
    with pytest.raises(InvalidRequestError) as caught:
        ChatRequest(messages=[Message.user("x")], tools=[function])

    assert caught.value.problems[0].startswith(problem)


# The loop ------------------------------------------------------------------------------------------------------------


def test_calls_are_made_and_their_results_sent_back() -> None:
    """All that the model wants at once, each under its id; then its answer is the answer."""
    wanted = calls(("weather", '{"place": {"city": "Paris"}, "days": null}'), ("Calculator", '{"one": 1, "other": 2}'))
    text, sent = asked([wanted, says("18 degrees")], tools=[weather, Calculator()])

    assert "18 degrees" == text
    assert ["user", "assistant", "tool", "tool"] == [each["role"] for each in sent[1]["messages"]]
    assert [
        {"role": "tool", "tool_call_id": "call_0", "content": '{"city":"Paris","days":1,"units":"celsius"}'},
        {"role": "tool", "tool_call_id": "call_1", "content": "3"},
    ] == sent[1]["messages"][2:]
    assert ["weather", "Calculator"] == [each["function"]["name"] for each in sent[1]["tools"]]


CYCLE: list[object] = []
CYCLE.append(CYCLE)


class Odd:
    """Has no JSON form."""

    def __str__(self) -> str:
        return "odd"


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        ("text", "text"),
        (None, "null"),
        ([1, Place("Paris")], '[1,{"city":"Paris","country":null}]'),
        (Odd(), "odd"),
        (CYCLE, "[[...]]"),
    ],
)
def test_what_a_function_returns_is_told_as_json(returned: Any, told: str) -> None:
    """Text as it is; what has no JSON form, as Python writes it."""

    def give() -> Any:
        """Give something."""
        return returned

    _, sent = asked([calls(("give", "")), says("thanks")], tools=[give])

    assert told == sent[1]["messages"][-1]["content"]


def test_tools_may_be_any_iterable() -> None:
    """They are looked at twice."""
    text, sent = asked([calls(("sphinx", '{"city": "x"}')), says("done")], tools=(each for each in [sphinx]))

    assert ("done", "x") == (text, sent[1]["messages"][-1]["content"])


def test_a_long_error_is_cut() -> None:
    """It is told to a model, which counts tokens."""

    def shout() -> None:
        """Shout."""
        raise LookupError("x" * 5000)

    _, sent = asked([calls(("shout", "{}")), says("done")], tools=[shout])
    assert 300 == len(sent[1]["messages"][-1]["content"])


def test_an_empty_answer_is_one() -> None:
    """A model may have nothing to say."""
    assert "" == asked([says("")])[0]


def test_a_refusal_is_no_empty_answer() -> None:
    """Its words are in the error."""
    choice = {"index": 0, "message": {"role": "assistant", "content": None, "refusal": "No."}, "finish_reason": "stop"}
    with pytest.raises(RefusalError) as caught:
        asked([(200, json.dumps({"choices": [choice]}).encode())])

    assert "No." == caught.value.refusal


def failing(city: str) -> str:
    """Fail."""
    raise LookupError(f"no {city}")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("failing", '{"city": "Paris"}'), "error: LookupError: no Paris"),
        (("failing", "{city"), "error: the arguments are no JSON"),
        (("failing", "[]"), "error: the arguments do not fit: expected an object, got an array @ $"),
        (("failing", "{}"), "error: the arguments do not fit: expected text, got null @ $.city"),
        (
            ("failing", '{"city": "x", "town": 1}'),
            "error: the arguments do not fit: there is no such argument @ $.town",
        ),
        (("nothing", "{}"), "error: there is no tool 'nothing'; there are failing"),
    ],
)
def test_what_goes_wrong_is_told_to_the_model(call: tuple[str, str], told: str) -> None:
    """So that it may try again."""
    text, sent = asked([calls(call), says("sorry")], tools=[failing])

    assert "sorry" == text
    assert sent[1]["messages"][-1]["content"].startswith(told)


def test_what_goes_wrong_in_a_tool_is_raised_where_that_is_wanted() -> None:
    """With its cause; its text is in no message of ours."""
    with pytest.raises(ToolError) as caught:
        asked([calls(("failing", '{"city": "Paris"}'))], tools=[failing], tool_errors="raise")

    assert ("failing", '{"city": "Paris"}') == (caught.value.tool, caught.value.arguments)
    assert isinstance(caught.value.__cause__, LookupError)
    assert "no Paris" not in str(caught.value)
    assert caught.value.partial.choices[0].message.tool_calls


def test_what_the_model_gets_wrong_is_told_to_it_all_the_same() -> None:
    """It is no failure of the tool's."""
    text, _ = asked([calls(("failing", "{")), says("sorry")], tools=[failing], tool_errors="raise")

    assert "sorry" == text


@pytest.mark.parametrize("rounds", [0, 1, 3])
def test_a_model_that_calls_without_end_is_stopped(rounds: int) -> None:
    """After as many rounds as there may be."""
    made = []

    def count() -> int:
        """Count."""
        made.append(1)
        return len(made)

    with pytest.raises(ToolError, match=f"called tools {rounds} times over") as caught:
        asked([calls(("count", "{}"))] * (rounds + 1), tools=[count], tool_rounds=rounds)

    assert rounds == len(made)
    assert caught.value.partial is not None


@pytest.mark.parametrize(
    ("choice", "then"), [("required", None), ("auto", "auto"), ("none", "none"), (ToolChoice.of_function("give"), None)]
)
def test_a_call_is_forced_once(choice: Any, then: str | None) -> None:
    """Forced in every round, the model would never answer."""

    def give() -> str:
        """Give something."""
        return "something"

    _, sent = asked([calls(("give", "")), says("thanks")], tools=[give], tool_choice=choice)

    assert sent[0]["tool_choice"]
    assert then == sent[1].get("tool_choice")


def test_tools_that_are_no_functions_are_the_callers_to_call() -> None:
    """Also beside functions: half of the calls could not be answered."""
    described: list[Any] = [Tool.for_function("mine"), {"type": "function", "function": {"name": "other"}}]
    for name in ("mine", "other"):
        with pytest.raises(ToolError, match="tools called that are yours to call") as caught:
            asked([calls((name, "{}"), ("failing", "{}"))], tools=[failing, *described])

        assert name == caught.value.tool
        assert 2 == len(caught.value.partial.choices[0].message.tool_calls)
    with pytest.raises(ToolError, match="yours to call"):
        asked([calls(("mine", "{}"))], tools=described)
    client = Client(Scripted(), transport=scripted([calls(("mine", "{}"))]), chat_model="m")
    with pytest.raises(ToolError, match="yours to call"):
        client.ask_for(Place, "Where?", tools=described)


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"tool_rounds": -1}, "tool_rounds must be a whole number"),
        ({"tool_rounds": True}, "tool_rounds must be a whole number"),
        ({"tool_errors": "hide"}, "tool_errors must be 'tell' or 'raise'"),
        ({"tools": [failing, failing]}, "tools: two are named 'failing'"),
        ({"tools": [failing, Tool.for_function("failing")]}, "tools: two are named 'failing'"),
    ],
)
def test_tools_that_cannot_be_used_so_are_told(parameters: dict[str, Any], problem: str) -> None:
    """Before anything is sent."""
    with pytest.raises(InvalidRequestError) as caught:
        asked([], **parameters)

    assert caught.value.problems[0].startswith(problem)


def test_a_blocking_client_calls_one_after_the_other() -> None:
    """In its own thread, in the model's order."""
    order = []

    def note(name: str) -> None:
        """Note a name."""
        order.append(name)

    wanted = [("note", json.dumps({"name": name})) for name in "abc"]
    asked([calls(*wanted), says("done")], tools=[note])

    assert ["a", "b", "c"] == order


async def tell_later(city: str) -> str:
    """Tell, after a while."""
    await asyncio.sleep(0)
    return f"later in {city}"


def test_a_blocking_client_takes_no_coroutines() -> None:
    """It says what does, to whoever wrote the program: the model could not help it."""
    with pytest.raises(SetupError, match="needs AsyncClient"):
        asked([calls(("tell_later", '{"city": "x"}'))], tools=[tell_later])


def ends() -> str:
    """End."""
    raise StopIteration


async def test_whatever_a_tool_raises_is_told() -> None:
    """A StopIteration too, which no future takes."""
    with pytest.raises(ToolError):
        asked([calls(("ends", "{}"))], tools=[ends], tool_errors="raise")
    transport = scripted([calls(("ends", "{}")), says("done")])
    async with AsyncClient(Scripted(), transport=transport, chat_model="m") as client:
        async with asyncio.timeout(10):
            assert "done" == await client.ask("End.", tools=[ends])


async def test_an_async_client_calls_at_the_same_time() -> None:
    """Each waits for the other: one after the other would never end."""
    both = asyncio.Barrier(2)

    async def meet(name: str) -> str:
        """Meet."""
        async with asyncio.timeout(10):
            await both.wait()
        return name

    def fail() -> str:
        """Fail."""
        raise LookupError("no")

    transport = scripted([calls(("meet", '{"name": "a"}'), ("fail", "{}"), ("meet", '{"name": "b"}')), says("met")])
    async with AsyncClient(Scripted(), transport=transport, chat_model="m") as client:
        text = await client.ask("Meet.", tools=[meet, fail])

    told = [each["content"] for each in json.loads(transport.requests[1].body)["messages"][2:]]
    assert ("met", ["a", "error: LookupError: no", "b"]) == (text, told)


async def test_an_async_client_that_is_cancelled_ends() -> None:
    """Being cancelled is no result of a tool's."""

    async def leave() -> None:
        """Leave."""
        raise asyncio.CancelledError

    transport = scripted([calls(("leave", "{}")), says("never")])
    client = AsyncClient(Scripted(), transport=transport, chat_model="m")
    with pytest.raises(asyncio.CancelledError):
        await client.ask("Leave.", tools=[leave])


def test_calls_and_results_stay_in_the_session() -> None:
    """As a conversation has them: the model may refer to them later."""
    session = ChatSession()
    transport = scripted([calls(("sphinx", '{"city": "Paris"}')), says("news")])
    with Client(Scripted(), transport=transport, chat_model="m") as client:
        client.chat(session, "What is new?", tools=[sphinx])

    assert ["user", "assistant", "tool", "assistant"] == [each.role for each in session.messages]
    assert session.messages == ChatSession.from_json(session.to_json()).messages


def test_functions_may_stand_in_a_request_that_is_sent_by_hand() -> None:
    """The calls are then the caller's to make."""
    transport = scripted([calls(("sphinx", '{"city": "Paris"}'))])
    with Client(Scripted(), transport=transport, chat_model="m") as client:
        response = client.call(CHAT, ChatRequest(messages=[Message.user("x")], tools=[sphinx]))

    assert "sphinx" == response.choices[0].message.tool_calls[0].name
