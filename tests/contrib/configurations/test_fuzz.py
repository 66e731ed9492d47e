"""Any text is read, or is a ConfigurationError; any edit of a file that can be read says what it should."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from jackfield.errors import ConfigurationError
from jackfield_configurations import Configuration, ConfigurationFile
from jackfield_configurations._document import read
from jackfield_configurations._edits import with_added, with_changed, with_default, with_renamed, without
from jackfield_configurations._sections import cut, parted

WHOLE = """\
# one
version = 1
default = "work"

[configurations.work]  # of mine
provider = "azure-apikey"
endpoint = "https://my-resource.openai.azure.com"
api_key = { keyring = "work/api_key/5d2c1f0a9b3e4d76" }
timeout = 1.5
retries = 0x10
api_version = 2024-10-21

[configurations."at home"]
provider = 'openai'
api_key = { encrypted = "v1:00000000:AAAA" }
plugins = [
  "one", # first
]

[configurations."at home".headers]
x-gateway = { env = "GATEWAY" }
"""
FRAGMENTS = [
    "[", "]", "[[", "]]", "{", "}", "=", ".", ",", '"', "'", '"""', "'''", "#", "\n", "\r\n", "\\", "\\u00", "\t", " ",
    "configurations", "work", "version", "default", "provider", "api_key", "headers", "keyring", "env", "1", "-", "nan",
    "1979-05-27T07:32:00Z", "true", "\0", "\x7f", "é", "\U0001f9a6", "_", "0x", "e5", "inf",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join),
    st.tuples(
        st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)), st.lists(st.sampled_from(FRAGMENTS), max_size=4)
    ).map(lambda cutting: WHOLE[: cutting[0]] + "".join(cutting[2]) + WHOLE[cutting[1] :]),
)
NAMES = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=12).filter(
    lambda name: name == " ".join(name.split()) and name.isprintable()
)
VALUES = st.one_of(
    st.text(max_size=20),
    st.integers(-(2**60), 2**60),
    st.booleans(),
    st.floats(allow_nan=False),
    st.lists(st.text(max_size=5), max_size=3),
    st.fixed_dictionaries({"env": st.text(max_size=8)}),
)
TABLES = st.dictionaries(st.text(min_size=1, max_size=8), VALUES, max_size=4)


def ask(file: ConfigurationFile) -> None:
    """Ask a file everything there is."""
    file.names()
    file.default_name()
    for each in file.configurations():
        assert "Configuration(" in repr(each)
        _ = each.api_type, each.key_type
        try:
            file.resolve(each.name)
        except ConfigurationError:
            continue


def message(call: Callable[[], object]) -> str | None:
    """Return what a ConfigurationError says, or None where there was none; let any other error through."""
    try:
        call()
    except ConfigurationError as error:
        return str(error)
    return None


def test_every_beginning_of_a_file(file, memory, written):
    """A file that was cut off anywhere is read, or is a ConfigurationError that names it, and stays as it is."""
    for end in range(len(WHOLE) + 1):
        written(file, WHOLE[:end])
        assert str(file.path) in (message(lambda: ask(file)) or str(file.path))
        assert WHOLE[:end] == file.path.read_text()


@given(data=st.binary(max_size=300))
@example(data=b"\xff")
@example(data=b"\xef\xbb\xbf")
def test_any_bytes(data, tmp_path_factory):
    """Bytes from nowhere are read, or are a ConfigurationError."""
    file = ConfigurationFile(tmp_path_factory.mktemp("any") / "jackfield.toml")
    file.path.write_bytes(data)
    file.path.chmod(0o600)
    message(lambda: ask(file))

    assert data == file.path.read_bytes()


@given(text=TEXTS)
def test_any_text(text, tmp_path_factory):
    """So is any text, and what can be read can be added to, or says that it cannot; nothing is lost."""
    file = ConfigurationFile(tmp_path_factory.mktemp("any") / "jackfield.toml")
    file.path.write_bytes(text.encode("utf-8", "surrogatepass"))
    file.path.chmod(0o600)
    before = file.path.read_bytes()
    told = message(lambda: ask(file)) or message(lambda: file.add(Configuration(name="an otter", provider="local")))
    if told is None:
        assert "an otter" in file.names()
    else:
        assert before == file.path.read_bytes()


@given(text=TEXTS)
def test_sections_are_the_text(text):
    """However a text is cut, the pieces make it up again."""
    sections = cut(text)
    assert text == "".join(each.text for each in sections)
    assert all(each.text == "".join(parted(each.text)) for each in sections)


@given(name=NAMES, table=TABLES, other=NAMES, more=TABLES, gone=st.booleans())
def test_edits_say_what_they_should(name, table, other, more, gone):
    """Whatever is added, changed, renamed, made the default and removed is what is read then."""
    table, more = {"provider": "p", **table}, {"provider": "q", **more}
    if name == other:
        other += "!"
    text = with_added(WHOLE.replace("[configurations.work]", "[configurations.work_of_mine]"), name, table)
    assert table == tomllib.loads(text)["configurations"][name]
    text = with_changed(text, name, {(key,): value for key, value in more.items()})
    assert {**table, **more} == tomllib.loads(text)["configurations"][name]
    text = with_renamed(text, name, other)
    assert {**table, **more} == tomllib.loads(text)["configurations"][other]
    text = with_default(text, None if gone else other)
    assert (None if gone else other) == tomllib.loads(text).get("default")
    text = without(text, other)
    assert {"work_of_mine", "at home"} == set(tomllib.loads(text)["configurations"])


@given(text=TEXTS)
def test_errors_repeat_no_long_value(text):
    """What stands in a file is in no message about its form, where it might be a key."""
    key = "sk-0123456789abcdefghijkl"
    for broken in (f'{text}"{key}"', f"a = '{key}\n{text}", f"api_key = {key}\n{text}", f"{text}\n[x]\ny = {key}"):
        assert key not in (message(lambda broken=broken: read(broken, Path("jackfield.toml"))) or "")
