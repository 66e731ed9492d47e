"""Scripted transports, scripted flows, and a blocked network."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import urllib.request

import pytest

import jackfield.testing
from jackfield import AsyncClient, Client
from jackfield.errors import ConnectError, ReadError, SetupError
from jackfield.http import Chunk, Emit, HttpHead, HttpRequest, Read, Run, RunAll, Send, Wait
from jackfield.operations import Operation
from jackfield.operations.chat import ChatRequest, ChatResponse
from jackfield.secret import Secret
from jackfield.testing import (
    SECRET,
    AsyncScriptedTransport,
    Clock,
    NetworkBlockedError,
    ScriptedTransport,
    a_binding,
    a_call,
    an_example,
    answer,
    hold,
    interleave,
    late,
    network_blocked,
    no_network,
    play,
)
from jackfield_openai import OpenAI

PROVIDER = OpenAI(api_key=Secret(SECRET))
CHAT_OK = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Oslo"}, "finish_reason": "stop"}]}
REQUEST = HttpRequest("GET", "https://api.example.com/v1/models")


def _read(body, limit=65536):
    pieces = []
    while piece := body.read(limit, None):
        pieces.append(piece)
    return pieces


# Transports ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "pieces", "kind"),
    [
        (b"", [], None),
        (b"abc", [b"abc"], None),
        ("Zoë", ["Zoë".encode()], None),
        ([b"a", b"b"], [b"a", b"b"], None),
        ((b"a", late(2, b"b")), [b"a", b"b"], None),
        ({"a": 1}, [b'{"a":1}'], "application/json"),
        ([1, 2], [b"[1,2]"], "application/json"),
        ([], [b"[]"], "application/json"),
    ],
)
def test_body_may_have_several_forms(body, pieces, kind):
    """An answer's body is bytes, text, pieces, or anything with a JSON form."""
    head, coming = ScriptedTransport([answer(200, body)]).send(REQUEST, None)
    assert (kind, pieces) == (head.headers.get("content-type"), _read(coming))


def test_answer_has_status_and_lower_case_headers():
    """Headers' names are lower-case, as a transport gives them."""
    head, _ = ScriptedTransport([answer(429, headers={"Retry-After": "3"})]).send(REQUEST, None)
    assert (429, {"retry-after": "3"}) == (head.status, head.headers)


def test_function_may_reply():
    """In place of a list, a function gives the reply to each request."""
    transport = ScriptedTransport(lambda request: answer(200, request.url))
    assert [REQUEST.url.encode()] == _read(transport.send(REQUEST, None)[1])


def test_limit_cuts_a_piece():
    """A piece longer than the limit takes several reads."""
    _, body = ScriptedTransport([answer(200, [b"abcd", b"e"])]).send(REQUEST, None)
    assert [b"abc", b"d", b"e"] == _read(body, 3)


def test_exception_stands_for_an_answer():
    """A scripted exception is raised when its turn comes."""
    transport = ScriptedTransport([ConnectError("no"), answer(200)])
    with pytest.raises(ConnectError):
        transport.send(REQUEST, None)
    assert 200 == transport.send(REQUEST, None)[0].status


def test_exception_breaks_a_body_off():
    """An exception among the pieces is raised after what came before it."""
    _, body = ScriptedTransport([answer(200, [b"a", ReadError("cut")])]).send(REQUEST, None)
    assert b"a" == body.read(10, None)
    with pytest.raises(ReadError, match="cut"):
        body.read(10, None)


def test_script_that_runs_out_says_so():
    """A request too many is an AssertionError that names it."""
    transport = ScriptedTransport([answer(200)])
    transport.send(REQUEST, None)
    with pytest.raises(AssertionError, match="no reply to request 2, GET https://api.example.com/v1/models"):
        transport.send(REQUEST, None)


def test_requests_are_kept_secret():
    """The transport keeps what was asked, credentials still secret; a secret for another origin is refused."""
    transport = ScriptedTransport([answer(200), answer(200)])
    fine = REQUEST.with_header("authorization", Secret(SECRET).bound_to(REQUEST.url))
    wrong = REQUEST.with_header("authorization", Secret(SECRET).bound_to("https://elsewhere.example"))
    transport.send(fine, None)
    with pytest.raises(SetupError):
        transport.send(wrong, None)
    assert [fine, wrong] == transport.requests
    assert SECRET not in repr(transport.requests)


def test_late_head_is_a_timeout_at_once():
    """An answer later than the timeout is a ReadError; nothing is waited for."""
    with pytest.raises(ReadError, match="within 2 seconds"):
        ScriptedTransport([answer(200, after=3)]).send(REQUEST, 2)


