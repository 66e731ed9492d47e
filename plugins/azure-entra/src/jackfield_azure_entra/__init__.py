"""The provider `azure-entra`: Azure OpenAI with Microsoft Entra tokens."""

from __future__ import annotations

from jackfield_azure_entra._provider import AzureEntra

__all__ = ["AzureEntra"]
