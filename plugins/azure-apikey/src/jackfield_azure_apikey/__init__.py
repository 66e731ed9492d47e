"""The provider `azure-apikey`: Azure OpenAI with an API key."""

from __future__ import annotations

from jackfield_azure_apikey._provider import AzureApiKey

__all__ = ["AzureApiKey"]
