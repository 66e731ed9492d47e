"""`config list` and `config show`: what there is, and of a secret only where it is."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from jackfield import Secret
from jackfield.configuration import environment
from jackfield_configurations._commands._store import chosen, opened
from jackfield_configurations._hiding import hidden, in_the_clear
from jackfield_configurations._screen import note, say, say_json, say_table
from jackfield_configurations._secrecy import facts_of
from jackfield_configurations.references import (
    ClearText,
    EncryptedReference,
    EnvironmentReference,
    KeyringReference,
    Misread,
    Reference,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jackfield_configurations.configuration import Configuration

_MODELS = ("deployment", "chat_model", "embeddings_model", "images_model")
_SECRETS = (KeyringReference, EncryptedReference, EnvironmentReference, ClearText, Secret)
"""What is told of by where it is."""


def list_all(path: Path | None, *, as_json: bool) -> None:
    """Write all configurations.

    Raises:
        ConfigurationError: The file cannot be read.
    """
    file = opened(path)
    configurations = file.configurations()
    default = file.default_name()
    if as_json:
        rows = [_row(each, default) for each in configurations]
        say_json({"file": str(file.path), "default": default, "configurations": rows})
        return
    if not configurations:
        say("There is no configuration; `jackfield config add` makes one.")
    else:
        head = ("", "NAME", "PROVIDER", "ENDPOINT", "MODELS")
        say_table([head, *(tuple(map(str, _cells(each, default))) for each in configurations)])
    note(f"in {file.path}")


def _row(configuration: Configuration, default: str | None) -> dict[str, Any]:
    models = {name: configuration.settings[name] for name in _MODELS if name in configuration.settings}
    return {
        "name": configuration.name,
        "default": configuration.name == default,
        "provider": configuration.provider,
        "endpoint": configuration.settings.get("endpoint"),
        **models,
    }


def _cells(configuration: Configuration, default: str | None) -> tuple[Any, ...]:
    settings = configuration.settings
    models = ", ".join(str(settings[name]) for name in _MODELS if settings.get(name))
    mark = "*" if configuration.name == default else ""
    return mark, configuration.name, configuration.provider, settings.get("endpoint", ""), models


def show_one(path: Path | None, name: str | None, *, as_json: bool) -> None:
    """Write one configuration.

    Raises:
        ConfigurationError: There is none, or the file cannot be read.
    """
    file = opened(path)
    configuration = chosen(file, name)
    is_default = configuration.name == file.default_name()
    problems = _told(configuration, configuration.problems())
    notices = _told(configuration, configuration.notices())
    if as_json:
        settings = {name: _document(value) for name, value in _seen(configuration).items()}
        facts = {
            "name": configuration.name,
            "default": is_default,
            "provider": configuration.provider,
            "api_type": configuration.api_type,
            "key_type": configuration.key_type,
        }
        say_json({"file": str(file.path), **facts, "settings": settings, "problems": problems, "notices": notices})
        return
    say(f"{configuration.name}{' (the default)' if is_default else ''}", bold=True)
    rows = [("provider", _captioned(configuration)), *((name, _shown(v)) for name, v in _flat(configuration))]
    width = max(len(name) for name, _ in rows)
    for each, value in rows:
        say(f"  {each:{width}}  {value}")
    for text in (*problems, *notices):
        note(text)
    note(f"in {file.path}")


def _captioned(configuration: Configuration) -> str:
    """Return the provider, and what people call it."""
    captions = [each for each in (configuration.api_type, configuration.key_type) if each]
    return configuration.provider + ("" if captions == [configuration.provider] else f" ({', '.join(captions)})")


def _flat(configuration: Configuration) -> list[tuple[str, Any]]:
    """Return the settings, each header by itself."""
    rows: list[tuple[str, Any]] = []
    for name, value in _seen(configuration).items():
        if name == "headers" and hasattr(value, "items"):
            rows += [(f"headers.{each}", inner) for each, inner in value.items()]
        else:
            rows.append((name, value))
    return rows


def _seen(configuration: Configuration) -> dict[str, Any]:
    """Return the settings without what may be a secret."""
    return hidden(configuration.settings, facts_of(configuration.provider))


def _told(configuration: Configuration, texts: Sequence[str]) -> list[str]:
    """Return messages without what may be a secret; a name of something may be one by mistake."""
    secrets = list(in_the_clear(configuration.settings, facts_of(configuration.provider)))
    return [reduce(lambda text, secret: text.replace(secret, "[secret]"), secrets, text) for text in texts]


def _shown(value: Any) -> str:
    """Return a value as it may be seen."""
    if isinstance(value, Misread):
        return "cannot be read"
    return where(value) if isinstance(value, _SECRETS) else str(value)


def where(value: Reference | ClearText | Secret) -> str:
    """Return where a secret is, in words."""
    if isinstance(value, KeyringReference):
        return f"in the keyring, as {value.entry}"
    if isinstance(value, EncryptedReference):
        return "encrypted, in the file"
    if isinstance(value, EnvironmentReference):
        return (
            f"in the environment variable {value.variable}{'' if environment(value.variable) else ', which is not set'}"
        )
    return "in the clear, which is refused: `jackfield config edit` puts it away"


def _document(value: Any) -> Any:
    """Return a value as a machine may be told it."""
    if isinstance(value, KeyringReference | EnvironmentReference):
        return {value.kind: value.text}
    if isinstance(value, EncryptedReference):
        return {value.kind: True}
    if isinstance(value, ClearText | Misread | Secret):
        return {"clear": True} if isinstance(value, ClearText) else None
    if isinstance(value, list):
        return [_document(each) for each in value]
    return {name: _document(each) for name, each in value.items()} if isinstance(value, dict) else value
