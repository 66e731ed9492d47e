"""The transport of the scheme `local:`: requests answered inside the process, in the shape of HTTP answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from jackfield.convert import dumps, loads
from jackfield.plugin import ConnectError, SetupError
from jackfield_local._answers import RefusedError, document_head
from jackfield_local._chat import answer_chat
from jackfield_local._cores import threads_for
from jackfield_local._embeddings import NAME, answer_embeddings
from jackfield_local._engine import engine_for
from jackfield_local._job import Job
from jackfield_local._weights import SUFFIX, file_for, name_of, packaged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jackfield.plugin import HttpHead, HttpRequest
    from jackfield_local._engine import Options

SCHEME = "local:"
_BAD_REQUEST = 400
_NOT_FOUND = 404


class InProcess:
    """Answers requests to `local:/...` in threads of this process, one a request.

    Time-outs count from the request: the first chat call loads the model within its own, and a call that waits for
    others to end waits within its own.

    Args:
        model: The chat model's file, or None for the packaged one.
        options: What chat models are loaded with; embeddings use its threads.
    """

    def __init__(self, model: str | None, options: Options) -> None:
        self._model = model
        self._options = options
        self._jobs: WeakSet[Job] = WeakSet()
        self._waiting: dict[int, Job] = {}

    def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, Job]:
        """As `Transport.send`.

        Raises:
            ConnectError: The request is for another scheme.
            ReadError: No answer began within *timeout* seconds.
        """
        if not request.url.startswith(SCHEME):
            raise ConnectError(f"the transport inside the process reaches no {request.url!r}", transient=False)
        job = Job(lambda job: self._answer(request, job))
        self._jobs.add(job)
        self._waiting[id(request)] = job
        try:
            return job.head(timeout), job
        finally:
            del self._waiting[id(request)]

    def interrupt(self, request: HttpRequest) -> None:
        """End the `send` of *request* that another thread waits for."""
        job = self._waiting.get(id(request))
        if job is not None:
            job.close()

    def close(self) -> None:
        """Stop what is still being answered. The models stay loaded: other clients may use them."""
        for job in list(self._jobs):
            job.close()

    def _answer(self, request: HttpRequest, job: Job) -> None:
        path = request.url.removeprefix(SCHEME)
        if path == "/chat/completions":
            document = _document(request)
            answer_chat(document, engine_for(self._file(document.get("model")), self._options), job)
        elif path == "/embeddings":
            document = _document(request)
            if document.get("model", NAME) != NAME:
                raise _unknown_model(document["model"], NAME)
            answer_embeddings(document, threads_for(self._options.threads), job)
        elif path == "/models":
            job.put(document_head())
            job.put(dumps(self._models()))
        else:
            raise RefusedError(_NOT_FOUND, f"the local model has no {path!r}", code="not_found")

    def _file(self, asked: object) -> Path:
        """Return the file of the chat model that a request names."""
        try:
            file = file_for(self._model)
        except SetupError as error:
            raise RefusedError(_NOT_FOUND, error.message, param="model", code="model_not_found") from error
        if asked in (None, self._model, name_of(file), file.stem, file.name):
            return file
        if isinstance(asked, str) and asked.endswith(SUFFIX) and file_for(asked).is_file():
            return file_for(asked)
        raise _unknown_model(asked, f"{name_of(file)!r}, and any file by its path, ending in {SUFFIX!r}")

    def _models(self) -> dict[str, Any]:
        """Return the list of models, those that are installed."""
        file = file_for(self._model) if self._model is not None else packaged()
        names = [name_of(file)] if file is not None else []
        created = int(file.stat().st_mtime) if file is not None and file.is_file() else 0
        items = [{"id": name, "object": "model", "created": created, "owned_by": "local"} for name in [*names, NAME]]
        return {"object": "list", "data": items}


def _document(request: HttpRequest) -> Mapping[str, Any]:
    try:
        document = loads(request.body or b"")
    except ValueError as error:
        raise RefusedError(_BAD_REQUEST, f"the request is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise RefusedError(_BAD_REQUEST, "the request must be a JSON object")
    return document


def _unknown_model(asked: object, there: str) -> RefusedError:
    return RefusedError(
        _NOT_FOUND, f"no local model {asked!r} for this; there is {there}", param="model", code="model_not_found"
    )
