"""The file: what is read, what edits leave as it was, and what is never lost."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from jackfield.errors import ConfigurationError
from jackfield_configurations import Configuration, ConfigurationFile, EnvironmentReference
from jackfield_configurations._document import _where

BY_HAND = """\
# My configurations.

version = 1  # of the format
default = 'work'   # since May

# ---------------- the employer's
[configurations.work]  # Azure
provider = 'azure-apikey'
# copied from the portal
endpoint = "https://my-resource.openai.azure.com"  # no slash
deployment = "my-gpt"
api_version = 2024-10-21
api_key = { env = "WORK_KEY" }      # key1
# that is all

# ---------------- my own
[configurations."At home"]
timeout = 30
provider = "openai"
api_key={env="HOME_KEY"}

[configurations."At home".headers]
# for the gateway
X-Gateway = { env = "GATEWAY" }  # asked for by IT

# the end
"""
HOME = Configuration(
    name="home", provider="openai", settings={"api_key": EnvironmentReference("HOME_KEY"), "timeout": 30}
)


def lines(text: str) -> list[str]:
    """Return the lines of a text."""
    return text.splitlines()


# Reading


def test_reads_what_a_person_wrote(file, written):
    """Names, default, and settings as a client takes them; a date without quotes is an api-version."""
    written(file, BY_HAND)

    assert ["work", "At home"] == file.names()
    assert "work" == file.default_name()
    assert {
        "endpoint": "https://my-resource.openai.azure.com",
        "deployment": "my-gpt",
        "api_version": "2024-10-21",
        "api_key": EnvironmentReference("WORK_KEY"),
    } == file.get("work").settings
    assert {"X-Gateway": EnvironmentReference("GATEWAY")} == file.get("at  HOME").settings["headers"]
    assert ["azure-apikey", "openai"] == [each.provider for each in file.configurations()]


def test_no_file_has_nothing(file):
    """A file that does not exist has no names and no default, and says so where one is asked for."""
    assert ([], None, []) == (file.names(), file.default_name(), file.configurations())
    assert not file.exists()
    with pytest.raises(ConfigurationError, match="there is no file .*`jackfield config add` makes one"):
        file.get("work")


def test_edits_of_no_file(file):
    """An edit of what is not there says so, and makes none."""
    for edit in (
        lambda: file.edit("a", HOME),
        lambda: file.rename("a", "b"),
        lambda: file.remove("a"),
        lambda: file.set_default("a"),
    ):
        with pytest.raises(ConfigurationError, match="there is no file .*`jackfield config add` makes one"):
            edit()
    assert not file.exists()


def test_file_without_configurations(file, written):
    """Is one without names; an empty one is as good as none."""
    for text in ("", "# nothing\n", "version = 1\n"):
        written(file, text)
        assert [] == file.names()
        with pytest.raises(ConfigurationError, match="there are no configurations in '.*'; `jackfield config add`"):
            file.get("a")
        file.add(HOME)
        assert ["home"] == file.names()


def test_unknown_name_is_told_with_what_there_is(file, written):
    """The error lists the names, and asks for the nearest."""
    written(file, BY_HAND)
    with pytest.raises(
        ConfigurationError, match="named 'werk' in .*; there are 'work', 'At home'; did you mean 'work'"
    ):
        file.get("werk")


def test_text_of_other_programs(file):
    """A byte order mark and the line ends of Windows are no obstacle, and stay through an edit."""
    file.path.write_bytes(b"\xef\xbb\xbf" + BY_HAND.replace("\n", "\r\n").encode())
    file.path.chmod(0o600)
    file.set_default("At home")

    assert "At home" == file.default_name()
    assert BY_HAND.count("\n") == file.path.read_bytes().count(b"\r\n")


BROKEN = [
    ("version = 2\n", "has version 2 of the format, .*upgrade jackfield-configurations"),
    ("version = 1\ndefault = \n", "is no TOML: line 2, column 11: invalid value"),
    ('version = 1\nx = "sk-0123456789abcdefghij\n', "is no TOML: line 2, column 29: illegal character "),
    ("a = [\n\n", "is no TOML: line 3, column 1: "),
    ("a = 1\na = 2\n", "is no TOML: line 2, column 6: cannot overwrite"),
    ("a = " + "[" * 3000, "is no TOML: "),
    ("a = " + "9" * 5000, "is no TOML: it has a value that cannot be read"),
    ("version = '1'", "version: must be 1"),
    ("version = 0", "version: must be 1"),
    ("version = true", "version: must be 1"),
    ("defolt = 'work'", "'defolt': unknown; at the top stand version, default, configurations"),
    ("default = 1", "default: must be the name of a configuration"),
    ("default = ' '", "default: must be the name of a configuration"),
    ("configurations = 1", "configurations: must be tables"),
    ("[[configurations]]", "configurations: must be tables"),
    ("[configurations]\nwork = 1", "configurations.work: must be a table"),
    ("[configurations.work]\n[configurations.'WORK']", "configurations.WORK: is the same name as 'work'"),
    ("[configurations.'']", "configurations.: name: must not be empty"),
    ("[configurations.' a']", "name: must have no blanks around it"),
    ('[configurations."a\\u0007"]', "name: must be printable"),
]


@pytest.mark.parametrize(("text", "expected"), BROKEN, ids=[text[:30] for text, _ in BROKEN])
def test_broken_file_is_told_and_kept(file, text, expected, written):
    """Whatever is wrong, the error says it and where, no question is answered, no edit is made, and nothing is lost."""
    written(file, text)
    for question in (
        file.names,
        file.default_name,
        file.configurations,
        lambda: file.get("work"),
        lambda: file.resolve("work"),
        lambda: file.add(HOME),
        lambda: file.edit("work", HOME),
        lambda: file.rename("work", "other"),
        lambda: file.remove("work"),
        lambda: file.set_default("work"),
    ):
        with pytest.raises(ConfigurationError, match=expected) as caught:
            question()
        assert "sk-0123456789" not in str(caught.value)
    assert text == file.path.read_text("utf-8")


def test_all_problems_of_a_file_at_once(file, written):
    """One error has them all."""
    written(file, "version = -1\nfoo = 1\ndefault = 2\n[configurations]\na = 1\n")
    with pytest.raises(ConfigurationError) as caught:
        file.names()
    assert ["'foo'", "version", "configurations.a", "default"] == [
        problem.partition(":")[0] for problem in caught.value.problems
    ]


def test_bytes_that_are_no_text(file):
    """The error names the byte and its place."""
    file.path.write_bytes(b"version = 1\n# caf\xe9\n")
    with pytest.raises(ConfigurationError, match="no text in UTF-8: byte 0xe9 at line 2, column 6"):
        file.names()


def test_what_is_no_plain_file(file, tmp_path):
    """A folder, a pipe and what is far too large are told, not waited for."""
    with pytest.raises(ConfigurationError, match="is no plain file"):
        ConfigurationFile(tmp_path).names()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigurationError, match="is no plain file"):
        ConfigurationFile(tmp_path / "pipe").names()
    file.path.write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(ConfigurationError, match="is larger than 1,048,576 bytes"):
        file.names()


@pytest.mark.skipif(sys.platform == "win32" or 0 == os.geteuid(), reason="an administrator may read everything")
def test_file_that_may_not_be_read(file, written):
    """What the operating system refuses is told in its words."""
    written(file, BY_HAND, 0o000)
    with pytest.raises(ConfigurationError, match="cannot read .*: Permission denied"):
        file.names()


def test_links_that_go_round(file):
    """A link to itself is an error like any other."""
    file.path.symlink_to(file.path)
    with pytest.raises(ConfigurationError, match="cannot read"):
        file.names()
    with pytest.raises(ConfigurationError, match="cannot (lock|read|write)"):
        file.add(HOME)


def test_message_without_a_place():
    """Is not repeated: nothing is known of what is in it."""
    assert "it cannot be read" == _where("odd: 'sk-1'", "")


# Modes

EXPOSED = 'version = 1\n[configurations.a]\nprovider = "openai"\napi_key = { encrypted = "v1:00000000:AAAA" }\n'
MODES = [
    (BY_HAND, 0o600, None),
    (BY_HAND, 0o644, None),
    (BY_HAND, 0o664, "others can write to .*type: chmod 600 "),
    (BY_HAND, 0o602, "others can write to .*type: chmod 600 "),
    (EXPOSED, 0o600, None),
    (EXPOSED, 0o640, "others can read .*type: chmod 600 .*: configurations.a: has a secret in it"),
    (EXPOSED, 0o604, "others can read .*type: chmod 600 "),
    ('[configurations.a]\napi_key = "sk-1"', 0o644, "others can read .*type: chmod 600 "),
    ('[configurations.a]\n[configurations.a.headers]\nx = "1"', 0o644, "others can read .*type: chmod 600 "),
]


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
@pytest.mark.parametrize(("text", "mode", "expected"), MODES)
def test_modes(file, text, mode, expected, written):
    """Others may not write it, and may not read it where a secret is in it, encrypted or in the clear."""
    written(file, text, mode)
    if expected is None:
        assert file.names()
        return
    for question in (file.names, lambda: file.get("a"), lambda: file.set_default(None)):
        with pytest.raises(ConfigurationError, match=expected):
            question()
    assert text == file.path.read_text()


def test_written_for_its_owner_alone(file):
    """A new file has mode 0600, and so has one after an edit, whatever the umask."""
    os.umask(0)
    file.add(HOME)
    modes = [file.path.stat().st_mode & 0o777]
    file.path.chmod(0o644)
    file.set_default(None)
    modes.append(file.path.stat().st_mode & 0o777)

    assert [0o600, 0o600] == modes


# Edits


def test_new_file(file):
    """The first configuration makes the file, with what it needs and its folder, and is the default."""
    nested = ConfigurationFile(file.path.parent / "a" / "b" / "jackfield.toml")
    nested.add(HOME)

    assert """\
