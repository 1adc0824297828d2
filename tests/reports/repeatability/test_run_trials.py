"""A run folder becomes a line that holds what its report says."""

import msgspec
import pytest

from rooflinear.bench.records import Result
from rooflinear.reports.repeatability.run_trials import RunTrial, run_trial
from rooflinear.reports.tables.frames import load
from rooflinear.reports.tables.speedups import with_speedups

from ..synthetic import case, contest, ok, run, write


@pytest.fixture(scope="module")
def made(realistic):
    return run_trial(realistic, 1210.26, 2, 19)


def test_a_line_survives_its_file(made):
    assert msgspec.json.decode(msgspec.json.encode(made), type=RunTrial) == made


def test_what_the_report_shows_is_what_the_line_holds(realistic, made):
    shown = with_speedups(load(realistic), "numpy").dropna(subset="time_ns")
    held = {(*each.key, one.implementation): one for each in made.contests for one in each.cases}
    assert len(held) == len(shown)
    for row in shown.to_dict("records"):
        key = tuple(row[name] for name in ("operation", "parameters", "dtype", "threads", "device", "sizes"))
        line = held[(*key, row["implementation"])]
        assert line.time_ns == pytest.approx(row["time_ns"], rel=1e-4)
        assert line.speedup == pytest.approx(row["speedup"], rel=1e-4)
        assert line.speedup_interval == row["speedup_interval"]


def test_the_run_is_told(made):
    assert (made.seconds, made.measuring_seconds, made.load, made.nice) == (1210.3, 1200.0, 2, 19)
    assert (made.preset, made.commit, made.dirty) == ("standard", "0123456789abcdef", True)


def test_statuses_and_samples_are_counted(tmp_path):
    results = [
        ok(case(), [1e7, 1e7, 1e7]),
        Result(case=case("a"), status="skipped", reason="no time was left", lack="time budget"),
        Result(case=case("b"), status="skipped", reason="predicted to take over 60 s", lack="time limit"),
        ok(case("c"), [1e7] * 3, flags={0: {"steal_ticks": 1}, 1: {"steal_ticks": 2}}),
    ]
    found = run_trial(write(tmp_path / "run", run(["numpy"], {}), results), 1, 0, 0)
    assert found.statuses == {"ok": 2, "skipped": 2}
    assert (found.skipped_for_time, found.disturbed) == (1, 1)
    assert found.timed_share == pytest.approx(6 * 100 * 1e7 / 1e9 / 1200)
    assert [each.implementation for each in found.contests[0].cases] == ["numpy", "c"]


@pytest.mark.parametrize(("blocks", "expected"), [(3, True), (2, False)])
def test_a_headline_needs_three_processes(tmp_path, blocks, expected):
    results = [
        result
        for block in range(blocks)
        for result in contest("gradient", {"m": 1000, "n": 10}, {}, "float64", block, 5)
    ]
    (found,) = run_trial(write(tmp_path / "run", run(["numpy"], {}), results), 1, 0, 0).contests
    assert found.headline is expected
    assert found.winner
    assert found.verdict
