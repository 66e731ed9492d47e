"""`jackfield chat` without a terminal: each line of standard input is a turn."""

from __future__ import annotations

import base64
import json

import pytest

MODEL = ["--model", "gpt-4o-mini"]
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")


@pytest.fixture
def chat(emulated):
    """Return a function that holds a conversation through a pipe: its first argument has a turn on each line."""

    def run(typed, *args, **options):
        return emulated("chat", *MODEL, *args, stdin=typed, **options)

    return run


@pytest.fixture
def asked(jackfield_emulator):
    """Return a function that gives, of each request, what was said: a list of role and content."""

    def said():
        return [
            [(each["role"], each["content"]) for each in record.body["messages"]]
            for record in jackfield_emulator.journal
        ]

    return said


def test_each_line_is_a_turn(chat, asked):
    """Turns follow each other, each with all that was said before; empty lines are none."""
    done = chat("I am Ada.\n\n  \nWho am I?\n", "--system", "Be brief.")
    first, second = asked()

    assert 0 == done.returncode
    assert [("system", "Be brief."), ("user", "I am Ada.")] == first
    assert [*first, ("assistant", done.stdout.splitlines()[0]), ("user", "Who am I?")] == second
    assert ["openai · gpt-4o-mini-2024-07-18 · "] * 2 == [line[:34] for line in done.stderr.splitlines()]


def test_last_line_may_be_without_an_end(chat, asked):
    """A pipe that does not end its last line is read to its end; a mark of the byte order is none of the text."""
    chat("\ufeffone\r\ntwo")

    assert ["one", "two"] == [messages[-1][1] for messages in asked()]


def test_nothing_in_the_pipe(chat):
    """Nothing to say is nothing to answer."""
    assert (0, "", "") == tuple(getattr(chat(""), name) for name in ("returncode", "stdout", "stderr"))


def test_quiet(chat):
    """With --quiet standard error stays empty."""
    assert "" == chat("one\n/system Be brief.\n/help\n", "-q").stderr


def test_options_reach_the_request(chat, jackfield_emulator):
    """The options become the fields of every request."""
    chat("one\n", "--temperature", "0.5", "--max-tokens", "9")

    body = jackfield_emulator.journal[-1].body
    assert ("gpt-4o-mini", 0.5, 9) == (body["model"], body["temperature"], body["max_completion_tokens"])
    assert {"include_usage": True} == body["stream_options"]


def test_json(chat):
    """--json writes a document for each answer, as `ask` does, one on each line."""
    documents = [json.loads(line) for line in chat("one\ntwo\n", "--json").stdout.splitlines()]

    assert [["text", "finish_reason", "provider", "model", "usage", "meta", "answer"]] * 2 == list(map(list, documents))
    assert ["chat.completions"] * 2 == [each["meta"]["operation"] for each in documents]


def test_a_turn_that_fails(chat, asked):
    """A failure costs its turn alone; the exit code is the first failure's, and standard error says what it was."""
    done = chat("one\n/model no-such\ntwo\n/model gpt-4o-mini\nthree\n", "--json")
    first, failed, third = (json.loads(line) for line in done.stdout.splitlines())

    assert (1, 404) == (done.returncode, failed["error"]["status"])
    assert "error: openai answered 404 (model_not_found)" in done.stderr
    assert [("user", "one"), ("assistant", first["text"]), ("user", "three")] == asked()[-1]
    assert third["text"]


@pytest.mark.jackfield_emulator(scenario="stream-cut")
def test_an_answer_that_breaks_off(chat, asked):
    """What came of it is there, on lines of its own, and the turn is not kept."""
    done = chat("one\n/retry\n")

    assert 3 == done.returncode
    assert done.stdout.endswith("\n")
    assert [[("user", "one")]] * 2 == asked()
    assert 2 == done.stderr.count("error: ")


