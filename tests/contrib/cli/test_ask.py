"""`jackfield ask` as a shell runs it, against a vendor on loopback."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

STORY = "openai · fine-2024 · 5 tokens in, 3 out · "


def test_answer_alone_on_standard_output(process, target):
    """Standard output gets the answer and the end of a line, nothing else."""
    done = process("ask", *target, "fine", "Hi")

    assert (0, "Hello, world\n") == (done.returncode, done.stdout)


def test_who_answered_on_standard_error(asking):
    """Standard error says in one line which provider and model answered, with tokens and seconds."""
    done = asking("fine", "Hi")

    assert done.stderr.startswith(STORY)
    assert 1 == len(done.stderr.splitlines())


def test_quiet(asking):
    """With --quiet nothing is said on standard error."""
    assert "" == asking("fine", "Hi", "--quiet").stderr


def test_line_end_is_not_doubled(asking):
    """An answer that ends with the end of a line gets no second one."""
    assert "Hello\n" == asking("own-line", "Hi").stdout


@pytest.mark.parametrize("flag", [[], ["--no-stream"]], ids=["streamed", "whole"])
def test_both_ways_of_asking_give_the_same(asking, vendor, flag):
    """Streamed or not, the answer and the story are the same."""
    done = asking("fine", "Hi", *flag)

    assert "Hello, world\n" == done.stdout
    assert done.stderr.startswith(STORY)
    assert (not flag) == vendor.requests[0]["body"].get("stream", False)


def test_options_reach_the_request(asking, vendor):
    """The options become the fields of the request."""
    asking("fine", "--system", "Be brief.", "--temperature", "0.5", "--max-tokens", "9", "Say", "hello")

    body = vendor.requests[0]["body"]
    assert [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Say hello"}] == body["messages"]
    assert ("fine", 0.5, 9) == (body["model"], body["temperature"], body["max_completion_tokens"])
    assert {"include_usage": True} == body["stream_options"]


PIPED = [
    (["Summarise"], "a\n b\n", "Summarise\n\na\n b"),
    ([], "a\nb\n", "a\nb"),
    (["-"], "a", "a"),
    (["Summarise", "-"], "a", "Summarise\n\na"),
    (["Summarise"], " \n", "Summarise"),
    (["Summarise"], None, "Summarise"),
    (["Summarise"], "\ufeffcafé".encode(), "Summarise\n\ncafé"),
]


@pytest.mark.parametrize(("words", "piped", "expected"), PIPED)
def test_piped_text_follows_the_prompt(asking, vendor, words, piped, expected):
    """What is piped in stands below the prompt; alone it is the prompt; nothing in it changes nothing."""
    asking("fine", *words, stdin=piped)

    assert expected == vendor.requests[0]["body"]["messages"][0]["content"]


def test_system_prompt_with_piped_text(asking, vendor):
    """Instructions by --system, the text by a pipe."""
    asking("fine", "--system", "Summarise", stdin="long text")

    assert ["system", "user"] == [message["role"] for message in vendor.requests[0]["body"]["messages"]]


def test_piped_bytes_that_are_no_text(asking, vendor):
    """Bytes that are no UTF-8 are refused before anything is sent."""
    done = asking("fine", "What is this?", stdin=b"\x89PNG\xff")

    assert (2, []) == (done.returncode, vendor.requests)
    assert "no text in UTF-8 (byte 0)" in done.stderr


def test_closed_standard_streams(environment, vendor):
    """Standard streams that the shell closed are as good as empty ones."""
    command = f'"{sys.executable}" -m jackfield_cli ask -p openai --endpoint {vendor.endpoint} -m fine Hi'
    done = subprocess.run(["sh", "-c", f"{command} <&- >&- 2>&-"], env=environment, timeout=60, check=False)

    assert (0, "Hi") == (done.returncode, vendor.requests[0]["body"]["messages"][0]["content"])


def test_control_characters_pass_into_a_pipe(asking):
    """Into a pipe the answer goes as it came."""
    assert "\x1b[31mred\x07\r\n" == asking("escape", "Hi", "--no-stream").stdout == asking("escape", "Hi").stdout


def test_output_that_knows_few_characters(process, target):
    """Where standard output cannot spell a character it is replaced."""
    assert "?\n" == process("ask", *target, "far", "Hi", "-q", env={"PYTHONIOENCODING": "latin-1"}).stdout


def test_answer_that_is_cut_off(asking):
    """An answer at its token limit says so on standard error."""
    done = asking("length", "Hi")

    assert (0, "Hello\n") == (done.returncode, done.stdout)
    assert "cut off at its token limit" in done.stderr


def test_answer_that_was_filtered_away(asking):
    """An answer of which a filter left nothing is a failure."""
    done = asking("filter", "Hi", "--no-stream")

    assert (1, "\n") == (done.returncode, done.stdout)
    assert "filter" in done.stderr


# --json


def test_json_document(asking):
    """--json writes one document: the text, who answered, what it took, the story, and the answer as it came."""
    document = json.loads(asking("fine", "Hi", "--json").stdout)

    assert ["text", "finish_reason", "provider", "model", "usage", "meta", "answer"] == list(document)
    assert ("Hello, world", "stop", "openai", "fine-2024") == tuple(list(document.values())[:4])
    assert {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8} == document["usage"]
    assert 1 == document["answer"]["a_field_of_tomorrow"]


def test_json_story(asking):
    """The story has the call's ids, attempts and seconds, and no headers, for cookies may be among them."""
    done = asking("fine", "Hi", "--json")
    meta = json.loads(done.stdout)["meta"]

    expected = ["call_id", "provider", "operation", "model", "seconds", "request_id"]
    assert [*expected, "request_ids", "attempts", "rate_limits"] == list(meta)
    assert ("openai", "chat.completions", "fine", "req_42") == (
        meta["provider"],
        meta["operation"],
        meta["model"],
        meta["request_id"],
    )
    assert [200] == [attempt["status"] for attempt in meta["attempts"]]
    assert "crumbs" not in done.stdout


