"""The managed identity's token endpoint, asked by azure-identity itself and by hand."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64decode

import openai
import pytest
from azure import identity

RESOURCE = "https://cognitiveservices.azure.com"
PATH = f"/msi/token?resource={RESOURCE}&api-version=2019-08-01"
MESSAGES = [{"role": "user", "content": "Hello."}]


def claims(token: str) -> dict:
    """Return what a token says of itself."""
    _, payload, _ = token.split(".")
    return json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def test_answer(ask, emulator):
    """The endpoint gives a bearer token for the resource, with its end as text and in the token."""
    document = ask(PATH, x_identity_header=emulator.identity_header).document
    told = claims(document["access_token"])

    assert ("Bearer", RESOURCE) == (document["token_type"], document["resource"])
    assert (RESOURCE, document["expires_on"]) == (told["aud"], str(told["exp"]))
    assert 3590 < int(document["expires_on"]) - time.time() <= 3600


@pytest.mark.parametrize(
    ("path", "header", "status"),
    [
        (PATH, "wrong", 401),
        ("/msi/token?api-version=2019-08-01", "emulator-identity", 400),
        (f"/msi/token?resource={RESOURCE}", "emulator-identity", 400),
    ],
    ids=["header", "resource", "version"],
)
def test_refusals(ask, path, header, status):
    """A wrong header, a missing resource and a missing version are refused."""
    answer = ask(path, x_identity_header=header)

    assert (status, status) == (answer.status, answer.document["statusCode"])


def test_lifetime(emulator):
    """The lifetime can be set for all tokens and for one."""
    emulator.token_lifetime = 60

    assert [60, 5] == [
        round(claims(token)["exp"] - claims(token)["iat"]) for token in (emulator.token(), emulator.token(lifetime=5))
    ]


def test_tokens_expire(ask, emulator):
    """A token with a short life is refused after it."""
    token = emulator.token(lifetime=0.2)
    path = "/openai/models?api-version=2024-10-21"
    before = ask(path, authorization=f"Bearer {token}").status
    time.sleep(0.25)

    assert (200, 401) == (before, ask(path, authorization=f"Bearer {token}").status)


def test_azure_identity(emulator, monkeypatch):
    """ManagedIdentityCredential gets a token from here, and the vendor's SDK is let in with it."""
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AZURE_OPENAI_API_KEY")
    with identity.ManagedIdentityCredential() as credential:
        provider = identity.get_bearer_token_provider(credential, f"{RESOURCE}/.default")
        with openai.AzureOpenAI(azure_ad_token_provider=provider) as client:
            response = client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)

    assert response.choices[0].message.content
    assert ["identity", "azure-dated"] == [record.surface for record in emulator.journal]
    assert [(), ("bearer",)] == [record.credentials for record in emulator.journal]
