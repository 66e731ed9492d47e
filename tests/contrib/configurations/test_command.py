"""`jackfield config`: in this process, and in a terminal of its own, against the emulator over real HTTP."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from click import ClickException, Context
from click.testing import CliRunner, Result

from jackfield.errors import JackfieldError
from jackfield_cli._exits import exit_code
from jackfield_configurations import ConfigurationFile, EncryptionKey
from jackfield_configurations._commands._store import available_stores
from jackfield_configurations.command import config
from jackfield_emulator import Emulator

pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")  # terminals are files here, or not tested

KEY = "sk-never-to-be-shown-0123456789"
AZURE_KEY = "never0to1be2shown3456789abcdef01"
PATIENCE = 30.0


@pytest.fixture
def place(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of configurations, in a home of its own that has no keyring, and a key that encrypts."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name == "NO_COLOR":
            monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")  # for processes of their own
    monkeypatch.setenv("JACKFIELD_CONFIG_KEY", EncryptionKey.generate().text)
    monkeypatch.setenv("JACKFIELD_CONFIG", str(tmp_path / "jackfield.toml"))
    return tmp_path / "jackfield.toml"


Run = Callable[..., Result]


@pytest.fixture
def run(place: Path) -> Run:
    """Return a function that runs `jackfield config` in this process; nobody sits at its terminal."""

    def invoke(*args: str, stdin: str | None = None, code: int = 0) -> Result:
        result = CliRunner().invoke(config, args, input=stdin, standalone_mode=False)
        told = f"{result.output}{result.exception}"
        assert KEY not in told
        assert AZURE_KEY not in told
        actual = (result.return_value or 0) if result.exception is None else exit_code(result.exception)
        assert code == actual, told
        return result

    return invoke


def failing(result: Result) -> str:
    """Return what a command complains of."""
    assert isinstance(result.exception, (JackfieldError, ClickException))
    return result.exception.format_message() if isinstance(result.exception, ClickException) else str(result.exception)


def add(run: Run, emulator: Emulator, name: str = "work", *more: str) -> None:
    """Add a configuration that works."""
    provider = ["--provider", "openai", "--endpoint", emulator.openai_url, "--chat-model", "gpt-4o-mini"]
    run("add", name, *provider, "--secret-stdin", "--store", "encrypted", *more, stdin=emulator.api_key)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Return an emulator that takes the keys that are never to be shown."""
    with Emulator(
        api_key=KEY, azure_api_key=AZURE_KEY, deployments={"mine": "gpt-4o", "vectors": "text-embedding-3-small"}
    ) as made:
        yield made


# Adding by options ---------------------------------------------------------------------------------------------------


def test_a_configuration_is_added_by_options(run: Run, place: Path, emulator: Emulator) -> None:
    """The key comes through standard input, and stands nowhere in the file; the first one is the default."""
    add(run, emulator)

    text = place.read_text("utf-8")
    assert 'provider = "openai"' in text
    assert 'default = "work"' in text
    assert KEY not in text
    assert KEY not in str([*place.parent.rglob("*")])
    assert "Hello" not in run("test", "work").stderr
    assert run("test").stdout.strip()


def test_an_address_is_taken_as_it_was_copied(run: Run, place: Path, emulator: Emulator) -> None:
    """A target URI says deployment and version as well; the address is shown in its shortest form."""
    uri = f"{emulator.azure_url}/openai/deployments/mine/chat/completions?api-version=2024-10-21"
    result = run(
        "add",
        "azure",
        "--provider",
        "azure-apikey",
        "--endpoint",
        uri,
        "--secret-stdin",
        "--store",
        "encrypted",
        stdin=AZURE_KEY,
    )

    assert f"recognised: {emulator.azure_url}, deployment mine, api-version 2024-10-21" in result.stderr
    assert re.search(r"provider +azure-apikey \(Azure OpenAI, API key\)\n", run("show", "azure").stdout)
    shown = json.loads(run("show", "azure", "--json").stdout)["settings"]
    assert (emulator.azure_url, "mine", "2024-10-21") == (shown["endpoint"], shown["deployment"], shown["api_version"])
    assert run("test", "azure").stdout.strip()


