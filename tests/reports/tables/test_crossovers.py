"""Where lines of planted times cross is where an overtaking is reported."""

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooflinear.bench.records import Result
from rooflinear.reports.tables import frames
from rooflinear.reports.tables.crossovers import crossovers
from rooflinear.reports.tables.speedups import AHEAD, WITHIN_NOISE

from .. import synthetic
from ..synthetic import case, ok

STEADY = (1.0,) * 5
SHAKY = (0.4, 0.7, 1.0, 1.43, 2.5)


def lines(sizes, along="m", noise=STEADY, **laws):
    """A case per implementation and size; the noise is the first one's alone, so that it is in the ratio."""
    fixed = {"m": 1000, "n": 10}
    return [
        ok(case(name, sizes=fixed | {along: size}), [1e4 * law(size) * each for each in (STEADY if place else noise)])
        for place, (name, law) in enumerate(laws.items())
        for size in sizes
    ]


def found(results):
    return crossovers(frames.tables(Path("run"), synthetic.run([], {}), results)).to_dict("records")


def steep(size):
    return size


def flat(size):
    return 100 * size**0.5


@pytest.mark.parametrize(("along", "fixed"), [("m", "n=10"), ("n", "m=1000")])
def test_power_laws_cross_where_they_do(along, fixed):
    [row] = found(lines((1000, 100_000), along, steep=steep, flat=flat))
    assert (row["along"], row["fixed"]) == (along, fixed)
    assert (row["before"], row["after"]) == ("steep", "flat")
    assert (row["from_size"], row["to_size"]) == (1000, 100_000)
    assert row["at"] == pytest.approx(10_000, rel=1e-3)


def test_ratios_that_never_waver_leave_no_range():
    [row] = found(lines((1000, 100_000), steep=steep, flat=flat))
    assert row["at_low"] == pytest.approx(row["at"], rel=2e-3)
    assert row["at_high"] == pytest.approx(row["at"], rel=2e-3)
    assert row["verdict"] == AHEAD


def test_a_range_reaches_over_measured_sizes_to_where_the_leads_are_clear():
    sizes = [3 * 10**power for power in range(1, 9)]
    [row] = found(lines(sizes, noise=SHAKY, steep=steep, flat=flat))
    assert row["at_low"] < row["from_size"] < row["at"] < row["to_size"] < row["at_high"]
    assert row["verdict"] == AHEAD


def test_an_end_that_the_times_do_not_show_is_missing():
    [row] = found(lines((9000, 11_000), noise=SHAKY, steep=steep, flat=flat))
    assert math.isnan(row["at_low"])
    assert math.isnan(row["at_high"])
    assert row["verdict"] == WITHIN_NOISE


def test_who_is_not_timed_at_both_sizes_overtakes_nobody():
    results = lines((1000, 100_000), steep=steep, flat=flat)
    gone = [
        Result(case=each.case, status="timeout", cap_ns=1)
        if each.case.implementation == "steep" and each.case.sizes["m"] == 100_000
        else each
        for each in results
    ]
    assert found(gone) == []


@pytest.mark.parametrize(("name", "m"), [("steep", 1000), ("flat", 1000), ("steep", 100_000), ("flat", 100_000)])
def test_who_was_disturbed_at_one_of_both_sizes_overtakes_nobody(name, m):
    results = lines((1000, 100_000), steep=steep, flat=flat)
    lost = [
        ok(each.case, [1.0] * 5, flags={number: {"steal_ticks": 1} for number in range(5)})
        if (each.case.implementation, each.case.sizes["m"]) == (name, m)
        else each
        for each in results
    ]
    assert found(lost) == []


def test_nobody_overtakes_where_one_is_always_fastest():
    assert found(lines((10, 1000, 100_000), steep=steep, slower=lambda size: 2 * size)) == []


def test_each_overtaking_on_the_way_is_told():
    rows = found(lines((10, 1000, 100_000), a=lambda size: size, b=lambda size: 30 * size**0.5, c=lambda size: 6000))
    assert [(row["before"], row["after"]) for row in rows] == [("a", "b"), ("b", "c")]


def test_the_range_of_one_overtaking_does_not_reach_over_another():
    leads = {10: 2, 100: 0.5, 1000: 2, 10_000: 0.5}
    rows = found(lines(tuple(leads), noise=(0.98, 0.99, 1, 1.01, 1.02), a=steep, b=lambda size: leads[size] * size))
    assert [(row["before"], row["after"]) for row in rows] == [("a", "b"), ("b", "a"), ("a", "b")]
    for row in rows:
        assert row["from_size"] < row["at_low"] < row["at"] < row["at_high"] < row["to_size"]


@pytest.mark.slow
@settings(deadline=None)
@given(st.floats(0, 0.9), st.floats(15, 9000), st.integers(0, 3))
def test_an_overtaking_lies_between_its_sizes_and_within_its_range(slope, where, shake):
    noise = [1 + 0.02 * shake * each for each in (-2, -1, 0, 1, 2)]
    [row] = found(lines((10, 100, 1000, 10_000), noise=noise, a=steep, b=lambda size: where * (size / where) ** slope))
    assert row["from_size"] * (1 - 1e-9) <= row["at"] <= row["to_size"] * (1 + 1e-9)
    assert row["at"] == pytest.approx(where, rel=0.01)
    assert not row["at_low"] > row["at"] * (1 + 1e-9)
    assert not row["at_high"] < row["at"] * (1 - 1e-9)
