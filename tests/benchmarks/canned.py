"""A cheap server with canned answers, in a process of its own: `python canned.py` prints its port and serves on.

It parses nothing but where a request ends and which of the canned answers is asked for, so that what is measured is
the client. One thread a connection, on loopback.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
import sys
import threading

CHUNKS = 2_000
PIECE = 1_400
VECTORS = 256
DIMENSIONS = 1_536


def _json(document: object) -> bytes:
    body = json.dumps(document).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


def _chat() -> bytes:
    message = {"role": "assistant", "content": "A jackfield is a panel of sockets. " * 16, "refusal": None}
    usage = {"prompt_tokens": 12, "completion_tokens": 144, "total_tokens": 156}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return _json(
        {"id": "c-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    )


def _event(delta: dict[str, str], finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    chunk = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def _stream() -> bytes:
    events = [_event({"content": f"word{number} "}, None) for number in range(CHUNKS)]
    data = b"".join([*events, _event({}, "stop"), b"data: [DONE]\n\n"])
    pieces = [data[at : at + PIECE] for at in range(0, len(data), PIECE)]
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def _embed() -> bytes:
    vector = base64.b64encode(struct.pack(f"<{DIMENSIONS}f", *([0.25] * DIMENSIONS))).decode()
    data = [{"object": "embedding", "index": index, "embedding": vector} for index in range(VECTORS)]
    return _json({"object": "list", "model": "m", "data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}})


def _serve(connection: socket.socket, answers: dict[bytes, bytes]) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    received = b""
    with connection:
        while True:
            while b"\r\n\r\n" not in received:
                data = connection.recv(65_536)
                if not data:
                    return
                received += data
            head, _, body = received.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            while len(body) < length:
                body += connection.recv(65_536)
            received = body[length:]
            kind = b"embed" if b"/embeddings" in head[:64] else b"stream" if b'"stream":true' in body else b"chat"
            connection.sendall(answers[kind])


def _end_with_the_parent() -> None:
    sys.stdin.read()
    os._exit(0)  # nothing here is worth an orderly end


def main() -> None:
    """Serve until the standard input ends."""
    answers = {b"chat": _chat(), b"stream": _stream(), b"embed": _embed()}
    with socket.create_server(("127.0.0.1", 0)) as server:
        sys.stdout.write(f"{server.getsockname()[1]}\n")
        sys.stdout.flush()
        threading.Thread(target=_end_with_the_parent, daemon=True).start()
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_serve, args=(connection, answers), daemon=True).start()


if __name__ == "__main__":
    main()
