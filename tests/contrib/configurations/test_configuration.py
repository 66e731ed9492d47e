"""A configuration as a value: captions, changes, what is wrong with it and what has no effect."""

from __future__ import annotations

import pickle
import sys

import pytest

from jackfield import Retries, Secret
from jackfield.errors import ConfigurationError
from jackfield_configurations import Configuration, EncryptedReference, EnvironmentReference, KeyringReference
from jackfield_configurations._captions import provider_for

KEY = EnvironmentReference("SOME_KEY")
AZURE = {"endpoint": "https://my-resource.openai.azure.com", "deployment": "my-gpt", "api_key": KEY}


def configuration(provider: str = "openai", name: str = "work", **settings: object) -> Configuration:
    """Return a configuration."""
    return Configuration(name=name, provider=provider, settings=settings)


CAPTIONS = [
    ("openai", "OpenAI", None),
    ("azure-apikey", "Azure OpenAI", "API key"),
    ("azure-entra", "Azure OpenAI", "Microsoft Entra token"),
    ("local", "local", None),
    ("of-somebody", "of-somebody", None),
]


@pytest.mark.parametrize(("provider", "api_type", "key_type"), CAPTIONS)
def test_captions(provider, api_type, key_type):
    """A provider is called what the connector calls it, and by its own name where it does not know it."""
    assert (api_type, key_type) == (configuration(provider).api_type, configuration(provider).key_type)


WORDS = [
    (("OpenAI",), "openai"),
    (("OpenAI", "API_key"), "openai"),
    (("AzureOpenAI", "API_key"), "azure-apikey"),
    (("AzureOpenAI", "Bearer_Token"), "azure-entra"),
    (("AzureOpenAI",), "azure-entra"),
    (("Azure OpenAI", "API key"), "azure-apikey"),
    (("Azure OpenAI", "Microsoft Entra token"), "azure-entra"),
]


@pytest.mark.parametrize(("words", "provider"), WORDS)
def test_provider_by_the_connectors_words(words, provider):
    """ApiType and KeyType say the provider; an Azure key without a type is an Entra token."""
    assert provider == provider_for(*words)


def test_words_that_are_none():
    """Are told with those that are."""
    with pytest.raises(ConfigurationError, match="ApiType 'Azure' and KeyType 'x'; ApiType is OpenAI or AzureOpenAI"):
        provider_for("Azure", "x")


def test_changes():
    """Settings and single headers are set and removed; the original stays."""
    one = configuration(timeout=1, deployment="x")
    two = one.changed({"timeout": None, "retries": 3, "headers.A": KEY, "headers.B": KEY})
    three = two.changed({"headers.A": None})

    assert {"timeout": 1, "deployment": "x"} == one.settings
    assert {"deployment": "x", "retries": 3, "headers": {"A": KEY, "B": KEY}} == two.settings
    assert {"B": KEY} == three.settings["headers"]
    assert {"deployment": "x", "retries": 3} == three.changed({"headers.B": None}).settings
    assert {} == configuration(timeout=None).settings


def test_shows_names_alone():
    """Values may be what should not be shown."""
    shown = repr(configuration(endpoint="https://user:secret@host", api_key="sk-1"))
    assert "Configuration(name='work', provider='openai', settings=<endpoint, api_key>)" == shown
    assert configuration(api_key=KEY) == pickle.loads(pickle.dumps(configuration(api_key=KEY)))


FITS = [
    configuration(api_key=KEY),
    configuration(api_key=KeyringReference("a"), organization="org", project="p"),
    configuration(api_key=EncryptedReference("v1:a"), timeout=5, deadline="none", retries=0, proxy="none"),
    configuration(api_key=Secret("sk-0123456789abcdefghij")),
    configuration(endpoint="http://127.0.0.1:8080/v1"),
    configuration(endpoint=EnvironmentReference("NOT_SET"), api_key=KEY),
    configuration(api_key=KEY, headers={"x-gateway": KEY}, proxy=KEY, trust="openssl", chat_model="gpt-4o"),
    configuration(api_key=KEY, proxy="http://proxy.example:3128", limits={"body": 1000}, plugins=[]),
    configuration("azure-apikey", **AZURE),
    configuration("azure-apikey", **AZURE, api_version="2025-04-01-preview"),
    configuration("azure-entra", endpoint="my-resource.openai.azure.com", token=KEY),
    configuration("azure-entra", endpoint="my-resource.openai.azure.com", credential="managed-identity"),
    configuration("local"),
]


