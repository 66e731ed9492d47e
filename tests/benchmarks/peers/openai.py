"""The vendor's own client."""

from __future__ import annotations

import work

CANNOT: dict[str, str] = {}


class Sync:
    """`OpenAI`, kept."""

    def __init__(self, base):
        from openai import OpenAI

        self._client = OpenAI(base_url=base, api_key=work.KEY)

    def chat(self):
        return self.history(work.SMALL)

    def history(self, messages):
        answer = self._client.chat.completions.create(model=work.MODEL, messages=messages)
        return answer.choices[0].message.content

    def stream(self):
        with self._client.chat.completions.create(model=work.MODEL, messages=work.SMALL, stream=True) as chunks:
            return sum(len(chunk.choices[0].delta.content or "") for chunk in chunks if chunk.choices)

    def embed(self, inputs):
        answer = self._client.embeddings.create(model=work.MODEL, input=inputs)
        return work.told([each.embedding for each in answer.data])


class Async:
    """`AsyncOpenAI`, kept."""

    def __init__(self, base):
        from openai import AsyncOpenAI

        self._client = AsyncOpenAI(base_url=base, api_key=work.KEY)

    async def chat(self):
        answer = await self._client.chat.completions.create(model=work.MODEL, messages=work.SMALL)
        return answer.choices[0].message.content

    async def close(self):
        await self._client.close()
