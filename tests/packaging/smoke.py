"""Use what is installed, as a program of somebody else's would. Run by `nox -s wheels` outside the workspace."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import sysconfig
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import entry_points
from pathlib import Path

import jackfield
from jackfield import CHAT, AuthenticationError, ChatRequest, Client, Message

HEAD = {"id": "c1", "created": 1, "model": "m"}
WHOLE = {
    **HEAD,
    "object": "chat.completion",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "An outcrop"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}
CHUNKS = [
    {**HEAD, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
    for delta, reason in [({"role": "assistant", "content": "An "}, None), ({"content": "outcrop"}, None), ({}, "stop")]
]


class Handler(BaseHTTPRequestHandler):
    """Answers every question in the same way, if it is asked with the right key."""

    def do_POST(self) -> None:
        """Answer a chat call."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if "Bearer sk-smoke" != self.headers["authorization"]:
            self.reply(401, "application/json", json.dumps({"error": {"message": "no", "code": "invalid_api_key"}}))
        elif asked.get("stream"):
            lines = [*map(json.dumps, CHUNKS), "[DONE]"]
            self.reply(200, "text/event-stream", "".join(f"data: {line}\n\n" for line in lines))
        else:
            self.reply(200, "application/json", json.dumps(WHOLE))

    def reply(self, status: int, kind: str, text: str) -> None:
        """Send *text*."""
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Call, stream, be refused, and run the command."""
    home = Path(sysconfig.get_path("purelib"))
    assert home in Path(jackfield.__file__).parents, f"{jackfield.__file__} is not the installed one"

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}/v1"
    request = ChatRequest(messages=[Message.user("What is a jackfield?")], model="m")
    with Client("openai", endpoint=endpoint, api_key="sk-smoke") as client:
        assert "An outcrop" == client.call(CHAT, request).text
        stream = client.stream(CHAT, request)
        assert ["An ", "outcrop"] == [event.text for event in stream if event.text]
        assert "An outcrop" == stream.response.text
    with contextlib.suppress(AuthenticationError), Client("openai", endpoint=endpoint, api_key="sk-other") as client:
        raise AssertionError(f"a wrong key was not refused: {client.call(CHAT, request)}")
    server.shutdown()

    command = Path(sysconfig.get_path("scripts")) / "jackfield"
    listed = subprocess.run([command, "providers"], check=True, capture_output=True, text=True).stdout
    providers = entry_points(group="jackfield.providers").names
    assert "openai" in providers
    assert all(provider in listed for provider in providers), listed
    print(sys.version.split()[0], "works with", *sorted(providers))


if __name__ == "__main__":
    main()
