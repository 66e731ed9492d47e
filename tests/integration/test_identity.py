"""Real credentials of azure-identity, with the emulator's token endpoint in the place of a managed identity's.

Of a managed identity's flavours App Service's is the one that works on loopback: it takes its endpoint from the
environment and asks it by plain http, in Azure as well. Credentials that ask an authority insist on https.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from azure.identity import DefaultAzureCredential, ManagedIdentityCredential, get_bearer_token_provider
from azure.identity.aio import ManagedIdentityCredential as AsyncManagedIdentityCredential
from azure.identity.aio import get_bearer_token_provider as get_async_bearer_token_provider

from jackfield import CHAT, AsyncClient, AuthenticationError, ChatRequest, Client, Message, SetupError
from jackfield_emulator import Emulator
from jackfield_emulator.journal import Record

REQUEST = ChatRequest(messages=[Message.user("Hi")], model="gpt-4o-mini")
SCOPE = "https://cognitiveservices.azure.com/.default"
LIFETIME = 2.0
"""Seconds that a short-lived token lives."""
CHALLENGE = (
    ("www-authenticate", 'Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="'),
)


@pytest.fixture
def emulator(jackfield_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """Return an emulator in whose environment the test runs, as an App Service runs in its own."""
    for name, value in jackfield_emulator.environment.items():
        monkeypatch.setenv(name, value)
    return jackfield_emulator


@pytest.fixture
def challenging(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """Return one whose refusals challenge for claims, as Azure's do after tokens were revoked."""

    def alter(asked: Any, plan: Any) -> Any:
        return type(plan)(plan.status, plan.headers + CHALLENGE, plan.actions) if plan.status == 401 else plan

    with Emulator(alter=alter) as emulator:
        for name, value in emulator.environment.items():
            monkeypatch.setenv(name, value)
        yield emulator


@pytest.fixture
def credential() -> Iterator[ManagedIdentityCredential]:
    """Return a managed identity's credential, which closes its connections in the end."""
    with ManagedIdentityCredential() as credential:
        yield credential


@pytest.fixture
async def acredential() -> AsyncIterator[AsyncManagedIdentityCredential]:
    """Return the same for asyncio."""
    async with AsyncManagedIdentityCredential() as credential:
        yield credential


def asked(emulator: Emulator, operation: str) -> list[Record]:
    """Return what was asked for."""
    return [each for each in emulator.journal if each.operation == operation]


def bearers(emulator: Emulator) -> list[str]:
    """Return the tokens that chats came with."""
    return [each.headers["authorization"].removeprefix("Bearer ") for each in asked(emulator, "chat.completions")]


def is_refused(emulator: Emulator, token: str) -> bool:
    """Tell whether a chat with *token* is refused."""
    with Client("azure-entra", endpoint=emulator.azure_url, token=token) as client:
        try:
            client.call(CHAT, REQUEST)
        except AuthenticationError:
            return True
        return False


def test_managed_identity(emulator: Emulator, credential: ManagedIdentityCredential) -> None:
    """The identity is asked for a token of Azure OpenAI's, once, and calls go out with that token."""
    with Client("azure-entra", credential=credential) as client:
        texts = {client.call(CHAT, REQUEST).text for _ in range(3)}

    assert 1 == len(texts)
    assert ["https://cognitiveservices.azure.com"] == [each.query["resource"] for each in asked(emulator, "token")]
    assert [(200, ("bearer",))] * 3 == [(each.status, each.credentials) for each in asked(emulator, "chat.completions")]
    assert 1 == len(set(bearers(emulator)))


async def test_asynchronous_managed_identity(emulator: Emulator, acredential: AsyncManagedIdentityCredential) -> None:
    """So it is without blocking."""
    async with AsyncClient("azure-entra", credential=acredential) as client:
        texts = {(await client.call(CHAT, REQUEST)).text for _ in range(3)}

    assert 1 == len(texts)
    assert ["https://cognitiveservices.azure.com"] == [each.query["resource"] for each in asked(emulator, "token")]
    assert 1 == len(set(bearers(emulator)))


@pytest.mark.jackfield_emulator(token_lifetime=LIFETIME)
def test_expired_token_is_not_sent(emulator: Emulator, credential: ManagedIdentityCredential) -> None:
    """A token that expires between two calls is replaced by the credential; no call is refused."""
    with Client("azure-entra", credential=credential) as client:
        client.call(CHAT, REQUEST)
        first = bearers(emulator)[0]
        time.sleep(LIFETIME)
        assert is_refused(emulator, first)
        emulator.journal.clear()
        answered = client.call(CHAT, REQUEST)

    assert [200] == [each.status for each in asked(emulator, "chat.completions")]
    assert [first] != bearers(emulator)
    assert answered.meta is not None
    assert 1 == len(answered.meta.attempts)


