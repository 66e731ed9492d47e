from __future__ import annotations

import traceback
from typing import Any

import attrs
import pytest

from jackfield import (
    AsyncClient,
    Client,
    ConfigurationError,
    IncompleteProviderError,
    ProviderNotFoundError,
    Secret,
    SettingsError,
    SetupError,
)
from jackfield._configured import configured
from jackfield.activities.parameters import ChatParameters, EmbeddingParameters, ImageParameters
from jackfield.configuration import OPTIONS, SettingFacts, check, installed_providers, proxy_of, settings_of
from jackfield.operations.chat import ChatRequest
from jackfield.operations.embeddings import EmbeddingRequest
from jackfield.operations.images import ImageRequest

KEY = "sk-c0nfigured-0123456789"
MINE = {
    "provider": "openai",
    "api_key": Secret(KEY),
    "chat_model": "m",
    "headers": {"x-team": Secret("t34m-0123456789")},
}


def source(name: str | None) -> dict[str, Any]:
    """Give the one configuration that there is."""
    if name not in (None, "mine"):
        raise ConfigurationError(f"no configuration named {name!r}")
    return dict(MINE)


def key_of(client: Any) -> Any:
    """Return the key that a client has."""
    return client._settings.api_key


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize("name", [None, "mine"])
def test_a_client_is_made_of_a_configuration(kind: Any, name: str | None) -> None:
    """By its name, or of the default one."""
    client = kind.from_configuration(name, source=source)

    assert isinstance(client, kind)
    assert ("openai", Secret(KEY), "m") == (client.provider, key_of(client), client._models["chat_model"])


def test_arguments_win() -> None:
    """Over the configuration's."""
    client = Client.from_configuration(source=source, chat_model="other", timeout=5)

    assert ("other", 5) == (client._models["chat_model"], client._options.timeout)


def test_the_environment_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration wins over it, and it fills what that leaves open."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0ther-0123456789")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    client = Client.from_configuration(source=source)

    assert (Secret(KEY), "org-1") == (key_of(client), client._settings.organization)


def test_a_key_stays_with_the_endpoint_it_was_given_for() -> None:
    """Another endpoint gets neither it nor the secret headers; the usual one, named outright, is the same."""
    elsewhere = Client.from_configuration(source=source, endpoint="https://elsewhere.example/v1")
    usual = Client.from_configuration(source=source, endpoint="https://api.openai.com/v1")

    assert (None, {}) == (key_of(elsewhere), elsewhere._options.headers)
    assert Secret(KEY) == key_of(usual)
    assert ["x-team"] == list(usual._options.headers)
    for wrong in ("nowhere", "https://host:port/", "https://", "evil.example"):
        with pytest.raises(SettingsError, match="endpoint: "):
            Client.from_configuration(source=source, endpoint=wrong)


def test_a_key_stays_with_its_provider() -> None:
    """Another one gets neither it nor the secret headers."""
    arguments = configured("mine", source, {"provider": "azure-apikey"})

    assert {"provider": "azure-apikey", "chat_model": "m"} == arguments


@pytest.mark.parametrize(
    ("stored", "asked", "same"),
    [
        ("mine.openai.azure.com", "https://mine.openai.azure.com/openai/v1/", True),
        ("mine.openai.azure.com", "other.openai.azure.com", False),
        ("https://mine.openai.azure.com", "other.openai.azure.com", False),
        ("https://mine.openai.azure.com:444", "https://mine.openai.azure.com", False),
        ("", "", False),
        ("https://[mine", "https://[mine", False),
    ],
)
def test_endpoints_are_the_same_where_they_surely_are(stored: str, asked: str, same: bool) -> None:
    """However they are written; a key goes nowhere on a doubt."""
    given = {"provider": "azure-apikey", "endpoint": stored, "api_key": Secret(KEY)}
    arguments = configured("mine", lambda name: given, {"endpoint": asked})

    assert same == ("api_key" in arguments)


@pytest.mark.parametrize("stored", [{}, {"provider": 5}])
def test_a_configuration_without_a_provider_is_none(stored: dict[str, Any]) -> None:
    """Whatever the source says."""
    with pytest.raises(ConfigurationError, match="names no provider"):
        Client.from_configuration("x", source=lambda name: stored)


def test_a_source_that_is_not_installed_is_told() -> None:
    """With what to install."""
    with pytest.raises(ProviderNotFoundError, match="pip install jackfield-nowhere"):
        Client.from_configuration("x", source="nowhere")


