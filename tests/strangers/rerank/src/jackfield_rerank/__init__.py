"""Reranking: a query and documents in, the documents by how well they fit out."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Never

from attrs import define, field, frozen
from jackfield.operations import Document, Operation, Request, Response, Rule


def as_documents(value: Sequence[str]) -> Sequence[str]:
    """Return a sequence as a tuple; a single text as it is, for the rule to refuse."""
    return value if isinstance(value, str) else tuple(value)


@frozen(kw_only=True, repr=False)
class RerankRequest(Request):
    """What is looked for, and where."""

    rules: ClassVar[Mapping[str, Rule]] = {
        "query": Rule.text(1, needed=True),
        "documents": Rule.each(Rule.text(1), not_empty=True, needed=True),
        "model": Rule.text(1),
        "top_n": Rule.whole(1),
    }

    query: str
    documents: Sequence[str] = field(converter=as_documents)
    model: str | None = None
    top_n: int | None = None


@define(kw_only=True, repr=False)
class Ranked(Document):
    """How well one document fits."""

    required: ClassVar[frozenset[str]] = frozenset({"index", "relevance_score"})

    index: int = 0
    relevance_score: float = 0.0


@define(kw_only=True, repr=False)
class RerankResponse(Response):
    """The documents that fit, by their indices, the best one first."""

    required: ClassVar[frozenset[str]] = frozenset({"results"})

    model: str = ""
    results: tuple[Ranked, ...] = ()


RERANK: Operation[RerankRequest, RerankResponse, Never] = Operation("rerank", RerankRequest, RerankResponse)
