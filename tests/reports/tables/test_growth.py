"""Planted laws of growth are found, and what a sweep cannot tell is said."""

import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooflinear.bench.records import Machine
from rooflinear.reports.tables import frames, growth

from .. import synthetic
from ..synthetic import CACHE_BYTES, case, costs, ok, sweep

BIG = {"ms": (1000, 10_000, 100_000, 1_000_000, 4_000_000), "ns": (2, 10, 50)}


def fits_of(results, **changes):
    return growth.fits(frames.tables(Path("run"), synthetic.run(["numpy"], {}, **changes), results))


def fit_of(results, **changes):
    [row] = fits_of(results, **changes).to_dict("records")
    return row


def law(fixed_ns, rate, row_ns=0.0):
    return lambda moved, rows: fixed_ns + 1e9 * moved / rate + row_ns * rows


@settings(deadline=None)
@given(st.floats(300, 1e5), st.floats(1e8, 3e10))
def test_a_planted_fixed_cost_and_rate_are_found_or_reported_as_not_estimated(fixed_ns, rate):
    row = fit_of(sweep(law(fixed_ns, rate)))
    for name, word, planted in (("fixed_ns", "fixed cost:", fixed_ns), ("bytes_per_second", "rate:", rate)):
        assert row[name] == pytest.approx(planted, rel=0.05) or (math.isnan(row[name]) and word in row["reason"])
    assert row["misfit_worst"] < 0.1


@pytest.mark.parametrize("seed", range(12))
def test_noise_of_five_per_cent_is_the_misfit_and_adds_no_term(seed):
    rng = np.random.default_rng(seed)
    row = fit_of(sweep(lambda moved, rows: law(5000, 1e10)(moved, rows) * math.exp(rng.normal(0, 0.05)), **BIG))
    assert row["fixed_ns"] == pytest.approx(5000, rel=0.25)
    assert row["bytes_per_second"] == pytest.approx(1e10, rel=0.25)
    assert 0 < row["misfit"] < 0.12
    assert math.isnan(row["row_ns"])
    assert math.isnan(row["cached_bytes_per_second"])
    assert row["misfit"] <= row["misfit_worst"]


def test_two_rates_are_found_where_the_last_cache_changes_the_rate():
    row = fit_of(sweep(lambda moved, rows: law(2000, 8e10 if moved <= CACHE_BYTES else 1e10)(moved, rows), **BIG))
    assert row["cached_bytes_per_second"] == pytest.approx(8e10, rel=0.05)
    assert row["bytes_per_second"] == pytest.approx(1e10, rel=0.05)
    assert row["cache_bytes"] == CACHE_BYTES


def test_one_rate_is_kept_where_the_last_cache_changes_nothing():
    row = fit_of(sweep(law(2000, 1e10), **BIG))
    assert math.isnan(row["cached_bytes_per_second"])
    assert row["bytes_per_second"] == pytest.approx(1e10, rel=0.02)


def test_one_rate_is_kept_where_the_machine_does_not_tell_its_caches():
    machine = Machine(name="bench-1", system="", cpu="", cores_available=2)
    two_rates = sweep(lambda moved, rows: law(2000, 8e10 if moved <= CACHE_BYTES else 1e10)(moved, rows), **BIG)
    row = fit_of(two_rates, machine=machine)
    assert math.isnan(row["cached_bytes_per_second"])
    assert row["misfit_worst"] > 0.3


def test_an_algorithm_that_reads_its_inputs_often_leaves_the_cache_by_what_it_holds():
    results = [
        ok(case(sizes={"m": m, "n": n}), [1000 + moved] * 3, **cost)
        for m in (1000, 100_000)
        for n in (2, 50)
        for moved, cost in [costs(m, n, steps=100)]
    ]
    assert fit_of(results)["cache_bytes"] == pytest.approx(100 * CACHE_BYTES)


def test_a_cost_of_each_row_is_found():
    row = fit_of(sweep(law(2000, 1e10, row_ns=40)))
    assert row["row_ns"] == pytest.approx(40, rel=0.05)
    assert row["bytes_per_second"] == pytest.approx(1e10, rel=0.1)


def test_no_cost_of_a_row_is_told_where_none_is_needed():
    assert math.isnan(fit_of(sweep(law(2000, 1e10)))["row_ns"])


def test_rows_that_grow_with_the_bytes_are_no_term_of_their_own():
    row = fit_of(sweep(law(2000, 1e10, row_ns=40), ns=(10,)))
    assert growth.SAME_ROWS in row["reason"]
    assert math.isnan(row["row_ns"])


def test_a_fixed_cost_that_no_size_shows_is_not_told():
    row = fit_of(sweep(law(10, 1e9), ms=(100_000, 300_000, 1_000_000)))
    assert math.isnan(row["fixed_ns"])
    assert "fixed cost: too small" in row["reason"]


