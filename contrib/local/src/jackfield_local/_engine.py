"""The engine: llama.cpp inside this process. The only importer of xllamacpp.

Rule 1: one engine a process for one file and one set of options, whoever asks, loaded when it is first asked for.
Rule 2: nobody else gets in. The engine opens an HTTP server whether one wants it or not: it listens on a socket in a
private folder that is removed at once, and where there are no such sockets, on loopback behind a random key.
Rule 3: it says nothing on standard output or standard error, also when it is loaded and released.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import secrets
import tempfile
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from attrs import frozen

from jackfield_local._answers import RefusedError
from jackfield_local._cores import threads_for
from jackfield_local._job import running
from jackfield_local._weights import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

# Prompts are read in pieces of so many tokens. Between two of them an answer that nobody wants any more is stopped.
PIECE = 128
# How long the interpreter's exit waits for answers that are being stopped, in seconds.
PATIENCE = 10.0
# The longest path a socket may have, on the system that allows the least.
_LONGEST_SOCKET_PATH = 100


@frozen
class Options:
    """What an engine is loaded with.

    Attributes:
        context: Tokens that one conversation may have, prompt and answer together.
        parallel: Answers that are made at the same time; more of them wait.
        threads: Threads that compute, or None for half of the cores.
        template: A chat template to use instead of the model's own, or None.
    """

    context: int
    parallel: int
    threads: int | None
    template: str | None = None


class Engine:
    """A loaded model.

    Args:
        file: The model's file.
        options: What it is loaded with.

    Raises:
        RefusedError: It cannot be loaded.
    """

    def __init__(self, file: Path, options: Options) -> None:
        import xllamacpp  # noqa: PLC0415 - heavy, and not needed before the first chat

        self.fingerprint = f"xllamacpp-{xllamacpp.__version__}"
        params = xllamacpp.CommonParams()
        params.model.path = str(file)
        params.model_alias = {name_of(file)}
        params.n_ctx = options.context * options.parallel
        params.n_parallel = options.parallel
        params.n_batch = PIECE
        params.cpuparams.n_threads = threads_for(options.threads)
        if options.template is not None:
            params.chat_template = options.template
        params.verbosity = -1
        params.warmup = False
        params.cache_ram_mib = 0  # by default up to 8 GB of earlier prompts
        params.ui = False
        params.endpoint_slots = False
        params.n_threads_http = 1
        params.api_keys = [secrets.token_urlsafe(32)]
        try:
            with _private_listener() as hostnames:
                params.hostnames = hostnames
                self._server = xllamacpp.Server(params)
        except RuntimeError as error:
            raise RefusedError(
                500, f"the engine cannot load {str(file)!r}; is it a chat model in GGUF?", code="model_not_loaded"
            ) from error

    def chat(self, document: Mapping[str, Any], take: Callable[[dict[str, Any]], bool]) -> None:
        """Give the answer to *document* to *take*, chunk by chunk, until it returns True or the answer is complete.

        Raises:
            ValueError: The engine does not understand the document.
        """
        self._server.handle_chat_completions(dict(document), take)

    def abandon(self) -> None:
        """Never release the engine: its threads are not there to be waited for."""
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._server))


_engines: dict[tuple[Path, Options], Engine] = {}
_loading = Lock()
# llama.cpp was running when this process was forked off: it waits forever for threads that only the parent has.
_forked = False


def engine_for(file: Path, options: Options) -> Engine:
    """Return the process's engine for *file* and *options*; load it where it is not loaded yet (a second for 100 MB).

    Raises:
        RefusedError: It cannot be loaded.
    """
    key = file.resolve(), options
    with _loading:
        if _forked:
            raise RefusedError(
                500,
                "the local model was loaded before this process was forked, and does not work in the child; "
                "fork first, or use multiprocessing's 'spawn'",
                code="forked",
            )
        engine = _engines.get(key)
        if engine is None:
            if not _engines:
                atexit.register(_release)
            engine = _engines[key] = Engine(*key)
        return engine


@contextmanager
def _private_listener() -> Iterator[list[str]]:
    """Give addresses for the engine to listen on that nobody can reach once this ends."""
    folder = Path(tempfile.mkdtemp(prefix="jackfield-"))
    socket = folder / "local.sock"
    try:
        fits = "posix" == os.name and len(str(socket)) < _LONGEST_SOCKET_PATH
        yield [str(socket)] if fits else ["127.0.0.1"]
    finally:
        socket.unlink(missing_ok=True)
        folder.rmdir()


def _release() -> None:
    """Stop all answers and release the engines, at the interpreter's exit."""
    jobs = list(running)
    for job in jobs:
        job.unwanted = True  # not closed: nobody shall wake up to an error now
    if not all(job.wait(PATIENCE) for job in jobs):
        for engine in _engines.values():
            engine.abandon()
    _engines.clear()


def _forget() -> None:
    """Start afresh in a forked child, which has none of the parent's threads."""
    global _loading, _forked  # noqa: PLW0603 - the parent may have held the lock while it forked
    _loading = Lock()
    running.clear()
    _forked = _forked or bool(_engines)
    for engine in _engines.values():
        engine.abandon()
    _engines.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
