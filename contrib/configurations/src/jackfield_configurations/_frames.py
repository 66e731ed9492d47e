"""Errors that keep no frames.

Rule: a frame of ours may hold a secret, and a traceback that shows locals would show it; so what leaves a public
function has none of them.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from jackfield.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")


def frameless(function: Callable[P, T]) -> Callable[P, T]:
    """Return *function* with errors that say nothing of where inside of it they came from."""

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except ConfigurationError as error:
            kept: BaseException | None = error
            while kept is not None:
                kept.__traceback__ = None
                kept = kept.__cause__ or kept.__context__
            del args, kwargs  # this frame stays
            raise error from None

    return guarded
