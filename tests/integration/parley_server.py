"""The vendor Parley on loopback, written from its documentation: signatures, nonces, frames, faults."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

KEY_ID, KEY = "k-1", "parley-key-0123456789"
ANSWER = ["Paris ", "is ", "the ", "capital — ", "of France."]
TOKENS = {"heard": 7, "spoken": 6}
PATIENCE = 300


class Vendor(BaseHTTPRequestHandler):
    """Answers what is signed well, dated now and not sent before."""

    protocol_version = "HTTP/1.1"
    server: Parley

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Answer."""
        body = self.rfile.read(int(self.headers["content-length"]))
        fault = self._fault(body)
        self.server.journal.append((self.path, fault or "fine"))
        asked = json.loads(body)
        if fault is not None:
            self._say(401, {"fault": fault, "text": "sign the request, and sign it anew each time"})
        elif self.path == "/v1/points":
            at = [{"at": [len(each), each.count("e")]} for each in asked["utterances"]]
            self._say(200, {"voice": asked["voice"], "points": at, "tokens": {"heard": len(at)}})
        elif self.path != "/v1/talks":
            self._say(404, {"fault": "nowhere", "text": "there is no such place"})
        elif asked["voice"] != "alto-2":
            self._say(422, {"fault": "no-such-voice", "text": f"nobody is called {asked['voice']}"})
        elif asked.get("live"):
            self._talk(asked)
        else:
            said = {"voice": asked["voice"], "utterance": "".join(ANSWER), "ended": "done", "tokens": TOKENS}
            self._say(200, said)

    def _fault(self, body: bytes) -> str | None:
        """Say what is wrong with a request's signature."""
        date, nonce = self.headers.get("parley-date", ""), self.headers.get("parley-nonce", "")
        path, _, query = self.path.partition("?")
        signed = f"{self.command}\n{path}?{query}\n{hashlib.sha256(body).hexdigest()}\n{date}\n{nonce}"
        expected = f"{KEY_ID}:{hmac.new(KEY.encode(), signed.encode(), hashlib.sha256).hexdigest()}"
        if not hmac.compare_digest(expected, self.headers.get("parley-signature", "")):
            return "wrong-signature"
        if abs(int(date) - time.time()) > PATIENCE:
            return "old"
        with self.server.counting:
            if not nonce or nonce in self.server.nonces:
                return "sent-before"
            self.server.nonces.add(nonce)
        return None

    def _say(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self._head(status, {"content-type": "application/json", "content-length": str(len(body))})
        self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "parley-now": str(int(time.time())), "parley-trace": "t-1"}.items():
            self.send_header(name, value)
        self.end_headers()

    def _talk(self, asked: dict[str, Any]) -> None:
        """Say it piece by piece, in frames that are cut in the middle of a character."""
        self._head(200, {"content-type": "application/x-parley-frames", "connection": "close"})
        documents = [{"voice": asked["voice"]}, *({"utterance": each} for each in ANSWER)]
        for document in [*documents, {"ended": "done", "tokens": TOKENS}]:
            frame = json.dumps(document, ensure_ascii=False).encode()
            data = b"%d\n%s\n" % (len(frame), frame)
            for piece in (data[:-7], data[-7:]):
                self.wfile.write(piece)
                self.wfile.flush()
        self.close_connection = True


class Parley(ThreadingHTTPServer):
    """The vendor; it serves inside `with`.

    Attributes:
        journal: What was asked, and what was wrong with it.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Vendor)
        self.journal: list[tuple[str, str]] = []
        self.nonces: set[str] = set()
        self.counting = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """End."""
        self.shutdown()
        self._thread.join()
        self.server_close()
