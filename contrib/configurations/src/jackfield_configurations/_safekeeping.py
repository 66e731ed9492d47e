"""The secrets of a whole configuration, as it is added, edited, renamed and removed.

Rule 1: a secret is in its new place before the file speaks of it, and leaves its old one after.
Rule 2: what another configuration of the file speaks of stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield.errors import ConfigurationError
from jackfield.secret import Secret
from jackfield_configurations._binding import bound_to
from jackfield_configurations._checking import references_of
from jackfield_configurations._secrecy import facts_of
from jackfield_configurations._secrets import drop, opened, place, put
from jackfield_configurations._tables import each_of
from jackfield_configurations.encryption import key_id_of, key_of
from jackfield_configurations.references import EncryptedReference, KeyringReference, Reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield_configurations._secrets import Keep
    from jackfield_configurations.configuration import Configuration
    from jackfield_configurations.encryption import EncryptionKey


def put_away(configuration: Configuration, keep: Keep | None) -> Configuration:
    """Return a configuration with references in the place of its secrets, which are put where they belong.

    Raises:
        ConfigurationError: They cannot be put there. None is.
    """
    secrets = {setting: value for setting, value in each_of(configuration.settings) if isinstance(value, Secret)}
    if not secrets:
        return configuration
    key = place(keep)
    facts = facts_of(configuration.provider)
    kept = configuration
    try:
        for setting, secret in secrets.items():
            bound = bound_to(configuration, setting, facts)
            kept = kept.changed({setting: put(secret, configuration.name, setting, bound, key)})
    except ConfigurationError:
        forget(kept, configuration)
        raise
    return kept


def forget(gone: Configuration, *staying: Configuration) -> None:
    """Remove from the keyring what *gone* speaks of and nothing else does."""
    needed = {each for one in staying for _, each in references_of(one.settings)}
    for _, reference in references_of(gone.settings):
        if reference not in needed:
            drop(reference)


def encrypted_anew(
    configuration: Configuration, name: str, key: EncryptionKey | None
) -> tuple[Configuration, list[str]]:
    """Return a configuration with its secrets encrypted for *name*, and what stands in the way.

    Args:
        configuration: What is there.
        name: The configuration's name from now on.
        key: What to encrypt with; None for each one's own key.
    """
    changes: dict[str, Reference] = {}
    problems = []
    for setting, reference in references_of(configuration.settings):
        if not isinstance(reference, EncryptedReference):
            continue
        text, problem = opened(reference, configuration.name, setting)
        by = None if text is None else key or key_of(key_id_of(reference.text))
        if text is None or by is None:
            problems.append(f"{setting}: {problem}")
        else:
            changes[setting] = EncryptedReference(by.encrypt(text, name, setting))
    return configuration.changed(changes), problems


def left_behind(before: Configuration, after: Configuration) -> list[str]:
    """Return the problems of stored secrets that would stay where the endpoint changes."""
    old = dict(references_of(before.settings))
    facts_before, facts_after = facts_of(before.provider), facts_of(after.provider)
    problems = []
    for setting, reference in references_of(after.settings):
        if not isinstance(reference, (KeyringReference, EncryptedReference)) or old.get(setting) != reference:
            continue
        was, will_be = bound_to(before, setting, facts_before), bound_to(after, setting, facts_after)
        if was != will_be:
            problems.append(
                f"{setting}: was stored for {was!r}, and the endpoint becomes {will_be!r}; give it again in the same "
                f"edit, with --set-secret {setting}"
            )
    return problems


def carried(kept: Configuration, before: Configuration, renamed: Configuration) -> Mapping[str, Any]:
    """Return the settings that stay what they were, as they are under the new name."""
    return {
        name: renamed.settings[name]
        for name, value in kept.settings.items()
        if name in before.settings and before.settings[name] == value
    }
