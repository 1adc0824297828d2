"""Hopeless calls are foreseen, and a fixed cost of calls is not mistaken for a cost of flops."""

import pytest

from rooflinear.bench.runner.predict import HOPELESS_WORK, TRUSTED_WORK, Predictor, probe_sizes

KEY = ("python", "gradient", "float64")
SECOND_NS = 1e9


def seen(model, *works):
    """A predictor that saw what ``model`` says a call with that many flops takes."""
    predictor = Predictor()
    for work in works:
        predictor.record(KEY, work, model(work))
    return predictor


def pure_python(work):
    return 60 * work


def eager(work):
    """Fast arithmetic behind 15 ms of dispatch, such as a hundred eager steps."""
    return 15e6 + 0.2 * work


def test_a_hopeless_call_is_predicted():
    assert seen(pure_python, 1e5, 1e6).predict_ns(KEY, 1e10) == pytest.approx(600 * SECOND_NS)


def test_a_fixed_cost_of_calls_does_not_grow_with_the_work():
    assert seen(eager, 1e6, 1e9).predict_ns(KEY, 2e10) == pytest.approx(eager(2e10))


def test_noise_on_a_fixed_cost_does_not_grow_with_the_work():
    predictor = Predictor()
    predictor.record(KEY, 4e5, 0.13e9, {"m": 100, "n": 10})
    predictor.record(KEY, 8e5, 0.16e9, {"m": 100, "n": 20})
    assert predictor.predict_ns(KEY, 4e7, {"m": 10_000, "n": 10}) == 0.16e9


def test_a_loop_over_rows_is_foreseen_in_spite_of_noise():
    predictor = Predictor()
    sizes = ((100, 2), (100, 10), (1000, 2), (100, 100), (1000, 10), (1000, 100), (10_000, 2))
    for (m, n), noise in zip(sizes, (1.0, 1.3, 0.9, 1.1, 1.25, 1.0, 0.95), strict=True):
        predictor.record(KEY, 400.0 * m * n, noise * 240e3 * m, {"m": m, "n": n})
    assert predictor.predict_ns(KEY, 8e7, {"m": 100_000, "n": 2}) > 10 * SECOND_NS


def test_one_size_alone_predicts_no_other():
    assert seen(eager, 4e5).predict_ns(KEY, 2e10) is None


def test_sizes_too_small_to_show_the_cost_of_a_flop_predict_none():
    assert seen(eager, 10, TRUSTED_WORK / 2).predict_ns(KEY, 2e10) is None


def test_nothing_seen_predicts_nothing():
    assert Predictor().predict_ns(KEY, 1e6) is None


def test_larger_sizes_predict_no_smaller_one():
    assert seen(pure_python, 1e6, 1e7).predict_ns(KEY, 1e5) is None


def test_a_size_that_was_seen_takes_what_it_took():
    assert seen(pure_python, 100.0, 1e6).predict_ns(KEY, 100.0) == 6000


def test_the_nearest_sizes_count_where_the_cost_of_a_flop_changes():
    """As at the edge of a cache."""

    def cached(work):
        return work if work <= 1e6 else 1e6 + 4 * (work - 1e6)

    assert seen(cached, 1e5, 1e6, 2e6, 4e6).predict_ns(KEY, 1e7) == pytest.approx(cached(1e7))


def test_times_that_fall_with_the_work_by_chance_predict_no_less_than_was_seen():
    predictor = Predictor()
    predictor.record(KEY, 1e5, 900.0)
    predictor.record(KEY, 2e5, 800.0)
    assert predictor.predict_ns(KEY, 1e9) == 800


def test_implementations_do_not_predict_each_other():
    assert seen(pure_python, 1e5, 1e6).predict_ns(("numba", *KEY[1:]), 1e10) is None


def test_a_probe_is_wanted_for_large_work_of_which_nothing_is_known():
    assert Predictor().wants_probe(KEY, 2 * HOPELESS_WORK)
    assert not Predictor().wants_probe(KEY, HOPELESS_WORK)
    assert not seen(pure_python, 1e5, 1e6).wants_probe(KEY, 2 * HOPELESS_WORK)


def test_a_probe_shrinks_all_sizes_to_no_less_than_one():
    assert probe_sizes({"m": 10_000, "n": 30}, 100) == {"m": 100, "n": 1}


def rows_only(m):
    """A Python loop over rows: the width of a row costs nothing."""
    return 1200.0 * m


def test_a_loop_over_rows_is_predicted_by_its_rows_and_not_by_its_flops():
    predictor = Predictor()
    for m, n in ((100, 2), (100, 100), (1000, 10), (100, 1000), (1000, 1000)):
        predictor.record(KEY, 4.0 * m * n, rows_only(m), {"m": m, "n": n})
    assert predictor.predict_ns(KEY, 4e6, {"m": 100_000, "n": 10}) == pytest.approx(rows_only(100_000))


def nested(m, n):
    """Plain Python: so much for a row, and so much for each of its numbers."""
    return m * (174e3 + 9.6e3 * n)


def test_nested_loops_are_predicted_where_rows_are_short_and_where_they_are_long():
    predictor = Predictor()
    for m, n in ((100, 2), (100, 10), (1000, 2), (100, 100), (1000, 10), (100, 1000), (1000, 100), (10_000, 2)):
        predictor.record(KEY, 400.0 * m * n, nested(m, n), {"m": m, "n": n})
    for m, n in ((100_000, 2), (1000, 1000), (10_000, 100)):
        assert predictor.predict_ns(KEY, 400.0 * m * n, {"m": m, "n": n}) == pytest.approx(nested(m, n))


def test_a_cost_of_one_size_is_predicted_from_two_sizes():
    predictor = Predictor()
    for m in (100, 600):
        predictor.record(KEY, 1e6 * m, 4e6 * m, {"m": m, "n": 10})
    assert predictor.predict_ns(KEY, 3e9, {"m": 3000, "n": 10}) == pytest.approx(12e9)


def test_sizes_that_never_varied_predict_no_others():
    predictor = Predictor()
    for n, call_ns in ((2, 9e7), (10, 9.1e7), (100, 9e7), (300, 9.1e7)):
        predictor.record(KEY, 400.0 * 100 * n, call_ns, {"m": 100, "n": n})
    assert predictor.predict_ns(KEY, 8e6, {"m": 10_000, "n": 2}) < 2e8


def test_three_sizes_are_enough_not_to_skip_a_loop_over_rows_by_mistake():
    predictor = Predictor()
    for m, n in ((100, 2), (100, 10), (1000, 2)):
        predictor.record(KEY, 400.0 * m * n, 100 * rows_only(m), {"m": m, "n": n})
    assert predictor.predict_ns(KEY, 4e6, {"m": 1000, "n": 10}) == pytest.approx(100 * rows_only(1000))


def test_a_flat_start_is_never_predicted_to_take_longer_than_along_its_slope():
    predictor = Predictor()
    for m, n in ((10, 10), (100, 10), (1000, 10), (1000, 100), (1000, 1000)):
        predictor.record(KEY, 4.0 * m * n, 5000 + 0.1 * m * n, {"m": m, "n": n})
    assert predictor.predict_ns(KEY, 4e7, {"m": 10_000, "n": 1000}) <= 1.01 * (5000 + 1e6)
