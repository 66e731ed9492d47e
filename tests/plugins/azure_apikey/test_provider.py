"""Settings of `azure-apikey`, and the requests that come of them."""

from __future__ import annotations

from typing import Any

import pytest

from jackfield import CHAT, ChatRequest, Client, Message, SettingsError
from jackfield.testing import ScriptedTransport, answer

ANSWER = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}]}
ENDPOINT = "https://x.openai.azure.com"
REQUEST = ChatRequest(messages=[Message.user("hi")], model="gpt-4o")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "OPENAI_API_VERSION", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def sent(request: ChatRequest = REQUEST, **settings: Any) -> Any:
    """Return the request that a call with *settings* sends."""
    transport = ScriptedTransport([answer(200, ANSWER)])
    with Client("azure-apikey", transport=transport, **settings) as client:
        client.call(CHAT, request)
    return transport.requests[0]


def test_sends_the_key_as_a_header_of_its_own() -> None:
    """Azure's key goes into `api-key`, never into `authorization`."""
    request = sent(endpoint=ENDPOINT, deployment="d", api_key="the-key")

    assert "the-key" == request.revealed_headers()["api-key"]
    assert "authorization" not in request.headers


def test_dated_body_names_no_model() -> None:
    """The deployment decides; the request's model is not sent."""
    request = sent(endpoint=ENDPOINT, deployment="d", api_key="k")

    assert f"{ENDPOINT}/openai/deployments/d/chat/completions?api-version=2024-10-21" == request.url
    assert b'{"messages":[{"role":"user","content":"hi"}]}' == request.body


VERSIONS = [
    ({}, "?api-version=2024-10-21"),
    ({"api_version": "2024-06-01"}, "?api-version=2024-06-01"),
    ({"endpoint": f"{ENDPOINT}/openai/deployments/d?api-version=2024-02-01"}, "?api-version=2024-02-01"),
    ({"endpoint": f"{ENDPOINT}?api-version=2024-02-01", "api_version": "2024-06-01"}, "?api-version=2024-06-01"),
]


@pytest.mark.parametrize(("settings", "query"), VERSIONS)
def test_version(settings: dict[str, str], query: str) -> None:
    """The setting wins over the endpoint's version, that over the default."""
    assert sent(**{"endpoint": ENDPOINT, "deployment": "d", "api_key": "k", **settings}).url.endswith(query)


@pytest.mark.parametrize(
    "settings", [{"endpoint": f"{ENDPOINT}/openai/v1/"}, {"api_version": "v1"}, {"api_version": "latest"}]
)
def test_v1_surface(settings: dict[str, str]) -> None:
    """The v1 surface is chosen by endpoint or by version; the deployment is the body's model."""
    request = sent(**{"endpoint": ENDPOINT, "deployment": "d", "api_key": "k", **settings})

    assert f"{ENDPOINT}/openai/v1/chat/completions" == request.url
    assert b'"model":"d"' in request.body


def test_v1_preview() -> None:
    """`preview` goes to the v1 surface and into the query."""
    url = sent(endpoint=ENDPOINT, deployment="d", api_key="k", api_version="preview").url

    assert f"{ENDPOINT}/openai/v1/chat/completions?api-version=preview" == url


def test_date_in_the_environment_does_not_disturb_v1(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dated OPENAI_API_VERSION, there for older programs, is not sent to the v1 surface."""
    monkeypatch.setenv("OPENAI_API_VERSION", "2024-06-01")

    assert (
        f"{ENDPOINT}/openai/v1/chat/completions"
        == sent(endpoint=f"{ENDPOINT}/openai/v1", deployment="d", api_key="k").url
    )


def test_environment_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vendor's usual variables make a client without a single argument but the deployment."""
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", ENDPOINT)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "from-environment")
    monkeypatch.setenv("OPENAI_API_VERSION", "2024-06-01")
    request = sent(deployment="d")

    assert "from-environment" == request.revealed_headers()["api-key"]
    assert request.url.endswith("api-version=2024-06-01")


def test_environment_key_stays_with_its_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that was meant for the environment's endpoint is not sent to another one."""
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", ENDPOINT)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "from-environment")

    with pytest.raises(SettingsError, match="api_key: missing"):
        Client("azure-apikey", endpoint="https://other.openai.azure.com", deployment="d")


def test_other_vendors_key_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key of the OpenAI platform is never sent to Azure."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-platform")

    with pytest.raises(SettingsError, match="AZURE_OPENAI_API_KEY"):
        Client("azure-apikey", endpoint=ENDPOINT, deployment="d")


def test_all_problems_at_once() -> None:
    """Every wrong setting is named in one error, those that contradict each other included."""
    with pytest.raises(SettingsError) as caught:
        Client("azure-apikey", endpoint=f"{ENDPOINT}/openai/deployments/a", deployment="b", api_version="x", colour=1)

    assert {"api_key", "api_version", "colour", "deployment"} == {
        problem.partition(":")[0] for problem in caught.value.problems
    }


def test_gateways_take_more_headers() -> None:
    """API Management's subscription key goes along as a header of the configuration."""
    request = sent(
        endpoint="https://gateway.example/ai", deployment="d", api_key="k", headers={"Ocp-Apim-Subscription-Key": "s"}
    )

    assert "https://gateway.example/ai/openai/deployments/d/chat/completions?api-version=2024-10-21" == request.url
    assert "s" == request.revealed_headers()["ocp-apim-subscription-key"]
