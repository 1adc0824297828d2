"""What a comparison with the oracle finds."""

import numpy as np
import pytest

from rooflinear.bench.contract import Bound
from rooflinear.bench.inputs.verify import compare, compare_exact
from rooflinear.bench.records import Verdict


def judged(output, expected, worst=1.0, statistical=None, dtype="float64", generated=True):
    bound = Bound(np.float64(worst), np.float64(worst if statistical is None else statistical))
    return compare(np.asarray(output, dtype), np.asarray(expected), bound, dtype, generated=generated)


def test_a_verdict_is_wrong_until_something_was_compared():
    assert Verdict().status == "wrong"


def test_an_output_within_the_bound_is_ok():
    assert judged([1.5, 2], [1, 2.0]) == Verdict("ok", "", 0.5, 0.5, 1.0)


def test_an_output_at_the_bound_is_ok():
    assert judged([2.0], [1.0]).status == "ok"


def test_an_output_outside_the_bound_is_wrong():
    verdict = judged([1, 4.0], [1, 2.0])
    assert (verdict.status, verdict.reason) == ("wrong", "error 2 exceeds the bound 1")


@pytest.mark.parametrize("shape", [(3,), (1, 2), (2, 1), ()])
def test_another_shape_is_wrong(shape):
    verdict = judged(np.zeros(shape), np.zeros(2))
    assert (verdict.status, verdict.reason) == ("wrong", f"shape {shape}, not (2,)")


@pytest.mark.parametrize("dtype", ["float32", "int64", "complex128", "float16"])
def test_another_dtype_is_wrong(dtype):
    verdict = compare(np.zeros(2, dtype), np.zeros(2), Bound(np.ones(2), np.ones(2)), "float64", generated=True)
    assert (verdict.status, verdict.reason) == ("wrong", f"dtype {dtype}, not float64")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_where_the_oracle_is_is_wrong(value):
    verdict = judged([1, value, value], [1, 2.0, 3], worst=np.inf)
    assert (verdict.status, verdict.reason) == ("wrong", "2 of 3 components are not finite, but the true result is")


def test_nan_where_the_oracle_is_undefined_is_ok():
    assert judged([np.nan, 1], [np.nan, 1]).status == "ok"


@pytest.mark.parametrize("value", [0.0, np.inf])
def test_a_number_where_the_oracle_is_undefined_is_wrong(value):
    verdict = judged([value, 1], [np.nan, 1])
    assert (verdict.status, verdict.reason) == ("wrong", "a number, but the true result is undefined (NaN)")


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize(("expected", "dtype"), [(np.inf, "float64"), (1e39, "float32"), (-1e39, "float32")])
def test_where_the_true_result_overflows_anything_not_finite_is_ok(value, expected, dtype):
    assert judged([value], [expected], dtype=dtype).status == "ok"


def test_a_finite_value_where_the_true_result_overflows_is_wrong():
    verdict = judged([3e38], [1e39], worst=1e39, dtype="float32")
    assert (verdict.status, verdict.reason) == ("wrong", "finite, but the true result overflows")


def test_generated_data_meets_the_smaller_bound():
    assert judged([1.5], [1.0], worst=1, statistical=0.1, generated=True).status == "wrong"
    assert judged([1.5], [1.0], worst=0.1, statistical=1, generated=True).status == "wrong"


def test_a_users_data_meets_the_worst_case_only_and_outside_the_other_is_a_warning():
    verdict = judged([1.5], [1.0], worst=1, statistical=0.1, generated=False)
    assert verdict == Verdict("ok", "", 0.5, 0.5, 1.0, "error is 5 times the statistical bound")


def test_a_users_data_outside_the_worst_case_is_wrong():
    assert judged([1.5], [1.0], worst=0.1, statistical=1, generated=False).status == "wrong"


def test_the_numbers_are_those_of_the_component_that_is_nearest_to_its_bound():
    verdict = judged([1.5, 2.1], [1.0, 2], worst=[10, 0.2])
    assert (verdict.error_over_bound, verdict.error, verdict.bound) == pytest.approx((0.5, 0.1, 0.2))


def test_a_matrix_is_judged_component_by_component():
    output, expected = np.zeros((2, 3)), np.zeros((2, 3))
    output[1, 2] = 3
    assert judged(output, expected, worst=np.ones((2, 3))).error == 3


def test_a_bound_of_zero_asks_for_equality():
    assert judged([1.0], [1.0], worst=0) == Verdict("ok", "", 0.0, 0.0, 0.0)
    assert judged([np.nextafter(1, 2)], [1.0], worst=0).status == "wrong"


def test_a_bound_that_is_nan_is_met_by_equality_only():
    assert judged([1.0], [1.0], worst=np.nan).status == "ok"
    assert judged([1.1], [1.0], worst=np.nan).status == "wrong"


def test_an_infinite_bound_is_met_by_every_finite_value():
    assert judged([1.1], [1.0], worst=np.inf).status == "ok"


def test_no_component_is_ok():
    assert judged([], []) == Verdict("ok", "")


def test_a_scalar_is_judged():
    assert judged(1.5, 1.0).error_over_bound == 0.5


@pytest.mark.skipif(np.finfo(np.longdouble).eps >= np.finfo(np.float64).eps, reason="long double is no wider here")
def test_an_error_below_the_last_bit_of_the_output_is_seen():
    expected = np.longdouble(1) + np.longdouble(2) ** -60
    verdict = judged(1.0, expected, worst=2.0**-61)
    assert (verdict.status, verdict.error) == ("wrong", 2.0**-60)


def test_float32_is_compared_with_a_float64_oracle():
    verdict = judged(np.float32(0.1), np.float64(0.1), worst=2e-9, dtype="float32")
    assert (verdict.status, verdict.error) == ("ok", pytest.approx(1.49e-9, rel=1e-2))


def test_the_exact_test_asks_for_every_bit():
    assert compare_exact(np.array([3.0]), np.array([3.0]), None, "float64").status == "ok"
    assert compare_exact(np.array([np.nextafter(3, 4)]), np.array([3.0]), None, "float64").status == "wrong"


@pytest.mark.parametrize("answer", [False, np.False_, None, 1, "yes", np.array([True, True])])
def test_the_exact_test_takes_nothing_but_true_for_a_yes(answer):
    assert compare_exact(np.ones(2), np.ones(2), lambda *_: answer, "float64").status == "wrong"


@pytest.mark.parametrize("answer", [True, np.True_])
def test_the_exact_test_asks_the_operation_what_equal_means(answer):
    assert compare_exact(np.ones(2), np.zeros(2), lambda *_: answer, "float64").status == "ok"


def test_the_exact_test_refuses_another_shape_and_dtype_whatever_equal_means():
    assert compare_exact(np.ones(2), np.ones(3), lambda *_: True, "float64").reason == "shape (2,), not (3,)"
    assert compare_exact(np.ones(2), np.ones(2), lambda *_: True, "float32").reason == "dtype float64, not float32"