def test_json_is_one_line_in_a_pipe(asking):
    """Into a pipe a document is one line, so that answers can be gathered in a file."""
    assert 1 == len(asking("fine", "Hi", "--json").stdout.splitlines())


def test_json_of_an_answer_that_is_no(asking):
    """A failure is a document too, with the class, the message and the exit code."""
    done = asking("status-401", "Hi", "--json")
    document = json.loads(done.stdout)

    assert ["error", "meta"] == list(document)
    error = document["error"]
    assert ["class", "message", "status", "code", "request_id", "transient", "exit_code"] == list(error)
    assert ("AuthenticationError", 401, "a_code", "req_42", False, 1) == (
        error["class"],
        error["status"],
        error["code"],
        error["request_id"],
        error["transient"],
        error["exit_code"],
    )
    assert 1 == done.returncode
    assert done.stderr.startswith("error: ")


def test_json_without_a_document(jackfield, in_code):
    """Where a provider's answer is no JSON document, `answer` is the entity in its place."""
    document = json.loads(jackfield("ask", "-p", in_code, "Hi", "--json").stdout)

    assert "said whole: 1 False None" == document["answer"]["choices"][0]["message"]["content"]


def test_provider_without_streams(jackfield, in_code):
    """A provider that cannot stream answers all the same."""
    done = jackfield("ask", "-p", in_code, "Hi")

    assert (0, "said whole: 1 False None\n") == (done.returncode, done.stdout)


# --set


def test_settings_become_what_the_provider_declares(jackfield, in_code):
    """A setting's text becomes the number, the flag or the text that the provider declares."""
    done = jackfield("ask", "-p", in_code, "--set", "name=2", "--set", "number=7", "--set", "flag=yes", "Hi")

    assert "said whole: 7 True '2'\n" == done.stdout


BAD_SETTINGS = [
    ("timeout", "NAME=VALUE"),
    ("=3", "NAME=VALUE"),
    ("timeout=soon", "must be a number"),
    ("allow_plain_http=perhaps", "must be true or false"),
    ("endpoint=http://x", "use --endpoint"),
    ("provider=x", "use --provider"),
    ("retries=1", "twice"),
    ("plugins=none,nothing", "no plugin named 'none'"),
    ("endpoints=http://x", "did you mean 'endpoint'?"),
]


@pytest.mark.parametrize(("given", "expected"), BAD_SETTINGS)
def test_settings_that_do_not_fit(asking, vendor, given, expected):
    """A setting that does not fit is refused before anything is sent, with what would be right."""
    done = asking("fine", "Hi", "--set", given)

    assert (2, []) == (done.returncode, vendor.requests)
    assert expected in done.stderr


@pytest.mark.parametrize("name", ["api_key", "api-key", "token", "client_secret", "password", "headers"])
def test_secrets_are_refused(asking, vendor, name):
    """A secret is not taken on the command line, and the refusal says where it belongs, not what it was."""
    done = asking("fine", "Hi", "--set", f"{name}=hunter2")

    assert (2, []) == (done.returncode, vendor.requests)
    assert "set OPENAI_API_KEY instead" in done.stderr
    assert "hunter2" not in done.stderr
