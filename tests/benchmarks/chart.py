"""The chart of the ratios, as SVG: a panel for each case, a bar for each contestant, on one logarithmic scale."""

from __future__ import annotations

import math
from typing import Any
from xml.sax.saxutils import escape

from cases import CASES, RATIOS
from table import short

WIDTH, COLUMNS = 880, 2
MARGIN, GAP = 24, 36
LABEL, VALUE = 112, 44
ROW, BAR, TITLE = 19, 13, 40
STYLE = """
  .back { fill: #ffffff } .line { stroke: #d8dee4 } .floor { stroke: #8c959f }
  text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #57606a }
  .case { font-size: 14px; font-weight: 600; fill: #1f2328 } .own { font-weight: 600; fill: #1f2328 }
  .number { font-variant-numeric: tabular-nums } .small { font-size: 10.5px }
  .cannot { font-style: italic; fill: #8c959f }
  .bar { fill: #b6c2cf } .ours { fill: #0a7d6c } .budget { stroke: #d1570c; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    .back { fill: #14181d } .line { stroke: #2b323a } .floor { stroke: #6e7681 }
    text { fill: #9aa4af } .case, .own { fill: #e6edf3 } .cannot { fill: #6e7681 }
    .bar { fill: #4a5561 } .ours { fill: #2bb39d } .budget { stroke: #f0883e }
  }"""


def drawn(told: dict[str, Any]) -> str:
    """Return the chart of a document as `table.document` makes it."""
    names = ["jackfield", *told["versions"]]
    panels = [(case, _bars(told["figures"], names, case)) for case in RATIOS]
    panels = [(case, bars) for case, bars in panels if any(ratio for _, ratio, _ in bars)]
    top = max([10.0, *(ratio for _, bars in panels for _, ratio, _ in bars if ratio)])
    decades = math.ceil(math.log10(top))
    wide = (WIDTH - 2 * MARGIN - GAP) / COLUMNS
    high = TITLE + ROW * len(names) + 30
    rows = math.ceil(len(panels) / COLUMNS) or 1
    height = MARGIN + 44 + rows * high + 8
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            'role="img" aria-label="CPU time of each library as a ratio to the bare transport">'
        ),
        f"<style>{STYLE}\n</style>",
        f'<rect class="back" width="{WIDTH}" height="{height}" rx="8"/>',
        f'<text class="case" x="{MARGIN}" y="{MARGIN + 10}">CPU time per call, as a ratio to the bare transport</text>',
        (
            f'<text x="{MARGIN}" y="{MARGIN + 28}">logarithmic; 1 is urllib3 (aiohttp for asyncio) and JSON, nothing else;'
            " the mark is the budget</text>"
        ),
    ]
    for index, (case, bars) in enumerate(panels):
        x = MARGIN + (index % COLUMNS) * (wide + GAP)
        y = MARGIN + 44 + (index // COLUMNS) * high
        parts += _panel(case, bars, (x, y), wide - LABEL - VALUE, decades)
    return "\n".join([*parts, "</svg>", ""])


def _bars(rows: dict[str, Any], names: list[str], case: str) -> list[tuple[str, float | None, str]]:
    """Return the name, ratio and excuse of each contestant; of Jackfield the form that the case is about."""
    found = []
    for name in names:
        row = rows.get(f"{name}, asyncio" if ("async", "jackfield") == (case, name) else name, {})
        figures = row.get(case, {})
        excuse = figures.get("cannot") or ("fails" if "failed" in figures else "not run")
        found.append((name, figures.get("cpu_ratio"), excuse))
    return found


def _panel(
    case: str, bars: list[tuple[str, float | None, str]], at: tuple[float, float], wide: float, decades: int
) -> list[str]:
    """Return one case's panel."""
    left, top = at[0] + LABEL, at[1] + TITLE
    bottom = top + ROW * len(bars)

    def across(ratio: float) -> float:
        return left + wide * max(0.0, math.log10(ratio)) / decades

    parts = [
        f'<text class="case" x="{at[0]:.0f}" y="{at[1] + 18:.0f}">{case}</text>',
        f'<text x="{left:.0f}" y="{at[1] + 18:.0f}">{escape(CASES[case].work)}</text>',
    ]
    for power in range(decades + 1):
        x = across(10**power)
        kind = "line" if power else "floor"
        parts.append(f'<line class="{kind}" x1="{x:.1f}" y1="{top - 4:.1f}" x2="{x:.1f}" y2="{bottom:.1f}"/>')
        parts.append(
            f'<text class="small number" text-anchor="middle" x="{x:.1f}" y="{bottom + 13:.1f}">{10**power:,}</text>'
        )
    for index, (name, ratio, excuse) in enumerate(bars):
        y = top + index * ROW
        middle = y + BAR - 2.5
        own = ' class="own"' if not index else ""
        parts.append(f'<text{own} text-anchor="end" x="{left - 8:.1f}" y="{middle:.1f}">{escape(name)}</text>')
        if ratio is None:
            parts.append(f'<text class="small cannot" x="{left + 6:.1f}" y="{middle:.1f}">{escape(excuse)}</text>')
            continue
        end = max(across(ratio), left + 1.5)
        kind = "bar" if index else "ours"
        parts.append(
            f'<rect class="{kind}" x="{left:.1f}" y="{y:.1f}" width="{end - left:.1f}" height="{BAR}" rx="2">'
            f"<title>{escape(name)}: {short(ratio)}</title></rect>"
        )
        room = across(CASES[case].budget or 1.0) if not index else 0.0
        parts.append(
            f"<text{own[:-1] + ' number' + own[-1:] if own else ' class=' + chr(34) + 'number' + chr(34)} "
            f'x="{max(end, room) + 6:.1f}" y="{middle:.1f}">{short(ratio)}</text>'
        )
        if not index:
            parts.append(
                f'<line class="budget" x1="{room:.1f}" y1="{y - 2:.1f}" x2="{room:.1f}" y2="{y + BAR + 2:.1f}">'
                f"<title>budget: {CASES[case].budget:g}</title></line>"
            )
    return parts
