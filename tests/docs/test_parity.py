"""The parity page: every row of the mission, every name importable, every test there."""

from __future__ import annotations

import re
from pathlib import Path
from pkgutil import resolve_name

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "parity.md"
ROWS = {"A": 6, "B": 7, "C": 8, "D": 5, "E": 5, "F": 7}
ACTIVITIES = [
    "ChatCompletions_Execute_WithoutHistory",
    "ChatCompletions_Execute_WithHistory",
    "ChatCompletions_CallAPI",
    "ChatCompletionsSession_Create",
    "ChatCompletionsSession_AddMessage",
    "ChatCompletionsRequest_Create",
    "ChatCompletionsMessages_Create",
    "ChatCompletionsMessageRequest_Create",
    "ImageGenerations_Execute",
    "ImageGenerations_CallAPI",
    "ImageGenerationsRequest_Create",
    "Embeddings_Execute_SingleInput",
    "Embeddings_Execute_ListInput",
    "Embeddings_CallAPI",
    "EmbeddingsRequest_Create",
    "EmbeddingsInput_Create",
    "DataBatch_Create",
    "DataChunk_Create",
]
ENTITIES = [
    "Configuration",
    "ApiKey",
    "ConfigurationTest",
    "AbstractUsage",
    "AbstractChatCompletionsMessage",
    "ChatCompletionsRequest",
    "ResponseFormat",
    "ChatCompletionsMessages",
    "ChatCompletionsMessageRequest",
    "ChatCompletionsResponse",
    "Choice",
    "ChatCompletionsMessageResponse",
    "ChatCompletionsUsage",
    "ChatCompletionsSession",
    "ChatCompletionsSessionMessage",
    "ImageGenerationsRequest",
    "ImageGenerationsResponse",
    "Data",
    "Image",
    "GeneratedImage",
    "EmbeddingsRequest",
    "EmbeddingsInput",
    "EmbeddingsResponse",
    "EmbeddingsUsage",
    "EmbeddingVector",
    "EmbeddingValue",
    "DataBatch",
    "DataChunk",
]

LINES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text("utf-8").splitlines()
    if re.match(r"\| [A-G]\d ", line)
]


def quoted(cell: str) -> list[str]:
    """Return what stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def test_every_row_is_there() -> None:
    """The page has the mission's rows, each once and in order, and each activity and entity of the seeds."""
    expected = [f"{letter}{number}" for letter, most in ROWS.items() for number in range(1, most + 1)]

    assert [*expected, *["G1"] * len(ACTIVITIES), *["G2"] * len(ENTITIES), "G3"] == [line[0] for line in LINES]
    assert ACTIVITIES == [line[1] for line in LINES if "G1" == line[0]]
    assert ENTITIES == [line[1] for line in LINES if "G2" == line[0]]


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line[0]}-{line[1]}")
def test_row_is_true(line: list[str]) -> None:
    """A row's names import and its tests exist; without a name it says `not yet`."""
    _, _, names, tests, note = line
    for name in quoted(names):
        resolve_name(name)
    for test in quoted(tests):
        path, _, function = test.partition("::")
        text = (ROOT / path).read_text("utf-8")
        assert not function or f"def {function}(" in text, f"there is no {test}"
    assert quoted(names) or "not yet" == names
    assert quoted(tests) or "not yet" in names + note, "nothing proves it, and it does not say `not yet`"
