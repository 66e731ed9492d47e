"""any-llm, through its object that keeps a provider."""

from __future__ import annotations

import work
from any_llm import AnyLLM, embedding

CANNOT: dict[str, str] = {}


class Sync:
    """`AnyLLM`, kept; its blocking methods run an event loop in a thread."""

    def __init__(self, base):
        self._options = {"api_key": work.KEY, "api_base": base}
        self._provider = AnyLLM.create("openai", **self._options)

    def chat(self):
        return self.history(work.SMALL)

    def history(self, messages):
        return self._provider.completion(model=work.MODEL, messages=messages).choices[0].message.content

    def stream(self):
        chunks = self._provider.completion(model=work.MODEL, messages=work.SMALL, stream=True)
        return sum(len(chunk.choices[0].delta.content or "") for chunk in chunks if chunk.choices)

    def embed(self, inputs):
        answer = embedding(work.MODEL, inputs, provider="openai", **self._options)  # there is no way with an object
        return work.told([each.embedding for each in answer.data])


class Async:
    """The same object's asyncio methods."""

    def __init__(self, base):
        self._provider = AnyLLM.create("openai", api_key=work.KEY, api_base=base)

    async def chat(self):
        answer = await self._provider.acompletion(model=work.MODEL, messages=work.SMALL)
        return answer.choices[0].message.content
