"""A cheap server with canned answers, in a process of its own: `python canned.py` prints its port and serves on.

One thread, one selector, answers made once: what is measured is the client, and on two cores the server must not take
part of the client's. It looks for where a request ends and for which answer is asked, and parses no more than that.

The length of a stream is told by the path: `/10000/v1/chat/completions` streams 10,000 chunks, `/v1/...` 2,001. How
many vectors come, and in which form, is told by the request.
"""

from __future__ import annotations

import base64
import json
import os
import random
import selectors
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from functools import cache
from itertools import chain, repeat

CHUNKS = 2_001
PIECE = 1_400
DIMENSIONS = 1_536
BLOCK = 10_000  # longer streams repeat a block of as many chunks: a million of them are 170 MB

Pieces = Iterator[bytes]


def _json(document: object) -> bytes:
    body = json.dumps(document, separators=(",", ":")).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


@cache
def _chat() -> bytes:
    message = {"role": "assistant", "content": "A jackfield is a panel of sockets. " * 16, "refusal": None}
    usage = {"prompt_tokens": 12, "completion_tokens": 144, "total_tokens": 156}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    answer = {"id": "c-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    return _json(answer)


@cache
def _models() -> bytes:
    return _json({"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "nobody"}]})


def _event(delta: dict[str, str] | None, finish: str | None = None, **more: object) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    chunk = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **more}
    return b"data: " + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n"


def _cut(data: bytes) -> list[bytes]:
    pieces = [data[at : at + PIECE] for at in range(0, len(data), PIECE)]
    return [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]


@cache
def _words(count: int) -> bytes:
    return b"".join(_event({"content": f"word{number} "}) for number in range(count))


@cache
def _block() -> list[bytes]:
    return _cut(_words(BLOCK))


@cache
def _rest(count: int, usage: bool) -> list[bytes]:
    counted = {"prompt_tokens": 12, "completion_tokens": 144, "total_tokens": 156}
    last = _event(None, usage=counted) if usage else b""
    return [*_cut(_words(count) + _event({}, "stop") + last + b"data: [DONE]\n\n"), b"0\r\n\r\n"]


def _stream(count: int, usage: bool) -> Pieces:
    blocks, words = divmod(count - 1, BLOCK)
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return chain([head], chain.from_iterable(repeat(_block(), blocks) if blocks else ()), _rest(words, usage))


@cache
def _vectors(in_base64: bool) -> list[str]:
    """Return the JSON of some vectors; a longer answer repeats them."""
    chance, vectors = random.Random(7), []
    for _ in range(16):
        packed = struct.pack(f"<{DIMENSIONS}f", *(chance.gauss(0.0, 0.025) for _ in range(DIMENSIONS)))
        text = base64.b64encode(packed).decode()
        vectors.append(json.dumps(text if in_base64 else struct.unpack(f"<{DIMENSIONS}f", packed)))
    return vectors


@cache
def _embed(first: int, count: int, in_base64: bool) -> bytes:
    vectors = _vectors(in_base64)
    data = ",".join(
        f'{{"object":"embedding","index":{index},"embedding":{vectors[(first + index) % len(vectors)]}}}'
        for index in range(count)
    )
    body = f'{{"object":"list","model":"m","data":[{data}],"usage":{{"prompt_tokens":1,"total_tokens":1}}}}'.encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


def _answer(path: bytes, body: bytes) -> Pieces:
    if path.endswith(b"/embeddings"):
        asked = json.loads(body)
        texts = asked["input"]
        texts = [texts] if isinstance(texts, str) else texts
        first = int(texts[0].rpartition(" ")[2])  # some ask in batches, and must get the same vectors
        return iter([_embed(first, len(texts), "base64" == asked.get("encoding_format"))])
    if path.endswith(b"/models"):
        return iter([_models()])
    flat = body[:200] + body[-200:]  # clients write their options before the messages or after them
    if b'"stream":true' in flat or b'"stream": true' in flat:
        first = path.split(b"/", 2)[1]
        return _stream(int(first) if first.isdigit() else CHUNKS, b'"include_usage"' in flat)
    return iter([_chat()])


class Connection:
    """One client's connection: what has come of a request, and what is still to be sent."""

    def __init__(self, connection: socket.socket, selector: selectors.BaseSelector) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket, self._selector = connection, selector
        self._received, self._needed = b"", 0
        self._pieces: Pieces = iter(())
        self._left = b""
        self._waits_to_write = False
        selector.register(connection, selectors.EVENT_READ, self)

    def go_on(self) -> None:
        """Do what the socket is ready for."""
        try:
            if self._waits_to_write:
                self._send()
            else:
                self._receive()
        except OSError:
            self._end()

    def _receive(self) -> None:
        data = self._socket.recv(262_144)
        if not data:
            self._end()
            return
        self._received = self._received + data if self._received else data
        if len(self._received) < self._needed:
            return
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        told = head.lower().partition(b"\r\ncontent-length:")[2]
        length = int(told.split(b"\r\n", 1)[0]) if told else 0
        self._needed = len(head) + 4 + length
        if len(body) < length:
            return
        self._received, self._needed = body[length:], 0
        self._pieces = _answer(head.split(b" ", 2)[1], body)
        self._send()

    def _send(self) -> None:
        """Send piece by piece, a system call each, until all is sent or the client is slow to take it."""
        left = self._left
        try:
            while left or (left := next(self._pieces, b"")):
                left = left[self._socket.send(left) :]
        except BlockingIOError:
            pass
        self._left = left
        if bool(left) != self._waits_to_write:
            self._waits_to_write = bool(left)
            event = selectors.EVENT_WRITE if left else selectors.EVENT_READ
            self._selector.modify(self._socket, event, self)

    def _end(self) -> None:
        self._selector.unregister(self._socket)
        self._socket.close()


def _end_with_the_parent() -> None:
    sys.stdin.read()
    os._exit(0)  # nothing here is worth an orderly end


def main() -> None:
    """Serve until the standard input ends."""
    with socket.create_server(("127.0.0.1", 0), backlog=1_024) as server, selectors.DefaultSelector() as selector:
        sys.stdout.write(f"{server.getsockname()[1]}\n")
        sys.stdout.flush()
        threading.Thread(target=_end_with_the_parent, daemon=True).start()
        selector.register(server, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.data is None:
                    Connection(server.accept()[0], selector)
                else:
                    key.data.go_on()


if __name__ == "__main__":
    main()