def test_a_variable_is_referred_to(run: Run, place: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """It need not be set yet; where it is used it must be."""
    options = ["--provider", "openai", "--endpoint", emulator.openai_url, "--chat-model", "gpt-4o-mini"]
    result = run("add", "work", *options, "--secret-from-env", "MY_KEY")

    assert "MY_KEY is not set now" in result.stderr
    assert 'api_key = { env = "MY_KEY" }' in place.read_text("utf-8").replace("{env", "{ env").replace('"}', '" }')
    assert "in the environment variable MY_KEY, which is not set" in run("show").stdout
    assert "MY_KEY" in failing(run("test", code=2))
    monkeypatch.setenv("MY_KEY", KEY)
    assert run("test").stdout.strip()
    assert "in the environment variable MY_KEY\n" in run("show").stdout
    assert {"env": "MY_KEY"} == json.loads(run("show", "--json").stdout)["settings"]["api_key"]


def test_headers_are_secrets(run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway may want a key of its own, by its own name."""
    monkeypatch.setenv("GATEWAY", KEY)
    add(run, emulator, "work", "--secret-from-env", "headers.x-gateway-key=GATEWAY")

    assert "headers.x-gateway-key" in run("show").stdout
    run("test")
    assert KEY == emulator.journal[-1].headers["x-gateway-key"]


def test_a_proxys_password_is_a_secret(run: Run, place: Path, emulator: Emulator) -> None:
    """Its whole address is kept as one; in an option it would be seen."""
    address = f"http://us:{AZURE_KEY}@127.0.0.1:9"
    add(run, emulator)
    assert "--secret-from-env proxy=VARIABLE" in failing(run("edit", "--set", f"proxy={address}", code=2))
    run("edit", "--set-secret", "proxy", "--secret-stdin", "--store", "encrypted", stdin=address)

    assert AZURE_KEY not in place.read_text("utf-8")
    result = run("doctor", code=3)
    assert "the proxy 127.0.0.1 port 9 (from the setting proxy) cannot be reached" in result.stdout


def test_settings_have_their_kinds(run: Run, place: Path, emulator: Emulator) -> None:
    """Numbers are numbers in the file, and what is no number stays text."""
    add(run, emulator, "work", "--set", "timeout=30", "--set", "organization=4711", "--set", "allow-plain-http=false")

    settings = json.loads(run("show", "--json").stdout)["settings"]
    assert (30, "4711", False) == (settings["timeout"], settings["organization"], settings["allow_plain_http"])


MISTAKES: list[tuple[list[str], str]] = [
    ([], "give --provider NAME"),
    (["work"], "give --provider NAME"),
    (["work", "--provider", "opeani"], "did you mean 'openai'?"),
    (["work", "--provider", "openai", "--set", "timeout"], "--set takes NAME=VALUE"),
    (["work", "--provider", "openai", "--set", f"api_key={KEY}"], "--secret-from-env api_key=VARIABLE"),
    (["work", "--provider", "openai", "--set", f"my_token={KEY}"], "--secret-from-env my_token=VARIABLE"),
    (["work", "--provider", "openai", "--set", "headers=x"], "--secret-from-env headers.NAME=VARIABLE"),
    (["work", "--provider", "openai", "--set", "timeout=1", "--set", "timeout=2"], "is given twice"),
    (["work", "--provider", "openai", "--set", "allow_plain_http=perhaps"], "must be true or false"),
    (["work", "--provider", "openai", "--secret-from-env", "my-key"], "the name of an environment variable"),
    (
        ["work", "--provider", "openai", "--secret-from-env", "endpoint=X"],
        "has no such secret, but api_key, proxy",
    ),
    (["work", "--provider", "openai", "--secret-stdin"], "standard input is empty"),
    (["work", "--provider", "openai", "--secret-stdin", "--store", "env"], "--store env: give --secret-from-env"),
    (["work", "--provider", "openai", "--secret-stdin", "--secret-from-env", "X"], "api_key is given twice"),
    (["work", "--provider", "local", "--secret-stdin"], "takes no secret"),
    (["work", "--provider", "openai"], "--secret-from-env VARIABLE or --secret-stdin"),
    (["work", "--provider", "azure-apikey", "--secret-from-env", "X"], "here --endpoint"),
    (["work", "--provider", "openai", "--endpoint", "no where"], "--endpoint: must"),
    (["work", "--provider", "openai", "--endpoint", "https://x.openai.azure.com"], "an address of Azure OpenAI"),
    (["work", "--provider", "openai", "--secret-from-env", "X", "--set", "timeout=-1"], "timeout: must be"),
]


@pytest.mark.parametrize(("args", "words"), MISTAKES, ids=[each[1] for each in MISTAKES])
def test_mistakes_are_told(run: Run, place: Path, args: list[str], words: str) -> None:
    """With what to do; nothing is written."""
    result = run("add", *args, code=2)

    assert words in " ".join(failing(result).split())
    assert not place.exists()


def test_a_key_of_another_vendor_is_refused(run: Run, place: Path) -> None:
    """Before it is kept anywhere."""
    options = ["--provider", "azure-apikey", "--endpoint", "https://x.openai.azure.com", "--deployment", "d"]
    result = run("add", "work", *options, "--secret-stdin", "--store", "encrypted", stdin=KEY, code=2)

    assert "is a key of the OpenAI platform" in failing(result)
    assert not place.exists()


def test_a_name_is_taken_once(run: Run, emulator: Emulator) -> None:
    """Unless it is to be replaced."""
    add(run, emulator)
    again = ["add", "Work", "--provider", "local"]

    assert "there is a configuration named 'work' already" in failing(run(*again, code=2))
    run(*again, "--replace", "--use")
    document = json.loads(run("list", "--json").stdout)
    assert ("Work", ["local"]) == (document["default"], [each["provider"] for each in document["configurations"]])


# Listing, choosing, changing, removing -------------------------------------------------------------------------------


def test_the_list_marks_the_default(run: Run, place: Path, emulator: Emulator) -> None:
    """And says where the file is."""
    assert "jackfield config add" in run("list").stdout
    add(run, emulator)
    run("add", "small", "--provider", "local")
    result = run("list")

    assert re.search(r"^\*\s+work\s+openai\s+http", result.stdout, re.MULTILINE)
    assert re.search(r"^\s+small\s+local$", result.stdout, re.MULTILINE)
    assert str(place) in result.stderr
    run("use", "small")
    document = json.loads(run("list", "--json").stdout)
    assert "small" == document["default"]
    assert [("work", False), ("small", True)] == [
        (each["name"], each["default"]) for each in document["configurations"]
    ]


def test_a_new_one_can_be_the_default(run: Run, emulator: Emulator) -> None:
    """By one option."""
    add(run, emulator)
    run("add", "small", "--provider", "local", "--use")

    assert "small" == json.loads(run("list", "--json").stdout)["default"]


def test_the_file_is_named(run: Run, tmp_path: Path, emulator: Emulator) -> None:
    """Before the command's name or after it."""
    other = tmp_path / "other.toml"
    run("--file", str(other), "add", "small", "--provider", "local")

    assert "small" in run("list", "--file", str(other)).stdout
    assert "small" not in run("list").stdout
    assert "small" in other.read_text("utf-8")


def test_single_settings_are_changed(run: Run, place: Path, emulator: Emulator) -> None:
    """The key stays, and so do comments."""
    add(run, emulator)
    place.write_text("# mine\n" + place.read_text("utf-8"), "utf-8")
    run("edit", "work", "--chat-model", "gpt-4o", "--set", "deadline=20")

    settings = json.loads(run("show", "--json").stdout)["settings"]
    assert ("gpt-4o", 20) == (settings["chat_model"], settings["deadline"])
    assert place.read_text("utf-8").startswith("# mine\n")
    assert run("test").stdout.strip()
    run("edit", "--unset", "deadline", "--unset", "chat-model")
    assert {"endpoint", "api_key"} == {*json.loads(run("show", "--json").stdout)["settings"]}
    assert "is as it was" in run("edit", "--endpoint", emulator.openai_url).stdout


def test_the_key_is_changed(run: Run, emulator: Emulator) -> None:
    """Without being shown; the old one is gone."""
    add(run, emulator)
    run("edit", "work", "--secret-stdin", stdin="sk-another-0123456789abc")
    assert "401" in failing(run("test", code=1))
    run("edit", "work", "--secret-stdin", stdin=KEY)

    assert run("test").stdout.strip()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "nothing to change: give --set NAME=VALUE"),
        (["--set-secret", "api_key"], "give --secret-from-env VARIABLE, or --secret-stdin"),
        (["--set-secret", "endpoint"], "--set-secret endpoint: openai has no such secret"),
        (["--set-secret", "api_key", "--set-secret", "headers.x", "--secret-stdin"], "holds one secret"),
        (["--store", "encrypted", "--chat-model", "gpt-4o-mini"], "--store encrypted: give the secret again"),
        (["--unset", "deployment"], "--unset deployment: it is not set"),
        (["--unset", "headers.x"], "--unset headers.x: it is not set"),
        (["--set", "chatmodel=x"], "did you mean 'chat_model'?"),
    ],
)
def test_changes_that_cannot_be_made(run: Run, place: Path, emulator: Emulator, args: list[str], words: str) -> None:
    """The file is as it was."""
    add(run, emulator)
    before = place.read_bytes()

    assert words in failing(run("edit", "work", *args, code=2))
    assert before == place.read_bytes()


