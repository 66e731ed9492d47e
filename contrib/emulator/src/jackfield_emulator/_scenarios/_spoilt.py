"""What a scenario is given, and what most of them are made with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from attrs import frozen

from jackfield_emulator._asked import Asked
from jackfield_emulator._json import compact
from jackfield_emulator._plan import Action, Plan, Write, whole

MODES = ("chat", "stream", "images", "embeddings")
_JSON = "application/json"


@frozen
class Given:
    """One answer that is to be spoilt.

    Attributes:
        asked: What was asked.
        plan: What would be answered.
        mode: `chat`, `stream`, `images` or `embeddings`, or `picture` for one that is fetched from its URL.
        azure: Whether Azure is asked.
    """

    asked: Asked
    plan: Plan
    mode: str
    azure: bool

    @property
    def document(self) -> dict[str, Any]:
        """The good answer as JSON; empty where it is a stream or a refusal in text."""
        try:
            document = json.loads(b"".join(each.data for each in self.plan.actions if isinstance(each, Write)))
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}

    @property
    def events(self) -> list[bytes]:
        """The good stream's events."""
        return [each.data for each in self.plan.actions if isinstance(each, Write)]

    @property
    def some(self) -> list[bytes]:
        """The beginning of the good stream, a few words of text in it."""
        return self.events[:5]

    @property
    def credential(self) -> str:
        """The key or token that came."""
        return self.asked.headers.get("api-key") or self.asked.bearer or ""

    def chunk(self, **choice: Any) -> bytes:
        """Return an event with one choice, dressed as the good stream's."""
        good = json.loads(self.events[1].removeprefix(b"data: "))
        return event(good | {"choices": [{"index": 0, **choice}]})

    def refused(self, status: int, body: bytes | Mapping[str, Any], kind: str = _JSON, **headers: str) -> Plan:
        """Return an answer of that status; an underscore in a header's name is a hyphen."""
        content = body if isinstance(body, bytes) else compact(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return whole(status, {"content-type": kind, **self._ids, **named}, content)

    def answered(self, document: Mapping[str, Any]) -> Plan:
        """Return a good answer with that document: as a body, or as a stream's only event."""
        return self.body(compact(document).encode())

    def body(self, content: bytes, kind: str = _JSON) -> Plan:
        """Return 200 with that content: as a body, or as a stream's only event."""
        if "stream" == self.mode:
            return self.streamed([b"data: " + content + b"\n\n"])
        return whole(200, {"content-type": kind, **self._ids}, content)

    def streamed(self, events: Sequence[bytes | Action], **headers: str) -> Plan:
        """Return a stream of these, each written at once."""
        actions = tuple(Write(each) if isinstance(each, bytes) else each for each in events)
        named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return Plan(200, (("content-type", "text/event-stream; charset=utf-8"), *self._ids.items(), *named), actions)

    @property
    def _ids(self) -> dict[str, str]:
        name = "apim-request-id" if self.azure else "x-request-id"
        return {name: f"req_scenario{self.asked.number}"}


Spoil: TypeAlias = Callable[[Given], Plan]


@frozen
class Scenario:
    """One way of misbehaving.

    Attributes:
        name: How it is chosen.
        does: What the server does, in one sentence.
        spoil: Returns what is answered instead.
        modes: Where it applies; elsewhere the answer is the good one.
        once: Every other request gets the good answer, the first of them not.
    """

    name: str
    does: str
    spoil: Spoil
    modes: tuple[str, ...] = MODES
    once: bool = False


def event(document: Mapping[str, Any]) -> bytes:
    """Return an event with that document."""
    return b"data: " + compact(document).encode() + b"\n\n"


def error(
    message: str, kind: str | None = "invalid_request_error", code: Any = None, param: str | None = None
) -> dict[str, Any]:
    """Return an error in OpenAI's shape."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
