from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, PathDistribution, entry_points
from pathlib import Path

import pytest

from jackfield import Client, _discovery
from jackfield._discovery import find, first_installed, installed
from jackfield._installed import claimant, forget, points
from jackfield.errors import IncompleteProviderError, ProviderConflictError, ProviderNotFoundError

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Return a function that installs a package: metadata and one module, each package in a folder on `sys.path`."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    before = set(sys.modules)

    def installing(
        distribution: str,
        names: dict[str, str],
        *,
        module: str = "",
        group: str = "jackfield.providers",
        version: str = "1.2",
        site: Path = site,
    ) -> Path:
        site.mkdir(exist_ok=True)
        info = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        lines = "".join(f"{name} = {target}\n" for name, target in names.items())
        (info / "entry_points.txt").write_text(f"[{group}]\n{lines}")
        (site / f"{distribution.replace('-', '_')}.py").write_text(module)
        return site

    forget()
    yield installing
    forget()
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_finds_the_one_that_is_named(install: Install) -> None:
    """The entry point's object is what is returned."""
    install("jackfield-foo", {"foo": "jackfield_foo:Foo"}, module="class Foo: pass\n")

    assert "Foo" == find("jackfield.providers", "foo").__name__


def test_tells_what_is_installed_without_importing_it(install: Install) -> None:
    """Names come sorted, each with package and version; a package that cannot be imported is listed all the same."""
    install("jackfield-zoo", {"zoo": "jackfield_zoo:Zoo", "bar": "jackfield_zoo:Bar"}, module="raise SystemExit\n")
    install("jackfield-foo", {"bar": "jackfield_foo:Bar"}, module="1 / 0\n")

    names = installed("jackfield.providers")

    assert list(names) == sorted(names)
    assert (["jackfield-zoo 1.2"], {"jackfield-zoo 1.2", "jackfield-foo 1.2"}) == (names["zoo"], set(names["bar"]))
    assert not {"jackfield_zoo", "jackfield_foo"} & set(sys.modules)


def test_the_first_of_some_names_that_is_installed(install: Install) -> None:
    """Or the last of them, which is looked for, and told where it is not there."""
    install("jackfield-slow", {"slow": "jackfield_slow:Slow"}, group="jackfield.transports")

    assert "slow" == first_installed("jackfield.transports", ("fast", "slow", "other"))
    assert "other" == first_installed("jackfield.transports", ("fast", "other"))


def test_groups_are_apart(install: Install) -> None:
    """A transport of the same name is no provider."""
    install("jackfield-foo", {"foo": "jackfield_foo:x"}, module="x = 1\n", group="jackfield.transports")

    assert 1 == find("jackfield.transports", "foo")
    with pytest.raises(ProviderNotFoundError, match="no provider named 'foo'"):
        find("jackfield.providers", "foo")


def test_two_packages_cannot_claim_one_name(install: Install) -> None:
    """The error names both, and nothing is imported."""
    install("jackfield-foo", {"foo": "jackfield_foo:Foo"}, module="raise SystemExit\n")
    install("other-foo", {"foo": "other_foo:Foo"}, module="raise SystemExit\n", version="3")

    with pytest.raises(
        ProviderConflictError, match=r"2 packages claim the provider 'foo': .*; uninstall all but one"
    ) as caught:
        find("jackfield.providers", "foo")
    assert {"jackfield-foo 1.2", "other-foo 3"} == set(caught.value.claimants)


BROKEN = [
    ("import nothing_of_that_name\n", "ModuleNotFoundError: No module named 'nothing_of_that_name'"),
    ("1 / 0\n", "ZeroDivisionError: division by zero"),
    ("", "AttributeError: .*has no attribute 'Foo'"),
    ("class Foo(\n", "SyntaxError"),
]


