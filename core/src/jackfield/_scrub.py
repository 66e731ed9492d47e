"""Taking credentials out of errors: an answer may echo them, and an error quotes answers.

Rule 1: the bytes of an answer are scrubbed before anybody reads them, so entities, `raw` and frames never hold one.
Rule 2: what an error says itself is scrubbed as well, of short credentials too; a foreign cause that quotes one is let
go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield.errors import JackfieldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jackfield.http import HttpRequest

_PUT = b"[secret]"


class Scrubber:
    """Takes a request's credentials out of its answer, however that is cut.

    A credential that is short or ordinary (`none`, `test`) stays: it would be taken out of good text.

    Args:
        request: The request that carries them.
    """

    __slots__ = ("_held", "_needles")

    def __init__(self, request: HttpRequest) -> None:
        self._needles = request.needles()
        self._held = b""

    def whole(self, data: bytes) -> bytes:
        """Return a whole body without them."""
        for needle in self._needles:
            if needle in data:
                data = data.replace(needle, _PUT)
        return data

    def feed(self, data: bytes) -> bytes:
        """Return what is known to be without them; an end that may be a beginning of one waits for what follows."""
        if not self._needles:
            return data
        data = self.whole(self._held + data if self._held else data)
        kept = len(data) - max(_overlap(data, needle) for needle in self._needles)
        self._held = data[kept:]
        return data[:kept] if self._held else data

    def close(self) -> bytes:
        """Return what still waits."""
        held, self._held = self._held, b""
        return held


def _overlap(data: bytes, needle: bytes) -> int:
    """Return how many of the last bytes of *data* are the first ones of *needle*, but not all of it."""
    at = data.find(needle[:1], max(0, len(data) - len(needle) + 1))
    while at >= 0:
        if needle.startswith(data[at:]):
            return len(data) - at
        at = data.find(needle[:1], at + 1)
    return 0


def scrub(error: JackfieldError, cleanse: Callable[[str], str]) -> None:
    """Take every credential out of *error* and out of what led to it, where *cleanse* takes it out of a text."""
    for name, value in vars(error).items():
        setattr(error, name, _scrubbed(value, cleanse))
    error.args = (error.message,)
    for link in ("__cause__", "__context__"):
        inner = getattr(error, link)
        if isinstance(inner, JackfieldError):
            scrub(inner, cleanse)
        elif inner is not None and _quotes(inner, cleanse):
            setattr(error, link, None)


def _scrubbed(value: Any, cleanse: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return cleanse(value)
    if isinstance(value, dict):
        return {_scrubbed(key, cleanse): _scrubbed(each, cleanse) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([_scrubbed(each, cleanse) for each in value])
    return value


def _quotes(error: BaseException, cleanse: Callable[[str], str]) -> bool:
    """Tell whether a credential can be read in *error*, or in what led to it."""
    text = f"{error} {error!r} {vars(error)!r}"
    inner = error.__cause__ or error.__context__
    return cleanse(text) != text or (inner is not None and _quotes(inner, cleanse))
