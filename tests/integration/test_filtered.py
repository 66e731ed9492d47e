"""Asking returns a whole answer or an error; calling returns what came."""

from __future__ import annotations

import pytest

from jackfield import CHAT, AsyncClient, ChatRequest, Client, ContentFilteredError, Message
from jackfield_emulator import Emulator


@pytest.mark.jackfield_emulator(scenario="filter-completion")
async def test_half_an_answer_is_not_returned_as_a_whole(jackfield_emulator: Emulator) -> None:
    """`ask` raises with what came; `call` has it as an answer, for it is billed."""
    settings = jackfield_emulator.settings["azure-apikey"]
    request = ChatRequest(messages=[Message.user("Say something.")], model="gpt-4o-mini")
    with Client("azure-apikey", **settings) as client:
        with pytest.raises(ContentFilteredError) as caught:
            client.ask("Say something.", model="gpt-4o-mini")
        assert "content_filter" == client.call(CHAT, request).choices[0].finish_reason
    async with AsyncClient("azure-apikey", **settings) as client:
        with pytest.raises(ContentFilteredError):
            await client.ask("Say something.", model="gpt-4o-mini")

    assert caught.value.partial.text
    assert ("hate",) == caught.value.report.categories
    assert 1 == len(caught.value.meta.attempts)
