"""Secrets: where they are, that they are nowhere else, and what is said where one cannot be had."""

from __future__ import annotations

import logging
import pickle
import sys
import traceback

import keyring
import pytest
from keyring.backends import null
from keyring.errors import KeyringLocked

from jackfield import Secret
from jackfield.errors import ConfigurationError
from jackfield_configurations import (
    ClearText,
    Configuration,
    ConfigurationFile,
    EncryptedReference,
    EncryptionKey,
    EnvironmentReference,
    KeyringReference,
    known_keys,
    make_key,
)
from jackfield_configurations._binding import bound_to
from jackfield_configurations._keyring import drop
from jackfield_configurations._secrecy import facts_of, looks_secret

KEY = "sk-canary-0123456789abcdef"
HEADER = "gateway-canary-0123456789"
PROXY = "http://user:proxy-canary-01@proxy.example:3128"
CANARIES = (KEY, HEADER, "proxy-canary-01")
ENDPOINT = "https://gateway.example/v1"
URL = "https://gateway.example/v1/chat/completions"


def work(**settings: object) -> Configuration:
    """Return a configuration with three secrets in it, typed just now."""
    given = {
        "endpoint": ENDPOINT,
        "api_key": Secret(KEY),
        "headers": {"x-gateway": Secret(HEADER)},
        "proxy": Secret(PROXY),
    }
    return Configuration(name="work", provider="openai", settings={**given, **settings})


def value_of(secret: Secret) -> str:
    """Return what is in a secret."""
    return secret.bound_to(URL).reveal(URL)


@pytest.fixture(params=["keyring", "encrypted"])
def keep(request, memory, key):
    """Where secrets are kept; both places are there."""
    return request.param


# What is kept is had again


def test_what_is_kept_is_had_again(file, keep):
    """Key, header and proxy are what they were; in the file there are references."""
    kept = file.add(work(), keep=keep)
    had = file.resolve("work")

    assert (KEY, HEADER) == (value_of(had["api_key"]), value_of(had["headers"]["x-gateway"]))
    assert PROXY == had["proxy"]
    assert "openai" == had["provider"]
    assert kept == file.get("work")
    settings = kept.settings
    assert {keep} == {each.kind for each in (settings["api_key"], settings["headers"]["x-gateway"], settings["proxy"])}


def test_secrets_are_nowhere_else(file, keep, caplog, capfd):
    """Not in the file, in a representation, in an error, in a log, and in no pickle."""
    caplog.set_level(logging.DEBUG)
    given = work()
    kept = file.add(given, keep=keep)
    had = file.resolve("work")
    file.edit("work", kept.changed({"organization": "org-1"}))
    file.rename("work", "other")
    texts = [repr(given), str(given), repr(kept), repr(had), str(had), repr(file), file.path.read_text(), caplog.text]
    texts += [str(path.read_bytes()) for path in file.path.parent.rglob("*") if path.is_file()]
    texts += [repr(each) for each in known_keys()]
    texts += capfd.readouterr()

    assert [] == [canary for canary in CANARIES for text in texts if canary in text]
    assert [] == [canary for canary in CANARIES if canary.encode() in pickle.dumps(kept)]
    for unpicklable in (given, had, {"proxy": had["proxy"]}):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(unpicklable)


def test_default_place_is_the_keyring(file, memory, key):
    """Where there is a keyring it is used, and else the key, if there is one."""
    assert "keyring" == file.add(work()).settings["api_key"].kind
    keyring.set_keyring(null.Keyring())
    assert (
        "encrypted"
        == file.add(Configuration(name="b", provider="openai", settings=work().settings)).settings["api_key"].kind
    )


NOWHERE = [
    (None, "no keyring here that keeps secrets, and no key to encrypt with; `jackfield config make-key` makes a key"),
    ("keyring", "there is no keyring here that keeps secrets; `jackfield config make-key` makes a key"),
    ("encrypted", "there is no key to encrypt with; `jackfield config make-key` makes a key"),
    ("drawer", "kept in the 'keyring' or 'encrypted', not 'drawer'"),
]


