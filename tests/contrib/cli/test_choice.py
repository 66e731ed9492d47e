"""Who is asked: the flag's provider, else the environment's, else the built-in one; never by a key."""

from __future__ import annotations

import pytest

from jackfield_cli._defaults import KEYS, key_hints

KEY = "sk-never-to-be-shown-0123456789"
HINT = 'OPENAI_API_KEY is set and was not used; to use it: jackfield ask --provider openai --model MODEL "…"'
NO_FILE = ["--set", "model=/none.gguf"]
"""Makes the provider `local` complain by its name, without loading anything."""

ORDER = [
    (["--provider", "flagged"], {"JACKFIELD_PROVIDER": "named"}, "'flagged'"),
    ([], {"JACKFIELD_PROVIDER": "named"}, "'named'"),
    ([], {"JACKFIELD_PROVIDER": " "}, "'local'"),
    ([], {}, "'local'"),
    ([], {"OPENAI_API_KEY": KEY}, "'local'"),
]


@pytest.mark.parametrize(("flags", "env", "expected"), ORDER)
def test_order(jackfield, flags, env, expected):
    """The flag wins over JACKFIELD_PROVIDER, that over `local`; a key in the environment chooses nobody."""
    done = jackfield("ask", *flags, *NO_FILE, "Hi", env=env)

    assert 2 == done.returncode
    assert expected in done.stderr


def test_model_from_the_environment(asking, jackfield, vendor):
    """JACKFIELD_MODEL names the model where --model does not."""
    place = ["-p", "openai", "--endpoint", vendor.endpoint]
    jackfield("ask", *place, "Hi", env={"JACKFIELD_MODEL": "fine"})
    asking("length", "Hi", env={"JACKFIELD_MODEL": "fine"})

    assert ["fine", "length"] == [request["body"]["model"] for request in vendor.requests]


def test_hint_where_a_key_is_lying(jackfield):
    """A key that was not used is mentioned, with how to use it and without its value."""
    done = jackfield("ask", *NO_FILE, "Hi", env={"OPENAI_API_KEY": KEY})

    assert HINT in done.stderr.splitlines()
    assert "" == done.stdout


@pytest.mark.parametrize(
    ("flags", "env"),
    [
        (["--provider", "local"], {"OPENAI_API_KEY": KEY}),
        ([], {"OPENAI_API_KEY": KEY, "JACKFIELD_PROVIDER": "local"}),
        (["--quiet"], {"OPENAI_API_KEY": KEY}),
        ([], {"OPENAI_API_KEY": " "}),
        ([], {}),
    ],
    ids=["provider named", "provider in the environment", "quiet", "blank key", "no key"],
)
def test_no_hint(jackfield, flags, env):
    """Nothing is said about keys where the provider was chosen, where quiet is wanted, where there is none."""
    assert "API_KEY" not in jackfield("ask", *NO_FILE, *flags, "Hi", env=env).stderr


def test_hints_are_for_installed_providers():
    """A key for a provider that is not installed is not mentioned: there is nothing to do with it."""
    every = [key_hints(lambda _: KEY, [provider]) for provider, _ in KEYS.values()]
    assert [1] * len(KEYS) == [len(hints) for hints in every]
    assert [] == key_hints(lambda _: KEY, [])
    assert KEY not in str(every)


def test_default_that_is_not_installed(jackfield):
    """A provider that is not installed is an error that lists those that are."""
    done = jackfield("ask", "-p", "azur-entra", "Hi")

    assert 2 == done.returncode
    assert "no provider named 'azur-entra'; installed: " in done.stderr


def test_key_goes_only_where_it_was_meant_for(asking, vendor):
    """A key in the environment is not sent to an endpoint that was typed."""
    asking("fine", "Hi", env={"OPENAI_API_KEY": KEY})

    assert "authorization" not in {name.lower() for name in vendor.requests[0]["headers"]}


def test_key_reaches_the_environments_endpoint(jackfield, vendor):
    """Key and endpoint from the environment belong together."""
    env = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": vendor.endpoint, "JACKFIELD_PROVIDER": "openai"}
    done = jackfield("ask", "-m", "fine", "Hi", env=env)

    assert (0, f"Bearer {KEY}") == (done.returncode, vendor.requests[0]["headers"]["authorization"])


# Configurations

FILE = """
version = 1
{default}

[configurations.work]
provider = "openai"
endpoint = "{endpoint}"
api_key = {{ env = "KEY_OF_WORK" }}
chat_model = "fine"

[configurations.bare]
provider = "openai"
endpoint = "{endpoint}"
api_key = {{ env = "KEY_OF_WORK" }}
"""


@pytest.fixture
def configured(jackfield, vendor, tmp_path):
    """Return a function that runs a command where a file has the configurations `work` and `bare`."""
    pytest.importorskip("jackfield_configurations")
    file = tmp_path / "configurations.toml"

    def run(*args, default="", env=None, **options):
        file.write_text(FILE.format(endpoint=vendor.endpoint, default=f'default = "{default}"' if default else ""))
        file.chmod(0o600)
        here = {"JACKFIELD_CONFIG": str(file), "KEY_OF_WORK": KEY, **(env or {})}
        return jackfield(*args, env=here, **options)

    return run


