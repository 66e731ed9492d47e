from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from hand import (
    KEY,
    LISTING,
    NOW,
    OTHER_KEY,
    URL,
    Key,
    Later,
    Place,
    TellResponse,
    Wire,
    a_binding,
    a_call,
    hold,
    play,
)

from jackfield._answer import ERROR_BODY_LIMIT, LIMIT
from jackfield._binding import bind
from jackfield._exchange import exchange
from jackfield._options import Options
from jackfield._streaming import DRAIN_SECONDS, LINGER_SECONDS
from jackfield.errors import DeadlineError
from jackfield.plugin import (
    AnswerError,
    AnswerFacts,
    AuthenticationError,
    Call,
    CallRecord,
    Chunk,
    ConnectError,
    DecodeError,
    Emit,
    Flow,
    HttpHead,
    HttpRequest,
    JackfieldError,
    Middleware,
    Payload,
    Proceed,
    RateLimitError,
    Read,
    ReadError,
    RejectedError,
    Run,
    Secret,
    Send,
    SetupError,
    StreamInterruptedError,
    UnavailableError,
    UnsupportedOperationError,
    Wait,
    impl,
)
from jackfield.retry import Retries

GOOD = b'{"text": "hello"}'
HEL = b'data: {"text": "hel"}\n\n'
LO = b'data: {"text": "lo", "last": true}\n\n'
END = b"data: [END]\n\n"
WHOLE = [Send, Read, Read]


class Recorder:
    """Keeps the records of calls."""

    def __init__(self) -> None:
        self.records: list[CallRecord] = []

    @impl
    def call_ended(self, record: CallRecord) -> None:
        """Keep it."""
        self.records.append(record)

    @property
    def outcomes(self) -> list[str]:
        """How the calls ended."""
        return [each.outcome for each in self.records]


# Before anything is sent


def test_begins_with_the_request() -> None:
    """The first command of a call is the request, complete, its credential still a secret."""
    command = next(hold())

    assert isinstance(command, Send)
    assert 300.0 == command.timeout
    request = command.request
    assert ("POST", URL, b'{"text":"hi","model":"small"}') == (request.method, request.url, request.body)
    assert {
        "user-agent": "jackfield",
        "accept": "application/json",
        "accept-encoding": "gzip",
        "content-type": "application/json",
        "x-key": Secret(KEY, "https://letters.example:443").prefixed("Key "),
    } == request.headers
    assert not request.streaming
    assert f"Key {KEY}" == request.revealed_headers()["x-key"]


def test_a_stream_is_asked_for_uncompressed() -> None:
    """A streaming request wants an event stream, and no compression that would hold it back."""
    request = next(hold(streaming=True)).request  # type: ignore[union-attr]

    assert ("text/event-stream", "identity") == (request.headers["accept"], request.headers["accept-encoding"])
    assert request.streaming


def test_a_get_has_no_body() -> None:
    """A payload without body gives a request without body and content type."""
    request = next(hold(operation=LISTING)).request  # type: ignore[union-attr]

    assert ("GET", None) == (request.method, request.body)
    assert "content-type" not in request.headers


def test_the_callers_headers_win_and_are_bound_to_the_endpoint() -> None:
    """A header of the caller replaces ours, as a secret for this origin alone."""
    request = next(hold(options={"headers": {"user-agent": Secret("mine/1")}})).request  # type: ignore[union-attr]

    assert Secret("mine/1", "https://letters.example:443") == request.headers["user-agent"]


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://letters.example/v1", False),
        ("HTTP://letters.example/v1", False),
        ("http://127.0.0.1.letters.example/v1", False),
        ("http://127.evil/v1", False),
        ("http://10.0.0.1/v1", False),
        ("http:///v1", False),
        ("http://localhost:8080/v1", True),
        ("http://127.0.0.1/v1", True),
        ("http://127.8.8.8:1/v1", True),
        ("http://[::1]:8080/v1", True),
    ],
)
def test_plain_http_goes_to_this_host_only(url: str, allowed: bool) -> None:
    """Plain http is refused before anything is sent, but for loopback."""
    flow = hold(place=Place(url))
    if allowed:
        assert url == next(flow).request.url  # type: ignore[union-attr]
    else:
        with pytest.raises(SetupError, match="allow_plain_http=True"):
            next(flow)


def test_plain_http_may_be_allowed() -> None:
    """`allow_plain_http` is the caller's word that it is all right."""
    flow = hold(place=Place("http://10.0.0.1/v1"), options={"allow_plain_http": True})

    assert "http://10.0.0.1/v1" == next(flow).request.url  # type: ignore[union-attr]


# Plugins


class Headed:
    """Gives headers."""

    def __init__(self, headers: dict[str, str] | None) -> None:
        self.headers = headers

    @impl
    def request_headers(self) -> dict[str, str] | None:
        """Give them."""
        return self.headers


def test_headers_of_plugins_are_merged() -> None:
    """Several plugins may give headers, none, and the same value twice."""
    request = next(hold(Headed({"X-A": "1"}), Headed(None), Headed({"x-a": "1", "x-b": "2"}))).request  # type: ignore[union-attr]

    assert ("1", "2") == (request.headers["x-a"], request.headers["x-b"])


def test_headers_of_plugins_that_clash_are_an_error() -> None:
    """Two values for one header name both, and nothing is sent."""
    with pytest.raises(SetupError, match="different values for the header 'x-a': '1' and '2'"):
        next(hold(Headed({"X-A": "1"}), Headed({"x-a": "2"})))


@pytest.mark.parametrize("headers", [{"x a": "1"}, {"x-a": "1\r\nx-evil: 2"}, {"x-a": "日本"}, {"": "1"}])
def test_headers_of_plugins_that_cannot_be_sent_are_an_error(headers: dict[str, str]) -> None:
    """What cannot stand in a header is refused here, not by the transport."""
    with pytest.raises(SetupError, match="cannot stand in a header"):
        next(hold(Headed(headers)))


