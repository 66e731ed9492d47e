"""What an operation answers, before it has a status and headers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import frozen


@frozen
class Reply:
    """An answer.

    Attributes:
        document: The JSON document; None for a stream.
        events: The stream's events.
        tokens: What it cost, for the rate limits.
        model: The model that answered, as answers call it.
    """

    document: Any = None
    events: Iterable[bytes] | None = None
    tokens: int = 0
    model: str = ""
