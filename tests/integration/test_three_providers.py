"""The swap: one program, three providers, one answer. Only the provider's name and its settings are others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from jackfield import (
    CHAT,
    EMBEDDINGS,
    IMAGES,
    AsyncClient,
    ChatRequest,
    Client,
    EmbeddingRequest,
    ImageRequest,
    Message,
)
from jackfield.operations.chat import StreamOptions
from jackfield_emulator import Emulator

# The program, three times: blocking, asynchronous, event by event. None of them knows a vendor. -----------------------


def program(provider: str, settings: Mapping[str, Any]) -> str:
    """Plan a trip and shorten the plan."""
    with Client(provider, chat_model="gpt-4o-mini", **settings) as client:
        conversation = [Message.system("You are brief."), Message.user("Plan a day in Bodø.")]
        plan = client.call(CHAT, ChatRequest(messages=conversation, temperature=0.2, seed=7))
        conversation += [plan.choices[0].message.as_message(), Message.user("Shorter, please.")]
        short = client.call(CHAT, ChatRequest(messages=conversation, max_completion_tokens=20))
    return f"{plan.text}\n{short.text}"


async def asynchronous(provider: str, settings: Mapping[str, Any]) -> str:
    """Do the same without blocking."""
    async with AsyncClient(provider, chat_model="gpt-4o-mini", **settings) as client:
        conversation = [Message.system("You are brief."), Message.user("Plan a day in Bodø.")]
        plan = await client.call(CHAT, ChatRequest(messages=conversation, temperature=0.2, seed=7))
        conversation += [plan.choices[0].message.as_message(), Message.user("Shorter, please.")]
        short = await client.call(CHAT, ChatRequest(messages=conversation, max_completion_tokens=20))
    return f"{plan.text}\n{short.text}"


def streaming(provider: str, settings: Mapping[str, Any]) -> str:
    """Do the same as the words come."""
    with Client(provider, chat_model="gpt-4o-mini", **settings) as client:
        conversation = [Message.system("You are brief."), Message.user("Plan a day in Bodø.")]
        plan = client.stream(CHAT, ChatRequest(messages=conversation, temperature=0.2, seed=7))
        first = "".join(event.text for event in plan)
        conversation += [plan.response.choices[0].message.as_message(), Message.user("Shorter, please.")]
        short = client.stream(CHAT, ChatRequest(messages=conversation, max_completion_tokens=20))
        return "".join([first, "\n", *(event.text for event in short)])


async def asynchronous_streaming(provider: str, settings: Mapping[str, Any]) -> str:
    """Do that without blocking."""
    async with AsyncClient(provider, chat_model="gpt-4o-mini", **settings) as client:
        conversation = [Message.system("You are brief."), Message.user("Plan a day in Bodø.")]
        plan = client.stream(CHAT, ChatRequest(messages=conversation, temperature=0.2, seed=7))
        first = "".join([event.text async for event in plan])
        conversation += [plan.response.choices[0].message.as_message(), Message.user("Shorter, please.")]
        short = client.stream(CHAT, ChatRequest(messages=conversation, max_completion_tokens=20))
        return "".join([first, "\n", *[event.text async for event in short]])


# What is swapped -----------------------------------------------------------------------------------------------------

DATED = "/openai/deployments/gpt-4o-mini/chat/completions"
SWAPPED = ["openai", "azure-apikey", "azure-apikey on v1", "azure-entra", "azure-entra on v1"]
FORMS = {
    "openai": ("/v1/chat/completions", {}, ("bearer",), "gpt-4o-mini"),
    "azure-apikey": (DATED, {"api-version": "2024-10-21"}, ("api-key",), None),
    "azure-apikey on v1": ("/openai/v1/chat/completions", {}, ("api-key",), "gpt-4o-mini"),
    "azure-entra": (DATED, {"api-version": "2024-10-21"}, ("bearer",), None),
    "azure-entra on v1": ("/openai/v1/chat/completions", {}, ("bearer",), "gpt-4o-mini"),
}
"""Path, query, credentials and the body's model of each."""


