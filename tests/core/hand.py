"""A call held in the hand: an operation and a provider of this file's own, scripted replies, a clock set by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from attrs import Factory, define, field, frozen

from jackfield._binding import Binding, bind
from jackfield._exchange import exchange
from jackfield._options import Options
from jackfield.convert import dumps, loads
from jackfield.limits import DEFAULT, Limits
from jackfield.operations import Document, Operation, Request, Response, Rule
from jackfield.plugin import (
    AnswerFacts,
    Call,
    Chunk,
    Command,
    DecodeError,
    Emit,
    Flow,
    HttpHead,
    HttpRequest,
    JackfieldError,
    Payload,
    Read,
    Run,
    Secret,
    Send,
    SseSplitter,
    TransportError,
    UnavailableError,
    Wait,
    impl,
)
from jackfield.retry import Retries

URL = "https://letters.example/v1/tell"
KEY = "k3y-0123456789abcdef"
OTHER_KEY = "0ther-k3y-0123456789"


# An operation --------------------------------------------------------------------------------------------------------


@frozen(kw_only=True, repr=False)
class TellRequest(Request):
    """What is asked."""

    rules: ClassVar[Mapping[str, Rule]] = {"text": Rule.text(1)}

    text: str = "hi"
    model: str | None = None


@define(kw_only=True, repr=False)
class TellUsage(Document):
    """What it took."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


@define(kw_only=True, repr=False)
class TellResponse(Response):
    """What is answered."""

    required: ClassVar[frozenset[str]] = frozenset({"text"})

    text: str = ""
    usage: TellUsage | None = None


@define(kw_only=True, repr=False)
class TellEvent(Document):
    """Some of what is answered."""

    text: str = ""


class TellFold:
    """Puts the text together."""

    def __init__(self) -> None:
        self._text = ""

    def add(self, event: TellEvent, /) -> None:
        """Take the next event in."""
        self._text += event.text

    def result(self) -> TellResponse:
        """Return the response so far."""
        return TellResponse(text=self._text)


TELL: Operation[TellRequest, TellResponse, TellEvent] = Operation(
    "tell", TellRequest, TellResponse, event=TellEvent, fold=TellFold, model_setting="chat_model"
)
LISTING: Operation[TellRequest, TellResponse, Any] = Operation("listing", TellRequest, TellResponse, method="GET")


# A provider ----------------------------------------------------------------------------------------------------------


@frozen(eq=False)
class Place:
    """Where to."""

    url: str = URL

    @impl
    def build_url(self) -> str:
        """Always there."""
        return self.url


@define(eq=False)
class Key:
    """With which key; `renewed` is what a refusal is answered with."""

    key: str = KEY
    renewed: str | None = None
    refusals: list[HttpHead] = Factory(list)

    @impl
    def authorize(self, call: Call, request: HttpRequest, refused: HttpHead | None) -> HttpRequest:
        """Add the key."""
        if refused is not None:
            self.refusals.append(refused)
            self.key = self.renewed or self.key
        return request.with_header("X-Key", Secret(self.key).bound_to(request.url).prefixed("Key "))


class Lines:
    """Decodes `{"text": ...}` events; `{"last": true}` completes an answer, `[END]` ends it."""

    def __init__(self) -> None:
        self.complete = False
        self.finished = False
        self._splitter = SseSplitter()
        self._failure: JackfieldError | None = None

    def feed(self, data: bytes) -> Sequence[TellEvent]:
        """Take the next bytes in."""
        return self._events(self._splitter.feed(data))

    def close(self) -> Sequence[TellEvent]:
        """Return what the end left open, or raise what came in the answer's stead."""
        events = self._events(self._splitter.close())
        if self._failure is not None:
            raise self._failure
        return events

    def _events(self, found: Iterable[Any]) -> list[TellEvent]:
        events = []
        for each in found:
            if each.data == b"[END]":
                self.complete = self.finished = True
                break
            document = loads(each.data)
            if "error" in document:
                self._failure = UnavailableError(document["error"], code=document.get("code"))
                self.finished = True
                break
            if "unreadable" in document:
                raise DecodeError(f"cannot be read: {document['unreadable']}")
            self.complete = "last" in document
            events.append(TellEvent(text=document["text"]))
        return events


class Wire:
    """The payload."""

    @impl
    def encode_request(self, call: Call) -> Payload:
        """Write JSON; a GET has no body."""
        if call.operation.method == "GET":
            return Payload(None, None)
        return Payload(dumps({"text": call.request.text, "model": call.model}))

    @impl
    def decode_response(self, head: HttpHead, body: bytes) -> TellResponse:
        """Read JSON; an error may stand in it."""
        try:
            document = loads(body)
        except ValueError as error:
            raise DecodeError(f"not JSON: {body!r}", problems=[f"not JSON: {body!r}"], body=body.decode()) from error
        if "error" in document:
            raise UnavailableError(document["error"], code=document["error"], details={"all": [document]})
        usage = document.get("usage")
        return TellResponse(text=document["text"], usage=None if usage is None else TellUsage(**usage))

    @impl
    def open_stream(self) -> Lines:
        """Open a stream."""
        return Lines()


class Facts:
    """What the headers say."""

    @impl
    def read_head(self, head: HttpHead) -> AnswerFacts:
        """Read an id and what is said about trying again."""
        headers = head.headers
        after, again = headers.get("retry-after"), headers.get("x-should-retry")
        return AnswerFacts(
            request_ids={"x-id": headers["x-id"]} if "x-id" in headers else {},
            retry_after=None if after is None else float(after),
            should_retry=None if again is None else again == "true",
        )