@pytest.mark.parametrize(("place", "expected"), NOWHERE)
def test_no_place(file, place, expected):
    """Where a secret cannot be kept, the error says which ways there are, and no file is made."""
    with pytest.raises(ConfigurationError, match=expected):
        file.add(work(), keep=place)
    assert not file.exists()


# The keyring


def test_entries_are_not_to_be_guessed(file, memory):
    """Two files with configurations of one name share no entry, and one that is removed takes only its own."""
    other = ConfigurationFile(file.path.with_name("other.toml"))
    file.add(work())
    other.add(work())
    assert 6 == len(memory.entries)
    assert all(entry.startswith("work/") for entry in memory.entries)
    file.remove("work")

    assert 3 == len(memory.entries)
    assert KEY == value_of(other.resolve("work")["api_key"])


def test_replaced_secret_leaves_the_keyring(file, memory):
    """Nothing stays in the keyring of which no file speaks."""
    file.add(work())
    file.edit("work", file.get("work").changed({"api_key": Secret("sk-new-0123456789abcdef"), "proxy": None}))

    assert 2 == len(memory.entries)
    assert "sk-new-0123456789abcdef" == value_of(file.resolve("work")["api_key"])


def test_entry_of_two_configurations_stays(file, memory):
    """An entry that another configuration speaks of stays."""
    kept = file.add(work())
    file.add(Configuration(name="twin", provider="openai", settings=kept.settings))
    file.remove("work")

    assert KEY == value_of(file.resolve("twin")["api_key"])


def test_entry_that_a_person_made(file, memory, written):
    """It is used for whichever endpoint, and is never removed by us."""
    memory.entries["mine"] = KEY
    written(
        file, f'[configurations.a]\nprovider = "openai"\nendpoint = "{ENDPOINT}"\napi_key = {{ keyring = "mine" }}\n'
    )
    assert KEY == value_of(file.resolve("a")["api_key"])
    file.remove("a")

    assert {"mine": KEY} == memory.entries


def test_failed_write_leaves_no_entry(file, memory, monkeypatch):
    """A secret that was put away for a file that could not be written is taken out again."""
    monkeypatch.setattr("jackfield_configurations._storage.os.replace", _no_space)
    with pytest.raises(ConfigurationError, match="cannot write"):
        file.add(work())
    assert {} == memory.entries


def test_failed_edit_leaves_all_entries(file, memory, monkeypatch):
    """The old secret stays where the file still speaks of it, and the new one goes."""
    file.add(work())
    before = dict(memory.entries)
    monkeypatch.setattr("jackfield_configurations._storage.os.replace", _no_space)
    with pytest.raises(ConfigurationError, match="cannot write"):
        file.edit("work", file.get("work").changed({"api_key": Secret("sk-new-0123456789abcdef")}))
    assert before == memory.entries
    assert KEY == value_of(file.resolve("work")["api_key"])


def test_second_secret_that_is_not_taken(file, memory, monkeypatch):
    """Where the keyring takes one and not the next, neither stays."""
    taken = []

    def take_one(service: str, username: str, password: str) -> None:
        if taken:
            raise RuntimeError(password)
        taken.append(username)
        memory.entries[username] = password

    monkeypatch.setattr(memory, "set_password", take_one)
    with pytest.raises(ConfigurationError, match=r"the keyring does not take it \(RuntimeError\)"):
        file.add(work())
    assert ({}, False) == (memory.entries, file.exists())


def _no_space(*_: object) -> None:
    raise OSError(28, "No space left on device")


UNUSABLE = [
    (
        KeyringLocked(KEY),
        "api_key: the keyring is locked; unlock it, or keep the secret elsewhere: encrypted",
    ),
    (keyring.errors.NoKeyringError(KEY), "api_key: there is no keyring here; unlock it, or keep the secret elsewhere"),
    (OSError(KEY), r"api_key: the keyring cannot be read \(OSError\)"),
    (None, "api_key: the keyring has no entry 'work/api_key/.*type: jackfield config edit work --set-secret api_key"),
]


