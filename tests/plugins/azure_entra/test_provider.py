"""Settings and credentials of `azure-entra`."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from jackfield import (
    CHAT,
    EMBEDDINGS,
    AsyncClient,
    AuthenticationError,
    ChatRequest,
    Client,
    EmbeddingRequest,
    Message,
    Secret,
    SettingsError,
    SetupError,
)
from jackfield.testing import ScriptedTransport, answer

CHAT_ANSWER = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}]}
VECTOR_ANSWER = {"data": [{"index": 0, "embedding": [0.5, 0.25]}]}
ENDPOINT = "https://x.openai.azure.com"
REQUEST = ChatRequest(messages=[Message.user("hi")])


class AccessToken(NamedTuple):
    """What azure-identity's credentials return."""

    token: str
    expires_on: int = 0


class Credential:
    """A credential that gives another token each time, and remembers how it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[str, ...], dict[str, Any]]] = []

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Return the next token."""
        self.asked.append((scopes, options))
        return AccessToken(f"token-{len(self.asked)}")


class AsyncCredential(Credential):
    """The same, for asyncio."""

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # type: ignore[override]
        """Return the next token."""
        return super().get_token(*scopes, **options)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_AD_TOKEN", "OPENAI_API_VERSION"):
        monkeypatch.delenv(name, raising=False)


def jwt(**claims: Any) -> str:
    """Return a token with *claims*."""
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.signature"


def bearers(replies: list[Any], **settings: Any) -> list[str]:
    """Return the authorization header of every request that one chat call sends."""
    transport = ScriptedTransport(replies)
    with Client("azure-entra", endpoint=ENDPOINT, deployment="d", transport=transport, **settings) as client:
        client.call(CHAT, REQUEST)
    return [request.revealed_headers()["authorization"] for request in transport.requests]


SOURCES: dict[str, Callable[[], Any]] = {
    "text": lambda: {"token": "abc"},
    "text with its scheme": lambda: {"token": "Bearer abc"},
    "secret": lambda: {"token": Secret("abc")},
    "function": lambda: {"token": lambda: "abc"},
    "function that gives a secret": lambda: {"token": lambda: Secret("abc")},
    "function that gives an access token": lambda: {"token": lambda: AccessToken("abc")},
}


@pytest.mark.parametrize("source", SOURCES)
def test_sends_a_bearer(source: str) -> None:
    """Whatever gives the token, it goes out as bearer."""
    assert ["Bearer abc"] == bearers([answer(200, CHAT_ANSWER)], **SOURCES[source]())


def test_asks_a_credential_before_each_attempt() -> None:
    """A retry does not send the token of the attempt before."""
    credential = Credential()
    got = bearers([answer(503), answer(200, CHAT_ANSWER)], credential=credential, retries=1)

    assert ["Bearer token-1", "Bearer token-2"] == got
    assert (("https://cognitiveservices.azure.com/.default",), {}) == credential.asked[0]


def test_a_refused_token_is_renewed_once() -> None:
    """After a 401 the credential is asked again, with the claims that the answer challenges for."""
    credential = Credential()
    challenge = {"www-authenticate": 'Bearer realm="", claims="eyJhIjoxfQ"'}
    got = bearers([answer(401, b"{}", challenge), answer(200, CHAT_ANSWER)], credential=credential)

    assert ["Bearer token-1", "Bearer token-2"] == got
    assert {"claims": '{"a":1}'} == credential.asked[1][1]


@pytest.mark.parametrize("claims", ["%%%", "A", "_w"])
def test_unreadable_claims_are_left_out(claims: str) -> None:
    """A challenge that cannot be read does not stop the renewal."""
    credential = Credential()
    challenge = {"www-authenticate": f'claims="{claims}"'}
    bearers([answer(401, b"{}", challenge), answer(200, CHAT_ANSWER)], credential=credential)

    assert {} == credential.asked[1][1]


SCOPES = [
    (ENDPOINT, {}, "https://cognitiveservices.azure.com/.default"),
    ("https://x.openai.azure.us", {}, "https://cognitiveservices.azure.us/.default"),
    (ENDPOINT, {"scope": "https://ai.azure.com/.default"}, "https://ai.azure.com/.default"),
]