def parts(**changed: object) -> list[object]:
    """Return a provider's parts: place, key, wire, facts, some of them others."""
    return [
        each for each in {"place": Place(), "key": Key(), "wire": Wire(), "facts": Facts(), **changed}.values() if each
    ]


@frozen(eq=False)
class Letters:
    """The provider itself, as settings that make parts."""

    own: Sequence[object] = field(factory=parts)

    def parts(self) -> Sequence[object]:
        """Return them."""
        return self.own


# Holding a call ------------------------------------------------------------------------------------------------------

NOW = 1000.0
GOOD = b'{"text": "hello"}'
STEADY = Retries(jitter=lambda: 0.0)


def a_call(
    operation: Operation[Any, Any, Any] = TELL, *, streaming: bool = False, limits: Limits = DEFAULT, **fields: Any
) -> Call:
    """Return a call that began at NOW."""
    return Call("c1", "letters", operation, TellRequest(**fields), "small", streaming, NOW, limits)


def a_binding(*plugins: object, **changed: object) -> Binding:
    """Return the parts bound, with plugins."""
    return bind("letters", parts(**changed), plugins)


def hold(
    *plugins: object,
    operation: Operation[Any, Any, Any] = TELL,
    streaming: bool = False,
    options: Mapping[str, Any] | None = None,
    limits: Limits = DEFAULT,
    **changed: object,
) -> Flow[Any]:
    """Return the flow of one call."""
    settled = Options(**{"retries": STEADY, **(options or {})})
    return exchange(a_call(operation, streaming=streaming, limits=limits), a_binding(*plugins, **changed), settled)


@frozen
class Later:
    """A reply, or a failure, that comes *seconds* after the one before."""

    seconds: float
    reply: Any


@define
class Played:
    """What became of a flow."""

    commands: list[Command] = Factory(list)
    events: list[Any] = Factory(list)
    result: Any = None
    error: Exception | None = None
    now: float = NOW

    @property
    def kinds(self) -> list[type]:
        """What was asked, without what was emitted."""
        return [type(each) for each in self.commands]

    @property
    def sent(self) -> list[HttpRequest]:
        """What was sent."""
        return [each.request for each in self.commands if isinstance(each, Send)]

    @property
    def waited(self) -> list[float]:
        """How long was waited, each time."""
        return [each.seconds for each in self.commands if isinstance(each, Wait)]


def play(flow: Flow[Any], replies: Iterable[Any], *, leave_at: type | None = None) -> Played:
    """Answer a flow's commands by a script, and keep the clock.

    A reply is a status, or `(status, headers)`; bytes; an exception; or one of those as `Later`. Emit, Wait and Run
    need none. What is left of the script at the end is a failure of the test.

    Args:
        flow: The flow.
        replies: The script.
        leave_at: Close the flow instead of answering the first command of that kind.
    """
    played, script = Played(), iter(replies)
    try:
        command = next(flow)
        while leave_at is None or not isinstance(command, leave_at):
            played.commands.append(command)
            try:
                reply = _replied(command, script, played)
            except AssertionError:
                raise
            except Exception as error:  # noqa: BLE001 - as a driver does
                command = flow.throw(error)
            else:
                command = flow.send(reply)
        flow.close()
    except StopIteration as stop:
        played.result = stop.value
    except AssertionError:
        raise
    except Exception as error:  # noqa: BLE001 - the test looks at it
        played.error = error
    assert [] == list(script)
    return played


def _replied(command: Command, script: Iterator[Any], played: Played) -> Any:
    """Return the reply to one command, or raise the failure that stands in its place."""
    if isinstance(command, Emit):
        played.events.extend(command.events)
        return None
    if isinstance(command, Run):
        return command.function()
    if isinstance(command, Wait):
        played.now += command.seconds
        return played.now
    reply = next(script, None)
    assert reply is not None, f"the script has no reply to {command}"
    if isinstance(reply, Later):
        played.now += reply.seconds
        reply = reply.reply
    if isinstance(reply, TransportError):
        reply.at = played.now
    if isinstance(reply, Exception):
        raise reply
    if isinstance(command, Read):
        assert isinstance(reply, bytes), f"the script answers {command} with {reply!r}"
        return Chunk(reply, played.now)
    status, headers = reply if isinstance(reply, tuple) else (reply, {})
    return HttpHead(status, headers, played.now)


# A transport ---------------------------------------------------------------------------------------------------------


@define(eq=False)
class Scripted:
    """A transport that answers from a list: bodies, or `(status, body)`, a body in one piece or several."""

    answers: list[Any]
    requests: list[HttpRequest] = Factory(list)
    timeouts: list[float | None] = Factory(list)
    closed_bodies: list[Any] = Factory(list)
    closed: bool = False

    def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, ScriptedBody]:
        """Give the next answer."""
        self.requests.append(request)
        self.timeouts.append(timeout)
        answer = self.answers.pop(0)
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        return HttpHead(status), ScriptedBody([body] if isinstance(body, bytes) else list(body), self.closed_bodies)

    def close(self) -> None:
        """Note it."""
        self.closed = True


@define(eq=False)
class ScriptedBody:
    """The body of an answer."""

    pieces: list[bytes]
    closed: list[Any]

    def read(self, limit: int, timeout: float | None) -> bytes:
        """Give the next piece."""
        return self.pieces.pop(0) if self.pieces else b""

    def close(self) -> None:
        """Note it."""
        self.closed.append(self)


def scripted(answers: Iterable[Any]) -> Scripted:
    """Return a transport that gives *answers*."""
    return Scripted(list(answers))
