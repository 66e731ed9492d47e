"""What is pasted as an endpoint, and what `--set` is given."""

from __future__ import annotations

import pytest

from jackfield_azure_common import parse
from jackfield_configurations._commands._given import settings, typed
from jackfield_configurations._commands._recognition import recognised, recognised_for

PASTED: list[tuple[str, bool, str]] = [
    ("https://api.openai.com/v1", False, "https://api.openai.com/v1"),
    ("  api.openai.com/v1/chat/completions ", False, "https://api.openai.com/v1"),
    ("http://127.0.0.1:8642", False, "http://127.0.0.1:8642"),
    ("https://gateway.example/team/v1", False, "https://gateway.example/team/v1"),
    ("https://x.openai.azure.com/", True, "https://x.openai.azure.com"),
    ("x.openai.azure.com", True, "https://x.openai.azure.com"),
    ("https://x.openai.azure.com/openai/deployments/", True, "https://x.openai.azure.com"),
    ("https://x.openai.azure.com/openai/v1/", True, "https://x.openai.azure.com, api-version v1"),
    ("http://127.0.0.1:8642/openai/v1/", True, "http://127.0.0.1:8642, api-version v1"),
    ("https://x.services.ai.azure.com/api/projects/p", True, "https://x.services.ai.azure.com"),
    (
        "https://x.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2025-01-01-preview",
        True,
        "https://x.openai.azure.com, deployment gpt-4o, api-version 2025-01-01-preview",
    ),
    (
        "https://gateway.example/azure/openai/deployments/d/embeddings?api-version=2024-10-21&team=1",
        True,
        "https://gateway.example/azure/openai?team=1, deployment d, api-version 2024-10-21",
    ),
    (
        "https://gateway.example/models/deployments/d/embeddings?api-version=2024-10-21",
        True,
        "https://gateway.example/models/deployments, deployment d, api-version 2024-10-21",
    ),
]


@pytest.mark.parametrize(("pasted", "is_azure", "shown"), PASTED, ids=[each[0] for each in PASTED])
def test_what_is_pasted_is_recognised(pasted: str, is_azure: bool, shown: str) -> None:
    """Whose it is, its shortest form, and what it says beside the address."""
    found = recognised(pasted)

    assert (is_azure, shown) == (found.is_azure, found.shown)


@pytest.mark.parametrize("pasted", [each[0] for each in PASTED if each[1]])
def test_the_shortest_form_means_the_same(pasted: str) -> None:
    """The root and the query of every request stay what they were."""
    found, meant = parse(recognised(pasted).endpoint), parse(pasted)

    assert (meant.root, meant.query) == (found.root, found.query)


def test_a_gateway_of_the_newer_surface_keeps_its_path() -> None:
    """Where Azure is meant, for the address does not say so."""
    found = recognised_for("azure-apikey", "https://gateway.example/team/v1/chat/completions")

    assert "https://gateway.example/team/v1, api-version v1" == found.shown


def test_the_endpoint_of_a_strangers_provider_is_its_own() -> None:
    """Nothing is known of it."""
    assert "parley://here" == recognised_for("parley", " parley://here ").endpoint


def test_the_newer_surface_can_be_asked_as_openai() -> None:
    """It takes the key as a bearer; the dated one does not."""
    assert (
        "https://x.openai.azure.com/openai/v1"
        == recognised_for("openai", "https://x.openai.azure.com/openai/v1/").endpoint
    )
    with pytest.raises(ValueError, match="azure-apikey and azure-entra"):
        recognised_for("openai", "https://x.openai.azure.com")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("timeout", "30", 30),
        ("deadline", "1.5", 1.5),
        ("retries", "0", 0),
        ("organization", "4711", "4711"),
        ("allow_plain_http", "yes", True),
        ("plugins", "otel, budget", ["otel", "budget"]),
        ("trust", "os", "os"),
        ("nobody_knows", "true", "true"),
    ],
)
def test_text_becomes_what_a_setting_takes(name: str, text: str, value: object) -> None:
    """Text where text fits, else the number or the flag that it spells."""
    assert value == typed("openai", name, text)
    assert type(value) is type(settings([f"{name}={text}"], "openai")[name])
