"""How an activity asks its client for a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from jackfield.http import Flow
from jackfield.operations import Operation

Start: TypeAlias = Callable[[Operation[Any, Any, Any], Any, bool, Mapping[str, Any]], Flow[Any]]
"""From an operation, its request, whether it is to be streamed, and the call's options, to the flow of the call."""
