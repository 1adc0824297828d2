"""Times where nothing can be interpolated, against laws that were planted."""

import math
from pathlib import Path

import pytest

from rooflinear.bench.records import Result
from rooflinear.reports.tables import frames, growth
from rooflinear.reports.tables.at_size import at_size
from rooflinear.reports.tables.estimates import MISFIT, TOO_FEW
from rooflinear.reports.tables.modelled import byte_terms, modelled, moved_bytes
from rooflinear.reports.tables.views import views

from ..synthetic import case, costs, ok, run, sweep

HOLE = {"m": 10_000, "n": 50}
MOVED = 8 * (10_000 * 50 + 10_000 + 2 * 50)
LAW = 2000 + MOVED / 10
"""ns at the hole: 2 µs a call, 10 GB/s."""

MS = (100, 1000, 10_000)


def law(moved, rows):
    return 2000 + moved / 10


def without_hole(results):
    return [each for each in results if each.case.sizes != HOLE]


def made(results):
    tables = frames.tables(Path("run"), run(["numpy", "numba"], {}), results)
    [view] = views(tables)
    return tables, view, growth.fits(tables, [view]).to_dict("records")[0]


def test_bytes_between_sizes_are_those_that_the_algorithm_moves():
    tables, view, _ = made(without_hole(sweep(law, MS)))
    assert moved_bytes(tables, view, HOLE, "direct") == pytest.approx(MOVED, rel=1e-9)
    assert moved_bytes(tables, view, {"m": 777, "n": 33}, "direct") == pytest.approx(costs(777, 33)[0], rel=1e-9)
    assert math.isnan(moved_bytes(tables, view, HOLE, "gram"))


def test_bytes_that_are_no_sum_of_products_are_not_guessed():
    results = without_hole(sweep(law, MS))
    odd = [
        ok(each.case, [law(costs(**each.case.sizes)[0], 0)] * 3, costs={"direct": (1.0, each.case.sizes["m"] ** 1.5)})
        for each in results
    ]
    tables, view, fit = made(odd)
    assert math.isnan(moved_bytes(tables, view, HOLE, "direct"))
    assert modelled(tables, view, HOLE, fit) is None


def test_bytes_of_too_few_sizes_are_not_guessed():
    """Those on a diagonal fit many sums, which differ elsewhere."""
    diagonal = [
        each for each in sweep(law, MS) if (each.case.sizes["m"], each.case.sizes["n"]) in ((100, 2), (1000, 10))
    ]
    tables, view, _ = made(diagonal)
    assert byte_terms(tables, view, "direct") == []
    assert math.isnan(moved_bytes(tables, view, {"m": 100, "n": 10}, "direct"))


def test_a_hole_has_the_time_of_the_fit_and_its_worst_misfit_as_interval():
    tables, view, fit = made(without_hole(sweep(law, MS)))
    found = modelled(tables, view, HOLE, fit | {"misfit_worst": 0.25})
    assert found is not None
    assert found.value == pytest.approx(LAW, rel=0.02)
    assert (found.low, found.high) == pytest.approx((found.value / 1.25, found.value / 0.75))
    assert found.interval == MISFIT


def test_a_fit_that_misses_a_time_by_all_of_it_has_no_interval():
    tables, view, fit = made(without_hole(sweep(law, MS)))
    found = modelled(tables, view, HOLE, fit | {"misfit_worst": 1.0})
    assert found is not None
    assert (math.isnan(found.low), found.interval) == (True, TOO_FEW)


def test_a_fit_of_one_n_holds_for_no_other():
    tables, view, fit = made([*sweep(law, MS, ns=(10,)), *sweep(law, MS, ns=(10, 50), implementation="numba")])
    assert growth.SAME_ROWS in fit["reason"]
    assert modelled(tables, view, {"m": 5000, "n": 10}, fit) is not None
    assert modelled(tables, view, {"m": 5000, "n": 50}, fit) is None


def test_an_implementation_is_modelled_only_where_it_cannot_be_interpolated():
    tables, view, _ = made(without_hole(sweep(law, MS)))
    [between] = at_size(tables, view, {"m": 300, "n": 20})
    [beside_the_hole] = at_size(tables, view, {"m": 5000, "n": 20})
    [within_the_hole] = at_size(tables, view, HOLE)
    assert [each.source for each in (between, beside_the_hole, within_the_hole)] == [
        "interpolated",
        "modelled",
        "modelled",
    ]


@pytest.mark.parametrize("status", ["wrong", "crashed", "unsupported", "missing"])
def test_what_failed_at_a_neighbouring_size_is_not_modelled(status):
    failed = Result(case=case(sizes=HOLE), status=status, reason="a reason")
    tables, view, _ = made([*without_hole(sweep(law, MS)), failed])
    [found] = at_size(tables, view, {"m": 5000, "n": 20})
    assert (found.source, math.isnan(found.time.value)) == ("", True)
    assert found.reason == f"{status} at m=10000 n=50: a reason"


@pytest.mark.parametrize("status", ["skipped", "timeout"])
def test_what_was_left_out_for_its_time_is_modelled(status):
    left_out = Result(case=case(sizes=HOLE), status=status, reason="too long")
    tables, view, _ = made([*without_hole(sweep(law, MS)), left_out])
    [found] = at_size(tables, view, {"m": 5000, "n": 20})
    assert found.source == "modelled"
    assert found.time.value == pytest.approx(law(costs(5000, 20)[0], 0), rel=0.02)


def test_a_modelled_first_call_costs_more_by_what_the_nearest_one_did():
    results = [
        ok(each.case, [law(costs(**each.case.sizes)[0], 0)] * 3, first_call_ns=9_000_000, **costs(**each.case.sizes)[1])
        for each in without_hole(sweep(law, MS))
    ]
    tables, view, _ = made(results)
    [found] = at_size(tables, view, {"m": 6000, "n": 50})
    nearest = 2000 + 8 * (1000 * 50 + 1000 + 2 * 50) / 10
    assert found.first_call.value - found.time.value == pytest.approx(9_000_000 - nearest, rel=1e-6)
    assert math.isnan(found.first_call.low)
