"""pydantic-ai's direct requests: its models without an agent around them."""

from __future__ import annotations

import work
from pydantic_ai import ModelRequest, ModelResponse, TextPart
from pydantic_ai.direct import model_request, model_request_stream_sync, model_request_sync
from pydantic_ai.messages import PartDeltaEvent, PartStartEvent, SystemPromptPart, TextPartDelta, UserPromptPart
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

CANNOT = {"threads": "a model serves one event loop"}


def small():
    """Return the small conversation, made anew for every call."""
    return [ModelRequest([SystemPromptPart("Be brief."), UserPromptPart("Hi")])]


def said(message):
    """Return a message as what its role makes of it."""
    if "user" == message["role"]:
        return ModelRequest([UserPromptPart(message["content"])])
    return ModelResponse([TextPart(message["content"])])


def text(event):
    """Return the text that an event brings."""
    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
        return event.part.content
    if isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
        return event.delta.content_delta
    return ""


class Sync:
    """`OpenAIChatModel`, kept."""

    def __init__(self, base):
        self._provider = OpenAIProvider(base_url=base, api_key=work.KEY)
        self._model = OpenAIChatModel(work.MODEL, provider=self._provider)
        self._embedder = None

    def chat(self):
        return model_request_sync(self._model, small()).text

    def history(self, messages):
        return model_request_sync(self._model, [said(each) for each in messages]).text

    def stream(self):
        with model_request_stream_sync(self._model, small()) as events:
            return sum(len(text(event)) for event in events)

    def embed(self, inputs):
        if self._embedder is None:
            from pydantic_ai.embeddings import Embedder
            from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel

            self._embedder = Embedder(OpenAIEmbeddingModel(work.MODEL, provider=self._provider))
        return work.told(self._embedder.embed_documents_sync(inputs).embeddings)


class Async:
    """The same model, awaited."""

    def __init__(self, base):
        self._model = OpenAIChatModel(work.MODEL, provider=OpenAIProvider(base_url=base, api_key=work.KEY))

    async def chat(self):
        return (await model_request(self._model, small())).text