@pytest.mark.parametrize("one", FITS, ids=repr)
def test_fits(one, home):
    """A configuration that a client would take has no problem, whether or not its secrets can be had just now."""
    assert [] == list(one.problems())


PROBLEMS = [
    (configuration(), ["api_key: missing; pass api_key"]),
    (configuration(name="", api_key=KEY), ["name: must not be empty"]),
    (configuration(name=" a", api_key=KEY), ["name: must have no blanks around it"]),
    (configuration(""), ["provider: missing; name an installed one: azure-apikey, azure-entra, "]),
    (configuration("azur-entra"), ["provider: no provider named 'azur-entra'; installed: "]),
    (configuration("azure-apikey"), ["endpoint: missing", "api_key: missing"]),
    (
        configuration("azure-apikey", endpoint="x", api_version="2024", api_key=KEY),
        ["endpoint: must be an address such as", "api_version: must be a date such as '2024-10-21'"],
    ),
    (configuration("azure-apikey", **AZURE, api_kye=1), ["api_kye: unknown; did you mean 'api_key'?"]),
    (
        configuration("azure-apikey", **{**AZURE, "api_key": Secret("sk-012345678901234567890")}),
        ["api_key: is a key of"],
    ),
    (configuration(api_key=KEY, timeout=-1, retries="x"), ["timeout: must be a number", "retries: must be a whole"]),
    (configuration(api_key=KEY, timeout="never"), ["timeout: must be a number"]),
    (configuration(api_key=KEY, timeout={"a": 1}), ["timeout: must be a number"]),
    (configuration(api_key=KEY, retries=Retries()), ["retries: Retries cannot stand in a file; give it to the client"]),
    (
        configuration(api_key=KEY, plugins=[1], transport=2, chat_model=3, allow_plain_http="no"),
        [
            "plugins: must be a list of names",
            "transport: must be a name",
            "chat_model: must be the name",
            "allow_plain",
        ],
    ),
    (configuration(api_key=KEY, plugins="a"), ["plugins: must be a list of names"]),
    (configuration(api_key=KEY, plugins=["sk-0123456789abcdefghij"]), ["plugins: is in the clear"]),
    (configuration("local", model={"a": 5}), ["model: must be the path"]),
    (configuration(api_key=KEY, retries=[Retries()]), ["retries: list cannot stand in a file"]),
    (configuration(api_key=KEY, headers={"a": 1}), ["headers.a: must be a reference to a secret"]),
    (configuration("azure-entra", endpoint="a.example", token=lambda: ""), ["token: function cannot stand in a file"]),
    (configuration(api_key=KEY, proxy="x"), ["proxy: must be an address"]),
    (configuration(api_key=KEY, ca_bundle="/none.pem"), ["ca_bundle: must be a file or folder"]),
    (configuration(api_key=KEY, trust="me"), ["trust: must be 'openssl' or 'os'"]),
    (configuration(api_key=KEY, limits={"bdy": 1}), ["limits: 'bdy' is no limit; they are body, decompressed, event"]),
    (configuration(api_key=KEY, limits={"body": 0}), ["limits: body: must be a whole number above 0"]),
    (configuration(api_key=KEY, limits=5), ["limits: must be Limits"]),
    (
        configuration("azure-entra", endpoint="https://a.example", credential="mine"),
        ["credential: must be one of 'azure"],
    ),
    (configuration(api_key="sk-1"), ["api_key: is in the clear"]),
    (configuration(api_key=KEY, headers={"a": "b"}), ["headers.a: is in the clear"]),
    (configuration(api_key=KEY, headers={"a b": KEY}), ["headers['a b']: the name of a header is"]),
    (configuration(api_key=KEY, proxy="http://u:p@proxy.example"), ["proxy: is in the clear"]),
    (
        configuration("azure-apikey", name="", api_key="k", endpoint=1),
        ["name: must not be empty", "api_key: is in the clear", "endpoint: must be an address"],
    ),
]


@pytest.mark.parametrize(("one", "expected"), PROBLEMS, ids=[str(expected)[:60] for _, expected in PROBLEMS])
def test_problems(one, expected, home):
    """All at once, each with the setting's name and what would be right; nothing is sent and none is fetched."""
    problems = list(one.problems())
    assert len(expected) == len(problems), problems
    assert [] == [start for start in expected if not any(each.startswith(start) for each in problems)], problems


def test_azure_endpoint_of_a_number(home):
    """A value of the wrong kind is a problem, and no crash."""
    assert ["endpoint"] == [each.partition(":")[0] for each in configuration(endpoint=1, api_key=KEY).problems()]


