"""Further blocks of a run with a budget: the baseline and the fastest in fresh processes."""

from collections import defaultdict

import pytest

from rooflinear.bench import store
from rooflinear.bench.runner.again import FASTEST
from rooflinear.reports.tables import frames, speedups
from rooflinear.reports.tables.estimates import WITHIN
from rooflinear.reports.tables.variances import FEWEST_REPLICATED

from ..made import OPERATIONS, write_suite

PRESETS = """
from rooflinear.bench.contract import Grid

PRESETS = {"standard": (Grid(sizes={"m": (1000, 3000)}, blocks=3),)}
"""

IMPLEMENTATION = """
LIBRARY = "numpy"

def double(x):
    for _ in range(LOOPS):
        x + x
    return 2 * x
"""

LOOPS = {"fast": 0, "faster": 1, "level": 2, "numpy": 60, "far": 40, "farther": 50}


@pytest.fixture(scope="module")
def run(rooflinear_once):
    files = {name: IMPLEMENTATION.replace("LOOPS", str(count)) for name, count in LOOPS.items()}
    suite = write_suite(rooflinear_once.folder / "suite", operations=OPERATIONS + PRESETS, plain=None, **files)
    options = ("--suite", suite, "--threads", "1", "--time-budget", "30s", "--results", rooflinear_once.results)
    return rooflinear_once("run", *options), rooflinear_once.runs()[0]


@pytest.fixture(scope="module")
def blocks(run):
    """The blocks of each implementation at each size."""
    found = defaultdict(list)
    for result in store.read_results(run[1]):
        assert result.status == "ok", result.reason
        found[result.case.implementation, result.case.sizes["m"]].append(result.block)
    return found


def test_everything_is_measured_in_the_first_block(run, blocks):
    assert run[0].status == 0, run[0].stderr
    assert {key for key, found in blocks.items() if 0 in found} == {(name, m) for name in LOOPS for m in (1000, 3000)}


def test_the_baseline_and_the_fastest_are_measured_in_three_processes(blocks):
    for m in (1000, 3000):
        assert [sorted(blocks[name, m]) for name in ("fast", "faster", "level", "numpy")] == [[0, 1, 2]] * (FASTEST + 1)


def test_their_first_calls_are_told_by_the_first_block_alone(run):
    for result in store.read_results(run[1]):
        assert (result.first_call_ns is None) == (result.block > 0)


def test_times_and_speed_ups_agree(run):
    tables = frames.load(run[1])
    times = tables.cases.set_index(["implementation", "m"])["time_ns"]
    for row in speedups.speedups(tables, "numpy").to_dict("records"):
        m = int(row["sizes"].removeprefix("m="))
        assert row["speedup"] == pytest.approx(times["numpy", m] / times[row["implementation"], m])


def test_whether_enough_cases_tell_what_processes_differ_by(run):
    cases = frames.load(run[1]).cases
    enough = (cases["blocks"] > 1).sum() >= FEWEST_REPLICATED
    assert (WITHIN in set(cases["interval"])) == (not enough)
