"""Chance that is none: the same words in, the same choices out, on every machine."""

from __future__ import annotations

from hashlib import sha256
from random import Random
from typing import Any

from jackfield_emulator._json import canonical


def digest(*facts: Any) -> bytes:
    """Return 32 bytes that depend on *facts* alone."""
    return sha256(canonical(facts).encode()).digest()


def chance(*facts: Any) -> Random:
    """Return a source of choices that depends on *facts* alone."""
    return Random(int.from_bytes(digest(*facts)[:8], "big"))  # noqa: S311 - nothing is kept secret by it


def hexadecimal(length: int, *facts: Any) -> str:
    """Return *length* hexadecimal digits."""
    return digest(*facts).hex()[:length]


def letters(length: int, *facts: Any) -> str:
    """Return *length* letters and digits, as they stand in the vendors' ids."""
    source = chance(*facts)
    return "".join(source.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", k=length))
