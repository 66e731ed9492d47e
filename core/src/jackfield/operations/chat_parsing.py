"""An answer's text as an object."""

from __future__ import annotations

import json
from string import ascii_letters
from typing import TYPE_CHECKING, Any

from jackfield.errors import AnswerMismatchError, RefusalError
from jackfield.typed import Misfit, build, name_of

if TYPE_CHECKING:
    from jackfield.operations.chat import ChatResponse

_FENCE = "```"
_MOST = 8
"""So many problems stand in the error's message; the error itself has them all."""


def parsed(response: ChatResponse, kind: Any) -> Any:
    """Return the text of *response* as a *kind*; the errors are those of `ChatResponse.parse`."""
    choice = response.choices[0] if response.choices else None
    if choice is not None and choice.message.refusal:
        refusal = choice.message.refusal
        raise RefusalError(
            f"the model refuses to give a {name_of(kind)} (its words are in the error's refusal); change the prompt",
            refusal=refusal,
            partial=response,
            meta=response.meta,
        )
    text = response.text
    if choice is not None and "length" == choice.finish_reason:
        raise _mismatch(response, kind, ["cut off at the token limit; raise max_completion_tokens @ $"])
    try:
        document = json.loads(_bare(text))
    except (RecursionError, ValueError) as error:
        raise _mismatch(
            response, kind, [f"expected JSON: {error} @ $" if text else "expected JSON, got nothing @ $"]
        ) from None
    try:
        return build(document, kind)
    except Misfit as misfit:
        raise _mismatch(response, kind, misfit.problems) from None


def _mismatch(response: ChatResponse, kind: Any, problems: list[str]) -> AnswerMismatchError:
    told = [*problems[:_MOST], *([f"and {len(problems) - _MOST} more"] if len(problems) > _MOST else [])]
    return AnswerMismatchError(
        f"the answer is no {name_of(kind)}: {'; '.join(told)}",
        problems=problems,
        text=response.text,
        partial=response,
        meta=response.meta,
    )


def _bare(text: str) -> str:
    """Return *text* without the code fence around it that models like to write where no schema is enforced."""
    text = text.strip()
    if text.startswith(_FENCE) and text.endswith(_FENCE):
        return text.removeprefix(_FENCE).removesuffix(_FENCE).lstrip(ascii_letters)  # it may say that it is json
    return text
