"""The operating system's keyring. The only importer of `keyring`.

Rule: a backend is other people's code and may raise anything; what it raises is told by its kind alone, since its
words may repeat what it was given.
"""

from __future__ import annotations

from typing import Any

from jackfield.errors import ConfigurationError

SERVICE = "jackfield"
"""The service under which all entries are."""

_RECOMMENDED = 1
"""The priority from which `keyring` recommends a backend; those below keep secrets in the clear, or not at all."""


def fetch(entry: str) -> str | None:
    """Return what an entry has in it, or None where there is no such entry.

    Raises:
        ConfigurationError: There is no keyring, or it does not answer.
    """
    try:
        import keyring  # noqa: PLC0415 - slow, and only where a secret is in it

        text = keyring.get_password(SERVICE, entry)
    except Exception as error:  # noqa: BLE001 - the rule
        raise _unusable(error, "cannot be read") from None
    return text or None


def put(entry: str, text: str) -> None:
    """Put something under an entry, and make sure that it is there.

    Raises:
        ConfigurationError: There is no keyring that keeps secrets, or it does not take this one.
    """
    if not is_usable():
        raise ConfigurationError("there is no keyring here that keeps secrets")
    try:
        import keyring  # noqa: PLC0415 - as above

        keyring.set_password(SERVICE, entry, text)
        is_kept = text == keyring.get_password(SERVICE, entry)
    except Exception as error:  # noqa: BLE001 - the rule
        raise _unusable(error, "does not take it") from None
    if not is_kept:
        raise ConfigurationError("the keyring does not keep what it is given")


def drop(entry: str) -> bool:
    """Remove an entry; return whether it is gone for certain."""
    try:
        import keyring  # noqa: PLC0415 - as above

        if keyring.get_password(SERVICE, entry) is not None:
            keyring.delete_password(SERVICE, entry)
    except Exception:  # noqa: BLE001 - the rule
        return False
    return True


def is_usable() -> bool:
    """Tell whether there is a keyring that keeps secrets as they should be kept."""
    try:
        import keyring  # noqa: PLC0415 - as above

        backend: Any = keyring.get_keyring()
        return float(backend.priority) >= _RECOMMENDED
    except Exception:  # noqa: BLE001 - the rule
        return False


def _unusable(error: Exception, what: str) -> ConfigurationError:
    kind = type(error).__name__
    told = {"NoKeyringError": "there is no keyring here", "KeyringLocked": "the keyring is locked"}
    return ConfigurationError(told.get(kind, f"the keyring {what} ({kind})"))
