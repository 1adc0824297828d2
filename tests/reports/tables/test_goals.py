"""Goals are judged by the numbers that the page shows, and what was not measured is not reached."""

import math

import pytest

from rooflinear.bench.contract import Goal
from rooflinear.reports.tables import frames, goals

from .. import synthetic

SIZES = {"m": 1000, "n": 10}
BELOW = 524_288
"""Bytes that a process on two threads must grow by to be seen to grow."""


def goal(measure="times faster", reach=3.0, **changes):
    fields = {"what": "few samples", "measure": measure, "reach": reach, "operation": "gradient", "sizes": (SIZES,)}
    fields |= {"implementations": ("numba",)} | ({"over": ("numpy",)} if measure == "times faster" else {})
    return Goal(**(fields | changes))


def judged(tmp_path, stated, disturbed=(), limit_ns=None, drift=0.0, **times):
    """The goals of a run in which each implementation took so many ns in every round of three blocks.

    Blocks differ by ``drift``.
    """
    flags = {number: {"steal_ticks": 1} for number in range(6)}
    limit = {"costs": {"direct": (1.0, 1e6)}, "reads": [(number, (limit_ns or 1) / 1e6) for number in range(6)]}
    results = [
        synthetic.ok(
            synthetic.case(stem),
            [ns * (1 + drift * (block - 1))] * 6,
            block=block,
            peak_bytes=4096,
            flags=flags if stem in disturbed else {},
            **(limit if limit_ns else {}),
        )
        for stem, ns in times.items()
        for block in range(3)
    ]
    run = synthetic.run(list(times), synthetic.OPERATIONS, goals=list(stated))
    tables = frames.load(synthetic.write(tmp_path / "run", run, results))
    return tables, goals.goals(tables).to_dict("records")


@pytest.mark.parametrize(("reach", "reached"), [(3.9, True), (4.1, False)])
def test_so_many_times_faster_is_the_ratio_of_shared_rounds(tmp_path, reach, reached):
    _, (row,) = judged(tmp_path, [goal(reach=reach)], numpy=4000, numba=1000)
    assert row["value"] == pytest.approx(4)
    assert row["reached"] is reached
    assert row["blocks"] == 3


def test_the_fastest_of_the_others_is_what_counts(tmp_path):
    _, (row,) = judged(tmp_path, [goal(over=("numpy", "torch"))], numpy=4000, torch=2000, numba=1000)
    assert (row["over"], row["value"]) == ("torch", pytest.approx(2))
    assert not row["reached"]


def test_the_fastest_of_ones_own_is_what_counts(tmp_path):
    stated = goal(implementations=("numba", "numba_parallel"))
    _, (row,) = judged(tmp_path, [stated], numpy=4000, numba=2000, numba_parallel=1000)
    assert (row["implementation"], row["value"]) == ("numba_parallel", pytest.approx(4))


def test_memory_is_at_most_what_was_wanted(tmp_path):
    _, rows = judged(tmp_path, [goal("peak bytes", BELOW), goal("peak bytes", BELOW - 1)], numba=1000)
    assert [row["reached"] for row in rows] == [True, False]


def test_over_its_limit_is_not_reached_where_no_limit_was_read(tmp_path):
    _, (row,) = judged(tmp_path, [goal("over limit", 1.15)], numba=1000)
    assert math.isnan(row["value"])
    assert not row["reached"]


def test_so_many_times_its_limit_is_reached_or_not(tmp_path):
    _, rows = judged(tmp_path, [goal("over limit", 2.1), goal("over limit", 1.9)], limit_ns=500, numba=1000)
    assert [row["reached"] for row in rows] == [True, False]
    assert rows[0]["value"] == pytest.approx(2, rel=1e-3)


def test_less_time_than_the_limit_reaches_nothing(tmp_path):
    tables, (row,) = judged(tmp_path, [goal("over limit", 1.15)], limit_ns=2000, numba=1000)
    assert (math.isnan(row["value"]), row["reached"], row["why"]) == (True, False, goals.FAULT)
    assert f"not reached: {goals.FAULT}" in goals.text(tables)


def test_no_end_of_an_interval_is_below_the_limit(tmp_path):
    _, (row,) = judged(tmp_path, [goal("over limit", 1.15)], limit_ns=1000, drift=0.02, numba=1000)
    assert row["low"] == 1
    assert row["value"] == pytest.approx(1, abs=1e-3)
    assert row["high"] > 1


@pytest.mark.parametrize("disturbed", ["numba", "numpy"])
def test_a_disturbed_time_reaches_nothing_and_is_no_time_to_beat(tmp_path, disturbed):
    tables, (row,) = judged(tmp_path, [goal()], [disturbed], numpy=4000, numba=1000)
    assert (math.isnan(row["value"]), row["reached"], row["why"]) == (True, False, "disturbed")
    assert "≥ 3.00× faster than numpy" in goals.text(tables)
    assert "not reached: disturbed" in goals.text(tables)


def test_a_disturbed_time_is_not_near_its_limit_but_its_memory_is_known(tmp_path):
    stated = [goal("over limit", 9), goal("peak bytes", BELOW)]
    _, rows = judged(tmp_path, stated, ["numba"], limit_ns=500, numba=1000)
    assert [row["reached"] for row in rows] == [False, True]


def test_sizes_that_the_run_left_out_are_no_rows(tmp_path):
    _, rows = judged(tmp_path, [goal(sizes=(SIZES, {"m": 7, "n": 7}))], numpy=4000, numba=1000)
    assert [row["sizes"] for row in rows] == ["m=1000 n=10"]


def test_one_that_was_not_timed_is_not_reached(tmp_path):
    _, (row,) = judged(tmp_path, [goal()], numpy=4000)
    assert not row["reached"]


def test_the_table_says_what_was_wanted_reached_and_of_how_many_processes(tmp_path):
    tables, _ = judged(tmp_path, [goal()], numpy=4000, numba=1000)
    line = goals.text(tables).splitlines()[-1]
    for part in ("few samples", "m=1000 n=10 float64", "≥ 3.00×", "4.00×", "numba, 3 processes", "| reached"):
        assert part in line
