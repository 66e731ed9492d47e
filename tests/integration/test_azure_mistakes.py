"""The mistakes that are made with Azure, each with what is said of it: what to change, and to what.

Those that can be meant in one way only are no mistakes here. Of the others some are found before anything is sent, and
the rest from what Azure answers: the emulator where it knows that refusal, else the answer is written down below.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from attrs import frozen

from jackfield import (
    CHAT,
    EMBEDDINGS,
    AuthenticationError,
    ChatRequest,
    Client,
    ContentFilteredError,
    EmbeddingRequest,
    InvalidRequestError,
    JackfieldError,
    Message,
    RejectedError,
    SettingsError,
    SetupError,
)
from jackfield.testing import Answer, ScriptedTransport, answer
from jackfield_emulator import Emulator

AZURE = "https://x.openai.azure.com"
REQUEST = ChatRequest(messages=[Message.user("Hi")])
DEPLOYMENTS = {"mine": "gpt-4o", "vectors": "text-embedding-3-small"}
KEY = "0123456789abcdef0123456789abcdef"


def jwt(**claims: Any) -> str:
    """Return a token with *claims*."""
    return f"eyJhbGciOiJub25lIn0.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.c2ln"


# What is no mistake --------------------------------------------------------------------------------------------------

TARGET = "/openai/deployments/mine/chat/completions?api-version=2024-06-01"
UNDERSTOOD: dict[str, dict[str, Any]] = {
    "the target URI of the portal": {"endpoint": TARGET},
    "the same with the deployment as a setting": {"endpoint": TARGET, "deployment": "mine"},
    "no api-version": {"deployment": "mine"},
    "the path up to openai": {"endpoint": "/openai", "deployment": "mine"},
    "the path up to deployments": {"endpoint": "/openai/deployments/", "deployment": "mine"},
    "doubled slashes": {"endpoint": "//openai//deployments//mine//", "deployment": "mine"},
    "the v1 surface by its address": {"endpoint": "/openai/v1/", "deployment": "mine"},
    "the v1 surface's target URI": {"endpoint": "/openai/v1/chat/completions", "deployment": "mine"},
    "the v1 surface by its version": {"deployment": "mine", "api_version": "v1"},
    "the v1 surface with a date": {"endpoint": "/openai/v1", "deployment": "mine", "api_version": "2024-10-21"},
    "latest": {"deployment": "mine", "api_version": "latest"},
    "preview": {"deployment": "mine", "api_version": "preview"},
    "the deployment as the model": {"chat_model": "mine"},
    "blanks and quotes around it": {"endpoint": '/openai/v1/" ', "deployment": "mine"},
    "a key with a line break": {"deployment": "mine", "api_key": " sk-emulator\n"},
}


@pytest.mark.jackfield_emulator(deployments=DEPLOYMENTS)
@pytest.mark.parametrize("what", UNDERSTOOD)
@pytest.mark.parametrize("provider", ["azure-apikey", "azure-entra"])
def test_understood(jackfield_emulator: Emulator, provider: str, what: str) -> None:
    """What can be meant in one way only is taken as that."""
    given = dict(UNDERSTOOD[what])
    if provider == "azure-entra" and given.pop("api_key", None):
        given["token"] = f" Bearer {jackfield_emulator.token()}\n"
    endpoint = jackfield_emulator.azure_url + given.pop("endpoint", "")
    with Client(provider, **{**jackfield_emulator.settings[provider], "endpoint": endpoint, **given}) as client:
        assert client.call(CHAT, REQUEST).text

    assert [("mine", 200)] == [(each.deployment, each.status) for each in jackfield_emulator.journal]


def test_date_of_older_programs_in_the_environment(
    jackfield_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dated OPENAI_API_VERSION does not keep an endpoint from the v1 surface that it names."""
    monkeypatch.setenv("OPENAI_API_VERSION", "2024-06-01")
    with Client("azure-apikey", endpoint=jackfield_emulator.azure_v1_url, api_key="sk-emulator") as client:
        client.call(CHAT, ChatRequest(messages=REQUEST.messages, model="gpt-4o"))

    assert [("azure-v1", {})] == [(each.surface, each.query) for each in jackfield_emulator.journal]


# What is found before anything is sent -------------------------------------------------------------------------------