@pytest.mark.parametrize(("module", "said"), BROKEN)
def test_a_broken_package_breaks_only_itself(install: Install, module: str, said: str) -> None:
    """Its name gets an error that names the package and the reason; every other name works."""
    install("jackfield-foo", {"foo": "jackfield_foo:Foo"}, module=module)
    install("jackfield-bar", {"bar": "jackfield_bar:Bar"}, module="class Bar: pass\n")

    with pytest.raises(IncompleteProviderError, match=f"'foo' of jackfield-foo 1.2 cannot be imported: {said}"):
        find("jackfield.providers", "foo")
    assert "Bar" == find("jackfield.providers", "bar").__name__


def test_what_is_installed_later_is_found(install: Install) -> None:
    """A process need not be started again after an installation."""
    with pytest.raises(ProviderNotFoundError):
        find("jackfield.providers", "foo")

    install("jackfield-foo", {"foo": "jackfield_foo:Foo"}, module="class Foo: pass\n")

    assert "Foo" == find("jackfield.providers", "foo").__name__
    assert "foo" in installed("jackfield.providers")


def test_what_another_path_has_is_found(install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder put on `sys.path` later is searched, and one taken off is not."""
    site = install("jackfield-foo", {"foo": "jackfield_foo:x"}, module="x = 1\n", site=tmp_path / "other")
    assert "foo" not in installed("jackfield.providers")

    with monkeypatch.context() as patch:
        patch.syspath_prepend(site)
        assert 1 == find("jackfield.providers", "foo")

    assert "foo" not in installed("jackfield.providers")


UNREADABLE = [
    "[jackfield.providers]\nno target\n",
    "[jackfield.providers]\nfoo = jackfield_foo:\udcff\n",
]


@pytest.mark.parametrize("entry_points", UNREADABLE)
def test_a_package_with_broken_metadata_breaks_only_itself(install: Install, entry_points: str) -> None:
    """It is left out, whatever it claims; every other package is found."""
    site = install("jackfield-foo", {"foo": "jackfield_foo:Foo"})
    install("jackfield-bar", {"bar": "jackfield_bar:Bar"}, module="class Bar: pass\n")
    broken = site / "jackfield_foo-1.2.dist-info" / "entry_points.txt"
    broken.write_bytes(entry_points.encode("utf-8", "surrogateescape"))

    assert "Bar" == find("jackfield.providers", "bar").__name__
    assert "foo" not in installed("jackfield.providers")
    assert "openai" in installed("jackfield.providers")


def test_of_two_installations_of_a_package_the_first_counts(install: Install, tmp_path: Path) -> None:
    """Also where another package's metadata are broken: it is the one that is imported."""
    site = install("jackfield-foo", {"foo": "jackfield_foo:Foo"})
    later = install("jackfield-foo", {"foo": "jackfield_foo:Foo"}, version="0.9", site=tmp_path / "later")
    sys.path.append(str(later))
    try:
        assert ["jackfield-foo 1.2"] == installed("jackfield.providers")["foo"]
        install("jackfield-bad", {})
        (site / "jackfield_bad-1.2.dist-info" / "entry_points.txt").write_text("[jackfield.providers]\nbad\n")
        forget()
        assert ["jackfield-foo 1.2"] == installed("jackfield.providers")["foo"]
    finally:
        sys.path.remove(str(later))


HINTS = [
    ("fo", "did you mean 'foo'?"),
    ("food", "did you mean 'foo'?"),
    ("quite-another", "pip install jackfield-quite-another"),
]


@pytest.mark.parametrize(("name", "hint"), HINTS)
def test_an_unknown_name_gets_a_hint(install: Install, name: str, hint: str) -> None:
    """The error lists what is installed, and asks whether a near name is meant or says what to install."""
    install("jackfield-foo", {"foo": "jackfield_foo:Foo"})

    with pytest.raises(ProviderNotFoundError) as caught:
        find("jackfield.providers", name)

    names = list(installed("jackfield.providers"))
    assert f"no provider named {name!r}; installed: {', '.join(names)}; {hint}" == str(caught.value)
    assert (name, tuple(names)) == (caught.value.name, caught.value.installed)


@pytest.mark.parametrize("name", ["caf\udce9", "\ud800", ""])
def test_a_name_that_nothing_can_have_is_an_unknown_one(name: str) -> None:
    """Such as what an environment variable has that is no UTF-8."""
    with pytest.raises(ProviderNotFoundError):
        find("jackfield.providers", name)


def test_an_unknown_name_where_nothing_is_installed(install: Install) -> None:
    """The list says `none`."""
    with pytest.raises(ProviderNotFoundError, match="no plugin named 'foo'; installed: none; pip install"):
        find("jackfield.plugins", "foo")


def test_a_package_without_metadata_is_shown_by_its_target(install: Install) -> None:
    """An entry point made by hand has no distribution."""
    assert "a:b" == claimant(EntryPoint("a", "a:b", "jackfield.providers"))


PROVIDER = """
from attrs import frozen
from jackfield.plugin import setting

@frozen(eq=False)
class Foo:
    {body}
    flavour: str = setting(default="plain")

    def parts(self):
        return []

def function():
    return Foo()

class Partless:
    pass

class Bare:
    def parts(self):
        return []
"""

UNFIT = [
    (
        "foo",
        "hooks_version = 0",
        "written for version 0 of the hooks, this core has version 1; upgrade that provider's",
    ),
    ("foo", "hooks_version = 2", "written for version 2 of the hooks, this core has version 1; upgrade jackfield-core"),
    ("foo", "", "provider 'foo' has no part that implements 'build_url'"),
    ("function", "", "provider 'function' is no provider: it has no parts"),
    ("partless", "", "provider 'partless' is no provider: it has no parts"),
    ("bare", "", "provider 'bare' is no provider: its entry point names no attrs class"),
]


@pytest.mark.parametrize(("name", "body", "message"), UNFIT)
def test_what_is_no_provider_for_this_core_is_refused(install: Install, name: str, body: str, message: str) -> None:
    """The client says what does not fit, and what to upgrade."""
    names = {each.lower(): f"jackfield_foo:{each}" for each in ("Foo", "function", "Partless", "Bare")}
    install("jackfield-foo", names, module=PROVIDER.format(body=body))

    with pytest.raises(IncompleteProviderError, match=message):
        Client(name)


def test_plugins_and_transports_are_found_by_name(install: Install) -> None:
    """A client takes the name of an installed plugin and transport, and closes the transport that it made."""
    module = """
from jackfield.plugin import impl

class Greeting:
    @impl
    def request_headers(self):
        return {"x-greeting": "hi"}
"""
    install("greeting", {"greeting": "greeting:Greeting"}, module=module, group="jackfield.plugins")
    carrying = "closed = []\nclass Pigeon:\n    def close(self): closed.append(self)\n"
    install("pigeon", {"pigeon": "pigeon:Pigeon"}, module=carrying, group="jackfield.transports")
    from hand import Letters

    client = Client(Letters(), plugins=["greeting"], transport="pigeon")
    assert 1 == len(client._binding.request_headers)
    client.close()

    assert [client._transport] == sys.modules["pigeon"].closed


def zipped(site: Path) -> Path:
    """Return a folder of packages as a zip, which Python imports from as well."""
    return Path(shutil.make_archive(str(site), "zip", site))


def an_egg(site: Path) -> Path:
    """Return the one package of a folder as what setuptools once made."""
    egg = site.with_name("jackfield_foo-1.2.egg")
    site.rename(egg)
    (egg / "jackfield_foo-1.2.dist-info").rename(egg / "EGG-INFO")
    return egg


@pytest.mark.parametrize("made", [zipped, an_egg])
def test_what_is_no_plain_folder_is_found(install: Install, tmp_path: Path, monkeypatch, made) -> None:
    """`importlib.metadata` is asked, and what lies in plain folders is found beside."""
    install("jackfield-bar", {"bar": "jackfield_bar:x"}, module="x = 2\n")
    place = made(install("jackfield-foo", {"foo": "jackfield_foo:x"}, module="x = 1\n", site=tmp_path / "other"))
    monkeypatch.syspath_prepend(place)

    assert (1, 2) == (find("jackfield.providers", "foo"), find("jackfield.providers", "bar"))
    assert {"openai", "foo", "bar"} <= set(installed("jackfield.providers"))


def test_what_lies_in_the_current_folder_is_found(install: Install, tmp_path: Path, monkeypatch) -> None:
    """`sys.path` has it as an empty text where Python is started without a file."""
    monkeypatch.chdir(install("jackfield-foo", {"foo": "jackfield_foo:x"}, module="x = 1\n", site=tmp_path / "here"))
    monkeypatch.syspath_prepend("")

    assert 1 == find("jackfield.providers", "foo")


def test_what_is_installed_later_is_found_beside_a_zip_too(install: Install, tmp_path: Path, monkeypatch) -> None:
    """What `importlib.metadata` said is asked again."""
    (tmp_path / "empty").mkdir()
    monkeypatch.syspath_prepend(zipped(tmp_path / "empty"))
    with pytest.raises(ProviderNotFoundError):
        find("jackfield.providers", "foo")

    install("jackfield-foo", {"foo": "jackfield_foo:x"}, module="x = 1\n")

    assert 1 == find("jackfield.providers", "foo")


def test_a_finder_of_somebodys_own_is_asked(install: Install, tmp_path: Path, monkeypatch) -> None:
    """What is installed where only it looks is found; with broken metadata, everything else is."""
    site = install("jackfield-foo", {"foo": "jackfield_foo:x"}, site=tmp_path / "elsewhere")

    class Finder:
        @classmethod
        def find_spec(cls, *_):
            return None

        @classmethod
        def find_distributions(cls, context):
            return [PathDistribution(each) for each in site.glob("*.dist-info")]

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder])

    assert ["jackfield-foo 1.2"] == installed("jackfield.providers")["foo"]
    forget()
    install("jackfield-bad", {}, site=site)
    (site / "jackfield_bad-1.2.dist-info" / "entry_points.txt").write_bytes(b"[jackfield.providers]\nbad = \xff\n")
    assert {"foo", "openai"} <= set(installed("jackfield.providers"))
    assert "bad" not in installed("jackfield.providers")


