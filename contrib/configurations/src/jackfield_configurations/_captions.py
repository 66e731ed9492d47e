"""What people call a provider, and how the connector's two words for one are read."""

from __future__ import annotations

from jackfield.errors import ConfigurationError

CAPTIONS: dict[str, tuple[str, str | None]] = {
    "openai": ("OpenAI", None),
    "azure-apikey": ("Azure OpenAI", "API key"),
    "azure-entra": ("Azure OpenAI", "Microsoft Entra token"),
}
"""From a provider to its kind of API and its kind of key."""


def provider_for(api_type: str, key_type: str | None = None) -> str:
    """Return the provider that two captions, or the connector's values for them, speak of.

    Args:
        api_type: `OpenAI` or `AzureOpenAI`; as a caption `Azure OpenAI`.
        key_type: `API_key` or `Bearer_Token`; as a caption `API key` or `Microsoft Entra token`. Where it is left out,
            an Azure key is an Entra token, as it was before there was a choice.

    Raises:
        ConfigurationError: They are none of these.
    """
    key = _folded("bearertoken" if key_type is None else key_type)
    for provider, (api, kind) in CAPTIONS.items():
        named = _folded(api) == _folded(api_type)
        if named and (kind is None or key in (_folded(kind), _RAW.get(provider))):
            return provider
    raise ConfigurationError(
        f"there is no provider for ApiType {api_type!r} and KeyType {key_type!r}; ApiType is OpenAI or AzureOpenAI, "
        f"KeyType is API_key or Bearer_Token"
    )


_RAW = {"azure-apikey": "apikey", "azure-entra": "bearertoken"}


def _folded(words: str) -> str:
    return "".join(letter for letter in words.casefold() if letter.isalnum())
