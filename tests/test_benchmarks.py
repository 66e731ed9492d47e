"""The benchmark works: small work, no judgement by time."""

from __future__ import annotations

import json
import pstats
import sys
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

sys.path.append(str(Path(__file__).parent / "benchmarks"))  # its programs import one another

import budgets
import cases
import chart
import contestants
import curves
import environments
import layers
import measuring
import planning
import profiling
import providers
import rounds
import statistics_of_runs
import table

pytestmark = pytest.mark.slow

TINY = {"seconds": 0.0, "batches": 1}


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> dict:
    """Every case, once, by the floor and by Jackfield: blocking and asyncio, with the quicker JSON that is there."""
    fast = "orjson" if find_spec("orjson") else "stdlib"
    folder = tmp_path_factory.mktemp("providers")
    jobs = planning.jobs(list(cases.CASES), [], folder, quick=True, effort=TINY)
    small = {"times": 300}, {"times": 1, "size": 500}
    jobs = [
        rounds.Job(
            job.contestant,
            job.case,
            job.key,
            {**job.options, **(small["growth-stream" == job.case] if job.case.startswith("growth") else {})},
            job.path,
            500 if job.length else None,
        )
        for job in jobs
        if fast == job.contestant.json and ("async" == job.case or not job.contestant.asyncio)
    ]
    told = []
    document = table.document(rounds.run(jobs, 1, told.append), [], {"absent": "no such package"}, 1)
    assert f"{len(jobs)} of {len(jobs)}, round 1" in told[-1]
    return document


def test_every_case_is_measured(measured) -> None:
    """Nothing fails, and each figure is there, beside its ratio to the floor."""
    blocking, asyncio = contestants.ours()[0].name, next(each.name for each in contestants.ours() if each.asyncio)

    assert [] == [(name, case) for name, row in measured["figures"].items() for case in row if "failed" in row[case]]
    for case in cases.RATIOS:
        figures = measured["figures"][asyncio if "async" == case else blocking][case]
        assert {"cpu", "wall", "modules", "cpu_ratio", "wall_ratio"} <= set(figures) | {"modules"}
        assert figures["cpu_ratio"] > 0
    assert measured["figures"][blocking]["memory"]["rss"] > 2**20
    assert {"slope", "units"} <= set(measured["figures"][blocking]["growth-stream"])


def test_all_do_the_same(measured) -> None:
    """What comes of a case is what the floor makes of it."""
    same = [figures["same"] for row in measured["figures"].values() for figures in row.values() if "same" in figures]

    assert len(same) > 10
    assert all(same)


def test_the_document_is_json(measured) -> None:
    """What is printed as text can be kept as JSON."""
    again = json.loads(json.dumps(measured))

    assert {"machine", "rounds", "versions", "not measured", "figures", "budgets"} == set(again)
    assert {"case", "form", "figure", "budget", "unit", "met"} == set(again["budgets"][0])


def test_the_tables_tell_it(measured) -> None:
    """The text has a column for each case, a verdict for each budget, and says who is missing."""
    text = table.text(measured)

    assert set(cases.RATIOS) <= set(text.split())
    assert "memory above the floor" in text
    assert "start, 200 providers" in text
    assert "absent: not measured: no such package" in text


