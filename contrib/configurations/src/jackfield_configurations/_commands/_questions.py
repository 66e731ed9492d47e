"""The questions of `config add` and `config edit`. Each says in one line where its answer is to be found.

Rule: an answer is checked when it is given, by the provider itself, so that nothing has to be typed twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield import Secret
from jackfield.configuration import installed_providers, settings_of
from jackfield.errors import SetupError
from jackfield_configurations._commands._catalogue import KNOWN, SOURCES, flag, label
from jackfield_configurations._commands._given import secret_settings, typed
from jackfield_configurations._commands._recognition import Recognised, recognised_for
from jackfield_configurations._commands._secrets import as_reference
from jackfield_configurations._commands._store import NOWHERE, STORES, available_stores
from jackfield_configurations._screen import ask, choose, note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jackfield_configurations.configuration import Configuration
    from jackfield_configurations.references import EnvironmentReference

_DEFAULTS = {"api_version": "2024-10-21"}
_NOTHING = "-"
"""What is typed where a setting that is there is to be left out."""
_NAMES = frozenset({"chat_model", "embeddings_model", "images_model", "deployment"})
"""Settings that are names, into which a key is pasted in haste."""
_LONG = 32
"""From how many letters and digits in one piece a name is rather a key."""
_NOT_ASKED = frozenset({"scope", "organization", "project"})
"""Settings that hardly anybody needs."""
_SECRET_FLAGS = "--secret-from-env VARIABLE, or --secret-stdin"  # noqa: S105 - the flags' names


def ask_provider() -> str:
    """Ask who is to answer.

    Raises:
        UsageError: Nobody can be asked.
    """
    there = installed_providers()
    known = [(name, each.caption) for name, each in KNOWN.items() if name in there]
    others = [(name, "installed") for name in there if name not in KNOWN]
    return choose("Who answers", "--provider NAME", [*known, *others])


def asked_of(provider: str) -> tuple[Sequence[str], Sequence[str]]:
    """Return the settings that are asked for before the key, and those after it; the key itself is not among them."""
    known = KNOWN.get(provider)
    secrets = secret_settings(provider)
    asks = list(known.asks if known is not None else [fact.name for fact in settings_of(provider)])
    key = next((at for at, name in enumerate(asks) if name in secrets), len(asks))
    shown = [[name for name in part if name not in {*secrets, *_NOT_ASKED}] for part in (asks[:key], asks[key:])]
    return shown[0], shown[1]


def ask_setting(configuration: Configuration, name: str) -> Configuration:
    """Ask for one setting, with what is there as the default, and return the configuration with it.

    Raises:
        UsageError: Nobody can be asked.
    """
    facts = {fact.name: fact for fact in settings_of(configuration.provider)}
    fact = facts.get(name)
    usual = None if fact is None else fact.default
    default = configuration.settings.get(name) or usual or _DEFAULTS.get(name)
    required = fact is not None and fact.required
    answers: list[Configuration] = []

    def checked(text: str) -> str:
        answers[:] = [_answered(configuration, name, text)]
        problem = problem_of(answers[0], name)
        if problem is not None and text:
            raise ValueError(problem)
        return text

    shown = str(default) if default is not None else None if required else ""
    hint = _hint(configuration.provider, name)
    if name in configuration.settings and not required:
        hint = f"{hint}; {_NOTHING} leaves it out"
    ask(label(name), flag(name), default=shown, hint=hint, checked=checked)
    return answers[0]


def _answered(configuration: Configuration, name: str, text: str) -> Configuration:
    """Return the configuration with an answer.

    Raises:
        ValueError: It is none.
    """
    if text == _NOTHING:
        return configuration.changed({name: None})
    if name == "endpoint" and text:
        return with_endpoint(configuration, text)
    if name in _NAMES and _looks_like_a_key(text):
        raise ValueError("that looks like a key: it is asked for by itself, and then not shown")
    return configuration.changed({name: typed(configuration.provider, name, text) if text else None})


def _looks_like_a_key(text: str) -> bool:
    return text.startswith("sk-") or (
        len(text) >= _LONG and text.isalnum() and not text.isalpha() and not text.isdecimal()
    )


def with_endpoint(configuration: Configuration, pasted: str) -> Configuration:
    """Return the configuration with the endpoint that was pasted, and with what it says beside the address.

    Raises:
        ValueError: It is no address, or somebody else's.
    """
    found = recognised_for(configuration.provider, pasted)
    if found.endpoint != pasted.strip() or found.deployment or found.api_version:
        note(f"  recognised: {found.shown}")
    return configuration.changed({"endpoint": found.endpoint, **_beside(found)})


def _beside(found: Recognised) -> dict[str, Any]:
    named = {"deployment": found.deployment, "api_version": found.api_version}
    return {name: value for name, value in named.items() if value is not None}


def problem_of(configuration: Configuration, name: str) -> str | None:
    """Return what is wrong with one setting, or None."""
    told = (problem for problem in configuration.problems() if problem.partition(":")[0] == name)
    return next(told, None)


def _hint(provider: str, name: str) -> str:
    """Return where a value is to be found."""
    found = SOURCES.get((provider, name)) or SOURCES.get(("", name))
    return found or next((fact.help for fact in settings_of(provider) if fact.name == name), "")


def ask_secret(configuration: Configuration, name: str, *, empty: str = "") -> Configuration:
    """Ask for a secret, without showing it, and return the configuration with it.

    Args:
        configuration: The configuration.
        name: The secret's setting.
        empty: What it means to type nothing; where that is nothing, something must be typed.

    Raises:
        UsageError: Nobody can be asked.
    """
    answers: list[Configuration] = []

    def checked(text: str) -> str:
        answers[:] = [configuration]
        if text or not empty:
            try:
                answers[:] = [configuration.changed({name: Secret(text)})]
            except SetupError as error:
                raise ValueError(f"{name}: {error.message}") from None
            problem = problem_of(answers[0], name)
            if problem is not None:
                raise ValueError(problem)
        return text

    hint = _hint(configuration.provider, name)
    if hint:
        note(f"  {hint}")
    ask(
        f"{label(name)} (not shown{f'; Enter {empty}' if empty else ''})",
        _SECRET_FLAGS,
        default="" if empty else None,
        hidden=True,
        checked=checked,
    )
    return answers[0]


def ask_store(*, may_be_nowhere: bool = False) -> str:
    """Ask where a secret is to be kept.

    Raises:
        UsageError: Nobody can be asked.
    """
    options = [(name, STORES[name]) for name in available_stores()]
    if may_be_nowhere:
        options.append((NOWHERE, "nowhere: none is needed, or it is in the environment"))
    return choose("Keep the key in", "--store NAME", options)


def ask_variable(provider: str, name: str) -> EnvironmentReference:
    """Ask for the environment variable that holds a secret.

    Raises:
        UsageError: Nobody can be asked.
    """
    variables = next((fact.env for fact in settings_of(provider) if fact.name == name), ())

    def checked(text: str) -> str:
        if not text.isidentifier():
            raise ValueError("type the name of a variable, such as MY_KEY")
        return text

    default = variables[0] if variables else None
    return as_reference(ask("Variable", "--secret-from-env VARIABLE", default=default, checked=checked))
