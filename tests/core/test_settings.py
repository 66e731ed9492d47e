from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from attrs import field, frozen

from jackfield._settings import environment, load
from jackfield.errors import IncompleteProviderError, SettingsError, SetupError
from jackfield.plugin import setting
from jackfield.secret import Secret

HOME = "https://letters.example/v1"


def _url(value: str) -> str:
    if not value.startswith("http"):
        raise ValueError("must be a URL")
    return value.rstrip("/")


def _short(value: str) -> str:
    if len(value) > 3:
        raise SetupError("must be short")
    return value


@frozen(eq=False)
class Letters:
    """Settings of every kind."""

    endpoint: str = setting(default=HOME, env=("LETTERS_URL",), convert=_url, help="where to")
    api_key: Secret | None = setting(default=None, env=("LETTERS_KEY", "MAIL_KEY"), bound_to="endpoint", help="a key")
    team: str | None = setting(default=None, env=("LETTERS_TEAM",))
    size: int = setting(default=3)
    speed: float = setting(default=1.0)
    loud: bool = setting(default=False)
    code: str = setting(default="abc", convert=_short)
    token: Secret | Callable[[], str] | None = setting(default=None)
    either: int | str | None = setting(default=None)
    plain: str = field(default="of another's making")


@frozen(eq=False)
class Strict:
    """Settings that must be given, and that must fit together."""

    name: str = setting(env=("STRICT_NAME",), help="whose it is")
    age: int = setting()

    @classmethod
    def problems(cls, settings: Mapping[str, Any]) -> Iterator[str]:
        """The name must not be the age."""
        if settings.get("name") == str(settings.get("age")):
            yield "name: is the age"
            yield "age: is the name"


def problems(cls: type, **given: Any) -> tuple[str, ...]:
    """Return what is wrong with settings."""
    with pytest.raises(SettingsError, match="the settings of provider 'letters' do not fit") as caught:
        load(cls, given, "letters")
    return caught.value.problems


def test_arguments_win_over_the_environment_and_that_over_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule 2 of the module."""
    assert (HOME, None) == (load(Letters, {}, "letters").endpoint, load(Letters, {}, "letters").team)
    monkeypatch.setenv("LETTERS_TEAM", " blue ")
    assert "blue" == load(Letters, {}, "letters").team
    assert "red" == load(Letters, {"team": "red"}, "letters").team
    assert "blue" == load(Letters, {"team": None}, "letters").team


def test_a_blank_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty line in a file of variables means nothing."""
    monkeypatch.setenv("LETTERS_TEAM", "  ")

    assert None is load(Letters, {}, "letters").team
    assert None is environment("LETTERS_TEAM")
    assert None is environment("LETTERS_NOT_SET")


def test_the_first_variable_that_is_set_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order in which the setting names them."""
    monkeypatch.setenv("MAIL_KEY", "second")
    assert Secret("second") == load(Letters, {}, "letters").api_key
    monkeypatch.setenv("LETTERS_KEY", "first")
    assert Secret("first") == load(Letters, {}, "letters").api_key


@pytest.mark.parametrize(
    ("endpoint", "of_the_environment", "read"),
    [
        (None, None, True),
        (None, "https://own.example", True),
        (HOME, None, True),
        ("https://letters.example:443/v2", None, True),
        ("https://evil.example/v1", None, False),
        ("http://letters.example/v1", None, False),
        ("https://own.example/v9", "https://own.example/v1", True),
        (HOME, "https://own.example/v1", False),
        ("https://letters.example:port/v1", None, False),
    ],
)
def test_a_key_of_the_environment_goes_where_it_was_meant_to(
    endpoint: str | None, of_the_environment: str | None, read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another endpoint was passed, the environment's key is not read; an argument always is."""
    monkeypatch.setenv("LETTERS_KEY", "k3y")
    if of_the_environment is not None:
        monkeypatch.setenv("LETTERS_URL", of_the_environment)

    assert (Secret("k3y") if read else None) == load(Letters, {"endpoint": endpoint}, "letters").api_key
    assert Secret("given") == load(Letters, {"endpoint": endpoint, "api_key": "given"}, "letters").api_key


def test_a_key_of_the_environment_goes_to_an_endpoint_that_has_no_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing says that it was meant for another."""

    @frozen(eq=False)
    class Anywhere:
        endpoint: str = setting()
        key: Secret | None = setting(default=None, env=("LETTERS_KEY",), bound_to="endpoint")

    monkeypatch.setenv("LETTERS_KEY", "k3y")

    assert Secret("k3y") == load(Anywhere, {"endpoint": HOME}, "letters").key


GOOD: list[tuple[str, Any, Any]] = [
    ("api_key", "k3y", Secret("k3y")),
    ("api_key", Secret("k3y"), Secret("k3y")),
    ("size", 5, 5),
    ("speed", 5, 5),
    ("speed", 5.5, 5.5),
    ("loud", True, True),
    ("token", "t0ken", Secret("t0ken")),
    ("token", str, str),
    ("either", 5, 5),
    ("either", "five", "five"),
    ("endpoint", "https://own.example/", "https://own.example"),
    ("plain", "x", "x"),
]


@pytest.mark.parametrize(("name", "given", "kept"), GOOD)
def test_what_fits_is_kept(name: str, given: Any, kept: Any) -> None:
    """Keys become secrets, converters convert, the rest stays as it is."""
    assert kept == getattr(load(Letters, {name: given}, "letters"), name)


VARIABLES: list[tuple[str, str, Any]] = [
    ("size", "5", 5),
    ("speed", "5", 5.0),
    ("speed", "5.5", 5.5),
    ("loud", "true", True),
    ("loud", "OFF", False),
    ("loud", "1", True),
    ("either", "5", 5),
    ("either", "five", "five"),
    ("team", "5", "5"),
]


@pytest.mark.parametrize(("name", "text", "kept"), VARIABLES)
def test_variables_are_read_as_what_the_setting_wants(
    name: str, text: str, kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment has text alone; numbers and flags are told from it."""
    monkeypatch.setenv(f"LETTERS_{name.upper()}", text)

    value = getattr(load(Variables, {}, "letters"), name)

    assert (kept, type(kept)) == (value, type(value))


