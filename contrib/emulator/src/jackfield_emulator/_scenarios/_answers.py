"""200 with something else than what was asked for."""

from __future__ import annotations

import json

from jackfield_emulator._json import compact
from jackfield_emulator._plan import Plan
from jackfield_emulator._scenarios._spoilt import Given, Scenario, error, event

_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in to this network.</body></html>"
_DEEP = 100_000
_FAILED = error("The server had an error while processing your request", "server_error")
_PLAIN = ("chat", "images", "embeddings")


def _page(given: Given) -> Plan:
    return given.refused(200, _PAGE, "text/html")


def _empty(given: Given) -> Plan:
    return given.refused(200, b"", "text/event-stream" if "stream" == given.mode else "application/json")


def _truncated(given: Given) -> Plan:
    content = compact(given.document).encode()
    return given.body(content[: len(content) // 2])


def _deep(given: Given) -> Plan:
    return given.body(b'{"id":"x","deep":' + b"[" * _DEEP + b"]" * _DEEP + b"}")


def _unknown(given: Given) -> Plan:
    new = {"brand_new": {"nested": [1, None]}}
    if "stream" == given.mode:
        events = []
        for each in given.events:
            if b"[DONE]" in each:
                events.append(each)
                continue
            document = json.loads(each.removeprefix(b"data: "))
            document |= new
            for choice in document["choices"]:
                choice.update(new)
                choice["delta"].update(new)
            events.append(event(document))
        return given.streamed(events)
    document = given.document | new
    for choice in document.get("choices", ()):
        choice.update(new)
        choice["message"].update(new)
    document["usage"] = document.get("usage", {}) | new
    return given.answered(document)


def _nulls(given: Given) -> Plan:
    document = given.document | {"usage": None, "system_fingerprint": None}
    for choice in document["choices"]:
        choice["finish_reason"] = None
    return given.answered(document)


def _echo(given: Given) -> Plan:
    shown = given.credential
    header = {"x-echo": given.asked.headers.get("authorization", shown)}
    if "stream" == given.mode:
        said = given.chunk(delta={"content": f"Your key is {shown}."}, you_sent=shown, finish_reason=None)
        plan = given.streamed([*given.some, said, *given.events[5:]])
    else:
        document = given.document | {"you_sent": {"authorization": shown}}
        document["choices"][0]["message"]["content"] = f"Your key is {shown}."
        plan = given.answered(document)
    return Plan(plan.status, (*plan.headers, *header.items()), plan.actions)


SCENARIOS = (
    Scenario("html-200", "200 with an HTML page", _page),
    Scenario("empty-200", "200 with an empty body", _empty),
    Scenario("truncated-200", "200 whose JSON is cut in the middle, with a fitting content-length", _truncated, _PLAIN),
    Scenario(
        "shapeless-200",
        "200 with JSON that has nothing of what was asked",
        lambda given: given.answered({"status": "fine"}),
        _PLAIN,
    ),
    Scenario("error-in-200", "200 with an error object", lambda given: given.answered(_FAILED)),
    Scenario("deep-200", "200 with JSON nested 100,000 deep", _deep),
    Scenario("unknown-fields", "200 with fields nobody knows, everywhere", _unknown, ("chat", "stream")),
    Scenario("nulls", "200 with usage and finish_reason null", _nulls, ("chat",)),
    Scenario("key-echo-answer", "200 whose text and unknown fields show the key that came", _echo, ("chat", "stream")),
)
