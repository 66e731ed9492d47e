"""Edits of a file of configurations, as text to text: a person's comments, order and spelling stay.

Rule 1: an edit touches the section that it is about, and every other byte stays as it is.
Rule 2: what comes out is read again, and kept only where it says exactly what it should; where a file is written in a
way that this cannot be done for, it is left alone, with an error that says so.
"""

from __future__ import annotations

import tomllib
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from jackfield.errors import ConfigurationError
from jackfield_configurations._document import VERSION
from jackfield_configurations._sections import TOKEN, Section, cut, parted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

ROOT = "configurations"
NEW = f"""\
# Configurations of Jackfield: `jackfield config --help`.
# Keys are never kept in here in the clear.

version = {VERSION}
"""
"""What a new file begins with."""


def with_default(text: str, name: str | None) -> str:
    """Return *text* with another default configuration, or none."""
    expected = _plain(text)
    _put(expected, "default", name)

    def by_section() -> str:
        first, *others = cut(text)
        body, rest = parted(first.text)
        return _with_keys(_ended(body), (), {("default",): name}) + rest + _joined(others)

    return _edited([by_section, lambda: _with_keys(text, (), {("default",): name})], expected)


def with_added(text: str, name: str, table: Mapping[str, Any]) -> str:
    """Return *text* with one more configuration at its end.

    Args:
        text: The file's text.
        name: The configuration's name.
        table: What it says, as plain values.
    """
    expected = _plain(text)
    expected.setdefault(ROOT, {})[name] = _given(table)
    section = _section(name, table)

    def at_the_end() -> str:
        return f"{_ended(text)}\n{section}" if text.strip() else section

    return _edited([at_the_end, lambda: _with_keys(text, (ROOT,), {(name,): table})], expected)


def with_changed(text: str, name: str, changes: Mapping[tuple[str, ...], Any]) -> str:
    """Return *text* with other values in one configuration.

    Args:
        text: The file's text.
        name: The configuration's name.
        changes: From the keys that lead there to a new plain value, None for none.
    """
    if not changes:
        return text
    expected = _plain(text)
    for path, value in changes.items():
        _put(_at(expected[ROOT][name], path[:-1]), path[-1], value)

    def by_section(*, and_below: bool) -> str:
        before, own, after = _around(cut(text), (ROOT, name), and_below=and_below)
        body, rest = parted(_joined(own))
        return _joined(before) + _with_keys(_ended(body), (ROOT, name), changes) + rest + _joined(after)

    ways = [lambda: by_section(and_below=True), lambda: by_section(and_below=False)]
    return _edited([*ways, lambda: _with_keys(text, (ROOT, name), changes)], expected)


def with_renamed(text: str, old: str, new: str) -> str:
    """Return *text* with another name for a configuration, in its place."""
    expected = _plain(text)
    expected[ROOT] = {new if name == old else name: table for name, table in expected[ROOT].items()}

    def by_header() -> str:
        return "".join(
            _with_path(each, (ROOT, new, *each.path[2:])) if each.path[:2] == (ROOT, old) else each.text
            for each in cut(text)
        )

    def by_table() -> str:
        table = _plain(text)[ROOT][old]
        return with_added(without(text, old), new, table)

    return _edited([by_header, by_table], expected)


def without(text: str, name: str) -> str:
    """Return *text* without a configuration. Comments that stand before other things stay."""
    expected = _plain(text)
    del expected[ROOT][name]
    if not expected[ROOT]:
        del expected[ROOT]
    empty = {**expected, ROOT: expected.get(ROOT, {})}

    def by_section() -> str:
        before, own, after = _around(cut(text), (ROOT, name))
        head, rest = _joined(before), parted(_joined(own))[1]
        if not after and not rest.strip():
            return f"{head.rstrip()}\n" if head.strip() else ""
        return head + (rest.lstrip("\r\n") if _is_apart(head) else rest) + _joined(after)

    return _edited([by_section, lambda: _with_keys(text, (ROOT,), {(name,): None})], expected, empty)


