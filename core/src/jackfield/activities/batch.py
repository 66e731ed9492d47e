"""Many texts that are to become vectors: each keeps its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from attrs import define, field

from jackfield.errors import InvalidRequestError

if TYPE_CHECKING:
    from jackfield.operations.embeddings import Vector

MOST_ITEMS = 2048
"""How many texts go into one call."""
MOST_TOKENS = 300_000
"""How many tokens they may have together."""
_BYTES_A_TOKEN = 3


def estimated_tokens(text: str) -> int:
    """Return about how many tokens *text* has, rather too many: one for three bytes."""
    return len(text.encode("utf-8", "surrogatepass")) // _BYTES_A_TOKEN + 1


@define(eq=False)
class DataChunk:
    """One text, and its vector once it has one.

    Attributes:
        input: The text.
        index: Its place in its batch, from 0.
        vector: Its vector as 32-bit floats, or None.
    """

    input: str
    index: int = 0
    vector: Vector | None = field(default=None, repr=lambda vector: "None" if vector is None else f"<{len(vector)}>")


@define(eq=False, init=False)
class DataBatch:
    """Texts for `client.embed_batch(batch)`, which writes onto every chunk its vector.

    Attributes:
        chunks: The chunks, in order.
        most_items: How many go into one call.
        most_tokens: About how many tokens they may have together.
        count_tokens: Counts the tokens of a text; an estimate where it is left out.
    """

    chunks: list[DataChunk]
    most_items: int
    most_tokens: int
    count_tokens: Callable[[str], int]

    def __init__(
        self,
        texts: Iterable[str] = (),
        *,
        most_items: int = MOST_ITEMS,
        most_tokens: int = MOST_TOKENS,
        count_tokens: Callable[[str], int] = estimated_tokens,
    ) -> None:
        """Take the first texts.

        Args:
            texts: The texts; more by `add`.
            most_items: How many go into one call, from 1 to 2,048.
            most_tokens: About how many tokens they may have together.
            count_tokens: Counts the tokens of a text.

        Raises:
            InvalidRequestError: One of the arguments does not fit.
        """
        problems = []
        if type(most_items) is not int or not 1 <= most_items <= MOST_ITEMS:
            problems.append(f"most_items must be a whole number from 1 to {MOST_ITEMS}, not {most_items!r}")
        if type(most_tokens) is not int or most_tokens < 1:
            problems.append(f"most_tokens must be a whole number of at least 1, not {most_tokens!r}")
        if isinstance(texts, str):
            problems.append("texts must be several; put a single one into a list")
        if problems:
            raise InvalidRequestError("the batch cannot be made", problems=problems)
        self.chunks = []
        self.most_items, self.most_tokens, self.count_tokens = most_items, most_tokens, count_tokens
        for text in texts:
            self.add(text)

    def add(self, text: str) -> DataChunk:
        """Append a text, and return its chunk.

        Raises:
            InvalidRequestError: It is no text, or empty.
        """
        if not (text and isinstance(text, str)):
            problem = f"texts[{len(self.chunks)}] must be text of at least 1 character, not {text!r}"
            raise InvalidRequestError("there is nothing to embed", problems=[problem])
        chunk = DataChunk(text, len(self.chunks))
        self.chunks.append(chunk)
        return chunk

    def __len__(self) -> int:
        """How many chunks it has."""
        return len(self.chunks)

    def __iter__(self) -> Iterator[DataChunk]:
        """Its chunks, in order."""
        return iter(self.chunks)

    @property
    def missing(self) -> list[DataChunk]:
        """The chunks that have no vector yet."""
        return [chunk for chunk in self.chunks if chunk.vector is None]

    @property
    def vectors(self) -> tuple[Vector | None, ...]:
        """The vectors in the order of the texts; None for a chunk that has none."""
        return tuple(chunk.vector for chunk in self.chunks)

    def parts(self) -> list[Sequence[DataChunk]]:
        """Return the chunks without a vector, in parts that fit into one call each."""
        parts: list[list[DataChunk]] = []
        tokens = 0
        for chunk in self.missing:
            counted = self.count_tokens(chunk.input)
            if not parts or len(parts[-1]) >= self.most_items or tokens + counted > self.most_tokens:
                parts.append([])
                tokens = 0
            parts[-1].append(chunk)
            tokens += counted
        return list(parts)
