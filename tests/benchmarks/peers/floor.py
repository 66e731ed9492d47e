"""The floor: the same exchanges with a bare urllib3 pool, or an aiohttp session; no entities, no plugins."""

from __future__ import annotations

import sys
from array import array
from binascii import a2b_base64

import work

try:
    from orjson import dumps, loads
except ImportError:
    from json import dumps as text_of
    from json import loads

    def dumps(document):
        """Return JSON as bytes, as orjson does."""
        return text_of(document).encode()


HEADERS = {"authorization": f"Bearer {work.KEY}", "content-type": "application/json"}
CANNOT: dict[str, str] = {}


def text(body):
    """Return the text of a chat's answer."""
    return loads(body)["choices"][0]["message"]["content"]


def length(events):
    """Return how many characters the events bring."""
    found = 0
    for event in events:
        if event != b"data: [DONE]":
            choices = loads(event[6:])["choices"]
            found += len(choices[0]["delta"].get("content") or "") if choices else 0
    return found


def first_numbers(body):
    """Return something of every vector in an answer."""
    return work.told([array("f", a2b_base64(each["embedding"])) for each in loads(body)["data"]])


class Sync:
    """urllib3."""

    def __init__(self, base):
        import urllib3

        self._base = base
        self._pool = urllib3.PoolManager(maxsize=work.THREADS)

    def _post(self, path, document, *, preload=True):
        return self._pool.request(
            "POST", self._base + path, body=dumps(document), headers=HEADERS, preload_content=preload
        )

    def chat(self):
        return text(self._post("/chat/completions", {"model": work.MODEL, "messages": work.SMALL}).data)

    def history(self, messages):
        return text(self._post("/chat/completions", {"model": work.MODEL, "messages": messages}).data)

    def stream(self):
        document = {"model": work.MODEL, "messages": work.SMALL, "stream": True}
        answer = self._post("/chat/completions", document, preload=False)
        rest, found = b"", 0
        while data := answer.read1(65_536):
            *events, rest = (rest + data).split(b"\n\n")
            found += length(events)
        answer.release_conn()
        return found

    def embed(self, inputs):
        document = {"model": work.MODEL, "input": inputs, "encoding_format": "base64"}
        return first_numbers(self._post("/embeddings", document).data)


class Async:
    """aiohttp."""

    def __init__(self, base):
        import aiohttp

        self._base = base
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=work.TASKS))

    async def _post(self, path, document):
        async with self._session.post(self._base + path, data=dumps(document), headers=HEADERS) as answer:
            return await answer.read()

    async def chat(self):
        return text(await self._post("/chat/completions", {"model": work.MODEL, "messages": work.SMALL}))

    async def history(self, messages):
        return text(await self._post("/chat/completions", {"model": work.MODEL, "messages": messages}))

    async def stream(self):
        body = dumps({"model": work.MODEL, "messages": work.SMALL, "stream": True})
        rest, found = b"", 0
        async with self._session.post(self._base + "/chat/completions", data=body, headers=HEADERS) as answer:
            async for data in answer.content.iter_any():
                *events, rest = (rest + data).split(b"\n\n")
                found += length(events)
        return found

    async def embed(self, inputs):
        document = {"model": work.MODEL, "input": inputs, "encoding_format": "base64"}
        return first_numbers(await self._post("/embeddings", document))

    async def close(self):
        await self._session.close()


def version():
    """Return what the floor stands on."""
    names = [name for name in ("urllib3", "aiohttp", "orjson") if sys.modules.get(name)]
    return ", ".join(f"{name} {sys.modules[name].__version__}" for name in names)