def test_a_configuration_is_removed(run: Run, place: Path, emulator: Emulator) -> None:
    """Somebody must mean it."""
    add(run, emulator)
    run("add", "small", "--provider", "local")
    assert "give --yes" in failing(run("remove", "work", code=2))
    result = run("remove", "work", "--yes")

    assert "it was the default" in result.stderr
    assert ["small"] == [each["name"] for each in json.loads(run("list", "--json").stdout)["configurations"]]
    assert "no configuration" in failing(run("remove", "work", "--yes", code=2))


@pytest.mark.parametrize("command", ["show", "edit", "test", "doctor", "use", "remove"])
def test_one_that_is_not_there_is_told(run: Run, emulator: Emulator, command: str) -> None:
    """With the name that is like it."""
    add(run, emulator)
    result = run(command, "werk", code=2)

    assert "did you mean 'work'?" in (result.stdout if command == "doctor" else failing(result))


@pytest.mark.parametrize("command", ["show", "edit", "test", "doctor"])
def test_without_a_default_a_name_is_needed(run: Run, command: str) -> None:
    """There is none yet."""
    result = run(command, code=2)

    assert "jackfield config add" in (result.stdout if command == "doctor" else failing(result))


def test_a_configuration_gets_another_name(run: Run, place: Path, emulator: Emulator) -> None:
    """Its key goes with it, and it stays the default."""
    add(run, emulator)
    run("edit", "work", "--rename", "play")

    assert "play" == json.loads(run("list", "--json").stdout)["default"]
    assert run("test").stdout.strip()


