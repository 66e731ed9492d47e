"""`jackfield chat` on a terminal: as somebody meets it who types."""

from __future__ import annotations

import fcntl
import json
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from contextlib import suppress

import pytest

pty = pytest.importorskip("pty")

pytestmark = [pytest.mark.jackfield_emulator(pace=0.0), pytest.mark.slow]


LEADING = """
import fcntl, runpy, termios

fcntl.ioctl(0, termios.TIOCSCTTY, 0)
runpy.run_module("jackfield_cli", run_name="__main__")
"""
"""Makes the terminal the process's own, so that Ctrl-C reaches it, and runs the command."""
SECONDS = 10


class Terminal:
    """A terminal with `jackfield chat` on it, and somebody who types."""

    def __init__(self, args, environment, folder, at_rest):
        self._at_rest = at_rest
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self._theirs = theirs
        self.process = subprocess.Popen(
            [sys.executable, "-c", LEADING, "chat", *args],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )
        self._said = ""
        self._seen = 0

    def type(self, text):
        """Type."""
        os.write(self._ours, text.encode())

    def interrupts(self):
        """Press Ctrl-C while the command waits."""
        self._at_rest(self.process)
        self.type("\x03")

    def sees(self, pattern, seconds=SECONDS):
        """Wait until the terminal has shown *pattern* after what was seen last; return what it has shown until then."""
        end = time.monotonic() + seconds
        while not (found := re.compile(pattern).search(self.text, self._seen)):
            assert time.monotonic() < end, f"{pattern!r} did not come; there is {self.text[self._seen :]!r}"
            self._read()
        before, self._seen = self.text[self._seen : found.end()], found.end()
        return before

    def _read(self):
        if select.select([self._ours], [], [], 0.05)[0]:
            with suppress(OSError):  # Linux says so when the last writer has closed
                data = os.read(self._ours, 65536).decode(errors="replace")
                self._said += data
                if "\x1b[6n" in data:  # where is the cursor?
                    self.type("\x1b[1;1R")

    @property
    def text(self):
        """What was shown, without what moves the cursor and colours it."""
        return re.sub(r"\x1b\[[?>\d;]*[A-Za-z]|\x1b[=>]|\r", "", self._said)

    @property
    def said(self):
        """All that was sent to the terminal."""
        return self._said

    def modes(self):
        """Return how the terminal treats what is typed."""
        return termios.tcgetattr(self._theirs)[:4]

    def ends(self):
        """Wait for the end, and return the exit code."""
        end = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < end:
            self._read()
        return self.process.wait(1)

    def close(self):
        """Take it all away."""
        self.process.kill()
        self.process.wait()
        assert "Traceback" not in self.said
        os.close(self._ours)
        os.close(self._theirs)


@pytest.fixture
def terminal(environment, jackfield_emulator, at_rest, tmp_path):
    """Return a function that starts a conversation with the emulator on a terminal."""
    terminals = []

    def start(*args, **env):
        account = {**environment, **jackfield_emulator.environment, "TERM": "xterm", **env}
        begun = Terminal(["-p", "openai", "-m", "gpt-4o-mini", *args], account, tmp_path, at_rest)
        terminals.append(begun)
        return begun

    yield start
    for each in terminals:
        assert jackfield_emulator.api_key not in each.said
        each.close()


STORY = r"openai · gpt-4o-mini-2024-07-18 · \d+ tokens in"


def said(journal):
    """Return what was said in the last request."""
    return [(each["role"], each["content"]) for each in journal[-1].body["messages"]]


def test_a_conversation(terminal, jackfield_emulator):
    """Two turns, and Ctrl-D: the answer is there, who gave it, and the terminal is as it was."""
    there = terminal("--system", "Be brief.")
    before = there.modes()
    there.sees(r"openai · gpt-4o-mini · /help lists the commands · Ctrl-D leaves")
    there.sees(">")
    there.type("I am Ada.\r")
    there.sees(STORY)
    there.sees(">")
    there.type("Who am I?\r")
    there.sees(STORY)
    there.sees(">")
    there.type("\x04")

    assert 0 == there.ends()
    assert ["system", "user", "assistant", "user"] == [role for role, _ in said(jackfield_emulator.journal)]
    assert before == there.modes()


def test_several_lines(terminal, jackfield_emulator):
    """Alt-Enter and Ctrl-J begin a line; what is pasted keeps its lines."""
    there = terminal()
    there.sees(">")
    there.type("one\x1b\rtwo\nthree \x1b[200~four\nfive\x1b[201~\r")
    there.sees(STORY)

    assert [("user", "one\ntwo\nthree four\nfive")] == said(jackfield_emulator.journal)


def test_a_long_line(terminal):
    """A line that is longer than the screen is wide does not look like two; one that is begun does."""
    there = terminal()
    there.sees(">")
    there.type("word " * 30 + "end")
    assert "…" not in there.sees("end")
    there.type("\nbegun")
    there.sees("… ")
    there.sees("begun")


@pytest.mark.jackfield_emulator(pace=0.2)
def test_ctrl_c_stops_the_answer(terminal, jackfield_emulator):
    """Ctrl-C in the middle of an answer stops it and keeps the conversation as it was; /retry asks again."""
    there = terminal()
    there.sees(">")
    there.type("First question.\r")
    there.sees(r"\w+ \w+ \w+ \w+")
    there.interrupts()
    there.sees("stopped; the conversation is as it was before, and /retry asks again")
    there.sees(">")
    there.type("Second question.\r")
    there.sees(r"\w+ \w+ \w+ \w+")
    there.interrupts()
    there.sees("stopped;")
    there.type("/save s.json\r")
    there.sees("saved in s.json: 0 messages")
    there.type("/retry\r")
    there.sees(r"\w+ \w+ \w+ \w+")

    assert [("user", "Second question.")] == said(jackfield_emulator.journal)
    assert there.process.poll() is None


