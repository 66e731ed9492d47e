"""What a check expects to be raised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

E = TypeVar("E", bound=Exception)


def raised(expected: type[E], function: Callable[[], Any], where: str) -> E:
    """Return the *expected* exception that *function* raises; fail where it raises another, or none."""
    try:
        result = function()
    except expected as error:
        return error
    except Exception as error:
        raise AssertionError(f"{where}: expected {expected.__name__}, got {type(error).__name__}: {error}") from error
    raise AssertionError(f"{where}: expected {expected.__name__}, got no error but {result!r:.200}")
