"""The doctor, on the emulator and on servers that are wrong on purpose."""

from __future__ import annotations

import errno
import json
import socket
import ssl
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from jackfield import Secret
from jackfield_configurations._doctor import Finding, _network, _sockets, _tls, examine, exit_code
from jackfield_configurations._doctor._certificate import read
from jackfield_emulator import Emulator

KEY = "sk-never-to-be-shown-0123456789"
AZURE_KEY = "never0to1be2shown3456789abcdef01"


def found(provider: str, settings: dict[str, Any], **options: Any) -> dict[str, Finding]:
    """Return what is found, by check; problems before everything else, the first of each kind."""
    findings = list(examine(provider, settings, **options))
    assert [] == [each for each in findings if "\n" in f"{each.found}{each.change}"]
    assert not [key for key in (KEY, AZURE_KEY) if key in str(findings)]
    order = {"problem": 0, "notice": 1, "ok": 2, "skipped": 3}
    first: dict[str, Finding] = {}
    for each in sorted(findings, key=lambda each: order[each.state]):
        first.setdefault(each.check, each)
    return first


def states(findings: dict[str, Finding]) -> dict[str, str]:
    """Return the state of each check."""
    return {check: finding.state for check, finding in findings.items()}


def shut() -> int:
    """Return a port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


# What works ----------------------------------------------------------------------------------------------------------


def test_a_configuration_that_works(jackfield_emulator: Emulator) -> None:
    """Each step says so, nothing is left out but what was not configured, and no picture is drawn."""
    models = {"chat_model": "gpt-4o-mini", "embeddings_model": "text-embedding-3-small", "images_model": "dall-e-3"}
    findings = found("openai", {**jackfield_emulator.settings["openai"], **models})

    assert {
        "settings": "ok",
        "proxy": "ok",
        "name": "skipped",
        "connection": "ok",
        "tls": "skipped",
        "chat": "ok",
        "embeddings": "ok",
        "images": "skipped",
        "models": "ok",
    } == states(findings)
    assert "a vector of 1536 numbers" in findings["embeddings"].found
    assert 0 == exit_code(findings.values())
    assert not [record for record in jackfield_emulator.journal if record.operation == "images.generations"]


def test_a_picture_is_drawn_where_that_is_allowed(jackfield_emulator: Emulator) -> None:
    """It costs money, so it is asked for."""
    settings = {**jackfield_emulator.settings["openai"], "images_model": "dall-e-3"}

    assert "a picture was drawn" in found("openai", settings, paid=True)["images"].found


def test_it_costs_a_few_tokens(jackfield_emulator: Emulator) -> None:
    """The answer may be sixteen tokens long, and nothing is asked twice."""
    found("openai", {**jackfield_emulator.settings["openai"], "chat_model": "gpt-4o-mini"})

    assert ["chat.completions", "models"] == [record.operation for record in jackfield_emulator.journal]
    assert 16 == jackfield_emulator.journal[0].body["max_completion_tokens"]


def test_findings_come_one_by_one(jackfield_emulator: Emulator) -> None:
    """The first is there before anything is sent."""
    findings = examine("openai", {**jackfield_emulator.settings["openai"], "chat_model": "gpt-4o-mini"})

    assert "settings" == next(findings).check
    assert [] == list(jackfield_emulator.journal)


@pytest.mark.parametrize(
    ("deployment", "check", "what"),
    [
        ("gpt-4o-mini", "chat", "gpt-4o-mini-2024-07-18 answers"),
        ("text-embedding-3-small", "embeddings", "answers with a vector"),
        ("dall-e-3", "embeddings", "it may draw"),
    ],
)
@pytest.mark.parametrize("version", ["2024-10-21", "v1"])
def test_what_a_deployment_does_is_found_out(
    jackfield_emulator: Emulator, deployment: str, check: str, what: str, version: str
) -> None:
    """Its name does not say; no picture is drawn for it."""
    settings = {**jackfield_emulator.settings["azure-apikey"], "deployment": deployment, "api_version": version}
    findings = found("azure-apikey", settings)

    assert what in findings[check].found
    assert 0 == exit_code(findings.values())


def test_no_model_is_nothing_wrong(jackfield_emulator: Emulator) -> None:
    """The list of models says that address and key are right."""
    findings = found("openai", jackfield_emulator.settings["openai"])

    assert ("skipped", "ok") == (findings["chat"].state, findings["models"].state)
    assert "chat_model" in (findings["chat"].change or "")


def test_a_provider_without_a_network_is_asked_at_once() -> None:
    """There is no way there to be looked at."""
    findings = found("local", {})

    assert {"settings": "ok", "chat": "ok", "models": "ok"} == states(findings)


# Settings ------------------------------------------------------------------------------------------------------------


def test_all_problems_of_the_settings_are_told() -> None:
    """Each with what to change, and nothing is sent."""
    findings = list(examine("azure-apikey", {"endpoint": "nowhere", "apikey": KEY}))

    assert [
        ("settings", "problem", "apikey: unknown", "did you mean 'api_key'?"),
        ("settings", "problem", "endpoint"),
        ("settings", "problem", "api_key: missing"),
        ("calls", "skipped"),
    ] == [
        (each.check, each.state, each.found, each.change)
        if "apikey" in each.found
        else (each.check, each.state, each.found.partition(":")[0] if "endpoint" in each.found else each.found)
        if each.state == "problem"
        else (each.check, each.state)
        for each in findings
    ]
    assert 2 == exit_code(findings)
    assert KEY not in str(findings)


def test_an_unknown_provider_is_a_setting_too() -> None:
    """What is installed is listed."""
    findings = found("opeani", {"api_key": KEY})

    assert "did you mean 'openai'?" == findings["settings"].change
    assert "skipped" == findings["calls"].state


def test_what_comes_from_the_environment_is_told(jackfield_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also that it was meant for another endpoint, and is not used."""
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://other.openai.azure.com")
    findings = found("azure-apikey", {"endpoint": "https://mine.openai.azure.com"})
    assert "was meant for another endpoint" in findings["environment"].found
    assert "problem" == findings["settings"].state

    monkeypatch.setenv("OPENAI_API_KEY", jackfield_emulator.api_key)
    monkeypatch.setenv("OPENAI_BASE_URL", jackfield_emulator.openai_url)
    findings = found("openai", {})
    assert "what OPENAI_BASE_URL holds is used" in findings["environment"].found
    assert "ok" == findings["models"].state


