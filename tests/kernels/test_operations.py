"""The operations as the harness meets them: inputs, exact test, cost."""

import ast
from pathlib import Path

import numpy as np
import pytest

from rooflinear.bench.contract import CONTRACT, Cost, Operation
from rooflinear.kernels import operations
from rooflinear.kernels._problem import exact as _exact

from . import naive

OPERATIONS = operations.OPERATIONS
BY_NAME = {operation.name: operation for operation in OPERATIONS}
DTYPES = (np.float32, np.float64)
ODD_ROWS = [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 127, 128, 129, 255, 257, 1023, 1025, 4681, 16_385]
NAMES = list(BY_NAME)


def exact(name, dtype, seed=0, **sizes):
    operation = BY_NAME[name]
    chosen = operation.exact_sizes | sizes
    return operation.exact_inputs(np.random.default_rng(seed), chosen, dict(operation.parameters), np.dtype(dtype))


def test_suite_states_the_contract():
    assert operations.CONTRACT == CONTRACT
    assert all(isinstance(operation, Operation) for operation in OPERATIONS)
    assert NAMES == ["predict", "residuals", "mse", "gradient", "gradient_descent", "r2", "cost_surface", "split_mse"]


def test_suite_imports_nothing_of_the_project_but_the_contract():
    folder = Path(operations.__file__).parent
    for path in [folder / "operations.py", *folder.glob("_problem/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and "rooflinear" in (node.module or ""):
                assert node.module == "rooflinear.bench.contract"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_contiguous_finite_and_of_the_dtype(name, dtype):
    operation = BY_NAME[name]
    inputs = operation.inputs(np.random.default_rng(0), {"m": 30, "n": 4}, dict(operation.parameters), np.dtype(dtype))
    for key, value in inputs.items():
        if key == "steps":
            assert type(value) is int
        else:
            assert value.dtype == dtype
            assert np.isfinite(value).all()
        if isinstance(value, np.ndarray):
            assert value.flags.c_contiguous


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_the_same_for_the_same_seed_and_others_for_another(name):
    operation = BY_NAME[name]
    made = [
        operation.inputs(np.random.default_rng(seed), {"m": 9, "n": 3}, dict(operation.parameters), np.float64)
        for seed in (1, 1, 2)
    ]
    assert all(np.array_equal(made[0][key], made[1][key]) for key in made[0])
    assert not all(np.array_equal(made[0][key], made[2][key]) for key in made[0])


def test_learning_rate_is_the_reciprocal_of_the_largest_curvature():
    for m, n in [(50, 4), (4, 50)]:
        inputs = BY_NAME["gradient_descent"].inputs(
            np.random.default_rng(0), {"m": m, "n": n}, {"steps": 3}, np.dtype(np.float32)
        )
        largest = np.linalg.norm(inputs["X"].astype(float), 2) ** 2 * 2 / m
        np.testing.assert_allclose(inputs["learning_rate"], 1 / largest, rtol=1e-6)


def test_theta_is_away_from_the_optimum_so_the_gradient_is_well_sized():
    inputs = BY_NAME["gradient"].inputs(np.random.default_rng(0), {"m": 1000, "n": 10}, {}, np.dtype(np.float64))
    assert np.linalg.norm(naive.gradient(**inputs)) > 1


@pytest.mark.parametrize(("name", "sizes"), [("cost_surface", {"m": 5, "n": 1}), ("split_mse", {"m": 1, "n": 3})])
def test_sizes_without_meaning_are_refused_in_one_line(name, sizes):
    operation = BY_NAME[name]
    for make in (operation.inputs, operation.exact_inputs):
        with pytest.raises(ValueError, match=f"{name}: .* at least 2$"):
            make(np.random.default_rng(0), sizes, dict(operation.parameters), np.dtype(np.float64))


class File:
    """Data with a target that grows with the first column."""

    def __init__(self, target):
        self.target = target

    def sample(self, rng, rows, columns):
        X = rng.uniform(1, 2, (rows, columns))
        return X, 5 * X[:, 0] if self.target else None


@pytest.mark.parametrize("target", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_data_replaces_features_and_target(name, target):
    operation = BY_NAME[name]
    inputs = operation.inputs(
        np.random.default_rng(0), {"m": 40, "n": 3}, dict(operation.parameters), np.dtype(np.float64), data=File(target)
    )
    features, y = inputs.get("X", inputs.get("X_train")), inputs.get("y", inputs.get("y_train"))
    if features is not None:
        assert features.min() >= 1
        assert features.max() <= 2
    if y is not None and features is not None:
        assert np.array_equal(y, 5 * features[:, 0]) == target


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_exact_result_is_representable_and_numpy_reaches_it(name, dtype):
    for seed in range(5):
        inputs = exact(name, dtype, seed)
        expected = BY_NAME[name].oracle(*inputs.values())
        np.testing.assert_array_equal(expected.astype(dtype), expected)
        assert BY_NAME[name].exact_equal(naive.RIGHT[name](*inputs.values()), expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("m", ODD_ROWS)
@pytest.mark.parametrize("name", NAMES)
def test_exact_test_accepts_numpy_at_any_size_that_fits(name, m, dtype):
    for n in (1, 2, 7, 33):
        try:
            inputs = exact(name, dtype, m=m, n=n)
        except ValueError:
            continue
        expected = BY_NAME[name].oracle(*inputs.values())
        assert BY_NAME[name].exact_equal(naive.RIGHT[name](*inputs.values()), expected)


@pytest.mark.parametrize("m", [3, 17, 129, 1025, 4681, 16_385])
def test_exact_integers_fit_at_odd_sizes_on_both_sides_of_128_KiB(m):
    for name in NAMES:
        exact(name, np.float32, m=m, n=7)


def test_exact_inputs_that_cannot_fit_are_refused_in_one_line():
    with pytest.raises(ValueError, match=r"m = 5000001.*24 bits of float32"):
        exact("mse", np.float32, m=5_000_001, n=1)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["mse", "gradient", "split_mse", "cost_surface", "gradient_descent"])
def test_dividing_before_or_after_the_sum_in_any_order_passes_the_exact_test(name, dtype):
    for seed in range(3):
        inputs = exact(name, dtype, seed)
        expected = BY_NAME[name].oracle(*inputs.values())
        for scaling in SCALINGS:
            assert BY_NAME[name].exact_equal(SCALED[name](scaling, **inputs), expected)


@pytest.mark.parametrize("m", [13, 47, 61, 83, 109, 121, 167, 255])
@pytest.mark.parametrize("name", ["mse", "gradient"])
def test_dividing_before_the_sum_passes_where_the_reciprocal_of_m_is_unkind(name, m):
    inputs = exact(name, np.float32, m=m)
    expected = BY_NAME[name].oracle(*inputs.values())
    assert not _exact._divides_kindly(m, np.float32)
    assert all(BY_NAME[name].exact_equal(SCALED[name](scaling, **inputs), expected) for scaling in SCALINGS)


@pytest.mark.parametrize("dtype", DTYPES)
def test_dividing_the_residuals_first_as_automatic_differentiation_does_passes_the_exact_test(dtype):
    inputs = exact("gradient", dtype)
    X, r = inputs["X"], inputs["X"] @ inputs["theta"] - inputs["y"]
    expected = BY_NAME["gradient"].oracle(*inputs.values())
    for output in (X.T @ (r * dtype(2 / len(X))), (X * dtype(2 / len(X))).T @ r, X.T @ (2 * r / dtype(len(X)))):
        assert BY_NAME["gradient"].exact_equal(output, expected)


def _each(terms, m):
    return one_by_one(terms * terms.dtype.type(1 / m))


def _each_divided(terms, m):
    return one_by_one(terms / terms.dtype.type(m))


def _sum_times_reciprocal(terms, m):
    return one_by_one(terms) * terms.dtype.type(1 / m)


def one_by_one(terms):
    return np.cumsum(terms[::-1], axis=0, dtype=terms.dtype)[-1]


SCALINGS = (_each, _each_divided, _sum_times_reciprocal)


def scaled_mse(scaling, X, y, theta):
    return scaling((X @ theta - y) ** 2, len(y))


def scaled_gradient(scaling, X, y, theta):
    return 2 * scaling(X * (X @ theta - y)[:, None], len(y))


def scaled_descent(scaling, X, y, theta0, learning_rate, steps):
    for _ in range(steps):
        theta0 = theta0 - learning_rate * scaled_gradient(scaling, X, y, theta0)
    return theta0


def scaled_surface(scaling, X, y, theta, theta0_values, theta1_values):
    points = [[np.array([a, b, *theta[2:]], X.dtype) for a in theta0_values] for b in theta1_values]
    return np.array([[scaled_mse(scaling, X, y, point) for point in row] for row in points])


SCALED = {
    "mse": scaled_mse,
    "gradient": scaled_gradient,
    "gradient_descent": scaled_descent,
    "cost_surface": scaled_surface,
    "split_mse": lambda scaling, X_train, y_train, X_validation, y_validation, theta: np.stack(
        [scaled_mse(scaling, X_train, y_train, theta), scaled_mse(scaling, X_validation, y_validation, theta)]
    ),
}


def test_exact_test_sees_tensor_float_32():
    """TF32 keeps 10 bits of the 12 that 4095 and 4097 need."""
    inputs = exact("predict", np.float32)
    output = tf32(inputs["X"]) @ tf32(inputs["theta"])
    assert not BY_NAME["predict"].exact_equal(output, BY_NAME["predict"].oracle(*inputs.values()))


@pytest.mark.parametrize(("dtype", "product"), [(np.float32, 4095 * 4097), (np.float64, (2**26 - 1) * (2**26 + 1))])
def test_exact_prediction_of_the_last_row_is_one_product_that_needs_every_bit(dtype, product):
    inputs = exact("predict", dtype)
    assert BY_NAME["predict"].oracle(*inputs.values())[-1] == product


def tf32(values):
    return (values.view(np.uint32) & np.uint32(0xFFFFE000)).view(np.float32)


def test_exact_descent_takes_steps_of_its_own():
    inputs = exact("gradient_descent", np.float32)
    assert inputs["steps"] == 3
    assert inputs["learning_rate"] == 2.0 ** np.round(np.log2(inputs["learning_rate"]))


@pytest.mark.parametrize("compare", [_exact.equal, _exact.same, _exact.same_ratio])
def test_comparisons_refuse_nan_infinity_and_another_shape(compare):
    expected = np.array([1.0, 2.0])
    assert compare(expected.astype(np.float32), expected)
    for wrong in ([1.0, np.nan], [1.0, np.inf], [1.0], [[1.0, 2.0]], [1.0, 3.0]):
        assert not compare(np.array(wrong), expected)


def test_ratio_of_a_constant_must_be_nan():
    assert _exact.same_ratio(np.float32(np.nan), np.array(np.nan))
    assert not _exact.same_ratio(np.float32(0), np.array(np.nan))


COSTS = {
    ("predict", "direct"): (2000, 8 * (1000 + 200 + 10), 8 * (1000 + 100 + 10)),
    ("residuals", "direct"): (2000, 8 * (1000 + 300 + 10), 8 * (1000 + 200 + 10)),
    ("mse", "direct"): (2200, 8 * 1110, 8 * 1111),
    ("gradient", "direct"): (4000, 8 * 1120, 8 * 1120),
    ("gradient", "gram"): (10_200, 8 * 1120, 8 * 1120),
    ("gradient_descent", "direct"): (400_000, 800_000, 8 * 1121),
    ("gradient_descent", "gram"): (30_000, 8000, 8 * 1121),
    ("r2", "direct"): (700, 1600, 8 * 201),
    ("cost_surface", "direct"): (1_011_600, 8000, 8 * (1110 + 100 + 2500)),
    ("cost_surface", "gram"): (12_800, 8000, 8 * (1110 + 100 + 2500)),
    ("cost_surface", "qr"): (13_400, 8000, 8 * (1110 + 100 + 2500)),
    ("split_mse", "direct"): (2200, 8000, 8 * 1112),
}


@pytest.mark.parametrize(("name", "algorithm"), COSTS)
def test_cost_at_a_hundred_rows_of_ten(name, algorithm):
    cost = BY_NAME[name].cost({"m": 100, "n": 10}, dict(BY_NAME[name].parameters), 8, algorithm)
    assert cost == Cost(*COSTS[name, algorithm])


@pytest.mark.parametrize("name", NAMES)
def test_footprint_is_the_size_of_inputs_and_output(name):
    operation, sizes = BY_NAME[name], {"m": 60, "n": 5}
    inputs = operation.inputs(np.random.default_rng(0), sizes, dict(operation.parameters), np.dtype(np.float32))
    held = sum(v.nbytes for v in inputs.values() if not isinstance(v, int))
    output = operation.oracle(*inputs.values()).size * 4
    assert operation.cost(sizes, dict(operation.parameters), 4, "direct").footprint == held + output
