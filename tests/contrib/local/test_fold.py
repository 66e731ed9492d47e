"""Chunks put together, without an engine."""

import pytest

from jackfield_local._chat import _Relay
from jackfield_local._cores import threads_for
from jackfield_local._fold import ChunkFold


def chunk(index=0, finish=None, **delta):
    """One chunk as the engine sends it."""
    return {"id": "x", "choices": [{"index": index, "delta": delta, "finish_reason": finish}]}


def message(*deltas):
    """The message that *deltas* fold into."""
    fold = ChunkFold()
    for delta in deltas:
        fold.add(chunk(**delta))
    return fold.document()["choices"][0]["message"]


def test_texts_grow():
    """Content and reasoning are joined, each for itself; content that never came is None."""
    assert {"role": "assistant", "content": "ab", "reasoning_content": "hm"} == message(
        {"role": "assistant", "content": None}, {"reasoning_content": "hm"}, {"content": "a"}, {"content": "b"}
    )
    assert message({"reasoning_content": "hm"})["content"] is None


def test_tool_calls_are_put_together():
    """The pieces of several tool calls are joined by their index."""
    calls = message(
        {"tool_calls": [{"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a"'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]},
        {"tool_calls": [{"index": 1, "id": "2", "type": "function", "function": {"name": "g", "arguments": "{}"}}]},
    )["tool_calls"]

    assert [
        {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}},
        {"id": "2", "type": "function", "function": {"name": "g", "arguments": "{}"}},
    ] == calls


def test_choices_come_in_order():
    """Choices interleave as they come and are in order in the answer."""
    fold = ChunkFold()
    for piece in (chunk(1, content="b"), chunk(0, content="a"), chunk(1, "stop"), chunk(0, "length")):
        fold.add(piece)

    assert [(0, "length"), (1, "stop")] == [
        (choice["index"], choice["finish_reason"]) for choice in fold.document()["choices"]
    ]


def test_a_fault_of_ours_is_not_lost_in_the_engine():
    """What goes wrong with a chunk stops the engine and is kept: the engine drops what its callback raises."""

    class Broken:
        """A form that cannot take anything."""

        def add(self, chunk):
            raise KeyError("choices")

    relay = _Relay(Broken(), "fingerprint", job=None)

    assert relay.take({})
    assert isinstance(relay.failure, KeyError)


@pytest.mark.parametrize("asked", [1, 7])
def test_threads_are_as_many_as_asked_for(asked):
    """A setting wins; without one, at least one thread computes."""
    assert asked == threads_for(asked)
    assert 1 <= threads_for(None)