def test_problems_are_checked_with_what_the_environment_has(home, monkeypatch):
    """A key that is there already is looked at, so that a wrong one is found before it is used."""
    monkeypatch.setenv("SOME_KEY", "sk-0123456789abcdefghij")
    (problem,) = configuration("azure-apikey", **AZURE).problems()
    assert problem.startswith("api_key: is a key of the OpenAI platform")
    assert "0123456789" not in problem
    monkeypatch.setenv("SOME_KEY", "no\u00e9")
    assert [] == list(configuration("azure-apikey", **AZURE).problems())


NOTICES = [
    (configuration(api_key=KEY, deployment="x"), ["deployment: without effect: the provider 'openai' has no such"]),
    (configuration("local", api_version="2024-10-21", endpoint="x"), ["api_version: without", "endpoint: without"]),
    (configuration("azure-apikey", **AZURE, chat_model="x"), ["chat_model: without effect beside deployment"]),
    (
        configuration("azure-entra", endpoint="https://a.example", token=KEY, credential="default"),
        ["token: without effect beside credential"],
    ),
    (configuration(deployment="x", chat_model="y"), ["deployment: without effect: the provider"]),
    (configuration("none-of-these", deployment="x"), []),
]


@pytest.mark.parametrize(("one", "expected"), NOTICES)
def test_setting_without_effect_is_named(one, expected, home, monkeypatch):
    """It is no problem, and is not handed to the provider."""
    monkeypatch.setenv("SOME_KEY", "0123456789abcdef")
    notices = list(one.notices())
    assert len(expected) == len(notices), notices
    assert all(notice.startswith(start) for notice, start in zip(notices, expected, strict=True)), notices
    assert [] == [
        each for each in one.problems() if each.partition(":")[0] in ("deployment", "api_version", "endpoint")
    ]


def test_variable_that_is_not_set_is_named(home):
    """A reference to what is not there yet is no problem either."""
    assert [
        "api_key: the environment variable SOME_KEY is not set here",
        "headers.a: the environment variable SOME_KEY is not set here",
    ] == list(configuration(api_key=KEY, headers={"a": KEY}).notices())


STRANGER = """
from attrs import frozen
from jackfield.plugin import Secret, setting

def shout(given):
    return given.upper()

@frozen
class Stranger:
    pat: Secret | None = setting(default=None, env=("STRANGER_PAT",))
    loud: str | None = setting(default=None, convert=shout)
    options: dict | None = None

    def parts(self):
        return ()
"""


@pytest.fixture
def stranger(tmp_path, monkeypatch):
    """Install a provider of somebody else, with a secret of an unusual name and a check that fails on numbers."""
    facts = tmp_path / "site" / "strange-1.0.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: strange\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(
        "[jackfield.providers]\nstrange = strange_provider:Stranger\nbroken = strange_provider:nothing\n"
    )
    (facts.parent / "strange_provider.py").write_text(STRANGER)
    monkeypatch.syspath_prepend(str(facts.parent))
    yield
    sys.modules.pop("strange_provider", None)


def test_secret_is_what_the_provider_says(stranger, file, written):
    """Its name may be unusual; a table stands where the provider takes one; a broken provider disturbs nobody."""
    lines = '[configurations.a]\nprovider = "strange"\npat = "1234"\noptions = { depth = 2 }\nendpoint = "x"\n'
    written(file, lines)

    assert {"depth": 2} == file.get("a").settings["options"]
    with pytest.raises(ConfigurationError, match=r'pat: is in the clear.*pat = { env = "STRANGER_PAT" }'):
        file.resolve("a")
    written(file, lines.replace('"1234"', '{ env = "STRANGER_PAT" }'))
    assert ["endpoint: without effect: the provider 'strange' has no such setting"] == [
        each for each in file.get("a").notices() if "endpoint" in each
    ]


def test_provider_that_fails_on_a_value(stranger, home):
    """Is told, and is no crash."""
    assert ["provider: 'strange' cannot take these settings (AttributeError)"] == list(
        configuration("strange", loud=5).problems()
    )
    (problem,) = configuration("broken").problems()
    assert problem.startswith("provider: the provider 'broken' of strange 1.0 cannot be imported")


def test_certificates_beside_the_file(file):
    """A relative path begins where the file is."""
    (file.path.parent / "authority.pem").write_text("")
    file.add(configuration(name="a", api_key=KEY, ca_bundle="authority.pem"))
    with pytest.raises(ConfigurationError, match="ca_bundle: must be a file or folder"):
        file.add(configuration(name="b", api_key=KEY, ca_bundle="other.pem"))
