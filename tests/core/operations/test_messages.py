from __future__ import annotations

import pickle
from typing import Any

import pytest
from attrs import fields, frozen
from attrs.exceptions import FrozenInstanceError

from jackfield import ChatRequest, Message, TextPart
from jackfield.errors import InvalidRequestError

SAYING = {
    "system": Message.system,
    "developer": Message.developer,
    "user": Message.user,
    "assistant": Message.assistant,
}


@pytest.mark.parametrize("role", SAYING)
@pytest.mark.parametrize("content", ["hi", [TextPart(text="hi")], None, 3])
@pytest.mark.parametrize("name", [None, "Ada"])
def test_the_short_way_makes_the_same_message(role: Any, content: Any, name: str | None) -> None:
    """In every field, frozen, hashed and pickled as one that was made the long way."""
    short, long = SAYING[role](content, name=name), Message(role=role, content=content, name=name)

    assert (long, repr(long), hash(long)) == (short, repr(short), hash(short))
    assert type(long) is type(short) is Message
    assert [getattr(long, each.name) for each in fields(Message)] == [
        getattr(short, each.name) for each in fields(Message)
    ]
    assert list(long.problems()) == list(short.problems())
    assert long == pickle.loads(pickle.dumps(short))
    with pytest.raises(FrozenInstanceError):
        short.content = "other"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del short.content


BESIDE = [
    {"refusal": "I will not."},
    {"reasoning_content": "They ask for it, so ..."},
    {"tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
]


@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("content", ["hi", None])
def test_what_the_assistant_said_beside_its_text_is_kept(beside: dict[str, Any], content: str | None) -> None:
    """Each of it alone as well."""
    assert Message(role="assistant", content=content, **beside) == Message.assistant(content, **beside)


def test_extra_that_comes_later_is_checked_as_well() -> None:
    """Being frozen ends at the mapping."""
    message = Message.user("hi")
    message.extra["role"] = "tool"  # type: ignore[index]

    problem = "role is given twice: 'user' as a field and 'tool' in extra; keep one"
    assert [problem] == list(message.problems())
    with pytest.raises(InvalidRequestError) as caught:
        ChatRequest(messages=[message])
    assert [f"messages[0].{problem}"] == list(caught.value.problems)


def test_a_message_class_of_ones_own_has_the_short_ways_too() -> None:
    """They give one of that class."""

    @frozen(kw_only=True)
    class Signed(Message):
        by: str = "me"

    assert Signed(role="user", content="hi") == Signed.user("hi")
