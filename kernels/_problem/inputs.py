"""Generated inputs: Gaussian features, a linear target with noise, theta away from the optimum.

Everything is made in float64 and cast once. ``data`` stands in for the
Gaussian features, and for the target where it has one. Its features may be a map of a
file larger than memory: nothing here makes another X of them.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rooflinear.bench.contract import Data, Inputs, Unsupported

from .ranges import exponent, scaled
from .spectrum import column_sums, extreme_eigenvalues, gram, product

TRAINING_FRACTION = 0.7


def predict(rng: Any, sizes: Mapping[str, int], parameters: Any, dtype: Any, data: Data | None = None) -> Inputs:
    """X, theta."""
    X, _, theta = _regression(rng, sizes, data)
    return _cast(dtype, X=X, theta=theta)


def regression(rng: Any, sizes: Mapping[str, int], parameters: Any, dtype: Any, data: Data | None = None) -> Inputs:
    """X, y, theta: what residuals, mse and gradient take."""
    X, y, theta = _regression(rng, sizes, data)
    return _cast(dtype, X=X, y=y, theta=theta)


def gradient_descent(
    rng: Any, sizes: Mapping[str, int], parameters: Mapping[str, Any], dtype: Any, data: Data | None = None
) -> Inputs:
    """X, y, theta0, learning_rate = 1/L of the cast X, steps."""
    X, y, theta0 = _regression(rng, sizes, data)
    inputs = _cast(dtype, X=X, y=y, theta0=theta0)
    with np.errstate(over="ignore"):
        rate = np.dtype(dtype).type(default_learning_rate(inputs["X"]))
    if not 0 < rate < np.inf:
        raise Unsupported(f"the learning rate 1/L of this X is no {np.dtype(dtype)}")
    return inputs | {"learning_rate": rate, "steps": int(parameters["steps"])}


def r2(rng: Any, sizes: Mapping[str, int], parameters: Any, dtype: Any, data: Data | None = None) -> Inputs:
    """y and its least-squares fit by the first feature."""
    X, y, _ = _regression(rng, {"m": sizes["m"], "n": 1}, data)
    of_x, of_y = exponent(X), exponent(y)
    x, target = scaled(X[:, 0], of_x), scaled(y, of_y)
    x, deviations = x - x.mean(), target - target.mean()
    slope = x @ deviations / (x @ x) if x.any() else 0.0
    return _cast(dtype, y=y, y_predicted=scaled(target.mean() + slope * x, -of_y))


def cost_surface(
    rng: Any, sizes: Mapping[str, int], parameters: Mapping[str, Any], dtype: Any, data: Data | None = None
) -> Inputs:
    """X, y, theta at the optimum, and a grid about its first two components."""
    if sizes["n"] < 2:
        raise ValueError(f"cost_surface: n = {sizes['n']}; two components of theta vary, so n must be at least 2")
    X, y, _ = _regression(rng, sizes, data)
    K, b = gram(X), column_sums(X, y)
    if not (np.isfinite(K).all() and np.isfinite(b).all()):
        raise Unsupported("the squares of X overflow float64")
    theta = np.linalg.lstsq(K, b)[0]
    around = np.linspace(-3, 3, int(parameters["grid"]))
    return _cast(dtype, X=X, y=y, theta=theta, theta0_values=theta[0] + around, theta1_values=theta[1] + around)


def split_mse(rng: Any, sizes: Mapping[str, int], parameters: Any, dtype: Any, data: Data | None = None) -> Inputs:
    """X_train, y_train, X_validation, y_validation, theta; 70 : 30."""
    rows = training_rows(sizes["m"])
    X, y, theta = _regression(rng, sizes, data)
    return _cast(dtype, X_train=X[:rows], y_train=y[:rows], X_validation=X[rows:], y_validation=y[rows:], theta=theta)


def training_rows(m: int) -> int:
    """70 % of the rows, and one left at least."""
    if m < 2:
        raise ValueError(f"split_mse: m = {m}; both parts need a row, so m must be at least 2")
    return min(max(1, round(TRAINING_FRACTION * m)), m - 1)


def default_learning_rate(X: np.ndarray) -> float:
    """1/L; 1 where X is zero, infinite where its squares underflow."""
    _, largest = extreme_eigenvalues(X)
    if not largest:
        return np.inf if X.any() else 1.0
    return 1 / largest


def _regression(rng: np.random.Generator, sizes: Mapping[str, int], data: Data | None) -> tuple[Any, Any, Any]:
    m, n = sizes["m"], sizes["n"]
    X, y = data.sample(rng, m, n) if data else (rng.standard_normal((m, n)), None)
    truth = rng.standard_normal(n)
    if y is None:
        y = product(X, truth) + rng.standard_normal(m)
    return X, y, truth + rng.standard_normal(n)


def _cast(dtype: Any, **arrays: np.ndarray) -> Inputs:
    return {name: np.ascontiguousarray(array, dtype) for name, array in arrays.items()}
