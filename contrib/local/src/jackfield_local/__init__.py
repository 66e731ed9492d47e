"""Jackfield's provider `local`: a language model and an embedding model inside the process, no account, no network."""

from __future__ import annotations

from jackfield_local._provider import Local

__all__ = ["Local"]
