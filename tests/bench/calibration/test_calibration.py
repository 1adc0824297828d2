"""What calibration counts, what it plants, and the command on a small suite."""

import json
import time

import numpy as np
import pytest
from scipy.stats import binomtest
from typer.testing import CliRunner

from rooflinear.bench.calibration import more_work
from rooflinear.bench.calibration.planted import plant
from rooflinear.bench.calibration.trials import CaseTrial, Trial, lower, simulated_trials, tallies, upper
from rooflinear.bench.cli import app
from rooflinear.bench.gate.records import Side
from rooflinear.bench.gate.revisions import Revision, sources
from rooflinear.bench.machine import machine
from rooflinear.bench.suites import suite

from ..made import SMOOTHING
from ..made_repository import SIZES, Repository

MACHINE = machine.describe()


def trial(verdicts, effect=0.0, load=0, judge="rooflinear"):
    cases = [CaseTrial(case=f"p/numpy m={n} float64", verdict=each, spread=0.01) for n, each in enumerate(verdicts)]
    return Trial(
        judge=judge, effect=effect, margin=0.02, load=load, cases=cases, seconds=60, started_at="", machine=MACHINE
    )


def test_counts_are_kept_apart_by_judge_effect_and_load():
    made = [
        trial(["slower"], effect=0.05),
        trial(["equivalent"]),
        trial(["equivalent"], load=1),
        trial([], judge="asv"),
    ]
    assert [(each.judge, each.load, each.effect) for each in tallies(made)] == [
        ("asv", 0, 0.0), ("rooflinear", 0, 0.0), ("rooflinear", 0, 0.05), ("rooflinear", 1, 0.0),
    ]  # fmt: skip


def test_runs_and_cases_are_counted():
    (found,) = tallies([trial(["slower", "slower", "equivalent"]), trial(["faster", "inconclusive", "broken"])])
    assert (found.runs, found.alarmed_runs, found.cases) == (2, 1, 5)
    assert (found.called_slower, found.called_faster, found.inconclusive) == (2, 1, 1)
    assert found.implementations == "numpy"
    assert found.spread == 0.01


@pytest.mark.parametrize(("hits", "of"), [(0, 30), (1, 30), (15, 30), (29, 30), (30, 30), (0, 1440)])
def test_limits_are_the_exact_ones(hits, of):
    interval = binomtest(hits, of).proportion_ci(0.90, method="exact")
    assert lower(hits, of) == pytest.approx(interval.low)
    assert upper(hits, of) == pytest.approx(interval.high)


def test_thirty_clean_runs_exclude_nothing_below_nine_per_cent():
    assert 0.09 < upper(0, 30) < 0.0951


def test_simulated_runs_count_alike_every_time():
    first, second = ([tallies(each)[0] for each in simulated_trials(20, MACHINE)] for _ in range(2))
    assert [each.called_slower for each in first] == [each.called_slower for each in second]
    assert {each.effect for each in first} == {0.0, 0.05, 0.10}
    assert all(each.runs == (1 if each.effect else 20) for each in first)
    assert sum(each.called_slower for each in first if each.effect == 0.10) > 0.9 * 5 * 24


def waits(seconds):
    """A kernel of a known duration, whatever else the machine does in between."""

    def kernel(x):
        ends = time.perf_counter() + seconds
        while time.perf_counter() < ends:
            pass
        return x

    return kernel


def calls_of(share, seconds):
    calls = 0
    kernel = waits(seconds)

    def counted(x):
        nonlocal calls
        calls += 1
        return kernel(x)

    slower = more_work.more(counted, share)
    slower(np.ones(3))
    before = calls
    for _ in range(100):
        slower(np.ones(3))
    return calls - before


def test_short_calls_are_repeated_as_often_as_planted():
    assert calls_of(0.05, 1e-6) == 105
    assert calls_of(0.10, 1e-6) == 110
    assert calls_of(0.0, 1e-6) == 100


class Clock:
    """A clock for `more_work` that stands still but where a kernel says how long it takes."""

    def __init__(self):
        self.ns = 0

    def passes(self, ns):
        self.ns += ns


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(more_work, "perf_counter_ns", lambda: made.ns)
    return made


