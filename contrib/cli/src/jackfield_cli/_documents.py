"""The documents that `--json` writes. Their shape is promised in `docs/reference/command-line.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield.convert import make_converter
from jackfield_cli._exits import exit_code

if TYPE_CHECKING:
    from jackfield import CallMeta, ChatResponse, JackfieldError


def answered(response: ChatResponse) -> dict[str, Any]:
    """Return what is told of an answer."""
    usage = response.usage
    return {
        "text": response.text,
        "finish_reason": response.choices[0].finish_reason if response.choices else None,
        "provider": response.meta.provider if response.meta else None,
        "model": response.model or (response.meta.model if response.meta else None),
        "usage": usage
        and {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.total_tokens,
        },
        "meta": told(response.meta),
        "answer": make_converter().unstructure(response) if response.raw is None else response.raw,
    }


def failed(error: JackfieldError) -> dict[str, Any]:
    """Return what is told where there is no answer."""
    return {
        "error": {
            "class": type(error).__name__,
            "message": str(error),
            "status": error.status,
            "code": error.code,
            "request_id": error.request_id,
            "transient": error.transient,
            "exit_code": exit_code(error),
        },
        "meta": told(error.meta),
    }


def told(meta: CallMeta | None) -> dict[str, Any] | None:
    """Return the call's story; without the answer's headers, which may hold cookies."""
    if meta is None:
        return None
    return {
        "call_id": meta.call_id,
        "provider": meta.provider,
        "operation": meta.operation,
        "model": meta.model,
        "seconds": round(meta.seconds, 3),
        "request_id": meta.request_id,
        "request_ids": dict(meta.request_ids),
        "attempts": [
            {
                "at": attempt.at,
                "status": attempt.status,
                "error": attempt.error,
                "why": attempt.why,
                "waited": attempt.waited,
                "request_ids": dict(attempt.request_ids),
            }
            for attempt in meta.attempts
        ],
        "rate_limits": {
            name: {"limit": limit.limit, "remaining": limit.remaining, "reset_after": limit.reset_after}
            for name, limit in meta.rate_limits.items()
        },
    }
