"""What can be asked of a provider. One file per operation; each holds its entities and one constant.

An operation is a value that the caller passes: `client.call(CHAT, ChatRequest(...))`. Nothing is registered, so a
package of yours defines operations in the same way as this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar

from attrs import define, field, frozen

from jackfield._values import Shown, Value
from jackfield.call import CallMeta
from jackfield.operations._rules import Request, RequestPart, Rule
from jackfield.operations._shown import told

__all__ = ["Document", "Fold", "Operation", "Request", "RequestPart", "Response", "Rule"]

RequestT = TypeVar("RequestT")
ResponseT = TypeVar("ResponseT")
EventT = TypeVar("EventT")
_AddedT = TypeVar("_AddedT", contravariant=True)
_ResultT = TypeVar("_ResultT", covariant=True)


class Fold(Protocol[_AddedT, _ResultT]):
    """How an operation's events become its response. Keeps what is needed for that, not the events."""

    def add(self, event: _AddedT, /) -> None:
        """Take the next event in."""

    def result(self) -> _ResultT:
        """Return the response so far; the same as a plain call would have given once all events are in."""


@frozen(eq=False, repr=False)
class Operation(Shown, Generic[RequestT, ResponseT, EventT]):
    """What can be asked: its name, its entities, and what a provider must know to place it.

    Attributes:
        name: Dotted, in the field's terms. An endpoint derives its path from it: dots become slashes.
        request: The class of the request entity.
        response: The class of the response entity.
        event: The class of a stream's events, or None where the operation cannot stream.
        fold: Makes the fold of a stream's events, or None where the operation cannot stream.
        method: The HTTP method.
        addressed_to: Whether one model answers it, or the account as a whole.
        model_required: Whether a model must be named, by the request or by the client's default.
        model_setting: The client's setting that names the default model, such as `chat_model`, or None.
        timeout: Seconds of silence that are borne where the caller says nothing; None for the client's default.
        encoding: What the request is written as on wires that know both: `multipart` where files are among its fields.
    """

    name: str
    request: type[RequestT]
    response: type[ResponseT]
    event: type[EventT] | None = None
    fold: Callable[[], Fold[EventT, ResponseT]] | None = None
    method: Literal["GET", "POST"] = "POST"
    addressed_to: Literal["model", "account"] = "model"
    model_required: bool = True
    model_setting: str | None = None
    timeout: float | None = None
    encoding: Literal["json", "multipart"] = "json"


@define(kw_only=True, eq=False, repr=False)
class Document(Value):
    """Something read from a provider's answer.

    Every field has a default, which also stands where the answer has a null.

    Attributes:
        raw: The part of the answer it was read from, with every field, known to us or not. Not to be changed, and not
            sent where the document goes back into a request.
    """

    required: ClassVar[frozenset[str]] = frozenset()
    """The fields without which a whole answer makes no sense."""

    raw: Mapping[str, Any] | None = field(default=None, eq=False, repr=False)

    def __repr__(self) -> str:
        """Tell what differs from the default."""
        return told(self)


@define(kw_only=True, eq=False, repr=False)
class Response(Document):
    """A whole answer.

    Attributes:
        meta: The story of the call: attempts, ids, rate limits, timing.
    """

    meta: CallMeta | None = field(default=None, eq=False, repr=False)
