"""What is known of vendors, as data. A provider is recognised by the settings it has, an address by its end.

Sources: Microsoft's pages on api versions, on Entra ID and on troubleshooting; OpenAI's API overview.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEPLOYMENT_SETTING = "deployment"
VERSION_SETTING = "api_version"
"""A provider that has this one speaks Azure's two surfaces."""
TOKEN_SETTING = "token"  # noqa: S105 - the setting's name
SCOPE_SETTING = "scope"

DATED_VERSION = "2024-10-21"
"""The newest dated version for inference that is no preview."""
V1 = "v1"

AUDIENCES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (".azure.us", ("https://cognitiveservices.azure.us",)),
    (".azure.cn", ("https://cognitiveservices.azure.cn",)),
    ("", ("https://cognitiveservices.azure.com", "https://ai.azure.com")),
)
"""From the end of a host to what a token must be for. The first that fits holds."""

RENEWAL = "pass a new one (az account get-access-token --resource {audience}), or a credential, which renews its tokens"

UNKNOWN_NAMES = (
    (
        (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com", ".openai.azure.us"),
        "a resource that exists has its name: compare endpoint with the resource's page 'Keys and Endpoint'",
    ),
    (("",), "check endpoint, letter by letter; a private name is known inside its network alone (VPN)"),
)
"""From the end of a host that has no address to what that means."""

BY_CODE: Mapping[str, str] = {
    "DeploymentNotFound": "deployment",
    "unknown_model": "deployment",
    "OperationNotSupported": "operation",
    "model_not_found": "model",
    "invalid_api_key": "key",
    "AuthenticationTypeDisabled": "key",
    "PermissionDenied": "role",
    "insufficient_quota": "quota",
}
"""From a refusal's code to what it is about."""

NO_SUCH_PARAMETER = frozenset({"unknown_parameter", "unsupported_parameter", "unknown_field"})
"""Codes that refuse a parameter of ours, not the call."""

LOOKS_RIGHT = (
    "the token itself looks right: is it of the resource's tenant, and has the resource a name of its own "
    "(https://NAME.openai.azure.com)?"
)
