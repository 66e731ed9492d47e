"""What a caller may set for a client or for one call, beside the provider's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from jackfield.retry import Retries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield.secret import Secret


@frozen(kw_only=True)
class Options:
    """What a caller may set for a client or for one call.

    Attributes:
        timeout: Seconds of silence that are borne, for the head and between two events; None for no limit.
        deadline: Seconds for the whole call, retries and all; None for no limit.
        retries: How failures are tried again.
        headers: More headers; they win over the provider's.
        allow_plain_http: Whether credentials may go over plain http to hosts that are not this one.
    """

    timeout: float | None = 300.0
    deadline: float | None = 900.0
    retries: Retries = field(factory=Retries)
    headers: Mapping[str, Secret] = field(factory=dict)
    allow_plain_http: bool = False
