"""Where a secret is: what stands in the file in its place.

Rule 1: a reference can be shown, copied and pickled; the secret is not in it, or only encrypted.
Rule 2: what should have been a reference and is the secret itself is a `ClearText` from the moment it is read: it can
be told of and replaced, and neither shown, copied into a message, pickled nor used.
"""

from __future__ import annotations

from typing import NoReturn, TypeAlias

from attrs import field, frozen


@frozen
class KeyringReference:
    """A secret in the operating system's keyring, under the service `jackfield`.

    Attributes:
        entry: The entry's name, such as `work/api_key/5d2c1f0a9b3e4d76`.
    """

    entry: str

    kind = "keyring"

    @property
    def text(self) -> str:
        """What stands in the file, after `keyring =`."""
        return self.entry


@frozen
class EncryptedReference:
    """A secret that is in the file, encrypted.

    Attributes:
        text: `v1:KEYID:…`: the scheme, which key, then nonce and ciphertext in base64.
    """

    text: str = field(repr=lambda text: repr(text if len(text) < _SHOWN else f"{text[:_SHOWN]}…"))

    kind = "encrypted"


@frozen
class EnvironmentReference:
    """A secret in an environment variable.

    Attributes:
        variable: The variable's name.
    """

    variable: str

    kind = "env"

    @property
    def text(self) -> str:
        """What stands in the file, after `env =`."""
        return self.variable


@frozen(eq=False, repr=False)
class ClearText:
    """A secret that somebody wrote into the file as it is. It is refused, and this is all that is left of it."""

    kind = "clear"

    def __repr__(self) -> str:
        """Say what it is, and nothing of its value."""
        return "ClearText(***)"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: there is nothing to go on with."""
        raise TypeError("a secret in the clear is not pickled; keep it elsewhere and refer to it")


@frozen
class Misread:
    """A value that stands in the file and cannot be one.

    Attributes:
        what: What would be right.
    """

    what: str

    kind = "misread"


_SHOWN = 16

Reference: TypeAlias = KeyringReference | EncryptedReference | EnvironmentReference
KINDS: dict[str, type[Reference]] = {
    "keyring": KeyringReference,
    "encrypted": EncryptedReference,
    "env": EnvironmentReference,
}
"""The word in the file for each kind of reference."""
