"""What a plugin author writes, checked by mypy and pyright and never run."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, ClassVar, assert_type

from attrs import define, field, frozen

from jackfield import Client
from jackfield.operations import Document, Request, Response, Rule
from jackfield.plugin import (
    AnswerFacts,
    Call,
    CallRecord,
    Chunk,
    Command,
    Decoder,
    Flow,
    HttpHead,
    HttpRequest,
    JackfieldError,
    Middleware,
    Operation,
    Payload,
    Proceed,
    Provider,
    RateLimit,
    Read,
    RejectedError,
    Run,
    Secret,
    Send,
    SseSplitter,
    Wait,
    impl,
    origin_of,
    setting,
)


@frozen(kw_only=True, repr=False)
class TellRequest(Request):
    """An operation's request."""

    rules: ClassVar[Mapping[str, Rule]] = {"text": Rule.text(1)}

    text: str


@define(kw_only=True, repr=False)
class TellEvent(Document):
    """Its events."""

    text: str = ""


@define(kw_only=True, repr=False)
class TellResponse(Response):
    """Its response."""

    text: str = ""


class TellFold:
    """How the events become the response."""

    def __init__(self) -> None:
        self._text = ""

    def add(self, event: TellEvent, /) -> None:
        self._text += event.text

    def result(self) -> TellResponse:
        return TellResponse(text=self._text)


TELL = Operation("tell", TellRequest, TellResponse, event=TellEvent, fold=TellFold)


class Lines:
    """A decoder."""

    def __init__(self) -> None:
        self.complete = False
        self.finished = False
        self._splitter = SseSplitter()

    def feed(self, data: bytes) -> Sequence[TellEvent]:
        return [TellEvent(text=each.data.decode()) for each in self._splitter.feed(data)]

    def close(self) -> Sequence[TellEvent]:
        return []


class Wire:
    """Every provider hook."""

    @impl
    def build_url(self, call: Call) -> str:
        return f"https://letters.example/{call.operation.name}"

    @impl
    def encode_request(self, call: Call) -> Payload:
        return Payload(b"{}", "application/json")

    @impl
    def read_head(self, head: HttpHead) -> AnswerFacts:
        assert_type(head.headers, Mapping[str, str])
        return AnswerFacts({"x-id": "1"}, {"requests": RateLimit(limit=1, remaining=0, reset_after=1.5)}, 2.0, True)

    @impl
    def decode_response(self, call: Call, head: HttpHead, body: bytes) -> TellResponse:
        return TellResponse(text=body.decode())

    @impl
    def open_stream(self, call: Call) -> Decoder:
        return Lines()

    @impl
    def decode_error(self, head: HttpHead, body: bytes) -> JackfieldError | None:
        return RejectedError(body.decode(), status=head.status) if body else None


@define(eq=False)
class Credentials:
    """A flow that fetches a token."""

    secret: Secret
    _token: Secret | None = field(default=None, init=False)

    @impl
    def authorize(self, request: HttpRequest, refused: HttpHead | None) -> HttpRequest | Flow[HttpRequest]:
        if self._token is None or refused is not None:
            return self._fetched(request)
        return request.with_header("authorization", self._token.prefixed("Bearer "))

    def _fetched(self, request: HttpRequest) -> Flow[HttpRequest]:
        head: HttpHead = yield Send(HttpRequest("POST", "https://tokens.example"), 5.0)
        chunk: Chunk = yield Read(1024, 5.0)
        suffix: str = yield Run(lambda: "suffix")
        now: float = yield Wait(0.1)
        assert_type(head.at + chunk.at + now, float)
        self._token = Secret(chunk.data.decode() + suffix).bound_to(request.url)
        return request.with_header("authorization", self._token)


@frozen(eq=False)
class Letters:
    """A provider: settings, and the parts they make."""

    hooks_version = 1

    api_key: Secret = setting(env=("LETTERS_KEY",), help="a key")
    endpoint: str = setting(default="https://letters.example")

    def parts(self) -> Sequence[object]:
        return Wire(), Credentials(self.api_key.bound_to(self.endpoint))


class Concern:
    """Every cross-cutting hook."""

    @impl
    def request_headers(self, call: Call) -> Mapping[str, str]:
        return {"x-call": call.id}

    @impl
    def around_call(self, call: Call) -> Middleware | None:
        def again(proceed: Proceed) -> Flow[Any]:
            try:
                return (yield from proceed())
            except JackfieldError as error:
                if not error.transient:
                    raise
            yield Wait(0.5)
            return (yield from proceed())

        return again if not call.streaming else None

    @impl
    def finish_request(self, request: HttpRequest) -> HttpRequest:
        return request.with_header("x-origin", origin_of(request.url))

    @impl
    def call_ended(self, record: CallRecord) -> None:
        assert_type(record.seconds, float)
        assert_type(record.sends, int)

    @impl(wrapper=True)
    def encode_request(self) -> Generator[None, Payload, Payload]:
        payload = yield
        return payload

    @impl
    def warm_up(self) -> None:
        return None


def a_test(flow: Flow[TellResponse]) -> None:
    """A flow is held in the hand."""
    command: Command = next(flow)
    if isinstance(command, Send):
        assert_type(command.request, HttpRequest)
        assert_type(command.timeout, float | None)


def usage(secret: Secret) -> None:
    """A provider object may be given in place of a name; the types of an operation of one's own hold."""
    provider: Provider = Letters(api_key=secret)
    client = Client(provider, plugins=[Concern()])
    assert_type(client.call(TELL, TellRequest(text="hi")), TellResponse)
    for event in client.stream(TELL, TellRequest(text="hi")):
        assert_type(event, TellEvent)
