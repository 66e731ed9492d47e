"""A vendor on loopback whose behaviour is the name of the model, and the command line as a process of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from attrs import define

from jackfield_cli import main
from jackfield_emulator.emulator import Emulator

KEY = "sk-never-to-be-shown-0123456789"
USAGE = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}
PIECES = {
    "fine": ["Hello", ", ", "world"],
    "own-line": ["Hello\n"],
    "escape": ["\x1b[31mred\x07", "\r\n"],
    "far": ["\u4e16"],
    "long": [f"line {number}\n" for number in range(20000)],
    "cut": ["Hello", ", wor"],
    "filter": [],
    "length": ["Hello"],
}


class Vendor(BaseHTTPRequestHandler):
    """Speaks chat completions, and one batch of embeddings.

    `status-503` answers with that status, `slow` never ends, `silent` never begins.
    """

    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Answer as the model's name says."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.requests.append({"body": asked, "headers": dict(self.headers), "path": self.path})
        model = asked["model"]
        try:
            if model == "silent":
                self.server.leaving.wait(20)
            elif self.path.endswith("/embeddings"):
                self._vectors(asked)
            elif model == "html":
                self._send(200, "text/html", b"<html>Sign in</html>")
            elif model.startswith("status-"):
                error = {"message": f"no, with {self.headers['authorization']}", "code": "a_code", "type": None}
                self._send(int(model[7:]), "application/json", json.dumps({"error": error}).encode())
            elif asked.get("stream"):
                self._stream(model)
            else:
                self._send(200, "application/json", json.dumps(self._whole(model)).encode())
        except (BrokenPipeError, ConnectionResetError):
            self.server.left.set()

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("x-request-id", "req_42")
        self.send_header("set-cookie", "session=crumbs")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _whole(self, model: str) -> dict[str, Any]:
        text = "".join(PIECES.get(model, []))
        choice = {"index": 0, "message": {"role": "assistant", "content": text or None}, "finish_reason": reason(model)}
        return {"id": "c1", "model": f"{model}-2024", "choices": [choice], "usage": USAGE, "a_field_of_tomorrow": 1}

    def _vectors(self, asked: dict[str, Any]) -> None:
        """Answer lists of decimals, whatever `encoding_format` asks for."""
        if len(self.server.requests) > 1:  # the second never comes
            self.server.leaving.wait(20)
            return
        self.server.meanwhile()
        data = [{"index": index, "embedding": [index, 0.1]} for index in range(len(asked["input"]))]
        self._send(200, "application/json", json.dumps({"data": data}).encode())

    def _stream(self, model: str) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        if model == "slow":
            while not self.server.leaving.wait(0.05):
                self._event(model, {"choices": [{"index": 0, "delta": {"content": "tick "}}]})
        for piece in PIECES.get(model, []):
            self._event(model, {"choices": [{"index": 0, "delta": {"content": piece}}]})
        if model != "cut":
            self._event(model, {"choices": [{"index": 0, "delta": {}, "finish_reason": reason(model)}]})
            self._event(model, {"choices": [], "usage": USAGE})
            self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, model: str, document: dict[str, Any]) -> None:
        self.wfile.write(b"data: " + json.dumps({"id": "c1", "model": f"{model}-2024", **document}).encode() + b"\n\n")


def reason(model: str) -> str:
    """Return the finish reason of *model*'s answer."""
    return {"filter": "content_filter", "length": "length"}.get(model, "stop")


class Server(ThreadingHTTPServer):
    """Keeps what it was asked, does something `meanwhile`, and notices a client that leaves."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Vendor)
        self.requests: list[dict[str, Any]] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self.left = threading.Event()
        self.leaving = threading.Event()

    @property
    def endpoint(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.server_port}/v1"


@pytest.fixture
def vendor() -> Iterator[Server]:
    """Return a vendor of the test's own."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.leaving.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment without anything that Jackfield or a vendor reads."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG", "COVERAGE_FILE") if name in os.environ}
    return {**kept, "HOME": str(tmp_path), "PYTHONPATH": str(tmp_path / "site"), "PYTHONIOENCODING": "utf-8"}


