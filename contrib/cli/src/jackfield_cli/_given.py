"""What is asked: the prompt, from arguments and standard input, and the provider's settings, from text.

Rule: a secret is refused on the command line, where it would end up in the shell's history and the process list; and
no message repeats a value that may be one.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import click

from jackfield import Secret
from jackfield_cli._defaults import key_variable
from jackfield_cli._screen import is_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_SECRETS = re.compile(
    r"(^|_)(api_?key|key|token|secret|password|credential|authorization|header)s?($|_)", re.IGNORECASE
)
_FLAGS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def _flag(text: str) -> bool:
    return _FLAGS[text.lower()]


_READERS: dict[type, tuple[Callable[[str], object], str]] = {
    bool: (_flag, "true or false"),
    int: (int, "a whole number"),
    float: (float, "a number"),
    tuple: (lambda text: tuple(text.split(",")), "names with commas between them"),
}
_OPTIONS: dict[str, type] = {
    "timeout": float,
    "deadline": float,
    "retries": int,
    "allow_plain_http": bool,
    "plugins": tuple,
}
"""What every provider takes beside its own settings, and is not text."""
_NOT_HERE = {"provider": "--provider", "endpoint": "--endpoint", "chat_model": "--model"}


def settings(given: Sequence[str], provider: str, factory: object) -> dict[str, Any]:
    """Return the settings in *given*, `NAME=VALUE` each, with the types that *factory* declares.

    Raises:
        UsageError: One is malformed, twice there, or a secret.
    """
    hints = _hints(factory)
    values: dict[str, Any] = {}
    for each in given:
        name, equals, text = each.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or not name.isidentifier():
            raise click.UsageError("--set takes NAME=VALUE, such as --set timeout=30")
        kinds = {hints[name], *get_args(hints[name])} if name in hints else set()
        if Secret in kinds or (_SECRETS.search(name) and kinds.isdisjoint(_READERS)):
            raise click.UsageError(
                f"--set {name}=… would leave a secret in the shell's history and in the process list; "
                f"set {key_variable(provider)} instead"
            )
        if name in _NOT_HERE:
            raise click.UsageError(f"--set {name}=…: use {_NOT_HERE[name]}")
        if name in values:
            raise click.UsageError(f"--set {name}=… is given twice")
        values[name] = _typed(name, text, kinds)
    return values


def _hints(factory: object) -> Mapping[str, Any]:
    try:
        return {**_OPTIONS, **get_type_hints(factory)}
    except (NameError, TypeError):  # a provider made otherwise: it is given text
        return _OPTIONS


def _typed(name: str, text: str, kinds: set[Any]) -> object:
    """Return *text* as the first of *kinds* that is no text, where text is not among them."""
    if str in kinds:
        return text
    for kind, (read, words) in _READERS.items():
        if kind in kinds:
            try:
                return read(text)
            except (ValueError, KeyError):
                raise click.UsageError(f"--set {name}={text}: must be {words}") from None
    return text


def prompt(words: Sequence[str]) -> str:
    """Return the question: the words, then what standard input brings.

    Raises:
        UsageError: Standard input is no text.
    """
    asked = " ".join(word for word in words if word != "-").strip()
    piped = _standard_input() if "-" in words or not is_terminal(sys.stdin) else ""
    return "\n\n".join(part for part in (asked, piped) if part)


def _standard_input() -> str:
    if sys.stdin is None:  # closed by the shell: `<&-`
        return ""
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"standard input is no text in UTF-8 (byte {error.start}); convert it first") from None
    except OSError as error:
        raise click.UsageError(f"standard input cannot be read: {error.strerror}") from None
    return text.rstrip() if text.strip() else ""