# Configurations of Jackfield: `jackfield config --help`.
# Keys are never kept in here in the clear.

version = 1
default = "home"

[configurations.home]
provider = "openai"
api_key = { env = "HOME_KEY" }
timeout = 30
""" == nested.path.read_text()
    assert HOME == nested.get("home")


def test_add_leaves_everything_else(file, written):
    """What was there is there, byte for byte, and the new one comes after it; the default stays."""
    written(file, BY_HAND)
    file.add(HOME)

    text = file.path.read_text()
    assert text.startswith(BY_HAND)
    assert HOME == file.get("home")
    assert "work" == file.default_name()


@pytest.mark.parametrize(("asked", "expected"), [(None, "work"), (False, "work"), (True, "home")])
def test_add_as_default(file, asked, expected, written):
    """Where it is wished, it becomes the default."""
    written(file, BY_HAND)
    file.add(HOME, make_default=asked)

    assert expected == file.default_name()


def test_first_is_no_default_where_that_is_wished(file):
    """The first one becomes the default only where nothing else is said."""
    file.add(HOME, make_default=False)

    assert file.default_name() is None


@pytest.mark.parametrize("name", ["work", "WORK", "at home", "At  Home"])
def test_names_are_unique(file, name, written):
    """Case and blanks make no difference."""
    written(file, BY_HAND)
    new = Configuration(name=" ".join(name.split()), provider="local")
    with pytest.raises(ConfigurationError, match="there is a configuration named '(work|At home)' already"):
        file.add(new)
    other = "At home" if "work" == name.lower() else "work"
    with pytest.raises(ConfigurationError, match="there is a configuration named '(work|At home)' already"):
        file.rename(other, new.name)
    assert BY_HAND == file.path.read_text()


def test_edit_touches_what_differs(file, written):
    """Changed lines are changed, with their comments; new ones come at the section's end; all others stay."""
    written(file, BY_HAND)
    changes = {"deployment": "other", "chat_model": "gpt-4o", "api_version": None, "api_key": EnvironmentReference("N")}
    file.edit("work", file.get("work").changed(changes))

    assert (
        BY_HAND.replace('"my-gpt"', '"other"')
        .replace("api_version = 2024-10-21\n", "")
        .replace('{ env = "WORK_KEY" }', '{ env = "N" }')
        .replace("# that is all\n", '# that is all\nchat_model = "gpt-4o"\n')
    ) == file.path.read_text()


