"""Image edits: pictures and a description in, changed pictures out, whole or as they take shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from attrs import field, frozen

from jackfield.operations import Operation, Request, Rule
from jackfield.operations.images import (
    ImageBackground,
    ImageEvent,
    ImageFold,
    ImageFormat,
    ImageQuality,
    ImageResponse,
    ImageResponseFormat,
    ImageSize,
    SvgOptions,
)
from jackfield.operations.uploads import File, Upload, as_upload, as_uploads, upload_rule

__all__ = ["IMAGE_EDITS", "ImageEditRequest"]


def _files(value: File | Sequence[File]) -> Any:
    return as_uploads(value)


def _file(value: File | None) -> Any:
    return as_upload(value)


@frozen(kw_only=True, eq=False, repr=False)
class ImageEditRequest(Request):
    """Pictures, and what is to become of them. What fits together depends on the model.

    Attributes:
        image: The picture, or several of them: each as bytes, a path, a name with bytes, or a `GeneratedImage`. Files
            are read when the request is made.
        prompt: What is to be seen, in 1 to 32000 characters; many models take less.
        mask: A PNG as large as the (first) picture; what is transparent in it may change.
        markup: A transparent PNG as large as the (first) picture, drawn upon to show what is meant.
        model: The model's name; the client's default or the provider's choice where left out.
        n: How many pictures, from 1 to 10.
        size: Width and height in pixels, such as `1024x1024`, or `auto`.
        quality: How finely they are drawn.
        input_fidelity: How closely faces and style of what was given are kept.
        background: Whether it may be seen through.
        response_format: `url` or `b64_json`, with older models; newer ones always give base64 text.
        output_format: The files' format.
        output_compression: How far they are compressed, from 0 to 100 per cent.
        partial_images: How many unfinished pictures a stream shows, from 0 to 3.
        frame_count: How many frames a GIF has, from 2 to 16.
        frame_duration_ms: How long each is shown, in milliseconds.
        complexity: How much thought goes into the composition.
        svg: Who writes the picture, with output format `svg`.
        safety_identifier: Stands for one user of yours; nothing personal.
        user: The older form of `safety_identifier`.
        extra: Parameters without a field here, sent as they are.

    Raises:
        InvalidRequestError: On construction: all problems at once, each opening with the field's name.
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "image": Rule.each(upload_rule(), not_empty=True, needed=True),
        "prompt": Rule.text(1, 32000, needed=True),
        "mask": upload_rule(),
        "markup": upload_rule(),
        "model": Rule.text(1),
        "n": Rule.whole(1, 10),
        "size": Rule.text(),
        "quality": Rule.text(),
        "input_fidelity": Rule.text(),
        "background": Rule.text(),
        "response_format": Rule.text(),
        "output_format": Rule.text(),
        "output_compression": Rule.whole(0, 100),
        "partial_images": Rule.whole(0, 3),
        "frame_count": Rule.whole(2, 16),
        "frame_duration_ms": Rule.whole(0),
        "complexity": Rule.text(),
        "svg": Rule.part(),
        "safety_identifier": Rule.text(),
        "user": Rule.text(),
    }
    set_by_call: ClassVar[frozenset[str]] = frozenset({"stream"})

    image: tuple[Upload, ...] = field(converter=_files)
    prompt: str
    mask: Upload | None = field(default=None, converter=_file)
    markup: Upload | None = field(default=None, converter=_file)
    model: str | None = None
    n: int | None = None
    size: ImageSize | None = None
    quality: ImageQuality | None = None
    input_fidelity: Literal["low", "high"] | str | None = None
    background: ImageBackground | None = None
    response_format: ImageResponseFormat | None = None
    output_format: ImageFormat | None = None
    output_compression: int | None = None
    partial_images: int | None = None
    frame_count: int | None = None
    frame_duration_ms: int | None = None
    complexity: Literal["low", "medium", "high"] | str | None = None
    svg: SvgOptions | Mapping[str, Any] | None = None
    safety_identifier: str | None = None
    user: str | None = None


IMAGE_EDITS = Operation(
    "images.edits",
    ImageEditRequest,
    ImageResponse,
    event=ImageEvent,
    fold=ImageFold,
    encoding="multipart",
    model_required=False,
    model_setting="images_model",
    timeout=600.0,  # as with pictures that are drawn from nothing
)
