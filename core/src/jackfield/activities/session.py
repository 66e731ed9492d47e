"""A conversation: its messages in order, and nothing else.

Rule 1: a session holds no client: one that began with one provider goes on with another.
Rule 2: it grows by whole turns. What a token budget leaves out is not sent; it is not forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import define, field

from jackfield.activities.ask import request_of
from jackfield.activities.saved import Saved, put, read, taken, written
from jackfield.errors import InvalidRequestError
from jackfield.operations.messages import AssistantMessage, Message

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path
    from typing import Unpack

    from jackfield.activities.parameters import ChatParameters
    from jackfield.operations.chat import ChatRequest, ChatResponse

_CHARACTERS_A_TOKEN = 4
_TOKENS_A_MESSAGE = 4
_TOKENS_A_PART = 1000
_INSTRUCTING = frozenset({"system", "developer"})
"""Roles of messages that hold for the whole conversation where it begins with them."""


def _messages(given: Iterable[str | Message | AssistantMessage]) -> list[Message]:
    """Return what was given as messages, in a list of its own."""
    if isinstance(given, str):
        raise InvalidRequestError("the session cannot be kept so", problems=["messages: must be several, in a list"])
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
            left out first, whole. The last one is always sent, and so are instructions that the messages begin with.
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
        messages = [*self.messages, *([turn] if turn is not None else [])]
        talk = next((at for at, each in enumerate(messages) if each.role not in _INSTRUCTING), len(messages))
        first = [*([Message.system(self.system)] if self.system else []), *messages[:talk]]
        if not first and not messages:
            raise InvalidRequestError("nothing to send", problems=["session: is empty; add() a message first"])
        return [*first, *self._within_budget(first, messages[talk:])]

    def _within_budget(self, first: Sequence[Message], messages: Sequence[Message]) -> Sequence[Message]:
        if self.budget is None:
            return messages
        room = self.budget - sum(map(self.count_tokens, first))
        turns = _turns(messages)
        first_kept = len(turns)
        for at in range(len(turns) - 1, -1, -1):
            room -= sum(map(self.count_tokens, turns[at]))
            if first_kept < len(turns) and room < 0:
                break
            first_kept = at
        return [message for turn in turns[first_kept:] for message in turn]

    def request(self, **parameters: Unpack[ChatParameters]) -> ChatRequest:
        """Return the request that sends this session as it is, for `client.call(CHAT, …)` and `client.stream`.

        Args:
            parameters: Any other field of `ChatRequest`.
        """
        return request_of(self.to_send(), parameters)

    def to_json(self) -> str:
        """Return the session as JSON text: everything but how tokens are counted, and the last answer."""
        return written(Saved(self.system, self.messages, self.budget))

    @classmethod
    def from_json(cls, text: str) -> ChatSession:
        """Return the session that `to_json` wrote.

        Raises:
            InvalidRequestError: It is none, or of a later version.
        """
        saved = read(text)
        return cls(saved.system, saved.messages, budget=saved.budget)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the session into the file *path*, readable by its owner alone, and return the path.

        A file that is there already is replaced once the new one is whole.

        Raises:
            SetupError: The file cannot be written.
        """
        return put(path, self.to_json())

    @classmethod
    def load(cls, path: str | PathLike[str]) -> ChatSession:
        """Return the session in the file *path*.

        Raises:
            SetupError: The file cannot be read.
            InvalidRequestError: It is no session, or of a later version.
        """
        return cls.from_json(taken(path))


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
