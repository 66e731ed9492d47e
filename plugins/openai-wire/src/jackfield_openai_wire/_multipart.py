"""Forms with files: a document as `multipart/form-data`.

Names of nested things are spelt as the vendors' own clients spell them: `svg[model]`, `image[]`. A single file's name
stands alone. The boundary is a digest of the parts: a request that is sent again is the same request, and no part can
have it in itself, whoever wrote the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jackfield.operations.uploads import Upload
from jackfield.plugin import InvalidRequestError, Payload

_DIGITS = 32
"""How many hexadecimal digits of the digest make the boundary, which may be 70 characters long: 128 bits."""
_QUOTED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
"""What a quoted name may not have, as browsers spell it."""


def multipart(document: Mapping[str, Any]) -> Payload:
    """Return *document* as a form, files last.

    Raises:
        InvalidRequestError: Something in it has no place in a form.
    """
    fields = list(_fields(document))
    fields.sort(key=lambda field: isinstance(field[1], Upload))
    parts = [_part(name, value) for name, value in fields]
    boundary = _boundary(parts)
    body = b"".join([*(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts), b"--%s--\r\n" % boundary])
    return Payload(body, f"multipart/form-data; boundary={boundary.decode()}")


def _boundary(parts: Sequence[bytes]) -> bytes:
    """Return what is in none of *parts*. Trying one mark after the other would take as long as a hostile file likes."""
    from hashlib import sha256  # noqa: PLC0415 - for those who send files

    digest = sha256()
    for part in parts:
        digest.update(part)
    return f"jackfield-{digest.hexdigest()[:_DIGITS]}".encode()


def _fields(document: Mapping[str, Any]) -> Iterator[tuple[str, str | Upload]]:
    """Yield every value with its name."""
    for name, value in document.items():
        if isinstance(value, (list, tuple)) and len(value) == 1 and isinstance(value[0], Upload):
            yield name, value[0]
        else:
            yield from _values(name, value)


def _values(name: str, value: Any) -> Iterator[tuple[str, str | Upload]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _values(f"{name}[{key}]", each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _values(f"{name}[]", each)
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    elif isinstance(value, (str, int, float, Upload)):
        yield name, value if isinstance(value, Upload) else str(value)
    elif value is not None:
        raise InvalidRequestError(
            "the request has no form", problems=[f"{name}: a {type(value).__name__} cannot stand in a form"]
        )


def _part(name: str, value: str | Upload) -> bytes:
    """Return one part, head and content."""
    try:
        return _head(name, value) + (value.data if isinstance(value, Upload) else value.encode())
    except UnicodeEncodeError as error:  # half a surrogate pair
        spelt = name.encode(errors="backslashreplace").decode()
        raise InvalidRequestError("the request has no form", problems=[f"{spelt}: {error}"]) from None


def _head(name: str, value: str | Upload) -> bytes:
    head = f'Content-Disposition: form-data; name="{name.translate(_QUOTED)}"'
    if isinstance(value, Upload):
        head += f'; filename="{value.name.translate(_QUOTED)}"\r\nContent-Type: {value.media_type.translate(_QUOTED)}'
    return f"{head}\r\n\r\n".encode("utf-8", "surrogateescape")  # how the system's odd file names are spelt