def test_plain_http_is_refused() -> None:
    """Before a name is looked up."""
    findings = found("openai", {"endpoint": "http://somewhere.example/v1", "api_key": KEY})

    assert "somewhere.example is reached by plain http" in findings["plain http"].found
    assert "allow_plain_http = true" in (findings["plain http"].change or "")
    assert 2 == exit_code(findings.values())
    assert "name" not in findings
    assert "plain http" not in found(
        "openai", {"endpoint": "http://a.invalid/v1", "allow_plain_http": True, "api_key": KEY}
    )


def test_a_credential_that_is_not_to_be_had() -> None:
    """A function that gives tokens may fail."""

    def none() -> str:
        raise RuntimeError("nobody is logged in")

    findings = found("azure-entra", {"endpoint": "https://mine.openai.azure.com", "token": none})
    assert "nobody is logged in" in findings["credential"].found
    assert 2 == exit_code(findings.values())


# Tokens --------------------------------------------------------------------------------------------------------------


def jwt(**claims: Any) -> str:
    """Return a token that says what is given."""
    part = urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"eyJhbGciOiJub25lIn0.{part}.c2lnbmF0dXJl"


def token_of(emulator: Emulator, token: str, **settings: Any) -> dict[str, Finding]:
    """Return what is found with a token."""
    findings = found(
        "azure-entra", {"endpoint": emulator.azure_url, "token": token, "deployment": "gpt-4o", **settings}
    )
    assert token not in str(findings)
    return findings


def test_a_token_tells_whom_it_is_for_and_how_long(jackfield_emulator: Emulator) -> None:
    """Its tenant as well."""
    findings = token_of(jackfield_emulator, jackfield_emulator.token())

    assert {"token": "ok", "chat": "ok"}.items() <= states(findings).items()
    for each in ("https://cognitiveservices.azure.com", "72f988bf", "in 60 min"):
        assert each in findings["token"].found


