"""A string that does not get out.

Rule 1: the value leaves through `reveal` alone, and only towards the origin it was given for.
Rule 2: nothing else shows it: not repr, str, format, pickle or the time a comparison takes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NoReturn

from jackfield.errors import SetupError

_TELLING = 16
"""How long a value must be, one digit at least in it, before it is looked for in good answers."""
_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """Return scheme, host and port of *url*, spelt so that equal origins are equal strings.

    Raises:
        SetupError: It cannot be told apart into these.
    """
    from urllib.parse import urlsplit  # noqa: PLC0415 - 4 ms that `import jackfield` does not pay

    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError as error:
        raise SetupError(f"the endpoint is no URL: {error}") from error
    host = (parts.hostname or "").lower()
    return f"{parts.scheme}://{host}:{port}" if port else f"{parts.scheme}://{host}"


_origin_sent_to = lru_cache(maxsize=64)(origin_of)
"""The same few again and again: 3 µs a call. Asked without what stands after `?`, which may be signed."""


class Secret:
    """A credential, bound to the origin (scheme, host, port) it was given for.

    Blanks and line breaks around the value are removed (they come with copy and paste); inside it they are refused.

    Args:
        value: The secret itself.
        origin: The origin it may be sent to, or None while that is not known yet.

    Raises:
        SetupError: The value is empty, or has characters that cannot stand in a header.
    """

    __slots__ = ("_needles", "_origin", "_prefix", "_spellings", "_value")

    def __init__(self, value: str, origin: str | None = None) -> None:
        value = value.strip()
        if not value:
            raise SetupError("must not be empty")
        if not (value.isascii() and value.isprintable()):
            raise SetupError("has characters that cannot stand in a header, or line breaks; copy it again, alone")
        self._value = value
        self._origin = origin
        self._prefix = ""
        self._spellings = _spellings(value)
        telling = len(value) >= _TELLING and any(letter.isdigit() for letter in value)
        self._needles = tuple(each.encode() for each in self._spellings) if telling else ()

    def bound_to(self, url: str) -> Secret:
        """Return the same secret, for the origin of *url* alone."""
        return self._variant(origin_of(url), self._prefix)

    def prefixed(self, prefix: str) -> Secret:
        """Return the same secret, revealed with *prefix* before its value, such as `"Bearer "`."""
        return self._variant(self._origin, prefix)

    def _variant(self, origin: str | None, prefix: str) -> Secret:
        """Return the same value with another origin or prefix, without checking it again."""
        other = object.__new__(Secret)
        other._value, other._origin, other._prefix = self._value, origin, prefix
        other._spellings, other._needles = self._spellings, self._needles
        return other

    def reveal(self, url: str) -> str:
        """Return the value, its prefix before it, for a request to *url*.

        Raises:
            SetupError: The secret is bound to another origin, or to none yet.
        """
        origin = _origin_sent_to(url.partition("?")[0])
        if self._origin is None:
            raise SetupError("a credential was not bound to an origin; the provider must call bound_to(endpoint)")
        if origin != self._origin:
            raise SetupError(f"a credential given for {self._origin!r} was about to be sent to {origin!r}")
        return self._prefix + self._value

    def scrub(self, text: str) -> str:
        """Return *text* with every occurrence of the value replaced, spelt as it is or as JSON and URLs spell it."""
        for spelling in self._spellings:
            text = text.replace(spelling, "[secret]")
        return text

    def needles(self) -> tuple[bytes, ...]:
        """Return what to look for in an answer's bytes; nothing where the value might be an ordinary word."""
        return self._needles

    def __repr__(self) -> str:
        """Say that it is a secret, and nothing of its value."""
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        """Compare without telling the value by the time it takes."""
        if not isinstance(other, Secret):
            return NotImplemented
        import hmac  # noqa: PLC0415 - secrets are hardly ever compared

        same = hmac.compare_digest(self._value, other._value)
        return same and (self._origin, self._prefix) == (other._origin, other._prefix)

    def __hash__(self) -> int:
        """Equal secrets hash equally."""
        return hash((self._value, self._origin, self._prefix))

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied."""
        raise TypeError("a secret is not pickled; pass the setting's source (an environment variable) instead")

    def __copy__(self) -> Secret:
        """Secrets are immutable: a copy is the same object."""
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        """Secrets are immutable: a copy is the same object."""
        return self


def _spellings(value: str) -> tuple[str, ...]:
    """Return *value* as it is, and as JSON and URLs spell it."""
    if value.isalnum():
        return (value,)
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    from urllib.parse import quote  # noqa: PLC0415 - as in origin_of

    return tuple(dict.fromkeys((value, quoted, quoted.replace("/", "\\/"), quote(value, safe=""))))
