"""How large an answer may be: what comes from the network is never taken in without a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import Attribute, field, frozen

from jackfield._values import FrozenValue
from jackfield.errors import LimitExceededError

if TYPE_CHECKING:
    from collections.abc import Mapping

_KIB = 1024
_MIB = 1024 * _KIB
_DEEP = 1000
"""JSON parsers end at about this depth, whatever is allowed here."""


def _positive(_: object, attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{attribute.name}: must be a whole number above 0, not {value!r}")


def _depth(limits: object, attribute: Attribute[Any], value: object) -> None:
    _positive(limits, attribute, value)
    if isinstance(value, int) and value > _DEEP:
        raise ValueError(f"{attribute.name}: must be at most {_DEEP}, not {value!r}")


@frozen(kw_only=True, eq=False, repr=False)
class Limits(FrozenValue):
    """How large an answer may be; more is a `LimitExceededError` that names the limit.

    Generous: 2,048 vectors of 3,072 decimals are 140 MB, ten large pictures 40 MB, one event with a picture 3 MB.

    Attributes:
        body: Bytes of a whole answer.
        decompressed: Bytes of a whole answer that came compressed, once it is decompressed.
        event: Bytes of one event of a stream. A stream as a whole has no limit: it is not kept.
        headers: Bytes of an answer's headers, names and values.
        depth: How deep JSON may be nested, at most 1,000.
    """

    body: int = field(default=256 * _MIB, validator=_positive)
    decompressed: int = field(default=256 * _MIB, validator=_positive)
    event: int = field(default=64 * _MIB, validator=_positive)
    headers: int = field(default=256 * _KIB, validator=_positive)
    depth: int = field(default=200, validator=_depth)


DEFAULT = Limits()


def exceeded(limit: str, allowed: int, what: str) -> LimitExceededError:
    """Return the error for *what*, which is more than *limit* allows."""
    return LimitExceededError(
        f"{what}, and limits.{limit} allows {allowed:,}; give the client limits=Limits({limit}=…) where that is right",
        limit=limit,
        allowed=allowed,
    )


def refuse_large_head(headers: Mapping[str, str], limits: Limits) -> None:
    """Raise where the headers of an answer are larger than allowed, or announce a body that is.

    Raises:
        LimitExceededError: They are.
    """
    size = len("".join(headers)) + len("".join(headers.values()))
    if size > limits.headers:
        raise exceeded("headers", limits.headers, f"the answer's headers have {size:,} bytes")
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > limits.body:
        raise exceeded("body", limits.body, f"the answer announces {int(announced[:20]):,} bytes")


def body_limit(headers: Mapping[str, str], limits: Limits) -> tuple[str, int]:
    """Return the name and the bytes of the limit that counts for a body as it is read."""
    compressed = headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")
    return ("decompressed", limits.decompressed) if compressed else ("body", limits.body)
