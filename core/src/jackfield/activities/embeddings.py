"""Texts to vectors: one, or a batch in as many calls as it takes.

Rule 1: a vector goes to the text it belongs to by the answer's index, whatever the answer's order.
Rule 2: what one part of a batch did wrong does not cost the others their vectors; what the account, the network or the
time did wrong ends the batch. Either way the same call again sends what is missing, and nothing else.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from attrs import fields

from jackfield.activities.batch import DataBatch
from jackfield.errors import DecodeError, InvalidRequestError, JackfieldError, RateLimitError, RejectedError
from jackfield.operations.embeddings import EMBEDDINGS, EmbeddingRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jackfield.activities.batch import DataChunk
    from jackfield.activities.parameters import Start
    from jackfield.http import Flow
    from jackfield.operations.embeddings import EmbeddingResponse, Vector

_TOO_LARGE = frozenset({"max_tokens_per_request", "request_too_large"})
_TOO_LARGE_STATUS = 413
_ABOUT_THE_INPUT = frozenset({400, _TOO_LARGE_STATUS, 422})


def embedding(start: Start, text: Any, parameters: Mapping[str, Any], changes: Mapping[str, Any]) -> Flow[Vector]:
    """Return the flow of one text; its result is the vector.

    Raises:
        InvalidRequestError: It is no text, or a parameter does not fit.
        DecodeError: The answer has not exactly one vector.
    """
    if not isinstance(text, str):
        problem = f"text: must be text, not {type(text).__name__}; embed_batch() takes many"
        raise InvalidRequestError("embed() takes one text", problems=[problem])
    (vector,) = yield from _vectors(start, [text], parameters, changes)
    return vector


def embedding_batch(
    start: Start,
    batch: Any,
    progress: Callable[[int, int], object] | None,
    parameters: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> Flow[None]:
    """Return the flow that gives the chunks of *batch* that have none their vectors.

    Raises:
        InvalidRequestError: A parameter does not fit.
        JackfieldError: A part failed; its note says which. The chunks of the others have their vectors.
    """
    if not isinstance(batch, DataBatch):
        problem = f"batch: must be a DataBatch, such as DataBatch([...]), not {type(batch).__name__}"
        raise InvalidRequestError("embed_batch() takes a batch", problems=[problem])
    _request(["a"], parameters)  # what is wrong with the parameters is said also where there is nothing to do
    parts = deque(batch.parts())
    done = len(batch) - sum(map(len, parts))
    failure: JackfieldError | None = None
    while parts:
        part = parts.popleft()
        try:
            vectors = yield from _vectors(start, [chunk.input for chunk in part], parameters, changes)
        except JackfieldError as error:
            if _is_too_large(error) and len(part) > 1:
                half = len(part) // 2
                parts.extendleft((part[half:], part[:half]))
                continue
            error.add_note(_note(part, batch))
            if not _is_of_the_part(error):
                raise
            failure = failure or error
            continue
        for chunk, vector in zip(part, vectors, strict=True):
            chunk.vector = vector
        done += len(part)
        if progress is not None:
            progress(done, len(batch))
    if failure is not None:
        raise failure


def _is_of_the_part(error: JackfieldError) -> bool:
    """Tell whether it is this part that is refused, and not the model, the key or the account that all parts have."""
    return isinstance(error, DecodeError) or (isinstance(error, RejectedError) and error.status in _ABOUT_THE_INPUT)


def _is_too_large(error: JackfieldError) -> bool:
    """Tell whether the provider counted more tokens than we did."""
    if isinstance(error, RateLimitError):
        return "size" == error.reason
    return isinstance(error, RejectedError) and (error.code in _TOO_LARGE or error.status == _TOO_LARGE_STATUS)


def _note(part: Sequence[DataChunk], batch: DataBatch) -> str:
    which = f"chunk {part[0].index}" if 1 == len(part) else f"chunks {part[0].index} to {part[-1].index}"
    return f"{which} of {len(batch)} failed; embed_batch(batch) again sends those that have no vector"


def _request(texts: Sequence[str], parameters: Mapping[str, Any]) -> EmbeddingRequest:
    known = [each.name for each in fields(EmbeddingRequest) if "input" != each.name]
    if unknown := [name for name in parameters if name not in known]:
        problems = [f"{name}: unknown; there are {', '.join(known)}" for name in unknown]
        raise InvalidRequestError("embeddings do not take that", problems=problems)
    return EmbeddingRequest(input=texts, **parameters)


def _vectors(
    start: Start, texts: Sequence[str], parameters: Mapping[str, Any], changes: Mapping[str, Any]
) -> Flow[Sequence[Vector]]:
    """Return the flow of one call; its result has a vector for each text."""
    response: EmbeddingResponse = yield from start(EMBEDDINGS, _request(texts, parameters), False, changes)  # noqa: FBT003
    indices = [each.index for each in response.data]
    if sorted(indices) != list(range(len(texts))):
        problem = f"expected an item for each index from 0 to {len(texts) - 1} @ $.data"
        raise DecodeError(
            f"the answer has {len(indices)} vectors for {len(texts)} texts, or some of them twice",
            problems=[problem],
            status=200,
            meta=response.meta,
        )
    return response.vectors
