"""The plugin `budget`: so many tokens for each model."""

import os
import threading
from collections import Counter
from typing import Any

from jackfield.plugin import Call, CallRecord, Flow, JackfieldError, Middleware, Proceed, impl


class OverBudgetError(JackfieldError):
    """The model has used up its tokens; nothing was sent."""


class Budget:
    """Counts tokens by model, and refuses calls to a model that has used up its share.

    Args:
        tokens: How many each model may use; None only counts.
    """

    def __init__(self, tokens: int | None = None) -> None:
        self.used: Counter[str] = Counter()
        self._tokens = tokens
        self._counting = threading.Lock()

    @impl
    def around_call(self, call: Call) -> Middleware | None:
        """Look before the call, and leave alone what nobody limits."""
        tokens, model = self._tokens, call.model
        if tokens is None or model is None:
            return None

        def middleware(proceed: Proceed) -> Flow[Any]:
            if self.used[model] >= tokens:
                raise OverBudgetError(f"the model {model!r} has used {self.used[model]} tokens of {tokens}")
            return (yield from proceed())

        return middleware

    @impl
    def call_ended(self, record: CallRecord) -> None:
        """Count what the answer says that it used. A client's calls may end in several threads at once."""
        if record.model is not None:
            with self._counting:
                self.used[record.model] += (record.input_tokens or 0) + (record.output_tokens or 0)


def from_environment() -> Budget:
    """Return what `plugins=["budget"]` means."""
    tokens = os.environ.get("BUDGET_TOKENS")
    return Budget(None if tokens is None else int(tokens))
