"""Every form of endpoint that users paste means what they mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield_azure_common import Target, parse
from jackfield_azure_common._target import checked_version

RESOURCE = "https://x.openai.azure.com/openai"

PASTED = {
    "https://x.openai.azure.com": Target(RESOURCE),
    "https://x.openai.azure.com/": Target(RESOURCE),
    "  'https://x.openai.azure.com/'\n": Target(RESOURCE),
    "x.openai.azure.com": Target(RESOURCE),
    "x.openai.azure.com/openai/v1": Target(RESOURCE, "v1"),
    "https://X.OpenAI.Azure.com/OpenAI": Target("https://X.OpenAI.Azure.com/OpenAI"),
    "https://x.openai.azure.com/openai": Target(RESOURCE),
    "https://x.openai.azure.com//openai//deployments//": Target(RESOURCE),
    "https://x.openai.azure.com/openai/deployments/": Target(RESOURCE),
    "https://x.openai.azure.com/openai/deployments/gpt-4o": Target(RESOURCE, "dated", "gpt-4o"),
    "https://x.openai.azure.com/openai/deployments/a%20b/": Target(RESOURCE, "dated", "a b"),
    "https://x.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-06-01": Target(
        RESOURCE, "dated", "gpt-4o", "2024-06-01"
    ),
    "https://x.openai.azure.com/openai/responses?api-version=2025-04-01-preview": Target(
        RESOURCE, "dated", None, "2025-04-01-preview"
    ),
    "https://x.openai.azure.com/openai/v1/": Target(RESOURCE, "v1"),
    "https://x.openai.azure.com/openai/v1/chat/completions": Target(RESOURCE, "v1"),
    "https://x.openai.azure.com/openai/v1/chat/completions?api-version=preview": Target(
        RESOURCE, "v1", None, "preview"
    ),
    "https://x.openai.azure.com?api-version=v1": Target(RESOURCE, "v1", None, "v1"),
    "https://x.openai.azure.us": Target("https://x.openai.azure.us/openai"),
    "https://x.cognitiveservices.azure.com/": Target("https://x.cognitiveservices.azure.com/openai"),
    "https://x.services.ai.azure.com": Target("https://x.services.ai.azure.com/openai"),
    "https://x.services.ai.azure.com/api/projects/p": Target("https://x.services.ai.azure.com/openai"),
    "https://x.services.ai.azure.com/api/projects/p/openai/v1": Target("https://x.services.ai.azure.com/openai", "v1"),
    "https://x.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview": Target(
        "https://x.services.ai.azure.com/openai"
    ),
    "https://gateway.example/ai": Target("https://gateway.example/ai/openai"),
    "https://gateway.example/openai/openai/deployments/d": Target(
        "https://gateway.example/openai/openai", "dated", "d"
    ),
    "https://gateway.example/llm/deployments/d": Target("https://gateway.example/llm", "dated", "d"),
    "https://gateway.example/deployments/d": Target("https://gateway.example/openai", "dated", "d"),
    "https://gateway.example/llm/v1/": Target("https://gateway.example/llm", "v1"),
    "http://127.0.0.1:8080/x/3/openai/v1": Target("http://127.0.0.1:8080/x/3/openai", "v1"),
    "https://gateway.example/ai?tenant=7&api-version=2024-10-21": Target(
        "https://gateway.example/ai/openai", "dated", None, "2024-10-21", "tenant=7"
    ),
}

REFUSED = {
    "": "must be an address",
    "my-resource": "must be an address",
    "ftp://x.openai.azure.com": "must be an address",
    "https://": "must be an address",
    "https://user:word@x.openai.azure.com": "must not carry a user name",
    "https://gateway.example/ai?subscription-key=abc": "must not carry credentials ('subscription-key'",
}


@pytest.mark.parametrize(("pasted", "meant"), PASTED.items())
def test_means(pasted: str, meant: Target) -> None:
    """What portals, documentation and gateways show is understood."""
    assert meant == parse(pasted)


@pytest.mark.parametrize(("pasted", "why"), REFUSED.items())
def test_refuses(pasted: str, why: str) -> None:
    """What is no address, or carries a credential, is refused with the reason."""
    with pytest.raises(ValueError, match=why.replace("(", r"\(")):
        parse(pasted)


def test_refusal_keeps_the_password() -> None:
    """A password that was pasted along is not repeated in the error."""
    with pytest.raises(ValueError, match="user name") as caught:
        parse("https://user:hunter2@x.openai.azure.com")

    assert "hunter2" not in str(caught.value)


names = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.", min_size=1, max_size=20).filter(lambda name: name.strip("."))
slashes = st.integers(1, 3).map("/".__mul__)


@given(names, slashes, slashes, st.sampled_from(["", "chat/completions", "embeddings", "images/generations"]))
def test_target_uri_names_the_deployment(name: str, first: str, last: str, operation: str) -> None:
    """Whatever the deployment is called and however slashes double, a target URI names it."""
    pasted = f"https://x.openai.azure.com{first}openai/deployments/{name}{last}{operation}?api-version=2024-10-21"

    assert Target(RESOURCE, "dated", name, "2024-10-21") == parse(pasted)


@given(st.sampled_from(sorted(PASTED)))
def test_canonical_form_is_stable(pasted: str) -> None:
    """Reading the root again gives the root again."""
    target = parse(pasted)

    assert target.root == parse(f"{target.root}/deployments/d").root or target.surface == "v1"
    assert target.root == parse(f"{target.root}/v1").root


@pytest.mark.parametrize("version", ["2024-10-21", "2025-04-01-preview", " 2024-10-21 ", "v1", "preview", "latest"])
def test_takes_version(version: str) -> None:
    """Dates, previews and the v1 surface's words are versions."""
    assert version.strip() == checked_version(version)


@pytest.mark.parametrize("version", ["", "2024", 2024, "2024-10-21-beta", "V2", "24-10-21"])
def test_refuses_version(version: str) -> None:
    """Everything else is refused, with examples of what would do; also a number, which a file may hold."""
    with pytest.raises(ValueError, match="2024-10-21"):
        checked_version(version)