WHO = [
    (["-c", "work"], {}, "", ("work (openai)", "fine")),
    (["-c", "work"], {"JACKFIELD_PROVIDER": "local"}, "bare", ("work (openai)", "fine")),
    ([], {"JACKFIELD_CONFIGURATION": "work"}, "bare", ("work (openai)", "fine")),
    ([], {}, "work", ("work (openai)", "fine")),
    (["-c", "work", "-m", "length"], {"JACKFIELD_MODEL": "far"}, "", ("work (openai)", "length")),
    (["-c", "work"], {"JACKFIELD_MODEL": "far"}, "", ("work (openai)", "fine")),
    (["-c", "bare"], {"JACKFIELD_MODEL": "far"}, "", ("bare (openai)", "far")),
]


@pytest.mark.parametrize(("args", "env", "default", "expected"), WHO)
def test_configurations(configured, vendor, args, env, default, expected):
    """A flag wins over the environment, that over the default; a model of the configuration over the environment's."""
    done = configured("ask", *args, "Hi", env=env, default=default)
    [request] = vendor.requests

    assert (0, f"Bearer {KEY}") == (done.returncode, request["headers"]["authorization"])
    assert expected == (done.stderr.split(" · ")[0], request["body"]["model"])


def test_a_provider_that_is_named_wins_over_the_default_configuration(configured, vendor):
    """--provider and JACKFIELD_PROVIDER leave the default configuration alone."""
    for args, env in ((["-p", "local"], {}), ([], {"JACKFIELD_PROVIDER": "local"}), ([], {"JACKFIELD_PROVIDER": "x"})):
        configured("ask", *args, *NO_FILE, "Hi", env=env, default="work")

    assert [] == vendor.requests


CONTRADICTIONS = [
    (["-p", "openai", "-c", "work"], {}, "--provider and --configuration"),
    ([], {"JACKFIELD_PROVIDER": "openai", "JACKFIELD_CONFIGURATION": "work"}, "are both set; unset one"),
    (["-c", "nobody"], {}, "there is no configuration named 'nobody'"),
    (["--endpoint", "http://127.0.0.1:1"], {}, "--endpoint: name the provider"),
    (["-c", "work", "--set", "timeout=soon"], {}, "--set timeout=soon: must be a number"),
    (["-c", "work", "--set", "api_key=x"], {}, "would leave a secret in the shell's history"),
]


@pytest.mark.parametrize(("args", "env", "expected"), CONTRADICTIONS)
def test_contradictions(configured, vendor, args, env, expected):
    """What contradicts itself, or is not there, is an error before anything is sent."""
    done = configured("ask", *args, "Hi", env=env, default="work")

    assert (2, []) == (done.returncode, vendor.requests)
    assert expected in done.stderr


def test_settings_beside_a_configuration(configured, vendor):
    """--set and --endpoint change what a configuration says; its key stays where it belongs."""
    elsewhere = vendor.endpoint.replace("127.0.0.1", "localhost")
    configured("ask", "-c", "work", "--set", "retries=0", "Hi")
    configured("ask", "-c", "work", "--endpoint", elsewhere, "Hi")

    assert [True, False] == ["authorization" in {*map(str.lower, each["headers"])} for each in vendor.requests]


def test_a_file_that_cannot_be_read_is_told(configured, jackfield, tmp_path):
    """Where the file with the default is broken nobody else answers in its place."""
    (tmp_path / "broken.toml").write_text("x")
    done = configured("ask", "Hi", env={"JACKFIELD_CONFIG": str(tmp_path / "broken.toml")})

    assert 2 == done.returncode
    assert "broken.toml" in done.stderr


def test_a_configuration_for_every_command(configured, vendor):
    """`models` takes one as `ask` does, and no hint is given where one was chosen."""
    done = configured("models", default="work", env={"OPENAI_API_KEY": KEY})

    assert "was not used" not in done.stderr
    assert done.stderr.startswith("error: ")  # the vendor here knows no list


def test_completion(process, configured, tmp_path):
    """A shell completes the names of providers and of configurations; where the file is broken, nothing."""
    configured("providers")
    told = {}
    for words, file in (("-p op", ""), ("-c w", ""), ("-c w", "nowhere.toml")):
        env = {"_JACKFIELD_COMPLETE": "bash_complete", "COMP_WORDS": f"jackfield ask {words}", "COMP_CWORD": "3"}
        path = tmp_path / (file or "configurations.toml")
        told[words, file] = process(env={**env, "JACKFIELD_CONFIG": str(path)}).stdout.split()

    assert [["plain,openai"], ["plain,work"], []] == [*told.values()]


def test_providers_mention_configurations(configured):
    """The list of providers says that configurations come first."""
    assert "A configuration comes first, where one is named or the default" in configured("providers").stdout
