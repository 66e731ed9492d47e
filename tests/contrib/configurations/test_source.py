"""The source that the core finds: from a name to a client."""

from __future__ import annotations

import subprocess
import sys

import pytest

from jackfield import AsyncClient, Client, Limits, Secret
from jackfield.errors import ConfigurationError
from jackfield_configurations import Configuration, EnvironmentReference, Source, find, source


def configurations(emulator) -> list[Configuration]:
    """Return a configuration of each provider for the emulator."""
    return [
        Configuration(
            name=f"my {provider}",
            provider=provider,
            settings={
                name: Secret(value() if callable(value) else value) if name in ("api_key", "token") else value
                for name, value in emulator.settings[provider].items()
            }
            | {"chat_model": "gpt-4o-mini"},
        )
        for provider in ("openai", "azure-apikey", "azure-entra")
    ]


@pytest.mark.parametrize("keep", ["keyring", "encrypted"])
def test_each_provider_by_its_configuration(memory, key, jackfield_emulator, keep):
    """A client by name, blocking and not, asks whom the file names, with the key that was put away."""
    for each in configurations(jackfield_emulator):
        find().add(each, keep=keep)
    for name in source.names():
        with Client.from_configuration(name) as client:
            assert client.ask("Hello")

    assert ["my openai", "my azure-apikey", "my azure-entra"] == source.names()
    assert [200, 200, 200] == [record.status for record in jackfield_emulator.journal]
    assert [("bearer",), ("api-key",), ("bearer",)] == [record.credentials for record in jackfield_emulator.journal]


async def test_default_without_blocking(memory, jackfield_emulator):
    """Without a name it is the default one; arguments win over the file."""
    openai, *_ = configurations(jackfield_emulator)
    find().add(openai)
    async with AsyncClient.from_configuration(chat_model="gpt-4o") as client:
        await client.ask("Hello")

    assert "gpt-4o" == jackfield_emulator.journal[-1].body["model"]
    assert "my openai" == source.default_name()


def test_file_wins_over_the_environment(memory, jackfield_emulator, monkeypatch):
    """Both endpoint and key."""
    openai, *_ = configurations(jackfield_emulator)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment-0123456789")
    find().add(openai)
    with Client.from_configuration() as client:
        client.ask("Hello")

    assert 200 == jackfield_emulator.journal[-1].status


def test_provider_without_a_file(home, jackfield_emulator, monkeypatch):
    """The usual variables do, where no configuration has the name and a provider has."""
    for name, value in jackfield_emulator.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", jackfield_emulator.token())
    for provider in ("openai", "azure-apikey", "azure-entra"):
        assert {"provider": provider} == source(provider)
        with Client.from_configuration(provider, chat_model="gpt-4o-mini") as client:
            assert client.ask("Hello")


def test_configuration_hides_a_provider_of_its_name(home, monkeypatch):
    """A configuration named as a provider is the configuration."""
    monkeypatch.setenv("K", "sk-0123456789abcdefghij")
    find().add(
        Configuration(name="openai", provider="openai", settings={"api_key": EnvironmentReference("K"), "timeout": 3})
    )

    assert 3 == source("OpenAI")["timeout"]


def test_no_default(home):
    """What to type is said, with a file and without."""
    with pytest.raises(ConfigurationError, match="no default configuration; type: jackfield config add; or name a"):
        source()
    find().add(Configuration(name="one", provider="local"), make_default=False)
    with pytest.raises(ConfigurationError, match="type: jackfield config use one, or name one of them: 'one'"):
        source()
    assert source.default_name() is None


def test_unknown_name(home):
    """Says what there is, and that there is nothing."""
    with pytest.raises(ConfigurationError, match="there are no configurations: there is no file .*`jackfield config a"):
        source("work")
    find().add(Configuration(name="home", provider="local"))
    find().add(Configuration(name="work", provider="local"))
    with pytest.raises(ConfigurationError, match="named 'werk' in .*; there are 'home', 'work'; did you mean 'work'?"):
        source("werk")


def test_default_that_is_none(home, written):
    """A default of which there is no configuration is told like any other unknown name."""
    find().add(Configuration(name="home", provider="local"))
    written(find(), find().path.read_text().replace('default = "home"', 'default = "hmoe"'))

    assert "hmoe" == source.default_name()
    with pytest.raises(ConfigurationError, match="no configuration named 'hmoe' .* did you mean 'home'?"):
        source()


def test_file_that_was_named_and_is_not_there(home, tmp_path, monkeypatch):
    """Is told, not passed over."""
    monkeypatch.setenv("JACKFIELD_CONFIG", str(tmp_path / "gone.toml"))
    for question in (source, source.names, source.default_name, lambda: source("openai")):
        with pytest.raises(ConfigurationError, match="JACKFIELD_CONFIG names .*gone.toml', and there is no such file"):
            question()
    with pytest.raises(ConfigurationError, match="the path names"):
        Source(str(tmp_path / "gone.toml")).names()


