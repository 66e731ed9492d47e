from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import structlog
from hand import KEY, NOW, TELL, Letters, TellRequest, a_binding, hold, play, scripted
from structlog.testing import capture_logs

from jackfield import CHAT, IMAGES, ChatRequest, Client, ImageRequest, Message, trace
from jackfield._exchange import exchange
from jackfield._options import Options
from jackfield.call import Call, CallMeta
from jackfield.errors import ReadError
from jackfield.plugin import CallRecord, Emit, Read, Send, impl
from jackfield_openai_wire import Endpoint, HeaderKey, OpenAIWire

GOOD = b'{"text": "hello", "usage": {"prompt_tokens": 3, "completion_tokens": 4}}'
EVENT = b'data: {"text": "hello"}\n\n'
PROMPT = "a prompt that nobody is to see"


class Recorder:
    """Keeps records."""

    def __init__(self) -> None:
        self.records: list[CallRecord] = []

    @impl
    def call_ended(self, record: CallRecord) -> None:
        """Keep it."""
        self.records.append(record)


class Stumbling:
    """A listener with a fault of its own."""

    @impl
    def call_ended(self) -> None:
        """Fail."""
        raise LookupError("my own fault")


ENDINGS: list[tuple[str, bool, list[Any], type | None]] = [
    ("call.finished", False, [200, GOOD, b""], None),
    ("call.finished", True, [200, EVENT, b"data: [END]\n\n", b""], None),
    ("call.failed", False, [400, b"no", b""], None),
    ("call.failed", True, [200, EVENT, b""], None),
    ("call.abandoned", False, [], Send),
    ("call.abandoned", True, [200], Read),
    ("call.abandoned", True, [200, EVENT], Emit),
]


@pytest.mark.parametrize(("ending", "streaming", "script", "leave_at"), ENDINGS)
def test_one_line_per_call(ending: str, streaming: bool, script: list[Any], leave_at: type | None) -> None:
    """Whichever way a call ends, an application that configured structlog gets one line, listeners one record."""
    recorder = Recorder()
    structlog.configure()

    with capture_logs() as lines:
        play(hold(recorder, streaming=streaming), script, leave_at=leave_at)

    assert [ending] == [line["event"] for line in lines]
    assert [ending.removeprefix("call.")] == [record.outcome for record in recorder.records]


def test_the_line_tells_the_facts() -> None:
    """Flat facts; what is not known is left out; a failure is a warning."""
    structlog.configure()

    with capture_logs() as lines:
        play(hold(), [503, b"", (200, {"x-id": "r1"}), GOOD, b""])
        play(hold(), [400, b"no", b""])

    common = {
        "call_id": "c1",
        "provider": "letters",
        "operation": "tell",
        "model": "small",
        "streaming": False,
        "events": 0,
    }
    assert [
        {
            "event": "call.finished",
            "log_level": "info",
            **common,
            "sends": 2,
            "status": 200,
            "request_id": "r1",
            "seconds": 0.5,
            "input_tokens": 3,
            "output_tokens": 4,
        },
        {
            "event": "call.failed",
            "log_level": "warning",
            **common,
            "sends": 1,
            "status": 400,
            "seconds": 0.0,
            "error": "RejectedError",
        },
    ] == lines


def test_a_call_that_was_never_sent_has_no_status() -> None:
    """A call that fails before its first request is told too."""
    recorder = Recorder()

    flow = hold(recorder)
    next(flow)
    flow.close()
    (record,) = recorder.records

    assert (1, None) == (record.sends, record.status)


def test_no_prompt_no_key_and_no_url_is_told() -> None:
    """The line holds nothing that was sent or answered."""
    structlog.configure()
    call = Call("c1", "letters", TELL, TellRequest(text=PROMPT), "small", False, NOW)

    with capture_logs() as lines:
        play(exchange(call, a_binding(), Options()), [(400, {"x-echo": KEY}), f"{KEY} {PROMPT}".encode(), b""])

    assert not [part for part in (PROMPT, KEY, "https", "letters.example") if part in repr(lines)]


class Speaking(Letters):
    """Speaks chat and draws over scripted replies."""

    def parts(self) -> Any:
        """An OpenAI-shaped one, without a key."""
        return Endpoint("https://models.example/v1"), HeaderKey(None), OpenAIWire()


