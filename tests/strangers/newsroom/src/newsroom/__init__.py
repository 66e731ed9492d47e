"""What a newsroom asks of a model. Which one answers is not decided here."""

import asyncio
import math
from collections.abc import Iterator, Sequence

from jackfield import CHAT, EMBEDDINGS, AsyncClient, ChatRequest, Client, EmbeddingRequest, Message


def asking(task: str, article: str) -> ChatRequest:
    """Return the request for one task."""
    return ChatRequest(messages=[Message.system(task), Message.user(article)])


def summary(client: Client, article: str) -> Iterator[str]:
    """Yield a summary as it is written."""
    with client.stream(CHAT, asking("Sum up the article in three sentences.", article)) as stream:
        for event in stream:
            yield event.text


async def headlines(client: AsyncClient, articles: Sequence[str]) -> list[str]:
    """Return a headline for each article; all of them are written at the same time."""
    requests = [asking("Write a headline for the article.", article) for article in articles]
    answers = await asyncio.gather(*(client.call(CHAT, request) for request in requests))
    return [answer.text for answer in answers]


def nearest(client: Client, article: str, others: Sequence[str]) -> str:
    """Return the one of *others* that is most like *article*."""
    first, *rest = client.call(EMBEDDINGS, EmbeddingRequest(input=[article, *others])).vectors
    alike = [math.fsum(a * b for a, b in zip(first, each, strict=True)) / math.hypot(*each) for each in rest]
    return others[alike.index(max(alike))]