@frozen(eq=False)
class Variables:
    """Settings of every kind, from the environment."""

    team: str = setting(default="", env=("LETTERS_TEAM",))
    size: int = setting(default=3, env=("LETTERS_SIZE",))
    speed: float | None = setting(default=None, env=("LETTERS_SPEED",))
    loud: bool = setting(default=False, env=("LETTERS_LOUD",))
    either: int | str | None = setting(default=None, env=("LETTERS_EITHER",))


@pytest.mark.parametrize(("name", "must_be"), [("size", "a whole number"), ("loud", "True or False")])
def test_variables_that_cannot_be_read_are_told(name: str, must_be: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an argument would be."""
    monkeypatch.setenv(f"LETTERS_{name.upper()}", "many")

    assert (f"{name}: must be {must_be}, not 'many'",) == problems(Variables)


def test_a_converter_may_refuse_by_a_type_error() -> None:
    """It is a problem like another."""

    @frozen(eq=False)
    class Measured:
        size: int = setting(default=0, convert=len)

    assert ("size: object of type 'int' has no len()",) == problems(Measured, size=5)


def test_names_of_others_may_be_meant() -> None:
    """An option of the client's, misspelt, is not taken for a setting."""
    with pytest.raises(SettingsError, match="timout: unknown; did you mean 'timeout'"):
        load(Letters, {"timout": 5}, "letters", ["timeout"])


def test_types_that_are_not_there_at_run_time_are_the_packages_fault() -> None:
    """The error names the provider and the way out."""

    @frozen(eq=False)
    class Hidden:
        size: Nowhere = setting(default=0)  # type: ignore[name-defined]  # noqa: F821 - that is the point

    with pytest.raises(
        IncompleteProviderError, match=r"'letters' are annotated with a type that is not there.*Nowhere"
    ):
        load(Hidden, {}, "letters")


WRONG: list[tuple[str, Any, str]] = [
    ("api_key", 5, "api_key: must be text, not int"),
    ("api_key", "", "api_key: must not be empty"),
    (
        "api_key",
        "two\nlines",
        "api_key: has characters that cannot stand in a header, or line breaks; copy it again, alone",
    ),
    ("size", "5", "size: must be a whole number, not '5'"),
    ("size", 5.0, "size: must be a whole number, not 5.0"),
    ("size", True, "size: must be a whole number, not True"),
    ("speed", "fast", "speed: must be a number, not 'fast'"),
    ("speed", False, "speed: must be a number, not False"),
    ("loud", 1, "loud: must be True or False, not 1"),
    ("team", ["a"], "team: must be text, not ['a']"),
    ("either", 5.5, "either: must be a whole number or text, not 5.5"),
    ("endpoint", "nowhere", "endpoint: must be a URL"),
    ("code", "long", "code: must be short"),
    ("siz", 5, "siz: unknown; did you mean 'size'?"),
    (
        "xyzzy",
        5,
        "xyzzy: unknown; the settings are endpoint, api_key, team, size, speed, loud, code, token, either, plain",
    ),
]


@pytest.mark.parametrize(("name", "given", "problem"), WRONG)
def test_what_does_not_fit_is_told(name: str, given: Any, problem: str) -> None:
    """Each problem opens with the setting's name and says what would be right; a key's value is not repeated."""
    assert (problem,) == problems(Letters, **{name: given})


def test_all_problems_are_told_at_once() -> None:
    """Unknown, wrong and missing settings in one error."""
    assert (
        "nme: unknown; did you mean 'name'?",
        "name: missing; pass name=… or set STRICT_NAME (whose it is)",
        "age: must be a whole number, not 'old'",
    ) == problems(Strict, nme="x", age="old")
    assert ("name: must be text, not 5", "age: missing; pass age=…") == problems(Strict, name=5)


def test_settings_may_have_to_fit_together() -> None:
    """The provider's own `problems` are told with the rest, one for each setting."""
    assert ("name: is the age", "age: is the name") == problems(Strict, name="5", age=5)
    assert ("age: missing; pass age=…", "name: is the age") == problems(Strict, name="None")
    assert "six" == load(Strict, {"name": "six", "age": 5}, "letters").name


def test_a_provider_may_have_no_settings() -> None:
    """The list of known settings says `none`."""

    @frozen(eq=False)
    class Nothing:
        pass

    assert ("a: unknown; the settings are none",) == problems(Nothing, a=1)
