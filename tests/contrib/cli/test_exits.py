"""How it ends: exit codes, errors in a line or two, Ctrl-C, readers that leave."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
import termios
import time
from array import array
from pathlib import Path

import click
import pytest

from jackfield import errors
from jackfield_cli._commands import LATER, installed
from jackfield_cli._exits import EXIT_CODES, exit_code
from jackfield_cli._screen import ReaderGoneError

KEY = "sk-never-to-be-shown-0123456789"
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "command-line.md"

CODES = {
    errors.JackfieldError: 1,
    errors.AnswerError: 1,
    errors.AuthenticationError: 1,
    errors.RateLimitError: 1,
    errors.RejectedError: 1,
    errors.ContentFilteredError: 1,
    errors.UnavailableError: 1,
    errors.DecodeError: 1,
    errors.LimitExceededError: 1,
    errors.AnswerMismatchError: 1,
    errors.RefusalError: 1,
    errors.ToolError: 1,
    errors.SetupError: 2,
    errors.ProviderNotFoundError: 2,
    errors.ProviderConflictError: 2,
    errors.IncompleteProviderError: 2,
    errors.SettingsError: 2,
    errors.ConfigurationError: 2,
    errors.InvalidRequestError: 2,
    errors.UnsupportedOperationError: 2,
    errors.TransportError: 3,
    errors.ConnectError: 3,
    errors.ReadError: 3,
    errors.DeadlineError: 3,
    errors.StreamInterruptedError: 3,
}


@pytest.mark.parametrize(("kind", "expected"), CODES.items())
def test_code_of_every_class(kind, expected):
    """Every class of error has its exit code."""
    assert expected == exit_code(kind("x"))


def test_no_class_is_forgotten():
    """The table above has every public error."""
    public = {value for value in vars(errors).values() if isinstance(value, type)}
    assert {kind for kind in public if issubclass(kind, errors.JackfieldError)} - {errors.ProblemsError} == set(CODES)


def test_codes_of_everything_else():
    """What is no error of ours has a code too."""
    others = [click.UsageError("x"), click.Abort(), KeyboardInterrupt(), ReaderGoneError(), ZeroDivisionError()]
    assert [2, 130, 130, 141, 70] == [exit_code(error) for error in others]


def test_page_has_every_code():
    """The reference prints every exit code."""
    printed = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE.read_text("utf-8"), re.MULTILINE)}
    assert {0, *EXIT_CODES.values()} == printed


ANSWERS = [
    ("status-400", 1, "openai answered 400 (a_code)"),
    ("status-401", 1, "openai answered 401 (a_code)"),
    ("status-429", 1, "openai answered 429 (a_code)"),
    ("status-500", 1, "openai answered 500 (a_code)"),
    ("html", 1, "instead of JSON"),
    ("cut", 3, "the stream broke off after 2 events"),
]


@pytest.mark.parametrize(("model", "code", "expected"), ANSWERS)
def test_answers_that_are_no(asking, model, code, expected):
    """An answer that is no ends with its code, and its error is told in a line or two."""
    done = asking(model, "Hi", *(["--no-stream"] if model == "html" else []))

    assert code == done.returncode
    assert done.stderr.startswith("error: ")
    assert expected in done.stderr
    assert len(done.stderr.splitlines()) <= 2


def test_request_id_is_told(asking):
    """The id that the provider's support asks for stands below the error."""
    assert "request req_42" in asking("status-500", "Hi").stderr


def test_attempts_are_told(jackfield, vendor):
    """An error after several attempts says so."""
    place = ["-p", "openai", "--endpoint", vendor.endpoint, "-m", "status-503"]

    assert "2 attempts in " in jackfield("ask", *place, "--set", "retries=1", "Hi").stderr


def test_what_came_of_an_answer_that_broke_off(asking):
    """What came before the break is on standard output, as a line of its own."""
    assert "Hello, wor\n" == asking("cut", "Hi").stdout


def test_nobody_there(jackfield):
    """A server that is not there is the network's failure."""
    done = jackfield("ask", "-p", "openai", "--endpoint", "http://127.0.0.1:9/v1", "-m", "x", "--set", "retries=0", "x")

    assert 3 == done.returncode
    assert "cannot reach http://127.0.0.1:9" in done.stderr


