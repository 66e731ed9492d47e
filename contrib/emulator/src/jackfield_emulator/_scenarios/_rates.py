"""429 is several things, and says how long to wait in several ways."""

from __future__ import annotations

from email.utils import formatdate
from time import time
from typing import TYPE_CHECKING, Any

from jackfield_emulator._scenarios._spoilt import Given, Scenario, Spoil, error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield_emulator._plan import Plan

_RATE = "rate_limit_exceeded"
_REQUESTS = error("Rate limit reached for requests per min (RPM): Limit 3, Used 3, Requested 1.", "requests", _RATE)
_TOKENS = error("Rate limit reached for tokens per min (TPM): Limit 30000, Used 29999.", "tokens", _RATE)
_QUOTA = error(
    "You exceeded your current quota, please check your plan and billing details.",
    "insufficient_quota",
    "insufficient_quota",
)
_LARGE = error("Request too large for gpt-4o: Limit 30000, Requested 40001.", "tokens", _RATE)
_CAPACITY = {"error": {"code": "EngineOverloaded", "message": "The engine is currently overloaded."}}
_TEXT = {"error": {"code": "429", "message": "Requests have exceeded call rate limit. Please retry after 1 seconds."}}


def _refused(body: Mapping[str, Any], **headers: str) -> Spoil:
    return lambda given: given.refused(429, body, **headers)


def _dated(given: Given) -> Plan:
    now = int(time())
    return given.refused(
        429, _REQUESTS, date=formatdate(now, usegmt=True), retry_after=formatdate(now + 1, usegmt=True)
    )


def _reset(name: str) -> Spoil:
    def spoil(given: Given) -> Plan:
        limits = {f"x_{name}_reset_tokens": "1" if given.azure else "1s", "x_ratelimit_remaining_tokens": "0"}
        return given.refused(429, _TOKENS, **limits)

    return spoil


SCENARIOS = (
    Scenario(
        "rate-limit",
        "429 rate_limit_exceeded, type requests, retry-after-ms 50 beside retry-after 20, for ever",
        _refused(_REQUESTS, retry_after="20", retry_after_ms="50"),
    ),
    Scenario(
        "rate-limit-once",
        "the same once, then the answer",
        _refused(_REQUESTS, retry_after="20", retry_after_ms="50"),
        once=True,
    ),
    Scenario("rate-limit-seconds", "429 with Retry-After: 1 once", _refused(_REQUESTS, retry_after="1"), once=True),
    Scenario("rate-limit-date", "429 with Retry-After as a date one second after Date, once", _dated, once=True),
    Scenario(
        "rate-limit-reset",
        "429 with x-ratelimit-reset-tokens alone (OpenAI 1s, Azure 1), once",
        _reset("ratelimit"),
        once=True,
    ),
    Scenario(
        "rate-limit-reset-misspelt", "429 with x-rate-limit-reset-tokens alone, once", _reset("rate_limit"), once=True
    ),
    Scenario(
        "rate-limit-text",
        "429 that says 'Please retry after 1 seconds.' and nothing else, once",
        _refused(_TEXT),
        once=True,
    ),
    Scenario("rate-limit-long", "429 with Retry-After: 86400", _refused(_TEXT, retry_after="86400")),
    Scenario(
        "rate-limit-tokens",
        "429 rate_limit_exceeded, type tokens, retry-after-ms 50, for ever",
        _refused(_TOKENS, retry_after_ms="50"),
    ),
    Scenario("quota", "429 insufficient_quota", _refused(_QUOTA)),
    Scenario(
        "quota-should-retry",
        "429 insufficient_quota with x-should-retry: true",
        _refused(_QUOTA, x_should_retry="true"),
    ),
    Scenario(
        "request-too-large",
        "429 rate_limit_exceeded, type tokens, without any hint: the request alone is above the limit",
        _refused(
            _LARGE,
            x_ratelimit_limit_tokens="30000",
            x_ratelimit_remaining_tokens="30000",
            x_ratelimit_reset_tokens="0s",
        ),
    ),
    Scenario("capacity", "429 for want of capacity", _refused(_CAPACITY)),
)
