"""Jackfield, as its README shows it: one client, entities in, entities out."""

from __future__ import annotations

import work

from jackfield import CHAT, ChatRequest, Message

CANNOT: dict[str, str] = {}
OPTIONS = {"api_key": work.KEY, "chat_model": work.MODEL, "embeddings_model": work.MODEL}
SAYS = {"user": Message.user, "assistant": Message.assistant}


def small():
    """Return the small request, made anew for every call."""
    return ChatRequest(messages=[Message.system("Be brief."), Message.user("Hi")])


def long(messages):
    """Return a conversation as entities, made anew for every call."""
    return ChatRequest(messages=[SAYS[each["role"]](each["content"]) for each in messages])


class Sync:
    """`Client`."""

    def __init__(self, base):
        from jackfield import Client

        self._client = Client("openai", endpoint=base, **OPTIONS)

    def chat(self):
        return self._client.call(CHAT, small()).text

    def history(self, messages):
        return self._client.call(CHAT, long(messages)).text

    def stream(self):
        return sum(len(event.text) for event in self._client.stream(CHAT, small()))

    def embed(self, inputs):
        from jackfield import EMBEDDINGS, EmbeddingRequest  # here: a chat's start has no part in it

        answer = self._client.call(EMBEDDINGS, EmbeddingRequest(input=inputs))
        return work.told([each.embedding for each in answer.data])


class Async:
    """`AsyncClient`, on the transport that it takes by itself."""

    def __init__(self, base):
        from jackfield import AsyncClient

        self._client = AsyncClient("openai", endpoint=base, **OPTIONS)

    async def chat(self):
        return (await self._client.call(CHAT, small())).text

    async def history(self, messages):
        return (await self._client.call(CHAT, long(messages))).text

    async def stream(self):
        return sum([len(event.text) async for event in self._client.stream(CHAT, small())])

    async def embed(self, inputs):
        from jackfield import EMBEDDINGS, EmbeddingRequest

        answer = await self._client.call(EMBEDDINGS, EmbeddingRequest(input=inputs))
        return work.told([each.embedding for each in answer.data])

    async def close(self):
        await self._client.close()