def test_a_credential_is_asked_for_its_token(jackfield_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it gives is looked at like a token that was pasted; one that gives none says why."""
    from azure.identity import EnvironmentCredential, ManagedIdentityCredential

    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.setenv(name, jackfield_emulator.environment[name])
    settings = {"endpoint": jackfield_emulator.azure_url, "deployment": "gpt-4o"}
    with ManagedIdentityCredential() as credential:
        findings = found("azure-entra", {**settings, "credential": credential})
    assert {"token": "ok", "chat": "ok"}.items() <= states(findings).items()

    refused = found("azure-entra", {**settings, "credential": EnvironmentCredential()})
    assert "EnvironmentCredential gave no token" in refused["credential"].found


def test_an_expired_token_says_when(jackfield_emulator: Emulator) -> None:
    """And how a new one is had."""
    findings = token_of(jackfield_emulator, jackfield_emulator.token(lifetime=-8000))

    assert "the token expired 20" in findings["token"].found
    assert "2 h ago" in findings["token"].found
    assert "az account get-access-token --resource https://cognitiveservices.azure.com" in str(findings["token"].change)
    assert 1 == exit_code(findings.values())


def test_a_token_for_somebody_else_says_for_whom(jackfield_emulator: Emulator) -> None:
    """And who was needed."""
    findings = token_of(jackfield_emulator, jackfield_emulator.token("https://management.azure.com/"))

    assert (
        "is for https://management.azure.com; needed is https://cognitiveservices.azure.com" in findings["token"].found
    )


def test_a_scope_of_ones_own_is_an_audience(jackfield_emulator: Emulator) -> None:
    """A gateway may want another."""
    token = jackfield_emulator.token("https://gateway.example")
    findings = list(
        examine(
            "azure-entra",
            {"endpoint": jackfield_emulator.azure_url, "token": token, "scope": "https://gateway.example/.default"},
        )
    )

    assert "ok" == next(each.state for each in findings if each.check == "token")


@pytest.mark.parametrize(
    ("claims", "state", "words"),
    [
        ({"aud": "7d312290-28c8-473c-a0ed-8e53749b6d6d"}, "ok", "is for 7d312290"),
        ({"aud": ["https://ai.azure.com"], "exp": 60.0}, "notice", "expires"),
        ({"exp": 9e4}, "ok", "nobody that it names"),
        ({"nbf": 9e4, "aud": "https://ai.azure.com"}, "problem", "is not valid before"),
        ({"exp": "tomorrow", "aud": None}, "ok", "nobody that it names"),
    ],
)
def test_a_token_says_what_it_says(
    jackfield_emulator: Emulator, claims: dict[str, Any], state: str, words: str
) -> None:
    """Whatever is missing in it. Times are seconds from now on: the suite may take its time until here."""
    claims = {name: time.time() + value if isinstance(value, float) else value for name, value in claims.items()}
    settings = {"endpoint": jackfield_emulator.azure_url, "token": jwt(**claims)}
    said = next(each for each in examine("azure-entra", settings) if each.check == "token")

    assert state == said.state
    assert words in said.found


@pytest.mark.parametrize("token", ["0123456789abcdef", "a.b.c", "eyJhbGciOiJub25lIn0.W10.x"])
def test_what_is_no_token_is_told(jackfield_emulator: Emulator, token: str) -> None:
    """A key was pasted, or half a token."""
    settings = {"endpoint": jackfield_emulator.azure_url, "token": token}
    findings = [each for each in examine("azure-entra", settings) if each.check == "token"]

    assert "no token of Entra's" in findings[0].found
    assert "see what is said of the token" == findings[1].change


def test_a_good_token_that_is_refused_points_elsewhere(jackfield_emulator: Emulator) -> None:
    """Nothing is wrong with it by itself."""
    jackfield_emulator.scenario = "error-bare"
    findings = token_of(jackfield_emulator, jackfield_emulator.token())

    assert "problem" == findings["token"].state
    assert "is it of the resource's tenant" in str(findings["token"].change)


def test_a_token_of_another_kind_of_provider(jackfield_emulator: Emulator) -> None:
    """A gateway may take such tokens as keys: nothing is known of whom they must be for."""
    token = jwt(aud="https://gateway.example", exp=time.time() - 20)
    settings = {"endpoint": jackfield_emulator.openai_url, "api_key": token}
    said = next(each for each in examine("openai", settings) if each.check == "token")

    assert (True, "pass a new one") == ("20 s ago" in said.found or "21 s ago" in said.found, said.change)


def test_a_key_is_looked_at_by_nobody(jackfield_emulator: Emulator) -> None:
    """A bearer that is no token is a key."""
    assert "token" not in found("openai", jackfield_emulator.settings["openai"])


# Refusals ------------------------------------------------------------------------------------------------------------

SCENARIOS: list[tuple[str, str, str, int, str | None]] = [
    ("unauthorized", "key", "problem", 1, "check the key"),
    ("key-echo", "key", "problem", 1, "check the key"),
    ("error-bare", "key", "problem", 1, "check the credentials"),
    ("forbidden", "role", "problem", 1, "check role"),
    ("quota", "quota", "problem", 1, "add credit"),
    ("rate-limit", "rate limit", "problem", 1, "wait 0.05 s"),
    ("rate-limit-long", "rate limit", "problem", 1, "wait 86400 s"),
    ("rate-limit-tokens", "rate limit", "problem", 1, "wait 0.05 s"),
    ("request-too-large", "limits", "problem", 1, "send less"),
    ("capacity", "capacity", "problem", 1, "try again later"),
    ("unavailable", "provider", "problem", 1, "try again later"),
    ("error-html", "provider", "problem", 1, "try again later"),
    ("html-200", "answer", "problem", 1, "login page"),
    ("truncated-200", "answer", "problem", 1, "cuts or changes"),
    ("bomb", "answer", "problem", 1, "cuts or changes"),
    ("empty-200", "answer", "problem", 1, "cuts or changes"),
    ("redirect", "redirect", "problem", 1, "a key follows no redirect"),
    ("error-code-status", "operation", "problem", 1, "does chat.completions"),
    ("filter-prompt", "filter", "notice", 0, "the configuration works"),
    ("error-openai", "request", "problem", 1, None),
    ("reset", "connection", "problem", 3, None),
    ("head-garbage", "connection", "problem", 3, "endpoint="),
]


@pytest.mark.parametrize(
    ("scenario", "check", "state", "code", "change"), SCENARIOS, ids=[each[0] for each in SCENARIOS]
)
def test_refusals_say_what_they_are_about(scenario: str, check: str, state: str, code: int, change: str | None) -> None:
    """By class, status, code and reason; the key stands in none of them."""
    with Emulator(scenario=scenario, api_key=KEY) as emulator:
        findings = found("openai", {**emulator.settings["openai"], "chat_model": "gpt-4o-mini"})

    assert state == findings[check].state
    assert findings[check].found.startswith("chat: ")
    assert change is None or change in (findings[check].change or "")
    assert code == exit_code(findings.values())


def test_a_model_that_is_not_there_has_neighbours(jackfield_emulator: Emulator) -> None:
    """The list of models has them."""
    findings = found("openai", {**jackfield_emulator.settings["openai"], "chat_model": "gpt-4o-mni"})

    assert "set chat_model to one that is there: gpt-4o-mini" in str(findings["model"].change)
    assert "address and credential are right" in findings["models"].found


def test_a_model_like_no_other_has_none(jackfield_emulator: Emulator) -> None:
    """Then the provider's own advice stands."""
    findings = found("openai", {**jackfield_emulator.settings["openai"], "chat_model": "zzzz"})

    assert "check the model's name" in str(findings["model"].change)


@pytest.mark.parametrize("version", ["2024-10-21", "v1"])
def test_a_deployment_that_is_not_there(jackfield_emulator: Emulator, version: str) -> None:
    """Either surface says so in its own way."""
    settings = {**jackfield_emulator.settings["azure-apikey"], "deployment": "nope", "api_version": version}
    findings = found("azure-apikey", settings)

    assert "there is no deployment 'nope'" in str(findings["deployment"].change)
    assert "ok" == findings["models"].state


def test_a_model_that_is_not_there_where_none_is_listed() -> None:
    """The provider's own advice stands."""

    def answer(document: dict[str, Any]) -> tuple[int, Any]:
        status = 404 if document else 403
        return status, {"error": {"code": "model_not_found" if document else "denied", "message": "no"}}

    with served(answer) as url:
        findings = found("openai", {"endpoint": f"{url}/v1", "chat_model": "x"})

    assert "check the model's name" in str(findings["model"].change)
    assert "models" not in findings


def test_a_model_that_does_something_else(jackfield_emulator: Emulator) -> None:
    """The platform answers 404 without a code, and names the parameter."""
    findings = found("openai", {**jackfield_emulator.settings["openai"], "chat_model": "text-embedding-3-small"})

    assert "not a chat model" in findings["model"].found


def test_what_a_provider_cannot_do_is_skipped() -> None:
    """It says so itself, and nothing is sent."""
    findings = found("local", {"images_model": "any"}, paid=True)

    assert "skipped" == findings["images"].state
    assert "ok" == findings["models"].state


def test_a_deployment_that_cannot_do_what_it_is_configured_for(jackfield_emulator: Emulator) -> None:
    """It is configured for chats, so nothing is guessed."""
    settings = {**jackfield_emulator.settings["azure-apikey"], "chat_model": "text-embedding-3-small"}
    findings = found("azure-apikey", settings)

    assert "does not do 'chat.completions'" in str(findings["operation"].change)


def test_the_key_of_another_resource(jackfield_emulator: Emulator) -> None:
    """It is refused as a wrong one is; the advice says whose key is wanted."""
    settings = {**jackfield_emulator.settings["azure-apikey"], "api_key": KEY, "deployment": "gpt-4o"}
    findings = found("azure-apikey", settings)

    assert "key1 or key2 of the resource at 127.0.0.1" in str(findings["key"].change)


def test_a_role_that_is_missing_is_named() -> None:
    """Owners do not have it."""
    with Emulator(scenario="forbidden") as emulator:
        findings = token_of(emulator, emulator.token())

    assert "Cognitive Services OpenAI User" in str(findings["role"].change)


@pytest.mark.parametrize(
    ("provider", "changes", "advice"),
    [
        ("openai", {"endpoint": "{url}"}, "set endpoint = '{url}/v1'"),
        ("openai", {"endpoint": "{url}/v2"}, "set endpoint = '{url}/v1'"),
        ("azure-apikey", {"api_version": "2031-01-01"}, "set api_version = '2024-10-21'"),
        ("azure-apikey", {"endpoint": "{url}/gateway/x"}, "set endpoint = '{url}' and api_version = '2024-10-21'"),
    ],
)
def test_another_path_or_version_is_looked_for(
    jackfield_emulator: Emulator, provider: str, changes: dict[str, str], advice: str
) -> None:
    """What is there is said."""
    url = jackfield_emulator.url
    changed = {name: value.format(url=url) for name, value in changes.items()}
    findings = found(
        provider,
        {**jackfield_emulator.settings[provider], "deployment": "gpt-4o"} | changed
        if provider != "openai"
        else {**jackfield_emulator.settings[provider], "chat_model": "gpt-4o"} | changed,
    )

    assert f"{advice.format(url=url)}: that is there" == findings["path"].change


def test_no_other_path_is_found() -> None:
    """Then the provider's own advice stands."""
    with served(lambda _: (404, {"error": {"code": "404", "message": "Resource not found"}})) as url:
        for provider, version in (("azure-apikey", None), ("azure-apikey", "v1"), ("openai", None)):
            settings: dict[str, Any] = {"endpoint": f"{url}/v1", "api_key": AZURE_KEY, "chat_model": "x"}
            if version:
                settings |= {"endpoint": url, "api_version": version}
            assert "endpoint=" in str(found(provider, settings)["path"].change)


def test_another_path_that_wants_another_key_is_a_path(jackfield_emulator: Emulator) -> None:
    """Whoever asks for a key is there."""
    findings = found("openai", {"endpoint": jackfield_emulator.url, "api_key": KEY})

    assert f"set endpoint = '{jackfield_emulator.url}/v1': that is there" == findings["path"].change


def test_without_a_model_the_list_decides(jackfield_emulator: Emulator) -> None:
    """A wrong key, and a wrong path."""
    settings = jackfield_emulator.settings["openai"]

    assert "problem" == found("openai", {**settings, "api_key": KEY})["key"].state
    assert "/v1" in str(found("openai", {**settings, "endpoint": jackfield_emulator.url})["path"].change)


def test_a_refused_parameter_is_left_out() -> None:
    """Older servers know max_tokens alone."""
    asked: list[dict[str, Any]] = []

    def answer(document: dict[str, Any]) -> tuple[int, Any]:
        asked.append(document)
        if "max_completion_tokens" in document:
            return 400, {"error": {"code": "unsupported_parameter", "message": "no"}}
        return 200, {"choices": [{"index": 0, "message": {"role": "assistant", "content": "OK"}}]}

    with served(answer) as url:
        findings = found("openai", {"endpoint": f"{url}/v1", "chat_model": "x"})

    assert "ok" == findings["chat"].state
    assert 16 == asked[1]["max_tokens"]
    assert "they are not listed" in findings["models"].found
    assert "notice" == findings["models"].state


@pytest.mark.parametrize(
    ("status", "check", "words"),
    [(407, "proxy", "user and password"), (401, "models", "may not list"), (511, "provider", "")],
)
def test_other_statuses(status: int, check: str, words: str) -> None:
    """Of a proxy in the way, of a key that may not list, of a network that wants a login."""

    def answer(document: dict[str, Any]) -> tuple[int, Any]:
        if status == 401 and document:
            return 200, {"choices": [{"index": 0, "message": {"role": "assistant", "content": "OK"}}]}
        return status, {"error": {"message": "no; not at all"}}

    with served(answer) as url:
        findings = found("openai", {"endpoint": f"{url}/v1", "chat_model": "x"})

    assert words in f"{findings[check].found} {findings[check].change}"


def test_a_clock_that_is_wrong_is_told() -> None:
    """The provider's answers are dated."""
    with served(lambda _: (200, {"data": []}), date="Mon, 01 Jan 2024 00:00:00 GMT") as url:
        findings = found("openai", {"endpoint": f"{url}/v1"})

    assert "min ahead of the provider's" in findings["clock"].found
    assert "none is listed" == findings["models"].found


def test_the_time_is_kept() -> None:
    """What is left over is not tried."""
    with Emulator(scenario="silent") as emulator:
        started = time.monotonic()
        findings = found("openai", {**emulator.settings["openai"], "chat_model": "gpt-4o-mini"}, deadline=0.5)

        late = found("openai", emulator.settings["openai"], deadline=1e-9)

    assert time.monotonic() - started < 4
    assert findings["time"].found.startswith("chat: ")
    assert "notice" == late["time"].state


# Servers of our own --------------------------------------------------------------------------------------------------

Answer = Callable[[dict[str, Any]], tuple[int, Any]]


class served:  # noqa: N801 - reads as a function
    """A server that answers JSON as it is told, inside `with`."""

    def __init__(self, answer: Answer, date: str | None = None, certificate: Path | None = None) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def date_time_string(self, timestamp: Any = None) -> str:
                return date or super().date_time_string(timestamp)

            def do_GET(self) -> None:
                self._send({})

            def do_POST(self) -> None:
                self._send(json.loads(self.rfile.read(int(self.headers["content-length"]))))

            def _send(self, document: dict[str, Any]) -> None:
                status, answered = answer(document)
                body = json.dumps(answered).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.send_header("connection", "close")
                self.end_headers()
                self.wfile.write(body)

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                """Refused handshakes are what these tests are about."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            self.scheme = "https"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> str:
        self._thread.start()
        return f"{self.scheme}://localhost:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def models(_: dict[str, Any]) -> tuple[int, Any]:
    """Answer with a list of one model."""
    return 200, {"data": [{"id": "small", "object": "model", "created": 1, "owned_by": "us"}]}


def certificate(path: Path, *names: str, days: tuple[int, int] = (-1, 30)) -> Path:
    """Write a certificate that is signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, "Corner Shop"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Us")]
    )
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(own)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    if names:
        alternatives = [x509.IPAddress(ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    made = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


# TLS -----------------------------------------------------------------------------------------------------------------


def test_an_unknown_authority_is_named(tmp_path: Path) -> None:
    """And a bundle that has it makes it work."""
    own = certificate(tmp_path / "own.pem", "localhost")
    with served(models, certificate=own) as url:
        refused = found("openai", {"endpoint": f"{url}/v1", "api_key": KEY})
        trusted = found("openai", {"endpoint": f"{url}/v1", "api_key": KEY, "ca_bundle": str(own)})
        by_system = found("openai", {"endpoint": f"{url}/v1", "api_key": KEY, "trust": "os"})

    assert "is signed by 'Corner Shop of Us', which is not trusted here" in refused["tls"].found
    assert "set ca_bundle" in str(refused["tls"].change)
    assert 3 == exit_code(refused.values())
    assert "skipped" == refused["calls"].state
    assert {"tls": "ok", "models": "ok"}.items() <= states(trusted).items()
    assert "the certificate is trusted: signed by 'Corner Shop of Us'" in trusted["tls"].found
    assert "problem" == by_system["tls"].state


def test_what_the_system_trusts_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then one setting is enough."""
    own = certificate(tmp_path / "own.pem", "localhost")
    monkeypatch.setattr(_tls, "_system", lambda: ssl.create_default_context(cafile=str(own)))
    with served(models, certificate=own) as url:
        refused = found("openai", {"endpoint": f"{url}/v1", "api_key": KEY})
        monkeypatch.setattr(_tls, "find_spec", lambda _: None)
        alone = found("openai", {"endpoint": f"{url}/v1", "api_key": KEY})

    assert "set trust = 'os': the operating system trusts it" == refused["tls"].change
    assert "set ca_bundle" in str(alone["tls"].change)


@pytest.mark.parametrize(
    ("names", "days", "words"),
    [
        (
            ("other.example", "10.1.2.3", "a.example", "b.example"),
            (-1, 30),
            "but for other.example, 10.1.2.3, a.example and 1 more",
        ),
        ((), (-1, 30), "but for 'Corner Shop of Us'"),
        (("localhost",), (-30, -1), "is valid from"),
        (("localhost",), (2, 30), "is valid from"),
    ],
)
def test_a_certificate_that_does_not_fit(
    tmp_path: Path, names: tuple[str, ...], days: tuple[int, int], words: str
) -> None:
    """For another host, or out of its time."""
    own = certificate(tmp_path / "own.pem", *names, days=days)
    with served(models, certificate=own) as url:
        findings = found("openai", {"endpoint": f"{url}/v1", "api_key": KEY, "ca_bundle": str(own)})

    assert words in findings["tls"].found


def test_a_bundle_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a file, and holds no certificate."""
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("nothing")
    with served(models, certificate=certificate(tmp_path / "own.pem", "localhost")) as url:
        findings = found("openai", {"endpoint": f"{url}/v1", "api_key": KEY, "ca_bundle": str(bundle)})
        folder = found("openai", {"endpoint": f"{url}/v1", "api_key": KEY, "ca_bundle": str(tmp_path)})
        monkeypatch.setattr(_tls, "_presented", lambda _: None)
        unread = found("openai", {"endpoint": f"{url}/v1", "api_key": KEY})

    assert "ca_bundle cannot be read as certificates" in findings["tls"].found
    assert "which is not trusted here" in folder["tls"].found
    assert "is signed by an authority, which is not trusted here" in unread["tls"].found


def test_a_port_without_tls(jackfield_emulator: Emulator) -> None:
    """It speaks plain http."""
    endpoint = jackfield_emulator.openai_url.replace("http:", "https:")
    findings = found("openai", {"endpoint": endpoint, "api_key": KEY})

    assert "does not speak TLS on port" in findings["tls"].found


def test_a_handshake_that_is_cut() -> None:
    """This Python's OpenSSL is named."""
    with answering(b"") as port:
        findings = found("openai", {"endpoint": f"https://localhost:{port}/v1", "api_key": KEY})

    assert ssl.OPENSSL_VERSION in findings["tls"].found


def test_a_handshake_that_is_reset(monkeypatch: pytest.MonkeyPatch, jackfield_emulator: Emulator) -> None:
    """By something between here and there."""

    def reset(*_: object) -> None:
        raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")

    monkeypatch.setattr(_tls, "_shaken", reset)
    endpoint = jackfield_emulator.openai_url.replace("http:", "https:")
    told = found("openai", {"endpoint": endpoint, "api_key": KEY})["tls"]
    assert "the connection ended in the handshake (Connection reset by peer)" in told.found
    assert "breaks TLS" in str(told.change)


def test_a_handshake_that_fails_otherwise() -> None:
    """An alert: the server wants another version, for instance."""
    alert = answering(b"\x15\x03\x01\x00\x02\x02\x46")
    with alert as port:
        findings = found("openai", {"endpoint": f"https://localhost:{port}/v1", "api_key": KEY})

    assert "the handshake failed (TLSV1_ALERT_PROTOCOL_VERSION)" in findings["tls"].found
    assert ssl.OPENSSL_VERSION in findings["tls"].found


def test_a_certificate_that_is_not_shown_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server may refuse the second time."""
    own = certificate(tmp_path / "own.pem", "localhost")

    def second(*_: object) -> None:
        raise ConnectionResetError

    with served(models, certificate=own) as url:
        settings = {"endpoint": f"{url}/v1", "api_key": KEY}
        monkeypatch.setattr(_tls, "read", second)
        assert "signed by an authority" in found("openai", settings)["tls"].found


def test_an_outdated_openssl_is_named() -> None:
    """A newer one is not."""
    (told,) = _tls._runtime("OpenSSL 1.1.1w  11 Sep 2023", (1, 1, 1, 23, 15))

    assert ("runtime", "notice") == (told.check, told.state)
    assert "OpenSSL 1.1.1w" in told.found
    assert [] == list(_tls._runtime("OpenSSL 3.5.1", (3, 5, 1, 0, 0)))


def test_what_is_no_certificate_is_none() -> None:
    """Nothing is said of it."""
    assert read(None) is None
    assert read(b"no certificate") is None


# Names and connections -----------------------------------------------------------------------------------------------


def test_a_port_where_nobody_listens() -> None:
    """Nothing is asked."""
    findings = found("openai", {"endpoint": f"http://127.0.0.1:{shut()}/v1", "api_key": KEY})

    assert "nothing listens there" in findings["connection"].found
    assert {"connection": "problem", "calls": "skipped"}.items() <= states(findings).items()
    assert 3 == exit_code(findings.values())


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENETUNREACH, "no way to that network"), (errno.EPERM, "Operation not permitted")]
)
def test_why_there_is_no_connection(monkeypatch: pytest.MonkeyPatch, number: int, words: str) -> None:
    """In words, where they are known."""

    def fail(*_: object) -> None:
        raise OSError(number, "Operation not permitted")

    monkeypatch.setattr(_network, "connected", fail)
    assert words in found("openai", {"endpoint": "http://127.0.0.1:9/v1", "api_key": KEY})["connection"].found


def test_a_host_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A firewall drops what comes."""

    def fail(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(_network, "connected", fail)
    findings = found("openai", {"endpoint": "http://127.0.0.1:9/v1", "api_key": KEY})
    assert "does not answer" in findings["connection"].found


ADDRESS = (socket.AF_INET, socket.SOCK_STREAM, 6, "")


@pytest.mark.parametrize(
    ("outcome", "words", "change"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "has no address", "'Keys and Endpoint'"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "no name server answers", "DNS"),
        (UnicodeError("label too long"), "has no address", "'Keys and Endpoint'"),
        (None, "was not looked up in time", "DNS"),
    ],
)
def test_a_name_that_is_not_known(
    monkeypatch: pytest.MonkeyPatch, outcome: Exception | None, words: str, change: str
) -> None:
    """A resource that exists has its name; a name server may be silent, too."""
    done = threading.Event()

    def look_up(*_: object) -> list[Any]:
        if outcome is None:
            done.wait(5)
            return []
        raise outcome

    monkeypatch.setattr(_sockets, "_PATIENCE", 0.1)
    monkeypatch.setattr(_sockets.socket, "getaddrinfo", look_up)
    findings = found("azure-apikey", {"endpoint": "https://mine.openai.azure.com", "api_key": AZURE_KEY})
    done.set()

    assert words in findings["name"].found
    assert change in str(findings["name"].change)


def test_a_name_elsewhere_is_to_be_checked() -> None:
    """It is no vendor's."""
    assert "letter by letter" in _network._unknown("gateway.example")


def test_an_address_of_a_private_network_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A private endpoint, or a VPN."""
    entries = [(*ADDRESS, ("10.1.2.3", 443)), (*ADDRESS, ("10.1.2.4", 443))]
    monkeypatch.setattr(_network, "resolved", lambda *_: entries)
    monkeypatch.setattr(_network, "connected", lambda *_: (_ for _ in ()).throw(TimeoutError()))
    findings = found("azure-apikey", {"endpoint": "https://mine.openai.azure.com", "api_key": AZURE_KEY})

    assert "is 10.1.2.3 and 1 more, an address of a private network" in findings["name"].found
    assert "" == _network._kind("104.18.6.192")


def test_a_name_without_an_address_reaches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the resolver says."""
    monkeypatch.setattr(_sockets, "resolved", lambda *_: [])
    from jackfield_configurations._doctor._deadline import Deadline

    with pytest.raises(OSError, match="no address"):
        _sockets.connected("nobody.example", 1, Deadline(1))


# Proxies -------------------------------------------------------------------------------------------------------------


class answering:  # noqa: N801 - reads as a function
    """A server that answers the first bytes of each connection with bytes, or passes on what comes, inside `with`."""

    def __init__(self, answer: bytes, behind: int | None = None) -> None:
        self._answer, self._behind = answer, behind
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.heads: list[bytes] = []
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._serve)]

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self._open.append(client)
            thread = threading.Thread(target=self._carry, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _carry(self, client: socket.socket) -> None:
        with suppress(OSError):
            self.heads.append(client.recv(65536))
            client.sendall(self._answer)
            if self._behind is None:
                client.shutdown(socket.SHUT_RDWR)
                return
            server = socket.create_connection(("127.0.0.1", self._behind))
            self._open.append(server)
            back = threading.Thread(target=self._pump, args=(server, client))
            self._threads.append(back)
            back.start()
            self._pump(client, server)

    @staticmethod
    def _pump(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def __enter__(self) -> int:
        self._threads[0].start()
        return int(self._listening.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(5)


PASSWORD = "pr0xy-passw0rd"


@pytest.mark.parametrize(
    ("answer", "user", "words"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "", "asks for a user and a password (407)"),
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", f"us:{PASSWORD}@", "refuses this user and password"),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "", "does not let us through to mine.openai.azure.com (403)"),
        (b"HTTP/1.1 503 Unavailable\r\n\r\n", "", "cannot reach mine.openai.azure.com (503)"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "", "is no proxy"),
        (b"", "", "is no proxy"),
    ],
)
def test_a_proxy_that_refuses(answer: bytes, user: str, words: str) -> None:
    """It is asked for what a client asks it for; its password stands nowhere."""
    settings = {"endpoint": "https://mine.openai.azure.com", "api_key": AZURE_KEY}
    with answering(answer) as port:
        findings = found("azure-apikey", {**settings, "proxy": f"http://{user}127.0.0.1:{port}"})

    assert words in findings["proxy"].found
    assert PASSWORD not in str(findings)
    assert 3 == exit_code(findings.values())


def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a setting, or from the environment, where NO_PROXY is another way out."""
    settings = {"endpoint": "https://mine.openai.azure.com", "api_key": AZURE_KEY}
    port = shut()
    by_setting = found("azure-apikey", {**settings, "proxy": f"http://127.0.0.1:{port}"})
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    by_environment = found("azure-apikey", settings)

    assert "(from the setting proxy) cannot be reached: Connection refused" in by_setting["proxy"].found
    assert "from HTTPS_PROXY and its relatives" in by_environment["proxy"].found
    assert "NO_PROXY" in str(by_environment["proxy"].change)


def test_a_proxy_that_works(tmp_path: Path) -> None:
    """The way through it is encrypted end to end; user and password go to it alone."""
    own = certificate(tmp_path / "own.pem", "localhost")
    with served(models, certificate=own) as url:
        relay = answering(b"HTTP/1.1 200 Connection established\r\n\r\n", int(url.rpartition(":")[2]))
        with relay as port:
            settings = {"endpoint": f"{url}/v1", "api_key": KEY, "ca_bundle": str(own)}
            findings = found("openai", {**settings, "proxy": f"http://us:{PASSWORD}@127.0.0.1:{port}"})

    assert {"proxy": "ok", "name": "skipped", "connection": "skipped", "tls": "ok", "models": "ok"}.items() <= states(
        findings
    ).items()
    assert all(b"Proxy-Authorization: Basic" in head or b"roxy-" in head for head in relay.heads)


def test_plain_http_through_a_proxy(jackfield_emulator: Emulator) -> None:
    """Whether it lets us through shows in the call."""
    with answering(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n") as port:
        settings = {**jackfield_emulator.settings["openai"], "proxy": f"http://127.0.0.1:{port}"}
        findings = list(examine("openai", settings))

    assert ["ok", "problem"] == [each.state for each in findings if each.check == "proxy"]


# Secrets -------------------------------------------------------------------------------------------------------------


def test_no_finding_holds_a_credential() -> None:
    """Neither one that is text, nor one in a header, nor one that a server sends back."""

    def answer(_: dict[str, Any]) -> tuple[int, Any]:
        return 401, {"error": {"message": f"{KEY} is wrong; so is {PASSWORD}-1; and 17", "code": "invalid_api_key"}}

    with served(answer) as url:
        headers = {"x-key": f"{PASSWORD}-1", "x-odd": Secret("odd-one-0123456789")}
        for key in (KEY, Secret(KEY)):
            findings = found("openai", {"endpoint": f"{url}/v1", "api_key": key, "headers": headers})
            assert PASSWORD not in str(findings)
    assert "[secret]" in found("openai", {"plugins": [KEY], "api_key": AZURE_KEY})["settings"].found
    assert "settings" in found("openai", {"endpoint": "https://x.invalid/v1", "api_key": "line\nbreak", "headers": 3})


def test_the_first_problem_decides_the_exit_code() -> None:
    """2 for settings, 3 for the network, 1 for what the provider answers; notices count for nothing."""
    assert 0 == exit_code([])
    assert 0 == exit_code([Finding("clock", "notice", "x")])
    assert 3 == exit_code([Finding("tls", "problem", "x"), Finding("settings", "problem", "x")])
    assert 2 == exit_code([Finding("configuration", "problem", "x")])
    assert 1 == exit_code([Finding("quota", "problem", "x")])


def test_it_can_be_used_by_programs() -> None:
    """Under a public name."""
    from jackfield_configurations import doctor

    assert (examine, Finding) == (doctor.examine, doctor.Finding)
