"""A real llama.cpp HTTP server on loopback, for tests of providers that speak HTTP.

It serves the packaged chat model under `/v1`, wants its key, and closes the connection after a streamed answer without
saying so: a client that keeps connections meets that with about half of its next requests.

As a program it prints its address and its key, and serves until its standard input ends:
`python tests/contrib/local/llama_server.py`.
"""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import xllamacpp

from jackfield_local._weights import name_of, packaged


@contextmanager
def llama_server(*, context: int = 2048, parallel: int = 2) -> Iterator[tuple[str, str]]:
    """Give (base URL, key) of a server that stops at the end; the endpoint of provider `openai` is base URL + "/v1".

    Args:
        context: Tokens of one conversation.
        parallel: Answers made at the same time.
    """
    file, key = packaged(), secrets.token_urlsafe(16)
    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.model_alias = {name_of(file)}
    params.n_ctx = context * parallel
    params.n_parallel = parallel
    params.hostnames = ["127.0.0.1"]
    params.api_keys = [key]
    params.verbosity = -1
    params.warmup = False
    params.ui = False
    params.cache_ram_mib = 0
    server = xllamacpp.Server(params)
    try:
        yield server.listening_address, key
    finally:
        del server  # which stops it, and waits until it has stopped


if __name__ == "__main__":
    with llama_server() as (address, key):
        print(address, key, flush=True)  # noqa: T201 - a program, it prints
        sys.stdin.read()
