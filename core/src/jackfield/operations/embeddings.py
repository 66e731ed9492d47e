"""Embeddings: texts in, one vector each out."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Never, TypeAlias

from attrs import define, field, frozen

from jackfield.operations import Document, Operation, Request, Response, Rule
from jackfield.operations._rules import as_tuple
from jackfield.operations._shown import shown

__all__ = [
    "EMBEDDINGS",
    "Embedding",
    "EmbeddingInput",
    "EmbeddingRequest",
    "EmbeddingResponse",
    "EmbeddingUsage",
    "Vector",
]

if TYPE_CHECKING:
    Vector: TypeAlias = array[float]
else:
    Vector = array  # cannot be subscripted at run time before Python 3.12

EmbeddingInput: TypeAlias = str | Sequence[str] | Sequence[int] | Sequence[Sequence[int]]
_MOST = 2048


def _is_text(value: object) -> bool:
    """Whether *value* is text that is not empty."""
    return isinstance(value, str) and value != ""


def _is_token(value: object) -> bool:
    """Whether *value* can be a token id."""
    return type(value) is int and value >= 0


def _is_tokens(value: object) -> bool:
    """Whether *value* can be a text's token ids, as many as there may be: nothing here is done one by one."""
    return isinstance(value, list | tuple) and set(map(type, value)) == {int} and min(value) >= 0


_BY_FIRST_ITEM = (
    (int, _is_token, "a token id, which is a whole number of at least 0"),
    ((list, tuple), _is_tokens, "a sequence of token ids, not empty"),
    (object, _is_text, "text of at least 1 character"),
)


def _input_problems(value: Any) -> Sequence[str]:
    """Return what is wrong with the input. Its first item says of what kind all have to be."""
    if _is_text(value):
        return ()
    if not isinstance(value, tuple) or not value:
        return (f" must be {_INPUT.must_be}, not {shown(value)}",)
    if len(value) > _MOST:
        return (f" must be at most {_MOST} items, not {len(value)}; split it over several requests",)
    fits, must_be = next((fits, must_be) for kind, fits, must_be in _BY_FIRST_ITEM if isinstance(value[0], kind))
    return [f"[{index}] must be {must_be}, not {shown(each)}" for index, each in enumerate(value) if not fits(each)]


_INPUT = Rule(
    f"text or a sequence of texts, token ids or sequences of token ids, nothing of it empty, at most {_MOST} items",
    _input_problems,
    needed=True,
)


def as_input(value: EmbeddingInput) -> EmbeddingInput:
    """Return a sequence as a tuple, and a single text as it is."""
    return as_tuple(value)


@frozen(kw_only=True, eq=False, repr=False)
class EmbeddingRequest(Request):
    """What is to become vectors.

    Attributes:
        input: One text, or up to 2048 of them; or token ids: those of one text, or a sequence for each text.
        model: The model's name; the client's default where left out.
        dimensions: How many numbers a vector has, at least 1; the model's own number where left out.
        encoding_format: `float` or `base64` on the wire. Either way the vectors come back as numbers.
        user: Stands for one user of yours; nothing personal.
        extra: Parameters without a field here, sent as they are.

    Raises:
        InvalidRequestError: On construction: all problems at once, each opening with the field's name.
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "input": _INPUT,
        "model": Rule.text(1),
        "dimensions": Rule.whole(1),
        "encoding_format": Rule.text(),
        "user": Rule.text(),
    }

    input: EmbeddingInput = field(converter=as_input)
    model: str | None = None
    dimensions: int | None = None
    encoding_format: Literal["float", "base64"] | str | None = None
    user: str | None = None


@define(kw_only=True, eq=False, repr=False)
class Embedding(Document):
    """The vector of one input.

    Attributes:
        index: Which input it belongs to, from 0.
        embedding: The vector, as 32-bit floats: a sequence of numbers that also speaks the buffer protocol.
        object: `embedding`.

    In the `raw` of a large answer (64 KiB) the vector may stand in the place of the text that spelt it.
    """

    required: ClassVar[frozenset[str]] = frozenset({"embedding", "index"})

    index: int = 0
    embedding: Vector = field(factory=lambda: array("f"), repr=shown)
    object: str = "embedding"


@define(kw_only=True, eq=False, repr=False)
class EmbeddingUsage(Document):
    """What the inputs used, in tokens.

    Attributes:
        prompt_tokens: What was sent.
        total_tokens: What was used in all.
        completion_tokens: Counted by some providers, or None.
    """

    prompt_tokens: int = 0
    total_tokens: int = 0
    completion_tokens: int | None = None


@define(kw_only=True, eq=False, repr=False)
class EmbeddingResponse(Response):
    """The vectors.

    Attributes:
        object: `list`.
        model: The model that answered, which is seldom the name that was asked for.
        data: One item for each input, in the order in which the provider gave them; see `vectors`.
        usage: The tokens used, or None where the provider does not say.
    """

    required: ClassVar[frozenset[str]] = frozenset({"data"})

    object: str = "list"
    model: str = ""
    data: tuple[Embedding, ...] = ()
    usage: EmbeddingUsage | None = None

    @property
    def vectors(self) -> tuple[Vector, ...]:
        """The vectors in the order of the inputs, whatever the answer's order."""
        return tuple(each.embedding for each in sorted(self.data, key=lambda each: each.index))


EMBEDDINGS: Operation[EmbeddingRequest, EmbeddingResponse, Never] = Operation(
    "embeddings", EmbeddingRequest, EmbeddingResponse, model_setting="embeddings_model"
)
