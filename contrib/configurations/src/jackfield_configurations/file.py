"""The file of configurations.

Rule 1: it is read anew for each question, so that what another program wrote is seen.
Rule 2: an edit holds the lock, is checked before anything is written, and is written whole. A secret that is put into
the keyring is there before the file speaks of it, and one that nothing speaks of any more is removed after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import evolve

from jackfield.errors import ConfigurationError
from jackfield_configurations._access import refuse_exposed, refuse_open
from jackfield_configurations._checking import problems_of, references_of
from jackfield_configurations._document import Document, read
from jackfield_configurations._edits import NEW, with_added, with_changed, with_default, with_renamed, without
from jackfield_configurations._frames import frameless
from jackfield_configurations._names import folded, matching, nearest, problem_of
from jackfield_configurations._resolving import resolved
from jackfield_configurations._safekeeping import carried, encrypted_anew, forget, left_behind, put_away
from jackfield_configurations._storage import load, locked, save
from jackfield_configurations._tables import changes, table_of
from jackfield_configurations.encryption import known_keys
from jackfield_configurations.references import EncryptedReference

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jackfield_configurations._secrets import Keep
    from jackfield_configurations._storage import Stored
    from jackfield_configurations.configuration import Configuration
    from jackfield_configurations.encryption import EncryptionKey

FoundBy: TypeAlias = Literal["argument", "JACKFIELD_CONFIG", "working directory", "user"]


class ConfigurationFile:
    """Named configurations in a TOML file. The file need not exist: it is made with the first configuration.

    Attributes:
        path: Where it is.
        found_by: Why it is this one: it was named as an `argument` or by `JACKFIELD_CONFIG`, or is in the
            `working directory`, or in the `user`'s configuration folder.
    """

    def __init__(self, path: Path, *, found_by: FoundBy = "argument") -> None:
        self.path = path
        self.found_by = found_by

    def __repr__(self) -> str:
        """Say where it is."""
        return f"ConfigurationFile({str(self.path)!r})"

    def exists(self) -> bool:
        """Tell whether there is such a file."""
        return self.path.exists()

    @frameless
    def names(self) -> list[str]:
        """Return the names of all configurations, in the file's order; none where there is no file."""
        return list(self._document().tables)

    @frameless
    def default_name(self) -> str | None:
        """Return the default configuration's name, or None. It may be that of none: `get` tells."""
        document = self._document()
        return document.default and (matching(document.default, document.tables) or document.default)

    @frameless
    def configurations(self) -> list[Configuration]:
        """Return all configurations, in the file's order."""
        document = self._document()
        return [document.configuration(name) for name in document.tables]

    @frameless
    def get(self, name: str) -> Configuration:
        """Return a configuration; no secret of it is fetched.

        Args:
            name: Its name; case and the number of blanks make no difference.

        Raises:
            ConfigurationError: There is none of that name, or the file cannot be used.
        """
        document = self._document()
        return document.configuration(self._known(name, document))

    @frameless
    def resolve(self, name: str) -> dict[str, Any]:
        """Return a configuration as the arguments of a client, `provider` among them.

        Its secrets are fetched, and are `Secret` from here on.

        Raises:
            ConfigurationError: There is none of that name, or it cannot be used; all problems at once.
        """
        document = self._document()
        return resolved(document.configuration(self._known(name, document)), self.path)

    @frameless
    def add(
        self, configuration: Configuration, *, keep: Keep | None = None, make_default: bool | None = None
    ) -> Configuration:
        """Add a configuration, and return it as it is in the file.

        Args:
            configuration: What to add. A `Secret` among its settings is put away, and its reference takes its place.
            keep: Where secrets are put: `keyring` or `encrypted`. Where it is left out, the keyring where there is one
                that keeps secrets, else encrypted where a key is known.
            make_default: Whether it becomes the default one; where it is left out, it does where it is the first.

        Raises:
            ConfigurationError: It does not fit, its name is taken, or it cannot be put away. Nothing was changed.
        """
        _refuse(configuration, self.path)
        with locked(self.path):
            stored = self._stored()
            text = NEW if stored is None or not stored.text.strip() else stored.text
            document = read(text, self.path)
            if taken := matching(configuration.name, document.tables):
                raise ConfigurationError(
                    f"there is a configuration named {taken!r} already; edit it, or choose another name"
                )
            kept = put_away(configuration, keep)
            try:
                text = with_added(text, kept.name, table_of(kept))
                if make_default or (make_default is None and not document.tables and document.default is None):
                    text = with_default(text, kept.name)
                self._write(text)
            except ConfigurationError:
                forget(kept, configuration)
                raise
        return kept

    @frameless
    def edit(self, name: str, configuration: Configuration, *, keep: Keep | None = None) -> Configuration:
        """Replace a configuration by another, which may have another name, and return it as it is in the file.

        Only what differs is touched. A secret that is replaced is removed from the keyring.

        Args:
            name: The name of the one to replace.
            configuration: What takes its place.
            keep: As in `add`.

        Raises:
            ConfigurationError: There is none of that name, or the new one does not fit: for instance, a stored key
                stays and the endpoint changes. Nothing was changed.
        """
        with locked(self.path):
            stored, document = self._for_editing()
            known = self._known(name, document)
            before = document.configuration(known)
            _refuse(configuration, self.path, left_behind(before, configuration))
            text, renamed = self._with_name(stored.text, document, before, configuration.name)
            kept = put_away(configuration, keep)
            try:
                settled = evolve(kept, settings={**kept.settings, **carried(kept, before, renamed)})
                self._write(with_changed(text, kept.name, changes(renamed, settled)))
            except ConfigurationError:
                forget(kept, configuration)
                raise
            forget(before, settled, *_others(document, known))
        return settled

    @frameless
    def rename(self, old: str, new: str) -> Configuration:
        """Give a configuration another name, and return it. Its secrets go with it.

        Raises:
            ConfigurationError: There is none of that name, the new one is taken, or an encrypted secret cannot be
                opened to be encrypted for the new name. Nothing was changed.
        """
        with locked(self.path):
            stored, document = self._for_editing()
            before = document.configuration(self._known(old, document))
            text, renamed = self._with_name(stored.text, document, before, new)
            self._write(text)
        return renamed

    @frameless
    def remove(self, name: str) -> None:
        """Remove a configuration, and what it had in the keyring. Where it was the default one, there is none then.

        Raises:
            ConfigurationError: There is none of that name, or the file cannot be edited. Nothing was changed.
        """
        with locked(self.path):
            stored, document = self._for_editing()
            known = self._known(name, document)
            before = document.configuration(known)
            text = without(stored.text, known)
            if document.default is not None and folded(document.default) == folded(known):
                text = with_default(text, None)
            self._write(text)
            forget(before, *_others(document, known))

    @frameless
    def set_default(self, name: str | None) -> None:
        """Make a configuration the default one; None for no default.

        Raises:
            ConfigurationError: There is none of that name, or the file cannot be edited. Nothing was changed.
        """
        with locked(self.path):
            stored, document = self._for_editing()
            known = None if name is None else self._known(name, document)
            self._write(with_default(stored.text, known))

    @frameless
    def rotate(self, key: EncryptionKey | None = None) -> int:
        """Encrypt every encrypted secret anew, and return how many there are.

        Args:
            key: The key to encrypt with, which must be known already (`known_keys`, `make_key`); the first known one
                where it is left out.

        Raises:
            ConfigurationError: A secret cannot be opened with the keys that are known, or the key is not among them:
                all are told, and nothing was changed.
        """
        keys = known_keys()
        if key is None and not keys:
            raise ConfigurationError("no key is known; `jackfield config make-key` makes one")
        key = keys[0] if key is None else key
        if key not in keys:
            raise ConfigurationError(
                f"the key {key.id} is not among the known ones, and what it encrypts could not be opened; put it into "
                f"the key file, the keyring or JACKFIELD_CONFIG_KEY first"
            )
        with locked(self.path):
            stored, document = self._for_editing()
            text, count, problems = stored.text, 0, list[str]()
            for name in document.tables:
                before = document.configuration(name)
                after, wrong = encrypted_anew(before, name, key)
                problems += [f"{name}.{each}" for each in wrong]
                count += sum(isinstance(each, EncryptedReference) for _, each in references_of(after.settings))
                text = text if problems else with_changed(text, name, changes(before, after))
            if problems:
                raise ConfigurationError(
                    "not every secret can be opened, so none was encrypted anew", problems=problems
                )
            self._write(text)
        return count

    def _stored(self) -> Stored | None:
        """Return what is in the file, where it may be used."""
        stored = load(self.path)
        if stored is not None:
            refuse_open(self.path, stored, is_chance_find="working directory" == self.found_by)
        return stored

    def _document(self) -> Document:
        stored = self._stored()
        return Document() if stored is None else self._understood(stored)

    def _understood(self, stored: Stored) -> Document:
        document = read(stored.text, self.path)
        refuse_exposed(self.path, stored, document)
        return document

    def _for_editing(self) -> tuple[Stored, Document]:
        stored = self._stored()
        if stored is None:
            raise self._unknown("", [])
        return stored, self._understood(stored)

    def _known(self, name: str, document: Document) -> str:
        known = matching(name, document.tables)
        if known is None:
            raise self._unknown(name, list(document.tables))
        return known

    def _unknown(self, name: str, names: Sequence[str]) -> ConfigurationError:
        if not names:
            place = f"in {str(self.path)!r}" if self.exists() else f": there is no file {str(self.path)!r}"
            gap = " " if self.exists() else ""
            return ConfigurationError(f"there are no configurations{gap}{place}; `jackfield config add` makes one")
        return ConfigurationError(
            f"there is no configuration named {name!r} in {str(self.path)!r}; there are {', '.join(map(repr, names))}"
            f"{nearest(name, names)}"
        )

    def _with_name(self, text: str, document: Document, before: Configuration, new: str) -> tuple[str, Configuration]:
        """Return the text and a configuration with another name, its encrypted secrets encrypted for that."""
        if new == before.name:
            return text, before
        if wrong := problem_of(new):
            raise ConfigurationError("that name cannot be used", problems=[wrong])
        taken = matching(new, [each for each in document.tables if each != before.name])
        if taken:
            raise ConfigurationError(f"there is a configuration named {taken!r} already; choose another name")
        after, problems = before, list[str]()
        if folded(new) != folded(before.name):
            after, problems = encrypted_anew(before, new, None)
        if problems:
            raise ConfigurationError(f"{before.name!r} cannot be renamed", problems=problems)
        after = evolve(after, name=new)
        text = with_changed(with_renamed(text, before.name, new), new, changes(before, after))
        if document.default is not None and folded(document.default) == folded(before.name):
            text = with_default(text, new)
        return text, after

    def _write(self, text: str) -> None:
        read(text, self.path)
        save(self.path, text)


def _others(document: Document, name: str) -> Sequence[Configuration]:
    """Return the configurations of a file but one."""
    return [document.configuration(each) for each in document.tables if each != name]


def _refuse(configuration: Configuration, path: Path, more: Sequence[str] = ()) -> None:
    """Raise where a configuration does not fit."""
    problems = [*problems_of(configuration, path.absolute().parent), *more]
    if problems:
        raise ConfigurationError(f"configuration {configuration.name!r} does not fit", problems=problems)
