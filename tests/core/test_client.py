from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from attrs import define, evolve, frozen
from hand import GOOD, KEY, LISTING, TELL, Letters, TellRequest, TellResponse, Wire, parts, scripted

from jackfield import (
    CHAT,
    AsyncClient,
    ChatRequest,
    ChatResponse,
    Client,
    InvalidRequestError,
    Message,
    Retries,
    SettingsError,
    SetupError,
    UnsupportedOperationError,
)
from jackfield.plugin import Call, Flow, HttpHead, Middleware, Payload, Proceed, Secret, impl
from jackfield.transports import AsyncTransport, Transport
from jackfield.transports.in_thread import InThread

HELLO = b'data: {"text": "hel"}\n\ndata: {"text": "lo"}\n\ndata: [END]\n\n'


def a_client(*answers: Any, **arguments: Any) -> Client:
    """Return a client of a provider in hand, over scripted answers."""
    return Client(Letters(), transport=scripted(answers), **arguments)


def an_async_client(*answers: Any, **arguments: Any) -> AsyncClient:
    """The same for asyncio."""
    return AsyncClient(Letters(), transport=scripted(answers), **arguments)


# Calling


def test_a_call_gives_the_whole_answer() -> None:
    """The response entity, with its story."""
    with a_client(GOOD) as client:
        response = client.call(TELL, TellRequest(text="hi"))

    assert "hello" == response.text
    assert response.meta is not None
    assert ("Letters", "tell", [200]) == (
        response.meta.provider,
        response.meta.operation,
        [each.status for each in response.meta.attempts],
    )


async def test_a_call_for_asyncio() -> None:
    """The same, awaited."""
    async with an_async_client(GOOD) as client:
        response = await client.call(TELL, TellRequest(text="hi"))

    assert "hello" == response.text


def test_a_stream_gives_events_and_at_its_end_the_whole_answer() -> None:
    """The fold is what a plain call would have given."""
    with a_client(HELLO) as client, client.stream(TELL, TellRequest()) as stream:
        texts = [event.text for event in stream]

    assert ["hel", "lo"] == texts
    assert "hello" == stream.response.text
    assert stream.response.meta is stream.meta
    assert "Letters" == stream.meta.provider


async def test_a_stream_for_asyncio() -> None:
    """The same, awaited."""
    async with an_async_client(HELLO) as client, client.stream(TELL, TellRequest()) as stream:
        texts = [event.text async for event in stream]

    assert (["hel", "lo"], "hello", "Letters") == (texts, stream.response.text, stream.meta.provider)


def test_a_request_without_required_fields_may_be_left_out() -> None:
    """The operation's own, empty."""
    client = a_client(GOOD)

    client.call(LISTING)

    assert "GET" == client._transport.requests[0].method  # type: ignore[attr-defined]


def test_every_call_has_an_id_of_its_own() -> None:
    """Sixteen hexadecimal digits."""
    client = a_client(GOOD, GOOD)

    ids = {client.call(TELL).meta.call_id for _ in range(2)}  # type: ignore[union-attr]

    assert 2 == len(ids)
    assert all(16 == len(each) and int(each, 16) >= 0 for each in ids)


@pytest.mark.parametrize(
    ("own", "of_the_provider", "of_the_client", "model"),
    [
        ("asked", "provided", "set", "asked"),
        (None, "provided", "set", "set"),
        (None, "provided", None, "provided"),
        (None, None, None, None),
    ],
)
def test_the_model_is_the_requests_else_the_clients_else_the_providers(
    own: str | None, of_the_provider: str | None, of_the_client: str | None, model: str | None
) -> None:
    """A default model is the operation's: one for chats, one for pictures, one for vectors."""

    @frozen(eq=False)
    class Modelled(Letters):
        default_models = {} if of_the_provider is None else {"chat_model": of_the_provider}

    client = Client(Modelled(), transport=scripted([GOOD, GOOD]), chat_model=of_the_client, images_model="pictures")

    response = client.call(TELL, TellRequest(model=own))

    assert model == response.meta.model  # type: ignore[union-attr]


# Options, of the client and of a call


def test_the_options_of_a_call_win() -> None:
    """Timeout, deadline, retries and headers may be given per call; the client's hold for the rest."""
    client = a_client(
        *[GOOD] * 3, timeout=11, deadline=22, retries=Retries(limit=5), headers={"X-Team": "blue", "x-both": "client"}
    )
    transport: Any = client._transport

    client.call(TELL)
    client.call(TELL, timeout=3, deadline=None, headers={"x-both": "call"})
    client.call(TELL, timeout=None, deadline=7)

    assert [11, 3, 7] == [pytest.approx(each, abs=0.5) for each in transport.timeouts]
    revealed = [request.revealed_headers() for request in transport.requests]
    assert [("blue", "client"), ("blue", "call"), ("blue", "client")] == [
        (each["x-team"], each["x-both"]) for each in revealed
    ]