def test_an_error_shows_no_key() -> None:
    """Nor do the locals of our frames."""
    for more in ({"nonsense": 1}, {"plugins": ["nowhere"]}, {"transport": "nowhere"}):
        with pytest.raises(SetupError) as caught:
            Client.from_configuration(source=source, api_key=KEY, **more)

        frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        ours = [frame for frame in frames.stack if frame.filename.endswith("_setup.py")]
        assert ours
        assert KEY not in f"{caught.value} {[frame.locals for frame in ours]}"


# What a keeper of configurations asks --------------------------------------------------------------------------------


def test_a_providers_settings_are_told() -> None:
    """Their names, what they are, where they come from, and which are secret."""
    facts = {each.name: each for each in settings_of("openai")}

    assert ["endpoint", "api_key", "organization", "project"] == list(facts)
    assert ("https://api.openai.com/v1", ("OPENAI_BASE_URL",), False, False) == (
        facts["endpoint"].default,
        facts["endpoint"].env,
        facts["endpoint"].secret,
        facts["endpoint"].required,
    )
    assert facts["api_key"].secret
    assert "a key from" in facts["api_key"].help
    assert next(each for each in settings_of("azure-apikey") if "endpoint" == each.name).required


@attrs.define
class Plain:
    """Settings made without `setting`."""

    one: int
    many: list[str] = attrs.field(factory=list)


def test_settings_of_plain_attrs_are_told_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as they say anything."""
    monkeypatch.setattr("jackfield.configuration.find", lambda group, name: Plain if "plain" == name else int)

    assert [SettingFacts(name="one", required=True), SettingFacts(name="many")] == list(settings_of("plain"))
    with pytest.raises(IncompleteProviderError, match="is no provider"):
        settings_of("other")


def test_installed_providers_are_named() -> None:
    """None of them imported."""
    assert {"openai", "azure-apikey", "azure-entra"} <= set(installed_providers())


@pytest.mark.parametrize(
    ("provider", "settings", "names"),
    [
        ("openai", {"api_key": Secret(KEY)}, []),
        ("openai", {}, ["api_key"]),
        ("openai", {"api_key": Secret(KEY), "timeout": -1, "nonsense": 1}, ["nonsense", "timeout"]),
        ("azure-apikey", {"api_version": "soon"}, ["endpoint", "api_key", "api_version"]),
        ("nowhere", {}, ["provider"]),
        (
            "openai",
            {"api_key": Secret(KEY), "plugins": 5, "transport": 5, "chat_model": 5, "images_model": ""},
            ["plugins", "transport", "chat_model", "images_model"],
        ),
        ("openai", {"api_key": Secret(KEY), "plugins": "otel"}, ["plugins"]),
    ],
)
def test_what_is_wrong_is_told_before_there_is_a_client(
    provider: str, settings: dict[str, Any], names: list[str]
) -> None:
    """All of it, each opening with the setting's name."""
    assert sorted(names) == sorted(each.partition(":")[0] for each in check(provider, settings))


def test_the_proxy_of_an_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a client would take it."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "near.example")

    assert "http://proxy.example:3128" == proxy_of("https://far.example/v1")
    assert proxy_of("https://near.example/v1") is None
    assert proxy_of("https://far.example/v1", None) is None
    assert "http://other.example:1" == proxy_of("https://far.example/v1", "http://other.example:1")


def test_the_options_of_a_client_are_named() -> None:
    """Those that it takes beside its provider's settings."""
    assert {"timeout", "headers", "chat_model", "proxy"} <= set(OPTIONS)


@pytest.mark.parametrize(
    ("parameters", "request_class", "others"),
    [
        (ChatParameters, ChatRequest, {"messages"}),
        (ImageParameters, ImageRequest, {"prompt", "n", "partial_images"}),
        (EmbeddingParameters, EmbeddingRequest, {"input"}),
    ],
)
def test_the_everyday_methods_take_every_field(parameters: Any, request_class: Any, others: set[str]) -> None:
    """One that is added to a request must be added to what editors complete."""
    options = {"timeout", "deadline", "retries", "headers"}
    tools = {"tool_rounds", "tool_errors"}
    fields = {each.name for each in attrs.fields(request_class)}

    assert fields - others == set(parameters.__annotations__) - options - tools