class Around:
    """Writes down when its middleware begins and ends."""

    def __init__(self, name: str, notes: list[str]) -> None:
        self.name = name
        self.notes = notes

    @impl
    def around_call(self, call: Call) -> Middleware | None:
        """Surround chats with notes."""

        def noting(proceed: Proceed) -> Flow[Any]:
            self.notes.append(f"{self.name} in")
            result = yield from proceed()
            self.notes.append(f"{self.name} out")
            return result

        return None if call.operation is LISTING else noting


def test_the_first_plugin_is_the_outermost() -> None:
    """Middlewares nest in the order in which the caller named the plugins, around the retries."""
    notes: list[str] = []

    played = play(hold(Around("a", notes), Around("b", notes)), [503, b"", 200, GOOD, b""])

    assert ["a in", "b in", "b out", "a out"] == notes
    assert "hello" == played.result.text


def test_a_plugin_may_leave_a_call_alone() -> None:
    """None in place of a middleware is no middleware."""
    notes: list[str] = []

    play(hold(Around("a", notes), operation=LISTING), [200, GOOD, b""])

    assert [] == notes


class Twice:
    """Asks again after a failure that nothing else retries, as a middleware may."""

    @impl
    def around_call(self) -> Middleware:
        """Return the middleware."""

        def again(proceed: Proceed) -> Flow[Any]:
            try:
                return (yield from proceed())
            except StreamInterruptedError:
                yield Wait(1.0)
            return (yield from proceed())

        return again


def test_a_second_run_of_a_stream_folds_from_the_start() -> None:
    """A middleware that asks again gets the fold of the second answer, not of both."""
    played = play(hold(Twice(), streaming=True), [200, HEL, b"", 200, HEL, LO, b""])

    assert "hello" == played.result.text
    assert ["hel", "hel", "lo"] == [each.text for each in played.events]


class Signing:
    """Signs what will be sent."""

    @impl
    def finish_request(self, request: HttpRequest) -> HttpRequest:
        """Sign body and key."""
        return request.with_header("x-signature", f"{len(request.body or b'')}")


def test_requests_are_finished_once_per_attempt_after_authorize() -> None:
    """`finish_request` sees credentials, and its headers go out with every attempt."""
    played = play(hold(Signing()), [503, b"", 200, GOOD, b""])

    assert ["29", "29"] == [each.headers["x-signature"] for each in played.sent]
    assert all("x-key" in each.headers for each in played.sent)


class Redacting:
    """Wraps a provider's step."""

    @impl(wrapper=True)
    def encode_request(self) -> Iterator[None]:
        """Replace the text."""
        payload = yield
        assert isinstance(payload, Payload)
        return Payload((payload.body or b"").replace(b"hi", b"[name]"))


def test_a_plugin_may_wrap_a_step() -> None:
    """A wrapper on `encode_request` amends what is sent."""
    request = next(hold(Redacting())).request  # type: ignore[union-attr]

    assert b'{"text":"[name]","model":"small"}' == request.body


# Credentials


def test_new_credentials_are_tried_once() -> None:
    """After a 401 the request is sent once more with other credentials, as one more attempt."""
    key = Key(renewed=OTHER_KEY)

    played = play(hold(key=key), [401, 200, GOOD, b""])

    assert [Send, Send, Read, Read] == played.kinds
    assert [f"Key {KEY}", f"Key {OTHER_KEY}"] == [each.revealed_headers()["x-key"] for each in played.sent]
    assert [401] == [each.status for each in key.refusals]
    first, second = played.result.meta.attempts
    assert (401, "AuthenticationError") == (first.status, first.error)
    assert "sent again with new ones" in first.why
    assert (200, None) == (second.status, second.error)


def test_the_same_credentials_are_not_tried_again() -> None:
    """A 401 that brings no other credentials is an AuthenticationError."""
    played = play(hold(), [(401, {"x-id": "r1"}), b"no", b""])

    assert [Send, Read, Read] == played.kinds
    assert isinstance(played.error, AuthenticationError)
    assert (401, "r1", "no") == (played.error.status, played.error.request_id, played.error.body)
    assert 1 == len(played.error.meta.attempts)


def test_new_credentials_that_are_refused_too_are_the_end() -> None:
    """There is no third request after two refusals."""
    played = play(hold(key=Key(renewed=OTHER_KEY)), [401, 401, b""])

    assert [Send, Send, Read] == played.kinds
    assert isinstance(played.error, AuthenticationError)
    assert [401, 401] == [each.status for each in played.error.meta.attempts]


def test_only_a_401_asks_for_other_credentials() -> None:
    """A 403 knows who asks, and says no."""
    key = Key(renewed=OTHER_KEY)

    played = play(hold(key=key), [403, b""])

    assert [Send, Read] == played.kinds
    assert [] == key.refusals


class Fetched:
    """Fetches a token by the network and by foreign code."""

    @impl
    def authorize(self, request: HttpRequest) -> Flow[HttpRequest]:
        """Ask for a token, and for a pass."""
        head = yield Send(HttpRequest("POST", "https://tokens.example/"), 5.0)
        assert 200 == head.status
        token = (yield Read()).data.decode()
        stamp = yield Run(lambda: "stamped")
        return request.with_header("authorization", Secret(token + stamp).bound_to(request.url))


def test_credentials_may_be_a_flow() -> None:
    """A flow from `authorize` is performed first, and is no attempt of the call's."""
    played = play(hold(key=Fetched()), [200, b"t0ken-", 200, GOOD, b""])

    assert [Send, Read, Run, Send, Read, Read] == played.kinds
    assert "t0ken-stamped" == played.sent[1].revealed_headers()["authorization"]
    assert 1 == len(played.result.meta.attempts)


class Broken:
    """Cannot get a token."""

    @impl
    def authorize(self, request: HttpRequest) -> Flow[HttpRequest]:
        """Fail in foreign code."""

        def fail() -> None:
            raise LookupError("no token")

        yield Run(fail)
        return request


