"""Pictures over real HTTP: drawn, edited and varied, by every provider, blocking and not, whole and event by event."""

from __future__ import annotations

import tomllib
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

import jackfield
from jackfield import (
    IMAGES,
    AsyncClient,
    Client,
    ContentFilteredError,
    DeadlineError,
    GeneratedImage,
    ImageRequest,
    InvalidRequestError,
    Limits,
    RejectedError,
    Retries,
    UnsupportedOperationError,
)
from jackfield.operations.image_edits import IMAGE_EDITS, ImageEditRequest
from jackfield.operations.image_variations import IMAGE_VARIATIONS, ImageVariationRequest
from jackfield_emulator import Emulator

CANARY = "sk-canary-0123456789abcdef"
WAYS = ["openai", "azure-apikey", "azure-apikey on v1", "azure-entra", "azure-entra on v1"]
AZURE = WAYS[1:]
FORMS = {
    "url": ("dall-e-3", {}),
    "b64_json": ("dall-e-3", {"response_format": "b64_json"}),
    "newer": ("gpt-image-1", {}),
}
"""Every form in which a picture comes: the model, and what is asked."""


def settings_of(emulator: Emulator, way: str) -> tuple[str, dict[str, Any]]:
    """Return the provider's name and its settings."""
    provider, _, on_v1 = way.partition(" on ")
    settings = emulator.settings[provider]
    return provider, {**settings, "endpoint": emulator.azure_v1_url} if on_v1 else settings


def a_client(emulator: Emulator, way: str = "openai", **options: Any) -> Client:
    """Return a client that asks in that way."""
    provider, settings = settings_of(emulator, way)
    return Client(provider, **settings, **options)


# Drawn


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", WAYS)
def test_a_picture_is_drawn(jackfield_emulator: Emulator, way: str, form: str, tmp_path: Path) -> None:
    """Its bytes are there whichever form it came in, and no credential went where it was fetched."""
    model, asked = FORMS[form]
    with a_client(jackfield_emulator, way, images_model=model) as client:
        picture = client.draw("A kite", size="1024x1024", user="u-1", **asked)
    saved = picture.save(tmp_path / "kite")

    assert ("image/png", (1024, 1024), "kite.png") == (picture.media_type, picture.size, saved.name)
    assert picture.data == saved.read_bytes()
    assert ("A detailed picture: A kite" if "dall-e-3" == model else None) == picture.revised_prompt
    fetched = [each for each in jackfield_emulator.journal if "picture" == each.operation]
    assert ("url" == form) == bool(fetched)
    for each in fetched:
        assert ((), "jackfield") == (each.credentials, each.headers["user-agent"])
        assert not {"authorization", "api-key", "cookie"} & set(each.headers)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", WAYS)
async def test_a_picture_is_drawn_without_blocking(jackfield_emulator: Emulator, way: str, form: str) -> None:
    """The same picture as blocking."""
    model, asked = FORMS[form]
    provider, settings = settings_of(jackfield_emulator, way)
    async with AsyncClient(provider, images_model=model, **settings) as client:
        picture = await client.draw("A kite", **asked)
    with a_client(jackfield_emulator, way, images_model=model) as client:
        assert picture == client.draw("A kite", **asked)


@pytest.mark.parametrize("way", ["openai", "azure-entra"])
async def test_several_pictures_are_drawn(jackfield_emulator: Emulator, way: str) -> None:
    """Each of its own, of the class that is wanted."""

    @attrs.define(kw_only=True)
    class Poster(GeneratedImage):
        title: str = "untitled"

    provider, settings = settings_of(jackfield_emulator, way)
    with Client(provider, images_model="dall-e-2", **settings) as client:
        pictures = client.draw_many("A kite", 3, size="256x256")
    async with AsyncClient(provider, images_model="dall-e-2", **settings) as aclient:
        posters = await aclient.draw_many("A kite", 3, size="256x256", kind=Poster)

    assert [(256, 256)] * 3 == [each.size for each in pictures]
    assert 3 == len({each.data for each in pictures})
    assert [Poster(data=each.data) for each in pictures] == posters


def test_a_target_of_ones_own_is_filled(jackfield_emulator: Emulator) -> None:
    """And is what comes back."""

    @attrs.define(kw_only=True)
    class Poster(GeneratedImage):
        title: str = "untitled"

    poster = Poster(title="Kites")
    with a_client(jackfield_emulator) as client:
        assert client.draw("A kite", into=poster, model="gpt-image-1") is poster

    assert ("Kites", (1024, 1024), 1) == (poster.title, poster.size, len(poster.meta.attempts))  # type: ignore[union-attr]


# What may go wrong where a picture is fetched

RIGHT = {
    name: right
    for name, right in tomllib.loads((Path(__file__).parents[1] / "faults/right.toml").read_text("utf-8")).items()
    if ["picture"] == right.get("modes")
}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """One that knows the canary alone."""
    with Emulator(api_key=CANARY) as running:
        yield running


