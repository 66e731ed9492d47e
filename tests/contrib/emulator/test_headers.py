"""The headers around an answer: ids, limits and times in each vendor's format."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from jackfield_emulator._headers import go_duration

BODY = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello."}]}
LIMITS = [f"x-ratelimit-{kind}-{what}" for kind in ("limit", "remaining", "reset") for what in ("requests", "tokens")]


def test_openai(ask, places):
    """OpenAI has a request id, a version, a time, and limits that reset in Go's durations."""
    place = places["openai"]
    headers = ask(place.chat, BODY, **place.auth).headers

    assert re.fullmatch("req_[0-9a-f]{32}", headers["x-request-id"])
    assert "2020-10-01" == headers["openai-version"]
    assert headers["openai-processing-ms"].isdigit()
    assert set(LIMITS) <= set(headers)
    assert all(re.fullmatch(r"(\d+m)?[\d.]+m?s", headers[name]) for name in LIMITS if "reset" in name)


@pytest.mark.parametrize("surface", ["azure-dated", "azure-v1"])
def test_azure(ask, place):
    """Azure has two request ids, its region, the deployment, and limits that reset in plain seconds."""
    headers = ask(place.chat, BODY, x_ms_client_request_id="mine", **place.auth).headers

    assert UUID(headers["apim-request-id"]) != UUID(headers["x-request-id"])
    assert ("East US", "gpt-4o-mini", "mine") == tuple(
        headers[f"x-ms-{name}"] for name in ("region", "deployment-name", "client-request-id")
    )
    assert all(headers[name].isdigit() for name in LIMITS)
    assert not [name for name in headers if name.startswith("openai-version")]


@pytest.mark.parametrize("surface", ["azure-dated", "azure-v1"])
def test_azures_refusal(ask, place):
    """What Azure's gateway refuses has its id and no other, since no model saw it."""
    headers = ask(place.chat, BODY, api_key="wrong").headers

    assert ("apim-request-id" in headers, "x-request-id" in headers) == (True, False)


@pytest.mark.parametrize("surface", ["azure-dated"])
def test_azures_streams_reset_nothing(ask, place):
    """A stream from Azure tells what remains, and not when it resets."""
    headers = ask(place.chat, BODY | {"stream": True}, **place.auth).headers

    assert LIMITS[:4] == [name for name in LIMITS if name in headers]


def test_ids_differ(ask, place):
    """Every request has another id."""
    ids = {ask(place.models, **place.auth).headers["x-request-id"] for _ in range(3)}

    assert 3 == len(ids)


def test_client_request_id(ask, places):
    """An id of the client's own that is too long is refused by OpenAI."""
    place = places["openai"]

    assert 400 == ask(place.chat, BODY, x_client_request_id="x" * 513, **place.auth).status


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [
        (0, "0s"),
        (17, "17ms"),
        (1000, "1s"),
        (1500, "1.5s"),
        (360_000, "6m0s"),
        (1_296_001, "21m36.001s"),
        (3_600_000, "1h0m0s"),
    ],
)
def test_go_durations(milliseconds, expected):
    """Durations are spelt as Go spells them."""
    assert expected == go_duration(milliseconds)