def settings_of(emulator: Emulator, swapped: str) -> tuple[str, dict[str, Any]]:
    """Return the provider's name and its settings."""
    provider, _, on_v1 = swapped.partition(" on ")
    settings = emulator.settings[provider]
    return provider, {**settings, "endpoint": emulator.azure_v1_url} if on_v1 else settings


@pytest.fixture(scope="module")
def expected() -> str:
    """Return the text that the program gives, whoever answers it."""
    with Emulator() as emulator:
        return program("openai", emulator.settings["openai"])


@pytest.mark.parametrize("swapped", SWAPPED)
def test_same_text(jackfield_emulator: Emulator, expected: str, swapped: str) -> None:
    """The blocking program gives the same text whatever the provider."""
    assert len(expected.splitlines()) == 2
    assert expected == program(*settings_of(jackfield_emulator, swapped))


@pytest.mark.parametrize("swapped", SWAPPED)
async def test_same_text_asynchronously(jackfield_emulator: Emulator, expected: str, swapped: str) -> None:
    """So does the asynchronous one."""
    assert expected == await asynchronous(*settings_of(jackfield_emulator, swapped))


@pytest.mark.parametrize("swapped", SWAPPED)
def test_same_text_as_a_stream(jackfield_emulator: Emulator, expected: str, swapped: str) -> None:
    """So do the streaming one's pieces."""
    assert expected == streaming(*settings_of(jackfield_emulator, swapped))


@pytest.mark.parametrize("swapped", SWAPPED)
async def test_same_text_as_an_asynchronous_stream(jackfield_emulator: Emulator, expected: str, swapped: str) -> None:
    """And those of the asynchronous one."""
    assert expected == await asynchronous_streaming(*settings_of(jackfield_emulator, swapped))


@pytest.mark.parametrize("swapped", SWAPPED)
def test_forms_on_the_wire(jackfield_emulator: Emulator, swapped: str) -> None:
    """The server saw each provider's own path, query, credentials and place of the model."""
    program(*settings_of(jackfield_emulator, swapped))

    seen = [(each.path, each.query, each.credentials, each.body.get("model")) for each in jackfield_emulator.journal]
    assert [FORMS[swapped]] * 2 == seen


def test_three_forms_of_url_and_credentials(jackfield_emulator: Emulator) -> None:
    """The three providers' plain settings make three different forms, which are each vendor's own."""
    for provider in ("openai", "azure-apikey", "azure-entra"):
        program(provider, jackfield_emulator.settings[provider])

    seen = {(each.surface, each.credentials) for each in jackfield_emulator.journal}
    assert {("openai", ("bearer",)), ("azure-dated", ("api-key",)), ("azure-dated", ("bearer",))} == seen


@pytest.mark.parametrize("swapped", SWAPPED)
def test_the_other_operations_are_swapped_as_well(jackfield_emulator: Emulator, swapped: str) -> None:
    """Pictures, vectors and the tokens of a stream are the same from all of them."""
    got = []
    for each in ("openai", swapped):
        provider, settings = settings_of(jackfield_emulator, each)
        with Client(
            provider,
            **settings,
            chat_model="gpt-4o",
            images_model="gpt-image-1",
            embeddings_model="text-embedding-3-small",
        ) as client:
            picture = client.call(IMAGES, ImageRequest(prompt="A kite", size="1024x1024")).data[0].b64_json
            vectors = client.call(EMBEDDINGS, EmbeddingRequest(input=["a kite", "a boat"], dimensions=8)).vectors
            request = ChatRequest(messages=[Message.user("Hi")], stream_options=StreamOptions(include_usage=True))
            stream = client.stream(CHAT, request)
            list(stream)
        got.append((picture, [list(vector) for vector in vectors], stream.response.usage))

    assert got[0] == got[1]
