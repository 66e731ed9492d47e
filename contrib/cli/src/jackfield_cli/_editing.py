"""Pictures made of pictures: `jackfield image --edit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jackfield.operations.image_edits import IMAGE_EDITS, ImageEditRequest

if TYPE_CHECKING:
    from jackfield import Client, GeneratedImage
    from jackfield.operations.images import Image
    from jackfield_cli._drawing import Options


def edited(client: Client, options: Options, described: str, model: str | None) -> list[GeneratedImage]:
    """Return what becomes of the pictures that were named.

    Raises:
        UsageError: What was typed does not go with an edit.
        ClickException: The provider gave no picture but an address.
        JackfieldError: There is no picture.
    """
    if options.style is not None:
        raise click.UsageError("--style does not go with --edit; say it in the prompt")
    request = ImageEditRequest(
        image=list(options.edit),
        mask=options.mask,
        prompt=described,
        model=model,
        n=options.n,
        size=options.size,
        quality=options.quality,
        background=options.background,
        output_format=options.output_format,
        output_compression=options.output_compression,
    )
    response = client.call(IMAGE_EDITS, request)
    response.raise_if_filtered()
    if not response.data:
        raise click.ClickException("the answer has no picture")
    pictures = [_picture(each) for each in response.data]
    for picture in pictures:
        picture.meta = response.meta
    return pictures


def _picture(image: Image) -> GeneratedImage:
    picture = image.picture
    if picture is None:
        raise click.ClickException(f"the provider gave an address in place of the picture, for an hour: {image.url}")
    return picture
