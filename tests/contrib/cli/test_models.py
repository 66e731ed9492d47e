"""`jackfield models` over real HTTP."""

from __future__ import annotations

import json

import pytest

from jackfield.operations.models import Model
from jackfield_cli._listing import _row


def test_models_are_a_table(emulated):
    """Name, owner and the day it was made, sorted by name."""
    done = emulated("models")
    head, *rows = [line.split() for line in done.stdout.splitlines()]

    assert 0 == done.returncode
    assert ["MODEL", "OWNER", "CREATED"] == head
    assert ["gpt-4o-mini", "system", "2024-07-16"] in rows
    assert rows == sorted(rows)
    assert f"openai · {len(rows)} models\n" == done.stderr


WORDS = [
    (["gpt-4o"], ["gpt-4o", "gpt-4o-mini"]),
    (["GPT", "mini", "4o"], ["gpt-4o-mini"]),
    (["dall-e-2"], ["dall-e-2"]),
    (["no-such-thing"], []),
]


@pytest.mark.parametrize(("words", "expected"), WORDS)
def test_words_choose(emulated, words, expected):
    """A model is listed whose name contains every word, whatever the case; of none there is no table."""
    done = emulated("models", *words)

    assert expected == [line.split()[0] for line in done.stdout.splitlines()[1:]]
    assert f"openai · {len(expected)} of " in done.stderr


def test_json(emulated):
    """--json writes one document."""
    document = json.loads(emulated("models", "dall-e-3", "--json").stdout)

    assert ["provider", "models", "meta"] == list(document)
    [model] = document["models"]
    assert ["id", "owned_by", "created", "shutdown_date"] == list(model)
    assert ("openai", "dall-e-3", "models") == (document["provider"], model["id"], document["meta"]["operation"])


def test_quiet(emulated):
    """With --quiet nothing is said on standard error."""
    assert "" == emulated("models", "--quiet").stderr


def test_the_built_in_provider_has_models_too(jackfield):
    """Where nobody is named, those of the built-in provider; a key that is lying there is mentioned."""
    done = jackfield("models", env={"OPENAI_API_KEY": "sk-lying-there-0000"})

    assert 0 == done.returncode
    assert "local" in done.stdout
    assert "to use it: jackfield models --provider openai\n" in done.stderr


def test_a_provider_that_says_no(jackfield, jackfield_emulator):
    """A wrong key is an error in two lines, and a document where documents are wanted."""
    place = ["models", "-p", "openai", "--json", "--set", "retries=0"]
    done = jackfield(*place, env={**jackfield_emulator.environment, "OPENAI_API_KEY": "sk-wrong-0000000"})

    assert (1, 2) == (done.returncode, len(done.stderr.splitlines()))
    assert "AuthenticationError" == json.loads(done.stdout)["error"]["class"]


def test_what_a_provider_sends_keeps_to_its_line():
    """A name with the end of a line in it makes no second line, and a moment that is none is no day."""
    model = Model(id="a\nb", owned_by="c\td", created=10**18, shutdown_date="2030-01-01")
    assert ("a b", "c d", "(until 2030-01-01)") == _row(model)