def test_edit_of_headers(file, written):
    """A header is changed, added and removed in its table, with its comments; without headers there is no table."""
    written(file, BY_HAND)
    home = file.get("At home")
    file.edit(
        "at home",
        home.changed({"headers.X-Gateway": EnvironmentReference("B"), "headers.X-2": EnvironmentReference("C")}),
    )
    assert (
        BY_HAND.replace(
            'X-Gateway = { env = "GATEWAY" }  # asked for by IT\n',
            'X-Gateway = { env = "B" }  # asked for by IT\nX-2 = { env = "C" }\n',
        )
        == file.path.read_text()
    )

    file.edit("at home", file.get("at home").changed({"headers.X-Gateway": None, "headers.X-2": None}))
    assert "headers" not in file.get("at home").settings


def test_edit_that_changes_nothing(file, written):
    """The text is the same."""
    written(file, BY_HAND)
    for name in file.names():
        file.edit(name, file.get(name))

    assert BY_HAND == file.path.read_text()


def test_edit_of_provider_and_name(file, written):
    """Both are as any other setting."""
    written(file, BY_HAND)
    file.edit("work", Configuration(name="Work 2", provider="local"))

    assert ["Work 2", "At home"] == file.names()
    assert Configuration(name="Work 2", provider="local") == file.get("work 2")
    assert "Work 2" == file.default_name()
    assert '# ---------------- the employer\'s\n[configurations."Work 2"]  # Azure\n' in file.path.read_text()


