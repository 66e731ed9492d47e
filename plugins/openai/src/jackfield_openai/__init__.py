"""The provider `openai`: the OpenAI platform, and anything shaped like it."""

from __future__ import annotations

from jackfield_openai._provider import OpenAI

__all__ = ["OpenAI"]