@define
class Done:
    """How a run ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def jackfield(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Return a function that runs `jackfield` in this process, with streams and an environment of its own."""
    modules = set(sys.modules)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path / "site")
    for name in set(os.environ) - {"PYTEST_CURRENT_TEST"}:
        monkeypatch.delenv(name)

    def run(*args: str, stdin: str | bytes | None = None, env: dict[str, str] | None = None) -> Done:
        typed = stdin.encode() if isinstance(stdin, str) else stdin or b""
        with pytest.MonkeyPatch.context() as changes:
            for name, value in {**environment, **(env or {})}.items():
                changes.setenv(name, value)
            changes.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed), "utf-8"))
            out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n") for _ in range(2))
            changes.setattr("sys.stdout", out)
            changes.setattr("sys.stderr", err)
            code = main(args)
        done = Done(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]
        _checked(done, "--debug" in args or "JACKFIELD_DEBUG" in (env or {}))
        return done

    yield run
    for name in set(sys.modules) - modules:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def process(environment: dict[str, str], tmp_path: Path) -> Run:
    """Return a function that runs `jackfield` as a shell does, as a process of its own."""

    def run(*args: str, stdin: str | bytes | None = None, env: dict[str, str] | None = None) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "jackfield_cli", *args],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            env={**environment, **(env or {})},
            cwd=tmp_path,
            timeout=60,
            check=False,
        )
        return _checked(Done(done.returncode, done.stdout.decode(), done.stderr.decode()))

    return run


def _checked(done: Done, with_traceback: bool = False) -> Done:
    """Return *done*, unless it shows what no run may show."""
    assert with_traceback or "Traceback" not in done.stderr
    assert KEY not in done.stdout + done.stderr
    return done


@pytest.fixture
def target(vendor: Server) -> list[str]:
    """Return the options that lead to the vendor, without retries; the model says how it behaves."""
    return ["--provider", "openai", "--endpoint", vendor.endpoint, "--set", "retries=0", "--model"]


@pytest.fixture
def asking(jackfield: Run, target: list[str]) -> Run:
    """Return a function that runs `jackfield ask` against the vendor; the model says how it behaves."""

    def ask(model: str, *args: str, **options: Any) -> Done:
        return jackfield("ask", *target, model, *args, **options)

    return ask


@pytest.fixture
def emulated(jackfield: Run, jackfield_emulator: Emulator) -> Run:
    """Return a function that runs a command against the emulator, as somebody with an account at OpenAI would."""

    def run(command: str, *args: str, env: dict[str, str] | None = None, **options: Any) -> Done:
        account = {**jackfield_emulator.environment, **(env or {})}
        done = jackfield(command, "--provider", "openai", *args, env=account, **options)
        assert jackfield_emulator.api_key not in done.stdout + done.stderr
        return done

    return run


@pytest.fixture
def started(environment: dict[str, str], target: list[str]) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Return a function that starts `jackfield ask` against the vendor and does not wait."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(model: str, *args: str, **options: Any) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "jackfield_cli", "ask", *target, model, "x", *args],
            **{
                "stdin": subprocess.DEVNULL,
                "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE,
                "env": environment,
                **options,
            },
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def package(tmp_path: Path) -> Callable[..., None]:
    """Return a function that installs a package where `jackfield` finds it: metadata, and a module if it has code."""

    def install(
        name: str, group: str, entries: dict[str, str], *, version: str = "1.0", code: str | None = None
    ) -> None:
        site = tmp_path / "site"
        folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        lines = "\n".join(f"{entry} = {target}" for entry, target in entries.items())
        (folder / "entry_points.txt").write_text(f"[{group}]\n{lines}\n")
        if code is not None:
            (site / f"{name.replace('-', '_')}.py").write_text(code)

    return install


IN_CODE = """
from attrs import frozen
from jackfield import CHAT, ChatResponse
from jackfield.http import HttpHead
from jackfield.operations.chat import Choice
from jackfield.operations.messages import AssistantMessage
from jackfield.plugin import Payload, impl, setting


class Nowhere:
    def send(self, request, timeout):
        return HttpHead(200, {}), self

    def read(self, limit, timeout):
        return b""

    def close(self):
        pass

    def interrupt(self, request):
        pass


class Part:
    def __init__(self, said):
        self.said = said

    @impl
    def build_url(self, call):
        return "nowhere:/"

    @impl
    def encode_request(self, call):
        return Payload(b"{}")

    @impl
    def authorize(self, request):
        return request

    @impl
    def decode_response(self, call, head, body):
        return ChatResponse(choices=(Choice(message=AssistantMessage(content=self.said)),))


@frozen(eq=False)
class Provider:
    number: int = setting(default=1)
    flag: bool = setting(default=False)
    name: str | None = setting(default=None)

    @property
    def transport(self):
        return Nowhere()

    def parts(self):
        return [Part(f"said whole: {self.number!r} {self.flag!r} {self.name!r}")]
"""


@pytest.fixture
def in_code(package: Callable[..., None]) -> str:
    """Return the name of a provider whose answers are no JSON documents and have no streams."""
    package("in-code", "jackfield.providers", {"in-code": "in_code:Provider"}, code=IN_CODE)
    return "in-code"
