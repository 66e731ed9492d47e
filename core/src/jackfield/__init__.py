"""Talk to generative-AI providers; swap one for another by one name.

Everything is imported when it is first used: `import jackfield` alone costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jackfield.activities.batch import DataBatch as DataBatch
    from jackfield.activities.batch import DataChunk as DataChunk
    from jackfield.activities.session import ChatSession as ChatSession
    from jackfield.call import Attempt as Attempt
    from jackfield.call import CallMeta as CallMeta
    from jackfield.call import RateLimit as RateLimit
    from jackfield.client import AsyncClient as AsyncClient
    from jackfield.client import Client as Client
    from jackfield.errors import AnswerError as AnswerError
    from jackfield.errors import AnswerMismatchError as AnswerMismatchError
    from jackfield.errors import AuthenticationError as AuthenticationError
    from jackfield.errors import ConfigurationError as ConfigurationError
    from jackfield.errors import ConnectError as ConnectError
    from jackfield.errors import ContentFilteredError as ContentFilteredError
    from jackfield.errors import DeadlineError as DeadlineError
    from jackfield.errors import DecodeError as DecodeError
    from jackfield.errors import IncompleteProviderError as IncompleteProviderError
    from jackfield.errors import InvalidRequestError as InvalidRequestError
    from jackfield.errors import JackfieldError as JackfieldError
    from jackfield.errors import LimitExceededError as LimitExceededError
    from jackfield.errors import ProviderConflictError as ProviderConflictError
    from jackfield.errors import ProviderNotFoundError as ProviderNotFoundError
    from jackfield.errors import RateLimitError as RateLimitError
    from jackfield.errors import ReadError as ReadError
    from jackfield.errors import RefusalError as RefusalError
    from jackfield.errors import RejectedError as RejectedError
    from jackfield.errors import SettingsError as SettingsError
    from jackfield.errors import SetupError as SetupError
    from jackfield.errors import StreamInterruptedError as StreamInterruptedError
    from jackfield.errors import ToolError as ToolError
    from jackfield.errors import TransportError as TransportError
    from jackfield.errors import UnavailableError as UnavailableError
    from jackfield.errors import UnsupportedOperationError as UnsupportedOperationError
    from jackfield.limits import Limits as Limits
    from jackfield.operations import Operation as Operation
    from jackfield.operations.chat import CHAT as CHAT
    from jackfield.operations.chat import ChatEvent as ChatEvent
    from jackfield.operations.chat import ChatRequest as ChatRequest
    from jackfield.operations.chat import ChatResponse as ChatResponse
    from jackfield.operations.content import AudioPart as AudioPart
    from jackfield.operations.content import FilePart as FilePart
    from jackfield.operations.content import ImagePart as ImagePart
    from jackfield.operations.content import TextPart as TextPart
    from jackfield.operations.embeddings import EMBEDDINGS as EMBEDDINGS
    from jackfield.operations.embeddings import EmbeddingRequest as EmbeddingRequest
    from jackfield.operations.embeddings import EmbeddingResponse as EmbeddingResponse
    from jackfield.operations.filters import FilterFinding as FilterFinding
    from jackfield.operations.filters import FilterReport as FilterReport
    from jackfield.operations.generated import GeneratedImage as GeneratedImage
    from jackfield.operations.image_edits import IMAGE_EDITS as IMAGE_EDITS
    from jackfield.operations.image_edits import ImageEditRequest as ImageEditRequest
    from jackfield.operations.image_variations import IMAGE_VARIATIONS as IMAGE_VARIATIONS
    from jackfield.operations.image_variations import ImageVariationRequest as ImageVariationRequest
    from jackfield.operations.images import IMAGES as IMAGES
    from jackfield.operations.images import ImageRequest as ImageRequest
    from jackfield.operations.images import ImageResponse as ImageResponse
    from jackfield.operations.messages import Message as Message
    from jackfield.operations.models import MODELS as MODELS
    from jackfield.operations.models import ModelsRequest as ModelsRequest
    from jackfield.operations.models import ModelsResponse as ModelsResponse
    from jackfield.operations.tools import Tool as Tool
    from jackfield.retry import Retries as Retries
    from jackfield.secret import Secret as Secret
    from jackfield.stream import AsyncStream as AsyncStream
    from jackfield.stream import Stream as Stream
    from jackfield.vectors import cosine_similarity as cosine_similarity
    from jackfield.vectors import vector_from_text as vector_from_text
    from jackfield.vectors import vector_to_text as vector_to_text

_HOMES = {
    "jackfield.activities.batch": ("DataBatch", "DataChunk"),
    "jackfield.activities.session": ("ChatSession",),
    "jackfield.call": ("Attempt", "CallMeta", "RateLimit"),
    "jackfield.client": ("AsyncClient", "Client"),
    "jackfield.errors": (
        "AnswerError",
        "AnswerMismatchError",
        "AuthenticationError",
        "ConfigurationError",
        "ConnectError",
        "ContentFilteredError",
        "DeadlineError",
        "DecodeError",
        "IncompleteProviderError",
        "InvalidRequestError",
        "JackfieldError",
        "LimitExceededError",
        "ProviderConflictError",
        "ProviderNotFoundError",
        "RateLimitError",
        "ReadError",
        "RefusalError",
        "RejectedError",
        "SettingsError",
        "SetupError",
        "StreamInterruptedError",
        "ToolError",
        "TransportError",
        "UnavailableError",
        "UnsupportedOperationError",
    ),
    "jackfield.limits": ("Limits",),
    "jackfield.operations": ("Operation",),
    "jackfield.operations.chat": ("CHAT", "ChatEvent", "ChatRequest", "ChatResponse"),
    "jackfield.operations.content": ("AudioPart", "FilePart", "ImagePart", "TextPart"),
    "jackfield.operations.embeddings": ("EMBEDDINGS", "EmbeddingRequest", "EmbeddingResponse"),
    "jackfield.operations.filters": ("FilterFinding", "FilterReport"),
    "jackfield.operations.generated": ("GeneratedImage",),
    "jackfield.operations.image_edits": ("IMAGE_EDITS", "ImageEditRequest"),
    "jackfield.operations.image_variations": ("IMAGE_VARIATIONS", "ImageVariationRequest"),
    "jackfield.operations.images": ("IMAGES", "ImageRequest", "ImageResponse"),
    "jackfield.operations.messages": ("Message",),
    "jackfield.operations.models": ("MODELS", "ModelsRequest", "ModelsResponse"),
    "jackfield.operations.tools": ("Tool",),
    "jackfield.retry": ("Retries",),
    "jackfield.secret": ("Secret",),
    "jackfield.stream": ("AsyncStream", "Stream"),
    "jackfield.vectors": ("cosine_similarity", "vector_from_text", "vector_to_text"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605 - it is a list


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
