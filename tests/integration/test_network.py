"""Proxies, certificates and names that do not resolve, over real sockets."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from server import Server, and_wait, plain, raw

from jackfield import (
    CHAT,
    AsyncClient,
    ChatRequest,
    ChatResponse,
    Client,
    ConnectError,
    Message,
    ReadError,
    RejectedError,
)
from jackfield.http import HttpRequest
from jackfield.transports import Transport, _connecting
from jackfield.transports.urllib3 import Urllib3Transport, _Sending
from jackfield_emulator import Emulator

REQUEST = ChatRequest(messages=[Message.user("Say something.")], model="gpt-4o-mini")
PEM = Path(__file__).with_name("loopback.pem")
CANARY = "pr0xy-passw0rd"
Make = Callable[..., Transport]
Serve = Callable[..., Server]
Ask = Callable[..., ChatResponse]


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Return a function that makes one call with a client of either kind, which shows no password."""

    def asking(**settings: Any) -> ChatResponse:
        with Client("openai", **settings) as client:
            assert CANARY not in repr(vars(client)) + repr(client)
            return client.call(CHAT, REQUEST)

    async def asking_async(**settings: Any) -> ChatResponse:
        async with AsyncClient("openai", **settings) as client:
            assert CANARY not in repr(vars(client)) + repr(client)
            return await client.call(CHAT, REQUEST)

    return asking if "sync" == request.param else lambda **settings: asyncio.run(asking_async(**settings))


