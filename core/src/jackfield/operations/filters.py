"""What a provider's content filter found: one shape for every place that it speaks in.

Filters report by category, `{"hate": {"filtered": true, "severity": "high"}}`: about a prompt, about each choice of an
answer, about each picture, and in the error of a prompt that was blocked. A filter that did not work itself reports
`{"error": {...}}`, and the answer was delivered unfiltered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

from jackfield._values import FrozenValue

_SEVERITIES = ("safe", "low", "medium", "high")
_RESULTS = ("content_filter_results", "content_filter_result")
"""The key of a report inside an item: the wire has both."""


@frozen(kw_only=True, eq=False, repr=False)
class FilterFinding(FrozenValue):
    """What a filter says of one category.

    Attributes:
        category: Such as `hate`, `sexual`, `violence`, `self_harm`, `jailbreak`, or a blocklist's name.
        filtered: Whether it stopped something for that, or None where it does not say.
        severity: `safe`, `low`, `medium`, `high`, one not known yet, or None where the category has none.
        detected: Whether it was found, for categories that have no severity.
        where: What was looked at: `prompt`, `completion` or `image`.
        index: Which prompt, choice or picture, from 0.
        details: Everything that was reported of it.
    """

    category: str
    filtered: bool | None = None
    severity: str | None = None
    detected: bool | None = None
    where: str = "prompt"
    index: int = 0
    details: Any = None


@frozen(kw_only=True, eq=False, repr=False)
class FilterReport(FrozenValue):
    """What a filter says of a whole answer.

    Attributes:
        findings: One for each category and place.
        failed: The filter itself did not work somewhere: that part was delivered unfiltered.
    """

    findings: tuple[FilterFinding, ...] = ()
    failed: bool = False

    @property
    def blocked(self) -> tuple[FilterFinding, ...]:
        """The findings for which something was stopped."""
        return tuple(each for each in self.findings if each.filtered)

    @property
    def categories(self) -> tuple[str, ...]:
        """The names of the categories for which something was stopped, each once."""
        return tuple(dict.fromkeys(each.category for each in self.blocked))

    def __str__(self) -> str:
        """Name what was stopped, with its severity and place."""
        told = (f"{each.category} ({each.severity or 'detected'}) in the {each.where}" for each in self.blocked)
        return ", ".join(dict.fromkeys(told)) or "no category named"


def read_report(parts: Iterable[tuple[Any, str, int]]) -> FilterReport | None:
    """Return what the parts of an answer report, each with what it is about; None where nothing is reported at all."""
    findings: list[FilterFinding] = []
    failed = reported = False
    for results, where, index in parts:
        if not isinstance(results, Mapping) or not results:
            continue
        reported = True
        for category, found in results.items():
            if "error" == category:
                failed = True
            elif isinstance(found, Mapping):
                findings.append(_finding(str(category), found, where, index))
    return FilterReport(findings=tuple(findings), failed=failed) if reported else None


def items(listed: Any, where: str) -> Iterable[tuple[Any, str, int]]:
    """Give the reports of a list of prompts, each with its place."""
    for at, item in enumerate(listed if isinstance(listed, (list, tuple)) else ()):
        if isinstance(item, Mapping):
            index = item.get("prompt_index")
            results = next((item[name] for name in _RESULTS if name in item), None)
            yield results, where, index if isinstance(index, int) else at


def merged(before: Mapping[str, Any] | None, later: Mapping[str, Any]) -> dict[str, Any]:
    """Return two reports on one choice as one: what was found once stays found, the graver severity holds."""
    whole = dict(before or {})
    for category, found in later.items():
        known = whole.get(category)
        whole[category] = _graver(known, found) if isinstance(known, Mapping) and isinstance(found, Mapping) else found
    return whole


def _finding(category: str, found: Mapping[str, Any], where: str, index: int) -> FilterFinding:
    severity, filtered, detected = found.get("severity"), found.get("filtered"), found.get("detected")
    return FilterFinding(
        category=category.replace("-", "_"),
        filtered=filtered if isinstance(filtered, bool) else None,
        severity=None if severity is None else str(severity),
        detected=detected if isinstance(detected, bool) else None,
        where=where,
        index=index,
        details=found,
    )


def _graver(before: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    whole = {**before, **later}
    for name in ("filtered", "detected"):
        if before.get(name) is True:
            whole[name] = True
    if _rank(before.get("severity")) > _rank(later.get("severity")):
        whole["severity"] = before["severity"]
    return whole


def _rank(severity: Any) -> int:
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else -1
