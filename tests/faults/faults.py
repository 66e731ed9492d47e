"""The faults table: every scenario, provider, mode and driver, and beside it what the peers make of the same.

    python tests/faults/faults.py [SCENARIO ...] [--peers openai,litellm,langchain-openai] [--markdown FILE]

Exit status 1 where a cell of ours is wrong. Peers run in environments that uv makes for them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from select import select
from typing import Any

from cells import CANARY, DRIVERS, MODES, PROVIDERS, Cell, run
from judge import RIGHT, applies, wrong

from jackfield_emulator import Emulator

HERE = Path(__file__).parent
SIDE_BY_SIDE = 4
"""How many cells run at once: nearly all of their time is waiting."""
LONGEST = 7.5
PEERS = {"openai": "openai", "litellm": "litellm", "langchain-openai": "langchain-openai"}
HANGS = "hangs"
PATIENCE = 15.0
"""How long a peer's call may take before it is said to hang, in seconds."""
PEER_MODES = ("chat", "stream", "embeddings")


def cells(scenarios: list[str]) -> Iterator[Cell]:
    """Give every cell of these scenarios."""
    for scenario in scenarios:
        for provider in PROVIDERS:
            for mode in MODES:
                if applies(scenario, provider, mode):
                    yield from (Cell(scenario, provider, mode, driver) for driver in DRIVERS)


def row(cell: Cell) -> dict[str, Any]:
    """Run one cell on an emulator of its own, and say what came of it."""
    with Emulator(api_key=CANARY) as emulator:
        outcomes = run(cell, emulator)
    problems = [each for at, outcome in enumerate(outcomes) for each in wrong(cell.scenario, outcome, at, LONGEST)]
    first = outcomes[0]
    return {
        "scenario": cell.scenario,
        "provider": cell.provider,
        "mode": cell.mode,
        "driver": cell.driver,
        "ends": first.ends,
        "requests": first.requests,
        "seconds": round(max(each.seconds for each in outcomes), 2),
        "leaks": sorted({leak for each in outcomes for leak in each.leaks}),
        "wrong": problems,
    }


def peer_rows(peer: str, scenarios: list[str]) -> Iterator[dict[str, Any]]:
    """Run a peer on the same scenarios, as OpenAI; one that hangs is ended and begun again."""
    waiting = [(scenario, mode) for scenario in scenarios for mode in PEER_MODES if applies(scenario, "openai", mode)]
    while waiting:
        for each in _peer_run(peer, waiting):
            waiting.pop(0)
            yield each