def test_a_foreign_failure_of_credentials_is_an_error_of_ours() -> None:
    """An exception of foreign code is the cause of a SetupError, which does not quote it: it may quote a secret."""
    played = play(hold(key=Broken()), [])

    assert isinstance(played.error, SetupError)
    assert isinstance(played.error.__cause__, LookupError)
    assert "no token" not in str(played.error)


class Unchanging:
    """Credentials that have nothing else to try, and say so as the hook asks."""

    @impl
    def authorize(self, request: HttpRequest, refused: HttpHead | None) -> HttpRequest:
        """Add a key at first; return the request unchanged after a refusal."""
        return request if refused else request.with_header("authorization", "a-key")


class Dated:
    """A signature that is never the same twice."""

    def __init__(self) -> None:
        self.signed = 0

    @impl
    def finish_request(self, request: HttpRequest) -> HttpRequest:
        """Sign anew."""
        self.signed += 1
        return request.with_header("x-signature", str(self.signed))


def test_credentials_with_nothing_else_to_try_are_sent_once() -> None:
    """The request returned unchanged after a 401 is not sent without credentials, however it is signed."""
    played = play(hold(Dated(), key=Unchanging()), [401, b"no", b""])

    assert isinstance(played.error, AuthenticationError)
    assert 1 == len(played.error.meta.attempts)


class Returning:
    """A part whose hooks return what they should not."""

    def __init__(self, **returned: Any) -> None:
        self.returned = returned

    @impl
    def build_url(self) -> Any:
        """Return what it is told to."""
        return self.returned.get("build_url", URL)

    @impl
    def encode_request(self) -> Any:
        """Return what it is told to."""
        return self.returned.get("encode_request", Payload(None, None))

    @impl
    def authorize(self, request: HttpRequest) -> Any:
        """Return what it is told to."""
        return self.returned.get("authorize", request)

    @impl
    def decode_response(self) -> Any:
        """Return anything."""
        return "anything"


@pytest.mark.parametrize(
    ("hook", "kind"), [("build_url", "str"), ("encode_request", "Payload"), ("authorize", "HttpRequest")]
)
def test_what_a_hook_should_not_return_is_named(hook: str, kind: str) -> None:
    """The error names hook, provider, and both kinds; nothing is sent."""
    binding = bind("letters", [Returning(**{hook: None})])

    played = play(exchange(a_call(), binding, Options()), [])

    assert f"{hook} of provider 'letters' must return {kind}, but returned NoneType" == str(played.error)
    assert "anything" == play(exchange(a_call(), bind("letters", [Returning()]), Options()), [200, b""]).result


# A plain answer


def test_the_story_of_a_good_call() -> None:
    """The response carries the attempts, ids, headers and time of its call."""
    played = play(hold(), [Later(1.0, (200, {"x-id": "r1"})), Later(0.5, GOOD), Later(0.25, b"")])

    assert WHOLE == played.kinds
    assert [Read(LIMIT, 300.0)] * 2 == played.commands[1:]
    meta = played.result.meta
    assert ("c1", "letters", "tell", "small") == (meta.call_id, meta.provider, meta.operation, meta.model)
    assert ({"x-id": "r1"}, "r1", {"x-id": "r1"}) == (meta.request_ids, meta.request_id, meta.headers)
    assert 1.75 == meta.seconds
    (attempt,) = meta.attempts
    assert (0.0, 200, None, 0.0, {"x-id": "r1"}) == (
        attempt.at,
        attempt.status,
        attempt.error,
        attempt.waited,
        attempt.request_ids,
    )


def test_a_body_in_pieces_is_put_together() -> None:
    """The body is read to its end, however it comes."""
    played = play(hold(), [200, GOOD[:5], GOOD[5:9], GOOD[9:], b""])

    assert "hello" == played.result.text


ENDS = [
    ({"content-length": str(len(GOOD))}, [GOOD[:9], GOOD[9:]]),
    ({"content-length": f" {len(GOOD)}"}, [GOOD, b""]),
    ({"content-length": "9", "content-encoding": "gzip"}, [GOOD[:9], GOOD[9:], b""]),
    ({"content-length": "9", "transfer-encoding": "chunked"}, [GOOD[:9], GOOD[9:], b""]),
]


@pytest.mark.parametrize(("headers", "pieces"), ENDS, ids=["announced", "odd", "compressed", "chunked"])
def test_the_end_of_a_body_is_asked_for_where_it_is_not_known(headers: dict[str, str], pieces: list[bytes]) -> None:
    """A length says it, unless it is that of a compressed body, or stands beside another framing, which counts."""
    played = play(hold(), [(200, headers), *pieces])

    assert ("hello", [Send, *[Read] * len(pieces)]) == (played.result.text, played.kinds)


def test_a_provider_without_read_head_has_no_ids() -> None:
    """`read_head` may be absent."""
    meta = play(hold(facts=None), [(200, {"x-id": "r1"}), GOOD, b""]).result.meta

    assert ({}, None, {"x-id": "r1"}) == (meta.request_ids, meta.request_id, meta.headers)


class Plain:
    """Decodes to something that is no Response."""

    @impl
    def decode_response(self, body: bytes) -> str:
        """Return the text."""
        return body.decode()


class Encoding:
    """Encodes nothing."""

    @impl
    def encode_request(self) -> Payload:
        """Return no body."""
        return Payload(None, None)


def test_a_response_need_not_carry_its_story() -> None:
    """An operation's response may be any object."""
    binding = bind("letters", [Place(), Key(), Encoding(), Plain()])

    played = play(exchange(a_call(LISTING), binding, Options()), [200, b"hello", b""])

    assert "hello" == played.result


@pytest.mark.parametrize("broken", [ReadError("cut"), Later(1.0, ReadError("cut"))])
def test_a_good_answer_that_breaks_is_not_asked_for_again(broken: Any) -> None:
    """Once a 2xx has begun, a failure is the caller's: it may be billed already."""
    played = play(hold(), [200, GOOD[:3], broken])

    assert isinstance(played.error, ReadError)
    assert (False, 200) == (played.error.transient, played.error.status)
    assert [Send, Read, Read] == played.kinds


