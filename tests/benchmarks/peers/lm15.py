"""lm15, over Chat Completions as everybody here."""

from __future__ import annotations

import work
from lm15 import Message, Request, StreamDeltaEvent, TextDelta

CANNOT = {"embed": "no embeddings"}
SAYS = {"user": Message.user, "assistant": Message.assistant}


def small():
    """Return the small request; the system's words have a field of their own."""
    return Request(model=work.MODEL, system="Be brief.", messages=(Message.user("Hi"),))


class Sync:
    """`OpenAIChatLM`, kept."""

    def __init__(self, base):
        from lm15 import OpenAIChatLM

        self._model = OpenAIChatLM(api_key=work.KEY, base_url=base)

    def chat(self):
        return self._model.complete(small()).text

    def history(self, messages):
        said = tuple(SAYS[each["role"]](each["content"]) for each in messages)
        return self._model.complete(Request(model=work.MODEL, messages=said)).text

    def stream(self):
        return sum(
            len(event.delta.text)
            for event in self._model.stream(small())
            if isinstance(event, StreamDeltaEvent) and isinstance(event.delta, TextDelta)
        )


class Async:
    """`AsyncOpenAIChatLM`, kept."""

    def __init__(self, base):
        from lm15 import AsyncOpenAIChatLM

        self._model = AsyncOpenAIChatLM(api_key=work.KEY, base_url=base)

    async def chat(self):
        return (await self._model.complete(small())).text