@pytest.mark.parametrize(("endpoint", "settings", "scope"), SCOPES)
def test_scope(endpoint: str, settings: dict[str, str], scope: str) -> None:
    """The scope follows the cloud; the setting wins."""
    credential = Credential()
    transport = ScriptedTransport([answer(200, CHAT_ANSWER)])
    with Client(
        "azure-entra", endpoint=endpoint, deployment="d", credential=credential, transport=transport, **settings
    ) as client:
        client.call(CHAT, REQUEST)

    assert (scope,) == credential.asked[0][0]


async def test_asynchronous_credential() -> None:
    """A credential of azure-identity's asyncio half works with AsyncClient."""
    transport = ScriptedTransport([answer(200, CHAT_ANSWER)])
    async with AsyncClient(
        "azure-entra", endpoint=ENDPOINT, deployment="d", credential=AsyncCredential(), transport=transport
    ) as client:
        await client.call(CHAT, REQUEST)

    assert "Bearer token-1" == transport.requests[0].revealed_headers()["authorization"]


def test_asynchronous_credential_in_a_blocking_client() -> None:
    """The same credential in a blocking client is an error that says what to use."""
    with pytest.raises(SetupError, match="AsyncClient"):
        bearers([], credential=AsyncCredential())


def test_embeddings_go_to_the_dated_surface() -> None:
    """With Entra, embeddings are not asked of the v1 surface, which does not answer them."""
    transport = ScriptedTransport([answer(200, VECTOR_ANSWER)])
    with Client(
        "azure-entra", endpoint=f"{ENDPOINT}/openai/v1", deployment="d", token="t", transport=transport
    ) as client:
        client.call(EMBEDDINGS, EmbeddingRequest(input=["a"]))

    assert f"{ENDPOINT}/openai/deployments/d/embeddings?api-version=2024-10-21" == transport.requests[0].url


REFUSED = [
    (jwt(exp=1_700_000_000, aud="https://ai.azure.com"), "expired 2023-11-14 22:13:20 UTC and is for https://ai.azure"),
    (jwt(exp=4_000_000_000, aud="x"), "expires 2096-10-02 07:06:40 UTC and is for x"),
    ("0123456789abcdef", "azure-apikey"),
    ("a.b.c", "refused"),
    (jwt(aud="x"), "refused"),
]


@pytest.mark.parametrize(("token", "said"), REFUSED)
def test_refused_token_tells_what_it_is(token: str, said: str) -> None:
    """The error for a pasted token says when it expired and whom it was for."""
    body = {"error": {"code": "401", "message": "refused"}}
    with pytest.raises(AuthenticationError) as caught:
        bearers([answer(401, body, {"date": "Mon, 23 Nov 2026 08:00:00 GMT"})], token=token)

    assert said in str(caught.value)
    assert token not in str(caught.value)


def test_refused_token_without_a_date() -> None:
    """Without the answer's date nothing is said about having expired."""
    with pytest.raises(AuthenticationError, match="the token expires 2023"):
        bearers([answer(401, b"")], token=jwt(exp=1_700_000_000, aud="x"))


def test_other_failures_are_left_alone() -> None:
    """A refusal that is not about the token says nothing of the token."""
    with pytest.raises(AuthenticationError) as caught:
        bearers([answer(401, b"")], token=lambda: "t")

    assert "token expire" not in str(caught.value)


WRONG = [
    ({}, "token: missing"),
    ({"token": 7}, "token: must be a token, or a function"),
    ({"credential": "abc"}, "credential: must have get_token"),
]


@pytest.mark.parametrize(("settings", "why"), WRONG)
def test_refuses_settings(settings: dict[str, Any], why: str) -> None:
    """A missing or unfit source of tokens is said before anything is sent."""
    with pytest.raises(SettingsError, match=why):
        Client("azure-entra", endpoint=ENDPOINT, deployment="d", **settings)


def test_credential_wins_over_a_token_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is passed is used, not what is lying there."""
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "old")

    assert ["Bearer token-1"] == bearers([answer(200, CHAT_ANSWER)], credential=Credential())