def test_the_chart_is_xml(measured) -> None:
    """The chart is an SVG with a bar for everybody who could be measured."""
    measured = {**measured, "versions": {"slow": "1.0", "unable": "2.0"}}
    measured["figures"] = {**measured["figures"], "slow": {"chat": {"cpu_ratio": 400.0}}}
    measured["figures"]["unable"] = {"chat": {"cannot": "no <chat> & no more"}}
    root = ET.fromstring(chart.drawn(measured))
    words = ["".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")]

    assert root.tag.endswith("svg")
    assert {"chat", "memory", "slow", "400", "no <chat> & no more", "1,000"} <= set(words)


def test_a_verdict_says_by_how_much() -> None:
    """A budget is met, or the figure stands beside it."""
    told = [
        {"case": "chat", "form": "jackfield", "figure": 1.2, "budget": 1.3, "unit": "", "met": True},
        {"case": "history", "form": "jackfield", "figure": 2.42, "budget": 2, "unit": "", "met": False},
    ]

    assert ["chat", "1.3", "1.20", "met"] == budgets.shown(told).splitlines()[1].split()
    assert budgets.shown(told).endswith("2.42, budget 2")


def test_the_least_of_the_rounds_counts() -> None:
    """Each figure is the least of its own."""
    assert {"cpu": 1.0, "wall": 3.0} == statistics_of_runs.least([{"cpu": 1.0, "wall": 4.0}, {"cpu": 2.0, "wall": 3.0}])


@pytest.mark.parametrize(("enough", "expected"), [(60.0, 9), (0.0, 2)])
def test_what_takes_long_is_done_twice(monkeypatch, enough: float, expected: int) -> None:
    """Else one slow peer would take as long as all others together."""
    monkeypatch.setattr(measuring, "ENOUGH", enough)
    done = []
    measuring._timed(measuring.Load(bool, done.append), {"seconds": "0", "batches": "9"})

    assert expected == len(done) - 2  # two warm it up


def test_a_slope_is_that_of_the_nearest_line() -> None:
    """Least squares: exact on a line, level where there is only one place."""
    assert 2.0 == pytest.approx(statistics_of_runs.slope([(0, 1), (1, 3), (2, 5)]))
    assert 0.0 == statistics_of_runs.slope([(1, 1), (1, 3)])


@pytest.mark.parametrize("power", [0, 1, 2])
def test_an_exponent_is_found(power) -> None:
    """0 is flat, 1 linear, 2 what must not be."""
    assert power == pytest.approx(
        statistics_of_runs.exponent([(size, 3.0 * size**power) for size in (1, 10, 100, 1000)])
    )


def test_curves_are_told() -> None:
    """Each size has its cost, by item and beside the floor; providers have no floor."""
    names = [contestants.floors()[0].name, contestants.ours()[0].name]
    figures = {
        (name, f"{case} {size}"): {"cpu": 1e-6 * (1 if "stream" == case else size)}
        for case, (_, sizes) in curves.SIZES.items()
        for size in sizes
        for name in names
    }
    figures |= {
        (names[1], f"{case} {size}"): {"cpu": 0.1} for case in ("start", "chat") for size in curves.PROVIDERS[1]
    }
    document = curves.document(figures)
    text = curves.text(document)

    assert 1.0 == pytest.approx(document["stream, chunks"][names[1]]["exponent"])
    assert 0.0 == pytest.approx(document["start, providers"][names[1]]["exponent"], abs=1e-9)
    assert "10,000" in text
    assert "per message" in text


def test_curves_have_all_sizes(tmp_path) -> None:
    """The jobs are those that the curves are made of, and none is planned twice."""
    planned = curves.jobs(tmp_path, quick=True)

    assert len(planned) == len({job.place for job in planned})
    assert 200 == len(list((tmp_path / "providers-200").glob("*.dist-info")))


def test_shelf_providers_are_found(tmp_path) -> None:
    """The made-up distributions offer what an installed one would."""
    import importlib.metadata

    found = importlib.metadata.distributions(path=[str(providers.install(3, tmp_path))])
    names = [point.name for each in found for point in each.entry_points if "jackfield.providers" == point.group]

    assert ["shelf000", "shelf001", "shelf002"] == sorted(names)


def test_a_profile_is_told_by_layer(tmp_path) -> None:
    """A real profile of a real case: the layers' shares are the whole."""
    file = tmp_path / "profile"
    job = rounds.Job(contestants.ours()[0], "chat", options={"profile": file, "seconds": 0.05})
    figures = rounds.run([job], 1, lambda _: None)[job.place]
    report = profiling.report("jackfield", "chat", 1e-4, figures["units"], file, 5)
    found = profiling.by_layer(pstats.Stats(str(file)).stats)

    assert 1.0 == pytest.approx(
        sum(found.values()) / sum(own for _, _, own, _, _ in pstats.Stats(str(file)).stats.values())
    )
    assert found["exchange"] > 0
    assert "100.00" in report


def test_every_file_of_the_house_has_a_layer() -> None:
    """No file of the core or of a provider is everything else."""
    root = Path(__file__).parent.parent
    files = [*root.glob("core/src/jackfield/**/*.py"), *root.glob("plugins/*/src/**/*.py")]

    assert [] == [file for file in files if layers.ELSE == layers.of_file(str(file))]
    assert layers.ELSE == layers.of_file("/usr/lib/python3.11/enum.py")
    assert layers.JSON == layers.of_builtin("<built-in method orjson.loads>")


def test_a_worker_that_fails_says_why(tmp_path) -> None:
    """What went wrong stands in the figures; the others go on."""
    unable = rounds.Job(contestants.floors()[0], "no such case", options=TINY)
    figures = rounds.run([unable], 2, lambda _: None)[unable.place]

    assert "no such case" in figures["failed"]


def test_every_peer_has_a_file_and_a_version() -> None:
    """What can be asked for can be run."""
    files = {path.stem.replace("_", "-") for path in (rounds.HERE / "peers").glob("*.py")}

    assert {*environments.PEERS, "floor", "ours"} == files
    assert all(environments.version_of(name) for name in environments.PEERS)


def test_an_environment_that_cannot_be_made_says_so(tmp_path, monkeypatch) -> None:
    """Without uv the peers are missing, and the rest of the table stands."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")

    with pytest.raises(environments.NotMadeError, match="uv"):
        environments.python_of("lm15")
