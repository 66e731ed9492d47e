"""llm, whose models are objects; it makes a new HTTP client for every prompt."""

from __future__ import annotations

import os

import llm
import work
from llm.default_plugins.openai_models import AsyncChat, Chat, OpenAIEmbeddingModel

CANNOT: dict[str, str] = {}
SAYS = {"user": llm.user, "assistant": llm.assistant}


class Sync:
    """`Chat`, made for the endpoint as a line of its extra-openai-models.yaml makes it."""

    def __init__(self, base):
        self._model = Chat("benchmark", model_name=work.MODEL, api_base=base, key=work.KEY)
        self._base = base

    def chat(self):
        return self._model.prompt("Hi", system="Be brief.", stream=False, key=work.KEY).text()

    def history(self, messages):
        said = [SAYS[each["role"]](each["content"]) for each in messages]
        return self._model.prompt(messages=said, stream=False, key=work.KEY).text()

    def stream(self):
        return sum(len(piece) for piece in self._model.prompt("Hi", system="Be brief.", key=work.KEY))

    def embed(self, inputs):
        os.environ["OPENAI_BASE_URL"] = self._base  # an embedding model of its own cannot be told an address
        model = OpenAIEmbeddingModel("benchmark", work.MODEL)
        return work.told(list(model.embed_multi(inputs, key=work.KEY)))


class Async:
    """`AsyncChat`."""

    def __init__(self, base):
        self._model = AsyncChat("benchmark", model_name=work.MODEL, api_base=base, key=work.KEY)

    async def chat(self):
        return await self._model.prompt("Hi", system="Be brief.", stream=False, key=work.KEY).text()
