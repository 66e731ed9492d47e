from __future__ import annotations

import json
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hand import Letters, scripted
from hypothesis import given
from hypothesis import strategies as st

from jackfield import (
    AsyncClient,
    ChatSession,
    Client,
    ContentFilteredError,
    DecodeError,
    FilePart,
    ImagePart,
    InvalidRequestError,
    JackfieldError,
    Message,
    SetupError,
    TextPart,
    UnavailableError,
)
from jackfield.activities.session import estimated_tokens
from jackfield.operations.chat import AssistantMessage, AudioPart, FunctionCall, RefusalPart, ToolCall
from jackfield_openai_wire import Endpoint, HeaderKey, OpenAIWire


class Chatting(Letters):
    """Speaks chat over scripted replies."""

    def parts(self) -> Any:
        """An OpenAI-shaped one, without a key."""
        return Endpoint("https://models.example/v1"), HeaderKey(None), OpenAIWire()


def says(text: str, finish: str = "stop") -> bytes:
    """Return an answer."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return json.dumps({"choices": [choice], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}).encode()


def streams(*texts: str, end: str = "data: [DONE]\n\n") -> bytes:
    """Return an answer as a stream."""
    events = [json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}) for text in texts]
    return ("".join(f"data: {event}\n\n" for event in events) + end).encode()


def a_client(*answers: Any) -> tuple[Client, Any]:
    """Return a client over scripted answers, and its transport."""
    transport = scripted(answers)
    return Client(Chatting(), transport=transport, chat_model="m", retries=0), transport


def sent(transport: Any, at: int = -1) -> list[tuple[str, Any]]:
    """Return the messages of a request."""
    return [(each["role"], each.get("content")) for each in json.loads(transport.requests[at].body)["messages"]]


# Two ways of asking --------------------------------------------------------------------------------------------------


def test_a_conversation_grows_turn_by_turn() -> None:
    """Each call sends all that was said."""
    client, transport = a_client(says("Red."), says("Blue."))
    session = ChatSession("Be brief.")

    assert "Red." == client.chat(session, "Name a colour.")
    assert "Blue." == client.chat(session, "Another.")
    assert [
        ("system", "Be brief."),
        ("user", "Name a colour."),
        ("assistant", "Red."),
        ("user", "Another."),
    ] == sent(transport)
    assert (4, "Be brief.") == (len(session), session.system)
    assert session.response is not None
    assert session.response.usage is not None
    assert "Blue." == session.response.text


def test_a_session_that_is_sent_stays_as_it_is() -> None:
    """The other way: nothing is added."""
    client, transport = a_client(says("Red."))
    session = ChatSession(messages=["Name a colour."])

    assert "Red." == client.complete(session, temperature=0)
    assert ([("user", "Name a colour.")], [Message.user("Name a colour.")]) == (sent(transport), session.messages)
    assert session.response is None


def test_a_stream_adds_its_turn_at_the_end() -> None:
    """Not before."""
    client, _ = a_client(streams("Re", "d."))
    session = ChatSession()
    with client.stream_chat(session, "Name a colour.") as stream:
        texts = []
        for event in stream:
            texts.append(event.text)
            assert not session.messages

    assert "Red." == "".join(texts) == session.messages[1].content == stream.response.text


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((503, b"{}"), UnavailableError),
        (says("half an", "content_filter"), ContentFilteredError),
        (b'{"choices": []}', DecodeError),
        (b"<html>", DecodeError),
    ],
)
def test_a_turn_that_fails_leaves_no_trace(answer: Any, error: type[JackfieldError]) -> None:
    """The session is as it was, to be tried again."""
    client, _ = a_client(says("Red."), answer, says("Blue."))
    session = ChatSession()
    client.chat(session, "Name a colour.")
    before, response = list(session.messages), session.response
    with pytest.raises(error):
        client.chat(session, "Another.")

    assert (before, response) == (session.messages, session.response)
    assert "Blue." == client.chat(session, "Another.")


def test_a_stream_that_breaks_off_or_is_left_leaves_no_trace() -> None:
    """Half an answer is none."""
    client, _ = a_client(streams("Re", end=""), streams("Re", "d."))
    session = ChatSession()
    with pytest.raises(JackfieldError):
        list(client.stream_chat(session, "Name a colour."))
    with client.stream_chat(session, "Name a colour.") as stream:
        next(stream)

    assert not session.messages


async def test_the_same_for_asyncio() -> None:
    """All three, in the same words."""
    transport = scripted([says("Red."), says("Green."), streams("Bl", "ue.")])
    session = ChatSession()
    async with AsyncClient(Chatting(), transport=transport, chat_model="m") as client:
        assert "Red." == await client.chat(session, "One.")
        assert "Green." == await client.complete(session)
        assert "Blue." == "".join([event.text async for event in client.stream_chat(session, Message.user("Two."))])

    assert ["One.", "Red.", "Two.", "Blue."] == [each.content for each in session.messages]


# Its messages --------------------------------------------------------------------------------------------------------


def test_messages_are_added_in_order() -> None:
    """Of every role; text is the user's, an answer's message may be added as it is."""
    session = ChatSession()
    added = session.add("Hello.")
    session.add(Message.assistant("Hi."))
    session.add(AssistantMessage(content="Hi again."))
    session.add(Message.user([TextPart("What is this?"), ImagePart.from_url("https://pictures.example/1.png")]))

    assert Message.user("Hello.") == added == session.messages[0]
    assert ["user", "assistant", "assistant", "user"] == [each.role for each in session.messages]
    assert bool(ChatSession())


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ("", "prompt: is empty"),
        ("  ", "prompt: is empty"),
        (5, "prompt: must be text or a Message"),
        (Message(role="user"), "content is missing"),
        (Message(role="bot", content="x"), "role must be one of"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_message_is_not_added(message: Any, problem: str) -> None:
    """Nor sent."""
    session = ChatSession()
    client, transport = a_client()
    for attempt in (session.add, lambda given: client.chat(session, given)):
        with pytest.raises(InvalidRequestError) as caught:
            attempt(message)
        assert caught.value.problems[0].startswith(problem)

    assert not session.messages
    assert not transport.requests


@pytest.mark.parametrize("session", [None, [Message.user("x")], "x"])
def test_what_is_no_session_is_told_by_its_kind(session: Any) -> None:
    """Before anything is sent."""
    client, transport = a_client()
    for attempt in (client.complete, lambda given: client.chat(given, "x")):
        with pytest.raises(InvalidRequestError, match="session: must be a ChatSession"):
            attempt(session)
    assert not transport.requests


def test_one_text_is_no_list_of_messages() -> None:
    """It would be one message a letter."""
    with pytest.raises(InvalidRequestError, match="messages: must be several"):
        ChatSession(messages="hello")  # type: ignore[arg-type]


def test_an_answer_of_an_unknown_role_goes_on_as_the_assistants() -> None:
    """Some servers call it otherwise; the next turn is to be sent all the same."""
    odd = says("Red.").replace(b'"message": {', b'"message": {"role": "model", ')
    client, transport = a_client(odd, says("Blue."))
    session = ChatSession()
    client.chat(session, "One.")

    assert "Blue." == client.chat(session, "Two.")
    assert ("assistant", "Red.") == sent(transport)[1]


def test_half_an_answer_is_not_completed_either() -> None:
    """Nor is a refusal taken for an answer."""
    client, _ = a_client(says("half an", "content_filter"))
    with pytest.raises(ContentFilteredError):
        client.complete(ChatSession(messages=["x"]))


def test_an_empty_session_cannot_be_sent() -> None:
    """It says what to do."""
    client, _ = a_client()
    with pytest.raises(InvalidRequestError, match="session: is empty; add"):
        client.complete(ChatSession())


def test_a_fork_goes_its_own_way() -> None:
    """Neither sees what the other adds."""
    session = ChatSession("Be brief.", ["One."], budget=100)
    other = session.fork()
    other.add("Two.")
    session.add("Three.")

    assert (["One.", "Three."], ["One.", "Two."]) == (
        [each.content for each in session.messages],
        [each.content for each in other.messages],
    )
    assert ("Be brief.", 100, session.count_tokens) == (other.system, other.budget, other.count_tokens)


def test_a_session_is_a_request() -> None:
    """For whoever wants the whole response."""
    request = ChatSession("Be brief.", ["One."]).request(temperature=0.5, model="m")

    assert [Message.system("Be brief."), Message.user("One.")] == list(request.messages)
    assert (0.5, "m") == (request.temperature, request.model)


# Its budget ----------------------------------------------------------------------------------------------------------


def test_the_oldest_turns_are_not_sent_where_there_is_no_room() -> None:
    """Whole turns, so that no result stands without its call; nothing is forgotten."""
    call = ToolCall(id="c1", function=FunctionCall(name="f", arguments="{}"))
    session = ChatSession(
        "S",
        [
            "one",
            Message.assistant("answer"),
            "two",
            Message.assistant(tool_calls=[call]),
            Message.tool("result", tool_call_id="c1"),
            Message.assistant("answer"),
            "three",
        ],
        budget=6,
        count_tokens=lambda _: 1,
    )

    assert ["S", "two", None, "result", "answer", "three"] == [each.content for each in session.to_send()]
    session.budget = 5
    assert ["S", "three"] == [each.content for each in session.to_send()]
    session.budget = 1
    assert [
        "S",
        "three",
    ] == [each.content for each in session.to_send()]
    session.budget = None
    assert 8 == len(session.to_send())


def test_instructions_at_the_beginning_are_always_sent() -> None:
    """However they came there."""
    session = ChatSession(budget=3, count_tokens=lambda _: 1)
    for message in (Message.system("S"), Message.developer("D"), "one", Message.assistant("answer"), "two"):
        session.add(message)

    assert ["S", "D", "two"] == [each.content for each in session.to_send()]
    assert session.count_tokens is session.fork().count_tokens


@given(st.lists(st.sampled_from("ua"), max_size=30), st.integers(1, 40))
def test_what_is_sent_is_the_end_of_what_was_said(roles: list[str], budget: int) -> None:
    """Within the budget, or one turn alone."""
    made = [Message.user("x") if "u" == role else Message.assistant("y") for role in roles]
    sending = ChatSession("S", made, budget=budget, count_tokens=lambda _: 1).to_send()[1:]
    turns_after_the_first = [message for message in sending[1:] if "user" == message.role]

    assert made[len(made) - len(sending) :] == sending
    assert bool(made) == bool(sending)
    assert len(sending) + 1 <= budget or not turns_after_the_first


def test_tokens_are_estimated() -> None:
    """By characters; a picture counts as a thousand."""
    assert 5 == estimated_tokens(Message.user("four"))
    parts = [TextPart("four"), {"type": "text", "text": "four"}, ImagePart.from_url("https://x.example")]
    assert 4 + 2 + 1000 == estimated_tokens(Message.user(parts))
    assert estimated_tokens(Message.assistant(tool_calls=[ToolCall(id="c")])) > 4


@pytest.mark.parametrize("budget", [0, -1, 1.5, True, "9"])
def test_a_budget_is_a_number_of_tokens(budget: Any) -> None:
    """At least one."""
    with pytest.raises(InvalidRequestError, match="budget must be a whole number"):
        ChatSession(budget=budget)


# Saved and loaded ----------------------------------------------------------------------------------------------------

EVERYTHING = [
    Message.developer("D", name="n"),
    Message.user(
        [
            TextPart("look", extra={"new": 1}),
            ImagePart.from_bytes(b"x", detail="low"),
            AudioPart.from_bytes(b"x"),
            FilePart.from_bytes(b"x", filename="a.pdf"),
            {"type": "hologram", "data": "x"},
        ]
    ),
    Message.assistant([RefusalPart("no")], refusal="no", reasoning_content="hm"),
    Message.assistant(tool_calls=[ToolCall(id="c", function=FunctionCall(name="f", arguments="{}"))]),
    Message.tool("r", tool_call_id="c"),
    Message(role="assistant", function_call=FunctionCall(name="f", arguments="{}"), audio={"id": "a"}),
    Message(role="user", content="x", extra={"tomorrow": True}),
]


def test_a_session_comes_back_as_it_was(tmp_path: Path) -> None:
    """With every kind of message, and what has no field."""
    session = ChatSession("Be brief.", EVERYTHING, budget=100)
    path = session.save(tmp_path / "session.json")
    loaded = ChatSession.load(path)

    assert ("Be brief.", 100, session.messages) == (loaded.system, loaded.budget, loaded.messages)
    assert ["session.json"] == [each.name for each in tmp_path.iterdir()]
    if sys.platform != "win32":
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_a_session_that_cannot_be_saved_leaves_the_old_one(tmp_path: Path) -> None:
    """And no draft."""
    session = ChatSession("one")
    path = session.save(tmp_path / "session.json")
    session.messages.append(Message.user("x", name="\udc80"))  # no Unicode: it has no JSON form
    session.messages[0] = Message(role="user", content="x", extra={"no": object()})
    with pytest.raises(InvalidRequestError):
        session.save(path)

    assert ChatSession.load(path).system == "one"
    assert ["session.json"] == [each.name for each in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "session: is no JSON"),
        ("[" * 100_000, "session: is no JSON"),
        ("[]", "session: is no saved conversation"),
        ('{"version": 1}', "session: is no saved conversation"),
        ('{"version": 2, "messages": []}', "version: is 2, and this release reads 1; upgrade"),
        ('{"version": 1, "messages": [], "system": 5}', "system: must be text"),
        ('{"version": 1, "messages": [5]}', "messages[0]: is no message"),
        ('{"version": 1, "messages": [{"role": "user"}]}', "messages[0].content is missing"),
        ('{"version": 1, "messages": [{"role": "user", "content": [{"type": "text"}, 5]}]}', "messages[0].content[1]"),
        ('{"version": 1, "messages": [{"role": "user", "content": [{"type": "text"}]}]}', ""),
        ('{"version": 1, "messages": [{"role": "assistant", "tool_calls": [5]}]}', "messages[0].tool_calls[0]"),
        ('{"version": 1, "messages": [{"role": "assistant", "tool_calls": 5}]}', "messages[0].tool_calls"),
        (
            '{"version": 1, "messages": [{"role": "assistant", "tool_calls": [{"function": 5}]}]}',
            "messages[0].tool_calls",
        ),
        ('{"version": 1, "messages": [{"role": "user", "content": [{"type": []}]}]}', ""),
        ('{"version": 1, "messages": [], "budget": "x"}', "budget must be a whole number"),
    ],
)
def test_what_is_no_session_is_told(text: str, problem: str) -> None:
    """By one error, whatever is wrong with it."""
    if not problem:  # a part that we cannot make is kept as it is, for the provider to judge
        (part,) = ChatSession.from_json(text).messages[0].content or ()
        assert part in ({"type": "text"}, {"type": []})
        return
    with pytest.raises(InvalidRequestError, match="the session cannot be") as caught:
        ChatSession.from_json(text)

    assert caught.value.problems[0].startswith(problem)


def test_a_file_that_is_not_to_be_had_is_told(tmp_path: Path) -> None:
    """By an error of ours, with its name."""
    for attempt in (ChatSession.load, ChatSession().save):
        with pytest.raises(SetupError, match="nowhere.*: No such file"):
            attempt(tmp_path / "nowhere" / "x")
        with pytest.raises(SetupError, match="null"):
            attempt("a\0b")


def test_many_save_at_once(tmp_path: Path) -> None:
    """The file is whole at any time, and nothing else is left."""
    session = ChatSession(messages=["x" * 5000])
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(session.save, tmp_path / "s.json") for _ in range(100)]:
            done.result()
            assert 1 == len(ChatSession.load(tmp_path / "s.json"))

    assert ["s.json"] == [each.name for each in tmp_path.iterdir()]


def test_a_file_that_is_no_text_is_no_session(tmp_path: Path) -> None:
    """A picture, for instance."""
    (tmp_path / "x").write_bytes(b"\xff\xd8")
    with pytest.raises(InvalidRequestError, match="is no text"):
        ChatSession.load(tmp_path / "x")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["role", "content", "tool_calls", "type", "function"]), inner)
    ),
    max_leaves=20,
)


@given(JSON)
def test_whatever_a_file_says_is_a_session_or_an_error(messages: Any) -> None:
    """Of ours."""
    try:
        session = ChatSession.from_json(json.dumps({"version": 1, "messages": messages}))
    except InvalidRequestError:
        return
    assert len(session) == len(messages)


# Files in messages ---------------------------------------------------------------------------------------------------


def test_pictures_and_files_come_from_a_path(tmp_path: Path) -> None:
    """Read at once, their kind told by their ending."""
    for name in ("cat.PNG", "notes.pdf"):
        (tmp_path / name).write_bytes(b"content")

    picture, file = ImagePart.from_path(tmp_path / "cat.PNG", detail="low"), FilePart.from_path(tmp_path / "notes.pdf")
    assert ImagePart.from_bytes(b"content", media_type="image/png", detail="low") == picture
    assert FilePart.from_bytes(b"content", filename="notes.pdf") == file


@pytest.mark.parametrize(
    ("kind", "name", "problem"),
    [
        (ImagePart, "missing.png", "cannot be read: No such file"),
        (ImagePart, "empty.png", "is empty"),
        (ImagePart, "notes.pdf", "does not end in one of .gif, .jpeg, .jpg, .png, .webp; use from_bytes()"),
        (FilePart, "program.exe", "does not end in one of .csv"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, kind: Any, name: str, problem: str) -> None:
    """With what else there is."""
    for each, content in (("empty.png", b""), ("notes.pdf", b"x"), ("program.exe", b"x")):
        (tmp_path / each).write_bytes(content)
    with pytest.raises(InvalidRequestError) as caught:
        kind.from_path(tmp_path / name)

    assert problem in caught.value.problems[0]