@pytest.mark.jackfield_emulator(scenario="silent")
def test_ctrl_c_while_nothing_comes(terminal):
    """Ctrl-C stops the waiting too, and the spinner goes away."""
    there = terminal()
    there.sees(">")
    there.type("Hello.\r")
    there.sees("waiting for openai")
    there.interrupts()
    there.sees("stopped;")
    there.sees(">")
    there.type("\x04")

    assert 0 == there.ends()
    assert there.said.count("\x1b[?25l") <= there.said.count("\x1b[?25h")


def test_ctrl_c_at_the_prompt(terminal, jackfield_emulator):
    """Ctrl-C at the prompt forgets what was typed, and says how to leave."""
    there = terminal()
    there.sees(">")
    there.type("not this\x03")
    there.sees("Ctrl-D or /quit leaves")
    there.sees(">")
    there.type("but this\r")
    there.sees(STORY)

    assert [("user", "but this")] == said(jackfield_emulator.journal)


def test_errors_do_not_end_it(terminal, jackfield_emulator):
    """What fails is told in a line or two; leaving is no failure then."""
    there = terminal()
    there.sees(">")
    there.type("/model no-such\r")
    there.sees("model: no-such")
    there.type("Hello.\r")
    there.sees(r"error: openai answered 404 \(model_not_found\)")
    there.sees(">")
    there.type("/quit\r")

    assert 0 == there.ends()


def history(folder):
    """Return what is remembered."""
    file = folder / ".local" / "state" / "jackfield" / "chat-history.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_what_was_typed_is_remembered(terminal, jackfield_emulator, tmp_path):
    """The arrow brings back what was typed in an earlier conversation; a key is not among it."""
    there = terminal()
    there.sees(">")
    there.type("Why is the sky blue?\r")
    there.sees(STORY)
    there.sees(">")
    there.type("sk-proj-0123456789abcdef\r")
    there.sees(STORY)
    there.type("\x04")
    there.ends()
    assert ["Why is the sky blue?"] == history(tmp_path)

    jackfield_emulator.journal.clear()
    again = terminal()
    again.sees(">")
    again.type("\x1b[A\r")
    again.sees(STORY)
    assert [("user", "Why is the sky blue?")] == said(jackfield_emulator.journal)


def test_no_history(terminal, tmp_path):
    """With --no-history nothing is remembered."""
    there = terminal("--no-history")
    there.sees(">")
    there.type("Why is the sky blue?\r")
    there.sees(STORY)
    there.type("\x04")
    there.ends()

    assert [] == history(tmp_path)


def test_commands_are_completed(terminal):
    """Tab completes a command."""
    there = terminal()
    there.sees(">")
    there.type("/he\t")
    there.sees("/help")
    there.type("\r")
    there.sees(r"/system \[TEXT\] +say how the model is to behave")


def test_a_terminal_that_can_do_little(terminal, jackfield_emulator):
    """On a dumb terminal lines are typed plainly; one that ends in a backslash goes on; Ctrl-D leaves."""
    there = terminal(TERM="dumb")
    there.sees(">")
    there.type("one\\\n")
    there.sees("… ")
    there.type("two\n")
    there.sees(STORY)
    there.sees(">")
    there.type("/help\n")
    there.sees("Enter sends, but after a backslash begins a new line;")
    there.sees(">")
    there.type("not this\x03")
    there.sees(r"\^C\nCtrl-D or /quit leaves")
    there.type("\x04")

    assert 0 == there.ends()
    assert "\x1b" not in there.said
    assert [("user", "one\ntwo")] == said(jackfield_emulator.journal)


def test_interrupted_without_a_terminal(environment, jackfield_emulator, at_rest, tmp_path):
    """Where nobody types, an interrupt ends the command."""
    jackfield_emulator.scenario = "stream-stall"
    with subprocess.Popen(
        [sys.executable, "-m", "jackfield_cli", "chat", "-p", "openai", "-m", "gpt-4o-mini"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environment, **jackfield_emulator.environment},
        cwd=tmp_path,
    ) as process:
        try:
            process.stdin.write(b"one\ntwo\n")
            process.stdin.flush()
            assert process.stdout.read(1)
            at_rest(process)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=20)
        finally:
            process.kill()

    assert (130, 1) == (process.returncode, len(jackfield_emulator.journal))
    assert b"Traceback" not in errors


def test_a_log_beside_it(terminal):
    """A line of the log stands above the answer, and the answer is there once."""
    there = terminal(JACKFIELD_LOG="info")
    there.sees(">")
    there.type("Hello.\r")
    there.sees("call.finished")
    there.sees(STORY)
    there.type("\x04")

    assert 0 == there.ends()


def test_typed_ahead(terminal, jackfield_emulator):
    """What is typed while an answer comes is unseen, and is the next turn when it has ended."""
    jackfield_emulator.scenario = "stream-trickle"
    there = terminal()
    there.sees(">")
    there.type("First.\r")
    there.sees(r"\w+ \w+")
    there.type("Second.\r")
    there.sees(STORY)
    there.sees(STORY)

    assert ("user", "Second.") == said(jackfield_emulator.journal)[-1]