@pytest.mark.parametrize("new", ["office", "My office", "WORK", 'a "quoted" [one] # so', "été"])
def test_rename_changes_headers_alone(file, new, written):
    """The section stays in its place, and the default follows."""
    written(file, BY_HAND)
    file.rename("work", new)
    file.rename("at home", "elsewhere")

    assert [new, "elsewhere"] == file.names()
    assert new == file.default_name()
    left = [line for line in lines(file.path.read_text()) if not line.startswith(("[", "default"))]
    assert [line for line in lines(BY_HAND) if not line.startswith(("[", "default"))] == left


@pytest.mark.parametrize("name", ["", " x", "a  b", "x" * 101, "a\nb"])
def test_rename_to_what_is_no_name(file, name, written):
    """It is refused, and nothing changes."""
    written(file, BY_HAND)
    with pytest.raises(ConfigurationError, match="name: must"):
        file.rename("work", name)
    assert BY_HAND == file.path.read_text()


def test_remove_leaves_comments_of_others(file, written):
    """The section goes, and with it the default; what was said of the next one stays."""
    written(file, BY_HAND)
    file.remove("WORK")

    start, end = BY_HAND.index("[configurations.work]"), BY_HAND.index("\n# ---------------- my own")
    assert (BY_HAND[:start] + BY_HAND[end:]).replace("default = 'work'   # since May\n", "") == file.path.read_text()
    assert (["At home"], None) == (file.names(), file.default_name())

    file.remove("at home")
    assert [] == file.names()
    assert "# the end" in file.path.read_text()


def test_default(file, written):
    """It is set, kept with its comment, and taken away."""
    written(file, BY_HAND)
    file.set_default("at home")
    assert BY_HAND.replace("'work'   #", '"At home"   #') == file.path.read_text()
    file.set_default(None)
    assert file.default_name() is None
    with pytest.raises(ConfigurationError, match="no configuration named 'other'"):
        file.set_default("other")


UNUSUAL = [
    "configurations = { work = { provider = 'local' }, b = { provider = 'local' } } # all\n",
    "[configurations]\nwork = { provider = 'local' } # one\nb.provider = 'local'\n",
    "configurations.work.provider = 'local' # one\nconfigurations.b.provider = 'local'\n",
    "[configurations.work.headers]\n[configurations.b]\nprovider='local'\n[configurations.work]\nprovider='local'\n",
    "  [ configurations . 'work' ] # in\n  provider = '''local'''\n[configurations.b]\nprovider = \"\"\"\nlocal\"\"\"",
    "[configurations.work]\nprovider = 'local'\nplugins = [\n  # none\n]\n[configurations.b]\nprovider = 'local'",
    "[configurations.b] # [configurations.work]\nprovider = 'local'\n[configurations.'work']\nprovider = 'local'",
]


@pytest.mark.parametrize("text", UNUSUAL)
def test_unusual_spellings(file, text, written):
    """Whatever TOML allows is edited right."""
    edits = {
        "add": lambda: file.add(HOME),
        "edit": lambda: file.edit("work", file.get("work").changed({"timeout": 5})),
        "rename": lambda: file.rename("work", "other"),
        "remove": lambda: file.remove("work"),
        "default": lambda: file.set_default("work"),
    }
    for name, edit in edits.items():
        written(file, text)
        before = {each.name: each for each in file.configurations()}
        edit()
        after = {each.name: each for each in file.configurations()}
        expected = {
            "add": {**before, "home": HOME},
            "edit": {**before, "work": before["work"].changed({"timeout": 5})},
            "rename": {
                "other": Configuration(name="other", provider="local", settings=before["work"].settings),
                "b": before["b"],
            },
            "remove": {"b": before["b"]},
            "default": before,
        }
        assert expected[name] == after, name