def test_late_piece_is_a_timeout_at_once():
    """A piece later than the timeout is a ReadError, and still to come afterwards."""
    _, body = ScriptedTransport([answer(200, [late(5, b"a"), late(1, ReadError("cut"))])]).send(REQUEST, None)
    with pytest.raises(ReadError, match="3 seconds"):
        body.read(10, 3)
    assert b"a" == body.read(10, 3)
    with pytest.raises(ReadError, match="cut"):
        body.read(10, None)


def test_open_bodies_are_counted():
    """A body counts as open until it is closed; closing twice is harmless, reading after it is an error."""
    transport = ScriptedTransport([answer(200, b"a")])
    _, body = transport.send(REQUEST, None)
    assert 1 == transport.open_bodies
    body.close()
    body.close()
    assert 0 == transport.open_bodies
    with pytest.raises(ReadError, match="closed"):
        body.read(1, None)


def test_client_takes_it():
    """`Client` answers from a script, and closes every body."""
    transport = ScriptedTransport([answer(200, CHAT_OK)])
    with Client(PROVIDER, transport=transport) as client:
        assert "Oslo" == client.ask("What is the capital of Norway?", model="m")
    transport.close()
    assert 0 == transport.open_bodies


@pytest.mark.parametrize("kind", [ScriptedTransport, AsyncScriptedTransport])
def test_async_client_takes_both(kind):
    """`AsyncClient` takes the asynchronous one as it is, and the blocking one in a thread."""

    async def asked():
        async with AsyncClient(PROVIDER, transport=kind([answer(200, CHAT_OK)])) as client:
            return await client.ask("Hi", model="m")

    assert "Oslo" == asyncio.run(asked())


def test_async_transport_keeps_the_same_books():
    """The asynchronous transport tells requests and open bodies as the blocking one does."""

    async def used():
        transport = AsyncScriptedTransport([answer(200, b"a")])
        _, body = await transport.send(REQUEST, None)
        opened = transport.open_bodies
        data = await body.read(10, None)
        await body.close()
        await transport.close()
        return opened, data, transport.open_bodies, transport.requests

    assert (1, b"a", 0, [REQUEST]) == asyncio.run(used())


# Flows ---------------------------------------------------------------------------------------------------------------


def _flow(*commands, result=None):
    """Return a flow of *commands*, whose result are the replies."""
    replies = []
    for command in commands:
        reply = yield command
        replies.append(reply)
    return result or replies


def test_play_answers_every_command():
    """Each command gets its reply, and the clock moves with waits and late answers."""
    clock = Clock(100.0)

    async def awaited():
        return "awaited"

    flow = _flow(
        Send(REQUEST),
        Read(),
        Read(),
        Wait(5.0),
        Emit(["event"]),
        Run(lambda: "ran"),
        Run(awaited),
        RunAll([lambda: "ran", awaited, lambda: 1 / 0]),
    )
    played = play(flow, [answer(201, [late(0.5, b"a")], after=1.0)], clock)
    head = HttpHead(201, {}, 101.0)
    assert [head, Chunk(b"a", 101.5), Chunk(b"", 101.5), 106.5, None, "ran", "awaited"] == played.value()[:-1]
    assert ["ran", "awaited", ZeroDivisionError] == [*played.value()[-1][:2], type(played.value()[-1][2])]
    assert [Send, Read, Read, Wait, Emit, Run, Run, RunAll] == played.kinds
    assert (["event"], [REQUEST], 106.5) == (played.events, played.requests, clock.now)


def test_play_stamps_failures_with_the_time():
    """A timeout takes its time by the clock, and the failure carries it."""
    clock = Clock()
    played = play(_flow(Send(REQUEST, timeout=2.0)), [answer(200, after=3.0)], clock)
    assert (2.0, 2.0) == (clock.now, played.error.at)
    with pytest.raises(ReadError):
        played.value()


def test_play_ends_a_flow_that_does_not_end():
    """A flow that yields for ever is an AssertionError."""

    def endless():
        while True:
            yield Wait(1.0)

    with pytest.raises(AssertionError, match="does not end"):
        play(endless())


@pytest.mark.parametrize(
    ("commands", "message"), [([Read()], "Read before any Send"), (["go"], "'go', which is no command")]
)
def test_play_refuses_what_no_driver_does(commands, message):
    """A flow that asks for nonsense is told so."""
    with pytest.raises(AssertionError, match=message):
        play(_flow(*commands))


def test_script_that_runs_out_in_a_flow_says_so():
    """A request too many ends the test, also where the flow would catch errors."""
    with pytest.raises(AssertionError, match="no reply to request 1"):
        play(_flow(Send(REQUEST)))


def test_interleave_drives_by_turns():
    """Flows that are interleaved take a command each, until all have ended."""
    order = []

    def flow(name, steps):
        for step in range(steps):
            order.append((name, step))
            yield Wait(0.0)
        return name

    played = interleave((flow("a", 1), ()), (flow("b", 3), ()))
    assert ["a", "b"] == [each.value() for each in played]
    assert [("a", 0), ("b", 0), ("b", 1), ("b", 2)] == order


