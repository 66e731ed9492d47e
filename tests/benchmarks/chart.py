"""The chart of the ratios, as SVG: a panel for each case, a bar for each contestant, on one logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import cases
from cases import CASES, RATIOS
from table import short

WIDTH, COLUMNS = 880, 2
MARGIN, GAP, HEAD = 24, 36, 44
LABEL, VALUE = 112, 48
ROW, BAR, TITLE, AXIS = 19, 13, 40, 30
MIB = 2**20
ROLE = 'role="img" aria-label="What each library costs, as a ratio to the bare transport"'
# The page's theme is not known here: the chart brings its own ground, and follows the system's preference.
STYLE = """
  .back { fill: #ffffff } .line { stroke: #d8dee4 } .floor { stroke: #8c959f }
  text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #57606a }
  .title { font-size: 14px } .title, .own { font-weight: 600; fill: #1f2328 } .small { font-size: 10.5px }
  .cannot { font-size: 10.5px; font-style: italic; fill: #6e7781 }
  .bar { fill: #b6c2cf } .ours { fill: #0a7d6c } .budget { stroke: #d1570c; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    .back { fill: #14181d } .line { stroke: #2b323a } .floor { stroke: #6e7681 }
    text { fill: #9aa4af } .title, .own { fill: #e6edf3 } .cannot { fill: #8b949e }
    .bar { fill: #4a5561 } .ours { fill: #2bb39d } .budget { stroke: #f0883e }
  }"""


@dataclass(frozen=True)
class Bar:
    """One contestant in one panel.

    Attributes:
        name: Who.
        ratio: How far the bar goes; None where there is none.
        label: What is written behind it, or why there is none.
        budget: Where the budget's mark stands.
    """

    name: str
    ratio: float | None
    label: str
    budget: float | None = None


def drawn(told: dict[str, Any]) -> str:
    """Return the chart of a document as `table.document` makes it."""
    names = ["jackfield", *told["versions"]]
    rows = told["figures"]
    panels = [(case, [_bar(rows, name, case) for name in names]) for case in RATIOS]
    panels.append(("memory", [_memory_bar(rows, name) for name in names]))
    panels = [(case, bars) for case, bars in panels if any(bar.ratio for bar in bars)]
    top = max([10.0, *(bar.ratio for _, bars in panels for bar in bars if bar.ratio)])
    decades = math.ceil(math.log10(top))
    wide = (WIDTH - 2 * MARGIN - GAP) / COLUMNS
    high = TITLE + ROW * len(names) + AXIS
    height = MARGIN + HEAD + math.ceil(len(panels) / COLUMNS) * high + 8
    machine = told["machine"]
    how = f"least of {told['rounds']} rounds, Python {machine['python']}, {machine['cores']} cores"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {ROLE}>',
        f"<style>{STYLE}\n</style>",
        f'<rect class="back" width="{WIDTH}" height="{height}" rx="8"/>',
        _text("title", MARGIN, MARGIN + 10, "CPU time, as a ratio to the bare transport"),
        _text("", MARGIN, MARGIN + 28, "logarithmic; 1 is urllib3 (aiohttp in async) and JSON; the mark is the budget"),
        _text("small", WIDTH - MARGIN, MARGIN + 28, how, anchor="end"),
    ]
    for index, (case, bars) in enumerate(panels):
        x = MARGIN + (index % COLUMNS) * (wide + GAP)
        y = MARGIN + HEAD + (index // COLUMNS) * high
        work = "peak after 200 chats, as a ratio to the floor's" if "memory" == case else CASES[case].work
        parts += _panel(case, work, bars, (x, y), wide - LABEL - VALUE, decades)
    return "\n".join([*parts, "</svg>", ""])


def _why_not(figures: dict[str, Any]) -> str:
    return figures.get("cannot") or ("fails" if "failed" in figures else "not run")


def _form(rows: dict[str, Any], name: str, *, asyncio: bool = False) -> dict[str, Any]:
    """Return the figures of a contestant's quickest form; a peer has one, under its plain name."""
    forms = [*([f"{name}, asyncio", f"{name}, asyncio, json"] if asyncio else []), name, f"{name}, json"]
    return next((rows[form] for form in forms if form in rows), {})


def _bar(rows: dict[str, Any], name: str, case: str) -> Bar:
    """Return a case's bar; Jackfield's is that of the form which the case is about."""
    figures = _form(rows, name, asyncio="async" == case).get(case, {})
    ratio = figures.get("cpu_ratio")
    budget = CASES[case].budget if "jackfield" == name else None
    return Bar(name, ratio, _why_not(figures) if ratio is None else short(ratio), budget)


def _memory_bar(rows: dict[str, Any], name: str) -> Bar:
    figures, floor = (_form(rows, each).get("memory", {}) for each in (name, "floor"))
    if "rss" not in figures or "rss" not in floor:
        return Bar(name, None, _why_not(figures))
    budget = 1 + cases.ABOVE_THE_FLOOR / floor["rss"] if "jackfield" == name else None
    return Bar(name, figures["rss"] / floor["rss"], f"{figures['rss'] / MIB:.0f} MiB", budget)


def _panel(case: str, work: str, bars: Sequence[Bar], at: tuple[float, float], wide: float, decades: int) -> list[str]:
    """Return one case's panel."""
    left, top = at[0] + LABEL, at[1] + TITLE
    bottom = top + ROW * len(bars)

    def across(ratio: float) -> float:
        return left + wide * max(0.0, math.log10(ratio)) / decades

    parts = [_text("title", at[0], at[1] + 18, case), _text("", left, at[1] + 18, work)]
    for power in range(decades + 1):
        x = across(10**power)
        parts.append(_line("line" if power else "floor", x, top - 4, bottom))
        parts.append(_text("small", x, bottom + 13, f"{10**power:,}", anchor="middle"))
    for index, bar in enumerate(bars):
        parts += _row(bar, left, top + index * ROW, across, own=not index)
    return parts


def _row(bar: Bar, left: float, y: float, across: Any, *, own: bool) -> list[str]:
    kind, middle = "own" if own else "", y + BAR - 2.5
    parts = [_text(kind, left - 8, middle, bar.name, anchor="end")]
    if bar.ratio is None:
        return [*parts, _text("cannot", left + 6, middle, bar.label)]
    end = max(across(bar.ratio), left + 1.5)
    shape = f'x="{left:.1f}" y="{y:.1f}" width="{end - left:.1f}" height="{BAR}" rx="2"'
    told = f"<title>{escape(bar.name)}: {short(bar.ratio)}</title>"
    parts.append(f'<rect class="{"ours" if own else "bar"}" {shape}>{told}</rect>')
    if bar.budget:
        mark = across(bar.budget)
        parts.append(_line("budget", mark, y - 2, y + BAR + 2))
        end = max(end, mark)
    return [*parts, _text(kind, end + 6, middle, bar.label)]


def _line(kind: str, x: float, top: float, bottom: float) -> str:
    return f'<line class="{kind}" x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}"/>'


def _text(kind: str, x: float, y: float, words: str, *, anchor: str = "start") -> str:
    classes = f' class="{kind}"' if kind else ""
    return f'<text{classes} text-anchor="{anchor}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'
