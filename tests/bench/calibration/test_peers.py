"""The verdicts of a suite's own tool on the two sides that the gate compares."""

import os
import subprocess
import sys

import pytest

from rooflinear.bench.calibration import peer_tools, peers
from rooflinear.bench.calibration.peer_tools import Said, Started
from rooflinear.bench.errors import CannotFinish, UsageError
from rooflinear.bench.guests.session import Place, Suite
from rooflinear.bench.guests.sides import BASE, COPY, HEAD, Opened

SAID = Said("asv compare", {"a": 1.2, "b": 1.0}, frozenset({"a"}), 3.0)


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """pytest-benchmark times nothing beside xdist, whose variables its own run would inherit."""
    for name in [name for name in os.environ if name.startswith("PYTEST_XDIST_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def opened(tmp_path):
    """Both sides of a suite of a kind, in folders of their own."""

    def of(kind, *arguments):
        places = {side: Place(sys.executable, tmp_path / side, tmp_path / side / "own") for side in (BASE, HEAD, COPY)}
        for place in places.values():
            place.suite.mkdir()
        return Opened(Suite(kind, arguments), places, {BASE: {}, HEAD: {}})

    return of


@pytest.mark.needs("asv")
def test_asv_measures_both_sides_under_the_names_of_two_commits(opened, monkeypatch):
    seen = {}

    def asv(base, head, config, commits, place, chosen):
        log = subprocess.run(["git", "-C", config["repo"], "log", "--format=%H"], capture_output=True, text=True)
        seen.update(config=config, commits=commits, log=log.stdout.split(), folders=(base.folder, head.folder))
        seen["chosen"] = chosen
        return SAID

    monkeypatch.setattr(peer_tools, "asv", asv)
    sides = opened("asv", "benchmarks", "--bench=x")
    (made,) = peers.guest_trials(sides, "yarl==1 benchmarks", 1)
    assert [*seen["commits"]] == seen["log"][::-1]
    assert len(set(seen["log"])) == 2
    assert seen["config"]["benchmark_dir"] == str(sides.places[HEAD].suite / "benchmarks")
    assert (seen["chosen"], seen["folders"]) == (
        ["--bench=x"],
        tuple(sides.places[each].suite for each in (BASE, HEAD)),
    )
    assert (made.judge, made.load, made.implementations) == ("asv compare", 1, ["yarl==1 benchmarks"])
    assert {each.case: (each.verdict, each.ratio) for each in made.cases} == {
        "a": ("slower", 1.2), "b": ("equivalent", 1.0),
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.needs("asv")
def test_asv_really_compares_a_suite_with_itself(opened):
    sides = opened("asv", "benchmarks")
    for side in (BASE, HEAD):
        folder = sides.places[side].suite / "benchmarks"
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "short.py").write_text("def time_sum():\n    sum(range(100))\n")
    (made,) = peers.guest_trials(sides, "suite", 0)
    assert [each.case for each in made.cases] == ["short.time_sum"]
    assert 0.01 < made.cases[0].ratio < 100


@pytest.mark.needs("pytest_benchmark")
def test_pytest_benchmark_runs_the_suite_without_its_addopts(opened, monkeypatch):
    seen = []
    monkeypatch.setattr(peer_tools, "pytest_benchmark", lambda *given, may_fail: seen.append(given) or [SAID])
    made = list(peers.guest_trials(opened("pytest", "t.py"), "HEAD t.py", 0))
    assert [each.judge for each in made] == [SAID.judge]
    assert seen[0][2] == ["t.py", "-o", "addopts="]
    assert seen[0][0].environment["PYTHONHASHSEED"] == seen[0][1].environment["PYTHONHASHSEED"] == "0"


def test_what_cannot_judge_is_refused(opened, monkeypatch):
    with pytest.raises(UsageError, match="pyperf compares two files"):
        list(peers.guest_trials(opened("pyperf", "x.py"), "", 0))


def test_a_suite_whose_interpreter_lacks_pytest_benchmark_is_refused(opened, monkeypatch):
    sides = opened("pytest", "t.py")
    monkeypatch.setattr(
        peers, "_started", lambda place: Started(sys.executable, place.suite, {"PYTHONPATH": str(place.suite)})
    )
    (sides.places[BASE].suite / "pytest_benchmark.py").write_text("raise ImportError\n")
    with pytest.raises(UsageError, match="lacks pytest-benchmark"):
        list(peers.guest_trials(sides, "", 0))


@pytest.mark.needs("pytest_benchmark")
def test_pytest_benchmarks_own_verdicts_are_read(tmp_path):
    """Two real runs; one benchmark is made slower by the environment."""
    (tmp_path / "test_it.py").write_text(
        "import os, time\n"
        "def test_slow(benchmark): benchmark.pedantic(time.sleep, (float(os.environ['S']),), rounds=3)\n"
        "def test_same(benchmark): benchmark.pedantic(time.sleep, (0.02,), rounds=3)\n"
    )
    sides = [Started(sys.executable, tmp_path, {"S": seconds, "PYTEST_ADDOPTS": ""}) for seconds in ("0.02", "0.2")]
    said = list(peer_tools.pytest_benchmark(*sides, ["test_it.py"], tmp_path))
    assert [each.judge for each in said] == [f"pytest-benchmark {name}" for name in ("min", "median", "mean")]
    assert all("test_it.py::test_slow" in each.slower for each in said)
    assert all(each.ratios["test_it.py::test_slow"] > 2 for each in said)


@pytest.mark.needs("pytest_benchmark")
def test_a_tool_that_fails_ends_with_its_last_words(tmp_path):
    started = Started(sys.executable, tmp_path, {"PYTEST_ADDOPTS": ""})
    with pytest.raises(CannotFinish, match=r"pytest -q ended with 4: .*no_such"):
        list(peer_tools.pytest_benchmark(started, started, ["no_such.py"], tmp_path))


@pytest.mark.needs("pytest_benchmark")
def test_a_test_that_fails_ends_the_calibration_unless_it_may(tmp_path):
    (tmp_path / "test_it.py").write_text(
        "def test_wrong(benchmark): assert benchmark.pedantic(int, rounds=3) == 1\n"
        "def test_right(benchmark): assert benchmark.pedantic(int, rounds=3) == 0\n"
    )
    started = Started(sys.executable, tmp_path, {"PYTEST_ADDOPTS": ""})
    with pytest.raises(CannotFinish, match="pytest -q ended with 1"):
        list(peer_tools.pytest_benchmark(started, started, ["test_it.py"], tmp_path))
    said = list(peer_tools.pytest_benchmark(started, started, ["test_it.py"], tmp_path, may_fail=True))
    assert "test_it.py::test_right" in said[0].ratios