@pytest.mark.parametrize(("error", "expected"), UNUSABLE)
def test_keyring_that_does_not_answer(file, memory, monkeypatch, error, expected):
    """Each failure is told with the ways there are, and not in the backend's words."""
    file.add(work())

    def answer(*_: object) -> None:
        if error is not None:
            raise error

    monkeypatch.setattr(memory, "get_password", answer)
    with pytest.raises(ConfigurationError, match=expected) as caught:
        file.resolve("work")
    assert KEY not in str(caught.value)
    assert 3 == len(caught.value.problems)


def test_keyring_that_forgets(file, memory, monkeypatch):
    """A backend that takes everything and keeps nothing is found out."""
    monkeypatch.setattr(memory, "set_password", lambda *_: None)
    with pytest.raises(ConfigurationError, match="the keyring does not keep what it is given"):
        file.add(work())


def test_keyring_that_keeps_in_the_clear(file, memory, key):
    """A backend that `keyring` does not recommend is not given anything."""
    memory.priority = 0.5
    file.add(work())

    assert {} == memory.entries
    assert "encrypted" == file.get("work").settings["api_key"].kind


def test_entry_that_cannot_be_removed(file, memory, monkeypatch):
    """The configuration goes all the same."""
    file.add(work())
    monkeypatch.setattr(memory, "delete_password", _no_space)
    file.remove("work")

    assert [] == file.names()
    assert not drop(next(iter(memory.entries)))
    assert drop("work/api_key/0000000000000000")


def test_keyring_that_breaks(file, home, monkeypatch):
    """A backend that fails when it is looked at is none, and none is asked for keys in it."""
    monkeypatch.setattr(keyring, "get_keyring", _no_space)
    with pytest.raises(ConfigurationError, match="no keyring here that keeps secrets, and no key"):
        file.add(work())
    with pytest.raises(ConfigurationError, match="there is no keyring here that keeps secrets"):
        make_key("keyring")


# Encryption


def test_same_secret_twice(file, key):
    """Is encrypted differently each time."""
    one = key.encrypt(KEY, "work", "api_key")
    assert one != key.encrypt(KEY, "work", "api_key")
    assert one.startswith(f"v1:{key.id}:")
    assert KEY == key.decrypt(one, "WORK", "api_key")


@pytest.mark.parametrize(("name", "setting"), [("other", "api_key"), ("work", "token"), ("work/api_key", "")])
def test_value_that_was_moved(key, name, setting):
    """It opens nowhere but where it was put."""
    assert key.decrypt(key.encrypt(KEY, "work", "api_key"), name, setting) is None


def test_every_changed_byte_is_noticed(key):
    """Whichever character of the value is another, it does not open."""
    text = key.encrypt("short", "work", "api_key")
    start = text.rindex(":") + 1
    for at in range(start, len(text)):
        other = "A" if text[at] != "A" else "B"
        changed = text[:at] + other + text[at + 1 :]
        assert key.decrypt(changed, "work", "api_key") in (None, "short")
        assert (key.decrypt(changed, "work", "api_key") is None) or at >= len(text.rstrip("=")) - 1


def spoilt(file: ConfigurationFile, change) -> ConfigurationFile:
    """Change the encrypted key in the file."""
    text = file.path.read_text()
    reference = file.get("work").settings["api_key"].text
    file.path.write_text(text.replace(reference, change(reference)))
    return file


