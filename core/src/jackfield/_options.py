"""What a caller may set for a client or for one call, beside the provider's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from jackfield._values import FrozenValue
from jackfield.errors import SetupError
from jackfield.http import fits_header
from jackfield.retry import Retries
from jackfield.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 1_000_000
"""How many seconds a limit may be: operating systems end at some 24 days, and None says 'never' better."""


class _Unset:
    def __repr__(self) -> str:
        return "..."


UNSET: Any = _Unset()
"""What an option is that a call leaves as the client has it; None means 'no limit'."""


@frozen(kw_only=True, eq=False, repr=False)
class Options(FrozenValue):
    """What a caller may set for a client or for one call.

    Attributes:
        timeout: Seconds of silence that are borne, for the head and between two events; None for no limit.
        deadline: Seconds for the whole call, retries and all; None for no limit.
        retries: How failures are tried again.
        headers: More headers; they win over the provider's.
        allow_plain_http: Whether credentials may go over plain http to hosts that are not this one.
    """

    timeout: float | None = 300.0
    deadline: float | None = 900.0
    retries: Retries = field(factory=Retries)
    headers: Mapping[str, Secret] = field(factory=dict)
    allow_plain_http: bool = False


def settled(
    timeout: Any,
    deadline: Any,
    retries: Any,
    headers: Any,
    allow_plain_http: bool,  # noqa: FBT001
) -> tuple[Options, list[str]]:
    """Return what was asked for as options, and what is wrong with it, one problem an item."""
    problems = []
    for name, seconds in (("timeout", timeout), ("deadline", deadline)):
        if seconds is not None and not (_is_number(seconds) and 0 < seconds <= _LONGEST):
            problems.append(
                f"{name}: must be a number of seconds above 0 and up to {_LONGEST:,}, or None for no limit, "
                f"not {seconds!r}"
            )
    if isinstance(retries, int) and not isinstance(retries, bool) and retries >= 0:
        retries = Retries(limit=retries)
    if not isinstance(retries, Retries):
        problems.append(f"retries: must be a whole number from 0 up, or a Retries, not {retries!r}")
        retries = Retries()
    secrets, wrong = _secrets(headers or {})
    problems += wrong
    options = Options(
        timeout=timeout, deadline=deadline, retries=retries, headers=secrets, allow_plain_http=allow_plain_http
    )
    return options, problems


def _secrets(headers: Any) -> tuple[dict[str, Secret], list[str]]:
    """Return headers with their values as secrets, and what is wrong with them."""
    secrets: dict[str, Secret] = {}
    problems = []
    if not hasattr(headers, "items"):
        return secrets, [f"headers: must be a mapping of names to values, not {type(headers).__name__}"]
    for name, value in headers.items():
        if not (isinstance(name, str) and fits_header(name)):
            problems.append(f"headers[{name!r}]: the name of a header is letters, digits and hyphens")
        elif not isinstance(value, (str, Secret)):
            problems.append(f"headers[{name!r}]: must be text, not {type(value).__name__}")
        else:
            try:
                secrets[name.lower()] = value if isinstance(value, Secret) else Secret(value)
            except SetupError as error:
                problems.append(f"headers[{name!r}]: {error}")
    return secrets, problems


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