def test_retry_sends_the_turn_again(chat, asked):
    """/retry asks the same in place of what was answered, with the system prompt as it is by then."""
    chat("one\ntwo\n/system Be brief.\n/retry\nthree\n")
    *_, before, again, after = asked()

    assert [("system", "Be brief."), *before] == again
    assert (len(again) + 2, ("user", "three")) == (len(after), after[-1])


def test_new_begins_anew(chat, asked):
    """/new forgets what was said, and keeps the system prompt."""
    done = chat("/system Be brief.\none\n/new\n/retry\ntwo\n")

    assert [("system", "Be brief."), ("user", "two")] == asked()[-1]
    assert (2, True) == (done.returncode, "error: there is nothing to send again yet\n" in done.stderr)


def test_system_prompt(chat, asked):
    """/system says how the model is to behave from then on, shows it, and takes it away."""
    done = chat("/system\n/system Be brief.\none\n/system -\ntwo\n")

    assert [("system", "Be brief."), ("user", "one")] == asked()[0]
    assert "user" == asked()[1][0][0]
    shown = [line for line in done.stderr.splitlines() if line.startswith("system:")]
    assert ["system: (none)", "system: Be brief.", "system: (none)"] == shown


def test_model(chat, jackfield_emulator):
    """/model names another model, and shows which it is."""
    done = chat("/model\n/model gpt-4o\none\n")

    assert ["model: gpt-4o-mini", "model: gpt-4o"] == done.stderr.splitlines()[:2]
    assert "gpt-4o" == jackfield_emulator.journal[-1].body["model"]


def test_two_slashes_send_one(chat, asked):
    """A text that begins with a slash is sent with two."""
    chat("//etc/hosts is a file\n")

    assert [[("user", "/etc/hosts is a file")]] == asked()


@pytest.mark.parametrize("command", ["/quit", "/exit"])
def test_quit(chat, asked, command):
    """/quit leaves, whatever it is called elsewhere."""
    assert 0 == chat(f"one\n{command}\ntwo\n").returncode
    assert 1 == len(asked())


def test_help_lists_every_command(chat):
    """/help names every command."""
    said = chat("/help\n").stderr

    assert all(
        f"\n/{name}" in f"\n{said}" for name in ("system", "model", "image", "retry", "new", "save", "load", "quit")
    )


WRONG = [
    ("/modl x", "no such command: '/modl'; did you mean /model?"),
    ("/zzz", "no such command: '/zzz'; /help lists them"),
    ("/", "no such command: '/'"),
    ("/new now", "/new takes nothing"),
    ("/load", "/load needs FILE"),
    ("/save", "/save needs FILE"),
    ("/load nowhere.json", "'nowhere.json': No such file or directory"),
    ("/load wrong.json", "session: is no JSON"),
    ("/save wrong.json", "'wrong.json' exists; name another file, or remove it first"),
    ("/save nowhere/s.json", "'nowhere/s.json': No such file or directory"),
    ("/image nowhere.png", "'nowhere.png' cannot be read"),
    ("/image wrong.json", "does not end in one of"),
    ("/retry", "there is nothing to send again yet"),
]


@pytest.mark.parametrize(("typed", "expected"), WRONG)
def test_commands_that_do_not_fit(chat, asked, tmp_path, typed, expected):
    """A command that does not fit is an error in a line or two, and the conversation goes on."""
    (tmp_path / "wrong.json").write_text("no JSON")
    done = chat(f"{typed}\none\n")

    assert 2 == done.returncode
    assert expected in done.stderr
    assert [[("user", "one")]] == asked()


def test_save_and_load(chat, asked, tmp_path):
    """What was saved can be gone on with, by /load and by --load, and is saved to the same file again."""
    chat("/system Be brief.\none\n/save s.json\ntwo\n/save\n")
    said = asked()[-1]
    loaded = chat("/load s.json\nthree\n")
    chat("four\n/save\n", "--load", "s.json", "--system", "Be long.")

    assert said == asked()[2][: len(said)]
    assert (7, ("user", "three")) == (len(asked()[2]) + 1, asked()[2][-1])
    assert "loaded from s.json: 4 messages\n" in loaded.stderr
    assert [("system", "Be long."), *said[1:]] == asked()[3][: len(said)]
    assert 6 == len(json.loads((tmp_path / "s.json").read_text())["messages"])


