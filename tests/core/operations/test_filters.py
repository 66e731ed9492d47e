"""What a content filter found: one shape, wherever it speaks."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from jackfield import ContentFilteredError, FilterFinding, FilterReport
from jackfield.operations.chat import ChatEvent, ChatResponse
from jackfield.operations.chat_choices import Choice, ChoiceDelta
from jackfield.operations.filters import items, merged, read_report
from jackfield.operations.images import Image, ImageResponse
from jackfield.operations.messages import AssistantMessage

SAFE = {"filtered": False, "severity": "safe"}
HATE = {"filtered": True, "severity": "high"}


def test_every_category_is_a_finding() -> None:
    """With what it is about; names are spelt alike, and what is no report is passed over."""
    report = read_report(
        [
            (
                {"hate": HATE, "self-harm": SAFE, "jailbreak": {"filtered": False, "detected": True}, "odd": 5},
                "prompt",
                2,
            ),
            (None, "completion", 0),
            ({}, "completion", 0),
            ("no report", "completion", 0),
        ]
    )

    assert (
        FilterFinding(category="hate", filtered=True, severity="high", where="prompt", index=2, details=HATE),
        FilterFinding(category="self_harm", filtered=False, severity="safe", where="prompt", index=2, details=SAFE),
        FilterFinding(
            category="jailbreak",
            filtered=False,
            detected=True,
            where="prompt",
            index=2,
            details={"filtered": False, "detected": True},
        ),
    ) == report.findings  # type: ignore[union-attr]
    assert ("hate",) == report.categories  # type: ignore[union-attr]
    assert "hate (high) in the prompt" == str(report)


def test_nothing_reported_is_no_report() -> None:
    """And a report without a name says that."""
    assert read_report([(None, "prompt", 0), ({}, "completion", 0)]) is None
    assert "no category named" == str(FilterReport())


def test_a_filter_that_did_not_work_is_told() -> None:
    """The answer was delivered unfiltered."""
    report = read_report([({"error": {"code": "content_filter_error"}}, "completion", 0)])

    assert FilterReport(failed=True) == report


@pytest.mark.parametrize("name", ["content_filter_results", "content_filter_result"])
def test_the_reports_on_prompts_have_two_spellings(name: str) -> None:
    """And an index, or their place in the list."""
    listed = [{"prompt_index": 4, name: {"hate": HATE}}, {name: {"hate": SAFE}}, {"other": 1}, "odd"]

    assert [({"hate": HATE}, "prompt", 4), ({"hate": SAFE}, "prompt", 1), (None, "prompt", 2)] == list(
        items(listed, "prompt")
    )
    assert [] == list(items(None, "prompt"))


@pytest.mark.parametrize(
    ("before", "later", "whole"),
    [
        (None, {"hate": SAFE}, {"hate": SAFE}),
        ({"hate": HATE}, {"hate": SAFE}, {"hate": HATE}),
        ({"hate": SAFE}, {"hate": HATE}, {"hate": HATE}),
        ({"hate": HATE}, {"sexual": SAFE}, {"hate": HATE, "sexual": SAFE}),
        ({"j": {"detected": True}}, {"j": {"detected": False, "x": 1}}, {"j": {"detected": True, "x": 1}}),
        ({"x": "odd"}, {"x": SAFE}, {"x": SAFE}),
        ({"x": {"severity": "unheard of"}}, {"x": {"severity": "low"}}, {"x": {"severity": "low"}}),
    ],
)
def test_what_was_found_once_stays_found(before: Any, later: Any, whole: Any) -> None:
    """A later report adds; it takes nothing back."""
    assert whole == merged(before, later)


def test_a_stream_keeps_the_gravest_report() -> None:
    """Also when a later event says that all is safe."""
    events = [
        ChatEvent(choices=(ChoiceDelta(content_filter_results={"hate": HATE}),)),
        ChatEvent(choices=(ChoiceDelta(content_filter_results={"hate": SAFE}, finish_reason="stop"),)),
    ]

    assert ("hate",) == ChatResponse.from_events(events).filter_report.categories  # type: ignore[union-attr]


def filtered() -> ChatResponse:
    """Return an answer that was cut short."""
    choice = Choice(
        finish_reason="content_filter",
        message=AssistantMessage(content="Half of"),
        content_filter_results={"hate": HATE},
    )
    return ChatResponse(choices=(choice,), prompt_filter_results=({"content_filter_results": {"sexual": SAFE}},))


def test_an_answer_reports_on_prompt_and_completion() -> None:
    """In one report."""
    report = filtered().filter_report

    assert [("sexual", "prompt"), ("hate", "completion")] == [(each.category, each.where) for each in report.findings]  # type: ignore[union-attr]
    assert ChatResponse().filter_report is None


def test_an_answer_that_was_cut_short_can_be_refused() -> None:
    """With all that came of it; the error survives pickling."""
    with pytest.raises(ContentFilteredError, match=r"stopped the answer \(hate \(high\) in the completion\)") as caught:
        filtered().raise_if_filtered()

    error = pickle.loads(pickle.dumps(caught.value))
    assert ("Half of", ("hate",), 200, False) == (
        error.partial.text,
        error.report.categories,
        error.status,
        error.transient,
    )
    ChatResponse(choices=(Choice(finish_reason="stop"),)).raise_if_filtered()


def test_without_a_report_it_says_so() -> None:
    """A provider need not explain itself."""
    with pytest.raises(ContentFilteredError, match="it does not say why"):
        ChatResponse(choices=(Choice(finish_reason="content_filter"),)).raise_if_filtered()


def test_pictures_report_each_for_itself() -> None:
    """On the prompt, and on what was drawn."""
    report = ImageResponse(
        data=(Image(), Image(prompt_filter_results={"hate": SAFE}, content_filter_results={"hate": HATE}))
    ).filter_report

    assert [("prompt", 1), ("image", 1)] == [(each.where, each.index) for each in report.findings]  # type: ignore[union-attr]
    assert ImageResponse(data=(Image(),)).filter_report is None
