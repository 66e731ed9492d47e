"""How an activity asks its client for a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield._fetching import Then
    from jackfield.http import Flow
    from jackfield.operations import Operation


class Start(Protocol):
    """Starts a call, and may go on with its answer before the call is over."""

    def __call__(
        self,
        operation: Operation[Any, Any, Any],
        request: Any,
        streaming: bool,  # noqa: FBT001 - a place of its own in every start
        changes: Mapping[str, Any],
        then: Then | None = None,
        /,
    ) -> Flow[Any]:
        """Return the flow of the call; its result is the response, or what *then* returns.

        Args:
            operation: What is asked for.
            request: Its request entity.
            streaming: Whether the answer is wanted event by event.
            changes: The options of this call.
            then: What goes on with the response, within the call's deadline and record.
        """
