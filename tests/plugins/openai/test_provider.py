"""The provider `openai`: its settings, and what goes where."""

from __future__ import annotations

import pytest

from jackfield import EMBEDDINGS, MODELS, Client, Secret
from jackfield.errors import SettingsError, SetupError
from jackfield.testing import SECRET, ScriptedTransport, a_binding, a_call, answer, hold
from jackfield_openai import OpenAI

PLATFORM = "https://api.openai.com/v1"
CHAT_OK = {"choices": [{"index": 0, "message": {"content": "Oslo"}, "finish_reason": "stop"}]}


def _asked(**settings):
    """Return the request that a client with *settings* sends for a question."""
    transport = ScriptedTransport([answer(200, CHAT_OK)])
    with Client("openai", transport=transport, **settings) as client:
        assert "Oslo" == client.ask("What is the capital of Norway?", model="m")
    return transport.requests[0]


def _problems(**settings):
    """Return the settings that a client refuses, in order."""
    with pytest.raises(SettingsError) as caught:
        Client("openai", **settings)
    return [problem.partition(":")[0] for problem in caught.value.problems]


def test_platform_is_the_default():
    """Without an endpoint it is the vendor's, with the key as a bearer token."""
    request = _asked(api_key=SECRET)
    assert f"{PLATFORM}/chat/completions" == request.url
    assert f"Bearer {SECRET}" == request.revealed_headers()["authorization"]


