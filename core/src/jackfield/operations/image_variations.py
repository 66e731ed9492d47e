"""Image variations: a picture in, others like it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Never

from attrs import field, frozen

from jackfield.operations import Operation, Request, Rule
from jackfield.operations.images import ImageResponse, ImageResponseFormat
from jackfield.operations.uploads import File, Upload, as_upload, upload_rule

__all__ = ["IMAGE_VARIATIONS", "ImageVariationRequest"]


def _file(value: File) -> Any:
    return as_upload(value)


@frozen(kw_only=True, eq=False, repr=False)
class ImageVariationRequest(Request):
    """A picture to vary. Few providers still do it.

    Attributes:
        image: The picture, square: as bytes, a path, a name with bytes, or a `GeneratedImage`. A file is read when the
            request is made.
        model: The model's name; the client's default or the provider's choice where left out.
        n: How many pictures, from 1 to 10.
        size: Width and height in pixels, such as `1024x1024`.
        response_format: `url` or `b64_json`.
        user: Stands for one user of yours; nothing personal.
        extra: Parameters without a field here, sent as they are.

    Raises:
        InvalidRequestError: On construction: all problems at once, each opening with the field's name.
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "image": upload_rule(needed=True),
        "model": Rule.text(1),
        "n": Rule.whole(1, 10),
        "size": Rule.text(),
        "response_format": Rule.text(),
        "user": Rule.text(),
    }

    image: Upload = field(converter=_file)
    model: str | None = None
    n: int | None = None
    size: Literal["256x256", "512x512", "1024x1024"] | str | None = None
    response_format: ImageResponseFormat | None = None
    user: str | None = None


IMAGE_VARIATIONS: Operation[ImageVariationRequest, ImageResponse, Never] = Operation(
    "images.variations",
    ImageVariationRequest,
    ImageResponse,
    encoding="multipart",
    model_required=False,
    model_setting="images_model",
    timeout=600.0,
)
