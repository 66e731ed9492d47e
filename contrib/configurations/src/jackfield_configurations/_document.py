"""What a file of configurations means. Pure: text in, values out.

Rule 1: what is wrong with the file as a whole is told at once, and nothing of it is used.
Rule 2: what is wrong with one configuration does not keep the others from being used.
Rule 3: no message repeats a value: it may be a secret in the wrong place.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from jackfield.errors import ConfigurationError
from jackfield_configurations._hiding import hidden
from jackfield_configurations._names import folded, problem_of, twins
from jackfield_configurations._secrecy import facts_of, is_secret, looks_secret
from jackfield_configurations.configuration import Configuration
from jackfield_configurations.references import KINDS, ClearText, Misread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from jackfield.configuration import SettingFacts

VERSION = 1
"""The version of the file's format that is written, and the newest that is read."""

_KNOWN = ("version", "default", "configurations")
_TABLES = ("limits",)
"""Options of every client that are tables of plain values."""
_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)\Z", re.DOTALL)


@frozen(kw_only=True)
class Document:
    """A file of configurations that has been read.

    Attributes:
        default: The default configuration's name as the file has it, or None.
        tables: The configurations' tables by name, as they are in the file.
        whole: The whole file as plain values.
    """

    default: str | None = None
    tables: Mapping[str, Mapping[str, Any]] = field(factory=dict, repr=False)
    whole: Mapping[str, Any] = field(factory=dict, repr=False)

    def configuration(self, name: str) -> Configuration:
        """Return a configuration by the name that it has in the file."""
        table = self.tables[name]
        provider = table.get("provider")
        provider = provider.strip() if isinstance(provider, str) else ""
        facts = facts_of(provider) if provider else {}
        settings = {key: _setting(key, value, facts) for key, value in table.items() if key != "provider"}
        return Configuration(name=name, provider=provider, settings=settings)


def read(text: str, path: Path) -> Document:
    """Return what a file of configurations says.

    Args:
        text: What is in it.
        path: Where it is, for errors.

    Raises:
        ConfigurationError: It is no TOML, is of a newer version, or says something that it cannot say.
    """
    whole = parsed(text, path)
    version = whole.get("version", VERSION)
    if type(version) is int and version > VERSION:
        raise ConfigurationError(
            f"{str(path)!r} has version {version} of the format, and version {VERSION} is the newest that is known; "
            f"upgrade jackfield-configurations (pip install --upgrade jackfield-configurations)"
        )
    problems = [*_problems(whole)]
    if problems:
        raise ConfigurationError(f"{str(path)!r} cannot be used", problems=problems)
    return Document(default=whole.get("default"), tables=whole.get("configurations", {}), whole=whole)


def parsed(text: str, path: Path) -> dict[str, Any]:
    """Return TOML as plain values.

    Raises:
        ConfigurationError: It is no TOML; says where.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what = _where(str(error), text)
    except RecursionError:
        what = "brackets are nested too deep"
    except ValueError:  # a number that is too long for a number
        what = "it has a value that cannot be read"
    raise ConfigurationError(f"{str(path)!r} is no TOML: {what}; mend it by hand, or put it aside") from None


def _where(message: str, text: str) -> str:
    """Return a parser's message with the place first, and without anything that stands there."""
    found = _PLACE.fullmatch(message)
    if found is None:
        return "it cannot be read"
    line, column = found[2] or text.count("\n") + 1, found[3] or len(text) - text.rfind("\n")
    what = re.sub(r"'.{5,}'|\(.*\)|\".{5,}\"", "something", found[1], flags=re.DOTALL)
    return f"line {line}, column {column}: {what[:1].lower()}{what[1:]}"


def _problems(whole: Mapping[str, Any]) -> Sequence[str]:
    problems = [f"{name!r}: unknown; at the top stand {', '.join(_KNOWN)}" for name in whole if name not in _KNOWN]
    if type(version := whole.get("version", VERSION)) is not int or version < 1:
        problems.append(f"version: must be {VERSION}")
    tables = whole.get("configurations", {})
    if not isinstance(tables, dict):
        return [*problems, "configurations: must be tables, such as [configurations.work]"]
    problems += [
        f"configurations.{name}: must be a table, such as [configurations.work]"
        for name, table in tables.items()
        if not isinstance(table, dict)
    ]
    problems += [f"configurations.{one}: is the same name as {other!r}; rename one" for other, one in twins(tables)]
    problems += [f"configurations.{name}: {wrong}" for name in tables if (wrong := problem_of(name))]
    default = whole.get("default")
    if default is not None and not (isinstance(default, str) and folded(default)):
        problems.append("default: must be the name of a configuration")
    return problems


def _setting(name: str, value: Any, facts: Mapping[str, SettingFacts]) -> Any:
    """Return a setting's value as a configuration has it."""
    if "headers" == name:
        return _headers(value)
    is_own = name in facts and not facts[name].secret
    if isinstance(value, dict) and (is_own or name in _TABLES) and value.keys().isdisjoint(KINDS):
        return hidden({name: value}, facts)[name]
    if isinstance(value, list):
        value = hidden({name: value}, facts)[name]
    return _value(value, is_secret=is_secret(name, facts))


def _value(value: Any, *, is_secret: bool) -> Any:
    """Return a value that is no table, or a reference."""
    if isinstance(value, dict):
        return _reference(value)
    if looks_secret(value) or (is_secret and isinstance(value, str)):
        return ClearText() if value else Misread("must not be empty")
    if is_secret:
        return Misread('must be a reference to a secret, such as { env = "NAME" }')
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()  # an api-version without quotes
    return Misread("must be no date and no time") if isinstance(value, (datetime, time)) else value


def _headers(value: Any) -> Any:
    if not isinstance(value, dict) or _is_reference(value):
        return Misread("must be a table of headers, each with a reference to its value")
    return {name: _value(each, is_secret=True) for name, each in value.items()}


def _is_reference(table: Mapping[str, Any]) -> bool:
    return 1 == len(table) and next(iter(table)) in KINDS and isinstance(next(iter(table.values())), str)


def _reference(table: Mapping[str, Any]) -> Any:
    if _is_reference(table):
        ((kind, text),) = table.items()
        if text.strip():
            return KINDS[kind](text.strip())
    return Misread('must be one of { keyring = "…" }, { encrypted = "…" } and { env = "…" }')
