"""What people do every day, by every provider, blocking and asynchronous, over real HTTP (rows C, D1 and E)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import Enum
from pathlib import Path
from typing import Any

import attrs
import pytest

from jackfield import (
    AsyncClient,
    ChatSession,
    Client,
    DataBatch,
    FilePart,
    GeneratedImage,
    ImagePart,
    InvalidRequestError,
    Message,
    TextPart,
    cosine_similarity,
    vector_from_text,
    vector_to_text,
)
from jackfield_emulator import Emulator

PROVIDERS = ["openai", "azure-apikey", "azure-apikey on v1", "azure-entra", "azure-entra on v1"]
MODELS = {"chat_model": "gpt-4o-mini", "images_model": "dall-e-3", "embeddings_model": "text-embedding-3-small"}
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
)

Everyday = Callable[..., Any]


@pytest.fixture(params=PROVIDERS)
def swapped(request: pytest.FixtureRequest, jackfield_emulator: Emulator) -> tuple[str, dict[str, Any]]:
    """Return a provider and its settings."""
    provider, _, on_v1 = request.param.partition(" on ")
    settings = jackfield_emulator.settings[provider]
    return provider, {**settings, **MODELS, **({"endpoint": jackfield_emulator.azure_v1_url} if on_v1 else {})}


@pytest.fixture(params=["blocking", "asyncio"])
def do(request: pytest.FixtureRequest, swapped: tuple[str, dict[str, Any]]) -> Everyday:
    """Return what does one thing with a client: the method's name and arguments in, its result out."""
    provider, settings = swapped

    def blocking(method: str, *arguments: Any, **named: Any) -> Any:
        with Client(provider, **settings) as client:
            result = getattr(client, method)(*arguments, **named)
            return [event.text for event in result] if "stream_chat" == method else result

    async def awaited(method: str, *arguments: Any, **named: Any) -> Any:
        async with AsyncClient(provider, **settings) as client:
            result = getattr(client, method)(*arguments, **named)
            if "stream_chat" == method:
                return [event.text async for event in result]
            done: Awaitable[Any] = result
            return await done

    if "blocking" == request.param:
        return blocking
    return lambda *arguments, **named: asyncio.run(awaited(*arguments, **named))


@pytest.mark.parametrize(("prompt", "system"), [("Hello.", None), (None, "Say hello."), ("Hello.", "Be brief.")])
def test_c1_without_history(do: Everyday, jackfield_emulator: Emulator, prompt: str | None, system: str | None) -> None:
    """A prompt, a system prompt or both in, the assistant's text out."""
    before = len(jackfield_emulator.journal)

    assert do("ask", prompt, system=system)
    asked = list(jackfield_emulator.journal)[before:][-1]
    said = [("system", system)] * bool(system) + [("user", prompt)] * bool(prompt)
    assert said == [(each["role"], each["content"]) for each in asked.body["messages"]]


def test_c1_neither_is_an_error(do: Everyday) -> None:
    """Before anything is sent."""
    with pytest.raises(InvalidRequestError, match="give a prompt, a system prompt, or both"):
        do("ask")


def test_c2_with_history(do: Everyday) -> None:
    """A session is sent as it is, carried on, and carried on event by event."""
    session = ChatSession()
    session.add(Message.system("Be brief."))
    session.add("What is a jackfield?")
    session.add(Message.assistant("A panel of sockets."))
    session.add("And what is it for?")

    assert do("complete", session)
    assert 4 == len(session)
    assert do("chat", session, "Shorter.") == session.messages[-1].content
    assert "".join(do("stream_chat", session, "Longer.")) == session.messages[-1].content
    assert ["user", "assistant"] * 2 == [each.role for each in session.messages[4:]]


class Colour(Enum):
    """A colour."""

    RED = "red"
    BLUE = "blue"


@attrs.define
class Line:
    """A line of an order."""

    name: str
    colour: Colour | None


@attrs.define
class Order:
    """An order."""

    number: int
    lines: list[Line]
    notes: dict[str, str]
    paid: bool


