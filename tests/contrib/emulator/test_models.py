"""The list of models."""

from __future__ import annotations

import openai
import pytest


def test_list(client):
    """The SDK lists the catalogue on every surface."""
    names = {model.id for model in client.models.list()}

    assert {True} == {any(name.startswith(model) for name in names) for model in ("gpt-4o-mini", "dall-e-3")}


def test_shapes(ask, place, surface):
    """The dated surface has other keys than the two others."""
    document = ask(place.models, **place.auth).document
    keys = {frozenset(model) for model in document["data"]}

    assert "list" == document["object"]
    if "azure-dated" == surface:
        assert {"chat_completion", "embeddings"} <= set(document["data"][0]["capabilities"])
    else:
        assert {frozenset({"id", "object", "created", "owned_by"})} == keys


def test_one(client):
    """One model can be asked for by its name."""
    assert client.models.retrieve("gpt-4o-2024-11-20").id.startswith("gpt-4o")


def test_none(client):
    """A model that there is not is not found."""
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-9")


@pytest.mark.jackfield_emulator(models=["my-model"])
def test_more_models(connect):
    """A model that was named when the emulator was made is in the list, and chats."""
    client = connect("openai")

    assert "my-model" in {model.id for model in client.models.list()}
    assert (
        "my-model"
        == client.chat.completions.create(model="my-model", messages=[{"role": "user", "content": "Hello."}]).model
    )
