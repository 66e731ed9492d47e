"""What a docstring says of a class or function as a whole, and of its fields or parameters.

Two ways of writing are read: sections (`Args:`, `Attributes:`), and fields (`:param name:`).
"""

from __future__ import annotations

import inspect
import re

_SECTIONS = frozenset({"args", "arguments", "attributes", "parameters"})
_HEADING = re.compile(r"([A-Z][A-Za-z ]*):$")
_ENTRY = re.compile(r"\*{0,2}(\w+)(?: *\([^)]*\))?: *(.*)$")
_FIELD = re.compile(r":(?:param|parameter|arg|ivar|attribute)(?: [^:]*?)? *(\w+): *(.*)$")


def summary_of(documented: object) -> str | None:
    """Return the text before any section of a docstring, on one line; None where there is none of its own."""
    text = _own(documented)
    lines = []
    for line in text.splitlines():
        if _HEADING.fullmatch(line.strip()) or line.startswith(":"):
            break
        lines.append(line.strip())
    return " ".join(" ".join(lines).split()) or None


def described(documented: object) -> dict[str, str]:
    """Return what a docstring says of each field or parameter."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    inside, depth = False, 0
    for line in _own(documented).splitlines():
        text, indent = line.strip(), len(line) - len(line.lstrip())
        if field := _FIELD.fullmatch(text):
            current = found.setdefault(field[1], [field[2]])
            depth = indent
        elif not indent and (heading := _HEADING.fullmatch(text)):
            inside, current, depth = heading[1].lower() in _SECTIONS, None, 0
        elif inside and indent and (not depth or indent <= depth) and (entry := _ENTRY.fullmatch(text)):
            current = found.setdefault(entry[1], [entry[2]])
            depth = indent
        elif current is not None and text and indent > depth:
            current.append(text)
        else:
            current = None
    return {name: " ".join(" ".join(words).split()) for name, words in found.items()}


def _own(documented: object) -> str:
    """Return the docstring that somebody wrote for this very object: not an inherited one, nor a dataclass's."""
    text = getattr(documented, "__doc__", None)
    if not isinstance(text, str) or text.startswith(f"{getattr(documented, '__name__', '')}("):
        return ""
    return inspect.cleandoc(text)
