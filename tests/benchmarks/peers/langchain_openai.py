"""LangChain's models for the vendor."""

from __future__ import annotations

import work
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI

CANNOT: dict[str, str] = {}
SAYS = {"user": HumanMessage, "assistant": AIMessage}


def small():
    """Return the small conversation, made anew for every call."""
    return [SystemMessage("Be brief."), HumanMessage("Hi")]


class Sync:
    """`ChatOpenAI` and `OpenAIEmbeddings`, kept."""

    def __init__(self, base):
        self._options = {"model": work.MODEL, "base_url": base, "api_key": work.KEY}
        self._model = ChatOpenAI(**self._options)
        self._vectors = None

    def chat(self):
        return self._model.invoke(small()).content

    def history(self, messages):
        return self._model.invoke([SAYS[each["role"]](each["content"]) for each in messages]).content

    def stream(self):
        return sum(len(chunk.content) for chunk in self._model.stream(small()))

    def embed(self, inputs):
        if self._vectors is None:
            from langchain_openai import OpenAIEmbeddings

            # Texts as they are: to count their tokens it would fetch a vocabulary.
            self._vectors = OpenAIEmbeddings(check_embedding_ctx_length=False, **self._options)
        return work.told(self._vectors.embed_documents(inputs))


class Async:
    """`ChatOpenAI.ainvoke`."""

    def __init__(self, base):
        self._model = ChatOpenAI(model=work.MODEL, base_url=base, api_key=work.KEY)

    async def chat(self):
        return (await self._model.ainvoke(small())).content
