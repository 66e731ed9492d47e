"""A named configuration as a value: what is in the file, and no secret of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from jackfield_configurations._captions import CAPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def _given(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is there: None is absent, and a tuple is a list, as it is in a file."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in settings.items()
        if value is not None
    }


def _names(settings: Mapping[str, Any]) -> str:
    return f"<{', '.join(settings)}>"


@frozen(kw_only=True)
class Configuration:
    """A provider and its settings under a name.

    Attributes:
        name: What people call it; unique also when case and blanks are folded.
        provider: The provider's name, such as `azure-apikey`.
        settings: The arguments of a client: the provider's settings and the client's options. A secret is a reference
            (`KeyringReference`, `EncryptedReference`, `EnvironmentReference`), or a `jackfield.Secret` that a
            `ConfigurationFile` is to put away, or a `ClearText`, which is refused. `headers` is a mapping of such.
    """

    name: str
    provider: str
    settings: Mapping[str, Any] = field(factory=dict, converter=_given, repr=_names)

    @property
    def api_type(self) -> str:
        """The kind of API, as people call it: `OpenAI`, `Azure OpenAI`, or the provider's own name."""
        return CAPTIONS.get(self.provider, (self.provider, None))[0]

    @property
    def key_type(self) -> str | None:
        """The kind of key, as people call it: `API key`, `Microsoft Entra token`; None where there is no choice."""
        return CAPTIONS.get(self.provider, (self.provider, None))[1]

    def changed(self, changes: Mapping[str, Any]) -> Configuration:
        """Return the same configuration with other settings.

        Args:
            changes: From a setting's name to its new value, None to leave it out. `headers.NAME` is one header.
        """
        settings = dict(self.settings)
        for name, value in changes.items():
            table, dot, inner = name.partition(".")
            if dot:
                nested = {**settings.get(table, {}), inner: value}
                name, value = table, {each: kept for each, kept in nested.items() if kept is not None}  # noqa: PLW2901
            settings[name] = None if dot and not value else value
        return evolve(self, settings=settings)

    def problems(self) -> Sequence[str]:
        """Return what is wrong with it, each opening with the setting's name; nothing is sent and no secret is read.

        What is missing may come from the environment, as it would for a client.
        """
        from jackfield_configurations._checking import problems_of  # noqa: PLC0415 - imports the provider

        return problems_of(self)

    def notices(self) -> Sequence[str]:
        """Return what is not wrong, and has no effect: one sentence a setting, opening with its name."""
        from jackfield_configurations._checking import notices_of  # noqa: PLC0415 - imports the provider

        return notices_of(self)
