"""Sources of tokens that a file can name: those of `azure-identity`.

A token lives for about an hour, and an object cannot stand in a file; so `credential = "default"` names one.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from jackfield.errors import ConfigurationError

CREDENTIALS = {
    "azure-cli": "AzureCliCredential",
    "azure-developer-cli": "AzureDeveloperCliCredential",
    "default": "DefaultAzureCredential",
    "environment": "EnvironmentCredential",
    "managed-identity": "ManagedIdentityCredential",
    "workload-identity": "WorkloadIdentityCredential",
}
"""The name in the file, and the class in `azure.identity`. All are made without arguments."""


class NamedCredential:
    """Stands for a credential where one is only checked for."""

    def get_token(self, *scopes: str) -> Any:
        """Be what a provider looks for."""
        raise NotImplementedError(scopes)


def credential_of(name: str) -> Any:
    """Return a new credential.

    Raises:
        ConfigurationError: There is none of that name, or what makes it is not installed.
    """
    if name not in CREDENTIALS:
        raise ConfigurationError(f"must be one of {', '.join(map(repr, CREDENTIALS))}")
    try:
        identity = import_module("azure.identity")
    except ImportError:
        raise ConfigurationError(
            f"{name!r} needs azure-identity: pip install 'jackfield-azure-entra[identity]'"
        ) from None
    try:
        return getattr(identity, CREDENTIALS[name])()
    except Exception as error:  # noqa: BLE001 - it says what it lacks, by whatever class of error
        raise ConfigurationError(f"{name!r} cannot be made here: {type(error).__name__}: {error}") from None