def test_a_key_in_the_clear_is_told_and_not_shown(run: Run, place: Path, emulator: Emulator) -> None:
    """Somebody wrote it by hand; `edit` puts it away."""
    place.write_text(
        'default = "work"\n[configurations.work]\nprovider = "openai"\nchat_model = "gpt-4o-mini"\n'
        f'endpoint = "{emulator.openai_url}"\napi_key = "{KEY}"\ntimeout = 12:30:00\n'
        f'plugins = ["{KEY}"]\nlimits = {{ body = 1, token = "{AZURE_KEY}" }}\n'
    )
    place.chmod(0o600)
    shown = run("show")
    assert "in the clear, which is refused" in shown.stdout
    assert re.search(r"timeout\s+cannot be read", shown.stdout)
    settings = json.loads(run("show", "--json").stdout)["settings"]
    assert ({"clear": True}, None) == (settings["api_key"], settings["timeout"])
    assert settings["plugins"] in ({"clear": True}, [{"clear": True}])
    assert {"body": 1, "token": {"clear": True}} == settings["limits"]
    assert "api_key: is in the clear" in run("doctor", code=2).stdout
    gone = [option for name in ("timeout", "plugins", "limits") for option in ("--unset", name)]
    run("edit", "--secret-stdin", "--store", "encrypted", *gone, stdin=KEY)

    assert KEY not in place.read_text("utf-8")
    assert run("test").stdout.strip()
    assert {"encrypted": True} == json.loads(run("show", "--json").stdout)["settings"]["api_key"]
    assert "encrypted, in the file" in run("show").stdout


