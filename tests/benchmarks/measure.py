"""What the machinery costs: CPU time (user and system) of this process, as a ratio to the floor, in one run.

    uv run python tests/benchmarks/measure.py [CASE ...]

Each case is run in turn by the floor and by Jackfield, in several rounds; the least of the rounds counts, since noise
only adds. `start` is a fresh process: imports, a client, one call. Ratios survive another machine, times do not.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
ROUNDS = 7
REPEATS = {"chat": 200, "history": 60, "stream": 4, "embed": 8}
START = """
import sys, time
sys.path.insert(0, {here!r})
from {module} import {kind}
{kind}({base!r}).chat()
print(time.process_time(), len(sys.modules))
"""


def cpu(work: Callable[[], object], repeats: int) -> float:
    """Return the CPU seconds of one piece of *work*."""
    before = time.process_time()
    for _ in range(repeats):
        work()
    return (time.process_time() - before) / repeats


def start(module: str, kind: str, base: str) -> float:
    """Return the CPU seconds of a fresh process that makes one call."""
    program = START.format(here=str(HERE), module=module, kind=kind, base=base)
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return float(done.stdout.split()[0])


def main(cases: list[str]) -> None:
    """Measure and print a table, as text and as JSON."""
    with subprocess.Popen(
        [sys.executable, str(HERE / "canned.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        base = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"  # type: ignore[union-attr]
        from floor import Floor
        from ours import Ours

        floor, ours = Floor(base), Ours(base)
        measured = {}
        for case in cases:
            pairs = []
            for number in range(ROUNDS + 1):
                if case == "start":
                    pair = start("floor", "Floor", base), start("ours", "Ours", base)
                else:
                    works = getattr(floor, case), getattr(ours, case)
                    if number == 0:
                        assert works[0]() == works[1](), f"{case}: the two do not do the same"
                    pair = tuple(cpu(work, REPEATS[case]) for work in works)
                pairs += [pair] if number else []  # the first round warms up
            least = [min(each) for each in zip(*pairs, strict=True)]
            measured[case] = {"floor_us": least[0] * 1e6, "ours_us": least[1] * 1e6, "ratio": least[1] / least[0]}
            row = measured[case]
            print(f"{case:8} floor {row['floor_us']:9.0f} µs  ours {row['ours_us']:9.0f} µs  ratio {row['ratio']:5.2f}")
        server.stdin.close()  # type: ignore[union-attr]
    print(json.dumps(measured))


if __name__ == "__main__":
    main(sys.argv[1:] or ["start", *REPEATS])
