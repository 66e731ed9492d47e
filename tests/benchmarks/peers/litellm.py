"""LiteLLM, whose functions keep their clients themselves."""

from __future__ import annotations

import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # or importing it asks another host for prices

import litellm
import work

CANNOT: dict[str, str] = {}
MODEL = f"openai/{work.MODEL}"

litellm.suppress_debug_info = True


class Sync:
    """`completion` and `embedding`."""

    def __init__(self, base):
        self._options = {"model": MODEL, "api_base": base, "api_key": work.KEY}

    def chat(self):
        return self.history(work.SMALL)

    def history(self, messages):
        return litellm.completion(messages=messages, **self._options).choices[0].message.content

    def stream(self):
        chunks = litellm.completion(messages=work.SMALL, stream=True, **self._options)
        return sum(len(chunk.choices[0].delta.content or "") for chunk in chunks if chunk.choices)

    def embed(self, inputs):
        answer = litellm.embedding(input=inputs, **self._options)
        return work.told([each["embedding"] for each in answer.data])


class Async:
    """`acompletion`."""

    def __init__(self, base):
        self._options = {"model": MODEL, "api_base": base, "api_key": work.KEY}

    async def chat(self):
        answer = await litellm.acompletion(messages=work.SMALL, **self._options)
        return answer.choices[0].message.content
