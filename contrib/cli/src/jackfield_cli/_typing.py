"""Turns typed at a terminal, with an editor for several lines and what was typed earlier. The home of prompt_toolkit.

Enter sends; Alt-Enter and Ctrl-J begin a new line, and what is pasted keeps its lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer, Completion
from prompt_toolkit.history import DummyHistory, History
from prompt_toolkit.key_binding import KeyBindings

from jackfield_cli._keys import keys_kept
from jackfield_cli._lines import CONTINUATION, PROMPT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager

    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document
    from prompt_toolkit.key_binding import KeyPressEvent

    from jackfield_cli._history import History as Kept


class EditedLines:
    """Reads turns from a terminal.

    Args:
        history: What was typed earlier; None for no history.
        commands: What completes after a slash.
    """

    keys = "Enter sends, Alt-Enter begins a new line; Ctrl-C stops an answer, Ctrl-D leaves"

    def __init__(self, history: Kept | None, commands: Sequence[str]) -> None:
        self._session: PromptSession[str] = PromptSession(
            PROMPT,
            multiline=True,
            prompt_continuation=_before_line,
            key_bindings=_keys(),
            history=DummyHistory() if history is None else _Remembered(history),
            completer=_Commands(commands),
            complete_while_typing=False,
        )

    def read(self) -> str | None:
        """Return what is typed next; None after Ctrl-D."""
        try:
            return self._session.prompt()
        except EOFError:
            return None

    def held(self) -> AbstractContextManager[None]:
        """Return what keeps the keys that are typed between two turns."""
        return keys_kept()


def _before_line(width: int, line: int, wraps: int) -> str:  # noqa: ARG001 - prompt_toolkit calls it
    """Return what stands before a line but the first: nothing to see where it is a long one's next part."""
    return " " * len(CONTINUATION) if wraps else CONTINUATION


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def _send(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    @keys.add("c-j")
    def _begin_line(event: KeyPressEvent) -> None:
        event.current_buffer.newline(copy_margin=False)

    return keys


class _Remembered(History):
    """The history of our own file, as prompt_toolkit wants it: the newest first."""

    def __init__(self, kept: Kept) -> None:
        super().__init__()
        self._kept = kept

    def load_history_strings(self) -> Iterable[str]:
        """Return what was typed."""
        return reversed(self._kept.entries())

    def store_string(self, string: str) -> None:
        """Write it down."""
        self._kept.add(string)


class _Commands(Completer):
    """Completes the command at the beginning of a line."""

    def __init__(self, commands: Sequence[str]) -> None:
        self._commands = commands

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002
        """Return the commands that begin as what was typed."""
        typed = document.text_before_cursor
        return [
            Completion(command, start_position=-len(typed))
            for command in self._commands
            if typed.startswith("/") and command.startswith(typed)
        ]
