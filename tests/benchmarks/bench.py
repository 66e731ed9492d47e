"""What a call costs, in ratios to the bare transport: Jackfield, and its peers, measured in one run.

    nox -s bench -- --quick --peers none
    uv run python tests/benchmarks/bench.py --cases chat,stream --peers openai,lm15 --json a.json --chart a.svg

The exit status is 0 whatever the figures: nothing is judged by time.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import chart
import contestants
import curves
import environments
import planning
import rounds
import table
from cases import CASES


def _names(known, text):
    """Return the names in *text*, or all."""
    wanted = list(known) if "all" == text else [] if "none" == text else [each.strip() for each in text.split(",")]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}; there are {', '.join(known)}")
    return wanted


def _arguments(given):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one round and small work: a first look")
    parser.add_argument("--quiet", action="store_true", help="no progress on standard error")
    parser.add_argument("--cases", type=lambda text: _names(CASES, text), default=list(CASES), help="some cases only")
    peers = environments.PEERS
    parser.add_argument("--peers", type=lambda text: _names(peers, text), default=list(peers), help="some, or none")
    parser.add_argument("--rounds", type=int, help="how many; 3 where left out, 1 with --quick")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--chart", type=Path, metavar="FILE", help="write the chart there, as SVG")
    parser.add_argument("--curves", action="store_true", help="how cost grows with size, instead of the cases")
    return parser.parse_args(given)


def _peers(names, told):
    """Return the peers whose environments could be made, and why the others' could not."""
    found, missing = [], {}
    for name in names:
        told(f"environment of {name}")
        try:
            found.append(contestants.peer(name))
        except environments.NotMadeError as error:
            missing[name] = str(error)
    return found, missing


def main(given):
    """Measure, and print the tables."""
    asked = _arguments(given)
    told = _silent if asked.quiet else _told
    count = asked.rounds or (1 if asked.quick else 3)
    if asked.curves:
        text, document = curves.measured(asked.quick, count, told)
    else:
        peers, missing = _peers(asked.peers, told)
        with tempfile.TemporaryDirectory() as folder:
            jobs = planning.jobs(asked.cases, peers, Path(folder), quick=asked.quick)
            figures = rounds.run(jobs, count, told)
        document = table.document(figures, peers, missing, count)
        text = table.text(document)
        if asked.chart:
            asked.chart.write_text(chart.drawn(document), "utf-8")
    print(text)
    if asked.json:
        asked.json.write_text(json.dumps(document, indent=2) + "\n", "utf-8")


def _told(progress):
    """Show *progress* on one line of a terminal, or line by line elsewhere."""
    end = "\r" if sys.stderr.isatty() else "\n"
    print(f"\r\033[K{progress}" if "\r" == end else progress, end="", file=sys.stderr, flush=True)
    print(end="" if "\r" == end else "\n", file=sys.stderr, flush=True)


def _silent(progress):
    """Say nothing."""


if __name__ == "__main__":
    main(sys.argv[1:])
