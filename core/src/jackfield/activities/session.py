"""A conversation: its messages in order, and nothing else.

Rule 1: a session holds no client: one that began with one provider goes on with another.
Rule 2: it grows by whole turns. What a token budget leaves out is not sent; it is not forgotten.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, field, fields

from jackfield.activities.ask import request_of
from jackfield.convert import dumps, make_converter
from jackfield.errors import InvalidRequestError
from jackfield.operations.content import CONTENT_PARTS
from jackfield.operations.messages import AssistantMessage, Message
from jackfield.operations.tools import FunctionCall, ToolCall

if TYPE_CHECKING:
    from typing import Unpack

    from jackfield.activities.parameters import ChatParameters
    from jackfield.operations.chat import ChatRequest, ChatResponse

VERSION = 1
"""Of the format in which sessions are saved."""
_PARTS = {fields(each).type.default: each for each in CONTENT_PARTS}
_CHARACTERS_A_TOKEN = 4
_TOKENS_A_MESSAGE = 4
_TOKENS_A_PART = 1000


def _messages(given: Iterable[str | Message | AssistantMessage]) -> list[Message]:
    """Return what was given as messages, in a list of its own."""
    return [_message(each) for each in given]


def estimated_tokens(message: Message) -> int:
    """Return about how many tokens a message takes: one for four characters, a thousand for a picture or a file."""
    texts, others = [message.content or ""] if isinstance(message.content, str | None) else [], 0
    for part in () if isinstance(message.content, str | None) else message.content:
        text = part.get("text") if isinstance(part, Mapping) else getattr(part, "text", None)
        texts.append(text or "")
        others += text is None
    texts += [str(each) for each in message.tool_calls or ()]
    characters = sum(map(len, texts))
    return _TOKENS_A_MESSAGE + characters // _CHARACTERS_A_TOKEN + others * _TOKENS_A_PART


@define(eq=False)
class ChatSession:
    """A conversation, carried on by `client.chat(session, "…")`.

    Attributes:
        system: How the model is to behave, before everything else; None for nothing. May be changed at any time.
        messages: What was said, in order; yours to change.
        budget: About how many tokens may be sent, the system prompt included; None for no limit. The oldest turns are
            left out first, whole, and the last one never.
        count_tokens: Counts the tokens of a message; an estimate where it is left out.
        response: The last answer, with its usage and its story; None before the first, and in a session that was
            loaded.
    """

    system: str | None = None
    messages: list[Message] = field(factory=list, converter=_messages)
    budget: int | None = field(default=None, kw_only=True)
    count_tokens: Callable[[Message], int] = field(default=estimated_tokens, kw_only=True, repr=False)
    response: ChatResponse | None = field(default=None, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Check what was given.

        Raises:
            InvalidRequestError: The budget is no number of tokens.
        """
        if self.budget is not None and (type(self.budget) is not int or self.budget < 1):
            problem = f"budget must be a whole number of at least 1, or None for no limit, not {self.budget!r}"
            raise InvalidRequestError("the session cannot be kept so", problems=[problem])

    def __len__(self) -> int:
        """How many messages it has, the system prompt not counted."""
        return len(self.messages)

    def __bool__(self) -> bool:
        """A session is one also while it is empty."""
        return True

    def add(self, message: str | Message | AssistantMessage) -> Message:
        """Append a message, and return it. Text is what the user says.

        Raises:
            InvalidRequestError: It is no message, or does not fit.
        """
        turn = self.turn(message)
        self.messages.append(turn)
        return turn

    def turn(self, message: str | Message | AssistantMessage) -> Message:
        """Return a message as `add` would append it.

        Raises:
            InvalidRequestError: It is no message, or does not fit.
        """
        turn = _message(message)
        if problems := turn.problems():
            raise InvalidRequestError("the message cannot be sent", problems=problems)
        return turn

    def grow(self, turn: Message, said: Sequence[Message], response: ChatResponse) -> None:
        """Append a whole turn: what the user said, tools' calls and results, and the answer."""
        self.messages += [turn, *said, response.choices[0].message.as_message()]
        self.response = response

    def fork(self) -> ChatSession:
        """Return a session of its own that begins with what was said in this one."""
        return ChatSession(self.system, self.messages, budget=self.budget, count_tokens=self.count_tokens)

    def to_send(self, turn: Message | None = None) -> list[Message]:
        """Return what is sent: the system prompt, and of the messages and *turn* what the budget has room for.

        Raises:
            InvalidRequestError: There is nothing to send.
        """
        first = [Message.system(self.system)] if self.system else []
        messages = [*self.messages, *([turn] if turn is not None else [])]
        if not first and not messages:
            raise InvalidRequestError("nothing to send", problems=["session: is empty; add() a message first"])
        return [*first, *self._within_budget(first, messages)]

    def _within_budget(self, first: Sequence[Message], messages: Sequence[Message]) -> Sequence[Message]:
        if self.budget is None:
            return messages
        room = self.budget - sum(map(self.count_tokens, first))
        kept: list[Message] = []
        for turn in reversed(_turns(messages)):
            room -= sum(map(self.count_tokens, turn))
            if kept and room < 0:
                break
            kept = [*turn, *kept]
        return kept

    def request(self, **parameters: Unpack[ChatParameters]) -> ChatRequest:
        """Return the request that sends this session as it is, for `client.call(CHAT, …)` and `client.stream`.

        Args:
            parameters: Any other field of `ChatRequest`.
        """
        return request_of(self.to_send(), parameters)

    def to_json(self) -> str:
        """Return the session as JSON text: everything but how tokens are counted, and the last answer."""
        convert = make_converter()
        document = {
            "version": VERSION,
            "system": self.system,
            "budget": self.budget,
            "messages": [convert.unstructure(each) for each in self.messages],
        }
        return dumps({name: value for name, value in document.items() if value is not None}).decode()

    @classmethod
    def from_json(cls, text: str) -> ChatSession:
        """Return the session that `to_json` wrote.

        Raises:
            InvalidRequestError: It is none, or of a later version.
        """
        try:
            document = json.loads(text)
        except (RecursionError, ValueError) as error:
            raise _unreadable(f"session: is no JSON: {error}") from None
        if not isinstance(document, dict) or not isinstance(document.get("messages"), list):
            raise _unreadable("session: is no saved conversation")
        if document.get("version") != VERSION:
            raise _unreadable(
                f"version: is {document.get('version')!r}, and this release reads {VERSION}; upgrade jackfield-core"
            )
        if not isinstance(document.get("system"), str | None):
            raise _unreadable("system: must be text")
        messages = [_read(each, at) for at, each in enumerate(document["messages"])]
        return cls(document.get("system"), messages, budget=document.get("budget"))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the session into the file *path*, readable by its owner alone, and return the path.

        A file that is there already is replaced once the new one is whole.

        Raises:
            OSError: The file cannot be written.
        """
        file = Path(path)
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            with os.fdopen(
                os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
            ) as opened:
                opened.write(self.to_json())
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
        return file

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> ChatSession:
        """Return the session in the file *path*.

        Raises:
            OSError: The file cannot be read.
            InvalidRequestError: It is no session, or of a later version.
        """
        try:
            return cls.from_json(Path(path).read_text("utf-8"))
        except UnicodeDecodeError:
            raise _unreadable("session: is no text") from None


def _message(given: Any) -> Message:
    """Return what was given as a message.

    Raises:
        InvalidRequestError: It is none.
    """
    if isinstance(given, AssistantMessage):
        return given.as_message()
    if isinstance(given, str):
        if not given.strip():
            raise InvalidRequestError("nothing to say", problems=["prompt: is empty"])
        return Message.user(given)
    if not isinstance(given, Message):
        problem = f"prompt: must be text or a Message, such as Message.user(...), not {type(given).__name__}"
        raise InvalidRequestError("that is no message", problems=[problem])
    return given


def _turns(messages: Sequence[Message]) -> list[list[Message]]:
    """Return messages in turns: each begins with what a user says, so that no tool's result loses its call."""
    turns: list[list[Message]] = []
    for message in messages:
        if not turns or "user" == message.role:
            turns.append([])
        turns[-1].append(message)
    return turns


