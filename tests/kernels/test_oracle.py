"""The oracle against worked examples, against rational arithmetic, and against the source's errors."""

from fractions import Fraction

import numpy as np
import pytest

from rooflinear.kernels._problem import arithmetic as _arithmetic
from rooflinear.kernels._problem import oracle
from rooflinear.kernels.operations import OPERATIONS

from .naive import RIGHT

BY_NAME = {operation.name: operation for operation in OPERATIONS}
DTYPES = (np.float32, np.float64)
ARITHMETICS = ("extended", "compensated", "blocked")

EXAMPLES = {
    "predict": (([[1, 2], [3, 4], [5, 6]], [0.5, 1]), [2.5, 5.5, 8.5]),
    "residuals": (([[1, 1], [1, 2], [1, 3]], [5, 8, 11], [2, 3]), [0, 0, 0]),
    "mse": (([[1, 1], [1, 2], [1, 3]], [3, 5, 7], [1.5, 2]), 0.25),
    "mse of a perfect fit": (([[1, 2], [1, 3], [1, 4]], [5, 7, 9], [1, 2]), 0),
    "gradient": (([[1, 2]], [4], [0.8, 1.6]), [0, 0]),
    "gradient_descent, 1 step": (([[1]], [3], [0], 0.1, 1), [0.6]),
    "gradient_descent, 2 steps": (([[1]], [3], [0], 0.1, 2), [1.08]),
    "gradient_descent, 3 steps": (([[1]], [3], [0], 0.1, 3), [1.464]),
    "r2": (([3, 5, 7], [2, 5, 8]), 0.75),
    "cost_surface": (([[1, 1], [1, -1]], [-1, 5], [0, 0], [1, 2], [-4, -3]), [[2, 1], [1, 0]]),
    "split_mse": (([[1], [2]], [0, 1], [[3]], [4], [1]), [1, 1]),
}


@pytest.fixture(params=ARITHMETICS)
def arithmetic(request, monkeypatch):
    """Each arithmetic in turn, for float64 inputs."""
    if request.param == "blocked":
        monkeypatch.setattr(_arithmetic, "WORK_LIMIT", 0)
    elif request.param == "compensated":
        monkeypatch.setattr(_arithmetic, "long_double_is_wider", lambda: False)
    elif not _arithmetic.long_double_is_wider():
        pytest.skip("long double is no wider than float64 here")
    return request.param


@pytest.mark.usefixtures("arithmetic")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("example", EXAMPLES)
def test_oracle_reproduces_the_worked_example(example, dtype):
    arguments, expected = EXAMPLES[example]
    inputs = [value if type(value) is int else np.asarray(value, dtype) for value in arguments]
    output = BY_NAME[example.split(" ")[0].rstrip(",")].oracle(*inputs)
    assert output.shape == np.shape(expected)
    np.testing.assert_allclose(output, expected, rtol=4 * np.finfo(dtype).eps, atol=16 * np.finfo(dtype).eps)


@pytest.mark.usefixtures("arithmetic")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("seed", range(4))
def test_oracle_agrees_with_rational_arithmetic(name, dtype, seed):
    inputs = small_inputs(name, dtype, seed)
    output = BY_NAME[name].oracle(*inputs.values())
    bound = BY_NAME[name].bound(inputs, output, "direct").worst_case
    error = np.abs([Fraction(o) - e for o, e in zip(output.flat, rational(name, inputs), strict=True)])
    allowed = 2.0**-27 if dtype == np.float32 else 1
    assert np.all(error.astype(float) <= allowed * bound.ravel())


@pytest.mark.parametrize("name", BY_NAME)
def test_wide_arithmetic_errs_by_little_more_than_its_last_rounding(name, arithmetic):
    if arithmetic == "blocked":
        pytest.skip("float64 in blocks is no wider than float64")
    inputs = small_inputs(name, np.float64, seed=9)
    output = BY_NAME[name].oracle(*inputs.values())
    bound = BY_NAME[name].bound(inputs, output, "direct").worst_case.ravel()
    exact = rational(name, inputs)
    error = np.array([float(abs(Fraction(o) - e)) for o, e in zip(output.flat, exact, strict=True)])
    roundings = {"extended": 1.01, "compensated": 12}[arithmetic]
    assert np.all(error <= roundings * 2.0**-53 * np.abs(output.ravel()) + 2.0**-6 * bound)


def test_blocks_and_chunks_lose_no_row(monkeypatch):
    monkeypatch.setattr(_arithmetic, "CHUNK_ELEMENTS", 3 * 600)
    for rows in (1, 255, 256, 257, 599, 600, 601, 1300):
        X, r = np.ones((rows, 3)), np.arange(1.0, rows + 1)
        for wide in (_arithmetic.Extended(), _arithmetic.Compensated(), _arithmetic.Blocked()):
            np.testing.assert_array_equal(wide.column_sums(X, r), [rows * (rows + 1) / 2] * 3)
            np.testing.assert_array_equal(wide.residuals(X, r, np.ones(3)), 3 - r)


def test_compensated_sums_survive_cancellation():
    assert _arithmetic.Compensated().dot(np.array([1e16, 1.0, -1e16]), np.ones(3)) == 1
    inexact = 1 + 2.0**-30
    assert _arithmetic.Compensated().dot(np.array([inexact, -1.0]), np.array([inexact, 1 + 2.0**-29])) == 2.0**-60