SPOILT = [
    (lambda text: f"{text[:-8]}AAAAAAA=", "api_key: cannot be decrypted: it was changed, or moved here from another"),
    (lambda text: text[:20], "api_key: cannot be decrypted"),
    (
        lambda text: f"v2{text[2:]}",
        "api_key: is encrypted with scheme v2, and v1 is the newest that is known here; up",
    ),
    (lambda _: "v1:nonsense", "api_key: is no encrypted value: it must be v1:KEYID:"),
    (lambda _: KEY, "api_key: is no encrypted value"),
    (
        lambda text: f"v1:00000000:{text[12:]}",
        "is encrypted with the key 00000000, and the keys that are known here are",
    ),
]


@pytest.mark.parametrize(("change", "expected"), SPOILT)
def test_value_that_was_changed(file, key, change, expected):
    """A changed value, one of a newer scheme, and one that is none are told apart, with the command to type."""
    file.add(work(headers={}, proxy=None), keep="encrypted")
    with pytest.raises(ConfigurationError, match=expected) as caught:
        spoilt(file, change).resolve("work")
    assert "jackfield config edit work --set-secret api_key" in str(caught.value)
    assert KEY not in str(caught.value)


def test_wrong_key(file, key, monkeypatch):
    """It is told apart from a changed value, by fingerprint: which is wanted, and which are known."""
    file.add(work(), keep="encrypted")
    monkeypatch.setenv("JACKFIELD_CONFIG_KEY", (other := EncryptionKey.generate()).text)
    with pytest.raises(
        ConfigurationError,
        match=f"api_key: is encrypted with the key {key.id}, and the keys that are known here are: {other.id}; put",
    ):
        file.resolve("work")
    monkeypatch.delenv("JACKFIELD_CONFIG_KEY")
    with pytest.raises(ConfigurationError, match="and the keys that are known here are: none; put that key into"):
        file.resolve("work")


def test_value_moved_in_the_file(file, key):
    """A value that was copied to another configuration does not open there."""
    kept = file.add(work(), keep="encrypted")
    file.add(
        Configuration(
            name="other", provider="openai", settings={"endpoint": ENDPOINT, "api_key": kept.settings["api_key"]}
        )
    )
    with pytest.raises(ConfigurationError, match="moved here from another configuration or setting"):
        file.resolve("other")


def test_rename_takes_encrypted_secrets_along(file, keep):
    """They open under the new name; a key that is not known keeps the old one."""
    file.add(work(), keep=keep)
    file.rename("work", "office")
    assert (KEY, PROXY) == (value_of(file.resolve("office")["api_key"]), file.resolve("office")["proxy"])
    file.rename("office", "OFFICE")
    assert KEY == value_of(file.resolve("office")["api_key"])


def test_rename_needs_the_key(file, key, monkeypatch):
    """Without it nothing changes, and all that stands in the way is told."""
    file.add(work(), keep="encrypted")
    before = file.path.read_text()
    monkeypatch.delenv("JACKFIELD_CONFIG_KEY")
    with pytest.raises(ConfigurationError, match="'work' cannot be renamed") as caught:
        file.rename("work", "office")
    assert 3 == len(caught.value.problems)
    assert before == file.path.read_text()


# Keys


def test_places_of_keys(home, memory, monkeypatch):
    """Environment, file and keyring, in that order; the first encrypts."""
    in_keyring, in_file = make_key("keyring"), make_key()
    one, two = EncryptionKey.generate(), EncryptionKey.generate()
    monkeypatch.setenv("JACKFIELD_CONFIG_KEY", f"{one.text} {two.text},{one.text}")

    assert [one, two, in_file, in_keyring] == known_keys()
    assert (home / "jackfield.key").read_text().endswith(f"{in_file.text}\n")
    assert 0o600 == (home / "jackfield.key").stat().st_mode & 0o777


def test_new_keys_go_before_old_ones(home, memory):
    """In either place, so that old values still open; a person's comments stay."""
    old = [make_key(), make_key("keyring")]
    path = home / "jackfield.key"
    path.write_text(f"# mine\n{path.read_text()}".rstrip())
    new = [make_key(), make_key("keyring")]

    assert [new[0], old[0], new[1], old[1]] == known_keys()
    assert path.read_text().startswith("# mine\n# Keys that open")