class Proxy:
    """A proxy on loopback: CONNECT and absolute URLs, both answered by one server behind it."""

    def __init__(self, behind: int, answer: bytes = b"", *, tls: ssl.SSLContext | None = None) -> None:
        self.seen: list[bytes] = []
        self._behind, self._answer, self._tls = behind, answer, tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            if self._tls is not None:
                client = self._tls.wrap_socket(client, server_side=True)
            self._open.append(client)
            thread = threading.Thread(target=self._carry, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _carry(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            data = client.recv(65536)
            if not data:
                return
            head += data
        self.seen.append(head)
        if self._answer:
            client.sendall(self._answer)
            client.close()
            return
        server = socket.create_connection(("127.0.0.1", self._behind))
        self._open.append(server)
        if head.startswith(b"CONNECT "):
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            line, _, rest = head.partition(b"\r\n")
            method, url, version = line.split(b" ")
            path = b"/" + url.split(b"/", 3)[3]
            server.sendall(b" ".join((method, path, version)) + b"\r\n" + rest)
        back = threading.Thread(target=self._pump, args=(server, client))
        self._threads.append(back)
        back.start()
        self._pump(client, server)

    @staticmethod
    def _pump(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def close(self) -> None:
        """End, with every thread."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(5)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """A server behind the proxy."""
    with Emulator() as running:
        yield running


@pytest.fixture
def proxy(emulator: Emulator) -> Iterator[Proxy]:
    """A proxy before it."""
    made = Proxy(int(emulator.url.rpartition(":")[2]))
    yield made
    made.close()


def test_plain_http_goes_through_a_proxy(emulator: Emulator, proxy: Proxy, ask: Ask) -> None:
    """With the proxy's own credentials in the proxy's own header, and the name left to the proxy."""
    address = f"http://user:{CANARY}@127.0.0.1:{proxy.port}"
    settings = {"endpoint": "http://nowhere.example/v1", "allow_plain_http": True}
    assert ask(api_key=emulator.api_key, proxy=address, **settings).text

    encoded = base64.b64encode(f"user:{CANARY}".encode())
    assert proxy.seen[0].startswith(b"POST http://nowhere.example/v1/chat/completions HTTP/1.1\r\n")
    assert b"Basic " + encoded in proxy.seen[0]


def test_https_goes_through_a_tunnel(ask: Ask) -> None:
    """CONNECT names the host; the proxy sees nothing of what follows. Its refusal names it, without the password."""
    refusing = Proxy(0, b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
    address = f"http://user:{CANARY}@127.0.0.1:{refusing.port}"
    try:
        with pytest.raises(ConnectError, match="407 Proxy Authentication Required, through the proxy") as caught:
            ask(api_key="sk-of-nobody-12345", proxy=address, retries=0)
    finally:
        refusing.close()

    assert refusing.seen[0].startswith(b"CONNECT api.")
    assert b"sk-of-nobody" not in refusing.seen[0]
    assert f"http://127.0.0.1:{refusing.port}; check proxy=" in str(caught.value)
    assert CANARY not in f"{caught.value} {caught.value.__cause__!r} {caught.value.__context__!r}"


def test_a_proxy_that_is_not_there_is_named(ask: Ask) -> None:
    """And what to look at."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ConnectError, match="through the proxy http://127.0.0.1"):
        ask(api_key="sk-of-nobody-12345", proxy=f"http://127.0.0.1:{port}", retries=0)


def test_a_proxys_refusal_of_plain_http_is_a_refusal(emulator: Emulator, ask: Ask) -> None:
    """It answers like a server."""
    refusing = Proxy(0, b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    settings = {"endpoint": "http://nowhere.example/v1", "allow_plain_http": True}
    address = f"http://127.0.0.1:{refusing.port}"
    try:
        with pytest.raises(RejectedError) as caught:
            ask(api_key=emulator.api_key, proxy=address, **settings)
    finally:
        refusing.close()
    assert 407 == caught.value.status


@pytest.fixture
def secure() -> Iterator[int]:
    """A server with a certificate of its own, that answers every request with 204."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                raw, _ = listening.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(raw, server_side=True) as client:
                    client.recv(65536)
                    client.sendall(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
            except OSError:
                raw.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(5)


def test_a_certificate_of_ones_own_needs_a_bundle(secure: int, tmp_path: Path, make: Make) -> None:
    """Untrusted it is refused, and the error says what to give; with the bundle it is trusted."""
    request = HttpRequest("GET", f"https://localhost:{secure}/")
    plain = make()
    with pytest.raises(ConnectError, match="ca_bundle=") as caught:
        plain.send(request, 5)
    assert caught.value.transient is False

    transport = make(ca_bundle=str(PEM))
    head, body = transport.send(request, 5)
    body.close()
    assert 204 == head.status

    folder = make(ca_bundle=str(tmp_path))
    with pytest.raises(ConnectError):
        folder.send(request, 5)


def test_the_systems_trust_is_another_context(secure: int, make: Make) -> None:
    """It does not know the certificate either, and refuses it."""
    transport = make(trust="os")
    with pytest.raises(ConnectError, match="no trusted connection"):
        transport.send(HttpRequest("GET", f"https://localhost:{secure}/"), 5)


def test_more_headers_than_can_be_read_are_a_final_failure(transport: Transport) -> None:
    """There is an end to what is read of a head; the same answer would come again."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        client, _ = listening.accept()
        with client, suppress(OSError):  # the other side leaves with some of it unread
            client.recv(65536)
            client.sendall(b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 2**20)
            client.recv(65536)

    thread = threading.Thread(target=serve)
    thread.start()
    with pytest.raises(ReadError, match="more headers than can be read") as caught:
        transport.send(HttpRequest("GET", f"http://127.0.0.1:{listening.getsockname()[1]}/"), 5)
    listening.close()
    thread.join(5)
    assert caught.value.transient is False


def test_tls_goes_through_a_tunnel(secure: int, make: Make) -> None:
    """And through one to a proxy that is reached by TLS itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    for tls in (None, context):
        proxy = Proxy(secure, tls=tls)
        address = f"{'http' if tls is None else 'https'}://user:{CANARY}@localhost:{proxy.port}"
        transport = make(proxy=lambda _, address=address: address, ca_bundle=str(PEM))
        try:
            head, body = transport.send(HttpRequest("GET", f"https://localhost:{secure}/"), 5)
            body.close()
        finally:
            proxy.close()
        assert 204 == head.status
        assert proxy.seen[0].startswith(f"CONNECT localhost:{secure} HTTP/1.".encode())
        assert b"Basic " + base64.b64encode(f"user:{CANARY}".encode()) in proxy.seen[0]


def certified() -> ssl.SSLContext:
    """Return a server's certificate, signed by itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return context


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_plain_http_is_forwarded_by_a_proxy_of_either_kind(scheme: str, serve: Serve, make: Make) -> None:
    """Without a tunnel, over one connection for all hosts; the proxy's password goes no further than to it."""
    server = serve(plain(b"hello"))
    proxy = Proxy(server.port, tls=certified() if scheme == "https" else None)
    transport = make(proxy=lambda _: f"{scheme}://user:{CANARY}@localhost:{proxy.port}", ca_bundle=str(PEM))
    try:
        for host in ("one.example", "one.example", "two.example"):
            head, body = transport.send(HttpRequest("GET", f"http://{host}/x?y"), 5)
            assert (200, b"hello") == (head.status, body.read(100, 5))
            body.close()
    finally:
        proxy.close()
    assert proxy.seen[0].startswith(b"GET http://one.example/x?y HTTP/1.1\r\nhost: one.example\r\n")
    assert base64.b64encode(f"user:{CANARY}".encode()) in proxy.seen[0]


def test_an_answer_through_two_layers_of_tls_can_be_closed(serve: Serve) -> None:
    """Its reader wakes; the connection was kept till then, and the proxy's password did not go through the tunnel."""
    server = serve(plain(b"hello"), and_wait(raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc")), tls=certified())
    proxy = Proxy(server.port, tls=certified())
    transport = Urllib3Transport(proxy=lambda _: f"https://user:{CANARY}@localhost:{proxy.port}", ca_bundle=str(PEM))
    request = HttpRequest("GET", f"https://localhost:{server.port}/")
    try:
        _, body = transport.send(request, 5)
        assert b"hello" == body.read(100, 5)
        _, body = transport.send(request, 5)
        assert b"abc" == body.read(100, 5)
        closing = threading.Timer(0.2, body.close)
        closing.start()
        with pytest.raises(ReadError, match="it was closed here"):
            body.read(100, 20)
        closing.join()
    finally:
        transport.close()
        proxy.close()
    assert 1 == len(proxy.seen)
    assert [{"host": f"localhost:{server.port}"}] * 2 == [dict(each.headers) for each in server.requests]


def test_a_send_whose_time_is_over_sends_nothing_more() -> None:
    """Whatever it was doing."""
    with pytest.raises(TimeoutError):
        _Sending(-1.0).left()
    assert _Sending(None).left() is None


# Names -------------------------------------------------------------------------------------------------------------


def test_a_name_that_does_not_resolve_in_time_ends_in_time(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operating system's resolver would take its own."""
    done = threading.Event()
    monkeypatch.setattr(_connecting.socket, "getaddrinfo", lambda *_: done.wait(5) and [])
    started = time.monotonic()
    with pytest.raises(ConnectError, match="'slow.example' was not resolved within 0.2 seconds"):
        transport.send(HttpRequest("GET", "http://slow.example/"), 0.2)
    assert time.monotonic() - started < 2
    done.set()


def test_a_name_that_is_not_known_is_told(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    """As before: it cannot be resolved."""

    def unknown(*_: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(_connecting.socket, "getaddrinfo", unknown)
    with pytest.raises(ConnectError, match="cannot be resolved"):
        transport.send(HttpRequest("GET", "http://nobody.example/"), 5)


def test_every_address_of_a_name_is_tried(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first may be dead; options and the source hold for the one that answers."""
    port = int(emulator.url.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        dead = taken.getsockname()[1]
    kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    found = [(*kind, ("127.0.0.1", dead)), (*kind, ("127.0.0.1", port))]
    monkeypatch.setattr(_connecting.socket, "getaddrinfo", lambda *_: found)

    made = _connecting.connected(
        "two.example", port, 5, ("127.0.0.1", 0), [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    )

    assert ("127.0.0.1", port) == made.getpeername()
    assert 0 != made.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    made.close()
    monkeypatch.setattr(_connecting.socket, "getaddrinfo", lambda *_: [])
    with pytest.raises(OSError, match="no address"):
        _connecting.connected("none.example", port, None)


def test_no_time_left_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of the name counts."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 9))]
    monkeypatch.setattr(_connecting, "addresses", lambda *_: time.sleep(0.02) or found)
    with pytest.raises(TimeoutError):
        _connecting.connected("late.example", 9, 0.01)


def test_a_socket_is_closed_whatever_ends_the_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt from the keyboard, for instance."""
    made: list[socket.socket] = []

    class Kept(socket.socket):
        def __init__(self, *args: int) -> None:
            super().__init__(*args)
            made.append(self)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 9))]
    monkeypatch.setattr(_connecting, "addresses", lambda *_: found)
    monkeypatch.setattr(_connecting, "_left", interrupted)
    monkeypatch.setattr(_connecting.socket, "socket", Kept)
    with pytest.raises(KeyboardInterrupt):
        _connecting.connected("x.example", 9, 1)
    assert [-1] == [each.fileno() for each in made]


# Fork ---------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_client_survives_a_fork(emulator: Emulator) -> None:
    """The child opens connections of its own, and the parent's go on."""
    with Client("openai", **emulator.settings["openai"]) as client:
        assert client.call(CHAT, REQUEST).text
        child = os.fork()
        if 0 == child:
            try:
                ended = 0 if client.call(CHAT, REQUEST).text else 1
                client.close()
            except BaseException:  # noqa: BLE001 - the child may only end
                ended = 2
            os._exit(ended)
        _, status = os.waitpid(child, 0)
        assert 0 == os.waitstatus_to_exitcode(status)
        response = client.call(CHAT, REQUEST)
        assert response.text
        assert 1 == len(response.meta.attempts)
