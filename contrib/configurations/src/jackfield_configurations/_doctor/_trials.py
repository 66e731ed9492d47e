"""What is asked of a model, so that it costs a few tokens, and what there is to say of its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from jackfield import (
    CHAT,
    EMBEDDINGS,
    IMAGES,
    ChatRequest,
    EmbeddingRequest,
    ImageRequest,
    Message,
    RejectedError,
)
from jackfield_configurations._doctor._facts import NO_SUCH_PARAMETER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jackfield import Client, Operation

_TOKENS = 16
"""How long the answer may be; some models take no less."""


def _chat_story(response: Any) -> str:
    used = f", {response.usage.total_tokens} tokens" if response.usage is not None else ""
    return f"{response.model or 'a model'} answers{used}"


def _vector_story(response: Any) -> str:
    return f"{response.model or 'a model'} answers with a vector of {len(response.data[0].embedding)} numbers"


def _picture_story(response: Any) -> str:
    return f"{'a picture' if response.data else 'no picture'} was drawn"


@frozen
class Trial:
    """One operation, and how it is tried.

    Attributes:
        about: What it is called here.
        operation: The operation.
        requests: What is asked; the next one where a parameter of this one is refused.
        story: Says what there is to say of the answer.
    """

    about: str
    operation: Operation[Any, Any, Any]
    requests: Sequence[Callable[[], Any]]
    story: Callable[[Any], str]


_ASKED = [Message.user("Say OK.")]
TRIALS = (
    Trial(
        "chat",
        CHAT,
        (
            lambda: ChatRequest(messages=_ASKED, max_completion_tokens=_TOKENS),
            lambda: ChatRequest(messages=_ASKED, max_tokens=_TOKENS),
        ),
        _chat_story,
    ),
    Trial("embeddings", EMBEDDINGS, (lambda: EmbeddingRequest(input="OK"),), _vector_story),
    Trial("images", IMAGES, (lambda: ImageRequest(prompt="a dot"),), _picture_story),
)


def tried(client: Client, trial: Trial, seconds: float) -> Any:
    """Return the answer.

    Raises:
        JackfieldError: There is none.
    """
    *cautious, last = trial.requests
    for request in cautious:
        try:
            return client.call(trial.operation, request(), deadline=seconds, timeout=seconds)
        except RejectedError as error:
            if error.code not in NO_SUCH_PARAMETER:
                raise
    return client.call(trial.operation, last(), deadline=seconds, timeout=seconds)
