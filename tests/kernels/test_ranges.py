"""How large numbers grow on the way, against what NumPy meets in a wider dtype; inputs that lose nothing to scale."""

import numpy as np
import pytest

from rooflinear.bench.contract import Unsupported
from rooflinear.kernels._problem import arithmetic, oracle, ranges
from rooflinear.kernels.operations import OPERATIONS

from . import naive

BY_NAME = {operation.name: operation for operation in OPERATIONS}
SIZES = {"m": 40, "n": 4}
GRAM = {
    "gradient": naive.gradient_by_gram,
    "gradient_descent": naive.gradient_descent_by_gram,
    "cost_surface": naive.cost_surface_by_gram,
}


class Data:
    """Columns of the sizes given, and a target of its own."""

    def __init__(self, columns, target):
        self.columns, self.target = columns, target

    def sample(self, rng, rows, columns):
        scales = [*self.columns, *[1.0] * columns][:columns]
        return rng.standard_normal((rows, columns)) * scales, self.target * rng.standard_normal(rows)


def inputs_of(name, columns, target, dtype=np.float64):
    operation = BY_NAME[name]
    data = Data(columns, target)
    parameters = dict(operation.parameters) | {"steps": 5, "grid": 7}
    with np.errstate(over="ignore"):
        return operation.inputs(np.random.default_rng(3), SIZES, parameters, np.dtype(dtype), data=data)


def largest(name, inputs, algorithm="direct"):
    return BY_NAME[name].largest(inputs, algorithm)


def gaussian(name):
    return inputs_of(name, [1.0], 1.0)


WAYS = {
    "predict": lambda X, theta: [X @ theta],
    "residuals": lambda X, y, theta: [X @ theta, y - X @ theta],
    "mse": lambda X, y, theta: [(X @ theta - y) ** 2, np.sum((X @ theta - y) ** 2)],
    "gradient": lambda X, y, theta: [X @ theta, 2 * (X @ theta - y), X.T @ (2 * (X @ theta - y))],
    "gradient_descent": lambda X, y, theta, rate, steps: [X.T @ (2 * (X @ theta - y)), X @ theta],
    "r2": lambda y, p: [np.sum(y), np.sum((y - y.mean()) ** 2), np.sum((y - p) ** 2)],
    "cost_surface": lambda X, y, theta, t0, t1: [len(y) * oracle.cost_surface(X, y, theta, t0, t1)],
    "split_mse": lambda X, y, V, w, theta: [np.sum((X @ theta - y) ** 2), np.sum((V @ theta - w) ** 2)],
}
"""What is met on the way, each in its own words."""


@pytest.mark.parametrize("name", BY_NAME)
def test_no_intermediate_result_is_larger_than_the_largest(name):
    inputs = gaussian(name)
    met = max(float(np.max(np.abs(each))) for each in WAYS[name](*inputs.values()))
    assert met <= largest(name, inputs) <= 30 * met


MOVED = {
    "predict": ("X",),
    "residuals": ("X", "y"),
    "mse": ("y", "theta"),
    "gradient": ("y", "theta"),
    "gradient_descent": ("y", "theta0"),
    "r2": ("y", "y_predicted"),
    "cost_surface": ("y", "theta", "theta0_values", "theta1_values"),
    "split_mse": ("y_train", "y_validation", "theta"),
}
"""What is scaled together so that the residuals are."""


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("power", [30, 300])
def test_scaling_the_inputs_scales_the_largest(name, power):
    """By a power of two, so exactly; predictions once, squares twice."""
    inputs, chosen = gaussian(name), MOVED[name]
    scaled = {key: np.ldexp(value, power) if key in chosen else value for key, value in inputs.items()}
    times = {"mse": 2, "split_mse": 2, "r2": 2, "cost_surface": 2}.get(name, 1)
    found = largest(name, scaled)
    assert found == np.ldexp(largest(name, inputs), times * power)