def test_key_file_elsewhere(home, tmp_path, monkeypatch):
    """JACKFIELD_CONFIG_KEY_FILE says where; it is made there, and where it is gone that is told."""
    monkeypatch.setenv("JACKFIELD_CONFIG_KEY_FILE", str(tmp_path / "secret" / "k"))
    with pytest.raises(ConfigurationError, match="JACKFIELD_CONFIG_KEY_FILE names .*, and there is no such file"):
        known_keys()
    made = make_key()
    assert [made] == known_keys()
    (tmp_path / "secret" / "k").write_text("\n# none\n")
    assert [] == known_keys()


WRONG_KEYS = ["short", "A" * 44, "é" * 44, f"{'A' * 43}=\n{'A' * 42}=", "correct horse battery staple"]


@pytest.mark.parametrize("text", WRONG_KEYS)
def test_what_is_no_key(home, text, monkeypatch):
    """It is told where it is and which, and not what it says."""
    monkeypatch.setenv("JACKFIELD_CONFIG_KEY", text)
    with pytest.raises(
        ConfigurationError, match="JACKFIELD_CONFIG_KEY: number . there is no key: a key must be 32"
    ) as caught:
        known_keys()
    assert text not in str(caught.value)
    with pytest.raises(ConfigurationError, match="32"):
        EncryptionKey(b"short")


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622])
def test_key_file_that_others_can_read(file, home, mode):
    """It is refused with the command to type, when it is wanted and when another key is to be put into it."""
    make_key()
    (home / "jackfield.key").chmod(mode)
    for wanting in (known_keys, make_key, lambda: file.add(work())):
        with pytest.raises(ConfigurationError, match="others can read the keys in .*; type: chmod 600 "):
            wanting()


def test_rotation(file, home):
    """Every secret is encrypted with the new key, and the old one can be thrown away."""
    old = make_key()
    file.add(work(), keep="encrypted")
    file.add(Configuration(name="plain", provider="local"))
    before = file.path.read_text()
    new = make_key()

    assert 3 == file.rotate()
    assert old.id not in file.path.read_text()
    (home / "jackfield.key").write_text(new.text)
    assert KEY == value_of(file.resolve("work")["api_key"])
    assert len(before.splitlines()) == len(file.path.read_text().splitlines())


def test_rotation_loses_nothing(file, home, key, monkeypatch):
    """A key that is not known is not rotated to, and one value that does not open keeps all as they are."""
    file.add(work(), keep="encrypted")
    before = file.path.read_text()
    stranger = EncryptionKey.generate()
    with pytest.raises(ConfigurationError, match=f"the key {stranger.id} is not among the known ones"):
        file.rotate(stranger)
    monkeypatch.setenv("JACKFIELD_CONFIG_KEY", stranger.text)
    with pytest.raises(ConfigurationError, match="not every secret can be opened") as caught:
        file.rotate()
    assert ["work.api_key", "work.headers.x-gateway", "work.proxy"] == sorted(
        problem.partition(":")[0] for problem in caught.value.problems
    )
    monkeypatch.delenv("JACKFIELD_CONFIG_KEY")
    with pytest.raises(ConfigurationError, match="no key is known; `jackfield config make-key` makes one"):
        file.rotate()
    assert before == file.path.read_text()


def test_key_shows_nothing_of_itself(key):
    """Not by repr, by its fingerprint or by a pickle; equal keys are equal."""
    assert f"EncryptionKey({key.id})" == repr(key)
    assert EncryptionKey.from_text(key.text) == key
    assert 1 == len({EncryptionKey.from_text(key.text), key})
    assert key != key.text
    with pytest.raises(TypeError, match="a key is not pickled"):
        pickle.dumps(key)


# Whom a secret is for

MOVES = [
    {"endpoint": "https://evil.example/v1"},
    {"endpoint": "http://gateway.example/v1"},
    {"endpoint": "https://gateway.example:8443/v1"},
    {"endpoint": "gateway.example.evil.example"},
    {"endpoint": None},
]