def test_retries_may_be_a_number() -> None:
    """Of the client, and of one call."""
    busy = (503, b"")

    assert 2 == a_client()._options.retries.limit
    client = a_client(busy, busy, GOOD, retries=Retries(limit=2, first=0))
    assert 3 == len(client.call(TELL).meta.attempts)  # type: ignore[union-attr]
    client = a_client(busy, retries=5)
    with pytest.raises(Exception, match="answered 503"):
        client.call(TELL, retries=0)


OPTIONS: list[tuple[str, Any, str]] = [
    ("timeout", 0, "timeout: must be a number of seconds above 0 and up to 1,000,000, or None for no limit, not 0"),
    ("timeout", -1, "timeout: must be a number of seconds above 0"),
    ("timeout", "5", "timeout: must be a number of seconds above 0"),
    ("timeout", True, "timeout: must be a number of seconds above 0"),
    ("timeout", float("nan"), "timeout: must be a number of seconds above 0"),
    ("timeout", float("inf"), "timeout: must be a number of seconds above 0 and up to 1,000,000"),
    ("deadline", 1_000_001, "deadline: must be a number of seconds above 0 and up to 1,000,000"),
    ("retries", -1, "retries: must be a whole number from 0 up, or a Retries, not -1"),
    ("retries", True, "retries: must be a whole number from 0 up"),
    ("retries", 1.5, "retries: must be a whole number from 0 up"),
    ("headers", ["x"], "headers: must be a mapping of names to values, not list"),
    ("headers", {"x a": "1"}, "headers['x a']: the name of a header is letters, digits and hyphens"),
    ("headers", {5: "1"}, "headers[5]: the name of a header is letters, digits and hyphens"),
    ("headers", {"x-a": 5}, "headers['x-a']: must be text, not int"),
    ("headers", {"x-a": ""}, "headers['x-a']: must not be empty"),
    ("headers", {"x-a": "a\nb"}, "headers['x-a']: has characters that cannot stand in a header"),
]


@pytest.mark.parametrize(("name", "value", "problem"), OPTIONS)
def test_options_that_do_not_fit_are_told(name: str, value: Any, problem: str) -> None:
    """When the client is made, and at the call."""
    with pytest.raises(SettingsError) as made:
        a_client(**{name: value})
    with pytest.raises(SettingsError) as called:
        a_client().call(TELL, **{name: value})

    assert ["the client's options do not fit", "the options of this call do not fit"] == [
        caught.value.message for caught in (made, called)
    ]
    assert [problem[:40]] * 2 == [caught.value.problems[0][:40] for caught in (made, called)]
    assert made.value.problems[0].startswith(problem)


@pytest.mark.parametrize("value", [1, 0.001, 1_000_000, None])
def test_limits_that_fit(value: float | None) -> None:
    """Any number of seconds that an operating system takes, and None."""
    assert (value, value) == (a_client(timeout=value)._options.timeout, a_client(deadline=value)._options.deadline)


def test_all_problems_of_a_client_are_told_at_once() -> None:
    """The provider's settings and the client's options in one error."""
    with pytest.raises(SettingsError) as caught:
        Client("openai", api_kye="x", timeout=0, headers={"x-a": ""})

    assert ["api_kye", "api_key", "timeout", "headers['x-a']"] == [
        each.partition(":")[0] for each in caught.value.problems
    ]


def test_a_secret_may_be_a_header() -> None:
    """It is kept as it is, prefix and all."""
    client = a_client(GOOD, headers={"x-pass": Secret("w0rd").prefixed("Pass ")})

    client.call(TELL)

    assert "Pass w0rd" == client._transport.requests[0].revealed_headers()["x-pass"]  # type: ignore[attr-defined]


def test_settings_beside_a_provider_object_are_an_error() -> None:
    """They would be ignored."""
    with pytest.raises(SettingsError, match="api_key: set it on the provider object"):
        Client(Letters(), api_key="x")


def test_plain_http_is_for_the_caller_to_allow() -> None:
    """The option reaches the exchange."""
    plain = Letters(parts(place=PlainPlace()))

    with pytest.raises(SetupError, match="allow_plain_http=True"):
        Client(plain, transport=scripted([GOOD])).call(TELL)
    assert "hello" == Client(plain, transport=scripted([GOOD]), allow_plain_http=True).call(TELL, timeout=5).text


class PlainPlace:
    """Somewhere without encryption."""

    @impl
    def build_url(self) -> str:
        """Return its address."""
        return "http://10.0.0.1/tell"