@pytest.mark.parametrize(
    ("pasted", "base"),
    [
        ("https://api.openai.com/v1/", PLATFORM),
        ("  https://api.openai.com/v1  ", PLATFORM),
        ("https://api.openai.com/v1/chat/completions", PLATFORM),
        ("https://api.openai.com/v1/chat/completions/", PLATFORM),
        ("https://api.openai.com/v1/images/generations", PLATFORM),
        ("https://api.openai.com/v1/embeddings", PLATFORM),
        ("https://api.openai.com/v1/models", PLATFORM),
        ("https://eu.example.com/v1#here", "https://eu.example.com/v1"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("https://gateway.example.com/team/a/v1", "https://gateway.example.com/team/a/v1"),
    ],
)
def test_endpoint_may_be_pasted_in_any_form(pasted, base):
    """Blanks, slashes and whole operations' URLs are taken for the base that they belong to."""
    assert f"{base}/chat/completions" == _asked(endpoint=pasted, api_key=SECRET).url


def test_query_of_an_endpoint_goes_with_every_request():
    """A query that a gateway wants stays at the URL's end."""
    request = _asked(endpoint="https://gateway.example.com/v1?team=tides", api_key=SECRET)
    assert "https://gateway.example.com/v1/chat/completions?team=tides" == request.url


@pytest.mark.parametrize(
    "pasted",
    ["api.openai.com/v1", "ftp://host/v1", "https://", "", "v1", "https://me:password@host/v1", "https://me@host/v1"],
)
def test_endpoint_that_is_none_is_refused(pasted):
    """What is no absolute http(s) URL, or carries credentials, is a problem of `endpoint` that shows no password."""
    with pytest.raises(SettingsError) as caught:
        Client("openai", endpoint=pasted, api_key=SECRET)
    assert ["endpoint"] == [problem.partition(":")[0] for problem in caught.value.problems]
    assert "password@" not in str(caught.value)


def test_plain_http_goes_to_this_machine_alone():
    """Plain http to another host is refused before anything is sent, unless it is allowed."""
    with pytest.raises(SetupError, match="plain http"):
        _asked(endpoint="http://gateway.example.com/v1", api_key=SECRET)
    _asked(endpoint="http://gateway.example.com/v1", api_key=SECRET, allow_plain_http=True)


def test_key_is_missed_on_the_platform_alone():
    """The platform wants a key; another endpoint may not, and then none is sent."""
    assert ["api_key"] == _problems()
    assert ["api_key"] == _problems(endpoint="https://api.openai.com/v1/")
    assert "authorization" not in _asked(endpoint="http://127.0.0.1:8080/v1").headers


def test_all_problems_come_at_once():
    """Unknown, wrong and missing settings are told together."""
    assert {"endpoint", "organisation", "project"} <= set(_problems(endpoint="nowhere", organisation="o", project=7))
    assert {"no_such", "api_key"} == set(_problems(no_such=1))


def test_key_with_a_line_break_is_refused():
    """A key with something in it that no header may have is a problem of `api_key`, and is not shown."""
    with pytest.raises(SettingsError) as caught:
        Client("openai", api_key=f"{SECRET}\n{SECRET}")
    assert SECRET not in str(caught.value)


def test_environment_fills_what_is_not_given(monkeypatch):
    """Key, endpoint, organisation and project come from the vendor's own variables."""
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_BASE_URL", "https://gateway.example.com/v1/")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    request = _asked()
    assert "https://gateway.example.com/v1/chat/completions" == request.url
    revealed = request.revealed_headers()
    expected = (f"Bearer {SECRET}", "org-1", "proj-1")
    assert expected == tuple(revealed[name] for name in ("authorization", "openai-organization", "openai-project"))


@pytest.mark.parametrize(
    ("environment", "endpoint", "sent"),
    [
        (None, None, True),  # the platform's key, to the platform
        (None, f"{PLATFORM}/", True),
        (None, "http://127.0.0.1:8080/v1", False),  # the platform's key is not a local server's
        (None, "https://api.openai.com.evil.example/v1", False),
        (None, "http://api.openai.com:443/v1", False),  # another origin
        ("https://gateway.example.com/v1", None, True),  # key and endpoint came together
        ("https://gateway.example.com/v1", "https://gateway.example.com/v1", True),
        ("https://gateway.example.com/v1", "http://127.0.0.1:8080/v1", False),
    ],
)
def test_environment_s_key_goes_where_it_was_meant_to(monkeypatch, environment, endpoint, sent):
    """A key from the environment is read only for the endpoint that the environment names, or the vendor's."""
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    if environment is not None:
        monkeypatch.setenv("OPENAI_BASE_URL", environment)
    request = _asked(**({} if endpoint is None else {"endpoint": endpoint, "allow_plain_http": True}))
    assert (sent, sent) == ("authorization" in request.headers, "openai-organization" in request.headers)


def test_key_that_is_given_goes_to_the_endpoint_that_is_given(monkeypatch):
    """An argument wins over the environment, wherever it goes."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment")
    request = _asked(endpoint="https://gateway.example.com/v1", api_key=SECRET)
    assert f"Bearer {SECRET}" == request.revealed_headers()["authorization"]


def test_organisation_and_project_are_named():
    """Organisation and project are headers, and absent where they are not set."""
    request = _asked(api_key=SECRET, organization="org-2", project="proj-2")
    assert ("org-2", "proj-2") == (request.headers["openai-organization"], request.headers["openai-project"])
    assert not {"openai-organization", "openai-project"} & set(_asked(api_key=SECRET).headers)


def test_key_goes_nowhere_else():
    """The key is bound to the endpoint: a URL that a wrapper turned elsewhere gets an error, not the key."""
    binding = a_binding(OpenAI(api_key=Secret(SECRET)))
    binding.build_url = lambda _: "https://elsewhere.example/v1/chat/completions"
    with pytest.raises(SetupError, match="elsewhere.example"):
        next(hold(binding)).request.revealed_headers()


def test_operations_of_others_have_a_path_too():
    """A path follows from the operation's name, so one that is defined elsewhere needs no change here."""
    binding = a_binding(OpenAI(api_key=Secret(SECRET)))
    assert [f"{PLATFORM}/models", f"{PLATFORM}/embeddings"] == [
        binding.build_url(a_call(operation)) for operation in (MODELS, EMBEDDINGS)
    ]
