"""A TOML text cut at its headers. Pure, and never trusted: every edit is read again before it is kept.

A *section* is a header with all that belongs to it, up to the next header. What stands before the first header is a
section without a path.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}]"
    r"|\n",
    re.DOTALL,
)
"""What matters for where things begin and end; a bracket in a string or a comment is none."""


@frozen
class Section:
    """A part of a text.

    Attributes:
        path: The header's keys; empty for what stands before the first header.
        text: All of it, header and line ends included.
    """

    path: tuple[str, ...]
    text: str


def cut(text: str) -> list[Section]:
    """Return the sections of a TOML text; joined they are that text again."""
    starts: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    depth, line, header = 0, 0, None
    for token in TOKEN.finditer(text):
        mark = token[0]
        if mark in "[{":
            if 0 == depth and "[" == mark and not text[line : token.start()].strip():
                header = line
            depth += 1
        elif mark in "]}":
            depth -= 1
        elif "\n" == mark:
            if header is not None and depth <= 0:
                starts.append((header, _path(text[header : token.end()])))
                header = None
            line = token.end()
    if header is not None:
        starts.append((header, _path(text[header:])))
    ends = [start for start, _ in starts[1:]] + [len(text)]
    return [Section(path, text[start:end]) for (start, path), end in zip(starts, ends, strict=True)]


def _path(header: str) -> tuple[str, ...]:
    """Return the keys of a header."""
    try:
        found = tomllib.loads(header)
    except ValueError:
        return ("",)
    path: list[str] = []
    inner: Any = found
    while isinstance(inner, dict) and inner:
        ((key, inner),) = inner.items()
        path.append(key)
    return tuple(path)


def parted(text: str) -> tuple[str, str]:
    """Return a section's text in two: with the comments that hang on it, and the lines after that.

    What comes after its last line with something on it, and after an empty line, belongs to what comes next.
    """
    lines = text.splitlines(keepends=True)
    last = _last(lines)
    while last < len(lines) and lines[last].strip():
        last += 1
    return "".join(lines[:last]), "".join(lines[last:])


def _last(lines: Sequence[str]) -> int:
    """Return how many lines there are up to the last that is neither empty nor a comment."""
    words = [line.strip() for line in lines]
    return max((at for at, word in enumerate(words, 1) if word and not word.startswith("#")), default=0)
