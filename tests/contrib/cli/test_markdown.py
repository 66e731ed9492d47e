"""An answer in Markdown that grows on a terminal."""

from __future__ import annotations

import io
import re
import sys

import pytest
from rich.console import Console

from jackfield_cli import _screen
from jackfield_cli._markdown import GrowingAnswer, _formatted, _Window


class Screen(io.StringIO):
    """A terminal, as far as anybody asks."""

    encoding = "utf-8"

    def isatty(self):
        """Say yes."""
        return True


@pytest.fixture
def shown(monkeypatch):
    """Return a function that shows pieces of an answer on a terminal of twelve lines, and returns what gets there."""
    for name, value in {"TERM": "xterm", "COLUMNS": "60", "LINES": "12"}.items():
        monkeypatch.setenv(name, value)

    def show(*pieces, color=None):
        screen = Screen()
        with pytest.MonkeyPatch.context() as changes:
            changes.setattr(sys, "stdout", screen)
            answer = GrowingAnswer(color)
            for piece in pieces:
                answer.add(piece)
            answer.end()
            answer.end()
        said = screen.getvalue()
        assert said.count("\x1b[?25l") == said.count("\x1b[?25h")
        return said

    return show


def stays(said):
    """Return what is left of what was written to a terminal once all is drawn: a terminal of the simplest kind."""
    lines, row, column = [""], 0, 0
    for token in re.findall(r"\x1b\[[?\d;]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", said):
        if token == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif token == "\r":
            column = 0
        elif token.startswith("\x1b["):
            amount = int(token[2:-1]) if token[2:-1].isdigit() else 1
            if token.endswith("A"):
                row -= amount
            elif token == "\x1b[2K":
                lines[row] = ""
        else:
            lines[row] = lines[row][:column].ljust(column) + token + lines[row][column + len(token) :]
            column += len(token)
    return "\n".join(line.rstrip() for line in lines).strip()


ANSWER = """# Otters

They **hold hands**.

1. water
2. fish

```python
print("hi")

print("ho")
```

The end.
"""


def test_all_of_it_is_there_once(shown):
    """However it comes, in the end each block is there once, in order, formatted."""
    lines = [line.strip() for line in stays(shown(*ANSWER)).splitlines()]

    expected = ["They hold hands.", "1 water", "2 fish", 'print("hi")', 'print("ho")', "The end."]
    assert expected == [line for line in lines if re.search(r"\w", line) and "Otters" not in line]
    assert 1 == sum("Otters" in line for line in lines)


def test_higher_than_the_screen(shown):
    """A block that is higher than the screen is whole in the end."""
    lines = [f"line {number}" for number in range(50)]

    assert lines == [line.strip() for line in stays(shown(*(f"    {line}\n" for line in lines))).split("\n")]


def test_what_is_drawn_again_is_no_more_than_the_screen():
    """Of a block that is higher than the screen its end is asked for and drawn."""
    asked = []

    def tail(lines):
        asked.append(lines)
        return "```\n" + "".join(f"line {number}\n" for number in range(50))

    console = Console(file=Screen(), width=60, height=12)
    console.print(_Window(tail))
    drawn = stays(console.file.getvalue()).split("\n")

    assert ([10], "line 49") == (asked, drawn[-1].strip())
    assert 10 >= len(drawn)


def test_stopped_in_the_middle(shown):
    """An answer that is stopped is there as far as it came."""
    assert "one\n\ntw" == re.sub(r"\n{2,}", "\n\n", stays(shown("one\n\ntw")))


def test_nothing_came(shown):
    """Of nothing nothing is left."""
    assert "" == stays(shown())


EVIL = [
    "\x1b]0;title\x07 \x1b[2J \x9b31m",
    "&#27;]0;title&#7; &#x9b;31m &#13;x",
    "[a](http://x/\x1b]52;c;Zm9v\x07)",
    "`\x1b[31m`\n\n```\n\x1b[31m\n```\n",
    "[link](http://evil.example/)",
]


@pytest.mark.parametrize("text", EVIL)
def test_nothing_speaks_to_the_terminal(shown, text):
    """Of what the model sends nothing reaches the terminal but text, whichever way it is spelt."""
    said = shown(text, color=False)

    ours = r"\x1b\[(\?25[lh]|2K|1A|[\d;]*m)|\r"  # of lines that are drawn again
    assert [] == re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", re.sub(ours, "", said))
    assert "]8;" not in said


@pytest.mark.parametrize("text", ["a\rb", "a&#13;b", "a&#x0d;b", "`a\rb`"])
def test_nothing_goes_back_in_its_line(text):
    """What would write over a line that is there does not, whichever way it is spelt."""
    console = Console(file=Screen(), no_color=True)
    console.print(_formatted(_screen.shown(text, Screen())))

    assert "\r" not in console.file.getvalue()


def test_a_link_shows_where_it_leads(shown):
    """The address of a link is there to be read."""
    assert "here (http://example.com/)" == stays(shown("[here](http://example.com/)"))


def test_without_colours(shown):
    """Where no colours are wanted there are none."""
    text = '`code`\n\n```python\nprint("hi")\n```'

    assert [] == re.findall(r"\x1b\[[39]\d", shown(text, color=False))
    assert [] != re.findall(r"\x1b\[[39]\d", shown(text))