def test_diverging_descent_ends_in_infinity_not_in_an_exception():
    X, y, theta = np.full((300, 2), 1e100), np.ones(300), np.ones(2)
    for limit in (0, 10**8):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_arithmetic, "WORK_LIMIT", limit)
            output = oracle.gradient_descent(X, y, theta, np.float64(1e100), 60)
        assert not np.isfinite(output).any()


def test_sums_of_blocks_that_overflow_or_cancel_infinities_raise_nothing():
    X = np.ones((512, 1))
    assert _arithmetic.Blocked().column_sums(X, np.full(512, 6e305)) == np.inf
    assert np.isnan(_arithmetic.Blocked().column_sums(X, np.repeat([np.inf, -np.inf], 256))).all()


@pytest.mark.usefixtures("arithmetic")
def test_r2_survives_a_mean_far_above_the_deviations():
    y = 1000 + np.random.default_rng(0).standard_normal(50) / 1000
    p = y + np.random.default_rng(1).standard_normal(50) / 2000
    expected = float(rational("r2", {"y": y, "y_predicted": p})[0])
    assert abs(oracle.r2(y, p) - expected) < 1e-14


@pytest.mark.parametrize("y", [[3.0], [0.1, 0.1, 0.1]])
def test_r2_of_a_constant_is_undefined(y):
    assert np.isnan(oracle.r2(np.array(y), np.arange(float(len(y)))))


def test_source_errs_in_its_two_variable_descent():
    """It goes on from (0.8, 1.6) with a gradient of 1.6, where the gradient is 0."""
    X, y = np.array([[1.0, 2.0]]), np.array([4.0])
    one = oracle.gradient_descent(X, y, np.zeros(2), 0.1, 1)
    many = oracle.gradient_descent(X, y, np.zeros(2), 0.1, 50)
    np.testing.assert_allclose(one, [0.8, 1.6], atol=1e-15)
    np.testing.assert_allclose(many, [0.8, 1.6], atol=1e-15)
    np.testing.assert_allclose(oracle.gradient(X, y, one), 0, atol=1e-15)


def test_source_halves_its_loss_and_transposes_its_surface_in_one_framework_of_three():
    """Its NumPy loss of the example is 0.125, its PyTorch surface has rows for theta[0]; here 0.25 and theta[1]."""
    (X, y, theta), _ = EXAMPLES["mse"]
    assert oracle.mse(np.array(X, float), np.array(y, float), np.array(theta)) == 0.25
    surface = oracle.cost_surface(np.eye(2), np.zeros(2), np.zeros(2), np.array([0.0, 2, 4]), np.array([0.0, 1]))
    np.testing.assert_array_equal(surface, [[0, 2, 8], [0.5, 2.5, 8.5]])


def test_source_writes_gradients_with_one_over_m_so_its_learning_rate_is_twice_ours():
    rng = np.random.default_rng(3)
    X, y, theta = rng.standard_normal((20, 3)), rng.standard_normal(20), np.zeros(3)
    theirs = theta
    for _ in range(5):
        theirs = theirs - 0.2 * X.T @ (X @ theirs - y) / len(y)
    np.testing.assert_allclose(oracle.gradient_descent(X, y, theta, 0.1, 5), theirs, rtol=1e-12)
    assert not np.allclose(oracle.gradient_descent(X, y, theta, 0.2, 5), theirs)


def small_inputs(name, dtype, seed):
    rng = np.random.default_rng(seed)
    sizes = {"m": int(rng.integers(2, 12)), "n": int(rng.integers(2, 6))}
    return BY_NAME[name].inputs(rng, sizes, {"steps": 3, "grid": 3}, np.dtype(dtype))


def rational(name, inputs):
    """The operation in fractions: NumPy's object arrays multiply and add them without rounding."""
    exact = [v if type(v) is int else np.vectorize(Fraction, otypes=[object])(v) for v in map(plain, inputs.values())]
    return EXACTLY[name](*exact)


def plain(value):
    return value if type(value) is int else np.asarray(value, np.float64)


def exact_mse(X, y, theta):
    r = X @ theta - y
    return r @ r / len(y)


def exact_descent(X, y, theta, rate, steps):
    for _ in range(steps):
        theta = theta - rate * 2 * (X.T @ (X @ theta - y)) / len(y)
    return theta


def exact_r2(y, p):
    mean = sum(y) / len(y)
    return [1 - sum((y - p) ** 2) / sum((y - mean) ** 2)]


EXACTLY = {
    "predict": lambda X, theta: X @ theta,
    "residuals": lambda X, y, theta: y - X @ theta,
    "mse": lambda *inputs: [exact_mse(*inputs)],
    "gradient": lambda X, y, theta: 2 * (X.T @ (X @ theta - y)) / len(y),
    "gradient_descent": exact_descent,
    "r2": exact_r2,
    "cost_surface": lambda X, y, theta, t0, t1: [
        exact_mse(X, y, np.array([a, b, *theta[2:]], object)) for b in t1 for a in t0
    ],
    "split_mse": lambda X, y, V, w, theta: [exact_mse(X, y, theta), exact_mse(V, w, theta)],
}


def test_every_operation_has_an_example_and_a_rational_form():
    assert {key.split(" ")[0].rstrip(",") for key in EXAMPLES} == set(BY_NAME) == set(EXACTLY) == set(RIGHT)