def test_c4_an_object_back(do: Everyday) -> None:
    """A class is the schema, and the answer an object of it."""
    order = do("ask_for", Order, "An order of two lines, please.")

    assert isinstance(order, Order)
    assert {Line} == {type(line) for line in order.lines}
    assert {str} == {type(word) for word in do("ask_for", list[str], "Some words.")}


@pytest.mark.parametrize("response_format", ["text", "json_object", {"type": "json_object"}])
def test_c4_formats_by_name(do: Everyday, response_format: Any) -> None:
    """The API decides for which models."""
    assert do("ask", "Some JSON, please.", response_format=response_format)


def test_c7_functions_are_called(do: Everyday) -> None:
    """What the model wants called is called, and it goes on with the results."""
    called = []

    def weather(city: str) -> dict[str, Any]:
        """Tell the weather in a city.

        Args:
            city: Which city.
        """
        called.append(city)
        return {"degrees": 18}

    assert do("ask", "Use weather, please.", tools=[weather])
    assert called


def test_c7_pictures_and_files_in_messages(do: Everyday, jackfield_emulator: Emulator, tmp_path: Path) -> None:
    """From a path, from bytes, from a URL."""
    picture, document = tmp_path / "pixel.png", tmp_path / "notes.pdf"
    picture.write_bytes(PIXEL)
    document.write_bytes(b"%PDF-1.4 notes")
    parts = [
        TextPart("What is in these?"),
        ImagePart.from_path(picture),
        ImagePart.from_bytes(PIXEL),
        ImagePart.from_url("https://pictures.example/cat.png"),
        FilePart.from_path(document),
    ]

    assert do("chat", ChatSession(), Message.user(parts))
    sent = jackfield_emulator.journal[-1].body["messages"][0]["content"]
    assert ["text", "image_url", "image_url", "image_url", "file"] == [part["type"] for part in sent]
    assert sent[1] == sent[2]
    assert "notes.pdf" == sent[4]["file"]["filename"]


@attrs.define
class Portrait(GeneratedImage):
    """A picture of one's own kind."""

    of_whom: str = "nobody"


@pytest.mark.parametrize("response_format", [None, "url", "b64_json"])
def test_d1_a_picture_in_an_object_of_ones_own(do: Everyday, tmp_path: Path, response_format: Any) -> None:
    """Its bytes, whichever response format was asked for."""
    portrait = Portrait(of_whom="a cat")
    drawn = do("draw", "A cat.", into=portrait, response_format=response_format)

    assert drawn is portrait
    assert ("image/png", (1024, 1024), "a cat") == (drawn.media_type, drawn.size, drawn.of_whom)
    assert drawn.save(tmp_path / "cat").read_bytes().startswith(b"\x89PNG")


def test_d5_several_pictures(do: Everyday) -> None:
    """With a model that draws several, and one's own kind of them."""
    drawn = do("draw_many", "A cat.", 2, kind=Portrait, model="dall-e-2")

    assert [(Portrait, "image/png")] * 2 == [(type(each), each.media_type) for each in drawn]


def test_e1_one_text(do: Everyday) -> None:
    """Its vector as numbers, and as text and back."""
    vector = do("embed", "A text.")

    assert 1536 == len(vector)
    assert vector == vector_from_text(vector_to_text(vector))
    assert 1 == pytest.approx(cosine_similarity(vector, do("embed", "A text.")), abs=1e-6)


@pytest.mark.parametrize("encoding_format", [None, "float", "base64"])
def test_e2_a_batch(do: Everyday, encoding_format: Any) -> None:
    """Every chunk gets its own vector, in as many calls as it takes; numbers whichever encoding was asked for."""
    batch = DataBatch([f"Text {number}." for number in range(7)], most_items=3)
    told: list[tuple[int, int]] = []
    do("embed_batch", batch, progress=lambda *done: told.append(done), encoding_format=encoding_format)

    assert [(3, 7), (6, 7), (7, 7)] == told
    assert list(do("embed", "Text 4.")) == pytest.approx(list(batch.chunks[4].vector or ()), abs=1e-6)