TYPED = [
    (["ask"], "nothing to ask"),
    (["ask", "--temperature", "9", "Hi"], "temperature must be a number from 0 to 2, not 9"),
    (["ask", "--max-tokens", "few", "Hi"], "'few' is not a valid integer"),
    (["ask", "--max-tokens", "0", "Hi"], "max_completion_tokens must be a whole number of at least 1"),
    (["ask", "--nonsense", "Hi"], "--nonsense"),
    (["ask", "-p", "openai", "Hi"], "set OPENAI_API_KEY"),
    (["ask", "-p", "openai", "--endpoint", "http://127.0.0.1:9/v1", "Hi"], "--model NAME, or JACKFIELD_MODEL"),
    (["ask", "-p", "openai", "--endpoint", "http://example.org/v1", "-m", "x", "Hi"], "--set allow_plain_http=true"),
    (["ask", "--endpoint", "http://127.0.0.1:9/v1", "Hi"], "name the provider it belongs to with --provider"),
    (["sing"], "no such command: 'sing'; there are ask, "),
    (["provider"], "did you mean 'providers'?"),
    *(([name], f"no command '{name}' yet") for name in LATER if name not in installed("jackfield.commands")),
]


@pytest.mark.parametrize(
    ("args", "expected"), TYPED, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_what_was_typed_wrong(jackfield, args, expected):
    """What was typed wrong ends with 2, before anything is sent, and says what would be right."""
    done = jackfield(*args)

    assert (2, "") == (done.returncode, done.stdout)
    assert expected in done.stderr
    assert len(done.stderr.splitlines()) <= 4


def test_traceback_on_request(asking, jackfield):
    """JACKFIELD_DEBUG or --debug, before or after the command's name, shows the traceback and then the error."""
    shown = [
        asking("status-401", "Hi", env={"JACKFIELD_DEBUG": "1"}),
        asking("status-401", "Hi", "--debug"),
        jackfield("--debug", "ask", "-p", "nobody", "Hi"),
    ]

    assert [True] * 3 == ["Traceback" in done.stderr and "\nerror: " in done.stderr for done in shown]


def test_error_that_is_not_ours(jackfield, package):
    """An error of another kind is told by its class and place; its text, in which anything may stand, is not."""
    code = f"from attrs import frozen\n@frozen\nclass Broken:\n    def parts(self):\n        raise KeyError('{KEY}')\n"
    package("broken", "jackfield.providers", {"broken": "broken:Broken"}, code=code)
    done = jackfield("ask", "-p", "broken", "Hi")

    assert (70, 1) == (done.returncode, len(done.stderr.splitlines()))
    assert "unexpected KeyError at " in done.stderr


def test_key_in_an_answer_is_not_shown(jackfield, vendor):
    """A key that the vendor repeats in its refusal is not shown: not in the message, not in the document."""
    env = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": vendor.endpoint}
    for flags in ([], ["--json"], ["--debug"]):
        done = jackfield("ask", "-p", "openai", "-m", "status-401", *flags, "Hi", env=env)
        assert "[secret]" in done.stderr
        assert KEY not in done.stdout + done.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(("model", "flags"), [("slow", []), ("silent", []), ("silent", ["--no-stream"])])
def test_interrupt(started, vendor, at_rest, model, flags):
    """Ctrl-C ends the answer and its connection, without a traceback, with 130."""
    process = started(model, *flags)
    if model == "slow":
        assert b"tick" == process.stdout.read(4)
    assert until(lambda: bool(vendor.requests))
    at_rest(process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)

    assert 130 == process.returncode
    assert b"Traceback" not in err
    if model == "slow":
        assert out.endswith(b"\n")
        assert vendor.left.wait(10)


@pytest.mark.skipif(sys.platform != "linux", reason="asks a pipe from its other end")
def test_interrupt_while_reading(started, at_rest):
    """Ctrl-C while standard input is read ends the same way."""
    process = started("fine", stdin=subprocess.PIPE)
    process.stdin.write(b"x")
    process.stdin.flush()
    unread = array("i", [1])
    assert until(lambda: fcntl.ioctl(process.stdin, termios.FIONREAD, unread) or not unread[0])
    at_rest(process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)

    assert 130 == process.returncode
    assert b"Traceback" not in err


@pytest.mark.skipif(os.name != "posix", reason="a shell's pipe")
@pytest.mark.parametrize("flags", ["", "--no-stream", "--json"])
def test_reader_that_leaves(environment, vendor, flags):
    """`| head -1` gets its line, and nobody complains."""
    ask = f'"{sys.executable}" -m jackfield_cli ask -p openai --endpoint {vendor.endpoint} -m long {flags} Hi'
    script = f"({ask} </dev/null; echo $? >code) | head -c 7"
    done = subprocess.run(
        ["sh", "-c", script],
        env=environment,
        cwd=(folder := Path(environment["HOME"])),
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert b'{"text"' if flags == "--json" else b"line 0\n" == done.stdout
    assert b"" == done.stderr
    assert "141\n" == (folder / "code").read_text()


@pytest.mark.skipif(os.name != "posix", reason="a shell's pipe")
def test_reader_of_nothing(environment):
    """Help for nobody is no error worth a line either."""
    script = f'"{sys.executable}" -m jackfield_cli providers | true'
    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, timeout=60, check=False)

    assert b"" == done.stderr


def until(condition, seconds=20):
    """Wait until *condition* holds; tell whether it came to that."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
