"""What a peer makes of a scenario. Runs in an environment of the peer's own, and talks with `faults.py` over its pipes.

    python peers.py PEER BASE_URL KEY

A line of JSON in is `{"mode": ...}`; a line of JSON out says what came of one call with the peer's default settings,
but for a timeout of one second.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from typing import Any

TIMEOUT = 1.0
_SAY = [{"role": "user", "content": "Say something."}]


class OpenAIPeer:
    """The vendor's SDK."""

    def __init__(self, url: str, key: str) -> None:
        from openai import OpenAI

        self.client = OpenAI(base_url=url, api_key=key, timeout=TIMEOUT)

    def chat(self) -> str:
        answer: Any = self.client.chat.completions.create(model="gpt-4o-mini", messages=_SAY)
        return answer if isinstance(answer, str) else _told(answer.choices[0])

    def stream(self) -> str:
        with self.client.chat.completions.stream(model="gpt-4o-mini", messages=_SAY) as stream:
            for _ in stream:
                pass
        return _told(stream.get_final_completion().choices[0])

    def embeddings(self) -> str:
        answer = self.client.embeddings.create(model="text-embedding-3-small", input=["one", "two", "three"])
        return f"{len(answer.data)} vectors"


class LiteLLMPeer:
    """LiteLLM."""

    def __init__(self, url: str, key: str) -> None:
        import litellm

        litellm.suppress_debug_info = True
        self.litellm = litellm
        self.options: dict[str, Any] = {"api_base": url, "api_key": key, "timeout": TIMEOUT}

    def chat(self) -> str:
        answer = self.litellm.completion(model="openai/gpt-4o-mini", messages=_SAY, **self.options)
        return _told(answer.choices[0])

    def stream(self) -> str:
        chunks = list(self.litellm.completion(model="openai/gpt-4o-mini", messages=_SAY, stream=True, **self.options))
        return _told(self.litellm.stream_chunk_builder(chunks).choices[0])

    def embeddings(self) -> str:
        answer = self.litellm.embedding(
            model="openai/text-embedding-3-small", input=["one", "two", "three"], **self.options
        )
        return f"{len(answer.data)} vectors"


class LangChainPeer:
    """langchain-openai."""

    def __init__(self, url: str, key: str) -> None:
        from langchain_openai import ChatOpenAI, OpenAIEmbeddings

        self.model = ChatOpenAI(model="gpt-4o-mini", base_url=url, api_key=key, timeout=TIMEOUT)
        self.vectors = OpenAIEmbeddings(
            model="text-embedding-3-small", base_url=url, api_key=key, timeout=TIMEOUT, check_embedding_ctx_length=False
        )

    def chat(self) -> str:
        return self._told(self.model.invoke("Say something."))

    def stream(self) -> str:
        whole: Any = None
        for chunk in self.model.stream("Say something."):
            whole = chunk if whole is None else whole + chunk
        return self._told(whole)

    def embeddings(self) -> str:
        return f"{len(self.vectors.embed_documents(['one', 'two', 'three']))} vectors"

    @staticmethod
    def _told(message: Any) -> str:
        calls = " ".join(call["name"] for call in message.tool_calls)
        return f"{calls or message.content}|{message.response_metadata.get('finish_reason')}"


def _told(choice: Any) -> str:
    calls = " ".join(str(call.function.name) for call in choice.message.tool_calls or ())
    return f"{calls or choice.message.content}|{choice.finish_reason}"


PEERS = {"openai": OpenAIPeer, "litellm": LiteLLMPeer, "langchain-openai": LangChainPeer}


def main(name: str, url: str, key: str) -> None:
    """Answer line by line."""
    warnings.simplefilter("ignore")
    out, sys.stdout = sys.stdout, sys.stderr
    peer = PEERS[name](url, key)
    print(json.dumps({"ready": name}), file=out, flush=True)
    for line in sys.stdin:
        started = time.monotonic()
        try:
            ends, said = "answer", getattr(peer, json.loads(line)["mode"])()
        except Exception as error:  # noqa: BLE001 - whatever a peer raises is what came of it
            ends, said = type(error).__name__, f"{error} {error!r}"
        took = time.monotonic() - started
        print(
            json.dumps({"ends": ends, "said": said[:2000], "leaks": key in said, "seconds": took}), file=out, flush=True
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