def test_an_answer_that_does_not_fit_is_not_asked_for_again() -> None:
    """A DecodeError carries the status, and is final."""
    played = play(hold(), [(200, {"x-id": "r1"}), b"<html>", b""])

    assert isinstance(played.error, DecodeError)
    assert (200, "r1", False) == (played.error.status, played.error.request_id, played.error.transient)


def test_an_error_in_a_good_answer_is_that_error() -> None:
    """A transient error inside a 200 is tried again like any other."""
    played = play(hold(), [200, b'{"error": "busy"}', b"", 200, GOOD, b""])

    assert [0.5] == played.waited
    assert ["UnavailableError", None] == [each.error for each in played.result.meta.attempts]


# Refusals

CLASSES = [
    (300, RejectedError, False),
    (302, RejectedError, False),
    (400, RejectedError, False),
    (401, AuthenticationError, False),
    (403, AuthenticationError, False),
    (404, RejectedError, False),
    (408, UnavailableError, True),
    (409, UnavailableError, True),
    (422, RejectedError, False),
    (429, RateLimitError, True),
    (499, RejectedError, False),
    (500, UnavailableError, True),
    (503, UnavailableError, True),
    (199, RejectedError, False),
]


@pytest.mark.parametrize(("status", "kind", "transient"), CLASSES)
def test_a_refusal_is_an_error_by_its_status(status: int, kind: type, transient: bool) -> None:
    """Without a word of the provider's the status decides class and transience."""
    played = play(hold(options={"retries": Retries(limit=0)}), [status, b"no", b""])

    assert kind is type(played.error)
    assert isinstance(played.error, AnswerError)
    assert (status, transient, "no") == (played.error.status, played.error.transient, played.error.body)


def test_a_refusal_says_who_and_what() -> None:
    """The message names provider, status and what was said, cut after 500 characters."""
    assert "letters answered 400: no" == str(play(hold(), [400, b" no \n", b""]).error)
    assert "letters answered 400: no text" == str(play(hold(), [400, b""]).error)
    assert f"letters answered 400: {'x' * 500}" == str(play(hold(), [400, b"x" * 501, b""]).error)


@pytest.mark.parametrize("status", [300, 302, 307, 399])
def test_a_redirect_is_not_followed(status: int) -> None:
    """A redirect is an error that says so; nothing is sent to where it points."""
    played = play(hold(), [(status, {"location": "https://evil.example"}), b""])

    assert f"letters answered with a redirect ({status}), not followed; correct endpoint=" == str(played.error)
    assert 1 == len(played.sent)


def test_a_refusal_whose_body_cannot_be_read_is_still_one() -> None:
    """The status says enough."""
    played = play(hold(), [400, b"half", ReadError("cut")])

    assert isinstance(played.error, RejectedError)
    assert ("", "letters answered 400: no text") == (played.error.body, str(played.error))


def test_a_refusals_body_is_kept_up_to_64_kib() -> None:
    """More than that is no explanation."""
    played = play(hold(), [400, b"x" * (ERROR_BODY_LIMIT - 1), b"xy"])

    assert isinstance(played.error, AnswerError)
    assert "x" * 65536 == played.error.body


class Explaining:
    """Knows what some refusals mean."""

    @impl
    def decode_error(self, head: HttpHead, body: bytes) -> JackfieldError | None:
        """Explain 418, ask back nothing of 500, answer others with the core's own."""
        if head.status == 418:
            return RejectedError("a teapot", code="tea", body="kept", retry_after=7.0, status=40, request_id="own")
        return DecodeError("no error document") if head.status == 400 else None


def test_a_provider_may_explain_a_refusal() -> None:
    """What `decode_error` returns is raised, its own facts kept."""
    played = play(hold(explaining=Explaining()), [418, b"short and stout", b""])

    assert isinstance(played.error, RejectedError)
    assert ("a teapot", "tea", "kept", 7.0, 40, "own") == (
        str(played.error),
        played.error.code,
        played.error.body,
        played.error.retry_after,
        played.error.status,
        played.error.request_id,
    )


def test_a_provider_may_leave_a_refusal_to_the_core() -> None:
    """None from `decode_error` means the core's own by status; another class than AnswerError is raised as it is."""
    assert UnavailableError is type(
        play(hold(explaining=Explaining(), options={"retries": Retries(limit=0)}), [500, b""]).error
    )
    error = play(hold(explaining=Explaining()), [(400, {"retry-after": "1"}), b""]).error
    assert (DecodeError, 400) == (type(error), error.status)  # type: ignore[union-attr]


# Retries


def test_waits_longer_each_time() -> None:
    """Backoff doubles; the attempts say when, what and how long was waited."""
    played = play(
        hold(options={"retries": Retries(limit=3, jitter=lambda: 0.0)}), [503, b"", 500, b"", 408, b"", 200, GOOD, b""]
    )

    assert [0.5, 1.0, 2.0] == played.waited
    assert [(0.0, 503, 0.5), (0.5, 500, 1.0), (1.5, 408, 2.0), (3.5, 200, 0.0)] == [
        (each.at, each.status, each.waited) for each in played.result.meta.attempts
    ]
    assert "letters answered 503: no text" == played.result.meta.attempts[0].why


def test_the_last_failure_is_the_callers() -> None:
    """After the limit the error leaves, with every attempt in its story."""
    played = play(hold(), [503, b"", 503, b"", 500, b""])

    assert isinstance(played.error, UnavailableError)
    assert (500, 3) == (played.error.status, len(played.error.meta.attempts))


HINTS: list[tuple[dict[str, str], list[float]]] = [
    ({"retry-after": "7"}, [7.0]),
    ({"retry-after": "60"}, [60.0]),
    ({"retry-after": "60.5"}, []),
    ({"retry-after": "0"}, [0.0]),
    ({"x-should-retry": "false"}, []),
    ({"x-should-retry": "false", "retry-after": "1"}, []),
    ({}, [0.5]),
]


