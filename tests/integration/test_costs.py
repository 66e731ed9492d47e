"""What calls cost, counted: function calls, bytes, sockets and threads do not depend on a machine's speed.

The figures are of Python 3.11 with some room; other versions count fewer calls. One that is exceeded is no mistake by
itself: it asks what every call, message or chunk pays for now that it did not pay for before.
"""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import sys
import threading
import tracemalloc
from array import array
from base64 import b64encode
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest
from server import Server, chunked, plain

from jackfield import CHAT, EMBEDDINGS, AsyncClient, ChatRequest, Client, EmbeddingRequest, Message
from jackfield.http import HttpHead, HttpRequest

SAYS = [Message.user, Message.assistant]
FAST = find_spec("orjson") is not None
KEPT = {"content-type": "application/json"}


class Canned:
    """A transport that has its answers ready: what is counted is ours."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces

    def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, Canned]:
        """Answer at once."""
        self._left = list(self._pieces)
        size = sum(map(len, self._pieces))
        return HttpHead(200, {"content-type": "application/json", "content-length": str(size)}), self

    def read(self, limit: int, timeout: float | None) -> bytes:
        """Give the next piece."""
        return self._left.pop(0) if self._left else b""

    def close(self) -> None:
        """Nothing is open."""


def client_of(*pieces: bytes) -> Client:
    """Return a client that gets these bytes as its answers."""
    options = {"api_key": "sk-1234567890abcdef", "chat_model": "m", "embeddings_model": "m"}
    return Client("openai", transport=Canned(*pieces), **options)


def chat_answer(text: str = "Hello!") -> bytes:
    """Return the body of a chat's answer."""
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    usage = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
    return json.dumps({"id": "c-1", "object": "chat.completion", "choices": [choice], "usage": usage}).encode()


def stream_answer(chunks: int) -> list[bytes]:
    """Return the body of a streamed answer of so many chunks, in pieces of 1,400 bytes."""
    events = [_event({"content": f"word{number % 10} "}, None) for number in range(chunks - 1)]
    data = b"".join([*events, _event({}, "stop"), b"data: [DONE]\n\n"])
    return [data[at : at + 1_400] for at in range(0, len(data), 1_400)]


