"""One program, two backends: the model in this process, and the same model behind a real HTTP server."""

import pytest
from llama_server import llama_server

from jackfield import CHAT, AsyncClient, ChatRequest, Client, Message

REQUEST = ChatRequest(
    messages=[Message.system("Be brief."), Message.user("Name three colours.")], max_tokens=8, seed=7, temperature=0
)


def plainly(provider, settings):
    """The program: ask for the whole answer, then for its events, then both again."""
    with Client(provider, **settings) as client:
        texts = []
        for _ in range(2):
            texts.append(client.call(CHAT, REQUEST).text)
            with client.stream(CHAT, REQUEST) as stream:
                texts.append("".join(event.text for event in stream))
            texts.append(stream.response.text)
        return texts


async def asynchronously(provider, settings):
    """The same program, in the same words, for asyncio."""
    async with AsyncClient(provider, **settings) as client:
        texts = []
        for _ in range(2):
            texts.append((await client.call(CHAT, REQUEST)).text)
            async with client.stream(CHAT, REQUEST) as stream:
                texts.append("".join([event.text async for event in stream]))
            texts.append(stream.response.text)
        return texts


@pytest.fixture(scope="module")
def backends():
    """Both backends, as name and settings: nothing else differs between them."""
    with llama_server() as (address, key):
        model = "SmolLM2-135M-Instruct"
        yield {"local": {}, "openai": {"endpoint": f"{address}/v1", "api_key": key, "chat_model": model}}


@pytest.mark.parametrize("provider", ["local", "openai"])
async def test_only_name_and_settings_change(backends, provider):
    """Sync, async and streaming say the same, though the server drops connections unannounced after a stream."""
    pytest.importorskip(f"jackfield_{provider}", reason="the package local is also tested alone")
    texts = [*plainly(provider, backends[provider]), *await asynchronously(provider, backends[provider])]

    assert 12 == len(texts)
    assert texts[0]
    assert {texts[0]} == set(texts)
