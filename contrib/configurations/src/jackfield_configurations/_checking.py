"""Whether a configuration fits its provider. Nothing is sent, and no secret is fetched.

Rule 1: all problems at once, each opening with the setting's name.
Rule 2: a setting that this provider does not have and another one has is named and left out; one that nobody has is a
problem.
Rule 3: the provider's own checks hold. For a secret that is kept away a stand-in is checked.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jackfield.configuration import OPTIONS, check, environment, installed_providers
from jackfield.errors import SetupError
from jackfield.secret import Secret
from jackfield_configurations._arguments import arguments
from jackfield_configurations._hiding import hidden
from jackfield_configurations._names import problem_of
from jackfield_configurations._secrecy import facts_of, is_secret
from jackfield_configurations._secrets import set_again
from jackfield_configurations._tables import each_of, is_clear
from jackfield_configurations.references import ClearText, EnvironmentReference, Misread, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from jackfield.configuration import SettingFacts
    from jackfield_configurations.configuration import Configuration

_STAND_IN = "stands-for-a-secret"
_MODELS = ("chat_model", "images_model", "embeddings_model")
_OVERRULED = {"credential": ("token",), "deployment": _MODELS}
"""From a setting to those that have no effect beside it."""


def problems_of(configuration: Configuration, folder: Path | None = None) -> Sequence[str]:
    """Return what is wrong with a configuration.

    Args:
        configuration: What to check.
        folder: Where its file is, or None for the working directory.
    """
    if not configuration.provider.strip():
        provider = f"provider: missing; name an installed one: {', '.join(installed_providers())}"
        return [*_own(configuration, {}), provider]
    facts = facts_of(configuration.provider)
    problems = [*_own(configuration, facts)]
    told = {each.partition(":")[0] for each in problems}
    idle = without_effect(configuration)
    kept = {name: value for name, value in configuration.settings.items() if name not in idle}
    given, wrong = arguments(_stood_in(hidden(kept, facts), facts), folder, is_check=True)
    found = [*wrong, *_checked(configuration.provider, given)]
    return problems + [each for each in found if each.partition(":")[0] not in told]


def _checked(provider: str, given: Mapping[str, Any]) -> Sequence[str]:
    try:
        return check(provider, given)
    except Exception as error:  # noqa: BLE001 - a provider that fails on a value says so, as best it can
        return [f"provider: {provider!r} cannot take these settings ({type(error).__name__})"]


def notices_of(configuration: Configuration) -> Sequence[str]:
    """Return what has no effect, and what is not there yet."""
    notices = [
        f"{name}: without effect: the provider {configuration.provider!r} has no such setting"
        for name in without_effect(configuration)
    ]
    notices += [
        f"{name}: without effect beside {stronger}"
        for stronger, weaker in _OVERRULED.items()
        if stronger in configuration.settings and stronger in facts_of(configuration.provider)
        for name in weaker
        if name in configuration.settings
    ]
    notices += [
        f"{name}: the environment variable {reference.variable} is not set here"
        for name, reference in references_of(configuration.settings)
        if isinstance(reference, EnvironmentReference) and environment(reference.variable) is None
    ]
    return notices


def without_effect(configuration: Configuration) -> Sequence[str]:
    """Return the names of settings that another provider has, and this one has not."""
    own = facts_of(configuration.provider)
    foreign = [name for name in configuration.settings if name not in own and name not in OPTIONS]
    if not own or not foreign:
        return ()
    known = {name for provider in installed_providers() for name in facts_of(provider)}
    return [name for name in foreign if name in known]


def references_of(settings: Mapping[str, Any]) -> Iterator[tuple[str, Reference]]:
    """Yield every reference with the name of its setting; a header's is `headers.NAME`."""
    for name, value in each_of(settings):
        if isinstance(value, Reference):
            yield name, value


def in_the_clear(configuration: str, setting: str, facts: Mapping[str, SettingFacts]) -> str:
    """Return the problem of a secret that is in the clear, with the ways out."""
    known = facts.get(setting)
    variable = known.env[0] if known and known.env else "NAME"
    return (
        f"{setting}: is in the clear, and keys are not kept so; {set_again(configuration, setting)} (asks for it, and "
        f"keeps it in the keyring or encrypted), or refer to an environment variable: "
        f'{setting} = {{ env = "{variable}" }}'
    )


def _own(configuration: Configuration, facts: Mapping[str, SettingFacts]) -> Iterator[str]:
    """Yield what is wrong whichever provider it is."""
    if wrong := problem_of(configuration.name):
        yield wrong
    for name, value in each_of(configuration.settings):
        if isinstance(value, Misread):
            yield f"{name}: {value.what}"
        elif is_clear(hidden({name: value}, facts)) or (name.startswith("headers.") and isinstance(value, str)):
            yield in_the_clear(configuration.name, name, facts)
        elif name.startswith("headers.") and not isinstance(value, (Reference, Secret)):
            yield f"{name}: must be a reference to a secret"
        elif not _can_be_kept(value):
            yield f"{name}: {type(value).__name__} cannot stand in a file; give it to the client, as an argument"


def _can_be_kept(value: Any) -> bool:
    """Tell whether a file can say it."""
    if isinstance(value, list):
        return all(map(_can_be_kept, value))
    if isinstance(value, dict):
        return all(isinstance(name, str) and _can_be_kept(each) for name, each in value.items())
    return isinstance(value, (str, bool, int, float, Reference, Secret))


def _stood_in(settings: Mapping[str, Any], facts: Mapping[str, SettingFacts]) -> dict[str, Any]:
    """Return settings with something in the place of each secret."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        if "headers" == name and isinstance(value, dict):
            found[name] = {each: one if isinstance(one, Secret) else Secret(_STAND_IN) for each, one in value.items()}
        elif (stand_in := _stand_in(value, is_hidden=is_secret(name, facts))) is not None:
            found[name] = stand_in
    if isinstance(found.get("proxy"), Secret) and not isinstance(settings["proxy"], Secret):
        del found["proxy"]  # a stand-in is no address
    return found


def _stand_in(value: Any, *, is_hidden: bool) -> Any:
    if isinstance(value, EnvironmentReference) and not is_hidden:
        return environment(value.variable)
    if isinstance(value, EnvironmentReference) and (known := environment(value.variable)) is not None:
        with suppress(SetupError):  # what cannot be one is told when it is fetched
            return Secret(known)
    if isinstance(value, Reference) or (is_hidden and isinstance(value, ClearText)):
        return Secret(_STAND_IN)
    return None if isinstance(value, Misread) or is_clear(value) else value
