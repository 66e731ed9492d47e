"""Keys that encrypt secrets in the file, and where they come from. The only importer of `cryptography`.

Rule 1: a key is 32 random bytes. None is made from a password.
Rule 2: many keys may be known at once: the first encrypts, all decrypt, and a value says by its key's fingerprint which
one it wants. So a wrong key is told apart from a value that was changed.
Rule 3: a value is bound to the configuration and the setting that it was encrypted for; elsewhere it does not open.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from hashlib import sha256
from secrets import token_bytes
from typing import TYPE_CHECKING, Literal, NoReturn

from jackfield.configuration import environment
from jackfield.errors import ConfigurationError
from jackfield_configurations import _keyring
from jackfield_configurations._access import mend
from jackfield_configurations._frames import frameless
from jackfield_configurations._names import folded
from jackfield_configurations._places import KEY_FILE_VARIABLE, KEY_VARIABLE, key_file
from jackfield_configurations._storage import load, locked, save

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEME = "v1"
ENTRY = "encryption-key"
"""The keyring's entry that holds keys."""

_BYTES = 32
_NONCE = 12
_TEXT = re.compile(r"(v\d+):([0-9a-f]{8}):([A-Za-z0-9+/]+={0,2})")
_ABOUT = "# Keys that open the secrets in jackfield.toml: the first encrypts, all decrypt.\n"


class EncryptionKey:
    """A key for AES-256-GCM.

    Attributes:
        id: Its fingerprint, eight hexadecimal digits. It says nothing of the key.
    """

    __slots__ = ("_bytes", "id")

    def __init__(self, data: bytes) -> None:
        if _BYTES != len(data):
            raise ConfigurationError(f"a key must be {_BYTES} bytes, not {len(data)}")
        self._bytes = data
        self.id = sha256(b"jackfield-configurations key id" + data).hexdigest()[:8]

    @classmethod
    def generate(cls) -> EncryptionKey:
        """Return a new key."""
        return cls(token_bytes(_BYTES))

    @classmethod
    def from_text(cls, text: str) -> EncryptionKey:
        """Return a key from its text.

        Raises:
            ConfigurationError: It is none.
        """
        try:
            data = b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
        except ValueError:
            data = b""
        if _BYTES != len(data):
            raise ConfigurationError(
                f"a key must be {_BYTES} random bytes in base64, which are 44 characters; `jackfield config make-key` "
                f"makes one"
            ) from None
        return cls(data)

    @property
    def text(self) -> str:
        """The key itself, in base64, to be put away. Never print it."""
        return b64encode(self._bytes).decode()

    def encrypt(self, plain: str, configuration: str, setting: str) -> str:
        """Return *plain* encrypted, for that setting of that configuration alone."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - only where one is encrypted

        nonce = token_bytes(_NONCE)
        sealed = AESGCM(self._bytes).encrypt(nonce, plain.encode(), _bound(configuration, setting))
        return f"{SCHEME}:{self.id}:{b64encode(nonce + sealed).decode()}"

    def decrypt(self, text: str, configuration: str, setting: str) -> str | None:
        """Return what was encrypted, or None where it was changed, or was encrypted for something else."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - only where something is encrypted
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

        try:
            data = b64decode(text.rpartition(":")[2], validate=True)
            plain = AESGCM(self._bytes).decrypt(data[:_NONCE], data[_NONCE:], _bound(configuration, setting))
            return plain.decode()
        except (InvalidTag, ValueError):
            return None

    def __repr__(self) -> str:
        """Name it by its fingerprint."""
        return f"EncryptionKey({self.id})"

    def __eq__(self, other: object) -> bool:
        """Keys are equal where their bytes are."""
        return self._bytes == other._bytes if isinstance(other, EncryptionKey) else NotImplemented

    def __hash__(self) -> int:
        """Equal keys hash equally."""
        return hash(self.id)

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied."""
        raise TypeError("a key is not pickled; pass where it is kept instead")


def key_id_of(text: str) -> str:
    """Return the fingerprint of the key that an encrypted value wants.

    Raises:
        ConfigurationError: It is no encrypted value, or one of a scheme that is newer than this.
    """
    found = _TEXT.fullmatch(text)
    if found is None:
        raise ConfigurationError("is no encrypted value: it must be v1:KEYID:… as it was written; set it again")
    if SCHEME != found[1]:
        raise ConfigurationError(
            f"is encrypted with scheme {found[1]}, and {SCHEME} is the newest that is known here; "
            f"upgrade jackfield-configurations"
        )
    return found[2]


@frameless
def known_keys() -> list[EncryptionKey]:
    """Return all keys that can be had, the one that encrypts first.

    They come from the environment (`JACKFIELD_CONFIG_KEY`, several with blanks between them), then from the key file,
    then from the keyring.

    Raises:
        ConfigurationError: What is there is no key, or others may read the key file.
    """
    return list(dict.fromkeys(_all_keys()))


def key_of(key_id: str) -> EncryptionKey | None:
    """Return the key with that fingerprint, or None. Looks no further than it must."""
    return next((key for key in _all_keys() if key.id == key_id), None)


@frameless
def make_key(place: Literal["file", "keyring"] = "file") -> EncryptionKey:
    """Make a key, put it first in its place, and return it. Older keys stay there, behind it.

    Args:
        place: The key file (`JACKFIELD_CONFIG_KEY_FILE`, else in the user's configuration folder), or the keyring.

    Raises:
        ConfigurationError: It cannot be put there.
    """
    key = EncryptionKey.generate()
    if "keyring" == place:
        _keyring.put(ENTRY, " ".join([key.text, *(each.text for each in _in_keyring())]))
        return key
    path = key_file()
    with locked(path):
        stored = load(path)
        lines = _ABOUT.splitlines(keepends=True) if stored is None else stored.text.splitlines(keepends=True)
        if stored is not None:
            _ = [*_in_file()]  # what is there must be keys
        first = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
        before = "".join(lines[:first])
        before += "\n" if before and not before.endswith("\n") else ""
        save(path, f"{before}{key.text}\n{''.join(lines[first:])}")
    return key


def _bound(configuration: str, setting: str) -> bytes:
    return "\0".join(("jackfield-configurations", SCHEME, folded(configuration), setting)).encode()


def _all_keys() -> Iterator[EncryptionKey]:
    yield from _read(environment(KEY_VARIABLE) or "", KEY_VARIABLE)
    yield from _in_file()
    yield from _in_keyring()


def _in_file() -> Iterator[EncryptionKey]:
    path = key_file()
    stored = load(path)
    if stored is None:
        if environment(KEY_FILE_VARIABLE):
            raise ConfigurationError(f"{KEY_FILE_VARIABLE} names {str(path)!r}, and there is no such file")
        return
    if stored.readable or stored.writable:
        raise ConfigurationError(f"others can read the keys in {str(path)!r}; {mend(path)}")
    lines = [line for line in stored.text.splitlines() if not line.strip().startswith("#")]
    yield from _read(" ".join(lines), str(path))


def _in_keyring() -> Iterator[EncryptionKey]:
    try:
        text = _keyring.fetch(ENTRY)
    except ConfigurationError:  # no keyring, no keys in it
        return
    yield from _read(text or "", f"the keyring's entry {ENTRY!r}")


def _read(text: str, place: str) -> Iterator[EncryptionKey]:
    for at, each in enumerate(text.replace(",", " ").split(), 1):
        try:
            yield EncryptionKey.from_text(each)
        except ConfigurationError as error:
            raise ConfigurationError(f"{place}: number {at} there is no key: {error.message}") from None
