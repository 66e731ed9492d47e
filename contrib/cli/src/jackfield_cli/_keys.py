"""What a terminal does with what is typed while nobody asks for it.

While an answer is written, keys must not show among its words, and must mean afterwards what they mean at the prompt:
by itself a terminal turns Enter into the end of a line, which there is Ctrl-J, and swallows Ctrl-D.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from jackfield_cli._screen import is_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

_INPUT, _LOCAL = 0, 3
"""Where the flags stand in what `termios.tcgetattr` returns."""


@contextmanager
def keys_kept() -> Iterator[None]:
    """Keep what is typed for whoever asks next, as it was typed and unseen. Ctrl-C works as ever."""
    try:
        import termios  # noqa: PLC0415 - not everywhere
    except ImportError:
        yield
        return
    if not is_terminal(sys.stdin):
        yield
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    kept = [*before]
    kept[_INPUT] &= ~termios.ICRNL
    kept[_LOCAL] &= ~(termios.ECHO | termios.ICANON)
    try:
        termios.tcsetattr(terminal, termios.TCSANOW, kept)
        yield
    finally:
        with suppress(termios.error):  # the terminal may be gone
            termios.tcsetattr(terminal, termios.TCSANOW, before)
