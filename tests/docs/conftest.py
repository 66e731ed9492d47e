"""What the pages' examples meet: a vendor on loopback in the place of the real one, and an empty environment."""

from __future__ import annotations

import base64
import json
import struct
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from strangers import STRANGERS

KEY = "sk-of-the-pages"
CAPITAL = "Paris is the capital of France."
WEATHER = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}
USAGE = {"prompt_tokens": 14, "completion_tokens": 7, "total_tokens": 21}
REFUSALS: dict[str, tuple[int, dict[str, Any]]] = {
    "no-such-model": (404, {"code": "model_not_found", "message": "The model 'no-such-model' does not exist"}),
    "no-credit": (429, {"code": "insufficient_quota", "message": "You exceeded your current quota"}),
    "overloaded": (503, {"code": None, "message": "The server is overloaded"}),
}
OBJECTS = {
    "Trip": '{"city": "Paris", "days": 3, "season": "spring", "budget": null, '
    '"sights": [{"name": "Louvre", "fee": 22}]}',
    "Hotel": '{"name": "Ritz", "stars": "five"}',
    "answer": '{"value": ["Paris", "Lyon"]}',
}
WRONG_KEY = (401, {"code": "invalid_api_key", "message": "Incorrect API key provided"})
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="


class Vendor(BaseHTTPRequestHandler):
    """Answers as an OpenAI-shaped service does, always the same."""

    protocol_version = "HTTP/1.1"
    numbers = count(1)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """List the models."""
        models = [{"id": name, "object": "model", "created": 1, "owned_by": "us"} for name in ("large", "small")]
        self._answer(200, {"object": "list", "data": models})

    def do_POST(self) -> None:
        """Answer whatever is asked."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.headers["authorization"] == "Bearer sk-wrong":
            self._refuse(*WRONG_KEY)
        elif asked.get("model") in REFUSALS:
            self._refuse(*REFUSALS[asked["model"]])
        elif self.path.endswith("/embeddings"):
            self._answer(200, vectors(asked))
        elif self.path.endswith("/images/generations"):
            self._answer(200, {"created": 1, "data": [{"b64_json": PIXEL}]})
        elif asked.get("stream"):
            self._stream(asked)
        else:
            self._answer(200, whole(asked))

    def _answer(self, status: int, document: Any) -> None:
        self._head(status, "application/json", body := json.dumps(document).encode())
        self.wfile.write(body)

    def _head(self, status: int, kind: str, body: bytes | None) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("x-request-id", f"req_{next(self.numbers)}")
        self.send_header("x-ratelimit-limit-requests", "500")
        self.send_header("x-ratelimit-remaining-requests", "499")
        self.send_header("x-ratelimit-reset-requests", "120ms")
        if body is None:
            self.send_header("connection", "close")
        else:
            self.send_header("content-length", str(len(body)))
        self.end_headers()

    def _refuse(self, status: int, error: dict[str, Any]) -> None:
        self._answer(status, {"error": {"type": None, "param": None, **error}})

    def _stream(self, asked: dict[str, Any]) -> None:
        self._head(200, "text/event-stream", None)
        message = reply(asked)
        if "tool_calls" in message:
            deltas = [{"tool_calls": [{"index": 0, **WEATHER}]}]
        else:
            deltas = [{"content": piece} for piece in pieces(message["content"])]
        if asked["model"] == "breaks-off":
            deltas = deltas[:2]
        for delta in deltas:
            self._event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        if asked["model"] != "breaks-off":
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            if (asked.get("stream_options") or {}).get("include_usage"):
                self._event({"choices": [], "usage": USAGE})
            self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def _event(self, document: dict[str, Any]) -> None:
        chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o-mini-2024-07-18"}
        self.wfile.write(b"data: " + json.dumps(chunk | document).encode() + b"\n\n")


def pieces(text: str) -> list[str]:
    """Return *text* as a model would stream it, word by word."""
    first, *rest = text.split(" ")
    return [first, *(f" {word}" for word in rest)]


def reply(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the assistant's message."""
    last = asked["messages"][-1]
    if asked.get("tools") and last["role"] != "tool":
        return {"role": "assistant", "content": None, "tool_calls": [WEATHER]}
    if last["role"] == "tool":
        return {"role": "assistant", "content": "It is 18 degrees in Paris."}
    wanted = (asked.get("response_format") or {}).get("json_schema")
    if wanted is not None:
        return {"role": "assistant", "content": OBJECTS.get(wanted["name"], '{"city": "Paris"}')}
    return {"role": "assistant", "content": CAPITAL}


def whole(asked: dict[str, Any]) -> dict[str, Any]:
    """Return a plain answer."""
    message = reply(asked)
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if "tool_calls" in message else "stop"}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [choice],
        "usage": USAGE,
        "a_field_of_tomorrow": 1,
    }


def vectors(asked: dict[str, Any]) -> dict[str, Any]:
    """Return one vector for each input, the last first."""
    many = len(asked["input"]) if isinstance(asked["input"], list) else 1
    data = [
        {"object": "embedding", "index": index, "embedding": base64.b64encode(struct.pack("<3f", index, 0, 1)).decode()}
        for index in reversed(range(many))
    ]
    return {"object": "list", "model": asked["model"], "data": data, "usage": {"prompt_tokens": 2, "total_tokens": 2}}


@pytest.fixture(scope="session")
def vendor() -> Iterator[str]:
    """Return the vendor's base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Vendor)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


@pytest.fixture
def reader(vendor: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Put the test where a reader is who has a key, in an empty folder."""
    for name in ("JACKFIELD_LOG", "JACKFIELD_PROVIDER", "JACKFIELD_LOCAL_MODEL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", vendor)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = {*sys.modules}
    yield
    for name in {*sys.modules} - before:
        if str(getattr(sys.modules[name], "__file__", None)).startswith((str(tmp_path), str(STRANGERS))):
            del sys.modules[name]