def _edited(ways: Sequence[Callable[[], str]], *expected: Mapping[str, Any]) -> str:
    """Return the first text that says what is expected.

    Raises:
        ConfigurationError: No way leads there.
    """
    for way in ways:
        try:
            text = way()
            if tomllib.loads(text) in expected:
                return text
        except Exception:  # noqa: BLE001, S112 - whatever an unusual spelling does to a way: there is another, or none
            continue
    raise ConfigurationError(
        "this file is written in a way that cannot be edited without losing something; edit it by hand, or give each "
        f"configuration a section of its own, such as [{ROOT}.work]"
    )


def _plain(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


def _put(table: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        table.pop(key, None)
    else:
        table[key] = _given(value)


def _at(table: Any, path: Iterable[str]) -> Any:
    """Return the table to which *path* leads."""
    for key in path:
        table = table[key]
    return table


def _given(value: Any) -> Any:
    return deepcopy(dict(value)) if hasattr(value, "items") else deepcopy(value)


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _joined(sections: Sequence[Section]) -> str:
    return "".join(each.text for each in sections)


def _is_apart(head: str) -> bool:
    """Tell whether a text ends with an empty line, or is empty."""
    return not head.strip() or not head.splitlines()[-1].strip()


def _around(
    sections: Sequence[Section], path: tuple[str, ...], *, and_below: bool = True
) -> tuple[Sequence[Section], Sequence[Section], Sequence[Section]]:
    """Return the sections before, that of *path*, and those after.

    Args:
        sections: All of them.
        path: The keys of its header.
        and_below: Whether those whose keys begin with these belong to it.

    Raises:
        ValueError: They do not stand together, or there are none.
    """
    length = len(path) if and_below else None
    own = [at for at, each in enumerate(sections) if each.path[:length] == path]
    if not own or own != list(range(own[0], own[-1] + 1)):
        raise ValueError
    return sections[: own[0]], sections[own[0] : own[-1] + 1], sections[own[-1] + 1 :]


def _with_keys(text: str, place: tuple[str, ...], changes: Mapping[tuple[str, ...], Any]) -> str:
    """Return a TOML text with other values in the table at *place*."""
    import tomlkit  # noqa: PLC0415 - only for edits

    document = tomlkit.parse(text)
    for path, value in changes.items():
        table = _at(document, (*place, *path[:-1]))
        if value is None:
            table.pop(path[-1], None)
        else:
            table[path[-1]] = _item(value)
    return tomlkit.dumps(document)


def _item(value: Any) -> Any:
    """Return a value as it is spelt in the file: tables on one line, with blanks inside the braces."""
    import tomlkit  # noqa: PLC0415 - only for edits

    return tomlkit.value(_spelt(value))


def _spelt(value: Any) -> str:
    import tomlkit  # noqa: PLC0415 - only for edits

    if not isinstance(value, dict):
        return str(tomlkit.item(value).as_string())
    pairs = ", ".join(f"{_key(each)} = {_spelt(one)}" for each, one in value.items())
    return f"{{ {pairs} }}" if pairs else "{}"


def _key(key: str) -> str:
    import tomlkit  # noqa: PLC0415 - only for edits

    return tomlkit.key(key).as_string()


def _section(name: str, table: Mapping[str, Any]) -> str:
    lines: list[str] = [f"[{ROOT}.{_key(name)}]"]
    lines += [f"{_key(key)} = {_spelt(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def _with_path(section: Section, path: Sequence[str]) -> str:
    """Return a section's text with another path in its header."""
    line, *others = section.text.splitlines(keepends=True)
    opening, closing = line.index("["), _closing(line)
    header = ".".join(_key(key) for key in path)
    return "".join([line[: opening + 1], header, line[closing:], *others])


def _closing(line: str) -> int:
    """Return where a header's bracket closes."""
    return next(token.start() for token in TOKEN.finditer(line) if "]" == token[0])
