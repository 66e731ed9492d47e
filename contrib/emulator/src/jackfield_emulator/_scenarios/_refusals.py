"""Answers that are no, in every shape that was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jackfield_emulator._scenarios._spoilt import Given, Scenario, error

if TYPE_CHECKING:
    from jackfield_emulator._plan import Plan

_PAGE = (
    b"<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
)
_TEXT = "text/plain"
_DENIED = (
    "Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), "
    "or have expired."
)


def _key_echo(given: Given) -> Plan:
    shown = given.asked.headers.get("authorization") or given.credential
    body = error(f"Incorrect API key provided: {given.credential}. Header was {shown}.", code="invalid_api_key")
    return given.refused(401, body, x_echo=shown, www_authenticate=f"Key {given.credential}")


SCENARIOS = (
    Scenario(
        "error-openai",
        "400 with OpenAI's four keys",
        lambda given: given.refused(
            400, error("Invalid 'temperature': decimal above maximum value.", code="invalid_value", param="temperature")
        ),
    ),
    Scenario(
        "error-bare",
        "401 with statusCode and message, no error around it",
        lambda given: given.refused(401, {"statusCode": 401, "message": _DENIED}),
    ),
    Scenario(
        "error-code-number",
        "400 whose code is a number",
        lambda given: given.refused(400, error("Wrong parameters.", None, 1210)),
    ),
    Scenario(
        "error-code-status",
        "404 whose code is the status as a string",
        lambda given: given.refused(404, {"error": {"code": "404", "message": "Resource not found"}}),
    ),
    Scenario(
        "error-string",
        "400 whose error is a string",
        lambda given: given.refused(400, {"error": "model is required"}),
    ),
    Scenario("error-html", "502 with an HTML page", lambda given: given.refused(502, _PAGE, "text/html")),
    Scenario("error-empty", "500 without a body", lambda given: given.refused(500, b"", _TEXT)),
    Scenario(
        "error-text",
        "503 in plain text",
        lambda given: given.refused(
            503, b"upstream connect error or disconnect/reset before headers. reset reason: overflow", _TEXT
        ),
    ),
    Scenario(
        "error-details",
        "422 with details as a list of objects",
        lambda given: given.refused(
            422,
            {
                "error": {
                    "code": "Invalid input",
                    "status": 422,
                    "message": "invalid input error",
                    "details": [{"type": "extra_forbidden", "loc": ["body", "n"], "msg": "Extra inputs", "input": 2}],
                }
            },
        ),
    ),
    Scenario("error-413", "413 in plain text", lambda given: given.refused(413, b"Request too large", _TEXT)),
    Scenario("error-408", "408 in plain text", lambda given: given.refused(408, b"Operation timed out", _TEXT)),
    Scenario("error-409", "409", lambda given: given.refused(409, error("The resource is being changed.", "conflict"))),
    Scenario(
        "unauthorized",
        "401 invalid_api_key",
        lambda given: given.refused(401, error("Incorrect API key provided: sk-****.", code="invalid_api_key")),
    ),
    Scenario(
        "forbidden",
        "403 PermissionDenied",
        lambda given: given.refused(
            403,
            {"error": {"code": "PermissionDenied", "message": "Principal does not have access to API/Operation."}},
        ),
    ),
    Scenario("key-echo", "401 whose text and header show the key that came", _key_echo),
    Scenario("unavailable", "503 for ever", lambda given: given.refused(503, error("Overloaded.", "server_error"))),
    Scenario(
        "unavailable-once",
        "503 once",
        lambda given: given.refused(503, error("Overloaded.", "server_error")),
        once=True,
    ),
    Scenario(
        "should-retry-false",
        "503 with x-should-retry: false",
        lambda given: given.refused(503, error("Overloaded.", "server_error"), x_should_retry="false"),
    ),
    Scenario(
        "should-retry-true",
        "400 with x-should-retry: true once",
        lambda given: given.refused(400, error("Try that again."), x_should_retry="true"),
        once=True,
    ),
)
