"""What the emulated vendors know of their one customer."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from jackfield_emulator._identity import TokenOffice
from jackfield_emulator._models import Model


@frozen
class Account:
    """The customer.

    Attributes:
        key: The key for OpenAI.
        azure_key: The key of the Azure resource.
        models: What OpenAI offers, and Azure's catalogue.
        deployments: What each deployment on Azure runs.
        office: Gives tokens for the Azure resource.
    """

    key: str
    azure_key: str
    models: Mapping[str, Model]
    deployments: Mapping[str, Model]
    office: TokenOffice