@pytest.mark.parametrize("scenario", RIGHT)
@pytest.mark.parametrize("way", ["openai", "azure-apikey", "azure-entra"])
async def test_ends_as_it_should(emulator: Emulator, scenario: str, way: str) -> None:
    """Blocking and not, as `right.toml` says; the key arrives nowhere, the target is as it was, the URL is not told."""
    emulator.scenario = scenario
    provider, settings = settings_of(emulator, way)
    options: dict[str, Any] = {
        **settings,
        "images_model": "dall-e-3",
        "limits": Limits(body=1024**2),
        "retries": Retries(first=0.01),
    }
    for blocking in (True, False):
        emulator.journal.clear()
        target, before = GeneratedImage(data=b"old"), GeneratedImage(data=b"old")
        error = None
        try:
            if blocking:
                with Client(provider, **options) as client:
                    client.draw("A kite", into=target)
            else:
                async with AsyncClient(provider, **options) as aclient:
                    await aclient.draw("A kite", into=target)
        except jackfield.JackfieldError as caught:
            error = caught
        ends = "answer" if error is None else type(error).__name__
        assert (RIGHT[scenario]["ends"], RIGHT[scenario]["requests"]) == (ends, len(emulator.journal))
        assert ("answer" == ends) == (target != before)
        asked, *fetched = emulator.journal
        assert CANARY in repr(asked.headers) or "azure-entra" == way
        assert [((), False)] * len(fetched) == [(each.credentials, CANARY in repr(each.headers)) for each in fetched]
        if error is not None:
            assert (False, 2) == (error.transient, len(error.meta.attempts))  # type: ignore[union-attr]
            frames = traceback.TracebackException.from_exception(error, capture_locals=True).stack
            ours = [frame.locals for frame in frames if "jackfield/" in frame.filename]
            told = f"{error} {error!r} {vars(error)} {error.meta.attempts} {ours}"  # type: ignore[union-attr]
            assert ".png?se=" in error.partial.data[0].url  # type: ignore[attr-defined]
            assert not any(each in told for each in (".png", "?se=", CANARY))


def test_the_deadline_holds_for_a_picture_that_does_not_come(jackfield_emulator: Emulator) -> None:
    """It is one for the whole."""
    jackfield_emulator.scenario = "picture-endless"
    with (
        a_client(jackfield_emulator, images_model="dall-e-3", deadline=0.5) as client,
        pytest.raises((DeadlineError, jackfield.LimitExceededError)),
    ):
        client.draw("A kite")


@pytest.mark.jackfield_emulator(scenario="filter-camel")
async def test_a_prompt_that_is_filtered_is_its_own_error(jackfield_emulator: Emulator) -> None:
    """As with `ask`."""
    provider, settings = settings_of(jackfield_emulator, "azure-apikey")
    with Client(provider, **settings) as client, pytest.raises(ContentFilteredError):
        client.draw("A kite", model="dall-e-3")
    async with AsyncClient(provider, **settings) as aclient:
        with pytest.raises(ContentFilteredError):
            await aclient.draw("A kite", model="dall-e-3")


# Rules per model


def test_a_known_model_is_asked_for_what_it_has(jackfield_emulator: Emulator) -> None:
    """Otherwise nothing is sent; with a deployment's name, the provider decides."""
    with a_client(jackfield_emulator) as client, pytest.raises(InvalidRequestError, match="n: dall-e-3 draws 1"):
        client.draw_many("A kite", 2, model="dall-e-3", style="vivid")
    assert [] == list(jackfield_emulator.journal)
    for way in AZURE:
        with a_client(jackfield_emulator, way) as client, pytest.raises(RejectedError, match="Invalid 'n'"):
            client.draw_many("A kite", 2, model="dall-e-3")
    assert 4 == len(jackfield_emulator.journal)


# Edited and varied


def edit(picture: GeneratedImage, **facts: Any) -> ImageEditRequest:
    """Return a request that changes a picture."""
    return ImageEditRequest(image=picture, prompt="At night", model="gpt-image-1", **facts)


@pytest.mark.parametrize("way", WAYS)
async def test_a_picture_is_edited(jackfield_emulator: Emulator, way: str, tmp_path: Path) -> None:
    """What was drawn goes in again, as it is, as a file, or several of them; blocking and not, the same comes out."""
    provider, settings = settings_of(jackfield_emulator, way)
    with Client(provider, **settings) as client:
        picture = client.draw("A kite", model="gpt-image-1")
        place = picture.save(tmp_path / "kite.png")
        one = client.call(IMAGE_EDITS, edit(picture, size="1536x1024"))
        two = client.call(
            IMAGE_EDITS,
            ImageEditRequest(
                image=[place, ("kite.png", picture.data)], mask=place, prompt="At night", model="gpt-image-1", n=2
            ),
        )
    async with AsyncClient(provider, **settings) as aclient:
        same = await aclient.call(IMAGE_EDITS, edit(picture, size="1536x1024"))

    assert (1536, 1024) == one.data[0].picture.size
    assert one.data == same.data
    assert 2 == len({each.b64_json for each in two.data})
    record = jackfield_emulator.journal[2]
    assert ("images.edits", ["kite.png"] * 2, "kite.png") == (
        record.operation,
        [each["filename"] for each in record.body["image"]],
        record.body["mask"]["filename"],
    )