@pytest.mark.parametrize(("headers", "waits"), HINTS)
def test_the_providers_hint_wins(headers: dict[str, str], waits: list[float]) -> None:
    """A hint is waited for up to the cap; a longer one, and a no, are left to the caller."""
    script = [(429, headers), b"", *([200, GOOD, b""] if waits else [])]

    played = play(hold(), script)

    assert waits == played.waited
    if not waits:
        assert isinstance(played.error, RateLimitError)
        assert (float(headers["retry-after"]) if "retry-after" in headers else None) == played.error.retry_after


def test_the_provider_may_ask_for_another_attempt() -> None:
    """`should_retry` makes a refusal transient that is not."""
    assert [0.5] == play(hold(), [(400, {"x-should-retry": "true"}), b"", 200, GOOD, b""]).waited


@pytest.mark.parametrize("error", [ConnectError("refused"), ReadError("cut")])
def test_a_failed_request_is_sent_again(error: Exception) -> None:
    """The network's failures before an answer are transient."""
    played = play(hold(), [error, 200, GOOD, b""])

    assert [0.5] == played.waited
    assert [None, 200] == [each.status for each in played.result.meta.attempts]


def test_a_final_failure_is_not_sent_again() -> None:
    """A failure that says it is not transient is the caller's at once."""
    played = play(hold(), [ConnectError("no trust", transient=False)])

    assert [Send] == played.kinds
    assert ["ConnectError"] == [each.error for each in played.error.meta.attempts]  # type: ignore[union-attr]


def test_a_stale_connection_is_replaced_at_once() -> None:
    """A kept-alive connection that was dead costs no wait and none of the retries."""
    stale = [ReadError("reset", stale=True) for _ in range(8)]

    played = play(hold(options={"retries": Retries(limit=0)}), [*stale, 200, GOOD, b""])

    assert [Send] * 9 + [Read] * 2 == played.kinds


def test_stale_connections_come_to_an_end() -> None:
    """The ninth is a failure like any other."""
    stale = [ReadError("reset", stale=True) for _ in range(9)]

    played = play(hold(options={"retries": Retries(limit=0)}), stale)

    assert [Send] * 9 == played.kinds
    assert isinstance(played.error, ReadError)


# The deadline


def test_every_command_gets_what_is_left() -> None:
    """Send and Read have the smaller of their own timeout and what the deadline leaves."""
    played = play(
        hold(options={"timeout": 5.0, "deadline": 8.0}),
        [Later(4.0, 200), Later(2.0, GOOD[:5]), Later(1.0, GOOD[5:]), b""],
    )

    assert [Send, Read, Read, Read] == played.kinds
    assert [5.0, 4.0, 2.0, 1.0] == [each.timeout for each in played.commands]  # type: ignore[union-attr]


def test_a_deadline_bounds_what_has_no_timeout() -> None:
    """Without a timeout of its own a command has what is left; without a deadline as well it has no limit."""
    assert 8.0 == next(hold(options={"timeout": None, "deadline": 8.0})).timeout  # type: ignore[union-attr]
    assert None is next(hold(options={"timeout": None, "deadline": None})).timeout  # type: ignore[union-attr]


LATE: list[tuple[str, list[Any]]] = [
    ("while sending", [Later(8.0, ReadError("timed out"))]),
    ("while sending, by more", [Later(9.0, ReadError("timed out"))]),
    ("before reading", [Later(8.0, 200)]),
    ("while reading", [200, Later(8.0, ReadError("timed out"))]),
    ("between reads", [200, GOOD[:3], Later(8.5, GOOD[3:])]),
    ("before the second attempt", [Later(7.6, 503), b""]),
]


@pytest.mark.parametrize(("when", "script"), LATE, ids=[when for when, _ in LATE])
def test_the_deadline_ends_the_call(when: str, script: list[Any]) -> None:
    """Whatever the call is at when its time is up, it ends, and nothing more is sent."""
    played = play(hold(options={"deadline": 8.0}), script)

    assert 1 == len(played.sent)
    if when == "before the second attempt":  # the wait would outlast it: the failure that was to be retried says more
        assert isinstance(played.error, UnavailableError)
    else:
        assert isinstance(played.error, DeadlineError)
        assert not played.error.transient


def test_a_failure_that_has_no_time_is_of_the_last_reply() -> None:
    """A driver that does not stamp failures is not late by that."""
    flow = hold(options={"deadline": 8.0})
    next(flow)

    assert Wait(0.5) == flow.throw(ReadError("cut"))


def test_a_deadline_error_says_where_the_time_went() -> None:
    """It counts the attempts and the waits, and keeps the failure it was."""
    late = ReadError("timed out")

    error = play(hold(options={"deadline": 2.0}), [503, b"", Later(1.5, late)]).error

    assert (
        "the call did not end within its deadline of 2 seconds (2 attempts, 0.5 seconds of waiting between them); "
        "give a longer deadline=, or stream the answer"
    ) == str(error)
    assert late is error.__cause__  # type: ignore[union-attr]
    assert "(1 attempt, 0.0" in str(play(hold(options={"deadline": 2.0}), [Later(2.0, ReadError("slow"))]).error)


def test_a_wait_that_ends_with_the_deadline_is_not_begun() -> None:
    """A retry that could not be answered in time is not waited for."""
    played = play(hold(options={"deadline": 0.5}), [503, b""])

    assert [] == played.waited
    assert isinstance(played.error, UnavailableError)
    assert [0.5] == play(hold(options={"deadline": 0.6}), [503, b"", 200, GOOD, b""]).waited


class Patient:
    """Waits before each call, however long."""

    @impl
    def around_call(self) -> Middleware:
        """Return the middleware."""

        def waiting(proceed: Proceed) -> Flow[Any]:
            yield Wait(8.0)
            return (yield from proceed())

        return waiting