def _event(delta: dict[str, str], finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    chunk = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def embed_answer(vectors: int) -> bytes:
    """Return the body of an answer with so many vectors."""
    vector = b64encode(array("f", [0.25] * 64).tobytes()).decode()
    data = [{"object": "embedding", "index": index, "embedding": vector} for index in range(vectors)]
    return json.dumps({"object": "list", "model": "m", "data": data}).encode()


def talk(messages: int) -> ChatRequest:
    """Return a conversation, made anew."""
    return ChatRequest(messages=[SAYS[number % 2](f"message {number}") for number in range(messages)])


def chatting(messages: int) -> Callable[[], object]:
    """Return one call with so many messages."""
    client = client_of(chat_answer())
    return lambda: client.call(CHAT, talk(messages)).text


def streaming(chunks: int) -> Callable[[], object]:
    """Return one stream of so many chunks, each of them read."""
    client = client_of(*stream_answer(chunks))
    return lambda: sum(len(event.text) for event in client.stream(CHAT, talk(1)))


def embedding(inputs: int) -> Callable[[], object]:
    """Return one call with so many inputs."""
    client = client_of(embed_answer(inputs))
    return lambda: client.call(EMBEDDINGS, EmbeddingRequest(input=["text"] * inputs)).data[-1].embedding[0]


def calls(work: Callable[[], object]) -> int:
    """Count the function calls of *work*, those of C functions included; the first time it compiles and imports."""
    work()
    counted = 0

    def watch(_frame: object, event: str, _what: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counted


def calls_each(make: Callable[[int], Callable[[], object]], few: int, many: int) -> float:
    """Return how many calls one more of something costs."""
    return (calls(make(many)) - calls(make(few))) / (many - few)


# Calls ---------------------------------------------------------------------------------------------------------------


def test_a_chat_is_so_many_calls() -> None:
    """All that is between the caller and the transport, JSON included."""
    assert calls(chatting(2)) <= (310 if FAST else 335)


EACH = [
    ("message", chatting, 10, 200, 6),
    ("chunk", streaming, 20, 400, 62 if FAST else 80),
    ("vector", embedding, 300, 600, 42),
]


@pytest.mark.parametrize(("_", "make", "few", "many", "most"), EACH, ids=[each[0] for each in EACH])
def test_one_more_is_so_many_calls(_: str, make: Any, few: int, many: int, most: int) -> None:
    """One more message made, checked and sent; one more chunk read, typed and folded; one more input and its vector."""
    assert calls_each(make, few, many) <= most


@pytest.mark.parametrize(("_", "make", "few", "many", "most"), EACH, ids=[each[0] for each in EACH])
def test_cost_grows_in_proportion(_: str, make: Any, few: int, many: int, most: int) -> None:
    """The thousandth is as cheap as the tenth."""
    early, late = calls_each(make, few, many), calls_each(make, 3 * many, 3 * many + many // 4)

    assert late == pytest.approx(early, rel=0.1)


def test_an_exchange_over_a_socket_is_so_many_calls(serve: Callable[..., Server]) -> None:
    """On a kept connection, the transport's part included; urllib3 and http.client alone take 600."""
    server = serve(plain(chat_answer(), headers=KEPT))
    with Client("openai", endpoint=f"{server.url}/v1", api_key="sk-1234567890abcdef", chat_model="m") as client:
        assert calls(lambda: client.call(CHAT, talk(2)).text) <= (490 if FAST else 520)
    assert 1 == len(server.connections)


# Memory --------------------------------------------------------------------------------------------------------------


def kept(work: Callable[[], object], times: int) -> int:
    """Return how many bytes are left behind by *times* of *work*."""
    tracemalloc.start()
    try:
        for _ in range(times):  # fills what Python itself keeps for later: a hundred floats, for instance
            work()
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(times):
            work()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("make", "size"), [(chatting, 2), (streaming, 20), (embedding, 4)])
def test_calls_leave_nothing_behind(make: Any, size: int) -> None:
    """Two thousand of them: some kilobytes at most, less than the least object for each."""
    assert kept(make(size), 2_000) < 2_000 * 16


def peak(work: Callable[[], object]) -> int:
    """Return how many bytes *work* has at most."""
    work()
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        work()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def test_of_a_stream_only_the_text_is_kept() -> None:
    """Ten thousand chunks take what a thousand take, and their text, a few letters each."""
    assert (peak(streaming(10_000)) - peak(streaming(1_000))) / 9_000 < 20


def test_a_history_is_copied_once() -> None:
    """At the peak there are its text, as JSON, and what is sent; the standard library makes the text twice."""
    client, text = client_of(chat_answer()), "x" * 1_000
    request = ChatRequest(messages=[Message.user(text + str(number)) for number in range(1_000)])

    assert peak(lambda: client.call(CHAT, request)) < (2.5 if FAST else 3.5) * 1_000 * 1_000


# Sockets and threads -------------------------------------------------------------------------------------------------


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows with every thread that is started and every socket that is connected."""
    seen: list[str] = []
    start, connect = threading.Thread.start, socket.socket.connect

    def starting(thread: threading.Thread) -> None:
        seen.append(f"thread {thread.name}")
        start(thread)

    def connecting(sock: socket.socket, address: Any) -> None:
        seen.append("socket")
        connect(sock, address)

    monkeypatch.setattr(threading.Thread, "start", starting)
    monkeypatch.setattr(socket.socket, "connect", connecting)
    return seen


def ours(seen: list[str]) -> list[str]:
    """Return what was opened on our side: the test's server has threads of its own."""
    return [each for each in seen if "socket" == each or "jackfield" in each]


def test_fifty_calls_are_one_socket_and_no_thread(serve: Callable[..., Server], opened: list[str]) -> None:
    """Plain calls and streams take turns on it."""
    server = serve(plain(chat_answer(), headers=KEPT), *[chunked(stream_answer(5)), plain(chat_answer())] * 25)
    with Client("openai", endpoint=f"{server.url}/v1", api_key="sk-x", chat_model="m") as client:
        for _ in range(25):
            client.call(CHAT, talk(2))
            assert list(client.stream(CHAT, talk(2)))

    assert ["socket"] == ours(opened)
    assert 1 == len(server.connections)


@pytest.mark.skipif(find_spec("jackfield_asyncio") is None, reason="the transport is not installed")
def test_fifty_calls_on_a_loop_are_one_connection_and_no_thread(
    serve: Callable[..., Server], opened: list[str]
) -> None:
    """Where the transport of the loop is installed."""
    server = serve(plain(chat_answer(), headers=KEPT))

    async def work() -> None:
        async with AsyncClient("openai", endpoint=f"{server.url}/v1", api_key="sk-x", chat_model="m") as client:
            for _ in range(50):
                await client.call(CHAT, talk(2))

    asyncio.run(work())

    assert [] == [each for each in ours(opened) if each != "socket"]
    assert 1 == len(server.connections)