@pytest.mark.parametrize("change", MOVES)
def test_stored_key_stays_with_its_endpoint(file, keep, change):
    """Where the address is changed by hand, the key is not handed out; by an edit, it must be given again."""
    file.add(work(proxy=None), keep=keep)
    with pytest.raises(ConfigurationError, match=r"api_key: was stored for 'https://gateway.example:443', and the end"):
        file.edit("work", file.get("work").changed({**change, "allow_plain_http": True}))
    endpoint = f'endpoint = "{ENDPOINT}"\n'
    new = f'endpoint = "{change["endpoint"]}"\n' if change["endpoint"] else ""
    file.path.write_text(file.path.read_text().replace(endpoint, new))
    with pytest.raises(ConfigurationError, match="was stored for 'https://gateway.example:443'") as caught:
        file.resolve("work")
    assert ["api_key", "headers.x-gateway"] == sorted(each.partition(":")[0] for each in caught.value.problems)


def test_stored_key_follows_no_environment(file, keep, monkeypatch):
    """Nor does an endpoint in the environment take it away from the one it was stored with."""
    file.add(Configuration(name="work", provider="openai", settings={"api_key": Secret(KEY)}), keep=keep)
    assert KEY == value_of(file.resolve("work")["api_key"])
    monkeypatch.setenv("OPENAI_BASE_URL", "https://evil.example/v1")
    with pytest.raises(ConfigurationError, match=r"was stored for 'https://api.openai.com:443', and .*evil.example"):
        file.resolve("work")


def test_same_endpoint_in_other_words(file, keep, monkeypatch):
    """A path, capitals and an environment variable that says the same make no difference."""
    monkeypatch.setenv("WORK_URL", f"{ENDPOINT}/")
    file.add(work(), keep=keep)
    for endpoint in ("https://GATEWAY.example/v2", EnvironmentReference("WORK_URL")):
        file.edit("work", file.get("work").changed({"endpoint": endpoint}))
        assert KEY == value_of(file.resolve("work")["api_key"])


def test_key_and_endpoint_in_one_edit(file, keep):
    """A new key comes with its new endpoint."""
    file.add(work(headers={}), keep=keep)
    new = {"endpoint": "https://other.example/v1", "api_key": Secret("sk-other-0123456789abcdef")}
    file.edit("work", file.get("work").changed(new), keep=keep)

    assert "sk-other-0123456789abcdef" == value_of(file.resolve("work")["api_key"])


WHERE = [
    ("openai", {}, "https://api.openai.com:443"),
    ("openai", {"endpoint": "HTTPS://API.openai.com/v1/"}, "https://api.openai.com:443"),
    ("azure-apikey", {}, "whatever endpoint azure-apikey has"),
    ("azure-apikey", {"endpoint": " "}, "whatever endpoint azure-apikey has"),
    ("azure-apikey", {"endpoint": '"my-resource.openai.azure.com/openai"'}, "https://my-resource.openai.azure.com:443"),
    ("azure-apikey", {"endpoint": "https://host:port"}, "https://host:port"),
    ("azure-apikey", {"endpoint": "https:///path"}, "https:///path"),
    ("azure-apikey", {"endpoint": "https://[path"}, "https://[path"),
    ("azure-apikey", {"endpoint": "http://[::1]:8080/x"}, "http://::1:8080"),
    ("none-of-these", {}, "whatever endpoint none-of-these has"),
]


@pytest.mark.parametrize(("provider", "settings", "expected"), WHERE)
def test_whom_a_secret_is_for(provider, settings, expected):
    """Scheme, host and port, however they are spelt; two addresses that are not understood are never one."""
    one = Configuration(name="a", provider=provider, settings=settings)
    assert expected == bound_to(one, "api_key", facts_of(provider))
    assert "proxy" == bound_to(one, "proxy", facts_of(provider))