def test_a_middlewares_wait_keeps_the_deadline() -> None:
    """A wait that would outlast the deadline is a DeadlineError where it is asked for."""
    late = play(hold(Patient(), options={"deadline": 8.0}), [])

    assert isinstance(late.error, DeadlineError)
    assert [] == late.waited
    assert [8.0] == play(hold(Patient(), options={"deadline": 8.5}), [200, GOOD, b""]).waited


class Undaunted:
    """Answers by itself when the time is up."""

    @impl
    def around_call(self) -> Middleware:
        """Return the middleware."""

        def answering(proceed: Proceed) -> Flow[Any]:
            try:
                return (yield from proceed())
            except DeadlineError:
                yield Run(lambda: None)
                yield Emit([])
                return TellResponse(text="instead")

        return answering


def test_a_flow_may_go_on_after_the_deadline() -> None:
    """What needs no time is still performed: a middleware may answer in the call's stead."""
    played = play(hold(Undaunted(), options={"deadline": 8.0}), [Later(8.0, 200)])

    assert "instead" == played.result.text


# Streams


def test_events_come_as_they_are_sent() -> None:
    """Each chunk's events are handed on together, before the next is read; the result is their fold."""
    played = play(hold(streaming=True), [200, HEL, LO + END, b""])

    assert [Send, Read, Emit, Read, Emit, Read] == played.kinds
    assert ["hel", "lo"] == [each.text for each in played.events]
    assert "hello" == played.result.text
    assert "tell" == played.result.meta.operation


COMPLETE: list[tuple[str, list[Any]]] = [
    ("the end marker", [HEL, END, b""]),
    ("complete, and the body ends", [HEL, LO, b""]),
    ("complete, in an event left open", [HEL, LO[:-1], b""]),
    ("complete, and the connection breaks", [HEL, LO, ReadError("cut")]),
    ("complete, and nothing more comes", [HEL, LO, Later(LINGER_SECONDS, ReadError("silence"))]),
    ("complete, and comments only", [HEL, LO, b": a\n\n", Later(LINGER_SECONDS, b": b\n\n")]),
    ("the end marker, and the connection breaks", [HEL, END, ReadError("cut")]),
]


@pytest.mark.parametrize(("how", "script"), COMPLETE, ids=[how for how, _ in COMPLETE])
def test_an_answer_that_is_complete_ends_well(how: str, script: list[Any]) -> None:
    """What happens after an answer is complete takes nothing from it."""
    played = play(hold(streaming=True), [200, *script])

    assert played.error is None
    assert "hel" == played.result.text[:3]


def test_a_complete_answer_is_waited_for_only_a_little() -> None:
    """After completion the next event has fifteen seconds; until then, and again after another event, all the time."""
    more = b'data: {"text": "!"}\n\n'

    played = play(hold(streaming=True), [200, HEL, LO, more, LO, b""])

    reads = [each.timeout for each in played.commands if isinstance(each, Read)]
    assert [300.0, 300.0, 15.0, 300.0, 15.0] == reads


@pytest.mark.parametrize(("timeout", "lingering"), [(None, 15.0), (3.0, 3.0)])
def test_the_little_wait_is_never_longer_than_the_timeout(timeout: float | None, lingering: float) -> None:
    """A short timeout holds after completion too; none at all still means fifteen seconds then."""
    played = play(hold(streaming=True, options={"timeout": timeout, "deadline": None}), [200, LO, b""])

    assert [timeout, lingering] == [each.timeout for each in played.commands if isinstance(each, Read)]


def test_the_rest_of_the_body_is_read_for_a_moment() -> None:
    """After the end marker the body is read to its end, within half a second in all."""
    played = play(hold(streaming=True), [200, HEL + END, Later(0.25, b": bye\n\n"), b""])

    assert [0.5, 0.25] == [each.timeout for each in played.commands[-2:]]  # type: ignore[union-attr]


def test_a_body_that_does_not_end_is_left() -> None:
    """A server that goes on talking after the end marker is not listened to."""
    played = play(
        hold(streaming=True), [200, HEL + END, Later(0.25, b": a\n\n"), Later(DRAIN_SECONDS - 0.25, b": b\n\n")]
    )

    assert "hel" == played.result.text


CUT: list[tuple[str, list[Any], int]] = [
    ("before the first event", [b""], 0),
    ("after comments", [b": a\n\n", b""], 0),
    ("after an event", [HEL, b""], 1),
    ("in an event", [HEL, b'data: {"te', ReadError("cut")], 1),
    ("by the network", [HEL, HEL, ReadError("cut")], 2),
    ("after a choice was taken back", [LO, HEL, b""], 2),
]


@pytest.mark.parametrize(("where", "script", "events"), CUT, ids=[where for where, _, _ in CUT])
def test_a_stream_that_is_cut_is_no_answer(where: str, script: list[Any], events: int) -> None:
    """An end before completion is a StreamInterruptedError with what came, and is never tried again."""
    played = play(hold(streaming=True), [200, *script])

    error = played.error
    assert isinstance(error, StreamInterruptedError)
    assert (events, False, 200) == (error.events, error.transient, error.status)
    assert f"the stream broke off after {events} events: " in str(error)
    if events:
        assert ("".join(each.text for each in played.events), played.events[-1]) == (
            error.partial.text,
            error.last_event,
        )
    else:
        assert (None, None) == (error.partial, error.last_event)


def test_a_stream_that_breaks_before_its_first_event_is_what_broke_it() -> None:
    """Nothing was handed on, so the failure stays what it is; it is not tried again, since the answer had begun."""
    cut = ReadError("cut")

    played = play(hold(streaming=True), [200, cut])

    assert cut is played.error
    assert (False, 200, None) == (cut.transient, cut.status, cut.__cause__)


def test_an_interrupted_stream_names_its_cause() -> None:
    """The failure stands behind it, with its code."""
    played = play(hold(streaming=True), [200, HEL, b'data: {"error": "busy", "code": "overloaded"}\n\n'])

    error = played.error
    assert isinstance(error, StreamInterruptedError)
    assert "the stream broke off after 1 events: busy" == str(error)
    assert "overloaded" == error.code
    assert isinstance(error.__cause__, UnavailableError)
    assert ["StreamInterruptedError"] == [each.error for each in error.meta.attempts]  # type: ignore[union-attr]


