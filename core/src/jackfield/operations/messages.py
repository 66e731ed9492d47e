"""Messages: what is said to a model, and what it says.

`Message` goes out and is checked; `AssistantMessage` comes back and takes whatever the provider sends. An answer's
message may stand among a request's messages as it is: `messages=[*request.messages, response.choices[0].message]`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeAlias, get_args

from attrs import define, field, frozen

from jackfield.operations import Document, RequestPart, Rule
from jackfield.operations._rules import as_tuple
from jackfield.operations._shown import shown
from jackfield.operations.content import CONTENT_PARTS, ContentPart
from jackfield.operations.tools import FunctionCall, ToolCall, as_tool_calls

Role: TypeAlias = Literal["system", "developer", "user", "assistant", "tool", "function"]
Content: TypeAlias = str | Sequence[ContentPart | Mapping[str, Any]]


def as_content(value: Content | None) -> Content | None:
    """Return parts as a tuple, and text as it is."""
    return value if isinstance(value, str) else as_tuple(value)


_UNFILLED = object.__new__
_ROLES = frozenset(get_args(Role))


@frozen(kw_only=True, eq=False, repr=False)
class Message(RequestPart):
    """One message of a conversation. The class methods, one per role, are the short way to make one.

    Attributes:
        role: Who speaks.
        content: What they say: text, or parts (text, pictures, sound, files). Only the assistant may be without.
        name: Tells participants of one role apart.
        refusal: What the assistant said in refusing.
        tool_calls: The calls that the assistant wanted made.
        tool_call_id: The call that a tool's message answers; it must be given there.
        function_call: The older form of a single call.
        audio: `{"id": ...}` of what the assistant said aloud earlier.
        reasoning_content: The assistant's reasoning, for the models that want it back.
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "role": Rule.one_of(*get_args(Role)),
        "content": Rule.each(Rule.part(*CONTENT_PARTS), not_empty=True, or_text=True),
        "name": Rule.text(),
        "refusal": Rule.text(),
        "tool_calls": Rule.each(Rule.part(ToolCall)),
        "tool_call_id": Rule.text(),
        "function_call": Rule.part(FunctionCall),
        "audio": Rule.part(),
        "reasoning_content": Rule.text(),
    }
    told_by: ClassVar[str] = "role"
    needs: ClassVar[Mapping[str, Sequence[str]]] = {
        "system": ("content",),
        "developer": ("content",),
        "user": ("content",),
        "tool": ("content", "tool_call_id"),
        "function": ("name",),
    }

    role: Role
    content: Content | None = field(default=None, converter=as_content)
    name: str | None = None
    refusal: str | None = None
    tool_calls: Sequence[ToolCall | Mapping[str, Any]] | None = field(default=None, converter=as_tool_calls)
    tool_call_id: str | None = None
    function_call: FunctionCall | Mapping[str, Any] | None = None
    audio: Mapping[str, Any] | None = None
    reasoning_content: str | None = None

    @classmethod
    def system(cls, content: Content, *, name: str | None = None) -> Message:
        """Return instructions that hold for the whole conversation."""
        return _said(cls, "system", content, name)

    @classmethod
    def developer(cls, content: Content, *, name: str | None = None) -> Message:
        """Return instructions that hold for the whole conversation, as newer models name them."""
        return _said(cls, "developer", content, name)

    @classmethod
    def user(cls, content: Content, *, name: str | None = None) -> Message:
        """Return what a user says: text, or parts such as `TextPart` and `ImagePart`."""
        return _said(cls, "user", content, name)

    @classmethod
    def assistant(
        cls,
        content: Content | None = None,
        *,
        tool_calls: Sequence[ToolCall | Mapping[str, Any]] | None = None,
        refusal: str | None = None,
        name: str | None = None,
        reasoning_content: str | None = None,
    ) -> Message:
        """Return what the assistant said earlier, the calls it wanted made included."""
        if tool_calls is None and refusal is None and reasoning_content is None:
            return _said(cls, "assistant", content, name)
        return cls(
            role="assistant",
            content=content,
            tool_calls=tool_calls,
            refusal=refusal,
            name=name,
            reasoning_content=reasoning_content,
        )

    @classmethod
    def tool(cls, content: Content, *, tool_call_id: str) -> Message:
        """Return a tool's answer to the call *tool_call_id*."""
        return cls(role="tool", content=content, tool_call_id=tool_call_id)