FOUND: dict[str, tuple[str, dict[str, Any], type[SetupError], tuple[str, ...]]] = {
    "another deployment in the endpoint": (
        "azure-apikey",
        {"endpoint": f"{AZURE}/openai/deployments/mine", "deployment": "other", "api_key": KEY},
        SettingsError,
        ("deployment: is 'other'", "names 'mine'", "keep one"),
    ),
    "a key of the platform": (
        "azure-apikey",
        {"endpoint": AZURE, "api_key": "sk-proj-0123456789"},
        SettingsError,
        ("api_key: is a key of the OpenAI platform", "key1 or key2", "provider openai"),
    ),
    "a token as the key": (
        "azure-apikey",
        {"endpoint": AZURE, "api_key": jwt(aud="x")},
        SettingsError,
        ("api_key: is a token of Entra's", "provider azure-entra", "token=…"),
    ),
    "the key's name in words of another": (
        "azure-apikey",
        {"endpoint": AZURE, "apikey": KEY},
        SettingsError,
        ("apikey: unknown; did you mean 'api_key'?", "api_key: missing", "AZURE_OPENAI_API_KEY"),
    ),
    "the endpoint's name in words of another": (
        "azure-apikey",
        {"azure_endpoint": AZURE, "api_key": KEY},
        SettingsError,
        ("azure_endpoint: unknown; did you mean 'endpoint'?", "endpoint: missing", "AZURE_OPENAI_ENDPOINT"),
    ),
    "the resource's name alone": (
        "azure-apikey",
        {"endpoint": "my-resource", "api_key": KEY},
        SettingsError,
        ("endpoint: must be an address such as 'https://NAME.openai.azure.com'", "'my-resource'"),
    ),
    "the key in the endpoint": (
        "azure-apikey",
        {"endpoint": f"{AZURE}?api-key={KEY}", "api_key": KEY},
        SettingsError,
        ("endpoint: must not carry credentials", "headers="),
    ),
    "an api-version that is none": (
        "azure-apikey",
        {"endpoint": AZURE, "api_key": KEY, "api_version": "2024-1-1"},
        SettingsError,
        ("api_version: must be a date such as '2024-10-21'", "'v1'", "not '2024-1-1'"),
    ),
    "neither deployment nor model": (
        "azure-apikey",
        {"endpoint": AZURE, "api_key": KEY},
        InvalidRequestError,
        ("deployment: missing", "deployment=…", "chat_model=…", "model=…"),
    ),
    "plain http": (
        "azure-apikey",
        {"endpoint": "http://x.openai.azure.com", "api_key": KEY, "deployment": "mine"},
        SetupError,
        ("plain http", "use https"),
    ),
    "no token": (
        "azure-entra",
        {"endpoint": AZURE},
        SettingsError,
        ("token: missing", "credential=…", "DefaultAzureCredential()", "AZURE_OPENAI_AD_TOKEN"),
    ),
    "a key as the credential": (
        "azure-entra",
        {"endpoint": AZURE, "credential": KEY},
        SettingsError,
        ("credential: must have get_token(scope)", "azure-identity"),
    ),
    "a key where the provider takes tokens": (
        "azure-entra",
        {"endpoint": AZURE, "api_key": KEY},
        SettingsError,
        ("api_key: unknown", "token: missing"),
    ),
    "a function without a token": (
        "azure-entra",
        {"endpoint": AZURE, "deployment": "mine", "token": lambda: None},
        SetupError,
        ("the function passed as token= gave no token, but NoneType",),
    ),
    "a function with an empty token": (
        "azure-entra",
        {"endpoint": AZURE, "deployment": "mine", "token": lambda: " "},
        SetupError,
        ("the function passed as token= gave a token that cannot be sent: it must not be empty",),
    ),
}


@pytest.mark.parametrize("what", FOUND)
def test_found_before_anything_is_sent(what: str) -> None:
    """The error says what to change, quotes no credential, and nothing was sent."""
    provider, settings, kind, said = FOUND[what]
    transport = ScriptedTransport()
    with pytest.raises(kind) as caught, Client(provider, transport=transport, **settings) as client:
        client.call(CHAT, REQUEST)

    assert [] == [words for words in said if words not in str(caught.value)]
    assert [] == transport.requests
    assert [] == [secret for secret in (KEY, "sk-proj-0123456789", jwt(aud="x")) if secret in str(caught.value)]


def failing() -> str:
    """Fail as a function that asks somebody else may."""
    raise OSError("the vault is closed")


class Failing:
    """A credential that has nothing to give, nor to say."""

    def get_token(self, *scopes: str, **options: Any) -> str:
        raise ValueError


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"token": failing}, "the function passed as token= gave no token: the vault is closed"),
        ({"credential": Failing()}, "the credential Failing gave no token: ValueError"),
    ],
)
def test_sources_that_fail(settings: dict[str, Any], said: str) -> None:
    """What a source of tokens raises is the cause of an error that says whose it is."""
    client = Client("azure-entra", endpoint=AZURE, deployment="mine", transport=ScriptedTransport(), **settings)
    with pytest.raises(SetupError) as caught:
        client.call(CHAT, REQUEST)

    assert said == caught.value.message
    assert isinstance(caught.value.__cause__, (OSError, ValueError))


# What Azure says -----------------------------------------------------------------------------------------------------


