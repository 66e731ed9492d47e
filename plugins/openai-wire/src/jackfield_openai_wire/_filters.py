"""Errors of a content filter, in the shapes that vendors send them.

The wire has `innererror.content_filter_result`, the specification `inner_error.content_filter_results`: both are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield.plugin import FilterReport, read_report

_CODES = frozenset({"content_filter", "contentFilter", "content_policy_violation", "ResponsibleAIPolicyViolation"})
_INNER = ("innererror", "inner_error")
_RESULTS = ("content_filter_result", "content_filter_results")


def is_filter(facts: Mapping[str, Any], code: str | None) -> bool:
    """Tell whether a content filter speaks."""
    inner = _first(facts, _INNER)
    return code in _CODES or (isinstance(inner, Mapping) and str(inner.get("code")) in _CODES)


def report_in(facts: Mapping[str, Any]) -> FilterReport | None:
    """Return what the filter found, or None where it does not say."""
    inner = _first(facts, _INNER)
    results = _first(inner, _RESULTS) if isinstance(inner, Mapping) else None
    return read_report([(results if results is not None else _first(facts, _RESULTS), "prompt", 0)])


def _first(mapping: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((mapping[name] for name in names if mapping.get(name) is not None), None)
