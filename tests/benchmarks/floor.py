"""The floor: the same exchanges with a bare urllib3 pool and orjson; no entities, no plugins."""

from __future__ import annotations

from array import array
from binascii import a2b_base64

import orjson
import urllib3

HEADERS = {"authorization": "Bearer sk-benchmark", "content-type": "application/json"}
SMALL = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
HISTORY = [{"role": "assistant" if number % 2 else "user", "content": "x" * 360} for number in range(200)]
INPUTS = [f"text number {number}" for number in range(256)]


class Floor:
    """Each case as a method, as its counterpart in `ours`."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._pool = urllib3.PoolManager(maxsize=8)

    def _post(self, path: str, document: object, *, preload: bool = True) -> urllib3.BaseHTTPResponse:
        return self._pool.request(
            "POST", self._base + path, body=orjson.dumps(document), headers=HEADERS, preload_content=preload
        )

    def chat(self) -> str:
        """One small chat."""
        answer = self._post("/chat/completions", {"model": "m", "messages": SMALL})
        return orjson.loads(answer.data)["choices"][0]["message"]["content"]

    def history(self) -> str:
        """One chat of 200 messages."""
        answer = self._post("/chat/completions", {"model": "m", "messages": HISTORY})
        return orjson.loads(answer.data)["choices"][0]["message"]["content"]

    def stream(self) -> int:
        """One streamed answer; its length in characters."""
        answer = self._post("/chat/completions", {"model": "m", "messages": SMALL, "stream": True}, preload=False)
        rest, length = b"", 0
        while data := answer.read1(65_536):
            *events, rest = (rest + data).split(b"\n\n")
            for event in events:
                if event != b"data: [DONE]":
                    choices = orjson.loads(event[6:])["choices"]
                    length += len(choices[0]["delta"].get("content") or "") if choices else 0
        answer.release_conn()
        return length

    def embed(self) -> float:
        """256 vectors; the first number of the last."""
        answer = self._post("/embeddings", {"model": "m", "input": INPUTS, "encoding_format": "base64"})
        vectors = [array("f", a2b_base64(each["embedding"])) for each in orjson.loads(answer.data)["data"]]
        return vectors[-1][0]