LOOKS = [
    (KEY, True),
    (f"Bearer {KEY}", True),
    ("eyJhbGciOiJub25l.eyJhIjoxfQ.", True),
    ("https://user:password@host", True),
    ("sk-short", False),
    ("someone@example.org", False),
    ("https://host/@", False),
    ("https://[@", False),
    (5, False),
]


@pytest.mark.parametrize(("value", "expected"), LOOKS)
def test_what_looks_like_a_secret(value, expected):
    """Keys of the known kinds, tokens, and addresses with a user in them."""
    assert expected == looks_secret(value)


# In the environment


def test_reference_to_the_environment(file, monkeypatch):
    """It is read when it is asked for, and its lack is told by name."""
    file.add(work(api_key=EnvironmentReference("WORK_KEY"), headers={}, proxy=EnvironmentReference("WORK_PROXY")))
    with pytest.raises(ConfigurationError) as caught:
        file.resolve("work")
    assert [
        f"{setting}: the environment variable {variable} is not set; set it, or type: jackfield config edit work "
        f"--set-secret {setting}"
        for setting, variable in (("api_key", "WORK_KEY"), ("proxy", "WORK_PROXY"))
    ] == list(caught.value.problems)
    monkeypatch.setenv("WORK_KEY", KEY)
    monkeypatch.setenv("WORK_PROXY", PROXY)
    had = file.resolve("work")
    assert (KEY, PROXY) == (value_of(had["api_key"]), had["proxy"])
    assert "proxy-canary" not in repr(had)


def test_environment_that_holds_no_key(file, monkeypatch):
    """A value that cannot be sent is a problem of that setting."""
    file.add(work(api_key=EnvironmentReference("WORK_KEY"), headers={}, proxy=None))
    monkeypatch.setenv("WORK_KEY", "sk-\u00e9-0123456789abcdef")
    with pytest.raises(ConfigurationError, match="api_key: has characters that cannot stand in a header") as caught:
        file.resolve("work")
    assert "0123456789abcdef" not in str(caught.value)


def test_word_that_is_copied_with_a_token(file, monkeypatch):
    """Is no part of it; in a header it is."""
    monkeypatch.setenv("WORK_KEY", f"Bearer {KEY}")
    known = EnvironmentReference("WORK_KEY")
    file.add(work(api_key=known, headers={"authorization": known}, proxy=None))
    had = file.resolve("work")

    assert (KEY, f"Bearer {KEY}") == (value_of(had["api_key"]), value_of(had["headers"]["authorization"]))


# In the clear

CLEAR = [
    ('api_key = "{}"', "api_key", '{{ env = "OPENAI_API_KEY" }}'),
    ('token = "{}"', "token", '{{ env = "NAME" }}'),
    ('[configurations.work.headers]\nx-gateway = "{}"', "headers.x-gateway", '{{ env = "NAME" }}'),
    ('headers = {{ authorization = "Bearer {}" }}', "headers.authorization", '{{ env = "NAME" }}'),
    ('proxy = "http://user:{}@proxy.example:3128"', "proxy", '{{ env = "NAME" }}'),
    ('endpoint = "https://user:{}@gateway.example/v1"', "endpoint", '{{ env = "OPENAI_BASE_URL" }}'),
    ('organization = "{}"', "organization", '{{ env = "OPENAI_ORG_ID" }}'),
    ('plugins = ["{}"]', "plugins", '{{ env = "NAME" }}'),
    ('project = {{ a = "{}" }}', "project", '{{ env = "OPENAI_PROJECT_ID" }}'),
]


