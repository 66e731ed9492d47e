"""Taking credentials out of errors: an answer may echo them, and an error quotes answers.

Rule 1: what an error says itself is scrubbed; a foreign cause that quotes a credential is let go.
Rule 2: entities (`partial`, `last_event`) and the call's story are left alone: nothing of an answer is changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield.errors import JackfieldError

if TYPE_CHECKING:
    from collections.abc import Callable


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
