"""Vectors of length one, made of the text: the same text has the same one, and texts that share words are near."""

from __future__ import annotations

import re
from array import array
from base64 import b64encode
from hashlib import shake_256
from math import hypot
from sys import byteorder
from typing import TYPE_CHECKING, Any

from jackfield_emulator._refusal import Refusal, invalid
from jackfield_emulator._reply import Reply
from jackfield_emulator._rules import checked, kind_of, one_of, rule
from jackfield_emulator._text import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jackfield_emulator._models import Model

RULES = {
    "input": rule("string|array", needed=True),
    "model": rule("string", needed=True),
    "dimensions": rule("integer", 1),
    "encoding_format": one_of("float", "base64"),
    "user": rule("string"),
}
AZURE_RULES = RULES | {"input_type": rule("string")}
DATED_RULES = AZURE_RULES | {"model": rule("string")}

_MOST = 2048
_WINDOW = 8192
_AT_ONCE = 300_000
_PLACES = 24
"""Places of a vector that one word moves."""
_NOISE = [(byte - 127.5) / 1024 for byte in range(256)]
_WORD = re.compile(r"\w+")


def answer(document: Mapping[str, Any], rules: Mapping[str, Any], model: Model, *, azure: bool) -> Reply:
    """Check a request and answer it."""
    given = checked(document, rules)
    texts = _texts(given["input"])
    costs = [len(tokens(text)) if isinstance(text, str) else len(text) for text in texts]
    _check_costs(costs)
    size = _size(given, model)
    encode = _base64 if "base64" == given.get("encoding_format") else _floats
    data = [
        {"object": "embedding", "index": index, "embedding": encode(vector(text, model.size, size))}
        for index, text in enumerate(texts)
    ]
    used = sum(costs)
    name = "ada" if azure and "text-embedding-ada-002" == model.name else model.snapshot
    told = {"object": "list", "data": data, "model": name, "usage": {"prompt_tokens": used, "total_tokens": used}}
    return Reply(told, tokens=used)


def vector(text: str | Sequence[int], size: int, shortened: int) -> array[float]:
    """Return the first *shortened* of *size* places of the vector of *text*, of length one."""
    words = [word.lower() for word in _WORD.findall(text)] if isinstance(text, str) else [f"#{each}" for each in text]
    exact = text if isinstance(text, str) else repr(list(text))
    noise = shake_256(exact.encode()).digest(size)
    places = array("f", map(_NOISE.__getitem__, noise))
    for word in words:
        moves = shake_256(b"word " + word.encode()).digest(3 * _PLACES)
        for start in range(0, 3 * _PLACES, 3):
            sign = 1 if moves[start] & 1 else -1
            places[int.from_bytes(moves[start + 1 : start + 3], "big") % size] += sign
    places = places[:shortened]
    length = hypot(*places) or 1.0
    return array("f", [each / length for each in places])


def _floats(places: array[float]) -> list[float]:
    return places.tolist()


def _base64(places: array[float]) -> str:
    if "little" != byteorder:
        places = array("f", places)
        places.byteswap()
    return b64encode(places.tobytes()).decode()


def _texts(given: Any) -> list[Any]:
    """Return the inputs, one by one, whichever of the four forms they came in."""
    several = [given] if isinstance(given, str) or _is_tokens(given) else given
    if len(several) > _MOST:
        text = (
            f"Invalid 'input': array too long. Expected an array with maximum length {_MOST}, "
            f"but got an array with length {len(several)} instead."
        )
        raise invalid(text, "input", "array_above_max_length")
    if not several or not all((isinstance(each, str) and each) or _is_tokens(each) for each in several):
        raise _no_input()
    return several


def _is_tokens(given: Any) -> bool:
    return isinstance(given, list) and bool(given) and all("integer" == kind_of(each) and each >= 0 for each in given)


def _no_input() -> Refusal:
    return invalid(
        "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference."
    )


def _check_costs(costs: Sequence[int]) -> None:
    for each in costs:
        if each > _WINDOW:
            text = (
                f"This model's maximum context length is {_WINDOW} tokens, however you requested {each} tokens "
                f"({each} in your prompt; 0 for the completion). Please reduce your prompt; or completion length."
            )
            raise invalid(text)
    if sum(costs) > _AT_ONCE:
        text = f"Requested {sum(costs)} tokens, max {_AT_ONCE} tokens per request"
        raise invalid(text, None, "max_tokens_per_request")


def _size(given: Mapping[str, Any], model: Model) -> int:
    size = given.get("dimensions")
    if size is None:
        return model.size
    if not model.shrinks:
        raise invalid("This model does not support specifying dimensions.")
    if size > model.size:
        raise invalid(f"Invalid value for 'dimensions' = {size}. Must be less than or equal to {model.size}.")
    return int(size)
