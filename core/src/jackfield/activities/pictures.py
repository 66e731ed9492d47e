"""Pictures drawn: their bytes, whichever way the provider hands them out.

Rule 1: what cannot work is said before anything is sent: a drawing is paid for.
Rule 2: a target is filled when everything is there, and not touched before.
Rule 3: what was drawn is paid for: whatever goes wrong after the answer, the error has the answer as its `partial`.
"""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from attrs import evolve, fields, frozen

from jackfield.errors import InvalidRequestError, JackfieldError
from jackfield.operations.generated import UNKNOWN, GeneratedImage, decoded, media_type_of, misfit
from jackfield.operations.images import IMAGES, Image, ImageRequest, ImageResponse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jackfield._fetching import Fetch
    from jackfield.activities.parameters import Start
    from jackfield.call import CallMeta
    from jackfield.http import Flow

_ELSEWHERE = {
    "n": "draw_many() draws several",
    "partial_images": "unfinished pictures come in a stream: client.stream(IMAGES, ...)",
}
"""Fields of a request that are none of `draw`'s, and what has them."""


def drawing(
    start: Start,
    prompt: str,
    into: GeneratedImage | type[GeneratedImage] | None,
    parameters: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> Flow[GeneratedImage]:
    """Return the flow that draws one picture; its result is *into*, filled, or a new picture where that is None.

    Raises:
        InvalidRequestError: A parameter is none of a picture's, or *into* is no target.
        ContentFilteredError: A content filter stopped it.
        DecodeError: The answer has no picture, or none that can be read.
        JackfieldError: See `jackfield._fetching.fetched`, where the answer has a URL. Each error after the answer has
            the answer as its `partial`: the pictures that came have their `picture`, the others the URL they came with.
    """
    target = _target(GeneratedImage if into is None else into, "into")
    request = _described("draw()", prompt, parameters)
    pictures = yield from start(IMAGES, request, False, changes, _drawn)  # noqa: FBT003 - as every start
    return _filled(target, pictures[0])


def drawing_many(
    start: Start,
    prompt: str,
    n: int,
    kind: type[GeneratedImage] | None,
    parameters: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> Flow[list[Any]]:
    """Return the flow that draws *n* pictures in one call; its result has as many as the provider drew.

    They are of *kind*, and of `GeneratedImage` where that is None.

    Raises:
        InvalidRequestError: A parameter is none of a picture's, or *kind* is no class of pictures.
        ContentFilteredError: A content filter stopped one of them.
        DecodeError: As in `drawing`.
        JackfieldError: As in `drawing`.
    """
    kind = GeneratedImage if kind is None else kind
    if not isinstance(kind, type):
        raise InvalidRequestError("draw_many() needs a class", problems=[f"kind: is no class but {kind!r}"])
    _target(kind, "kind")
    request = _described("draw_many()", prompt, parameters, n)
    pictures = yield from start(IMAGES, request, False, changes, _drawn)  # noqa: FBT003 - as every start
    return [_filled(kind(), picture) for picture in pictures]


# What is asked -------------------------------------------------------------------------------------------------------


def _described(method: str, prompt: str, parameters: Mapping[str, Any], n: int | None = None) -> ImageRequest:
    """Return the request for pictures."""
    known = [each.name for each in fields(ImageRequest) if each.name not in ("prompt", *_ELSEWHERE)]
    if unknown := [name for name in parameters if name not in known]:
        problems = [f"{name}: {_ELSEWHERE.get(name) or _hint(name, known)}" for name in unknown]
        raise InvalidRequestError(f"{method} does not take that", problems=problems)
    return ImageRequest(prompt=prompt, n=n, **parameters)


def _hint(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only when something is already wrong

    nearest = get_close_matches(name, known, 1, 0.6)
    return f"unknown; did you mean {nearest[0]!r}?" if nearest else f"unknown; give it as extra={{{name!r}: …}}"


def _target(into: Any, name: str) -> GeneratedImage:
    """Return the object to fill."""
    problem = f"{name}: must be a GeneratedImage, or an object or class of your own that derives from it, not {into!r}"
    if isinstance(into, type):
        try:
            into = into()
        except TypeError as error:
            problem = f"{name}: {into.__name__} cannot be made without arguments; give its fields defaults: {error}"
            raise InvalidRequestError("there is nothing to draw into", problems=[problem]) from None
    if not isinstance(into, GeneratedImage):
        raise InvalidRequestError("there is nothing to draw into", problems=[problem])
    return into


# What came -----------------------------------------------------------------------------------------------------------


@frozen
class _Drawn:
    """One picture as it came."""

    data: bytes
    revised_prompt: str | None
    meta: CallMeta | None


def _filled(target: GeneratedImage, drawn: _Drawn) -> GeneratedImage:
    target.data, target.revised_prompt, target.meta = drawn.data, drawn.revised_prompt, drawn.meta
    return target


def _drawn(response: ImageResponse, fetch: Fetch) -> Flow[list[_Drawn]]:
    """Return the flow that gets the pictures of an answer."""
    response.raise_if_filtered()
    drawn: list[_Drawn] = []
    try:
        if not response.data:
            raise misfit("the answer has no picture", "expected a picture", "$.data")
        for index, image in enumerate(response.data):
            data = yield from _content(image, f"$.data[{index}]", fetch)
            drawn.append(_Drawn(data, image.revised_prompt or None, response.meta))
    except JackfieldError as error:
        vars(error)["partial"] = _with_files(response, drawn)  # few of their classes have it
        error.add_note(f"{len(drawn)} of {len(response.data)} pictures came; the answer is in the error's partial")
        raise
    return drawn


def _with_files(response: ImageResponse, drawn: Sequence[_Drawn]) -> ImageResponse:
    """Return the answer with the files that came: as base64 text, as if they had come with it."""
    came = [
        evolve(image, b64_json=b2a_base64(each.data, newline=False).decode())
        for image, each in zip(response.data, drawn, strict=False)
    ]
    return evolve(response, data=(*came, *response.data[len(came) :]))


def _content(image: Image, path: str, fetch: Fetch) -> Flow[bytes]:
    """Return the flow that gets the bytes of one picture: no command where they came with the answer."""
    if image.b64_json:
        return decoded(image.b64_json, f"{path}.b64_json")
    if not isinstance(image.url, str) or not image.url:
        raise misfit("the answer has neither base64 text nor a URL", "expected a picture", path)
    if image.url[:5].lower() == "data:":
        return _of_data_url(image.url, f"{path}.url")
    file = yield from fetch(image.url)
    if media_type_of(file.data) == UNKNOWN and not file.content_type.startswith("image/"):
        kind = file.content_type or "something without a content type"
        raise misfit(f"{file.origin!r} gave {kind} where a picture should be", "expected a picture", f"{path}.url")
    return file.data


def _of_data_url(url: str, path: str) -> bytes:
    head, comma, content = url.partition(",")
    if head.lower().endswith(";base64"):
        return decoded(content, path)
    data = unquote_to_bytes(content)
    if not (comma and data):
        raise misfit("the picture's data URL is empty", "expected a data URL with a picture", path)
    return data