def _peer_run(peer: str, waiting: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    here = ["uv", "run", "--quiet", "--isolated", "--no-project", "--with", PEERS[peer], "python"]
    with Emulator(api_key=CANARY) as emulator:
        command = [*here, str(HERE / "peers.py"), peer, emulator.openai_url, CANARY]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            if not process.stdout.readline():  # type: ignore[union-attr]
                raise SystemExit(
                    f"{peer} does not start: try `{' '.join(here)} -c 'import {peer.split('-', maxsplit=1)[0]}'`"
                )
            for scenario, mode in list(waiting):
                told = _peer_row(process, emulator, peer, scenario, mode)
                print(f"{peer} {scenario} {mode}: {told['ends']}", file=sys.stderr)
                yield told
                if told["ends"] == HANGS:
                    process.kill()
                    return
            process.stdin.close()  # type: ignore[union-attr]


def _peer_row(process: Any, emulator: Emulator, peer: str, scenario: str, mode: str) -> dict[str, Any]:
    emulator.scenario = scenario
    before = len(emulator.journal)
    process.stdin.write(json.dumps({"mode": mode}) + "\n")
    process.stdin.flush()
    hung = {"ends": HANGS, "said": "", "leaks": False, "seconds": PATIENCE}
    told = json.loads(process.stdout.readline()) if select([process.stdout], [], [], PATIENCE)[0] else hung
    emulator.scenario = None
    records = emulator.journal[before:]
    followed = any(
        each.headers.get("host", "").startswith("localhost") and CANARY in repr(each.headers) for each in records
    )
    right = RIGHT[scenario]
    lost = []
    if ("answer" == right["ends"]) != ("answer" == told["ends"]):
        lost.append("half an answer as a whole one" if "answer" == told["ends"] else "a good answer refused")
    if told["ends"] == "answer" == right["ends"]:
        wanted = right.get("has", {})
        text, _, finish = told["said"].rpartition("|")
        if "tool_calls" in wanted and text != wanted["tool_calls"]:
            lost.append(f"tool calls {text!r}")
        if "finish_reason" in wanted and finish != (wanted["finish_reason"] or "None"):
            lost.append(f"finish_reason {finish}")
    if len(records) > right["requests"]:
        lost.append(f"{len(records)} requests")
    if told["ends"] == HANGS:
        lost = ["no end"]
    if told["leaks"]:
        lost.append("the key is in the error")
    if followed:
        lost.append("the key went to another origin")
    return {
        "peer": peer,
        "scenario": scenario,
        "mode": mode,
        "ends": told["ends"],
        "requests": len(records),
        "seconds": round(told["seconds"], 2),
        "wrong": lost,
    }


def table(ours: list[dict[str, Any]], peers: list[dict[str, Any]]) -> str:
    """Return everything as one Markdown table: a row a scenario and mode."""
    names = list(dict.fromkeys(each["peer"] for each in peers))
    head = ["scenario", "mode", "right", "jackfield", *names]
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    for scenario in dict.fromkeys(each["scenario"] for each in ours):
        for mode in MODES:
            mine = [each for each in ours if (each["scenario"], each["mode"]) == (scenario, mode)]
            if not mine:
                continue
            bad = sum(bool(each["wrong"]) for each in mine)
            longest = max(each["seconds"] for each in mine)
            verdict = f"right {len(mine)}/{len(mine)}" if not bad else f"**wrong {bad}/{len(mine)}**"
            right = RIGHT[scenario]
            columns = [scenario, mode, f"{right['ends']}, {right['requests']}", f"{verdict}, {longest:.1f} s"]
            for name in names:
                theirs = [
                    each for each in peers if (each["peer"], each["scenario"], each["mode"]) == (name, scenario, mode)
                ]
                columns.append(_peer_cell(theirs[0]) if theirs else "-")
            lines.append(f"| {' | '.join(columns)} |")
    return "\n".join(lines)


def _peer_cell(told: dict[str, Any]) -> str:
    facts = f"{told['ends']}, {told['requests']}, {told['seconds']:.1f} s"
    return f"**{facts}: {'; '.join(told['wrong'])}**" if told["wrong"] else facts


def main() -> int:
    """Run, print, and tell whether all is right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    parser.add_argument("--peers", default="", help="which peers to run beside it, with commas")
    parser.add_argument("--markdown", type=Path, help="write the table there as well")
    parser.add_argument("--json", type=Path, help="write every cell there")
    parser.add_argument("--ours", type=Path, help="take our cells from such a file in place of running them")
    given = parser.parse_args()
    scenarios = given.scenarios or list(RIGHT)
    ours = json.loads(given.ours.read_text("utf-8"))["ours"] if given.ours else []
    wanted = [] if given.ours else list(cells(scenarios))
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for done, each in enumerate(pool.map(row, wanted), 1):
            ours.append(each)
            if sys.stderr.isatty() or 0 == done % 50:
                print(f"\r{done} of {len(wanted)} cells", end="\n" if 0 == done % 50 else "", file=sys.stderr)
            for problem in each["wrong"]:
                print(
                    f"WRONG {each['scenario']} {each['provider']} {each['mode']} {each['driver']}: {problem}",
                    flush=True,
                )
    peers = [each for peer in filter(None, given.peers.split(",")) for each in peer_rows(peer, scenarios)]
    text = table(ours, peers)
    print(text)
    bad = sum(bool(each["wrong"]) for each in ours)
    print(f"\n{len(ours)} cells of ours, {bad} wrong, {sum(bool(each['leaks']) for each in ours)} with a leak")
    for peer in dict.fromkeys(each["peer"] for each in peers):
        theirs = [each for each in peers if peer == each["peer"]]
        print(f"{peer}: {len(theirs)} cells, {sum(bool(each['wrong']) for each in theirs)} wrong")
    if given.markdown:
        given.markdown.write_text(text + "\n", "utf-8")
    if given.json:
        given.json.write_text(json.dumps({"ours": ours, "peers": peers}, indent=1), "utf-8")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
