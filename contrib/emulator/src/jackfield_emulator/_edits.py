"""Pictures made of pictures: edits and variations. What they share with drawings is in `_images`."""

from __future__ import annotations

import struct
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from attrs import frozen

from jackfield_emulator._forms import File
from jackfield_emulator._images import COMMON, FORM, GPT, Family, Pictures, check_size, family_name, replied
from jackfield_emulator._refusal import Refusal, invalid, missing
from jackfield_emulator._rules import Rule, checked, one_of, rule, wrong_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield_emulator._models import Model
    from jackfield_emulator._reply import Reply

_FILES = ("image", "mask", "markup")
_MIB = 1024**2
_PNG = b"\x89PNG\r\n\x1a\n"
_GPT = {name: each for name, each in GPT.items() if name != "moderation"}
EDITS = {
    "dall-e-2": Family(1000, COMMON | FORM, ("1024x1024", "256x256", "512x512")),
    "gpt-image": Family(
        32000,
        COMMON | _GPT | {"input_fidelity": one_of("low", "high")},
        ("1024x1024", "1536x1024", "1024x1536", "auto"),
    ),
}
_VARIATIONS = EDITS["dall-e-2"]


@frozen
class Allowed:
    """What a model takes as a file.

    Attributes:
        types: Their content types.
        bytes: How large each may be.
        many: How many there may be.
    """

    types: tuple[str, ...]
    bytes: int
    many: int


_ALLOWED = {
    "dall-e-2": Allowed(("image/png",), 4 * _MIB, 1),
    "gpt-image": Allowed(("image/jpeg", "image/png", "image/webp"), 50 * _MIB, 16),
}


def edited(document: Mapping[str, Any], model: Model, url: str, *, azure: bool) -> Reply:
    """Check a request for an edit and answer it."""
    name = family_name(model)
    family = EDITS[name]
    given, files = _parted(document, {"prompt": rule("string", None, family.longest, needed=True), **family.rules})
    images = _files(files, _ALLOWED[name])
    check_size(family, model, given)
    source = sha256(b"".join(sha256(each.data).digest() for each in images)).hexdigest()
    return replied(Pictures(given, model, url, azure, source, len(images)), "image_edit")


def varied(document: Mapping[str, Any], model: Model, url: str) -> Reply:
    """Check a request for variations and answer it."""
    given, files = _parted(document, _VARIATIONS.rules)
    (image,) = _files(files, _ALLOWED["dall-e-2"])
    check_size(_VARIATIONS, model, given)
    return replied(Pictures({"prompt": "", **given}, model, url, azure=False, source=sha256(image.data).hexdigest()))


def _parted(document: Mapping[str, Any], rules: Mapping[str, Rule]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the checked parameters, and the files. In a form everything is text, and is read as what it should be."""
    files = {name: value for name, value in document.items() if name in _FILES}
    texts = {name: _read(name, value, rules) for name, value in document.items() if name not in _FILES}
    given = checked(texts, rules)
    if "partial_images" in given and not given.get("stream"):
        raise invalid("The 'partial_images' parameter is only allowed when 'stream' is enabled.", "partial_images")
    return given, files


def _read(name: str, value: Any, rules: Mapping[str, Rule]) -> Any:
    kinds = rules[name].kinds if name in rules else ()
    if isinstance(value, File):
        raise wrong_type(name, "", "string")
    if isinstance(value, str) and "integer" in kinds:
        return int(value) if value.lstrip("-").isdecimal() else value
    return {"true": True, "false": False}.get(value, value) if "boolean" in kinds and isinstance(value, str) else value


def _files(files: Mapping[str, Any], allowed: Allowed) -> list[File]:
    """Return the pictures to start from, once they and the mask are fine."""
    if "image" not in files:
        raise missing("image")
    images = files["image"] if isinstance(files["image"], list) else [files["image"]]
    for name, each in [("image", each) for each in images] + [(name, files[name]) for name in files if name != "image"]:
        if not isinstance(each, File):
            raise invalid(
                f"Invalid type for '{name}': expected a file, but got a string instead.", name, "invalid_type"
            )
        _check(name, each, allowed)
    if len(images) > allowed.many:
        text = (
            f"Invalid 'image': array too long. Expected an array with maximum length {allowed.many}, but got an array "
        )
        raise invalid(f"{text}with length {len(images)} instead.", "image", "array_above_max_length")
    if "mask" in files and _size(files["mask"].data) != _size(images[0].data):
        raise invalid("Invalid mask image format - mask size does not match image size", "mask", "invalid_image_mask")
    return images


def _check(name: str, file: File, allowed: Allowed) -> None:
    types = allowed.types if name == "image" else ("image/png",)
    if file.content_type not in types:
        *most, last = [f"'{each}'" for each in types]
        listed = f"{', '.join(most)}, and {last}" if most else last
        text = (
            f"Invalid file '{name}': unsupported mimetype ('{file.content_type}'). Supported file formats are {listed}."
        )
        raise invalid(text, name, "unsupported_file_mimetype")
    if not file.data or (file.content_type == "image/png" and not file.data.startswith(_PNG)):
        raise invalid(
            "Invalid image file or mode for image 1, please check your image file.", name, "invalid_image_file"
        )
    if len(file.data) >= allowed.bytes:
        raise _too_large(name, allowed)


def _too_large(name: str, allowed: Allowed) -> Refusal:
    return invalid(f"Uploaded image must be a PNG and less than {allowed.bytes // _MIB} MB.", name, "image_too_large")


def _size(data: bytes) -> tuple[int, int] | None:
    """Return the size of a PNG, or None for what is none."""
    return struct.unpack(">II", data[16:24]) if data.startswith(_PNG) and len(data) >= 24 else None  # noqa: PLR2004 - its head