def test_what_is_on_the_path_and_is_no_folder_is_left_out(install: Install, monkeypatch) -> None:
    """A folder that is not there; what is a path and no text is asked about."""
    install("jackfield-foo", {"foo": "jackfield_foo:x"}, module="x = 1\n")
    monkeypatch.setattr(sys, "path", ["/nowhere/at/all", *sys.path])
    assert 1 == find("jackfield.providers", "foo")

    monkeypatch.setattr(sys, "path", [*sys.path, Path("/nowhere")])
    assert 1 == find("jackfield.providers", "foo")


SPELLINGS = [
    ("Jackfield.Foo", "jackfield_foo"),
    ("jackfield__foo", "jackfield.-_foo"),
    ("jackfield-foo", "JACKFIELD_FOO"),
]


@pytest.mark.parametrize(("first", "later"), SPELLINGS)
def test_one_package_in_two_spellings_is_one(install: Install, tmp_path: Path, first: str, later: str) -> None:
    """The first on the path shadows the other, whether it names a provider or not."""
    install(first, {"foo": "jackfield_foo:x"})
    site = install(later.replace("-", "_"), {"foo": "a:b", "gone": "a:b"}, version="0.9", site=tmp_path / "later")
    sys.path.append(str(site))
    try:
        assert [f"{first} 1.2"] == installed("jackfield.providers")["foo"]
        assert "gone" not in installed("jackfield.providers")
    finally:
        sys.path.remove(str(site))


def test_what_is_found_is_what_python_finds(install: Install, monkeypatch) -> None:
    """Here and now, in every group, in the same order."""
    install("jackfield-foo", {"foo": "jackfield_foo:x", "bar": "b:c"})
    install("jackfield-bar", {"bar": "jackfield_bar:y"})
    for group in _discovery._KINDS:
        own = points(group)
        assert list(entry_points(group=group)) == own
        assert [point.dist.name for point in entry_points(group=group)] == [point.dist.name for point in own]