def test_keys_that_encrypt_are_made_and_turned(run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest encrypts; the older ones open what they encrypted, until all is turned."""
    monkeypatch.delenv("JACKFIELD_CONFIG_KEY")
    refused = run(
        "add", "x", "--provider", "openai", "--endpoint", emulator.openai_url, "--secret-stdin", stdin=KEY, code=2
    )
    assert "jackfield config make-key" in failing(refused)
    made = run("make-key").stdout
    assert re.match(r"The key [0-9a-f]{8} is made, in ", made)
    add(run, emulator)
    run("make-key")
    assert "1 secret is encrypted with the newest key.\n" == run("rotate").stdout
    assert run("test").stdout.strip()
    assert "keyring" in failing(run("make-key", "--store", "keyring", code=2))


# Testing -------------------------------------------------------------------------------------------------------------


def test_a_test_says_what_came(run: Run, emulator: Emulator) -> None:
    """The answer on standard output, who gave it on standard error."""
    add(run, emulator)
    result = run("test", "--prompt", "Why do otters hold hands?", "--model", "gpt-4o")

    assert "otters" in result.stdout
    assert result.stderr.startswith("work · openai · gpt-4o-2024-11-20 · ")


def test_a_test_of_vectors_and_of_pictures(run: Run, emulator: Emulator) -> None:
    """Of a vector its length, of a picture its type and size."""
    add(run, emulator, "work", "--embeddings-model", "text-embedding-3-small")

    assert "a vector of 1536 numbers\n" == run("test", "--operation", "embeddings").stdout
    picture = run("test", "--operation", "images", "--model", "dall-e-3").stdout
    assert picture.startswith("a picture, image/png, 1024x1024, ")
    document = json.loads(run("test", "--operation", "images", "--json").stdout)
    assert (True, "images", "image/png", "1024x1024") == tuple(
        document[each] for each in ("ok", "operation", "media_type", "size")
    )


def test_a_test_tries_what_the_configuration_is_for(run: Run, emulator: Emulator) -> None:
    """One with a model for embeddings alone does not chat."""
    options = [
        "--provider",
        "openai",
        "--endpoint",
        emulator.openai_url,
        "--embeddings-model",
        "text-embedding-3-small",
    ]
    run("add", "vectors", *options, "--secret-stdin", "--store", "encrypted", stdin=KEY)

    assert {"ok": True, "length": 1536, "operation": "embeddings"}.items() <= json.loads(
        run("test", "--json").stdout
    ).items()


def test_a_test_that_fails_says_why(run: Run, emulator: Emulator) -> None:
    """For machines too; the error is raised, so that its exit code is the shell's."""
    add(run, emulator)
    result = run("test", "--model", "nope", "--json", code=1)

    assert "model_not_found" in failing(result)
    document = json.loads(result.stdout)
    assert (False, "RejectedError", 404) == (document["ok"], document["error"]["class"], document["error"]["status"])
    run("edit", "--unset", "chat_model")
    assert "needs a model" in failing(run("test", code=2))


# The doctor ----------------------------------------------------------------------------------------------------------


def test_the_doctor_says_that_it_works(run: Run, emulator: Emulator) -> None:
    """One line a finding."""
    add(run, emulator)
    result = run("doctor")

    assert result.stdout.endswith("work works.\n")
    assert re.search(r"^ok\s+chat\s+gpt-4o-mini-2024-07-18 answers", result.stdout, re.MULTILINE)


def test_the_doctor_says_what_is_wrong(run: Run, emulator: Emulator) -> None:
    """The exit code is that of the first problem."""
    add(run, emulator)
    run("edit", "--chat-model", "gpt-4o-mni")
    result = run("doctor", code=1)

    assert "set chat_model to one that is there: gpt-4o-mini" in result.stdout
    assert result.stdout.endswith("work does not work: model\n")
    document = json.loads(run("doctor", "--json", code=1).stdout)
    assert (False, "work") == (document["ok"], document["configuration"])
    assert {"check", "state", "found", "change"} == {*document["findings"][0]}


def test_the_doctor_says_that_a_key_is_not_to_be_had(
    run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable is not set, or the key that opens the file is not there."""
    run("add", "work", "--provider", "openai", "--secret-from-env", "MY_KEY")
    result = run("doctor", code=2)

    assert re.search(r"^problem\s+configuration .*MY_KEY", result.stdout, re.MULTILINE)
    assert result.stdout.endswith("work does not work: configuration\n")


def test_the_doctor_names_what_has_no_effect(run: Run, emulator: Emulator) -> None:
    """It is nothing that keeps the configuration from working."""
    add(run, emulator, "work", "--deployment", "mine")
    result = run("doctor")

    assert re.search(r"^notice\s+settings\s+deployment: without effect", result.stdout, re.MULTILINE)
    assert result.stdout.endswith("work works.\n")


# In a terminal -------------------------------------------------------------------------------------------------------


class Terminal:
    """`jackfield config` as somebody runs it who sits before it."""

    def __init__(self, *args: str, **environment: str) -> None:
        ours, theirs = pty.openpty()
        self._screen, self.output = ours, ""
        self.arguments = [sys.executable, "-m", "jackfield_cli", "config", *args]
        self._process = subprocess.Popen(
            self.arguments,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "dumb", "COLUMNS": "200", **environment},
            start_new_session=True,
        )
        os.close(theirs)

    def expect(self, words: str) -> None:
        """Wait until *words* are on the screen after what was expected before."""
        until = time.monotonic() + PATIENCE
        while words not in self.output[self._seen :]:
            assert time.monotonic() < until, f"no {words!r} in {self.output!r}"
            self._read(until)
        self._seen = self.output.index(words, self._seen) + len(words)

    _seen = 0

    def _read(self, until: float) -> bool:
        ready, _, _ = select.select([self._screen], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self._screen, 65536)
        except OSError:  # the other end is closed
            return False
        self.output += data.decode()
        return bool(data)

    def answer(self, text: str) -> None:
        """Type *text* and Enter."""
        os.write(self._screen, f"{text}\n".encode())

    def type_hidden(self, text: str) -> None:
        """Type *text* once the terminal shows nothing of what is typed."""
        until = time.monotonic() + PATIENCE
        while termios.tcgetattr(self._screen)[3] & termios.ECHO:
            assert time.monotonic() < until, f"the terminal still echoes: {self.output!r}"
            time.sleep(0.01)
        self.answer(text)

    def ended(self) -> int:
        """Wait for the end and return the exit code."""
        until = time.monotonic() + PATIENCE
        while self._read(until):
            pass
        return self._process.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._screen)


def test_a_configuration_is_added_by_questions(place: Path, run: Run, emulator: Emulator) -> None:
    """The address is recognised, the key is not echoed and stands nowhere, and the test at the end answers."""
    uri = f"{emulator.azure_url}/openai/deployments/mine/chat/completions?api-version=2024-10-21"
    with Terminal("add") as terminal:
        terminal.expect("Name of the configuration")
        terminal.answer("")
        terminal.expect("Who answers")
        terminal.answer("2")
        terminal.expect("Keys and Endpoint")
        terminal.expect("Endpoint")
        terminal.answer("not an address")
        terminal.expect("must be an address")
        terminal.answer(uri)
        terminal.expect(f"recognised: {emulator.azure_url}, deployment mine, api-version 2024-10-21")
        terminal.expect("Keep the key in")  # deployment and version were in the address
        terminal.answer("encrypted")
        terminal.expect("KEY 1 or KEY 2")
        terminal.expect("API key (not shown)")
        terminal.type_hidden(AZURE_KEY)
        terminal.expect("work is added")
        terminal.expect("Test it now?")
        terminal.answer("y")
        terminal.expect("work · azure-apikey · gpt-4o")
        assert 0 == terminal.ended()

    assert AZURE_KEY not in terminal.output + str(terminal.arguments)
    assert AZURE_KEY not in "".join(
        each.read_text("utf-8", "replace") for each in place.parent.rglob("*") if each.is_file()
    )
    assert "mine" in run("list").stdout
    assert run("test").stdout.strip()


def test_what_does_not_work_is_kept(place: Path, run: Run, emulator: Emulator) -> None:
    """The test at the end says why, and the doctor is named."""
    with Terminal("add", "work") as terminal:
        for question, answer in (
            ("Who answers", "azure-apikey"),
            ("Endpoint", emulator.azure_url),
            ("Deployment", "nope"),
            ("api-version", "v1"),
            ("Keep the key in", "encrypted"),
        ):
            terminal.expect(question)
            terminal.answer(answer)
        terminal.expect("API key (not shown)")
        terminal.type_hidden(AZURE_KEY)
        terminal.expect("Test it now?")
        terminal.answer("")
        terminal.expect("work is kept; `jackfield config doctor work` finds out more")
        terminal.expect("there is no deployment 'nope'")
        assert 1 == terminal.ended()

    assert "nope" in run("list").stdout


def test_openai_by_questions(place: Path, run: Run, emulator: Emulator) -> None:
    """With models, and the key in a variable."""
    with Terminal("add", "work", MY_KEY=KEY) as terminal:
        terminal.expect("Who answers")
        terminal.answer("9")
        terminal.expect("type a number")
        terminal.answer("openai")
        terminal.expect("Endpoint [https://api.openai.com/v1]")
        terminal.answer("https://x.openai.azure.com")
        terminal.expect("an address of Azure OpenAI")
        terminal.answer(emulator.openai_url)
        terminal.expect("Keep the key in")
        terminal.answer("env")
        terminal.expect("Variable [OPENAI_API_KEY]")
        terminal.answer("my-key")
        terminal.expect("the name of a variable")
        terminal.answer("MY_KEY")
        terminal.expect("Chat model")
        for key in ("sk-0123456789", "0123456789abcdef0123456789abcdef"):
            terminal.answer(key)
            terminal.expect("that looks like a key")
        terminal.answer("gpt-4o-mini")
        terminal.expect("Embeddings model")
        terminal.answer("")
        terminal.expect("Images model")
        terminal.answer("")
        terminal.expect("Test it now?")
        terminal.answer("perhaps")
        terminal.expect("type y or n")
        terminal.answer("y")
        terminal.expect("work · openai · gpt-4o-mini")
        assert 0 == terminal.ended()

    assert "MY_KEY" in place.read_text("utf-8")


def test_entra_by_questions(place: Path, run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A credential would renew its tokens; a token is pasted without being shown. What encrypts it is made."""
    monkeypatch.delenv("JACKFIELD_CONFIG_KEY")
    token = emulator.token()
    with Terminal("add", "entra") as terminal:
        terminal.expect("Who answers")
        terminal.answer("azure-entra")
        terminal.expect("Endpoint")
        terminal.answer(emulator.azure_url)
        terminal.expect("Deployment")
        terminal.answer("mine")
        terminal.expect("api-version [2024-10-21]")
        terminal.answer("2024")
        terminal.expect("must be a date")
        terminal.answer("")
        terminal.expect("Credential")
        terminal.answer("my-own")
        terminal.expect("must be one of 'azure-cli'")
        terminal.answer("")
        terminal.expect("Keep the key in")
        terminal.answer("1")
        terminal.expect("No key that encrypts is there yet. Make one, in")
        terminal.answer("")
        terminal.expect("made the key")
        terminal.expect("az account get-access-token")
        terminal.expect("Entra token (not shown)")
        terminal.type_hidden("")
        terminal.expect("Entra token (not shown)")
        terminal.type_hidden(token)
        terminal.expect("Test it now?")
        terminal.answer("n")
        assert 0 == terminal.ended()

    assert token not in terminal.output
    assert "entra" in run("list").stdout
    assert run("test").stdout.strip()


def test_a_credential_needs_no_token(place: Path, run: Run, emulator: Emulator) -> None:
    """It is named, and tried with the rest."""
    with Terminal("add", "entra") as terminal:
        for question, answer in (
            ("Who answers", "azure-entra"),
            ("Endpoint", emulator.azure_url),
            ("Deployment", ""),
            ("api-version", ""),
            ("Credential", "managed-identity"),
            ("Test it now?", "n"),
        ):
            terminal.expect(question)
            terminal.answer(answer)
        assert 0 == terminal.ended()
    assert {"endpoint", "api_version", "credential"} == {*json.loads(run("show", "--json").stdout)["settings"]}

    with Terminal("edit", "entra") as terminal:
        for question, answer in (
            ("Endpoint", ""),
            ("Deployment", "mine"),
            ("api-version", ""),
            ("Credential [managed-identity]", ""),
        ):
            terminal.expect(question)
            terminal.answer(answer)
        assert 0 == terminal.ended()
    assert "mine" in run("list").stdout


def test_a_provider_of_somebody_elses_is_asked_for_what_it_has(place: Path, run: Run) -> None:
    """With what its settings say of themselves."""
    with Terminal("add", "small") as terminal:
        terminal.expect("Who answers")
        terminal.answer("local")
        terminal.expect("small is added")
        terminal.answer("n")
        assert 0 == terminal.ended()
    with Terminal("edit", "small") as terminal:
        terminal.expect("small is as it was.")
        assert 0 == terminal.ended()


def test_a_key_stays_behind_where_the_endpoint_moves(place: Path, run: Run, emulator: Emulator) -> None:
    """It was kept for the one before; by questions it is asked for again."""
    add(run, emulator)
    moved = emulator.openai_url.replace("127.0.0.1", "localhost")
    assert "give it again" in failing(run("edit", "--endpoint", moved, code=2))
    with Terminal("edit") as terminal:
        terminal.expect("Endpoint")
        terminal.answer(moved)
        for question in ("Chat model", "Embeddings model", "Images model"):
            terminal.expect(question)
            terminal.answer("")
        terminal.expect("the endpoint is another one")
        terminal.type_hidden(KEY)
        terminal.expect("work is changed.")
        assert 0 == terminal.ended()

    assert run("test").stdout.strip()


def test_a_secret_is_asked_for_by_its_name(place: Path, run: Run, emulator: Emulator) -> None:
    """A header's as well; what cannot be sent is asked for again."""
    add(run, emulator)
    with Terminal("edit", "work", "--set-secret", "headers.x-team", "--keep", "encrypted") as terminal:
        terminal.expect("headers.x-team (not shown)")
        terminal.type_hidden("caf\u00e9")
        terminal.expect("cannot stand in a header")
        terminal.type_hidden("team-key-0123456789")
        terminal.expect("work is changed.")
        assert 0 == terminal.ended()
    assert "team-key" not in terminal.output

    run("test")
    assert "team-key-0123456789" == emulator.journal[-1].headers["x-team"]
    assert "headers.x-team" in run("show").stdout
    run("edit", "--unset", "headers.x-team")
    assert "x-team" not in run("show").stdout


def test_a_configuration_is_changed_by_questions(place: Path, run: Run, emulator: Emulator) -> None:
    """Enter keeps what is there, the key too; - leaves it out."""
    add(run, emulator, "work", "--images-model", "dall-e-3")
    with Terminal("edit") as terminal:
        terminal.expect(f"Endpoint [{emulator.openai_url}]")
        terminal.answer("")
        terminal.expect("Chat model [gpt-4o-mini]")
        terminal.answer("gpt-4o")
        terminal.expect("Embeddings model")
        terminal.answer("")
        terminal.expect("Images model [dall-e-3]")
        terminal.answer("-")
        terminal.expect("API key (not shown; Enter keeps it)")
        terminal.type_hidden("")
        assert 0 == terminal.ended()
    assert "gpt-4o-2024-11-20" in run("test").stderr
    assert "images_model" not in run("show").stdout

    with Terminal("edit", "work", "--secret-stdin", "--store", "env") as terminal:
        assert 2 == terminal.ended()
    assert "--store env" in terminal.output


def test_the_systems_keyring_is_offered_first(run: Run, emulator: Emulator, memory: Any) -> None:
    """Where there is one; what is in it is told by its name."""
    run("add", "work", "--provider", "openai", "--endpoint", emulator.openai_url, "--secret-stdin", stdin=KEY)

    assert ["keyring", "encrypted", "env"] == available_stores()
    assert "in the keyring, as work/api_key/" in run("show").stdout
    assert json.loads(run("show", "--json").stdout)["settings"]["api_key"]["keyring"].startswith("work/api_key/")
    assert "system's keyring" in run("make-key", "--store", "keyring").stdout
    run("remove", "work", "--yes")
    assert ["encryption-key"] == list(memory.entries)


def test_a_removal_is_asked_for(place: Path, run: Run, emulator: Emulator) -> None:
    """No is the default; then nothing is removed."""
    add(run, emulator)
    with Terminal("remove", "work") as terminal:
        terminal.expect("Remove 'work' and its key?")
        terminal.answer("")
        assert 130 == terminal.ended()
    assert "work" in run("list").stdout
    with Terminal("remove", "work") as terminal:
        terminal.expect("(y/n) [n]")
        terminal.answer("y")
        terminal.expect("work is removed.")
        assert 0 == terminal.ended()
    assert "work" not in run("list").stdout


def test_a_server_that_wants_no_key(place: Path, run: Run, emulator: Emulator) -> None:
    """One of OpenAI's shape on this machine, for instance; names that are taken or none are asked for again."""
    add(run, emulator)
    with Terminal("add") as terminal:
        for question, answer in (
            ("Name of the configuration", "WORK"),
            ("there is a configuration named 'work' already", " two  blanks "),
            ("single ones within it", "mine"),
            ("Who answers", "1"),
            ("Endpoint", emulator.openai_url),
            ("nowhere: none is needed", "none"),
            ("Chat model", ""),
            ("Embeddings model", ""),
            ("Images model", ""),
            ("Test it now?", "n"),
        ):
            terminal.expect(question)
            terminal.answer(answer)
        assert 0 == terminal.ended()

    assert {"endpoint"} == {*json.loads(run("show", "mine", "--json").stdout)["settings"]}


def test_with_a_provider_only_what_is_missing_is_asked_for(place: Path, run: Run, emulator: Emulator) -> None:
    """A script that forgot something, run by hand."""
    with Terminal(
        "add", "work", "--provider", "azure-apikey", "--deployment", "mine", "--store", "encrypted"
    ) as terminal:
        terminal.expect("Endpoint")
        terminal.answer(emulator.azure_url)
        terminal.expect("API key (not shown)")
        terminal.type_hidden(KEY)
        assert 0 == terminal.ended()

    assert "401" in failing(run("test", code=1))


def test_the_doctor_in_a_terminal(place: Path, run: Run, emulator: Emulator) -> None:
    """What does not fit goes on below."""
    add(run, emulator)
    emulator.scenario = "unauthorized"
    with Terminal("doctor", COLUMNS="60") as terminal:
        assert 1 == terminal.ended()

    assert "work does not work: key" in terminal.output
    plain = re.sub(r"\x1b\[[0-9;]*m", "", terminal.output)
    assert max(map(len, plain.splitlines())) < 60
    assert re.search(r"^ {24}check the key", plain, re.MULTILINE)


# As a process --------------------------------------------------------------------------------------------------------


def process(*args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run `jackfield config` as a shell does."""
    return subprocess.run(
        [sys.executable, "-m", "jackfield_cli", "config", *args],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ},
    )


def test_exit_codes_are_the_command_lines(place: Path, run: Run, emulator: Emulator) -> None:
    """2 for settings, 1 for the provider's answer, 3 for the network; two lines, no traceback."""
    add(run, emulator)
    run("edit", "--chat-model", "nope")
    assert (1, "") == ((done := process("test")).returncode, done.stdout)
    assert done.stderr.startswith("error: openai answered 404")
    assert 1 == process("doctor").returncode
    run("edit", "--endpoint", "http://127.0.0.1:9/v1", "--secret-stdin", stdin=KEY)
    assert 3 == process("doctor").returncode
    assert 3 == (done := process("test")).returncode
    assert "Traceback" not in done.stderr
    assert 2 == (done := process("add")).returncode
    assert "error: provider: missing; give --provider NAME" in done.stderr
    assert 2 == process("show", "nobody").returncode


def test_a_shell_completes_the_names(run: Run, place: Path, emulator: Emulator) -> None:
    """A file that cannot be read is for the command to tell."""
    add(run, emulator)
    show = config.commands["show"]
    context = Context(show, info_name="show")
    completed = [each.value for each in show.params[0].shell_complete(context, "w")]
    assert ["work"] == completed
    place.write_text("no toml")
    assert [] == show.params[0].shell_complete(context, "")


@pytest.mark.parametrize("command", ["list", "show", "add", "edit", "remove", "use", "test", "doctor"])
def test_every_command_has_a_help_with_an_example(run: Run, command: str) -> None:
    """And the group lists them all."""
    assert f"jackfield config {command}" in run(command, "--help").stdout
    assert command in run("--help").stdout


def test_what_is_written_can_be_read_by_the_file_itself(run: Run, place: Path, emulator: Emulator) -> None:
    """The command and Python see the same."""
    add(run, emulator)

    assert ["work"] == ConfigurationFile(place).names()