@frozen
class Refused:
    """A mistake that Azure finds.

    Attributes:
        provider: The provider that is used.
        settings: Its settings; an endpoint is appended to the emulator's address.
        kind: The error.
        said: What its message must say.
        asked: What is asked for, where it is no chat.
        of: Makes settings from the emulator.
        answer: The answer, where the emulator has no such refusal. The endpoint is then a whole one.
    """

    provider: str
    settings: Mapping[str, Any]
    kind: type[JackfieldError]
    said: tuple[str, ...]
    asked: tuple[Any, Any] = (CHAT, REQUEST)
    of: Callable[[Emulator], Mapping[str, Any]] = lambda _: {}
    answer: Answer | None = None


class Scoped:
    """A credential that gives tokens for whatever it is asked for."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def get_token(self, *scopes: str, **options: Any) -> str:
        return self.emulator.token(scopes[0].removesuffix("/.default"))


GATEWAY_401 = answer(401, {"statusCode": 401, "message": "Access denied due to missing subscription key."})
REFUSED: dict[str, Refused] = {
    "a wrong deployment": Refused(
        "azure-apikey",
        {"deployment": "gpt-4o"},
        RejectedError,
        (
            "DeploymentNotFound",
            "there is no deployment 'gpt-4o' at 127.0.0.1",
            "need not be the model's",
            "deployment=",
        ),
    ),
    "a wrong deployment on v1": Refused(
        "azure-entra",
        {"endpoint": "/openai/v1/", "deployment": "gpt-4o"},
        RejectedError,
        ("unknown_model", "there is no deployment 'gpt-4o' at 127.0.0.1", "deployment="),
    ),
    "the model in place of the deployment": Refused(
        "azure-apikey",
        {},
        RejectedError,
        ("there is no deployment 'gpt-4.1'", "model="),
        (CHAT, ChatRequest(messages=REQUEST.messages, model="gpt-4.1")),
    ),
    "a deployment of another kind": Refused(
        "azure-apikey",
        {"deployment": "vectors"},
        RejectedError,
        ("OperationNotSupported", "'vectors'", "'chat.completions'", "name one that does"),
    ),
    "one deployment for all": Refused(
        "azure-entra",
        {"deployment": "mine"},
        RejectedError,
        ("the deployment 'mine' runs a model that does not do 'embeddings'",),
        (EMBEDDINGS, EmbeddingRequest(input="Hi", model="vectors")),
    ),
    "an api-version that Azure has not": Refused(
        "azure-apikey",
        {"deployment": "mine", "api_version": "2031-01-01"},
        RejectedError,
        ("127.0.0.1 has nothing there", "api_version='2031-01-01'", "api_version='v1'"),
    ),
    "v1 where there is none": Refused(
        "azure-apikey",
        {"endpoint": "/elsewhere/openai/v1", "deployment": "mine"},
        RejectedError,
        ("127.0.0.1 has nothing there", "without the v1 surface", "api_version='2024-10-21'"),
    ),
    "a wrong key": Refused(
        "azure-apikey",
        {"deployment": "mine", "api_key": KEY},
        AuthenticationError,
        ("check api_key=", "key1 or key2 of the resource at 127.0.0.1"),
    ),
    "a wrong key at a resource": Refused(
        "azure-apikey",
        {"endpoint": AZURE, "deployment": "mine", "api_key": KEY},
        AuthenticationError,
        ("401: Access denied", "key1 or key2 of the resource at x.openai.azure.com, from its page 'Keys and Endpoint'"),
        answer=answer(401, {"error": {"code": "401", "message": "Access denied due to invalid subscription key"}}),
    ),
    "a gateway that wants a key of its own": Refused(
        "azure-apikey",
        {"endpoint": "https://gateway.example/ai", "deployment": "mine", "api_key": KEY},
        AuthenticationError,
        ("a gateway may want a key of its own", "headers={'Ocp-Apim-Subscription-Key': ...}"),
        answer=GATEWAY_401,
    ),
    "a key of the platform behind a gateway": Refused(
        "azure-apikey",
        {"endpoint": "https://gateway.example/ai", "deployment": "mine", "api_key": "sk-of-the-gateway"},
        AuthenticationError,
        ("a gateway may want a key of its own",),
        answer=GATEWAY_401,
    ),
    "keys that are switched off": Refused(
        "azure-apikey",
        {"endpoint": AZURE, "deployment": "mine", "api_key": KEY},
        AuthenticationError,
        ("403 (AuthenticationTypeDisabled)", "this resource takes no keys", "provider azure-entra"),
        answer=answer(
            403,
            {
                "error": {
                    "code": "AuthenticationTypeDisabled",
                    "message": "Key based authentication is disabled for this resource.",
                }
            },
        ),
    ),
    "keys that are switched off, without a code": Refused(
        "azure-apikey",
        {"endpoint": AZURE, "deployment": "mine", "api_key": KEY},
        AuthenticationError,
        ("does not let this key in", "provider azure-entra", "firewall"),
        answer=answer(403, {"statusCode": 403, "message": "Key based authentication is disabled for this resource."}),
    ),
    "a key as the token": Refused(
        "azure-entra",
        {"deployment": "mine", "token": KEY},
        AuthenticationError,
        ("is no token of Entra's", "is it a key?", "provider azure-apikey"),
    ),
    "an expired token": Refused(
        "azure-entra",
        {"deployment": "mine"},
        AuthenticationError,
        ("lives for about an hour", "credential=…, which renews it", "the token expired "),
        of=lambda emulator: {"token": emulator.token(lifetime=-60)},
    ),
    "a token for somebody else": Refused(
        "azure-entra",
        {"deployment": "mine"},
        AuthenticationError,
        ("check token=", "is for https://management.azure.com", "for https://cognitiveservices.azure.com"),
        of=lambda emulator: {"token": emulator.token("https://management.azure.com")},
    ),
    "a wrong scope": Refused(
        "azure-entra",
        {"deployment": "mine", "scope": "https://management.azure.com/.default"},
        AuthenticationError,
        (
            "scope= is 'https://management.azure.com/.default'",
            "Azure OpenAI wants 'https://cognitiveservices.azure.com/.default'",
        ),
        of=lambda emulator: {"credential": Scoped(emulator), "token": None},
    ),
    "a cloud with another scope": Refused(
        "azure-entra",
        {
            "endpoint": "https://x.openai.azure.us",
            "deployment": "mine",
            "token": lambda: jwt(aud="x"),
            "scope": "https://cognitiveservices.azure.com/.default",
        },
        AuthenticationError,
        ("wants 'https://cognitiveservices.azure.us/.default'",),
        answer=answer(401, {"statusCode": 401, "message": "Unauthorized"}),
    ),
    "a token at a region's address": Refused(
        "azure-entra",
        {
            "endpoint": "https://westeurope.api.cognitive.microsoft.com",
            "deployment": "mine",
            "token": lambda: jwt(aud="x"),
        },
        AuthenticationError,
        ("westeurope.api.cognitive.microsoft.com is a whole region's", "endpoint='https://NAME.openai.azure.com'"),
        answer=answer(401, {"statusCode": 401, "message": "Unauthorized"}),
    ),
    "an identity without a role": Refused(
        "azure-entra",
        {"endpoint": AZURE, "deployment": "mine", "token": lambda: jwt(aud="x")},
        AuthenticationError,
        ("PermissionDenied", "'Cognitive Services OpenAI User'", "Owner and Contributor", "five minutes"),
        answer=answer(
            401,
            {
                "error": {
                    "code": "PermissionDenied",
                    "message": "Principal does not have access to API/Operation.",
                }
            },
        ),
    ),
    "a network that is not let in": Refused(
        "azure-entra",
        {"endpoint": AZURE, "deployment": "mine", "token": lambda: jwt(aud="x")},
        AuthenticationError,
        ("403", "the resource's networks"),
        answer=answer(403, {"error": {"code": "403", "message": "Access denied due to Virtual Network rules."}}),
    ),
    "a prompt that the filter stops": Refused(
        "azure-apikey",
        {"endpoint": AZURE, "deployment": "mine", "api_key": KEY},
        ContentFilteredError,
        ("400 (content_filter)", "it names hate (high) in the prompt"),
        answer=answer(
            400,
            {
                "error": {
                    "code": "content_filter",
                    "message": "The response was filtered",
                    "innererror": {"content_filter_result": {"hate": {"filtered": True, "severity": "high"}}},
                }
            },
        ),
    ),
}


@pytest.mark.jackfield_emulator(deployments=DEPLOYMENTS)
@pytest.mark.parametrize("what", REFUSED)
def test_refused(jackfield_emulator: Emulator, what: str) -> None:
    """The error says what to change, and quotes no credential."""
    case = REFUSED[what]
    settings = dict(case.settings)
    if case.answer is None:
        endpoint = jackfield_emulator.azure_url + settings.pop("endpoint", "")
        settings = {**jackfield_emulator.settings[case.provider], **settings, **case.of(jackfield_emulator)}
        settings["endpoint"] = endpoint
    else:
        settings["transport"] = ScriptedTransport([case.answer] * 2)
    with Client(case.provider, retries=0, **settings) as client, pytest.raises(case.kind) as caught:
        client.call(*case.asked)

    assert [] == [words for words in case.said if words not in str(caught.value)]
    assert [] == [secret for secret in (KEY, "sk-of-the-gateway") if secret in str(caught.value)]
