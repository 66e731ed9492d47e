"""Content filters, wherever they speak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield_emulator._scenarios._spoilt import Given, Scenario

if TYPE_CHECKING:
    from jackfield_emulator._plan import Plan

_SAFE = {name: {"filtered": False, "severity": "safe"} for name in ("self_harm", "sexual", "violence")}
_FOUND = {"hate": {"filtered": True, "severity": "high"}, **_SAFE, "jailbreak": {"filtered": False, "detected": False}}
_MESSAGE = (
    "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. "
    "Please modify your prompt and retry."
)
_BROKEN = {"error": {"code": "content_filter_error", "message": "The contents are not filtered"}}
_DONE = b"data: [DONE]\n\n"


def _blocked(around: str, name: str) -> dict[str, Any]:
    inner = {"code": "ResponsibleAIPolicyViolation", name: _FOUND}
    error = {"message": _MESSAGE, "type": None, "param": "prompt", "code": "content_filter", "status": 400}
    return {"error": error | {around: inner}}


def _completion(given: Given) -> Plan:
    if "stream" == given.mode:
        last = given.chunk(delta={}, finish_reason="content_filter", content_filter_results=_FOUND)
        return given.streamed([*given.some, last, _DONE])
    document = given.document
    choice = document["choices"][0]
    choice["message"]["content"] = choice["message"]["content"][:20]
    choice |= {"finish_reason": "content_filter", "content_filter_results": _FOUND}
    return given.answered(document)


def _offsets(given: Given, found: dict[str, Any], finish: str | None = None) -> bytes:
    return given.chunk(
        finish_reason=finish,
        content_filter_results=found,
        content_filter_offsets={"check_offset": 10, "start_offset": 10, "end_offset": 60},
    )


def _late(given: Given) -> Plan:
    return given.streamed([*given.events[:-1], _offsets(given, _FOUND, "content_filter"), _DONE])


def _asynchronous(given: Given) -> Plan:
    report = _offsets(given, _SAFE)
    return given.streamed([*given.some, report, *given.events[5:-1], report, _DONE])


def _failed(given: Given) -> Plan:
    if "stream" == given.mode:
        last = given.chunk(delta={}, finish_reason="stop", content_filter_results=_BROKEN)
        return given.streamed([*given.some, last, _DONE])
    document = given.document
    document["choices"][0]["content_filter_results"] = _BROKEN
    return given.answered(document)


SCENARIOS = (
    Scenario(
        "filter-prompt",
        "400 content_filter with innererror.content_filter_result",
        lambda given: given.refused(400, _blocked("innererror", "content_filter_result")),
    ),
    Scenario(
        "filter-prompt-plural",
        "400 content_filter with inner_error.content_filter_results",
        lambda given: given.refused(400, _blocked("inner_error", "content_filter_results")),
    ),
    Scenario(
        "filter-camel",
        "400 contentFilter, without details",
        lambda given: given.refused(
            400,
            {
                "created": 1,
                "error": {"code": "contentFilter", "message": "Your task failed as a result of our safety system."},
            },
        ),
    ),
    Scenario(
        "filter-completion",
        "200 with finish_reason content_filter and half an answer",
        _completion,
        ("chat", "stream"),
    ),
    Scenario("filter-late", "a stream that says stop, then a choice without delta: content_filter", _late, ("stream",)),
    Scenario(
        "filter-asynchronous",
        "a stream with choices that have no delta, before and after stop",
        _asynchronous,
        ("stream",),
    ),
    Scenario(
        "filter-failed",
        "200 whose content_filter_results is an error: the answer was not filtered",
        _failed,
        ("chat", "stream"),
    ),
)