@pytest.mark.parametrize("name", GRAM)
def test_the_gram_matrix_is_met_by_its_algorithm_only(name):
    """A perfect fit: the residuals are nothing, the squares of X are not."""
    inputs = gaussian(name)
    X = inputs["X"] = np.ldexp(inputs["X"], 50)
    theta = inputs["theta0" if name == "gradient_descent" else "theta"]
    inputs["y"] = X @ theta
    if name == "cost_surface":
        inputs |= {"theta0_values": theta[:1], "theta1_values": theta[1:2]}
    assert largest(name, inputs, "gram") >= (X[:, 0] @ X[:, 0] if name != "cost_surface" else inputs["y"] @ inputs["y"])
    assert largest(name, inputs) < largest(name, inputs, "gram") / 1000


@pytest.mark.parametrize("name", sorted(BY_NAME.keys() - {"gradient_descent", "cost_surface"}))
@pytest.mark.parametrize("size", [1e-310, 1e-160, 1e160, 1e200, 1e300])
def test_inputs_of_finite_data_are_finite_and_not_lost(name, size):
    for value in inputs_of(name, [size] * 4, size).values():
        assert np.isfinite(value).all()
        assert np.any(value != 0)


@pytest.mark.parametrize("work_limit", [0, 10**8])
def test_r2_is_the_same_at_every_scale(monkeypatch, work_limit):
    """The harness's own norms once over- and underflowed here, and made NaN of finite data."""
    monkeypatch.setattr(arithmetic, "WORK_LIMIT", work_limit)
    expected = oracle.r2(*inputs_of("r2", [1.0], 1.0).values())
    for x, y in [(1e-310, 1), (1e200, 1), (1, 1e200), (1e200, 1e-200), (1e160, 1e160)]:
        found = oracle.r2(*inputs_of("r2", [x], y).values())
        assert found == pytest.approx(expected, rel=1e-6)


def test_predictions_of_ordinary_data_keep_their_bits():
    rng = np.random.default_rng(5)
    inputs = BY_NAME["r2"].inputs(np.random.default_rng(5), {"m": 100}, {}, np.dtype(np.float64))
    X, truth = rng.standard_normal((100, 1)), rng.standard_normal(1)
    y = X @ truth + rng.standard_normal(100)
    x, deviations = X[:, 0] - X[:, 0].mean(), y - y.mean()
    np.testing.assert_array_equal(inputs["y_predicted"], y.mean() + x @ deviations / (x @ x) * x)


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_a_learning_rate_that_no_number_is_is_refused(size):
    with pytest.raises(Unsupported, match="the learning rate 1/L of this X is no float64"):
        inputs_of("gradient_descent", [size] * 4, 1.0)


def test_a_learning_rate_that_float32_loses_is_refused():
    with pytest.raises(Unsupported, match="the learning rate 1/L of this X is no float32"):
        inputs_of("gradient_descent", [1e25] * 4, 1.0, np.float32)


def test_zeros_still_have_a_learning_rate():
    assert inputs_of("gradient_descent", [0.0] * 4, 1.0)["learning_rate"] == 1


def test_a_surface_whose_squares_overflow_is_refused():
    with pytest.raises(Unsupported, match="the squares of X overflow float64"):
        inputs_of("cost_surface", [1e200], 1.0)


@pytest.mark.parametrize(
    ("spread", "middle", "dtype", "message"),
    [
        (1e-200, 0.0, np.float64, "its squares underflow in float64"),
        (1e13, 1.7e18, np.float32, "rounding its mean spoils that in float32"),
    ],
)
def test_r2_without_a_bound_says_why(spread, middle, dtype, message):
    y = (middle + spread * np.random.default_rng(0).standard_normal(1000)).astype(dtype)
    inputs = {"y": y, "y_predicted": y[::-1].copy()}
    with pytest.raises(Unsupported, match=message):
        BY_NAME["r2"].bound(inputs, oracle.r2(*inputs.values()), "direct")


def test_rounding_has_a_bound_for_more_rows_than_float32_counts():
    from rooflinear.kernels._problem.precision import gammas

    worst, _ = gammas(np.float32, 1)
    assert 1 < worst.rows(2 * 2**24) < 10


def test_an_exponent_lies_just_above_the_largest_magnitude():
    assert ranges.exponent(np.array([0.0, -3.0])) == 2
    assert ranges.exponent(np.zeros(2), np.array([[2.0**-1074]])) == -1073
    assert ranges.exponent(np.zeros(2)) == 0
