"""How the deltas of one choice become that choice.

Rule 1: what is empty or null never overwrites what came before.
Rule 2: text is kept in pieces and joined when the result is asked for; asking changes nothing.
Rule 3: nothing is taken for granted: fields, indices and ids may be missing, and a filter may speak after the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from jackfield.operations.chat_choices import Choice, ChoiceDelta, Delta, Logprobs
from jackfield.operations.filters import merged
from jackfield.operations.messages import Annotation, AssistantMessage, Audio
from jackfield.operations.tools import CustomCall, FunctionCall, ToolCall, ToolCallDelta

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")
_BLOCK = 1_000
"""How many pieces of text become one: of a long answer the letters are kept, not 50 bytes around each piece."""


def _text(pieces: Iterable[str | None]) -> str | None:
    """Return the pieces as one text, or None where there is no piece at all."""
    given = [piece for piece in pieces if piece is not None]
    return "".join(given) if given else None


def _items(lists: Iterable[tuple[T, ...] | None]) -> tuple[T, ...] | None:
    """Return the lists as one, or None where there is no list at all."""
    given = [each for each in lists if each is not None]
    return tuple(item for each in given for item in each) if given else None


def _audio(fragments: list[Audio]) -> Audio | None:
    """Return the fragments as one, or None where there is none."""
    if not fragments:
        return None
    return Audio(
        id=next((each.id for each in fragments if each.id), None),
        data=_text(each.data for each in fragments),
        transcript=_text(each.transcript for each in fragments),
        expires_at=next((each.expires_at for each in reversed(fragments) if each.expires_at is not None), None),
    )


def _logprobs(fragments: list[Logprobs]) -> Logprobs | None:
    """Return the fragments as one, or None where there is none."""
    if not fragments:
        return None
    return Logprobs(
        content=_items(each.content for each in fragments),
        refusal=_items(each.refusal for each in fragments),
    )


class _Called:
    """What is called, and with what: the name comes once, the rest in pieces."""

    __slots__ = ("name", "pieces")

    def __init__(self) -> None:
        self.name = ""
        self.pieces: list[str] = []

    def add(self, name: str, piece: str) -> None:
        self.name = self.name or name
        self.pieces.append(piece)

    def as_function(self) -> FunctionCall | None:
        return FunctionCall(name=self.name, arguments="".join(self.pieces)) if self.pieces else None

    def as_custom(self) -> CustomCall | None:
        return CustomCall(name=self.name, input="".join(self.pieces)) if self.pieces else None


class _ToolCallFold:
    """The fragments of one tool call."""

    __slots__ = ("custom", "function", "id", "index", "type")

    def __init__(self, index: int) -> None:
        self.index = index
        self.id = ""
        self.type = ""
        self.function = _Called()
        self.custom = _Called()

    def add(self, fragment: ToolCallDelta) -> None:
        self.id = self.id or fragment.id or ""
        self.type = self.type or fragment.type or ""
        if fragment.function is not None:
            self.function.add(fragment.function.name, fragment.function.arguments)
        if fragment.custom is not None:
            self.custom.add(fragment.custom.name, fragment.custom.input)

    def result(self) -> ToolCall:
        return ToolCall(
            id=self.id,
            type=self.type or ("custom" if self.custom.pieces else "function"),
            function=self.function.as_function(),
            custom=self.custom.as_custom(),
        )


class _ToolCallsFold:
    """The calls of one choice, told apart by index and id as far as the stream gives them."""

    __slots__ = ("_calls", "_latest")

    def __init__(self) -> None:
        self._calls: list[_ToolCallFold] = []
        self._latest: dict[int, _ToolCallFold] = {}

    def add(self, fragment: ToolCallDelta) -> None:
        call = self._by_position(fragment) if fragment.index is None else self._by_index(fragment, fragment.index)
        call.add(fragment)

    def _by_index(self, fragment: ToolCallDelta, index: int) -> _ToolCallFold:
        """Return the call at *index*, unless another id says that it is another call."""
        latest = self._latest.get(index)
        if latest is not None and (not fragment.id or not latest.id or fragment.id == latest.id):
            return latest
        same = (call for call in self._calls if call.index == index and call.id == fragment.id)
        return next(same, None) or self._started(index)

    def _by_position(self, fragment: ToolCallDelta) -> _ToolCallFold:
        """Return the call with the fragment's id, or the last one where it has none."""
        if not fragment.id and self._calls:
            return self._calls[-1]
        same = (call for call in self._calls if call.id == fragment.id)
        return next(same, None) or self._started(len(self._calls))

    def _started(self, index: int) -> _ToolCallFold:
        call = self._latest[index] = _ToolCallFold(index)
        self._calls.append(call)
        return call

    def result(self) -> tuple[ToolCall, ...]:
        return tuple(call.result() for call in sorted(self._calls, key=lambda call: call.index))


class ChoiceFold:
    """How the deltas of one choice become that choice. Its `add` is the hot path of a stream.

    Args:
        index: The choice's index.
    """

    __slots__ = (
        "_annotations",
        "_audio",
        "_blocks",
        "_content",
        "_filter_results",
        "_finish_reason",
        "_function_call",
        "_index",
        "_logprobs",
        "_reasoning",
        "_refusal",
        "_role",
        "_tool_calls",
    )

    def __init__(self, index: int) -> None:
        self._index = index
        self._role = ""
        self._blocks: list[str] = []
        self._content: list[str] = []
        self._refusal: list[str] = []
        self._reasoning: list[str] = []
        self._tool_calls = _ToolCallsFold()
        self._function_call = _Called()
        self._annotations: list[Annotation] = []
        self._audio: list[Audio] = []
        self._logprobs: list[Logprobs] = []
        self._finish_reason: str | None = None
        self._filter_results: dict[str, Any] | None = None

    def add(self, choice: ChoiceDelta) -> None:
        """Take in what one event adds."""
        if choice.delta is not None:
            self._add_delta(choice.delta)
        if choice.finish_reason and self._finish_reason != "content_filter":
            self._finish_reason = choice.finish_reason
        if choice.logprobs is not None:
            self._logprobs.append(choice.logprobs)
        if choice.content_filter_results is not None:
            self._filter_results = merged(self._filter_results, choice.content_filter_results)

    def _add_delta(self, delta: Delta) -> None:
        if delta.content is not None:
            self._content.append(delta.content)
            if len(self._content) == _BLOCK:
                self._blocks.append("".join(self._content))
                self._content.clear()
        if delta.role:
            self._role = self._role or delta.role
        if delta.refusal is not None:
            self._refusal.append(delta.refusal)
        if delta.reasoning_content is not None:
            self._reasoning.append(delta.reasoning_content)
        for fragment in delta.tool_calls:
            self._tool_calls.add(fragment)
        if delta.function_call is not None:
            self._function_call.add(delta.function_call.name, delta.function_call.arguments)
        if delta.annotations:
            self._annotations.extend(delta.annotations)
        if delta.audio is not None:
            self._audio.append(delta.audio)

    def result(self) -> Choice:
        """Return the choice as far as it came."""
        return Choice(
            index=self._index,
            message=AssistantMessage(
                role=self._role or "assistant",
                content=_text([*self._blocks, *self._content]),
                refusal=_text(self._refusal),
                reasoning_content=_text(self._reasoning),
                tool_calls=self._tool_calls.result(),
                function_call=self._function_call.as_function(),
                annotations=tuple(self._annotations),
                audio=_audio(self._audio),
            ),
            finish_reason=self._finish_reason,
            logprobs=_logprobs(self._logprobs),
            content_filter_results=self._filter_results,
        )