def rows_seen(clock, share, sizes):
    """Rows that a kernel of long calls sees in a call, per size, all sizes in one process: a row takes 1 us."""
    seen = []

    def kernel(x, theta):
        seen.append(len(x))
        clock.passes(len(x) * 1000)
        return x

    slower = more_work.more(kernel, share)
    found = {}
    for shape in sizes:
        x = np.ones(shape)
        slower(x, np.ones(shape[1]))
        seen.clear()
        slower(x, np.ones(shape[1]))
        found[shape] = list(seen)
    return found


def test_long_calls_do_a_share_of_their_own_rows_once_more(clock):
    assert rows_seen(clock, 0.10, [(20_000, 2)]) == {(20_000, 2): [20_000, 2_000]}


def test_sizes_of_one_process_are_planned_apart(clock):
    found = rows_seen(clock, 0.10, [(20_000, 2), (20_000, 50), (40_000, 2)])
    assert list(found.values()) == [[20_000, 2_000], [20_000, 2_000], [40_000, 4_000]]


def test_calls_that_rows_do_not_decide_do_small_work_of_their_own_library(clock):
    class Counted:
        shape = (3,)

        def __init__(self):
            self.times = 0

        def __len__(self):
            return 3

        def __mul__(self, other):
            self.times += 1
            clock.passes(20_000)
            return self

    x = Counted()
    slower = more_work.more(lambda x: clock.passes(10_000_000), 0.10)
    slower(x)
    planned = x.times
    slower(x)
    assert x.times - planned == 50


def test_planted_kernels_answer_as_before(tmp_path):
    loaded = suite.load(SMOOTHING)
    revision = Revision(Side(label="x"), loaded, "python", {}, sources(SMOOTHING))
    stem = next(iter(loaded.implementations))
    made = plant(revision, [stem], 0.05, tmp_path / "planted" / "smoothing")
    assert made.suite.implementations.keys() == loaded.implementations.keys()
    assert made.suite.implementations[stem].operations == loaded.implementations[stem].operations
    assert made.suite.implementations[stem].source_sha256 != loaded.implementations[stem].source_sha256
    assert made.side.label == "x + 5%"


@pytest.mark.alone
def test_the_command_counts_adds_and_goes_on(rooflinear):
    repository = Repository(rooflinear.folder)
    before = repository.state()
    arguments = ("calibrate", "--implementation", "plain", *SIZES, "--margin", "10%", "--json")
    outcome = rooflinear(*arguments, "--effect", "90%", "--runs", "1")
    assert outcome.status == 0, outcome.stderr
    found = {each["effect"]: each for each in json.loads(outcome.stdout)["tallies"]}
    assert found[0.0]["runs"] == found[0.9]["runs"] == 1
    assert found[0.9]["called_slower"] == 1
    assert found[0.9]["ratio"] == pytest.approx(1.9, abs=0.2)
    assert repository.state() == before
    assert len((rooflinear.results / "calibration.jsonl").read_text().splitlines()) == 2
    again = rooflinear("calibrate", "--runs", "0", "--simulate", "20")
    assert again.status == 0
    assert "| 90% | 1 | 1 of 1 |" in again.stdout
    assert "rooflinear, simulated, bursts" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--effect", "0"], "--effect '0'"),
        (["--runs", "-1"], "--runs"),
        (["--load", "many"], "--load"),
        (["--simulate", "1.5"], "--simulate"),
        (["nosuch"], "neither a revision"),
        (["--output", "kernels/plain.py", "--runs", "0"], "a line is not a calibration run"),
        pytest.param(["--peers", "--runs", "0"], "bench/asv_suite", marks=pytest.mark.needs("asv")),
    ],
)
def test_what_cannot_be_asked_is_said(tmp_path, monkeypatch, arguments, told):
    monkeypatch.chdir(Repository(tmp_path / "checkout").folder)
    outcome = CliRunner().invoke(app, ["calibrate", *arguments])
    assert outcome.exit_code == 2
    assert told in outcome.stderr
    assert len(outcome.stderr.splitlines()) <= 2