def test_hold_takes_a_provider_or_a_binding():
    """The flow of a call is made from a provider object, or from its hooks."""
    for held in (PROVIDER, a_binding(PROVIDER)):
        command = next(hold(held, headers={"X-Team": "tides"}, timeout=7.0))
        assert ("https://api.openai.com/v1/chat/completions", 7.0) == (command.request.url, command.timeout)
        assert "tides" == command.request.revealed_headers()["x-team"]


def test_hold_uses_the_provider_s_default_model():
    """A request without a model gets the provider's default, as with a client."""

    class WithDefault(OpenAI):
        default_models = {"chat_model": "small"}

    request = ChatRequest(messages=an_example(a_call().operation).messages)
    command = next(hold(WithDefault(api_key=Secret(SECRET)), request=request))
    assert b'"model":"small"' in command.request.body


def test_call_is_made_with_little():
    """A call needs nothing said; what is said holds."""
    call = a_call()
    assert ("chat.completions", "a-model", False, 0.0) == (
        call.operation.name,
        call.model,
        call.streaming,
        call.started,
    )
    assert "other" == a_call(model="other").model


def test_example_of_a_foreign_operation_is_not_made_up():
    """There are examples of the core's own operations alone."""
    foreign = Operation("poems", ChatRequest, ChatResponse)
    with pytest.raises(LookupError, match="'poems'"):
        an_example(foreign)


# The network ---------------------------------------------------------------------------------------------------------


def _connects():
    with socket.socket() as sock:
        sock.connect(("127.0.0.1", 9))


def _sends_a_datagram():
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.sendto(b"a", ("127.0.0.1", 9))


@pytest.mark.parametrize(
    "use",
    [
        _connects,
        _sends_a_datagram,
        lambda: socket.create_connection(("127.0.0.1", 9)),
        lambda: socket.getaddrinfo("example.com", 443),
        lambda: urllib.request.urlopen("http://127.0.0.1:9/"),
    ],
)
def test_network_is_blocked(use):
    """Every way to the network fails, and is noted."""
    with network_blocked() as attempts:
        with pytest.raises(OSError, match="the network is blocked"):
            use()
        assert 1 == len(attempts)


def test_network_is_given_back():
    """After the block everything is as it was, also when somebody else has changed it since."""
    before = socket.getaddrinfo, socket.socket.connect
    with network_blocked():
        assert before != (socket.getaddrinfo, socket.socket.connect)
    assert before == (socket.getaddrinfo, socket.socket.connect)
    try:
        with network_blocked():
            socket.getaddrinfo = socket.socket.connect = len
        assert (len, len) == (socket.getaddrinfo, vars(socket.socket)["connect"])
    finally:
        socket.getaddrinfo, socket.socket.connect = before


def test_sockets_within_the_machine_go_on(tmp_path):
    """An event loop's own pair and a unix socket are no network."""
    with network_blocked() as attempts:
        for sock in socket.socketpair():
            sock.close()
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(str(tmp_path / "s"))
        assert 7 == asyncio.run(asyncio.sleep(0, 7))
    assert [] == attempts


_FIXTURE_TEST = """
import socket
from jackfield.testing import no_network

def test_quiet(no_network):
    pass

def test_hides_it(no_network):
    try:
        socket.create_connection(("127.0.0.1", 9))
    except OSError:
        pass
"""


def test_fixture_fails_the_test_that_hides_it(tmp_path):
    """The fixture `no_network` lets a quiet test pass, and fails one that catches the failure."""
    (tmp_path / "test_network.py").write_text(_FIXTURE_TEST)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:socket", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert "2 passed, 1 error" in run.stdout, run.stdout
    assert "the network was used" in run.stdout
    assert "create_connection ('127.0.0.1', 9)" in run.stdout


def test_fixture_passes_where_nothing_is_sent(no_network):
    """With `no_network` a scripted call goes on."""
    assert play(hold(PROVIDER), [answer(200, CHAT_OK)]).value().text == "Oslo"


def test_blocked_is_an_oserror():
    """What is raised is what a machine without a network raises: an OSError."""
    assert issubclass(NetworkBlockedError, OSError)


# The package ---------------------------------------------------------------------------------------------------------


def test_importing_needs_no_pytest():
    """`jackfield.testing` imports neither pytest nor hypothesis; the suites do when they are asked for."""
    program = (
        "import sys, jackfield.testing as t; t.ScriptedTransport;"
        "assert not {'pytest', 'hypothesis'} & set(sys.modules), 'imported';"
        "t.ProviderSuite; assert {'pytest', 'hypothesis'} <= set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_unknown_name_is_an_attribute_error():
    """A name that is not there is an AttributeError, and every name that is announced is there."""
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = jackfield.testing.no_such_name
    assert all(getattr(jackfield.testing, name) for name in jackfield.testing.__all__)
    assert no_network is jackfield.testing.no_network
