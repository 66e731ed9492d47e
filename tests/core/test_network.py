"""How requests leave this machine: what is asked of a transport, and what is wrong with it, before any I/O."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import pytest

from jackfield import Client, SettingsError, SetupError
from jackfield._network import checked, proxy_for

PROXIES = {"https": "http://secure:1", "http": "http://plain:2"}


@pytest.mark.parametrize(
    ("url", "without", "proxy"),
    [
        ("https://api.example/v1", (), "http://secure:1"),
        ("http://api.example/v1", (), "http://plain:2"),
        ("https://api.example/v1", ("example",), None),
        ("https://api.example/v1", (".example",), None),
        ("https://api.example/v1", ("*.example",), None),
        ("https://api.example/v1", ("pi.example",), "http://secure:1"),
        ("https://api.example:8443/v1", ("api.example:8443",), None),
        ("https://api.example:8443/v1", ("api.example:443",), "http://secure:1"),
        ("https://api.example/v1", ("*",), None),
        ("https://[fd00::1]/v1", ("fd00::1",), None),
        ("http://localhost:8080/v1", (), None),
        ("http://127.0.0.1:8080/v1", (), None),
        ("http://[::1]:8080/v1", (), None),
    ],
)
def test_the_environment_chooses_by_scheme_and_name(url: str, without: tuple[str, ...], proxy: str | None) -> None:
    """NO_PROXY names hosts, and all below them; this machine is never reached through a proxy."""
    assert proxy == proxy_for(url, PROXIES, without)


def test_a_proxy_for_all_schemes_is_the_last_resort() -> None:
    """ALL_PROXY serves where the scheme's own variable does not."""
    assert "http://any" == proxy_for("https://api.example", {"http": "x", "all": "http://any"}, ())
    assert proxy_for("https://api.example", {"http": "x"}, ()) is None


def test_the_variables_are_read_in_both_spellings(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address without a scheme is plain http, as everywhere."""
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example, ")

    network, problems = checked("environment", None, "openssl")

    assert [] == problems
    assert network.proxy is not None
    assert "http://proxy.example:3128" == network.proxy("https://api.example")
    assert network.proxy("https://x.inside.example") is None
    assert ["proxy"] == list(network.transport_options())


def test_without_any_setting_a_transport_is_asked_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """So a transport that knows no proxies serves as before."""
    for name in ("https_proxy", "http_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)

    network, problems = checked("environment", None, "openssl")

    assert ({}, []) == (network.transport_options(), problems)


def test_a_given_proxy_serves_every_url(tmp_path: Any) -> None:
    """Loopback too: it was said so."""
    network, problems = checked("http://u:s3cret@proxy.example:3128", tmp_path, "openssl")

    assert [] == problems
    assert "http://u:s3cret@proxy.example:3128" == network.proxy("http://127.0.0.1/")  # type: ignore[misc]
    assert str(tmp_path) == network.transport_options()["ca_bundle"]
    assert "s3cret" not in repr(network)


def test_certificates_may_be_given_as_the_system_calls_them(tmp_path: Any) -> None:
    """By any object that stands for a path."""

    class Bytes:
        def __fspath__(self) -> bytes:
            return os.fsencode(tmp_path)

    assert str(tmp_path) == checked(None, Bytes(), "openssl")[0].ca_bundle


@pytest.mark.parametrize("proxy", ["proxy.example:3128", "socks5://x", "http://", 5, "http://h:99999999", ""])
def test_all_that_is_wrong_is_told_at_once(proxy: Any) -> None:
    """With the setting's name, and without a proxy's password."""
    with pytest.raises(SettingsError) as caught:
        Client("openai", api_key="sk-nobody", proxy=proxy, ca_bundle="/not/there.pem", trust="nobody")

    assert ["proxy", "ca_bundle", "trust"] == [each.partition(":")[0] for each in caught.value.problems]


def test_the_systems_trust_needs_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names what to install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    _, problems = checked(None, None, "os")

    assert ["trust: 'os' needs the package truststore: pip install 'jackfield-core[os-trust]'"] == problems


def test_the_systems_trust_is_taken_where_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The transport is told."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)

    network, problems = checked(None, None, "os")

    assert ({"trust": "os"}, []) == (network.transport_options(), problems)


class _Plain:
    """A transport that takes nothing."""

    def send(self, request: Any, timeout: float | None) -> Any:
        """Carry nothing."""

    def close(self) -> None:
        """Close nothing."""


def test_a_transport_that_knows_no_proxies_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the transport and the setting."""
    found = __import__("jackfield._setup", fromlist=["find"]).find
    monkeypatch.setattr("jackfield._setup.find", lambda group, name: _Plain if "plain" == name else found(group, name))
    Client("openai", api_key="sk-nobody", transport="plain").close()
    with pytest.raises(SetupError, match="the transport 'plain' cannot take proxy="):
        Client("openai", api_key="sk-nobody", transport="plain", proxy="http://p.example")


def test_what_a_transport_itself_gets_wrong_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A TypeError without options of ours is no matter of options."""

    def broken() -> Any:
        raise TypeError("broken")

    found = __import__("jackfield._setup", fromlist=["find"]).find
    monkeypatch.setattr("jackfield._setup.find", lambda group, name: broken if "b" == name else found(group, name))
    with pytest.raises(TypeError, match="broken"):
        Client("openai", api_key="sk-nobody", transport="b", proxy=None)