class _Unsealed(Message):
    """A message while it is filled."""

    __slots__ = ()
    __setattr__ = object.__setattr__
    __delattr__ = object.__delattr__  # one slot in C: with only one of the two the way is as long as before


def _said(cls: type[Message], role: Role, content: Content | None, name: str | None) -> Message:
    """Return a message that only says something.

    A frozen object is filled the long way round, field by field: 1.6 µs. One that may change yet takes 0.5. Looking at
    one that is plain text takes 2 µs, knowing that it fits 0.2. A history has hundreds.
    """
    if cls is not Message:  # a class of somebody's own, which may have more fields
        return cls(role=role, content=content, name=name)
    said: Any = _UNFILLED(_Unsealed)
    said.role, said.content, said.name = role, content if type(content) is str else as_content(content), name
    said.refusal = said.tool_calls = said.tool_call_id = said.function_call = said.audio = None
    said.reasoning_content = None
    said.extra = {}
    said._fits = type(content) is str and (name is None or type(name) is str)  # noqa: SLF001 - of its own class
    said.__class__ = cls
    message: Message = said
    return message


@define(kw_only=True, eq=False, repr=False)
class Audio(Document):
    """What the assistant says aloud; in a stream, a fragment of it.

    Attributes:
        id: What a later message refers to it by.
        data: Base64 text, in the format that the request asked for.
        transcript: The words.
        expires_at: When the provider forgets it, in Unix seconds.
    """

    id: str | None = None
    data: str | None = field(default=None, repr=shown)
    transcript: str | None = None
    expires_at: int | None = None


@define(kw_only=True, eq=False, repr=False)
class UrlCitation(Document):
    """A source on the web.

    Attributes:
        url: Where it is.
        title: Its title.
        start_index: Where in the message the passage begins that it supports, in characters.
        end_index: Where that passage ends.
    """

    url: str = ""
    title: str = ""
    start_index: int | None = None
    end_index: int | None = None


@define(kw_only=True, eq=False, repr=False)
class Annotation(Document):
    """A note to a message.

    Attributes:
        type: `url_citation`, or one not known yet.
        url_citation: The source, where it is one.
    """

    type: str = ""
    url_citation: UrlCitation | None = None


@define(kw_only=True, eq=False, repr=False)
class AssistantMessage(Document):
    """What a model answers.

    Attributes:
        role: Who speaks: `assistant`.
        content: The text, or None where there is none, as beside tool calls.
        refusal: The words of a refusal, or None.
        reasoning_content: The reasoning before the answer, where the model shows it.
        tool_calls: The calls it wants made.
        function_call: The older form of a single call.
        annotations: Notes to the text, such as its sources.
        audio: The answer aloud, where that was asked for.
    """

    role: str = "assistant"
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    function_call: FunctionCall | None = None
    annotations: tuple[Annotation, ...] = ()
    audio: Audio | None = None

    def as_message(self) -> Message:
        """Return it as a message for the next request.

        What goes back: role, content, refusal, tool calls, the older function call, and of the audio its id.
        Reasoning goes back where there is some: a provider that shows it takes it, and some models insist. Annotations
        stay behind, as no provider takes them.
        """
        if self == AssistantMessage(content=self.content):
            return _said(Message, "assistant", self.content, None)
        return Message(
            role=self.role if self.role in _ROLES else "assistant",  # type: ignore[arg-type] # some call it "model"
            content=self.content,
            refusal=self.refusal,
            tool_calls=self.tool_calls or None,
            function_call=self.function_call,
            audio={"id": self.audio.id} if self.audio is not None and self.audio.id else None,
            reasoning_content=self.reasoning_content,
        )


def as_messages(value: Sequence[Message | AssistantMessage]) -> Sequence[Message]:
    """Return messages as a tuple of `Message`; what is none stays as it is, for the rules to judge."""
    given: Sequence[Any] = as_tuple(value)
    if not isinstance(given, tuple) or {Message}.issuperset(map(type, given)):
        return given
    return tuple([each.as_message() if isinstance(each, AssistantMessage) else each for each in given])
