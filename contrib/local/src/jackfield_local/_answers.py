"""What the models say, in the shape of HTTP answers: status, headers, documents, events."""

from __future__ import annotations

from typing import Any

from jackfield.convert import dumps
from jackfield.plugin import HttpHead

LAST_EVENT = b"data: [DONE]\n\n"


class RefusedError(Exception):
    """The answer is no. Becomes an error document, and never leaves this package.

    Args:
        status: The HTTP status that says it.
        message: What is wrong and what would be right.
        param: The field of the request that it is about, or None.
        code: A word for programs, or None.
    """

    def __init__(self, status: int, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code

    def document(self) -> dict[str, Any]:
        """Return the error document, in the shape that the wire reads."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"  # noqa: PLR2004 - HTTP
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}

    def head(self) -> HttpHead:
        """Return status and headers. What fails here fails again, so nobody shall try again."""
        return HttpHead(self.status, {"content-type": "application/json", "x-should-retry": "false"})


def document_head() -> HttpHead:
    """Return the head of an answer that is one document."""
    return HttpHead(200, {"content-type": "application/json"})


def stream_head() -> HttpHead:
    """Return the head of an answer that comes event by event."""
    return HttpHead(200, {"content-type": "text/event-stream"})


def event(document: dict[str, Any]) -> bytes:
    """Return *document* as one event of a stream."""
    return b"data: " + dumps(document) + b"\n\n"


def comment(text: str) -> bytes:
    """Return *text* as a sign of life in a stream; every reader of event streams passes over it."""
    return b": " + text.encode() + b"\n\n"
