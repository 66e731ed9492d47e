"""Large volumes: what the mission promises of them, measured where that can be (F3)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jackfield import AsyncClient, Client, ConnectError, DataBatch, ReadError
from jackfield_emulator import Emulator

PROVIDERS = ["openai", "azure-apikey", "azure-entra"]
WORDS = "word " * 25_000
TEXTS, DIMENSIONS = 2_048, 3_072

_MEASURED = """
import sys
from jackfield import Client, DataBatch

def told(name):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) * 1024

client = Client("openai", endpoint=sys.argv[1], embeddings_model="text-embedding-3-large")
batch = DataBatch(f"text {number}" for number in range(2048))
client.embed("warm")
idle = told("VmRSS")
open("/proc/self/clear_refs", "w").write("5")  # the peak begins here
client.embed_batch(batch)
vectors = sum(len(each) * each.itemsize for each in batch.vectors)
print(vectors, (told("VmHWM") - idle) / vectors)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="measured by what Linux tells of a process")
def test_many_vectors_take_little_memory(jackfield_emulator: Emulator, tmp_path: Path) -> None:
    """2,048 of 3,072 numbers: at most three times their own size above an idle client, at the peak."""
    program = tmp_path / "measured.py"
    program.write_text(_MEASURED)
    environment = {
        "OPENAI_BASE_URL": jackfield_emulator.openai_url,
        "OPENAI_API_KEY": jackfield_emulator.settings["openai"]["api_key"],
    }
    ran = subprocess.run(
        [sys.executable, str(program), jackfield_emulator.openai_url],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
    )

    assert not ran.stderr
    vectors, ratio = ran.stdout.split()
    assert TEXTS * DIMENSIONS * 4 == int(vectors)
    assert float(ratio) <= 3


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_long_document_goes_in_one_prompt(jackfield_emulator: Emulator, provider: str) -> None:
    """25,000 words, by each provider."""
    with Client(provider, chat_model="gpt-4o-mini", **jackfield_emulator.settings[provider]) as client:
        assert client.ask(f"Summarise: {WORDS}")


async def test_a_long_document_goes_in_one_prompt_for_asyncio(jackfield_emulator: Emulator) -> None:
    """The same, awaited."""
    async with AsyncClient("openai", chat_model="gpt-4o-mini", **jackfield_emulator.settings["openai"]) as client:
        assert await client.ask(f"Summarise: {WORDS}")


@pytest.mark.parametrize("scenario", ["reset"])
def test_a_reset_says_how_much_was_being_sent(scenario: str) -> None:
    """So that whoever reads it knows that it was not small."""
    with Emulator(scenario=scenario) as emulator:
        client = Client("openai", chat_model="gpt-4o-mini", retries=0, **emulator.settings["openai"])
        with client, pytest.raises((ConnectError, ReadError)) as caught:
            client.ask(WORDS)

    assert "125" in str(caught.value).replace(",", "")


def test_a_batch_that_needs_several_calls(jackfield_emulator: Emulator) -> None:
    """Split by tokens, and halved where the provider counts more of them than we do."""
    batch = DataBatch(["many words " * 500] * 400, count_tokens=lambda _: 1)
    settings = jackfield_emulator.settings["openai"]
    with Client("openai", embeddings_model="text-embedding-3-small", **settings) as client:
        client.embed_batch(batch, dimensions=8)

    assert not batch.missing
