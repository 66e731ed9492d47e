"""Error documents: every shape that vendors, gateways and proxies send."""

from __future__ import annotations

import pytest

from jackfield.convert import dumps
from jackfield.errors import (
    AuthenticationError,
    ContentFilteredError,
    DecodeError,
    RateLimitError,
    RejectedError,
    UnavailableError,
)
from jackfield.operations.embeddings import EMBEDDINGS
from jackfield.plugin import HttpHead
from jackfield.testing import a_call
from jackfield_openai_wire import OpenAIWire
from jackfield_openai_wire._limits import NEXT
from jackfield_openai_wire._refusal import refusal

FILTERED = {"hate": {"filtered": True, "severity": "high"}}

# status, document, class, code, type, param, part of the message
SHAPES = {
    "all four keys": (
        401,
        {"error": {"message": "Wrong key", "type": "invalid_request_error", "param": None, "code": "invalid_api_key"}},
        (AuthenticationError, "invalid_api_key", "invalid_request_error", None, "Wrong key; check the key"),
    ),
    "no code": (
        403,
        {"error": {"message": "Not allowed to sample", "type": "invalid_request_error", "param": None, "code": None}},
        (AuthenticationError, None, "invalid_request_error", None, "check role, project, region"),
    ),
    "with a parameter": (
        404,
        {"error": {"message": "Not a chat model", "type": "invalid_request_error", "param": "model", "code": None}},
        (RejectedError, None, "invalid_request_error", "model", "check endpoint= and the model's name"),
    ),
    "dimensions": (
        400,
        {"error": {"message": "No dimensions here", "type": "invalid_request_error", "param": None, "code": None}},
        (RejectedError, None, "invalid_request_error", None, "No dimensions here"),
    ),
    "unknown parameter": (
        400,
        {"error": {"message": "Unknown: 'response_format'", "type": "", "param": "", "code": "unknown_parameter"}},
        (RejectedError, "unknown_parameter", None, None, "leave it out"),
    ),
    "too long": (
        400,
        {"error": {"message": "Too long", "type": "invalid_request_error", "code": "context_length_exceeded"}},
        (RejectedError, "context_length_exceeded", "invalid_request_error", None, "shorten the messages"),
    ),
    "a gateway's status as code": (
        401,
        {"error": {"code": "401", "message": "Access denied"}},
        (AuthenticationError, None, None, None, "Access denied"),
    ),
    "a gateway's status as code, with a type": (
        429,
        {"error": {"code": "429", "type": "requests", "message": "Slow down"}},
        (RateLimitError, "requests", "requests", None, "Slow down"),
    ),
    "a number as code": (404, {"error": {"code": 404, "message": "No"}}, (RejectedError, None, None, None, "No")),
    "another number as code": (
        400,
        {"error": {"code": 1214, "message": "No"}},
        (RejectedError, "1214", None, None, "(1214)"),
    ),
    "a deployment that is not there": (
        404,
        {"error": {"code": "DeploymentNotFound", "message": "There is none"}},
        (RejectedError, "DeploymentNotFound", None, None, "check deployment= and endpoint="),
    ),
    "an unknown model, as 400 with details": (
        400,
        {"error": {"code": "unknown_model", "message": "Unknown model: x", "details": "x"}},
        (RejectedError, "unknown_model", None, None, "Unknown model: x"),
    ),
    "422 with details and a status inside": (
        422,
        {"error": {"message": "invalid input", "status": 422, "details": [{"loc": ["body"], "msg": "no"}]}},
        (RejectedError, None, None, None, "invalid input"),
    ),
    "500 without a code": (
        500,
        {"error": {"message": "Something went wrong", "type": "server_error"}},
        (UnavailableError, None, "server_error", None, "Something went wrong"),
    ),
    "a prompt that was filtered": (
        400,
        {
            "error": {
                "message": "Filtered",
                "type": None,
                "param": "prompt",
                "code": "content_filter",
                "status": 400,
                "innererror": {"code": "ResponsibleAIPolicyViolation", "content_filter_result": FILTERED},
            }
        },
        (ContentFilteredError, "content_filter", None, "prompt", "hate (high) in the prompt"),
    ),
    "a picture's prompt that was filtered": (
        400,
        {"created": 1, "error": {"code": "contentFilter", "message": "Filtered", "inner_error": {"code": "x"}}},
        (ContentFilteredError, "contentFilter", None, None, "Filtered"),
    ),
    "no wrapper, access token": (
        401,
        {"statusCode": 401, "message": "Unauthorized. Access token is missing, invalid, or expired."},
        (AuthenticationError, None, None, None, "Access token is missing"),
    ),
    "no wrapper, not found": (
        404,
        {"statusCode": 404, "message": "Resource not found"},
        (RejectedError, None, None, None, "Resource not found"),
    ),
    "text in the wrapper": (500, {"error": "it broke"}, (UnavailableError, None, None, None, "it broke")),
    "detail": (422, {"detail": "no such thing"}, (RejectedError, None, None, None, "no such thing")),
    "wrapped once more": (400, [{"error": {"message": "no"}}], (RejectedError, None, None, None, "no")),
    "an empty list": (400, [], (RejectedError, None, None, None, "no reason given")),
    "an empty object": (400, {}, (RejectedError, None, None, None, "no reason given")),
    "null": (503, None, (UnavailableError, None, None, None, "no reason given")),
    "a bare text": (400, "no", (RejectedError, None, None, None, "no")),
}


