"""Settings of a provider: from arguments, then from the environment. The only reader of the environment.

Rule 1: all problems at once, each with the setting's name and what would be right.
Rule 2: an argument wins over the environment, the environment over the default.
Rule 3: a credential from the environment goes only to the endpoint it was meant for: where another endpoint was
given as an argument, it is not read.
"""

from __future__ import annotations

import os
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

from attrs import NOTHING, Attribute, field, fields

from jackfield.errors import IncompleteProviderError, SettingsError, SetupError
from jackfield.secret import Secret, origin_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_META = "jackfield"
_WORDS = {str: "text", bool: "True or False", int: "a whole number", float: "a number", Secret: "text"}

_FLAGS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def setting(
    *,
    default: Any = NOTHING,
    env: Sequence[str] = (),
    bound_to: str | None = None,
    convert: Callable[[Any], Any] | None = None,
    help: str = "",  # noqa: A002 - reads best at the place of use
) -> Any:
    """Declare one setting of a provider: an attrs field with what the user needs to know of it.

    Args:
        default: What holds where nothing is given; without it the setting is required.
        env: Environment variables to look into, the first that is set wins.
        bound_to: The setting that holds the endpoint for which the environment's value was meant.
        convert: Turns what was given into what is kept; its SetupError or ValueError becomes a problem.
        help: What the setting is and where its value comes from, in one sentence.
    """
    return field(
        default=default,
        metadata={_META: {"env": tuple(env), "bound_to": bound_to, "convert": convert, "help": help}},
    )


def environment(name: str) -> str | None:
    """Return an environment variable; None where it is unset or blank."""
    return os.environ.get(name, "").strip() or None


def load(cls: type[Any], given: Mapping[str, Any], provider: str, others: Sequence[str] = ()) -> Any:
    """Return an instance of *cls* from keyword arguments and the environment.

    Args:
        cls: The provider's class of settings.
        given: The arguments.
        provider: The provider's name, for errors.
        others: Names that are no settings of the provider's, but may have been meant.

    Raises:
        SettingsError: Settings are missing, unknown or wrong; all problems at once.
        IncompleteProviderError: The class's annotations cannot be resolved.
    """
    known = {attribute.name: attribute for attribute in fields(cls)}
    known_hints = hints(cls, provider)
    problems = {name: _unknown(name, known, others) for name in given if name not in known}
    values: dict[str, Any] = {}
    for name, attribute in known.items():
        value = given.get(name)
        if value is None and (text := _from_environment(attribute, given, known)) is not None:
            value = _from_text(text, known_hints[name])
        if value is None:
            if attribute.default is NOTHING:
                problems[name] = f"{name}: missing; {_sources(attribute)}"
            continue
        try:
            values[name] = _checked(value, known_hints[name], told(attribute).get("convert"))
        except (SetupError, TypeError, ValueError) as error:
            problems[name] = f"{name}: {error}"
    together = getattr(cls, "problems", _no_problems)
    defaults = {name: attribute.default for name, attribute in known.items() if attribute.default is not NOTHING}
    for problem in together({**defaults, **values}):
        problems.setdefault(problem.partition(":")[0], problem)
    if problems:
        raise SettingsError(f"the settings of provider {provider!r} do not fit", problems=list(problems.values()))
    return cls(**values)


def _no_problems(_settings: Mapping[str, Any]) -> Iterable[str]:
    return ()


def told(attribute: Attribute[Any]) -> Mapping[str, Any]:
    """Return what `setting` was told of a field; nothing of a field that is a plain attrs one."""
    facts: Mapping[str, Any] = attribute.metadata.get(_META, {})
    return facts


def hints(cls: type[Any], provider: str) -> dict[str, Any]:
    """Return the kinds of a class's settings.

    Raises:
        IncompleteProviderError: The class's annotations cannot be resolved.
    """
    try:
        return get_type_hints(cls)
    except NameError as error:
        raise IncompleteProviderError(
            f"the settings of provider {provider!r} are annotated with a type that is not there at run time ({error}); "
            f"its package must import it outside TYPE_CHECKING"
        ) from error


def _unknown(name: str, known: Mapping[str, Any], others: Sequence[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only when something is already wrong

    nearest = get_close_matches(name, [*known, *others], 1, 0.6)
    hint = f"did you mean {nearest[0]!r}?" if nearest else f"the settings are {', '.join(known) or 'none'}"
    return f"{name}: unknown; {hint}"


def _sources(attribute: Attribute[Any]) -> str:
    facts = told(attribute)
    env = "".join(f" or set {name}" for name in facts.get("env", ()))
    about = f" ({facts['help']})" if facts.get("help") else ""
    return f"pass {attribute.name}=…{env}{about}"


def _from_environment(
    attribute: Attribute[Any], given: Mapping[str, Any], known: Mapping[str, Attribute[Any]]
) -> str | None:
    facts = told(attribute)
    found = next((value for name in facts.get("env", ()) if (value := environment(name))), None)
    if found is None or not facts["bound_to"]:
        return found
    # Rule 3: where would the value have gone, had no endpoint been passed?
    endpoint = known[facts["bound_to"]]
    asked = given.get(endpoint.name)
    if asked is None:
        return found
    meant = _from_environment(endpoint, given, known) or endpoint.default
    if not isinstance(meant, str):  # nothing says that it was meant for another
        return found
    try:
        return found if origin_of(str(asked)) == origin_of(meant) else None
    except SetupError:  # the endpoint's own check says so
        return None


def _kinds(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _from_text(text: str, hint: Any) -> Any:
    """Return what the environment says as the kind that *hint* wants; as text where it cannot be read so."""
    kinds = _kinds(hint)
    if bool in kinds and text.lower() in _FLAGS:
        return _FLAGS[text.lower()]
    for kind in (int, float):
        if kind in kinds:
            try:
                return kind(text)
            except ValueError:
                continue
    return text


def _checked(value: Any, hint: Any, convert: Callable[[Any], Any] | None) -> Any:
    """Return *value* as *hint* wants it."""
    if convert is not None:
        return convert(value)
    kinds = _kinds(hint)
    if Secret in kinds and isinstance(value, str):
        return Secret(value)
    simple = [kind for kind in kinds if kind in _WORDS]
    if len(simple) < len([kind for kind in kinds if kind is not type(None)]):
        return value  # a callable, an object, a mapping: its part knows better
    if not any(_is(value, kind) for kind in simple):
        shown = type(value).__name__ if Secret in simple else repr(value)
        raise ValueError(f"must be {' or '.join(_WORDS[kind] for kind in simple)}, not {shown}")
    return value


def _is(value: Any, kind: type) -> bool:
    """Tell whether *value* is a *kind*; True is no number, and 1 is a good float."""
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)