EDITED = {
    "openai": ("/v1/images/edits", {}, ("bearer",), "gpt-image-1"),
    "azure-apikey": (
        "/openai/deployments/gpt-image-1/images/edits",
        {"api-version": "2025-04-01-preview"},
        ("api-key",),
        None,
    ),
    "azure-apikey on v1": ("/openai/v1/images/edits", {"api-version": "preview"}, ("api-key",), "gpt-image-1"),
    "azure-entra": (
        "/openai/deployments/gpt-image-1/images/edits",
        {"api-version": "2025-04-01-preview"},
        ("bearer",),
        None,
    ),
    "azure-entra on v1": ("/openai/v1/images/edits", {"api-version": "preview"}, ("bearer",), "gpt-image-1"),
}


@pytest.mark.parametrize("way", WAYS)
def test_forms_on_the_wire(jackfield_emulator: Emulator, way: str) -> None:
    """The server saw each provider's own path, query, credentials and place of the model."""
    with a_client(jackfield_emulator, way) as client:
        client.call(IMAGE_EDITS, edit(client.draw("A kite", model="gpt-image-1")))

    record = jackfield_emulator.journal[-1]
    assert EDITED[way] == (record.path, record.query, record.credentials, record.body.get("model"))


@pytest.mark.parametrize("way", WAYS)
async def test_pictures_take_shape(jackfield_emulator: Emulator, way: str) -> None:
    """Drawn or edited, a stream has unfinished pictures and then the whole one, which is what a plain call gives."""
    provider, settings = settings_of(jackfield_emulator, way)
    with Client(provider, **settings) as client:
        picture = client.draw("A kite", model="gpt-image-1")
    asked = [
        (IMAGES, {"prompt": "A kite", "model": "gpt-image-1"}, "image_generation"),
        (IMAGE_EDITS, {"image": picture, "prompt": "At night", "model": "gpt-image-1"}, "image_edit"),
    ]
    for operation, fields, kind in asked:
        request = operation.request(**fields, partial_images=2)
        with Client(provider, **settings) as client, client.stream(operation, request) as stream:
            events = list(stream)
            whole = client.call(operation, operation.request(**fields))
        async with AsyncClient(provider, **settings) as aclient, aclient.stream(operation, request) as astream:
            types = [event.type async for event in astream]

        assert [f"{kind}.partial_image"] * 2 + [f"{kind}.completed"] == types == [event.type for event in events]
        assert [(1024, 1024)] * 3 == [event.picture.size for event in events]
        assert whole.data == stream.response.data == astream.response.data
        assert whole.usage == stream.response.usage


async def test_a_picture_is_varied(jackfield_emulator: Emulator) -> None:
    """By the one model that does."""
    with a_client(jackfield_emulator, images_model="dall-e-2") as client:
        picture = client.draw("A kite", size="256x256")
        request = ImageVariationRequest(image=picture, n=2, size="256x256", response_format="b64_json")
        varied = client.call(IMAGE_VARIATIONS, request)
    provider, settings = settings_of(jackfield_emulator, "openai")
    async with AsyncClient(provider, **settings) as aclient:
        same = await aclient.call(IMAGE_VARIATIONS, request)

    assert [(256, 256)] * 2 == [each.picture.size for each in varied.data]
    assert varied.data == same.data
    assert ("/v1/images/variations", ("bearer",)) == (
        jackfield_emulator.journal[-1].path,
        jackfield_emulator.journal[-1].credentials,
    )


@pytest.mark.parametrize("way", AZURE)
async def test_azure_varies_nothing(jackfield_emulator: Emulator, way: str) -> None:
    """And says so before anything is sent."""
    request = ImageVariationRequest(image=b"\x89PNG", model="dall-e-2")
    provider, settings = settings_of(jackfield_emulator, way)
    with Client(provider, **settings) as client, pytest.raises(UnsupportedOperationError, match=r"images\.variations"):
        client.call(IMAGE_VARIATIONS, request)
    async with AsyncClient(provider, **settings) as aclient:
        with pytest.raises(UnsupportedOperationError):
            await aclient.call(IMAGE_VARIATIONS, request)
    assert [] == list(jackfield_emulator.journal)


def test_a_parameter_of_tomorrow_is_sent(jackfield_emulator: Emulator) -> None:
    """In a form as well; here the vendor does not know it."""
    with a_client(jackfield_emulator) as client, pytest.raises(RejectedError, match="Unknown parameter: 'tomorrow'"):
        client.call(IMAGE_EDITS, edit(GeneratedImage(data=b"\x89PNG\r\n\x1a\n"), extra={"tomorrow": {"a": [1]}}))


def test_a_request_without_a_model_lets_the_provider_choose(jackfield_emulator: Emulator) -> None:
    """It is not sent."""
    with a_client(jackfield_emulator) as client:
        assert (256, 256) == client.draw("A kite", size="256x256").size
        assert client.call(IMAGES, ImageRequest(prompt="A kite")).data[0].picture is None

    assert {"prompt": "A kite", "size": "256x256"} == jackfield_emulator.journal[0].body