def test_source_of_one_file(file):
    """A source may be made for a file, and given to a client as an object."""
    file.add(Configuration(name="one", provider="local", settings={"context": 512}))

    assert {"provider": "local", "context": 512} == Source(str(file.path))()
    with Client.from_configuration(source=Source(str(file.path))) as client:
        assert "local" == client.provider


def test_words_of_the_file(file, written, tmp_path):
    """What TOML cannot say is a word: no limit, no proxy; limits are a table; a bundle's path is from the file."""
    (tmp_path / "certificates.pem").write_text("")
    text = """\
[configurations.one]
provider = "local"
timeout = "none"
deadline = "None"
proxy = "none"
ca_bundle = "certificates.pem"
limits = { body = 1000 }
"""
    written(file, text)

    assert {
        "provider": "local",
        "timeout": None,
        "deadline": None,
        "proxy": None,
        "ca_bundle": str(tmp_path / "certificates.pem"),
        "limits": Limits(body=1000),
    } == file.resolve("one")


def test_named_credential(file, written):
    """`credential` names one of azure-identity; a name that is none is told with those that are."""
    text = "[configurations.one]\nprovider = 'azure-entra'\nendpoint = 'a.example'\ncredential = 'environment'\n"
    written(file, text)
    assert callable(file.resolve("one")["credential"].get_token)
    written(file, text.replace("'environment'", "'mine'"))
    with pytest.raises(ConfigurationError, match="credential: must be one of 'azure-cli', 'azure-developer-cli'"):
        file.resolve("one")


def test_credential_without_its_package(file, written, monkeypatch):
    """What to install is said."""
    written(file, "[configurations.one]\nprovider = 'azure-entra'\nendpoint = 'a.example'\ncredential = 'default'\n")
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    with pytest.raises(ConfigurationError, match=r"credential: 'default' needs azure-identity: pip install '"):
        file.resolve("one")


def test_credential_that_cannot_be_made(file, written, monkeypatch):
    """What it lacks is said."""
    import azure.identity

    def lacking() -> None:
        raise ValueError("no tenant")

    monkeypatch.setattr(azure.identity, "ManagedIdentityCredential", lacking)
    written(
        file,
        "[configurations.one]\nprovider = 'azure-entra'\nendpoint = 'a.example'\ncredential = 'managed-identity'\n",
    )
    with pytest.raises(
        ConfigurationError, match="credential: 'managed-identity' cannot be made here: ValueError: no ten"
    ):
        file.resolve("one")


def test_provider_that_is_missing(file, written):
    """A configuration without a provider is told with all else that is wrong."""
    written(file, "[configurations.one]\napi_key = 5\n[configurations.two]\nprovider = 5\n")
    for name in ("one", "two"):
        with pytest.raises(ConfigurationError, match="provider: missing; name an installed one"):
            file.resolve(name)


def test_setting_of_another_provider_is_left_out(file, written):
    """It would be an error for the client."""
    written(file, "[configurations.one]\nprovider = 'local'\ndeployment = 'x'\n")

    assert {"provider": "local"} == file.resolve("one")


def test_only_one_secret_is_fetched(file, memory):
    """Those of other configurations are left where they are."""
    for name in ("one", "two"):
        file.add(Configuration(name=name, provider="openai", settings={"api_key": Secret("sk-0123456789abcdefghij")}))
    memory.entries = {entry: text for entry, text in memory.entries.items() if entry.startswith("one/")}

    assert "api_key" in file.resolve("one")


LAZY = """
import sys
import jackfield_configurations
from jackfield_configurations import Configuration, ConfigurationFile, find, source
names = source.names()
heavy = [name for name in ("tomlkit", "keyring", "cryptography", "filelock", "azure") if name in sys.modules]
assert [] == heavy, heavy
"""
LAZIER = """
import sys
import jackfield_configurations
dir(jackfield_configurations)
heavy = [name for name in ("attrs", "jackfield.client", "tomllib", "platformdirs") if name in sys.modules]
assert [] == heavy, heavy
"""


@pytest.mark.slow
@pytest.mark.parametrize("program", [LAZY, LAZIER])
def test_imports_wait(home, program):
    """Importing costs next to nothing, and reading needs no more than the standard library has."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)


def test_public_names():
    """Every one is there, and no other."""
    import jackfield_configurations

    names = jackfield_configurations.__all__
    assert sorted(names) == sorted(set(names)) == sorted(dir(jackfield_configurations))
    assert [] == [name for name in names if not hasattr(jackfield_configurations, name)]
    assert not hasattr(jackfield_configurations, "nothing")
