"""Results that other tools left, read as a history without verdicts."""

import random

import pytest

from rooflinear.bench.errors import UsageError
from rooflinear.bench.history.foreign_histories import UNPAIRED, read
from rooflinear.reports.history.history_page import html, lines
from rooflinear.reports.history.history_text import terminal

from ...absent import needs
from ..interop import foreign_files

CHANGES_AT, COUNT = 14, 30


@pytest.fixture(autouse=True)
def library():
    needs("ruptures")


def seconds(number, rng):
    return (1.2e-3 if number >= CHANGES_AT else 1e-3) * rng.lognormvariate(0, 0.01)


def asv(folder, machine="a", count=COUNT, **more):
    """Results of a benchmark that became slower by a fifth; commits have no order but their dates."""
    rng = random.Random(machine)
    for number in range(count):
        results = {"bench.time_it": seconds(number, rng), "bench.time_other": ([1e-3, 2e-3], [["10", "20"]], "v")}
        content = foreign_files.asv(
            results, {"machine": machine}, commit_hash=f"{count - number:02}" * 20, date=1000 * 86400 * number
        )  # fmt: skip
        foreign_files.written(folder / machine / f"{count - number:02}-env.json", content)
    foreign_files.written(folder / "benchmarks.json", {"version": 2})
    foreign_files.written(folder / machine / "machine.json", {"machine": machine, "version": 1})
    return folder


def test_asv_results_are_series_in_the_order_of_dates(tmp_path):
    found = read(asv(tmp_path / "results"))
    assert (found.method, found.verdict, found.exit_status, found.measured) == ("unpaired", "unpaired", 0, COUNT)
    assert [each.case for each in found.series] == [
        "bench.time_it", "bench.time_other(10)", "bench.time_other(20)"
    ]  # fmt: skip
    assert [each.date[:10] for each in found.commits[:2]] == ["1970-01-01", "1970-01-02"]
    assert found.commits[0].name == "30" * 20
    first, *_, last = found.series[0].points
    assert (first.ratio, first.value_ns) == (1.0, pytest.approx(1e6, rel=0.05))
    assert last.ratio == pytest.approx(1.2, rel=0.1)
    assert found.series[2].points[0].value_ns == pytest.approx(2e6)


def test_a_change_is_suspected_and_nothing_more(tmp_path):
    found = read(asv(tmp_path))
    (nominee,) = found.changes
    assert (nominee.case, nominee.state, nominee.reason) == ("bench.time_it", "suspected", UNPAIRED)
    assert nominee.commit.name == f"{COUNT - CHANGES_AT:02}" * 20
    assert nominee.before.name == f"{COUNT - CHANGES_AT + 1:02}" * 20
    assert nominee.jump == pytest.approx(1.2, rel=0.02)
    assert found.reason == "1 change is suspected; none can be confirmed"


def test_machines_are_series_apart(tmp_path):
    asv(tmp_path, "a")
    found = read(asv(tmp_path, "b"))
    assert [each.case for each in found.series if "time_it" in each.case] == [
        "bench.time_it · a existing",
        "bench.time_it · b existing",
    ]
    assert len(found.commits) == COUNT
    assert found.machines == ["a existing", "b existing"]


def benchmarks(folder, runs_of_each=2):
    rng = random.Random(1)
    for number in range(COUNT * runs_of_each):
        commit = number // runs_of_each
        content = foreign_files.pytest_benchmark(
            foreign_files.measured("tests/test_it.py::test_it", seconds(commit, rng))
        )
        content["commit_info"] = {
            "id": f"{commit:02}" * 20,
            "dirty": commit == 3,
            "time": f"2026-01-{commit + 1:02}T00:00:00+02:00",
        }
        foreign_files.written(folder / "Linux-CPython-3.11-64bit" / f"{number:04}_it.json", content)
    return folder


def test_runs_of_a_commit_in_benchmarks_are_one_point(tmp_path):
    benchmarks(tmp_path / "project" / ".benchmarks")
    foreign_files.written(tmp_path / "project" / "package.json", {"name": "else"})
    found = read(tmp_path / "project")
    (series,) = found.series
    assert len(series.points) == COUNT
    assert {each.blocks for each in series.points} == {2}
    assert found.commits[3].name == "03" * 20 + "-dirty"
    assert found.commits[0].date == "2025-12-31T22:00:00+00:00"
    assert [each.commit.name for each in found.changes] == [f"{CHANGES_AT:02}" * 20]
    assert found.warnings == []


def test_other_files_are_left_out_with_a_warning(tmp_path):
    asv(tmp_path)
    foreign_files.written(tmp_path / "a" / "other.json", {"name": "else"})
    assert read(tmp_path).warnings[0].startswith("1 file was left out: ")


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(UsageError, match="contains no results of asv or pytest-benchmark"):
        read(tmp_path)
    foreign_files.written(tmp_path / "other.json", {"name": "else"})
    with pytest.raises(UsageError, match=r"other\.json: not a results file"):
        read(tmp_path)


def test_page_and_text_say_that_nothing_is_confirmed(tmp_path):
    found = read(asv(tmp_path))
    text = terminal(found, tmp_path)
    assert "suspected: 161616161616: bench.time_it: 1." in text
    assert "Unpaired: 1 change is suspected; none can be confirmed" in text
    page = html(found).decode()
    assert "none is confirmed" in page
    assert "Confirmed changes" not in page
    assert [each.kind for line in lines(found) for each in line.small.marks] == ["suspected"]
    assert lines(found)[0].told == "suspected: 161616161616"
