"""On a terminal: what is shown, what is kept from it."""

from __future__ import annotations

import io
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

import pytest

from jackfield_cli._lines import TypedLines, lines
from jackfield_cli._screen import Waiting, shown

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal")


class Screen(io.StringIO):
    """A terminal, as far as anybody asks."""

    def isatty(self):
        """Say yes."""
        return True


SHOWN = [
    ("plain \u00e9 \u4e16\n\t", "plain \u00e9 \u4e16\n\t"),
    ("\x1b]52;c;Zm9v\x07", "␛]52;c;Zm9v␇"),
    ("\r\n", "\n"),
    ("\x9b31m\x7f\x00", "\ufffd31m␡␀"),
]


@pytest.mark.parametrize(("text", "expected"), SHOWN)
def test_control_characters_on_a_terminal(text, expected):
    """On a terminal a model's control characters are pictures of themselves."""
    assert expected == shown(text, Screen())
    assert text == shown(text, io.StringIO())


def on_a_terminal(args, environment):
    """Run `jackfield` with standard output and standard error on a terminal of its own; return code and output."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "jackfield_cli", *args],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={"TERM": "xterm", "COLUMNS": "100", **environment},
    )
    os.close(theirs)
    said = b""
    stopped = False
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                data = os.read(ours, 65536)
            except OSError:  # Linux says so when the last writer has closed
                break
            if not data:
                break
            said += data
            if b"tick" in said and not stopped:
                stopped = True
                process.send_signal(signal.SIGINT)
    os.close(ours)
    return process.wait(10), said.decode()


def test_answer_on_a_terminal(environment, vendor):
    """On a terminal the answer is plain, and the line about it dim."""
    code, said = on_a_terminal(["ask", "-p", "openai", "--endpoint", vendor.endpoint, "-m", "fine", "Hi"], environment)

    assert 0 == code
    assert "Hello, world\r\n\x1b[2mopenai · fine-2024" in said


@pytest.mark.parametrize("plain", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colours(environment, vendor, plain):
    """NO_COLOR keeps the line plain, and so does a terminal that has none."""
    args = ["ask", "-p", "openai", "--endpoint", vendor.endpoint, "-m", "fine", "Hi"]
    _, said = on_a_terminal(args, {**environment, **plain})

    assert "Hello, world\r\nopenai · fine-2024" in said


def test_escape_sequences_do_not_reach_the_terminal(environment, vendor):
    """A model cannot speak to the terminal."""
    _, said = on_a_terminal(
        ["ask", "-q", "-p", "openai", "--endpoint", vendor.endpoint, "-m", "escape", "Hi"], environment
    )

    assert "␛[31mred␇\r\n" == re.sub(r"\x1b\[[?\d;]*[a-zA-Z]|\r(?!\n)", "", said)


def test_interrupt_on_a_terminal(environment, vendor):
    """Ctrl-C in the middle of an answer leaves the terminal on a line of its own, its cursor shown."""
    code, said = on_a_terminal(["ask", "-p", "openai", "--endpoint", vendor.endpoint, "-m", "slow", "Hi"], environment)

    assert 130 == code
    assert "Traceback" not in said
    assert said.endswith("\r\n")
    assert said.count("\x1b[?25l") == said.count("\x1b[?25h")


def test_json_on_a_terminal(environment, vendor):
    """On a screen a document is indented."""
    args = ["ask", "--json", "-q", "-p", "openai", "--endpoint", vendor.endpoint, "-m", "fine", "Hi"]

    assert '\r\n  "text": "Hello, world",\r\n' in on_a_terminal(args, environment)[1]


def test_spinner(monkeypatch):
    """Whoever waits at a terminal sees what for, and nothing of it once it is over."""
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr("jackfield_cli._screen.MOMENT", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    with Waiting("waiting for it") as waiting:
        end = time.monotonic() + 20
        while "waiting for it" not in screen.getvalue() and time.monotonic() < end:
            time.sleep(0.01)
        waiting.over()
        waiting.over()

    assert "waiting for it" in screen.getvalue()
    assert screen.getvalue().rstrip().endswith(("\x1b[2K", "\x1b[?25h"))


def test_no_spinner_for_a_file(monkeypatch):
    """Where standard error is no terminal nobody waits visibly."""
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    monkeypatch.setattr("jackfield_cli._screen.MOMENT", 0.0)
    with Waiting("waiting for it"):
        time.sleep(0.05)

    assert "" == log.getvalue()


def test_progress_on_a_terminal(environment, jackfield_emulator, tmp_path):
    """Whoever waits for vectors at a terminal sees how many there are, and nothing of it in the end."""
    (tmp_path / "many.txt").write_text("word\n" * 2049)
    args = ["embed", "-p", "openai", "-m", "text-embedding-3-small", str(tmp_path / "many.txt")]
    output = str(tmp_path / "v.npy")
    code, said = on_a_terminal(
        [*args, "--dimensions", "4", "-o", output], {**environment, **jackfield_emulator.environment}
    )

    assert 0 == code
    assert "/2049" in said
    assert said.count("\x1b[?25l") == said.count("\x1b[?25h")
    assert "2049 vectors" in said.splitlines()[-1]


def test_no_progress_where_it_is_not_wanted(environment, jackfield_emulator, tmp_path):
    """With --quiet nothing is shown."""
    (tmp_path / "a.txt").write_text("word\n")
    args = ["embed", "-q", "-p", "openai", "-m", "text-embedding-3-small", str(tmp_path / "a.txt")]
    output = str(tmp_path / "v.npy")

    assert (0, "") == on_a_terminal([*args, "-o", output], {**environment, **jackfield_emulator.environment})


def test_a_picture_is_no_text_for_a_terminal(environment, jackfield_emulator):
    """-o - is refused where standard output is a terminal, before anything is sent."""
    args = ["image", "-p", "openai", "-m", "gpt-image-1", "A cat", "-o", "-"]
    code, said = on_a_terminal(args, {**environment, **jackfield_emulator.environment})

    assert (2, 0) == (code, len(jackfield_emulator.journal))
    assert "a picture is no text for a terminal; name a file" in said


def test_a_table_on_a_terminal(environment, jackfield_emulator):
    """A table of models is plain text there too."""
    _, said = on_a_terminal(["models", "-p", "openai", "dall-e-2"], {**environment, **jackfield_emulator.environment})

    assert "MODEL     OWNER   CREATED\r\ndall-e-2  system  " in said


def test_text_to_embed_may_be_typed_after_a_dash_alone(environment, jackfield_emulator):
    """At a terminal nobody is kept waiting for input unasked."""
    args = ["embed", "-p", "openai", "-m", "text-embedding-3-small"]
    code, said = on_a_terminal(args, {**environment, **jackfield_emulator.environment})

    assert 2 == code
    assert "nothing to embed; name a file, pipe text in, or - to type it" in said


def test_a_terminal_without_an_editor(monkeypatch):
    """Where prompt_toolkit is missing lines are typed plainly."""
    monkeypatch.setattr(sys, "stdin", Screen())
    monkeypatch.setattr(sys, "stdout", Screen())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delitem(sys.modules, "jackfield_cli._typing", raising=False)
    monkeypatch.setitem(sys.modules, "prompt_toolkit", None)

    assert isinstance(lines(None, []), TypedLines)
