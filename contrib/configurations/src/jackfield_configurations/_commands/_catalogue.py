"""What is known of the providers that people set up most, and where each value comes from. Data, and nothing else.

Of other providers, what their settings say of themselves is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class Known:
    """A provider that is offered by what it is.

    Attributes:
        provider: Its name.
        caption: What it is.
        asks: The settings that are asked for, in this order; secrets among them.
        is_azure: Whether its endpoint is read as Azure's.
    """

    provider: str
    caption: str
    asks: tuple[str, ...] = ()
    is_azure: bool = False


OPENAI = Known(
    "openai",
    "OpenAI, or a server of its shape",
    ("endpoint", "api_key", "chat_model", "embeddings_model", "images_model"),
)
AZURE_KEY = Known(
    "azure-apikey",
    "Azure OpenAI with an API key",
    ("endpoint", "deployment", "api_version", "api_key"),
    is_azure=True,
)
AZURE_ENTRA = Known(
    "azure-entra",
    "Azure OpenAI with a Microsoft Entra token",
    ("endpoint", "deployment", "api_version", "credential", "token"),
    is_azure=True,
)
LOCAL = Known("local", "a small model on this machine, without an account")
KNOWN = {known.provider: known for known in (OPENAI, AZURE_KEY, AZURE_ENTRA, LOCAL)}

_RESOURCE = "Azure portal (portal.azure.com), the resource, page 'Keys and Endpoint'"
_ENDPOINT = f"{_RESOURCE}: https://NAME.openai.azure.com; or a deployment's Target URI from the Foundry portal"
_DEPLOYMENT = "Foundry portal (ai.azure.com), 'Deployments', column 'Name'; it need not be the model's name"
_VERSION = (
    "a date from learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle, or v1 for the newer surface; "
    "Enter for what does in most cases"
)
_MODEL = "the model that is used where a call names none, such as {example}; Enter for none"

SOURCES: Mapping[tuple[str, str], str] = {
    ("openai", "endpoint"): "Enter for the platform itself; else the server's address, up to and with /v1",
    ("openai", "api_key"): "platform.openai.com/account/api-keys, 'Create new secret key'; it is shown there only once",
    ("openai", "chat_model"): _MODEL.format(example="gpt-4o-mini"),
    ("openai", "embeddings_model"): _MODEL.format(example="text-embedding-3-small"),
    ("openai", "images_model"): _MODEL.format(example="gpt-image-1"),
    ("azure-apikey", "endpoint"): _ENDPOINT,
    ("azure-apikey", "deployment"): _DEPLOYMENT,
    ("azure-apikey", "api_version"): _VERSION,
    ("azure-apikey", "api_key"): (
        f"{_RESOURCE}: KEY 1 or KEY 2, either will do; where your organisation has switched keys off, use azure-entra"
    ),
    ("azure-entra", "endpoint"): _ENDPOINT,
    ("azure-entra", "deployment"): _DEPLOYMENT,
    ("azure-entra", "api_version"): _VERSION,
    ("azure-entra", "credential"): (
        "what of azure-identity gives tokens and renews them: default, azure-cli, managed-identity, "
        "workload-identity, environment; Enter to paste a token"
    ),
    ("azure-entra", "token"): (
        "az account get-access-token --resource https://cognitiveservices.azure.com --query accessToken -o tsv; "
        "it lives for about an hour"
    ),
    ("", "proxy"): "http://USER:PASSWORD@HOST:PORT, as whoever runs the proxy says",
}
"""Where a value is to be found, by provider and setting; without a provider, for all of them."""

LABELS: Mapping[str, str] = {
    "endpoint": "Endpoint",
    "deployment": "Deployment",
    "api_version": "api-version",
    "api_key": "API key",
    "credential": "Credential",
    "token": "Entra token",
    "chat_model": "Chat model",
    "embeddings_model": "Embeddings model",
    "images_model": "Images model",
}


def label(setting: str) -> str:
    """Return what a setting is called in a question."""
    return LABELS.get(setting, setting)


def flag(setting: str) -> str:
    """Return the flag that gives a setting."""
    if setting in LABELS and setting not in ("api_key", "credential", "token"):
        return f"--{setting.replace('_', '-')}"
    return f"--set {setting}=VALUE"
