"""Putting secrets away and fetching them.

Rule 1: what goes wrong is a sentence that is returned, not an error that is raised, wherever a secret is at hand: a
frame that ended in an error would keep it.
Rule 2: an entry of the keyring has a name that nobody can guess, so that a file that somebody else wrote cannot speak
of it, and two files never share one.
"""

from __future__ import annotations

from secrets import token_hex
from shlex import quote
from typing import TYPE_CHECKING, Literal, TypeAlias

from jackfield.configuration import environment
from jackfield.errors import ConfigurationError
from jackfield_configurations import _keyring
from jackfield_configurations._binding import packed, unpacked
from jackfield_configurations._places import KEY_VARIABLE, key_file
from jackfield_configurations.encryption import key_id_of, key_of, known_keys
from jackfield_configurations.references import (
    EncryptedReference,
    EnvironmentReference,
    KeyringReference,
    Reference,
)

if TYPE_CHECKING:
    from jackfield.secret import Secret
    from jackfield_configurations.encryption import EncryptionKey

Keep: TypeAlias = Literal["keyring", "encrypted"]
"""Where a secret is put."""

_ANYWHERE = "https://localhost"
_UNGUESSABLE = 16


def revealed(secret: Secret) -> str:
    """Return a secret's value, to be put away."""
    return secret.bound_to(_ANYWHERE).reveal(_ANYWHERE)


def place(keep: Keep | None) -> EncryptionKey | None:
    """Return the key with which secrets are encrypted, or None where they go into the keyring.

    Raises:
        ConfigurationError: There is no such place.
    """
    if keep not in (None, "keyring", "encrypted"):
        raise ConfigurationError(f"a secret is kept in the 'keyring' or 'encrypted', not {keep!r}")
    if "encrypted" != keep and _keyring.is_usable():
        return None
    keys = () if "keyring" == keep else known_keys()
    if not keys:
        lacking = {"keyring": _NO_KEYRING, "encrypted": "there is no key to encrypt with"}
        both = f"{_NO_KEYRING}, and no key to encrypt with"
        raise ConfigurationError(f"{lacking.get(keep or '', both)}; {_OTHERWISE}")
    return keys[0]


_NO_KEYRING = "there is no keyring here that keeps secrets"
_OTHERWISE = (
    "`jackfield config make-key` makes a key, and then secrets are encrypted in the file; or put the secret into an "
    'environment variable, and { env = "ITS_NAME" } into the file'
)


def put(secret: Secret, configuration: str, setting: str, bound: str, key: EncryptionKey | None) -> Reference:
    """Put a secret away, and return where it is.

    Args:
        secret: The secret.
        configuration: The configuration's name.
        setting: The setting's name.
        bound: Whom it is for.
        key: What encrypts it; None for the keyring.

    Raises:
        ConfigurationError: The keyring does not take it.
    """
    if key is not None:
        return EncryptedReference(key.encrypt(packed(revealed(secret), bound), configuration, setting))
    entry = f"{configuration}/{setting}/{token_hex(_UNGUESSABLE // 2)}"
    _keyring.put(entry, packed(revealed(secret), bound))
    return KeyringReference(entry)


def drop(reference: object) -> bool:
    """Remove what was put into the keyring, where it was put there by us; return whether nothing is left."""
    if not isinstance(reference, KeyringReference) or not _is_ours(reference.entry):
        return True
    return _keyring.drop(reference.entry)


def fetched(reference: Reference, configuration: str, setting: str, bound: str) -> tuple[str | None, str]:
    """Return a secret, or None and what is wrong.

    Args:
        reference: Where it is.
        configuration: The configuration's name.
        setting: The setting's name.
        bound: Whom it is wanted for.
    """
    again = set_again(configuration, setting)
    if isinstance(reference, EnvironmentReference):
        value = environment(reference.variable)
        return value, f"the environment variable {reference.variable} is not set; set it, or {again}"
    text, problem = opened(reference, configuration, setting)
    if text is None:
        return None, problem
    value, stored_for = unpacked(text)
    if stored_for not in (None, bound):
        return None, f"was stored for {stored_for!r}, and this configuration's endpoint is {bound!r}; {again}"
    return value, ""


def opened(
    reference: KeyringReference | EncryptedReference, configuration: str, setting: str
) -> tuple[str | None, str]:
    """Return what was put away, as it was packed, or None and what is wrong."""
    again = set_again(configuration, setting)
    try:
        if isinstance(reference, KeyringReference):
            text = _keyring.fetch(reference.entry)
            return text, f"the keyring has no entry {reference.entry!r} (service {_keyring.SERVICE!r}); {again}"
        key_id = key_id_of(reference.text)
        key = key_of(key_id)
        known = "" if key else ", ".join(dict.fromkeys(each.id for each in known_keys())) or "none"
    except ConfigurationError as error:
        return None, f"{error.message}; {_another_way(reference, configuration, setting)}"
    if key is None:
        return None, (
            f"is encrypted with the key {key_id}, and the keys that are known here are: {known}; put that key into "
            f"{KEY_VARIABLE} or into {str(key_file())!r}, or {again}"
        )
    return key.decrypt(reference.text, configuration, setting), (
        f"cannot be decrypted: it was changed, or moved here from another configuration or setting; {again}"
    )


def set_again(configuration: str, setting: str, flags: str = "") -> str:
    """Return the command that asks for a secret and puts it away, as part of a sentence."""
    return f"type: jackfield config edit {quote(configuration)} --set-secret {quote(setting)}{flags}"


def _another_way(reference: KeyringReference | EncryptedReference, configuration: str, setting: str) -> str:
    if isinstance(reference, EncryptedReference):
        return set_again(configuration, setting)
    return (
        f"unlock it, or keep the secret elsewhere: encrypted in the file "
        f"({set_again(configuration, setting, ' --keep encrypted')}), or in an environment variable "
        f'({setting} = {{ env = "NAME" }})'
    )


def _is_ours(entry: str) -> bool:
    ending = entry.rpartition("/")[2]
    return _UNGUESSABLE == len(ending) and all(letter in "0123456789abcdef" for letter in ending)
