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
