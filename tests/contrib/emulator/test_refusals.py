"""Paths, versions, deployments and parameters: what is wrong, and how it is said."""

from __future__ import annotations

import json
from contextlib import suppress

import openai
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jackfield_emulator import _chat, _chat_rules
from jackfield_emulator._models import called
from jackfield_emulator._refusal import Refusal

USER = {"role": "user", "content": "Hello."}
BODY = {"model": "gpt-4o-mini", "messages": [USER]}
NOT_FOUND = {"error": {"code": "404", "message": "Resource not found"}}
DATED = "/openai/deployments/gpt-4o-mini/chat/completions"
ASSISTANT = {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1"}]}
TOOL = {"type": "function", "function": {"name": "f"}}


def strict(schema: dict) -> dict:
    """Return a response format that is strict with *schema*."""
    return {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": schema}}


@pytest.mark.parametrize(
    "path",
    [
        DATED,
        f"{DATED}?api-version=",
        f"{DATED}?api-version=2031-01-01",
        f"{DATED}?api-version=v1",
        "/openai/deployments/gpt-4o-mini/chat?api-version=2024-10-21",
        "/openai/chat/completions?api-version=2024-10-21",
        "/openai/v1/chat",
    ],
)
def test_no_such_resource(ask, path):
    """On Azure a missing or unknown version, or a wrong path, is a resource that is not found."""
    answer = ask(path, BODY, api_key="sk-emulator")

    assert (404, NOT_FOUND) == (answer.status, answer.document)


@pytest.mark.parametrize(("version", "status"), [("v1", 200), ("preview", 200), ("2024-10-21", 400)])
def test_version_on_v1(ask, version, status):
    """The v1 surface takes two words for a version, and refuses a date."""
    assert status == ask(f"/openai/v1/chat/completions?api-version={version}", BODY, api_key="sk-emulator").status


def test_doubled_slashes(ask):
    """Doubled slashes in an Azure path are one, as there."""
    assert 200 == ask(f"/{DATED}?api-version=2024-02-01", BODY, api_key="sk-emulator").status


@pytest.mark.parametrize("path", ["/chat/completions", "/v1/chat", "/", "/v2/models"])
def test_openai_wrong_path(ask, path):
    """OpenAI repeats a path that it has not."""
    answer = ask(path, BODY, authorization="Bearer sk-emulator")

    assert (404, f"Invalid URL (POST {path})") == (answer.status, answer.document["error"]["message"])


def test_openai_wrong_method(ask):
    """OpenAI has a status of its own for a wrong method."""
    answer = ask("/v1/chat/completions", authorization="Bearer sk-emulator")

    assert (405, "method_not_supported") == (answer.status, answer.document["error"]["code"])


@pytest.mark.parametrize(
    ("surface", "error", "code"),
    [
        ("openai", openai.NotFoundError, "model_not_found"),
        ("azure-dated", openai.NotFoundError, "DeploymentNotFound"),
        ("azure-v1", openai.BadRequestError, "unknown_model"),
    ],
)
def test_unknown_model(client, error, code):
    """A model or deployment that there is not has another status and code on each surface."""
    with pytest.raises(error) as caught:
        client.chat.completions.create(model="gpt-9", messages=[USER])

    assert code == caught.value.code


@pytest.mark.jackfield_emulator(deployments={"mine": "gpt-4o"})
@pytest.mark.parametrize("surface", ["azure-dated", "azure-v1"])
def test_deployment(client, emulator):
    """A deployment answers under its model's name; the model's own name is no deployment."""
    response = client.chat.completions.create(model="mine", messages=[USER])

    assert ("gpt-4o-2024-11-20", "mine") == (response.model, emulator.journal[-1].deployment)
    with pytest.raises(openai.APIStatusError):
        client.chat.completions.create(model="gpt-4o", messages=[USER])


def test_model_in_a_dated_body(ask):
    """On the dated surface a model in the body says nothing, and may be absent."""
    path = f"{DATED}?api-version=2024-10-21"
    models = [
        ask(path, body, api_key="sk-emulator").document["model"]
        for body in (BODY | {"model": "gpt-9"}, {"messages": [USER]})
    ]

    assert ["gpt-4o-mini-2024-07-18"] * 2 == models


@pytest.mark.parametrize(
    ("surface", "status", "code"), [("openai", 404, None), ("azure-dated", 400, "OperationNotSupported")]
)
def test_unfit_model(client, status, code):
    """A model that does not chat is refused."""
    with pytest.raises(openai.APIStatusError) as caught:
        client.chat.completions.create(model="text-embedding-3-small", messages=[USER])

    assert (status, code) == (caught.value.status_code, caught.value.code)


@pytest.mark.parametrize(
    ("changed", "param", "code"),
    [
        ({"messages": None}, "messages", "missing_required_parameter"),
        ({"messages": "Hello."}, "messages", "invalid_type"),
        ({"messages": []}, "messages", "empty_array"),
        ({"messages": ["Hello."]}, "messages[0]", "invalid_type"),
        ({"messages": [{"content": "Hello."}]}, "messages[0].role", "missing_required_parameter"),
        ({"messages": [USER | {"role": "robot"}]}, "messages[0].role", "invalid_value"),
        ({"messages": [USER | {"content": None}]}, "messages.[0].content", None),
        ({"messages": [USER | {"content": 3}]}, "messages[0].content", "invalid_type"),
        ({"messages": [USER | {"content": [{"type": "video"}]}]}, "messages[0].content[0].type", "invalid_value"),
        ({"messages": [USER, {"role": "tool", "tool_call_id": "a", "content": ""}]}, "messages.[1].role", None),
        ({"messages": [ASSISTANT, USER]}, "messages.[1].role", None),
        ({"messages": [ASSISTANT]}, "messages.[1].role", None),
        ({"messages": [USER | {"content": "x" * 600_000}]}, "messages", "context_length_exceeded"),
        ({"messages": [USER | {"content": ["Hello."]}]}, "messages[0].content[0]", "invalid_type"),
        (
            {"messages": [ASSISTANT | {"tool_calls": [{}]}]},
            "messages[0].tool_calls[0].id",
            "missing_required_parameter",
        ),
        ({"messages": [{"role": "tool", "content": ""}]}, "messages[0].tool_call_id", "missing_required_parameter"),
        ({"model": None}, None, None),
        ({"temperature": 2.5}, "temperature", "decimal_above_max_value"),
        ({"temperature": "hot"}, "temperature", "invalid_type"),
        ({"presence_penalty": -3}, "presence_penalty", "decimal_below_min_value"),
        ({"n": 0}, "n", "integer_below_min_value"),
        ({"n": 1.5}, "n", "invalid_type"),
        ({"n": True}, "n", "invalid_type"),
        ({"stop": list("abcde")}, "stop", "array_above_max_length"),
        ({"stop": [1]}, "stop[0]", "invalid_type"),
        ({"service_tier": "gold"}, "service_tier", "invalid_value"),
        ({"warmth": 1}, "warmth", "unknown_parameter"),
        ({"stream_options": {"include_usage": True}}, "stream_options", None),
        ({"top_logprobs": 2}, "top_logprobs", None),
        ({"max_tokens": 5, "max_completion_tokens": 5}, "max_tokens", "invalid_parameter_combination"),
        ({"response_format": {"type": "json_object"}}, "messages", None),
        ({"response_format": {}}, "response_format.type", "missing_required_parameter"),
        ({"response_format": {"type": "xml"}}, "response_format.type", "invalid_value"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"schema": {}}}},
            "response_format.json_schema.name",
            "missing_required_parameter",
        ),
        (
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "a", "strict": True, "schema": {"type": "object"}},
                }
            },
            "response_format",
            None,
        ),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema", "missing_required_parameter"),
        ({"response_format": strict({"properties": {"a": {}}})}, "response_format", None),
        ({"response_format": strict({"items": {"type": "object"}})}, "response_format", None),
        ({"response_format": strict({"$defs": {"a": {"type": "object"}}})}, "response_format", None),
        ({"tool_choice": "required"}, "tool_choice", None),
        ({"parallel_tool_calls": True}, "parallel_tool_calls", None),
        ({"tools": [TOOL], "tool_choice": "maybe"}, "tool_choice", "invalid_value"),
        ({"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}}, "tool_choice", None),
        ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "tools[0].function.name", "invalid_value"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name", "missing_required_parameter"),
        ({"tools": ["f"]}, "tools[0]", "invalid_type"),
        ({"tools": [{}]}, "tools[0].type", "missing_required_parameter"),
        ({"tools": [{"type": "function"}]}, "tools[0].function", "missing_required_parameter"),
        ({"tools": [{"type": "hammer"}]}, "tools[0].type", "invalid_value"),
        (
            {"tools": [{"type": "function", "function": {"name": "f", "parameters": {"properties": 3}}}]},
            "tools[0].function.parameters.properties",
            "invalid_type",
        ),
        (
            {
                "tools": [
                    {"type": "function", "function": {"name": "f", "strict": True, "parameters": {"type": "object"}}}
                ]
            },
            "tools[0].function.parameters",
            "invalid_function_parameters",
        ),
        ({"model": "gpt-5", "max_tokens": 5}, "max_tokens", "unsupported_parameter"),
        ({"model": "gpt-5", "temperature": 0}, "temperature", "unsupported_value"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_parameters(ask, places, changed, param, code):
    """A parameter that is wrong is named, in an error with all four keys, on OpenAI and on Azure's v1 surface."""
    for place in (places["openai"], places["azure-v1"]):
        answer = ask(place.chat, BODY | changed, **place.auth)
        error = answer.document["error"]

        assert (400, "invalid_request_error", param, code) == (
            answer.status,
            error["type"],
            error["param"],
            error["code"],
        )


def test_json_mode_says_why(connect):
    """JSON mode without the word says which word."""
    with pytest.raises(openai.BadRequestError, match="'messages' must contain the word 'json'"):
        connect("openai").chat.completions.create(
            model="gpt-4o", messages=[USER], response_format={"type": "json_object"}
        )


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b'"text"'])
def test_no_json(ask, places, body):
    """A body that is no JSON object is refused with the vendor's hint."""
    answer = ask("/v1/chat/completions", body, **places["openai"].auth)

    assert 400 == answer.status
    assert answer.document["error"]["message"].startswith("We could not parse the JSON body of your request.")


def test_content_type(ask, places):
    """A body of another type is refused, with the type."""
    answer = ask("/v1/chat/completions", b"{}", content_type="text/plain", **places["openai"].auth)

    assert (400, "unsupported_content_type") == (answer.status, answer.document["error"]["code"])


KEYS = st.sampled_from(
    [*_chat_rules.RULES, "type", "function", "name", "role", "content", "parameters", "json_schema", "schema", "strict",
     "properties", "items", "anyOf", "$ref", "enum", "minimum", "tool_calls", "id"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["user", "tool", "function", "json_schema", "json_object", "object", "array", "#", "required", ""]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changed=st.dictionaries(KEYS, JSON, max_size=4))
def test_nothing_else_than_a_refusal(changed):
    """Whatever is asked, it is answered or refused; the emulator does not stumble."""
    model = called("gpt-4o-mini")
    with suppress(Refusal):
        given = _chat_rules.check(json.loads(json.dumps(BODY | changed)), _chat_rules.RULES, model)
        assert _chat.complete(given, model, 1).choices