@pytest.mark.jackfield_emulator(token_lifetime=LIFETIME)
async def test_expired_token_is_not_sent_without_blocking(
    emulator: Emulator, acredential: AsyncManagedIdentityCredential
) -> None:
    """So it is for the asynchronous credential, in a stream as well."""
    async with AsyncClient("azure-entra", credential=acredential) as client:
        await client.call(CHAT, REQUEST)
        first = bearers(emulator)[0]
        time.sleep(LIFETIME)  # noqa: ASYNC251 - nothing else is to happen meanwhile
        assert is_refused(emulator, first)
        emulator.journal.clear()
        text = "".join([event.text async for event in client.stream(CHAT, REQUEST)])

    assert text
    assert [200] == [each.status for each in asked(emulator, "chat.completions")]
    assert [first] != bearers(emulator)


def test_challenged_token_is_renewed(challenging: Emulator, credential: ManagedIdentityCredential) -> None:
    """A 401 that challenges for claims makes the credential pass over its cache; the call goes on with a new token."""
    with Client("azure-entra", credential=credential) as client:
        client.call(CHAT, REQUEST)
        challenging.expire_tokens()
        answered = client.call(CHAT, REQUEST)

    assert [200, 401, 200] == [each.status for each in asked(challenging, "chat.completions")]
    assert 2 == len(set(bearers(challenging)))
    assert answered.meta is not None
    assert [401, 200] == [each.status for each in answered.meta.attempts]


async def test_challenged_token_is_renewed_without_blocking(
    challenging: Emulator, acredential: AsyncManagedIdentityCredential
) -> None:
    """So it is for the asynchronous credential."""
    async with AsyncClient("azure-entra", credential=acredential) as client:
        await client.call(CHAT, REQUEST)
        challenging.expire_tokens()
        await client.call(CHAT, REQUEST)

    assert [200, 401, 200] == [each.status for each in asked(challenging, "chat.completions")]


def test_unchallenged_token_is_not_sent_again(emulator: Emulator, credential: ManagedIdentityCredential) -> None:
    """Where the credential answers a refusal with the same token, that is the end of it, and no second request."""
    with Client("azure-entra", credential=credential) as client:
        client.call(CHAT, REQUEST)
        emulator.expire_tokens()
        with pytest.raises(AuthenticationError):
            client.call(CHAT, REQUEST)

    assert [200, 401] == [each.status for each in asked(emulator, "chat.completions")]


def test_default_credential(emulator: Emulator) -> None:
    """DefaultAzureCredential finds the managed identity by itself."""
    with DefaultAzureCredential() as credential, Client("azure-entra", credential=credential) as client:
        client.call(CHAT, REQUEST)

    assert [200] == [each.status for each in asked(emulator, "chat.completions")]


def test_identity_of_a_users_own(emulator: Emulator) -> None:
    """A user-assigned identity is asked for by its client id."""
    with ManagedIdentityCredential(client_id="an-id") as mine, Client("azure-entra", credential=mine) as client:
        client.call(CHAT, REQUEST)

    assert ["an-id"] == [each.query["client_id"] for each in asked(emulator, "token")]


def test_token_function(emulator: Emulator, credential: ManagedIdentityCredential) -> None:
    """What the vendor's SDK takes as azure_ad_token_provider is taken as token."""
    with Client("azure-entra", token=get_bearer_token_provider(credential, SCOPE)) as client:
        client.call(CHAT, REQUEST)

    assert [200] == [each.status for each in asked(emulator, "chat.completions")]


async def test_asynchronous_token_function(emulator: Emulator, acredential: AsyncManagedIdentityCredential) -> None:
    """So it is where the function is asynchronous."""
    async with AsyncClient("azure-entra", token=get_async_bearer_token_provider(acredential, SCOPE)) as client:
        await client.call(CHAT, REQUEST)

    assert [200] == [each.status for each in asked(emulator, "chat.completions")]


def test_no_identity_here(monkeypatch: pytest.MonkeyPatch, emulator: Emulator) -> None:
    """A credential that has nothing to give is an error of the setup, with its own words, and nothing is sent."""
    monkeypatch.setenv("IDENTITY_HEADER", "another")
    with (
        ManagedIdentityCredential() as credential,
        Client("azure-entra", credential=credential) as client,
        pytest.raises(SetupError, match="ManagedIdentityCredential") as caught,
    ):
        client.call(CHAT, REQUEST)

    assert caught.value.__cause__ is not None
    assert [] == asked(emulator, "chat.completions")