@pytest.mark.parametrize(("line", "setting", "reference"), CLEAR)
def test_secret_in_the_clear_is_refused(file, written, line, setting, reference):
    """With both ways out, and without a trace of it in any value, message or traceback."""
    written(file, f'[configurations.work]\nprovider = "openai"\n{line.format(KEY)}\n')
    inner = file.get("work")
    with pytest.raises(ConfigurationError) as caught:
        file.resolve("work")
    told = str(caught.value)
    deep = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())

    assert f"{setting}: is in the clear" in told
    assert f"jackfield config edit work --set-secret {setting}" in told
    assert f"{setting} = {reference.format()}" in told
    assert KEY not in told + repr(inner) + str(inner.settings) + str(inner.problems())
    assert KEY not in deep.replace(line.format(KEY), "").replace(f"line = {line!r}", "")
    assert any("is in the clear" in problem for problem in inner.problems())


def test_clear_text_is_replaced(file, memory, written):
    """The command that the error names mends the file."""
    written(file, f'[configurations.work]\nprovider = "openai"\napi_key = "{KEY}"  # mine\n')
    file.edit("work", file.get("work").changed({"api_key": Secret(KEY)}))

    assert KEY not in file.path.read_text()
    assert "# mine" in file.path.read_text()
    assert KEY == value_of(file.resolve("work")["api_key"])


def test_clear_text_is_not_added(file, memory):
    """Nor is one put into the file by a program."""
    with pytest.raises(ConfigurationError, match="api_key: is in the clear") as caught:
        file.add(work(api_key=KEY))
    assert KEY not in str(caught.value)
    assert not file.exists()
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(ClearText())


def test_other_configurations_go_on(file, memory, written):
    """One that cannot be used is no obstacle for the others."""
    written(file, f'[configurations.bad]\nprovider = "openai"\napi_key = "{KEY}"\n')
    file.add(work())

    assert KEY == value_of(file.resolve("work")["api_key"])
    file.rename("bad", "worse")
    file.rotate(make_key())
    assert ["worse", "work"] == file.names()


MISREAD = [
    ("api_key = 5", "api_key: must be a reference to a secret"),
    ("api_key = ''", "api_key: must not be empty"),
    ("api_key = {}", "api_key: must be one of"),
    ("api_key = { kering = 'x' }", "api_key: must be one of { keyring = "),
    ("api_key = { env = '' }", "api_key: must be one of"),
    ("api_key = { env = 1 }", "api_key: must be one of"),
    ("api_key = { env = 'A', keyring = 'b' }", "api_key: must be one of"),
    ("headers = 1", "headers: must be a table of headers"),
    ("headers = { env = 'A' }", "headers: must be a table of headers"),
    ("timeout = 1979-05-27T07:32:00Z", "timeout: must be no date and no time"),
    ("timeout = { a = 1 }", "timeout: must be one of { keyring"),
    ("timeout = 07:32:00", "timeout: must be no date and no time"),
]


@pytest.mark.parametrize(("line", "expected"), MISREAD)
def test_values_that_can_be_none(file, written, line, expected):
    """Each is told by its setting, with what would be right, by a check and when it is used."""
    written(file, f'[configurations.work]\nprovider = "openai"\n{line}\n')

    assert any(problem.startswith(expected) for problem in file.get("work").problems())
    with pytest.raises(ConfigurationError, match=expected.replace("{", r"\{")):
        file.resolve("work")


def test_errors_keep_no_frames(file, memory):
    """A traceback with all locals shows no secret, whichever step fails."""
    file.add(work())
    memory.entries = {entry: text.replace("gateway.example", "other.example") for entry, text in memory.entries.items()}
    with pytest.raises(ConfigurationError) as caught:
        file.resolve("work")
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    library = [
        frame for frame in traceback.extract_tb(caught.value.__traceback__) if "jackfield_config" in frame.filename
    ]

    assert 3 >= len(library)
    assert KEY not in shown.replace(repr(memory.entries), "")


def test_reference_shows_where_and_not_what():
    """A long ciphertext is cut."""
    assert "EncryptedReference(text='v1:00000000:AAAA…')" == repr(EncryptedReference("v1:00000000:" + "A" * 99))
    assert "KeyringReference(entry='a')" == repr(KeyringReference("a"))