def test_an_error_in_place_of_the_first_event_is_a_refusal() -> None:
    """Nothing of an answer came, so what is transient is tried again."""
    busy = b'data: {"error": "busy"}\n\n'

    played = play(hold(streaming=True), [200, busy, 200, HEL, LO, b""])

    assert ([0.5], "hello") == (played.waited, played.result.text)


def test_an_event_that_cannot_be_read_ends_the_stream() -> None:
    """A decoder's error leaves at once, as itself before the first event and as an interruption after it."""
    unreadable = b'data: {"unreadable": "x"}\n\n'

    assert DecodeError is type(play(hold(streaming=True), [200, unreadable]).error)
    assert StreamInterruptedError is type(play(hold(streaming=True), [200, HEL, unreadable]).error)
    # An answer that was complete is not made good by that: what came after it is still wrong.
    assert StreamInterruptedError is type(play(hold(streaming=True), [200, LO, unreadable]).error)


def test_comments_do_not_lengthen_the_wait() -> None:
    """Where only comments come, or parts of one event, the timeout is for all of them together."""
    script = [200, HEL, Later(4.0, b": a\n\n"), Later(4.0, b": b\n\n"), Later(6.0, b"data: {")]

    played = play(hold(streaming=True, options={"timeout": 10.0}), script)

    assert isinstance(played.error, StreamInterruptedError)
    assert "after 1 events: for 10 seconds nothing came but comments" in str(played.error)
    assert [10.0, 10.0, 10.0, 6.0] == [each.timeout for each in played.commands if isinstance(each, Read)]


@pytest.mark.parametrize(("at", "said"), [(5.9, "cut"), (6.0, "for 10 seconds nothing came but comments")])
def test_silence_after_comments_is_told_as_a_whole(at: float, said: str) -> None:
    """Where the rest of the time brings nothing, the whole of it is named; what broke before is what broke."""
    script = [200, HEL, b": a\n\n", Later(4.0, b": b\n\n"), Later(at, ReadError("cut"))]

    played = play(hold(streaming=True, options={"timeout": 10.0}), script)

    assert f"the stream broke off after 1 events: {said}" in str(played.error)


def test_an_event_gives_the_whole_time_again() -> None:
    """After an event the count of comments begins anew, also where the caller took long over the event."""
    script = [200, HEL, Later(9.0, b": a\n\n"), Later(9.0, HEL), Later(500.0, b": b\n\n"), Later(1.0, LO), b""]

    played = play(hold(streaming=True, options={"timeout": 10.0}), script)

    assert "helhello" == played.result.text
    assert [10.0, 10.0, 10.0, 10.0, 10.0, 10.0] == [each.timeout for each in played.commands if isinstance(each, Read)]


def test_without_a_timeout_comments_may_come_for_ever() -> None:
    """None is no limit."""
    script = [200, Later(1e6, b": a\n\n"), Later(1e6, b": b\n\n"), HEL, END, b""]

    played = play(hold(streaming=True, options={"timeout": None, "deadline": None}), script)

    assert "hel" == played.result.text


def test_a_stream_keeps_the_deadline() -> None:
    """A stream that is too slow as a whole is interrupted by the deadline."""
    played = play(hold(streaming=True, options={"deadline": 8.0}), [200, Later(4.0, HEL), Later(4.0, HEL)])

    assert isinstance(played.error, StreamInterruptedError)
    assert isinstance(played.error.__cause__, DeadlineError)


def test_an_operation_that_does_not_stream_is_answered_whole() -> None:
    """A streaming call of an operation without fold reads a plain answer."""
    assert "hello" == play(hold(streaming=True, operation=LISTING), [200, GOOD, b""]).result.text


class NoStream:
    """A wire that cannot stream."""

    encode_request = Wire.encode_request
    decode_response = Wire.decode_response


def test_a_provider_that_does_not_stream_says_so() -> None:
    """The error comes even where the client's own check was passed by."""
    played = play(exchange(a_call(streaming=True), a_binding(wire=NoStream()), Options()), [200])

    assert isinstance(played.error, UnsupportedOperationError)
    assert "provider 'letters' does not stream" == str(played.error)


# However it ends


@pytest.mark.parametrize("leave_at", [Send, Read, Emit])
def test_a_call_that_is_left_is_abandoned(leave_at: type) -> None:
    """Closing the flow, wherever it is, is an ending of its own."""
    recorder = Recorder()
    script: dict[type, list[Any]] = {Send: [], Read: [200], Emit: [200, HEL]}

    play(hold(recorder, streaming=True), script[leave_at], leave_at=leave_at)

    assert ["abandoned"] == recorder.outcomes
    assert None is recorder.records[0].error


def test_every_call_has_one_record() -> None:
    """Finished and failed calls are told once each, attempts and all."""
    recorder = Recorder()
    binding = a_binding(recorder)

    play(
        exchange(a_call(), binding, Options(retries=Retries(jitter=lambda: 0))),
        [503, b"", (200, {"x-id": "r"}), b'{"text": "a", "usage": {"prompt_tokens": 3, "completion_tokens": 4}}', b""],
    )
    play(exchange(a_call(streaming=True), binding, Options()), [200, HEL, b""])

    finished, failed = recorder.records
    assert ("finished", 2, 200, "r", 3, 4, 0, None) == (
        finished.outcome,
        finished.sends,
        finished.status,
        finished.request_id,
        finished.input_tokens,
        finished.output_tokens,
        finished.events,
        finished.error,
    )
    assert ("failed", 1, 1, True, "StreamInterruptedError", None) == (
        failed.outcome,
        failed.sends,
        failed.events,
        failed.streaming,
        failed.error,
        failed.input_tokens,
    )