def test_what_cannot_be_made_sure_of_is_left_alone(file, written):
    """An edit that does not say what it should when it is read again is not made: a number that is none equals none."""
    text = "[configurations.work]\nprovider = 'local'\ntimeout = nan\n"
    written(file, text)
    with pytest.raises(ConfigurationError, match="cannot be edited without losing something; edit it by hand"):
        file.set_default("work")
    assert text == file.path.read_text()


# Nothing is lost


@pytest.mark.parametrize("step", ["replace", "fsync", "mkstemp", "fdopen"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_crash_in_the_middle_of_a_write(file, monkeypatch, step, error, written):
    """Whichever step fails, the old file is there, whole, and nothing is left beside it."""
    written(file, BY_HAND)
    before = {path for path in file.path.parent.iterdir() if ".lock" not in path.name}

    def fail(*_: object, **__: object) -> None:
        raise error

    home = "jackfield_configurations._storage." + ("mkstemp" if "mkstemp" == step else f"os.{step}")
    monkeypatch.setattr(home, fail)
    expected = ConfigurationError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected) as caught:
        file.add(HOME)
    monkeypatch.undo()

    if isinstance(error, OSError):
        assert "cannot write" in str(caught.value)
        assert "No space left on device; nothing of it was changed" in str(caught.value)
    assert BY_HAND == file.path.read_text()
    assert before == {path for path in file.path.parent.iterdir() if ".lock" not in path.name}
    file.add(HOME)


def test_folder_that_cannot_be_settled(file, written, monkeypatch):
    """A file that is in its place is in its place, whether or not the folder's entry can be forced to the disk."""
    written(file, BY_HAND)
    settled = []

    def only_files(descriptor: int) -> None:
        settled.append(descriptor)
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(22, "Invalid argument")

    monkeypatch.setattr("jackfield_configurations._storage.os.fsync", only_files)
    file.add(HOME)

    assert "home" in file.names()
    assert (2 if "posix" == os.name else 1) == len(settled)


def test_link_is_followed(file, tmp_path):
    """What a link points to is edited; the link stays one, even where its target is not there yet."""
    (tmp_path / "dots").mkdir()
    file.path.symlink_to(tmp_path / "dots" / "jackfield.toml")
    file.add(HOME)
    file.set_default(None)

    assert file.path.is_symlink()
    assert not (tmp_path / "dots" / "jackfield.toml").is_symlink()
    assert ["home"] == ConfigurationFile(tmp_path / "dots" / "jackfield.toml").names()


ADD_MANY = """
import sys
from pathlib import Path
from jackfield_configurations import Configuration, ConfigurationFile

for number in range(12):
    ConfigurationFile(Path(sys.argv[1])).add(Configuration(name=f"{sys.argv[2]}{number}", provider="local"))
"""


@pytest.mark.slow
def test_two_programs_edit_at_once(file, written):
    """Both lose nothing."""
    written(file, BY_HAND)
    programs = [subprocess.Popen([sys.executable, "-c", ADD_MANY, str(file.path), letter]) for letter in "ab"]

    assert [0, 0] == [program.wait(60) for program in programs]
    assert {"work", "At home", *(f"{letter}{n}" for letter in "ab" for n in range(12))} == set(file.names())
    assert file.path.read_text().startswith(BY_HAND)


def test_threads_edit_at_once(file):
    """Neither do threads of one program."""
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: file.add(Configuration(name=f"n{n}", provider="local")), range(12)))

    assert {f"n{n}" for n in range(12)} == set(file.names())


def test_lock_that_is_never_free(file, monkeypatch, written):
    """After some seconds an edit says who is in the way; reading does not wait."""
    from jackfield_configurations import _storage

    written(file, BY_HAND)
    monkeypatch.setattr(_storage, "PATIENCE", 0.05)
    with _storage.locked(file.path), pytest.raises(ConfigurationError, match="another program has been editing"):
        file.add(HOME)
    assert ["work", "At home"] == file.names()
    file.add(HOME)


def test_folder_that_cannot_be_written(tmp_path, home):
    """It is told, and what is in the way stays."""
    (tmp_path / "plain").write_text("mine")
    with pytest.raises(ConfigurationError, match="cannot lock .* for editing: "):
        ConfigurationFile(tmp_path / "plain" / "jackfield.toml").add(HOME)
    assert "mine" == (tmp_path / "plain").read_text()