def _unreadable(problem: str) -> InvalidRequestError:
    return InvalidRequestError("the session cannot be read", problems=[problem])


def _read(document: Any, at: int) -> Message:
    """Return a message from its document; keys that it has no field for go into `extra`, as they were."""
    if not isinstance(document, dict) or not isinstance(document.get("role"), str):
        raise _unreadable(f"messages[{at}]: is no message")
    known = {each.name for each in fields(Message)} - {"extra"}
    given = {name: value for name, value in document.items() if name in known}
    content = given.get("content")
    if isinstance(content, list):
        given["content"] = [_part(each) for each in content]
    calls = given.get("tool_calls")
    if isinstance(calls, list):
        given["tool_calls"] = [
            make_converter().structure(each, ToolCall) if isinstance(each, dict) else each for each in calls
        ]
    if isinstance(given.get("function_call"), dict):
        given["function_call"] = make_converter().structure(given["function_call"], FunctionCall)
    message = Message(**given, extra={name: value for name, value in document.items() if name not in known})
    if problems := message.problems():
        raise InvalidRequestError(
            "the session cannot be read", problems=[f"messages[{at}].{each}" for each in problems]
        )
    return message


def _part(document: Any) -> Any:
    """Return a part of a message's content; one of a kind that has no class stays a mapping."""
    kind = _PARTS.get(document.get("type")) if isinstance(document, dict) else None
    if kind is None:
        return document
    known = {each.name for each in fields(kind)} - {"extra"}
    extra = {name: value for name, value in document.items() if name not in known}
    try:
        return kind(**{name: value for name, value in document.items() if name in known}, extra=extra)
    except TypeError:  # a field is missing: the rules say which
        return document