def _error(status, body):
    return OpenAIWire().decode_error(a_call(), HttpHead(status), body)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_read(shape):
    """Class, code, type, parameter and message are found wherever they stand; the message says what to do next."""
    status, document, (kind, code, type_, param, text) = SHAPES[shape]
    error = _error(status, dumps(document))
    assert (kind, status, code, type_, param) == (type(error), error.status, error.code, error.type, error.param)
    assert text in error.message
    assert f"answered {status}" in error.message


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (503, b"upstream connect error or disconnect/reset before headers", UnavailableError),
        (408, b"The operation was timeout.", UnavailableError),
        (413, b"Request Entity Too Large", RejectedError),
        (500, b"\xff\xfe", UnavailableError),
        (404, b"", RejectedError),
    ],
)
def test_what_is_no_json_is_quoted(status, body, kind):
    """An error in plain text or HTML is told by its status, and quoted."""
    error = _error(status, body)
    assert kind is type(error)
    assert (body.decode("utf-8", "replace").rstrip(". ") or "no reason given") in error.message


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (
            b"<html><head><title>\n502  Bad Gateway</title></head><body>long</body></html>",
            "an HTML page, '502 Bad Gateway'",
        ),
        (b"<html><h1>502 Bad Gateway</h1></html>", "an HTML page"),
    ],
)
def test_a_page_is_told_by_its_title(page, told):
    """Nobody reads HTML in an error; the body has all of it."""
    error = _error(502, page)
    assert f"a-provider answered 502: {told}" == error.message


@pytest.mark.parametrize(
    ("code", "kind", "headers", "text", "reason", "transient"),
    [
        ("rate_limit_exceeded", "requests", {"retry-after": "20"}, "no", "requests", True),
        ("rate_limit_exceeded", "tokens", {"retry-after-ms": "20"}, "no", "tokens", True),
        ("rate_limit_exceeded", "tokens", {}, "Please try again in 20s", "tokens", True),
        ("rate_limit_exceeded", "tokens", {"x-ratelimit-remaining-tokens": "0"}, "no", "tokens", True),
        ("rate_limit_exceeded", "tokens", {"x-ratelimit-remaining-tokens": "9"}, "too large", "size", False),
        ("insufficient_quota", "insufficient_quota", {}, "no", "quota", False),
        (None, "billing_hard_limit_reached", {"retry-after": "1"}, "no", "quota", False),
        ("EngineOverloaded", None, {}, "no", "capacity", True),
        ("429", None, {"x-ratelimit-remaining-requests": "0"}, "no", "requests", True),
        ("429", None, {"x-ratelimit-remaining-requests": "0", "x-ratelimit-remaining-tokens": "0"}, "no", None, True),
        ("429", None, {}, "no", None, True),
    ],
)
def test_what_there_was_too_much_of(code, kind, headers, text, reason, transient):
    """429 is several things, and each has its own way out."""
    document = {"error": {"message": text, "type": kind, "code": code}}
    error = refusal(a_call(), HttpHead(429, headers), dumps(document))
    assert (RateLimitError, reason, transient, not transient) == (
        type(error),
        error.reason,
        error.transient,
        error.final,
    )
    assert NEXT[reason] in error.message


