"""Times between measured sizes, against numbers computed by hand."""

import math
from pathlib import Path

import pytest

from rooflinear.reports.tables import frames
from rooflinear.reports.tables.estimates import BETWEEN, TOO_FEW, WITHIN, Estimate
from rooflinear.reports.tables.interpolation import bracket, corners, farness, interpolated, missed
from rooflinear.reports.tables.views import views

from ..synthetic import case, ok, run


def view_of(*sizes):
    results = [ok(case(sizes=each), [1e6, 1e6, 1e6]) for each in sizes]
    [view] = views(frames.tables(Path("run"), run(["numpy"], {}), results))
    return view


GRID = view_of(*({"m": m, "n": n} for m in (100, 10_000) for n in (2, 8)))
LINE = view_of({"m": 100}, {"m": 400}, {"m": 1600})
ON_THE_LINE = {"m=100": 1000.0, "m=400": 2000.0, "m=1600": 9000.0}
"""At 400 the ends give √(1000·9000) = 3000: a miss of log 1.5."""


def exact(values):
    return {key: Estimate(value, value, value, BETWEEN) for key, value in values.items()}


def test_a_value_lies_between_its_neighbours_logarithmically():
    assert bracket([100, 400, 1600], 200) == [(100, 0.5), (400, 0.5)]
    assert bracket([100, 400, 1600], 400) == [(400, 1.0)]
    (low, less), (high, more) = bracket([100, 1000], 500)
    assert (low, high) == (100, 1000)
    assert (less, more) == pytest.approx((1 - math.log10(5), math.log10(5)))


@pytest.mark.parametrize("value", [1, 99, 1601, 10**9])
def test_outside_the_values_there_is_nothing_to_interpolate(value):
    assert bracket([100, 400, 1600], value) == []
    assert corners(LINE, {"m": value}) == []
    assert interpolated(LINE, {"m": value}, exact(ON_THE_LINE)) is None


def test_four_corners_count_by_their_nearness():
    quarters = dict.fromkeys(("m=100 n=2", "m=100 n=8", "m=10000 n=2", "m=10000 n=8"), 0.25)
    assert dict(corners(GRID, {"m": 1000, "n": 4})) == pytest.approx(quarters)
    assert dict(corners(GRID, {"m": 1000, "n": 8})) == pytest.approx({"m=100 n=8": 0.5, "m=10000 n=8": 0.5})


def test_the_time_between_four_sizes_is_their_geometric_mean():
    """(1000·4000·9000·64,000)^¼ = 4000·√3."""
    held = exact({"m=100 n=2": 1000, "m=100 n=8": 4000, "m=10000 n=2": 9000, "m=10000 n=8": 64_000})
    found = interpolated(GRID, {"m": 1000, "n": 4}, held)
    assert found is not None
    assert found.value == pytest.approx(4000 * math.sqrt(3))


def test_of_two_sizes_the_error_is_what_a_straight_line_differs():
    """Midway between 100 and 10,000 lies 1000, a tenth of the way and a bit: (1000 - 100) / 9900 = 1/11."""
    flat, straight = {"m=100 n=2": 5.0, "m=10000 n=2": 5.0}, {"m=100 n=2": 5.0, "m=10000 n=2": 500.0}
    assert missed(GRID, flat) == pytest.approx(0, abs=1e-12)
    assert missed(GRID, straight) == pytest.approx(0, abs=1e-12)
    assert missed(GRID, {"m=100 n=2": 1000.0, "m=10000 n=2": 9000.0}) == pytest.approx(
        math.log(3000 / (1000 + 8000 / 11))
    )
    assert missed(GRID, {"m=100 n=2": 9000.0, "m=100 n=8": 64_000.0}) == pytest.approx(
        math.log((9000 + 55_000 / 3) / 24_000)
    )
    assert math.isnan(missed(GRID, {"m=100 n=2": 9000.0, "m=100 n=8": math.nan}))


def test_between_two_sizes_the_interval_is_widened_by_it():
    held = {
        key: Estimate(value, 0.9 * value, 1.2 * value, WITHIN)
        for key, value in {"m=100 n=2": 1000.0, "m=10000 n=2": 9000.0}.items()
    }
    found = interpolated(GRID, {"m": 1000, "n": 2}, held)
    assert found is not None
    wider = 3000 / (1000 + 8000 / 11)
    assert found[:3] == pytest.approx((3000, 0.9 * 3000 / wider, 1.2 * 3000 * wider))
    assert found.interval == WITHIN


def test_without_one_of_four_sizes_there_is_no_interpolation():
    held = exact({"m=100 n=2": 1000, "m=100 n=8": 4000, "m=10000 n=2": 9000})
    assert interpolated(GRID, {"m": 1000, "n": 4}, held) is None
    assert interpolated(GRID, {"m": 10_000, "n": 8}, held) is None
    found = interpolated(GRID, {"m": 1000, "n": 2}, held)
    assert found is not None
    assert found.value == pytest.approx(3000)


def test_what_interpolation_misses_is_the_median_of_what_is_left_out():
    assert missed(LINE, ON_THE_LINE) == pytest.approx(math.log(1.5))
    assert math.isnan(missed(LINE, {"m=100": 1000.0, "m=400": 2000.0}))
    longer = view_of(*({"m": m} for m in (100, 400, 1600, 6400)))
    assert missed(longer, {**ON_THE_LINE, "m=6400": 9000.0}) == pytest.approx(
        (math.log(1.5) + math.log(9000 / math.sqrt(2000 * 9000))) / 2
    )


def test_the_interval_is_widened_in_full_midway_and_not_at_all_at_a_measured_size():
    held = {key: Estimate(value, 0.9 * value, 1.2 * value, WITHIN) for key, value in ON_THE_LINE.items()}
    assert [farness(LINE, {"m": m}) for m in (100, 200, 400)] == pytest.approx([0, 1, 0])
    midway = interpolated(LINE, {"m": 200}, held)
    middle = math.sqrt(1000 * 2000)
    assert midway is not None
    assert midway[:3] == pytest.approx((middle, 0.9 * middle / 1.5, 1.2 * middle * 1.5))
    measured = interpolated(LINE, {"m": 400}, held)
    assert measured is not None
    assert measured[:3] == pytest.approx((2000, 1800, 2400))


def test_an_interpolated_interval_is_as_sure_as_the_weakest_beside_it():
    held = exact(ON_THE_LINE) | {"m=100": Estimate(1000.0, 900.0, 1100.0, WITHIN)}
    found = interpolated(LINE, {"m": 200}, held)
    assert found is not None
    assert found.interval == WITHIN
    held["m=100"] = Estimate(1000.0, math.nan, math.nan, TOO_FEW)
    found = interpolated(LINE, {"m": 200}, held)
    assert found is not None
    assert (found.value, math.isnan(found.low), found.interval) == (pytest.approx(math.sqrt(2e6)), True, TOO_FEW)