def test_budget(chat, asked):
    """With a budget the oldest turns are left out, and the system prompt and the last turn never are."""
    chat("one\ntwo\n/save s.json\nthree\n", "--budget", "5", "--system", "Be brief.")
    chat("four\n", "--load", "s.json", "--budget", "1000")

    assert [["Be brief.", "three"], ["Be brief.", "one"]] == [[text for _, text in each[:2]] for each in asked()[2:]]


def test_what_cannot_be_loaded(chat, asked):
    """A conversation that is not there is an error before anything is read or sent."""
    done = chat("one\n", "--load", "nowhere.json")

    assert (2, []) == (done.returncode, asked())
    assert "'nowhere.json': No such file or directory" in done.stderr


def test_pictures_go_with_the_next_turn(chat, asked, tmp_path):
    """A picture of a file or at an address goes with the next turn, and with that alone."""
    (tmp_path / "dot.png").write_bytes(PIXEL)
    done = chat("/image dot.png\n/image https://example.com/a.png\nWhat is it?\nAnd now?\n")
    text, file, address = asked()[0][0][1]

    assert ("text", "What is it?") == (text["type"], text["text"])
    assert file["image_url"]["url"].startswith("data:image/png;base64,iVBOR")
    assert "https://example.com/a.png" == address["image_url"]["url"]
    assert ("user", "And now?") == asked()[1][-1]
    assert ["1 picture goes with the next turn", "2 pictures go with the next turn"] == done.stderr.splitlines()[:2]


def test_pictures_wait_for_a_turn_that_works(chat, asked, tmp_path):
    """A picture whose turn failed goes with the next one."""
    (tmp_path / "dot.png").write_bytes(PIXEL)
    chat("/image dot.png\n/model no-such\nWhat is it?\n/model gpt-4o\nWhat is it?\nAnd?\n")

    assert [2, 2, 2] == [len(messages[0][1]) for messages in asked()]
    assert ("user", "And?") == asked()[-1][-1]


def test_what_is_no_text(chat, asked):
    """A line that is no UTF-8 ends the conversation with an error."""
    done = chat(b"one\n\xff\ntwo\n")

    assert (2, 1) == (done.returncode, len(asked()))
    assert "standard input is no text in UTF-8 (byte 0 of a line)" in done.stderr


def test_control_characters_pass_into_a_pipe(jackfield, target):
    """Into a pipe an answer goes as it came."""
    assert "\x1b[31mred\x07\r\n" == jackfield("chat", *target, "escape", stdin="one\n").stdout


def test_a_provider_without_streams(jackfield, in_code):
    """A provider that cannot stream answers all the same."""
    done = jackfield("chat", "-p", in_code, stdin="one\ntwo\n")

    assert (0, "said whole: 1 False None\n" * 2) == (done.returncode, done.stdout)


def test_nobody_to_talk_to(jackfield):
    """Where there is no such provider nothing is read."""
    done = jackfield("chat", "-p", "nobody", stdin="one\n")

    assert (2, 1) == (done.returncode, done.stderr.count("error: "))


def test_a_key_that_was_not_used_is_mentioned(jackfield):
    """Where nobody was chosen a key that is lying there is mentioned."""
    done = jackfield("chat", "--set", "model=/none.gguf", env={"OPENAI_API_KEY": "sk-lying-there-0000"}, stdin="")

    assert "to use it: jackfield chat --provider openai --model MODEL\n" in done.stderr


def test_nothing_is_remembered_of_a_pipe(chat, tmp_path):
    """What comes through a pipe was not typed, and is in no history."""
    chat("one\n")

    assert [] == [*tmp_path.rglob("*history*")]