@pytest.mark.parametrize("around", ["innererror", "inner_error"])
@pytest.mark.parametrize("name", ["content_filter_result", "content_filter_results"])
def test_a_filters_report_is_read_wherever_it_stands(around, name):
    """The wire has one spelling, the specification the other."""
    found = {"hate": {"filtered": True, "severity": "high"}, "jailbreak": {"filtered": False, "detected": False}}
    inner = {"code": "ResponsibleAIPolicyViolation", name: found}
    error = _error(400, dumps({"error": {"message": "no", "code": None, around: inner}}))
    assert isinstance(error, ContentFilteredError)
    assert (("hate",), False, True) == (error.report.categories, error.transient, error.final)
    assert "it names hate (high) in the prompt" in error.message


def test_a_filter_without_a_report_is_one():
    """A picture's refusal has a code and no more."""
    error = _error(400, dumps({"error": {"message": "no", "code": "contentFilter"}}))
    assert (ContentFilteredError, None) == (type(error), error.report)


def test_details_are_kept():
    """What a provider says beyond the usual is in `details`, as it came."""
    error = _error(400, dumps(SHAPES["a prompt that was filtered"][1]))
    assert FILTERED == error.details["innererror"]["content_filter_result"]
    assert _error(400, b"{}").details is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Rate limit reached. Please try again in 20s. Visit the page", 20.0),
        ("Please try again in 6ms.", 0.006),
        ("Please retry after 45 seconds.", 45.0),
        ("Rate limit is exceeded. Try again in 30 seconds.", 30.0),
        ("try again in 1.5s", 1.5),
        ("Please slow down", None),
    ],
)
def test_wording_is_read_for_the_wait_alone(text, seconds):
    """How long to wait may stand in the message and nowhere else."""
    error = _error(429, dumps({"error": {"message": text}}))
    assert (seconds, True) == (error.retry_after, error.transient)


@pytest.mark.parametrize(("code", "kind"), [("insufficient_quota", None), (None, "insufficient_quota")])
def test_no_credit_is_not_waited_for(code, kind):
    """A 429 for lack of credit is not transient, whichever field says so."""
    error = _error(429, dumps({"error": {"message": "no credit", "code": code, "type": kind}}))
    assert (RateLimitError, False) == (type(error), error.transient)


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"error": {"message": "slow down", "code": "rate_limit_exceeded"}}, RateLimitError),
        ({"error": {"message": "no credit", "type": "insufficient_quota"}}, RateLimitError),
        ({"error": {"message": "no", "type": "invalid_request_error"}}, RejectedError),
        ({"error": {"message": "no", "code": "content_filter"}}, ContentFilteredError),
        ({"error": {"message": "who?", "type": "authentication_error"}}, AuthenticationError),
        ({"error": {"message": "no", "status": 404}}, RejectedError),
        ({"error": {"message": "no", "code": 403}}, AuthenticationError),
        ({"error": {"message": "no", "code": 99}}, UnavailableError),
        ({"error": {"message": "it broke"}}, UnavailableError),
        ({"error": "it broke"}, UnavailableError),
    ],
)
def test_error_inside_a_good_answer_is_one(document, kind):
    """An error document under status 200 becomes the class that it stands for, with the status that came."""
    with pytest.raises(kind) as caught:
        OpenAIWire().decode_response(a_call(), HttpHead(200), dumps(document))
    assert (kind, 200) == (type(caught.value), caught.value.status)


@pytest.mark.parametrize("document", [{"choices": [], "error": None}, {"choices": [], "error": {"message": "half"}}])
def test_error_beside_an_answer_is_none(document):
    """A server that sends an empty `error`, or one beside the answer, has answered."""
    assert () == OpenAIWire().decode_response(a_call(), HttpHead(200), dumps(document)).choices


def test_page_in_place_of_an_answer_says_where_to_look():
    """A sign-in page under status 200 is a DecodeError that quotes its beginning and names the endpoint."""
    page = b"<!doctype html><title>Sign in</title>" + b" " * 1000
    with pytest.raises(DecodeError, match="text/html instead of JSON; is endpoint= ") as caught:
        OpenAIWire().decode_response(a_call(EMBEDDINGS), HttpHead(200, {"content-type": "text/html"}), page)
    assert "Sign in" in caught.value.message
    assert 500 == len(caught.value.body)
    with pytest.raises(DecodeError, match="no content type instead of JSON"):
        OpenAIWire().decode_response(a_call(EMBEDDINGS), HttpHead(200), b"")
