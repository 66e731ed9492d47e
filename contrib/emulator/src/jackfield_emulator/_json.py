"""JSON on its way out; its one home here."""

from __future__ import annotations

from json import dumps  # noqa: TID251 - the emulator has no wire of ours to ask
from typing import Any


def compact(document: Any) -> str:
    """Return *document* without blanks, with every character as itself."""
    return dumps(document, ensure_ascii=False, separators=(",", ":"))


def canonical(document: Any) -> str:
    """Return the same text for equal documents."""
    return dumps(document, ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def pretty(document: Any) -> bytes:
    """Return *document* indented, as OpenAI's own servers write it."""
    return dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
