"""Talk to generative-AI providers; swap one for another by one name.

Everything is imported when it is first used: `import jackfield` alone costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jackfield.call import Attempt as Attempt
    from jackfield.call import CallMeta as CallMeta
    from jackfield.client import AsyncClient as AsyncClient
    from jackfield.client import Client as Client

_HOMES = {
    "jackfield.call": ("Attempt", "CallMeta", "RateLimit"),
    "jackfield.client": ("AsyncClient", "Client"),
    "jackfield.errors": (
        "AnswerError",
        "AuthenticationError",
        "ConnectError",
        "DeadlineError",
        "DecodeError",
        "IncompleteProviderError",
        "InvalidRequestError",
        "JackfieldError",
        "ProviderConflictError",
        "ProviderNotFoundError",
        "RateLimitError",
        "ReadError",
        "RejectedError",
        "SettingsError",
        "SetupError",
        "StreamInterruptedError",
        "TransportError",
        "UnavailableError",
        "UnsupportedOperationError",
    ),
    "jackfield.operations": ("Operation",),
    "jackfield.operations.chat": ("CHAT", "ChatEvent", "ChatRequest", "ChatResponse"),
    "jackfield.operations.embeddings": ("EMBEDDINGS", "EmbeddingRequest", "EmbeddingResponse"),
    "jackfield.operations.images": ("IMAGES", "ImageRequest", "ImageResponse"),
    "jackfield.operations.messages": ("Message",),
    "jackfield.operations.models": ("MODELS", "ModelsRequest", "ModelsResponse"),
    "jackfield.retry": ("Retries",),
    "jackfield.secret": ("Secret",),
    "jackfield.stream": ("AsyncStream", "Stream"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    """Import what is asked for from where it lives."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported already or not."""
    return __all__
