"""Requests for pictures held against what is known of their model, before anything is sent: a refusal takes seconds.

Rule 1: only models that are in the table are checked, by their exact names; the others pass.
Rule 2: what is given in `extra` is not checked: that is the way past a rule that is out of date.
Rule 3: the table says nothing where a deployment has the name: see `OpenAIWire`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import fields

from jackfield.plugin import InvalidRequestError
from jackfield_openai_wire._image_models import MODELS, ImageModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jackfield.plugin import Call

Problems: TypeAlias = "Iterator[tuple[str, str]]"

_SIZE = re.compile(r"([1-9]\d{0,4})x([1-9]\d{0,4})")
_MODERN = (
    "background",
    "complexity",
    "frame_count",
    "frame_duration_ms",
    "markup",
    "moderation",
    "output_compression",
    "output_format",
    "partial_images",
    "svg",
)
"""The parameters that came after DALL-E."""
_WITHOUT = {
    "style": "has no styles; describe it in the prompt",
    "response_format": "always answers with base64 text; leave it out",
    "input_fidelity": "has no such choice; leave it out",
}
"""What to say of a parameter that a model has no values for."""


def refuse_misfit(call: Call) -> None:
    """Raise where the call's model is known, and known not to take what is asked.

    Raises:
        InvalidRequestError: With all problems, each opening with the field's name.
    """
    model = MODELS.get(call.model or "")
    if model is not None and (problems := [f"{name}: {what}" for name, what in _problems(call, model)]):
        raise InvalidRequestError(f"{call.model!r} does not take that", problems=problems)


def _problems(call: Call, model: ImageModel) -> Problems:
    name = str(call.model)
    if call.operation.name not in model.does:
        does = [other for other, each in MODELS.items() if call.operation.name in each.does]
        yield "model", f"{name} does not do {call.operation.name!r}; those that do are {', '.join(does)}"
        return
    given = {each.name: getattr(call.request, each.name) for each in fields(type(call.request))}
    yield from _measured(given, model, name)
    yield from _named(given, model, name)
    yield from _timed(given, model, name, streaming=call.streaming)
    yield from _sent(given, model, name)


def _measured(given: Mapping[str, Any], model: ImageModel, name: str) -> Problems:
    """Check what has a length or a number."""
    prompt, many, size = given.get("prompt"), given.get("n"), given.get("size")
    if prompt is not None and len(prompt) > model.longest:
        yield "prompt", f"{name} takes at most {model.longest} characters, not {len(prompt)}"
    if many is not None and many > model.most:
        yield "n", f"{name} draws {model.most} at a time, not {many}; make several calls"
    if size is None or model.sizes is None or size in model.sizes:
        return
    offered = _listed(model.sizes)
    if model.free is not None:
        match = _SIZE.fullmatch(size)
        if match is not None and model.free.fit(int(match[1]), int(match[2])):
            return
        offered += f", and {model.free}"
    yield "size", f"{name} has {offered}, not {size!r}"


def _named(given: Mapping[str, Any], model: ImageModel, name: str) -> Problems:
    """Check what has one of a few values, and what a model has not at all."""
    for field, values in (
        ("quality", model.qualities),
        ("style", model.styles),
        ("response_format", model.forms),
        ("input_fidelity", model.fidelities),
    ):
        value = given.get(field)
        if value is not None and values is not None and value not in values:
            yield field, f"{name} has {_listed(values)}, not {value!r}" if values else f"{name} {_WITHOUT[field]}"
    if not model.modern:
        yield from ((field, f"{name} has no such parameter") for field in _MODERN if given.get(field) is not None)
    if model.modern and given.get("background") == "transparent" and given.get("output_format") == "jpeg":
        yield "background", "a JPEG cannot be seen through; ask for png or webp"


def _timed(given: Mapping[str, Any], model: ImageModel, name: str, *, streaming: bool) -> Problems:
    """Check what follows from the way of calling."""
    if streaming and not model.streams:
        yield "model", f"{name} does not stream; use call()"
    if not streaming and model.streams and given.get("partial_images"):
        yield "partial_images", "unfinished pictures come in a stream alone; use stream()"


def _sent(given: Mapping[str, Any], model: ImageModel, name: str) -> Problems:
    """Check the files."""
    images = given.get("image", ())
    several = isinstance(images, tuple)
    if several and len(images) > model.pictures:
        yield "image", f"{name} takes at most {model.pictures}, not {len(images)}"
    for index, each in enumerate(images if several else (images,)):
        field = f"image[{index}]" if several else "image"
        if each.media_type.startswith("image/") and each.media_type not in model.formats:
            yield field, f"{name} takes {_listed(model.formats)}, not {each.media_type!r}"
        if len(each.data) >= model.bytes:
            yield field, f"{name} takes less than {model.bytes:,} bytes, not {len(each.data):,}"


def _listed(values: Any) -> str:
    return ", ".join(map(repr, values))
