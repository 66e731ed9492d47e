"""The same cases through Jackfield."""

from __future__ import annotations

from floor import HISTORY, INPUTS

from jackfield import CHAT, EMBEDDINGS, ChatRequest, Client, EmbeddingRequest, Message

MESSAGE = {"user": Message.user, "assistant": Message.assistant}


class Ours:
    """Each case as a method, as its counterpart in `floor`."""

    def __init__(self, base: str) -> None:
        self._client = Client("openai", endpoint=base, api_key="sk-benchmark", chat_model="m", embeddings_model="m")

    def chat(self) -> str:
        """One small chat."""
        request = ChatRequest(messages=[Message.system("Be brief."), Message.user("Hi")])
        return self._client.call(CHAT, request).text

    def history(self) -> str:
        """One chat of 200 messages, made anew each time."""
        messages = [MESSAGE[each["role"]](each["content"]) for each in HISTORY]
        return self._client.call(CHAT, ChatRequest(messages=messages)).text

    def stream(self) -> int:
        """One streamed answer; its length in characters."""
        request = ChatRequest(messages=[Message.system("Be brief."), Message.user("Hi")])
        return sum(len(event.text) for event in self._client.stream(CHAT, request))

    def embed(self) -> float:
        """256 vectors; the first number of the last."""
        return self._client.call(EMBEDDINGS, EmbeddingRequest(input=INPUTS)).data[-1].embedding[0]