def test_a_rate_that_no_size_shows_is_not_told():
    row = fit_of(sweep(law(1e6, 1e14)))
    assert math.isnan(row["bytes_per_second"])
    assert "rate: times hardly grow" in row["reason"]
    assert row["fixed_ns"] == pytest.approx(1e6, rel=0.02)


@pytest.mark.parametrize(
    ("results", "reason"),
    [
        (sweep(law(100, 1e9), ms=(100, 1000), ns=(10,)), "a fit needs 3 sizes, 2 timed"),
        ([ok(case(), [10, 11, 12], **costs(1000, 10)[1])], "a fit needs 3 sizes, 1 timed"),
        ([ok(case(sizes={"m": m}), [10]) for m in (1, 2, 3)], "the cost of these cases is not known"),
        ([ok(case(sizes={"m": m}), [10], **costs(5, 5)[1]) for m in (1, 2, 3)], "all sizes move the same bytes"),
    ],
    ids=["two sizes", "one size", "no costs", "same bytes"],
)
def test_nothing_is_fitted_where_nothing_can_be(results, reason):
    row = fit_of(results)
    assert row["reason"] == reason
    assert all(math.isnan(row[name]) for name in ("fixed_ns", "bytes_per_second", "row_ns", "misfit"))
    assert math.isnan(growth.predict(row, row["least_bytes"], 100))


def test_the_worst_misfit_names_its_size():
    def with_a_cliff(moved, rows):
        return law(2000, 1e10)(moved, rows) * (3 if moved == costs(10_000, 50)[0] else 1)

    row = fit_of(sweep(with_a_cliff))
    assert row["worst_at"] == "m=10000 n=50"
    assert row["misfit_worst"] > 0.5
    assert row["misfit"] < 0.2


def test_only_cases_with_a_time_count():
    results = sweep(law(2000, 1e10))
    failed = [ok(case(sizes={"m": 7, "n": 7}), [], **costs(7, 7)[1])]
    assert fit_of([*results, *failed])["sizes"] == len(results)


def test_a_disturbed_time_does_not_count():
    results = sweep(law(2000, 1e10))
    flags = {number: {"steal_ticks": 1} for number in range(3)}
    lost = ok(case(sizes={"m": 777, "n": 7}), [1e9] * 3, flags=flags, **costs(777, 7)[1])
    row = fit_of([*results, lost])
    assert (row["sizes"], row["fixed_ns"]) == (len(results), pytest.approx(2000, rel=0.05))
    assert fits_of([lost]).empty


def test_each_view_and_implementation_has_a_fit_of_its_own():
    both = [
        *sweep(law(2000, 1e10)),
        *sweep(law(9000, 1e10), dtype="float32"),
        *sweep(law(50_000, 1e10), implementation="torch"),
    ]
    found = fits_of(both).set_index(["dtype", "implementation"])["fixed_ns"]
    assert found["float64", "numpy"] == pytest.approx(2000, rel=0.05)
    assert found["float32", "numpy"] == pytest.approx(9000, rel=0.05)
    assert found["float64", "torch"] == pytest.approx(50_000, rel=0.05)


def test_a_prediction_is_the_planted_law_at_sizes_never_measured():
    def planted(moved, rows):
        return law(3000, 6e10 if moved <= CACHE_BYTES else 1.5e10, row_ns=20)(moved, rows)

    row = fit_of(sweep(planted, **BIG))
    for m, n in product([100, 3000, 200_000, 5_000_000], [3, 30, 80]):
        assert growth.predict(row, costs(m, n)[0], m) == pytest.approx(planted(costs(m, n)[0], m), rel=0.05)


def test_nothing_is_predicted_where_an_untold_coefficient_could_matter():
    large = fit_of(sweep(law(10, 1e9), ms=(100_000, 300_000, 1_000_000)))
    assert math.isnan(growth.predict(large, large["least_bytes"] / 2, 1))
    assert growth.predict(large, large["least_bytes"], 1) > 0
    flat = fit_of(sweep(law(1e6, 1e14)))
    assert math.isnan(growth.predict(flat, flat["most_bytes"] * 2, 1))
    assert growth.predict(flat, flat["most_bytes"], 1) == pytest.approx(1e6, rel=0.02)


def test_what_grows_with_its_rows_alone_is_predicted_by_them():
    row = fit_of(sweep(lambda moved, rows: 1000 * rows))
    assert math.isnan(row["fixed_ns"])
    assert growth.predict(row, costs(3000, 10)[0], 3000) == pytest.approx(3e6, rel=0.02)


def test_nothing_is_predicted_beyond_a_cache_that_no_size_left():
    row = fit_of(sweep(law(2000, 1e10), ms=(100, 1000, 10_000)))
    assert growth.predict(row, CACHE_BYTES, 1) > 0
    assert math.isnan(growth.predict(row, CACHE_BYTES + 1, 1))