def test_two_calls_share_nothing() -> None:
    """Two flows of one binding, taken in turns, do not affect each other."""
    binding = a_binding(key=Key(renewed=OTHER_KEY))
    one = exchange(a_call(text="one"), binding, Options())
    two = exchange(a_call(text="two", streaming=True), binding, Options())

    assert b"one" in next(one).request.body  # type: ignore[operator, union-attr]
    assert b"two" in next(two).request.body  # type: ignore[operator, union-attr]
    assert isinstance(one.send(HttpHead(200, {"x-id": "1"}, NOW)), Read)
    assert isinstance(two.send(HttpHead(200, {"x-id": "2"}, NOW)), Read)
    assert isinstance(two.send(Chunk(HEL, NOW)), Emit)
    assert isinstance(one.send(Chunk(GOOD, NOW)), Read)
    assert isinstance(two.send(None), Read)
    with pytest.raises(StopIteration) as ended:
        one.send(Chunk(b"", NOW))
    assert ("hello", "1") == (ended.value.value.text, ended.value.value.meta.request_id)
    assert isinstance(two.send(Chunk(END, NOW)), Read)
    with pytest.raises(StopIteration) as ended:
        two.send(Chunk(b"", NOW))
    assert ("hel", "2") == (ended.value.value.text, ended.value.value.meta.request_id)


# Secrets


def reachable(error: BaseException) -> str:
    """Return all that can be read from an error: itself, its attributes, its story, its causes."""
    seen: set[int] = set()
    todo: list[Any] = [error]
    text = []
    while todo:
        each = todo.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        text.append(f"{each} {each!r}")
        if isinstance(each, BaseException):
            todo += [each.__cause__, each.__context__, each.args, vars(each)]
        elif isinstance(each, dict):
            todo += [*each.keys(), *each.values()]
        elif isinstance(each, (list, tuple)):
            todo += each
        elif hasattr(each, "__attrs_attrs__") and not isinstance(each, Secret):
            todo += [getattr(each, attribute.name) for attribute in each.__attrs_attrs__]
    return "\n".join(text)


ECHOES: list[tuple[str, bool, list[Any]]] = [
    ("a refusal", False, [400, f"the key {KEY} is not known".encode(), b""]),
    ("a refusal's headers", False, [(400, {"x-id": KEY, "x-echo": f"Key {KEY}"}), b""]),
    ("an error in a good answer", False, [200, f'{{"error": "no such key: {KEY}"}}'.encode(), b""]),
    ("an answer that is not JSON", False, [200, f"<html>{KEY}".encode(), b""]),
    ("an error in a stream", True, [200, f'data: {{"error": "{KEY}", "code": "{KEY}"}}\n\n'.encode()]),
    ("an error later in a stream", True, [200, HEL, f'data: {{"error": "{KEY}", "code": "{KEY}"}}\n\n'.encode()]),
    ("an event that cannot be read", True, [200, f'data: {{"unreadable": "{KEY}"}}\n\n'.encode()]),
]


@pytest.mark.parametrize(("where", "streaming", "script"), ECHOES, ids=[where for where, _, _ in ECHOES])
def test_an_echoed_key_is_in_no_error(where: str, streaming: bool, script: list[Any]) -> None:
    """Whatever an answer says of the key, nothing that can be reached from the error does."""
    played = play(hold(streaming=streaming, options={"retries": Retries(limit=0)}), script)

    assert isinstance(played.error, JackfieldError)
    assert KEY not in reachable(played.error)
    assert "[secret]" in reachable(played.error)
    assert KEY not in repr(pickle.dumps(played.error))


def test_causes_of_our_own_are_scrubbed_and_kept() -> None:
    """What interrupted a stream still stands behind the interruption."""
    echo = f'data: {{"error": "no such key: {KEY}"}}\n\n'.encode()

    error = play(hold(streaming=True), [200, HEL, echo]).error

    assert isinstance(error, StreamInterruptedError)
    assert "no such key: [secret]" == str(error.__cause__)


def test_a_callers_header_is_in_no_error() -> None:
    """The values of `headers=` are secrets like the key."""
    options = {"headers": {"x-team": Secret("t3am-secret")}}

    played = play(hold(options=options), [400, b"t3am-secret is no team", b""])

    assert "letters answered 400: [secret] is no team" == str(played.error)


def test_a_cause_without_a_secret_is_kept() -> None:
    """What led to an error stays, where it quotes no credential."""
    played = play(hold(), [200, b"<html>", b""])

    assert isinstance(played.error.__cause__, ValueError)  # type: ignore[union-attr]


class Unreadable:
    """Raises an error with a chain of causes behind it."""

    encode_request = Wire.encode_request

    @impl
    def decode_response(self, body: bytes) -> TellResponse:
        """Fail over something that failed over something."""
        error, reason = DecodeError("no text", problems=["no text @ $"]), LookupError("not there")
        reason.__cause__ = KeyError(body.decode())
        raise error from reason


def test_a_cause_whose_cause_quotes_a_secret_is_let_go() -> None:
    """A chain is cut before its first foreign link that leads to a credential."""
    kept = play(hold(wire=Unreadable()), [200, b"nothing", b""]).error
    cut = play(hold(wire=Unreadable(), key=Key("short")), [200, b"a short key stays in good answers", b""]).error

    assert isinstance(kept.__cause__, LookupError)  # type: ignore[union-attr]
    assert (None, None) == (cut.__cause__, cut.__context__)  # type: ignore[union-attr]


class Final:
    """Answers that no hint of the provider's makes it worth trying again."""

    @impl
    def decode_error(self) -> JackfieldError:
        """Say so."""
        error = AnswerError("the quota is used up")
        error.final = True
        return error


def test_what_is_final_is_not_tried_again_whatever_a_header_says() -> None:
    """A general header does not fill a quota."""
    played = play(hold(final=Final(), facts=AlwaysAgain()), [429, b"no", b""])

    assert isinstance(played.error, AnswerError)
    assert (False, 1) == (played.error.transient, len(played.sent))


class AlwaysAgain:
    """Reads from every head that another attempt makes sense."""

    @impl
    def read_head(self) -> AnswerFacts:
        """Say so."""
        return AnswerFacts(should_retry=True)