# Bad input


@pytest.mark.parametrize("ask", ["call", "stream"])
def test_another_operations_request_is_refused_at_the_call(ask: str) -> None:
    """Also by stream, before its first event is asked for."""
    with pytest.raises(InvalidRequestError, match="'tell' takes a TellRequest: request: is ChatRequest"):
        getattr(a_client(), ask)(TELL, ChatRequest(messages=[Message.user("hi")]))


def test_an_operation_without_events_has_no_stream() -> None:
    """Refused at the call."""
    with pytest.raises(UnsupportedOperationError, match=r"operation 'listing' has no stream; use call\(\)"):
        a_client().stream(LISTING)


def test_a_provider_without_streams_has_none() -> None:
    """Refused at the call."""

    class Poor:
        encode_request = Wire.encode_request
        decode_response = Wire.decode_response

    client = Client(Letters(parts(wire=Poor())), transport=scripted([]))

    with pytest.raises(UnsupportedOperationError, match=r"provider 'Letters' has no stream; use call\(\)"):
        client.stream(TELL)


def test_bad_input_raises_at_stream_and_not_at_the_first_event() -> None:
    """Encoding happens when the stream is made."""
    with pytest.raises(InvalidRequestError, match="the request has no JSON form"):
        a_client().stream(TELL, evolve_text(object()))


def evolve_text(value: Any) -> TellRequest:
    """Return a request whose text is something else, past its rules."""
    request = TellRequest()
    object.__setattr__(request, "text", value)
    return request


# Transports


def test_a_transport_that_was_given_is_left_open() -> None:
    """It may be shared; what the client made itself it closes."""
    transport = scripted([])

    Client(Letters(), transport=transport).close()

    assert not transport.closed


async def test_a_transport_that_was_given_is_left_open_for_asyncio() -> None:
    """The same."""
    transport = scripted([])

    await AsyncClient(Letters(), transport=transport).close()

    assert not transport.closed


def test_a_provider_may_bring_its_transport() -> None:
    """An object or a name; it is the client's to close, and a caller's wins."""
    brought, given = scripted([GOOD]), scripted([GOOD])

    @frozen(eq=False)
    class Carrying(Letters):
        transport = brought

    with Client(Carrying()) as client:
        assert "hello" == client.call(TELL).text
    assert brought.closed
    assert given is Client(Carrying(), transport=given)._transport


async def test_a_brought_transport_is_closed_for_asyncio() -> None:
    """By way of its thread."""
    brought = scripted([GOOD])

    @frozen(eq=False)
    class Carrying(Letters):
        transport = brought

    async with AsyncClient(Carrying()) as client:
        assert "hello" == (await client.call(TELL)).text
    assert brought.closed


@define(eq=False)
class Native:
    """A transport for asyncio."""

    inner: Any
    is_async = True

    async def send(self, request: Any, timeout: float | None) -> tuple[HttpHead, Any]:  # noqa: ASYNC109
        """Give the next answer."""
        head, body = self.inner.send(request, timeout)
        return head, NativeBody(body)

    async def close(self) -> None:
        """Close it."""
        self.inner.close()


@define(eq=False)
class NativeBody:
    """Its bodies."""

    inner: Any

    async def read(self, limit: int, timeout: float | None) -> bytes:  # noqa: ASYNC109
        """Read on."""
        return bytes(self.inner.read(limit, timeout))

    async def close(self) -> None:
        """Close it."""
        self.inner.close()


async def test_a_transport_for_asyncio_is_used_as_it_is() -> None:
    """Without a thread."""
    native = Native(scripted([GOOD]))

    client = AsyncClient(Letters(), transport=native)

    assert native is client._transport
    assert "hello" == (await client.call(TELL)).text


def test_a_transport_for_asyncio_is_refused_by_the_blocking_client() -> None:
    """The error names the way out."""
    with pytest.raises(SetupError, match="Native is a transport for asyncio; use AsyncClient"):
        Client(Letters(), transport=Native(scripted([])))


def test_the_protocols_are_kept() -> None:
    """What is here is what the protocols ask for."""
    assert isinstance(scripted([]), Transport)
    assert isinstance(Native(scripted([])), AsyncTransport)
    assert isinstance(InThread(scripted([])), AsyncTransport)


# The rest


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_client_shows_its_provider_alone(kind: Callable[..., Any]) -> None:
    """Settings may hold what should not be shown."""
    client = kind(Letters(), transport=scripted([]), headers={"x-a": KEY})

    assert f"{kind.__name__}('Letters')" == repr(client)


class Warming:
    """Counts how often it was made ready."""

    times = 0

    @impl
    def warm_up(self) -> None:
        """Count."""
        self.times += 1