@pytest.mark.parametrize(("switch", "told"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_prompt_and_answer_are_told_where_they_are_wanted(
    monkeypatch: pytest.MonkeyPatch, switch: str, told: bool
) -> None:
    """By a switch of its own, cut short; the record has neither in any case."""
    monkeypatch.setenv("JACKFIELD_LOG_CONTENT", switch)
    structlog.configure()
    recorder = Recorder()
    conversation = [Message.user("earlier"), Message.user(PROMPT + "x" * 5000)]
    transport = scripted([b'{"choices": [{"message": {"content": "an answer"}}]}', b'{"data": [{"url": "x"}]}'])
    client = Client(Speaking(), transport=transport, plugins=[recorder], chat_model="m")
    with capture_logs() as lines:
        client.call(CHAT, ChatRequest(messages=conversation))
        client.call(IMAGES, ImageRequest(prompt=PROMPT))
        play(hold(recorder), [200, GOOD, b""])

    assert [told, told, False] == [PROMPT in str(line.get("prompt")) for line in lines]
    answers = ["an answer", None, "hello"] if told else [None] * 3
    assert answers == [line.get("answer") for line in lines]
    assert all(len(str(line.get("prompt"))) <= 2000 for line in lines)
    assert PROMPT not in str(recorder.records)


class Retelling:
    """Fails with an error of another call."""

    @impl
    def around_call(self) -> Any:
        """Return a middleware that does."""

        def failing(_: Any) -> Any:
            yield from ()
            raise ReadError("of another call", meta=CallMeta("c0", "letters", "tell"))

        return failing


def test_an_error_keeps_the_story_that_it_has() -> None:
    """A middleware may raise what another call ended with."""
    error = play(hold(Retelling()), []).error

    assert isinstance(error, ReadError)
    assert error.meta is not None
    assert "c0" == error.meta.call_id


def test_silent_where_structlog_is_imported_but_not_configured() -> None:
    """Importing structlog is not asking for a log."""
    with capture_logs() as lines:
        structlog.reset_defaults()
        assert not trace.is_wanted()
        play(hold(), [200, GOOD, b""])

    assert [] == lines


def test_a_listener_that_raises_costs_the_log_nothing() -> None:
    """Its error is its caller's, after the line was written."""
    structlog.configure()

    with capture_logs() as lines:
        played = play(hold(Stumbling()), [200, GOOD, b""])

    assert isinstance(played.error, LookupError)
    assert ["call.finished"] == [line["event"] for line in lines]


LEVELS = [
    ("info", ["call.finished", "call.failed"]),
    ("INFO", ["call.finished", "call.failed"]),
    ("debug", ["call.finished", "call.failed"]),
    ("warning", ["call.failed"]),
    ("error", []),
    ("please", ["call.finished", "call.failed"]),
    ("  ", []),
]


@pytest.mark.parametrize(("level", "told"), LEVELS)
def test_the_environment_switches_a_log_of_our_own_on(
    level: str, told: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`JACKFIELD_LOG` writes to standard error, from its level on, and leaves structlog's configuration alone."""
    monkeypatch.setenv("JACKFIELD_LOG", level)

    play(hold(), [200, GOOD, b""])
    play(hold(), [400, b"no", b""])

    out, err = capsys.readouterr()
    assert "" == out
    lines = err.splitlines()
    assert told == [line.split("event='")[1].split("'")[0] for line in lines]
    assert all(
        line.startswith("timestamp='20") and "level='" in line and "provider='letters'" in line for line in lines
    )
    assert not structlog.is_configured()


QUIET = """
import sys
from hand import hold, play
play(hold(), [200, b'{"text": "a"}', b""])
assert "structlog" not in sys.modules, "imported"
"""
ASKED = """
import sys
from hand import hold, play
play(hold(), [200, b'{"text": "a"}', b""])
import structlog
assert not structlog.is_configured()
"""


@pytest.mark.parametrize(("code", "level", "told"), [(QUIET, None, ""), (ASKED, "info", "call.finished")])
def test_structlog_is_imported_when_somebody_wants_a_log(code: str, level: str | None, told: str) -> None:
    """A program that does not log never pays for it."""
    env = {"PYTHONPATH": ":".join(sys.path), **({} if level is None else {"JACKFIELD_LOG": level})}

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)

    assert (0, "") == (done.returncode, done.stdout), done.stderr
    assert (told in done.stderr) if told else ("" == done.stderr)
