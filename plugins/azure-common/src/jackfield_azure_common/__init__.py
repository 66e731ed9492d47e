"""What the two Azure providers share: where a call goes. A part, not a provider: it cannot be selected."""

from __future__ import annotations

from jackfield_azure_common._advice import Advice
from jackfield_azure_common._endpoint import AzureEndpoint
from jackfield_azure_common._settings import AzureSettings
from jackfield_azure_common._target import DEFAULT_API_VERSION, Target, parse

__all__ = ["DEFAULT_API_VERSION", "Advice", "AzureEndpoint", "AzureSettings", "Target", "parse"]