def test_warming_up_asks_every_part_and_sends_nothing() -> None:
    """Only when it is asked for."""
    warming = Warming()
    client = a_client(plugins=[warming])
    assert 0 == warming.times

    client.warm_up()

    assert (1, []) == (warming.times, client._transport.requests)  # type: ignore[attr-defined]


class Cached:
    """Answers by itself."""

    @impl
    def around_call(self) -> Middleware:
        """Return the middleware."""

        def answering(proceed: Proceed) -> Flow[TellResponse]:
            yield from ()
            return TellResponse(text="from the cache")

        return answering


def test_a_middleware_may_answer_by_itself() -> None:
    """A call and a stream that sent nothing have their response at once."""
    client = a_client(plugins=[Cached()])

    assert "from the cache" == client.call(TELL).text
    stream = client.stream(TELL)
    assert [] == list(stream)
    assert "from the cache" == stream.response.text


async def test_a_middleware_may_answer_by_itself_for_asyncio() -> None:
    """The same, awaited."""
    client = AsyncClient(Letters(), transport=scripted([]), plugins=[Cached()])

    stream = client.stream(TELL)
    assert [] == [event async for event in stream]
    assert "from the cache" == stream.response.text


# Asking


class Chatting:
    """Answers a chat with the number of its messages and what it was asked."""

    @impl
    def encode_request(self, call: Call) -> Payload:
        """Write the roles, the texts and the model."""
        messages = [f"{each.role}:{each.content}" for each in call.request.messages]
        return Payload(f"{messages} {call.model} {call.request.temperature}".encode())

    @impl
    def decode_response(self, body: bytes) -> ChatResponse:
        """Answer with what was sent."""
        return ChatResponse.from_events([]) if not body else evolve(CHAT.response(), model=body.decode())


ASKED: list[tuple[tuple[Any, ...], dict[str, Any], str]] = [
    (("Hi",), {}, "['user:Hi'] None None"),
    (("Hi",), {"system": "Be brief."}, "['system:Be brief.', 'user:Hi'] None None"),
    ((), {"system": "Tell a joke."}, "['system:Tell a joke.'] None None"),
    (("Hi",), {"model": "small", "temperature": 0.5}, "['user:Hi'] small 0.5"),
]


@pytest.mark.parametrize(("prompt", "more", "sent"), ASKED)
def test_asking_sends_one_question(prompt: tuple[Any, ...], more: dict[str, Any], sent: str) -> None:
    """A prompt, a system prompt, or both; anything else is a field of the request. The answer is its text."""
    transport = scripted([b""])
    client = Client(Letters(parts(wire=Chatting())), transport=transport)

    assert "" == client.ask(*prompt, **more)
    assert sent == transport.requests[0].body.decode()


async def test_asking_for_asyncio() -> None:
    """The same, awaited."""
    assert "" == await AsyncClient(Letters(parts(wire=Chatting())), transport=scripted([b""])).ask("Hi")


@pytest.mark.parametrize("nothing", [{}, {"prompt": ""}, {"prompt": None, "system": ""}])
def test_asking_nothing_is_refused(nothing: dict[str, Any]) -> None:
    """Something must be said."""
    with pytest.raises(
        InvalidRequestError, match="nothing to ask: prompt: missing; give a prompt, a system prompt, or"
    ):
        a_client().ask(**nothing)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("temprature", "unknown; did you mean 'temperature'?"),
        ("xyzzy", "unknown; what has no field goes into extra={'xyzzy': …}"),
        (
            "messages",
            "a ChatSession holds them: client.chat(session, …), or client.call(CHAT, ChatRequest(messages=[…]))",
        ),
        ("stream", "client.stream_chat(session, …), or client.stream(CHAT, ChatRequest(…))"),
    ],
)
def test_asking_takes_a_chats_parameters_alone(name: str, hint: str) -> None:
    """Anything else is told before anything is sent."""
    with pytest.raises(InvalidRequestError) as caught:
        a_client().ask("Hi", **{name: 1})
    assert f"a chat does not take that: {name}: {hint}" == str(caught.value)


async def test_one_client_serves_many_tasks() -> None:
    """Calls of one client share nothing."""
    client = an_async_client(*[GOOD] * 20)

    answers = await asyncio.gather(*(client.call(TELL) for _ in range(20)))

    assert ["hello"] * 20 == [each.text for each in answers]
    assert 20 == len({each.meta.call_id for each in answers if each.meta is not None})


def test_what_is_left_out_looks_like_that_in_a_signature() -> None:
    """A reader of the documentation is not shown an address in memory."""
    assert "timeout: 'float | None' = ..." in str(inspect.signature(Client))
