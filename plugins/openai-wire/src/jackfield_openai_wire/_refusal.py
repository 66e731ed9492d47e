"""Error documents, in every shape that vendors, gateways and proxies send them.

Rule 1: the class follows from status, code and type alone; wording is read for one thing only, how long to wait.
Rule 2: the message says what the provider said, and what to do next where that is known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jackfield.convert import loads
from jackfield.plugin import (
    AnswerError,
    Call,
    ContentFilteredError,
    HttpHead,
    LimitExceededError,
    RateLimitError,
    error_class,
)
from jackfield_openai_wire._filters import is_filter, report_in
from jackfield_openai_wire._limits import FINAL, NEXT, reason_of

if TYPE_CHECKING:
    from jackfield_openai_wire._wire import NextStep

# Compiled with the first error.
_WAIT = r"(?i)(?:retry after|try again in) (\d+(?:\.\d+)?) ?(ms|s)"
_TITLE = r"(?is)<title[^>]*>(.*?)</title>"
_EXCERPT = 500
_GOOD = 300

_NEXT_BY_CODE = {
    "invalid_api_key": "check the key (api_key=, or the environment variable it came from)",
    "model_not_found": "check the model's name, and that this key may use it",
    "DeploymentNotFound": "check deployment= and endpoint=; a new deployment takes some minutes",
    "context_length_exceeded": "shorten the messages or ask for fewer tokens",
    "unknown_parameter": "this model or endpoint does not take that parameter; leave it out",
    "unsupported_parameter": "this model does not take that parameter; leave it out",
}
_NEXT_BY_STATUS = {
    401: "check the credentials, and that they belong to this endpoint",
    403: "the credentials are known but not allowed to do this: check role, project, region and network rules",
    404: "check endpoint= and the model's name",
    413: "the request is too large: send less at once",
}


def refusal(call: Call, head: HttpHead, body: bytes, next_step: NextStep | None = None) -> AnswerError:
    """Return the error that an answer which is not 2xx means."""
    try:
        document = loads(body)
    except (ValueError, LimitExceededError):
        document = body.decode("utf-8", "replace").strip()
    return _error(call, head, document, next_step)


def error_in(call: Call, head: HttpHead, document: Any) -> AnswerError | None:
    """Return the error that a 2xx answer or an event carries in place of what was asked for, or None."""
    if isinstance(document, dict) and document.get("error") and "choices" not in document and "data" not in document:
        return _error(call, head, document)
    return None


def _error(call: Call, head: HttpHead, document: Any, own: NextStep | None = None) -> AnswerError:
    status, facts = head.status, _facts(document)
    text, code, kind = _text(facts), _word(facts.get("code")), _word(facts.get("type"))
    # An error inside a 200 has its true status in the document, if anywhere.
    meant = status if status >= _GOOD else _status(facts, code, kind)
    if meant == status and code == str(status):
        code = None if kind is None else kind
    wait = _wait(text)
    shared: dict[str, Any] = {
        "status": status,
        "code": code,
        "type": kind,
        "param": _word(facts.get("param")),
        "details": facts or None,
    }
    reason_given = text.rstrip(". ") or "no reason given"  # more follows in the same sentence
    said = f"{call.provider} answered {status}" + (f" ({code})" if code else "") + f": {reason_given}"
    next_step = own(call, meant, code) if own is not None else None
    if is_filter(facts, code):
        report = report_in(facts)
        found = f"; it names {report}" if report is not None and report.blocked else ""
        return ContentFilteredError(
            f"{said}; a content filter stopped it{found}: change the prompt, or the filter's settings at the provider",
            report=report,
            **shared,
        )
    cls = error_class(meant)
    shared["retry_after"] = wait if cls.transient else None
    if cls is RateLimitError:
        reason = reason_of(code, kind, head.headers, wait)
        error = RateLimitError(f"{said}; {next_step or NEXT[reason]}", reason=reason, **shared)
        error.final = reason in FINAL
        error.transient = not error.final
        return error
    next_step = next_step or _NEXT_BY_CODE.get(code or "") or _NEXT_BY_STATUS.get(meant)
    return cls(said + (f"; {next_step}" if next_step else ""), **shared)


def _facts(document: Any) -> dict[str, Any]:
    """Return the object that says what is wrong, unwrapped."""
    if isinstance(document, list) and document:  # some gateways wrap it once more
        document = document[0]
    if not isinstance(document, dict):
        return {"message": _readable(str(document))} if document else {}
    inner = document.get("error")
    if isinstance(inner, dict):
        return inner
    return {**document, "message": inner} if isinstance(inner, str) else document


def _readable(text: str) -> str:
    """Return what is worth quoting of a body that is no JSON: of a page its title."""
    if not text.startswith("<"):
        return text[:_EXCERPT]
    title = re.search(_TITLE, text)
    return f"an HTML page, {' '.join(title[1].split())[:80]!r}" if title is not None else "an HTML page"


def _text(facts: dict[str, Any]) -> str:
    for name in ("message", "detail", "error_description", "title"):
        if facts.get(name):
            return str(facts[name])
    return ""


def _word(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


def _status(facts: dict[str, Any], code: str | None, kind: str | None) -> int:
    """Return the status that an error inside a 200 stands for; a server's failure where nothing says."""
    for value in (facts.get("status"), facts.get("statusCode"), code):
        if str(value).isdecimal() and 400 <= int(str(value)) < 600:  # noqa: PLR2004
            return int(str(value))
    by_word = {
        "rate_limit_exceeded": 429,
        "insufficient_quota": 429,
        "invalid_request_error": 400,
        "content_filter": 400,
        "authentication_error": 401,
    }
    return by_word.get(code or "") or by_word.get(kind or "") or 500


def _wait(text: str) -> float | None:
    found = re.search(_WAIT, text)
    if found is None:
        return None
    return float(found[1]) / (1000 if found[2].lower() == "ms" else 1)
