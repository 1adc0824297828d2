"""Right implementations stay within the bounds; wrong ones do not."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rooflinear.kernels._problem.inputs import default_learning_rate
from rooflinear.kernels.operations import OPERATIONS

from . import naive

BY_NAME = {operation.name: operation for operation in OPERATIONS}
DTYPES = (np.float32, np.float64)
SIZES = [(1, 1), (1, 5), (2, 2), (3, 1), (7, 3), (33, 65), (1000, 7), (100, 1000), (20_000, 50), (100_000, 10)]
TINY = np.finfo(np.float64).tiny
PARAMETERS = {"steps": 20, "grid": 5}
OTHER_ALGORITHMS = {
    ("gradient", "gram"): naive.gradient_by_gram,
    ("gradient_descent", "gram"): naive.gradient_descent_by_gram,
    ("cost_surface", "gram"): naive.cost_surface_by_gram,
    ("cost_surface", "qr"): naive.cost_surface_by_qr,
}


def generated(name, m, n, dtype, seed=0, **parameters):
    operation = BY_NAME[name]
    sizes = {"m": m, "n": n}
    return operation.inputs(np.random.default_rng(seed), sizes, PARAMETERS | parameters, np.dtype(dtype))


def possible(name, m, n):
    return not ((name == "cost_surface" and n < 2) or (name in ("split_mse", "r2") and m < 2))


def error_over_bound(name, inputs, output, algorithm="direct"):
    """The largest ratio over components, for worst case and statistical form."""
    expected = BY_NAME[name].oracle(*inputs.values())
    bound = BY_NAME[name].bound(inputs, expected, algorithm)
    assert output.shape == expected.shape == bound.worst_case.shape == bound.statistical.shape
    assert not np.isnan(bound.worst_case).any()
    assert not np.isnan(bound.statistical).any()
    error = np.abs(np.asarray(output, np.float64) - expected)
    return tuple(float(np.max(np.where(error == 0, 0, error / np.maximum(form, TINY)))) for form in bound)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("m", "n"), SIZES)
@pytest.mark.parametrize("name", BY_NAME)
def test_numpy_is_within_both_bounds(name, m, n, dtype):
    if not possible(name, m, n):
        pytest.skip("not defined at this size")
    inputs = generated(name, m, n, dtype)
    worst_case, statistical = error_over_bound(name, inputs, naive.RIGHT[name](*inputs.values()))
    assert worst_case <= 1
    assert statistical <= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mse", "gradient"])
def test_numpy_is_within_both_bounds_at_a_million_rows_of_fifty(name):
    inputs = generated(name, 10**6, 50, np.float32)
    assert max(error_over_bound(name, inputs, naive.RIGHT[name](*inputs.values()))) <= 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["mse", "gradient", "r2"])
def test_any_order_of_summation_is_within_both_bounds(name, dtype):
    inputs = generated(name, 5000, 6, dtype)
    rng = np.random.default_rng(1)
    for _ in range(5):
        order = rng.permutation(5000)
        shuffled = [v[order] if v.shape[0] == 5000 else v for v in inputs.values()]
        assert max(error_over_bound(name, inputs, SEQUENTIAL[name](*shuffled))) <= 1


def last(values):
    """The sum of the first axis, one term after the other."""
    return np.cumsum(values, axis=0, dtype=values.dtype)[-1]


SEQUENTIAL = {
    "mse": lambda X, y, theta: np.asarray(last((X @ theta - y) ** 2) / X.dtype.type(len(y))),
    "gradient": lambda X, y, theta: last(X * ((X @ theta - y) * X.dtype.type(2 / len(y)))[:, None]),
    "r2": lambda y, p: np.asarray(1 - last((y - p) ** 2) / last((y - last(y) / y.dtype.type(len(y))) ** 2)),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("m", "n"), [(2, 2), (40, 3), (2000, 30), (30, 60)])
@pytest.mark.parametrize(("name", "algorithm"), OTHER_ALGORITHMS)
def test_other_algorithms_are_within_bounds_of_their_own(name, algorithm, m, n, dtype):
    inputs = generated(name, m, n, dtype)
    output = OTHER_ALGORITHMS[name, algorithm](*inputs.values())
    assert max(error_over_bound(name, inputs, output, algorithm)) <= 1


def test_gram_gradient_of_a_perfect_fit_breaks_the_direct_bound_and_keeps_its_own():
    X = np.random.default_rng(0).standard_normal((100_000, 2), np.float32)
    theta = np.array([1, -2], np.float32)
    inputs = {"X": X, "y": X @ theta, "theta": theta}
    G, b = (last(X * (X @ column)[:, None]) for column in (np.eye(2, dtype=np.float32)[0], theta))
    column1 = last(X * X[:, 1:])
    output = np.float32(2 / len(X)) * (theta[0] * G + theta[1] * column1 - b)
    assert max(error_over_bound("gradient", inputs, output, "direct")) > 1
    assert max(error_over_bound("gradient", inputs, output, "gram")) <= 1


@pytest.mark.parametrize(("name", "algorithm"), OTHER_ALGORITHMS)
def test_other_algorithms_have_wider_bounds(name, algorithm):
    inputs = generated(name, 2000, 10, np.float64)
    output = BY_NAME[name].oracle(*inputs.values())
    own, direct = (BY_NAME[name].bound(inputs, output, which) for which in (algorithm, "direct"))
    assert np.all(own.worst_case > direct.worst_case)
    assert np.all(own.statistical > direct.statistical)


def test_descent_bound_carries_errors_on_where_nothing_damps_them():
    """With fewer samples than features the least curvature is 0, so errors add up step by step."""
    few, many = (generated("gradient_descent", 5, 20, np.float64, steps=steps) for steps in (100, 200))
    bounds = [BY_NAME["gradient_descent"].bound(i, np.zeros(20), "direct").worst_case[0] for i in (few, many)]
    assert bounds[1] > 1.8 * bounds[0]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("factor", [0.5, 1, 1.9, 2.1])
@pytest.mark.parametrize("algorithm", ["direct", "gram"])
def test_descent_is_within_bounds_at_every_learning_rate(algorithm, factor, dtype):
    inputs = generated("gradient_descent", 500, 8, dtype, steps=100)
    inputs["learning_rate"] = np.dtype(dtype).type(factor * inputs["learning_rate"])
    run = naive.gradient_descent if algorithm == "direct" else naive.gradient_descent_by_gram
    assert max(error_over_bound("gradient_descent", inputs, run(*inputs.values()), algorithm)) <= 1


def test_descent_diverges_past_two_over_L():
    inputs = generated("gradient_descent", 500, 8, np.float64, steps=100)
    before = BY_NAME["gradient_descent"].oracle(*inputs.values())
    inputs["learning_rate"] *= 2.1
    assert np.abs(BY_NAME["gradient_descent"].oracle(*inputs.values())).max() > 10 * np.abs(before).max()


def test_descent_bound_stays_useful_for_a_thousand_features():
    inputs = generated("gradient_descent", 2000, 1000, np.float64, steps=100)
    output = BY_NAME["gradient_descent"].oracle(*inputs.values())
    assert BY_NAME["gradient_descent"].bound(inputs, output, "direct").statistical.max() < 1e-9


def test_overflowing_descent_has_a_bound_without_nan():
    inputs = generated("gradient_descent", 50, 3, np.float64, steps=100)
    inputs["learning_rate"] = np.float64(1e30)
    bound = BY_NAME["gradient_descent"].bound(inputs, np.full(3, np.inf), "direct")
    assert np.all(bound.worst_case == np.inf)


@pytest.mark.parametrize("name", ["predict", "residuals", "mse", "gradient", "split_mse"])
def test_underflow_is_within_the_bound(name):
    inputs = {key: value * np.float32(1e-24) for key, value in generated(name, 30, 4, np.float32).items()}
    assert error_over_bound(name, inputs, naive.RIGHT[name](*inputs.values()))[0] <= 1


def test_underflow_in_descent_is_within_the_bound_though_the_learning_rate_magnifies_it():
    X, y, theta = (np.full(shape, 2e-16, np.float32) for shape in [(1, 1), 1, 1])
    rate = np.float32(default_learning_rate(X))
    inputs = {"X": X, "y": y * 0, "theta0": theta, "learning_rate": rate, "steps": 3}
    assert error_over_bound("gradient_descent", inputs, naive.gradient_descent(*inputs.values()))[0] <= 1


elements = st.floats(-1000, 1000, width=32).map(lambda x: x if abs(x) > 1e-16 else 0.0)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 6), st.integers(1, 6), st.sampled_from(DTYPES))
def test_bounds_hold_for_any_small_matrix(data, m, n, dtype):
    X, y, theta = (data.draw(arrays(dtype, shape, elements=elements)) for shape in [(m, n), m, n])
    cases = {
        "predict": {"X": X, "theta": theta},
        "residuals": {"X": X, "y": y, "theta": theta},
        "mse": {"X": X, "y": y, "theta": theta},
        "gradient": {"X": X, "y": y, "theta": theta},
        "gradient_descent": {
            "X": X,
            "y": y,
            "theta0": theta,
            "learning_rate": np.dtype(dtype).type(default_learning_rate(X)),
            "steps": 3,
        },
    }
    for name, inputs in cases.items():
        assert error_over_bound(name, inputs, naive.RIGHT[name](*inputs.values()))[0] <= 1


FAULTS = {
    "last row": lambda name, inputs: naive.last_rows_dropped(name, inputs, 1),
    "last 1 % of rows": lambda name, inputs: naive.last_rows_dropped(name, inputs, rows(inputs) // 100 or 1),
    "last column": naive.last_column_dropped,
    "transpose": naive.transposed,
    "factor 2": lambda name, inputs: 2 * naive.RIGHT[name](*inputs.values()),
    "sign": lambda name, inputs: -naive.RIGHT[name](*inputs.values()),
    "float32 accumulation": naive.accumulated_in_float32,
    "relative error of 1e-6": lambda name, inputs: perturbed(naive.RIGHT[name](*inputs.values())),
}
GRID = [(m, n) for m in (100, 1000, 10_000, 100_000) for n in (2, 10, 100, 1000) if m * n <= 10**6]
GRID += [(1_000_000, 2), (10_000, 1000)]


def rows(inputs):
    first = next(iter(inputs.values()))
    return len(first)


def perturbed(output):
    return output * output.dtype.type(1 + 1e-6)


def applies(name, fault, dtype):
    if name == "r2" and fault in ("last column", "transpose"):
        return False
    return dtype == np.float64 or fault != "float32 accumulation"


@cache
def seen_by_the_exact_test(name, fault, dtype):
    operation = BY_NAME[name]
    inputs = operation.exact_inputs(np.random.default_rng(5), operation.exact_sizes, operation.parameters, dtype)
    expected = operation.oracle(*inputs.values())
    return not operation.exact_equal(FAULTS[fault](name, inputs), expected)


def unseen_by_the_bound(name, m, n, dtype, faults):
    operation = BY_NAME[name]
    inputs = generated(name, m, n, dtype, steps=100 if m * n <= 10**6 else 5)
    expected = operation.oracle(*inputs.values())
    bound = np.minimum(*operation.bound(inputs, expected, "direct"))
    return [fault for fault in faults if np.all(np.abs(FAULTS[fault](name, inputs) - expected) <= bound)]


ALONE = [(100, 2), (1000, 100), (100_000, 10), (100, 1000)]
"""Sizes of float64 at which the bound sees what the exact test would see too."""


@pytest.mark.parametrize(
    ("m", "n", "dtype"),
    [(*size, dtype) for size in GRID for dtype in DTYPES if (size not in ALONE or dtype != np.float64)],
)
@pytest.mark.parametrize("name", BY_NAME)
def test_every_fault_is_seen_by_the_exact_test_or_the_bound(name, m, n, dtype):
    left = [f for f in FAULTS if applies(name, f, dtype) and not seen_by_the_exact_test(name, f, dtype)]
    assert not left or unseen_by_the_bound(name, m, n, dtype, left) == []


@pytest.mark.parametrize(("m", "n"), ALONE)
@pytest.mark.parametrize("name", BY_NAME)
def test_in_float64_the_bound_alone_sees_every_fault(name, m, n):
    faults = [fault for fault in FAULTS if applies(name, fault, np.float64)]
    assert unseen_by_the_bound(name, m, n, np.float64, faults) == []


@pytest.mark.parametrize(("m", "n"), [(1000, 10), (10_000, 100), (100_000, 50)])
@pytest.mark.parametrize("name", BY_NAME)
def test_in_float32_the_bound_alone_sees_gross_faults(name, m, n):
    fine = {"last row", "relative error of 1e-6"}
    if name == "gradient_descent":
        fine.add("last 1 % of rows")  # at the optimum that is a tenth of its standard error
    faults = [fault for fault in FAULTS if applies(name, fault, np.float32) and fault not in fine]
    assert unseen_by_the_bound(name, m, n, np.float32, faults) == []
