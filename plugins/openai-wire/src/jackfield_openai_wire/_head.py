"""What response headers say: request ids, rate limits, how long to wait.

Sources: OpenAI's and Azure's documentation, and recorded answers of both. Order of the hints: milliseconds before
seconds, seconds before a date, all of them before the time at which a limit is full again.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING

from jackfield.plugin import AnswerFacts, HttpHead, RateLimit

if TYPE_CHECKING:
    from collections.abc import Mapping

_REQUEST_IDS = ("x-request-id", "apim-request-id", "x-ms-client-request-id", "x-ms-request-id", "request-id")
_KINDS = ("requests", "tokens")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_TOO_MANY = 429


def read_facts(head: HttpHead) -> AnswerFacts:
    """Return what the headers of *head* say."""
    headers = head.headers
    limits = {kind: limit for kind in _KINDS if (limit := _limit(headers, kind)) is not None}
    if head.status < 400:  # noqa: PLR2004 - nobody waits after a good answer
        return AnswerFacts(_ids(headers), limits)
    return AnswerFacts(
        _ids(headers),
        limits,
        _retry_after(headers, limits if head.status == _TOO_MANY else {}),
        {"true": True, "false": False}.get(headers.get("x-should-retry", "")),
    )


def _ids(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in _REQUEST_IDS if name in headers}


def _limit(headers: Mapping[str, str], kind: str) -> RateLimit | None:
    limit = headers.get(f"x-ratelimit-limit-{kind}")
    remaining = headers.get(f"x-ratelimit-remaining-{kind}")
    reset = headers.get(f"x-ratelimit-reset-{kind}") or headers.get(f"x-rate-limit-reset-{kind}")
    if limit is None and remaining is None and reset is None:
        return None
    return RateLimit(_whole(limit), _whole(remaining), None if reset is None else seconds_of(reset))


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.lstrip("-").isdecimal() else None


def seconds_of(text: str) -> float | None:
    """Return a duration in seconds: Go's notation (`6m0s`, `17ms`) or plain seconds (`60`); None for anything else."""
    try:
        seconds = float(text)
    except ValueError:
        parts = _DURATION.findall(text)
        if not parts or "".join(number + unit for number, unit in parts) != text.strip():
            return None
        return sum(float(number) * _UNITS[unit] for number, unit in parts)
    return max(0.0, seconds) if isfinite(seconds) else None


def _retry_after(headers: Mapping[str, str], limits: Mapping[str, RateLimit]) -> float | None:
    for name in ("retry-after-ms", "x-ms-retry-after-ms"):
        if (milliseconds := seconds_of(headers.get(name, ""))) is not None:
            return milliseconds / 1000
    asked = headers.get("retry-after", "")
    seconds = seconds_of(asked)
    if seconds is None and asked:
        seconds = _until(asked, headers.get("date", ""))
    if seconds is None:  # the limit that is used up decides; where none says so, the later reset
        used_up = [each for each in limits.values() if each.remaining is not None and each.remaining <= 0]
        resets = [each.reset_after for each in used_up or limits.values() if each.reset_after is not None]
        seconds = max(resets, default=None)
    return seconds


def _until(date: str, now: str) -> float | None:
    """Return the seconds from the answer's own date to *date*; the local clock may be wrong, and hooks have none."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - rare

    try:
        return max(0.0, (parsedate_to_datetime(date) - parsedate_to_datetime(now)).total_seconds())
    except (TypeError, ValueError):
        return None
