"""Response headers of OpenAI-shaped services: request ids, rate limits, hints."""

from __future__ import annotations

import pytest

from jackfield.plugin import HttpHead, RateLimit
from jackfield.testing import a_binding, a_call
from jackfield_openai import OpenAI
from jackfield_openai_wire import OpenAIWire

DATE = "Thu, 01 Jan 2026 00:00:00 GMT"


def _facts(status=200, **headers):
    head = HttpHead(status, {name.replace("_", "-"): value for name, value in headers.items()})
    return OpenAIWire().read_head(head)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1.0),
        ("17ms", 0.017),
        ("6m0s", 360.0),
        ("21m36.001s", 1296.001),
        ("1h2m3s", 3723.0),
        ("0s", 0.0),
        ("60", 60.0),
        ("2146", 2146.0),
        ("0.5", 0.5),
        ("-1", 0.0),
        (" 10 ", 10.0),
        ("soon", None),
        ("6m and a bit", None),
        ("nan", None),
        ("inf", None),
        ("-Infinity", None),
        ("1e999", None),
        ("", None),
    ],
)
def test_reset_is_read_in_every_notation(text, seconds):
    """A reset is Go's duration or plain seconds; what is neither says nothing."""
    limit = _facts(x_ratelimit_limit_requests="5", x_ratelimit_reset_requests=text).rate_limits["requests"]
    assert seconds == (None if limit.reset_after is None else pytest.approx(limit.reset_after))


@pytest.mark.parametrize(
    ("headers", "limits"),
    [
        ({}, {}),
        (
            {
                "x_ratelimit_limit_requests": "500",
                "x_ratelimit_remaining_requests": "499",
                "x_ratelimit_reset_requests": "120ms",
                "x_ratelimit_limit_tokens": "30000",
                "x_ratelimit_remaining_tokens": "29970",
                "x_ratelimit_reset_tokens": "6m0s",
            },
            {"requests": RateLimit(500, 499, 0.12), "tokens": RateLimit(30000, 29970, 360.0)},
        ),
        ({"x_ratelimit_remaining_tokens": "-1"}, {"tokens": RateLimit(None, -1, None)}),
        ({"x_ratelimit_limit_tokens": "unlimited"}, {"tokens": RateLimit(None, None, None)}),
        ({"x_rate_limit_reset_tokens": "10"}, {"tokens": RateLimit(None, None, 10.0)}),
    ],
)
def test_limits_are_told_as_far_as_they_come(headers, limits):
    """Each limit has what its headers say, whichever of them there are and however they are spelt."""
    assert limits == _facts(**headers).rate_limits


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "0"}, 0.0),
        ({"retry_after": "86400"}, 86400.0),
        ({"retry_after": "20", "retry_after_ms": "20000"}, 20.0),
        ({"retry_after": "1", "retry_after_ms": "0"}, 0.0),
        ({"x_ms_retry_after_ms": "1500"}, 1.5),
        ({"retry_after_ms": "later", "retry_after": "3"}, 3.0),
        ({"retry_after": "Thu, 01 Jan 2026 00:00:30 GMT", "date": DATE}, 30.0),
        ({"retry_after": "Wed, 31 Dec 2025 23:59:00 GMT", "date": DATE}, 0.0),
        ({"retry_after": "Thu, 01 Jan 2026 00:00:30 GMT"}, None),
        ({"retry_after": "tomorrow", "date": DATE}, None),
        ({"x_ratelimit_reset_requests": "2s", "x_ratelimit_reset_tokens": "9s"}, 9.0),
        (
            {
                "x_ratelimit_remaining_requests": "0",
                "x_ratelimit_reset_requests": "2s",
                "x_ratelimit_remaining_tokens": "100",
                "x_ratelimit_reset_tokens": "9s",
            },
            2.0,
        ),
        ({"x_ratelimit_remaining_requests": "0"}, None),
    ],
)
def test_hint_is_taken_from_the_most_exact_header(headers, seconds):
    """Milliseconds before seconds, seconds before a date, all before the limit that is used up."""
    assert seconds == _facts(429, **headers).retry_after


def test_a_limit_s_reset_is_a_hint_with_429_alone():
    """A server's failure is not waited out for as long as a limit takes to be full again."""
    assert (None, 9.0) == tuple(_facts(status, x_ratelimit_reset_tokens="9s").retry_after for status in (503, 429))


def test_good_answers_have_no_hints():
    """Nobody waits after an answer that is not an error."""
    facts = _facts(200, retry_after="7", x_should_retry="true")
    assert (None, None) == (facts.retry_after, facts.should_retry)


@pytest.mark.parametrize(("text", "expected"), [("true", True), ("false", False), ("perhaps", None), (None, None)])
def test_the_service_s_own_word_is_heard(text, expected):
    """`x-should-retry` says whether another attempt makes sense."""
    assert expected is _facts(500, **({} if text is None else {"x_should_retry": text})).should_retry


def test_ids_are_kept_all_of_them():
    """Every request id is kept; the one that support asks for first comes first."""
    facts = _facts(apim_request_id="a-1", x_request_id="req_1", x_ms_client_request_id="c-1")
    assert {"x-request-id": "req_1", "apim-request-id": "a-1", "x-ms-client-request-id": "c-1"} == facts.request_ids
    assert "req_1" == facts.request_id
    assert "a-1" == _facts(401, apim_request_id="a-1").request_id


def test_call_is_not_needed():
    """The head alone says it all; whoever calls the hook by its whole signature binds it first."""
    binding = a_binding(OpenAI(endpoint="http://127.0.0.1:1/v1"))
    assert "req_1" == binding.read_head(a_call(), HttpHead(200, {"x-request-id": "req_1"})).request_id
