"""The largest intermediate magnitude of a correct implementation: if a dtype cannot hold it, none is wrong.

Sums are taken with magnitudes, for partial ones may be larger than the result. Everything is computed of inputs
scaled by powers of two, so that nothing here overflows first; long double tells what lies beyond float64.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from rooflinear.bench.contract import Inputs, gamma, unit_roundoff

from .arithmetic import chunks


class Residuals(NamedTuple):
    """|Xθ − y| with what rounding adds, and A|θ| + |y|, each (m, points), in units of 2^exponent."""

    r: np.ndarray
    p: np.ndarray
    exponent: int


def predict(inputs: Inputs, algorithm: str) -> Any:
    """max A|θ|."""
    X, theta = inputs.values()
    return _largest_p(_residuals(X, np.zeros(len(X)), theta))


def residuals(inputs: Inputs, algorithm: str) -> Any:
    """max A|θ| + |y|."""
    return _largest_p(_residuals(*inputs.values()))


def mse(inputs: Inputs, algorithm: str) -> Any:
    """‖r‖²."""
    return _squared_norm(_residuals(*inputs.values()))


def gradient(inputs: Inputs, algorithm: str) -> Any:
    """2 max Aᵀ|r|; by Gram 2 max Aᵀp and the squared norms of the columns."""
    X, y, theta = inputs.values()
    found, power = _residuals(X, y, theta), exponent(X)
    weights = found.p if algorithm == "gram" else found.r
    sums = 2 * _absolute_sums(X, power, weights[:, 0]).max()
    return max(_largest_p(found), _wide(sums, power + found.exponent), _largest_square(X, algorithm))


def gradient_descent(inputs: Inputs, algorithm: str) -> Any:
    """2 max‖x_j‖‖r‖ at the start: with a learning rate of 1/L the residuals only shrink from there."""
    X, y, theta0, _, _ = inputs.values()
    found, power = _residuals(X, y, theta0), exponent(X)
    norm = np.linalg.norm(found.p if algorithm == "gram" else found.r)
    column = math.sqrt(_column_squares(X, power).max())
    return max(_largest_p(found), _wide(2 * column * norm, power + found.exponent), _largest_square(X, algorithm))


def r2(inputs: Inputs, algorithm: str) -> Any:
    """SStot and SSres, with what the rounding of the mean adds, and Σ|y|."""
    y, y_predicted = inputs.values()
    power = exponent(y, y_predicted)
    y, y_predicted = scaled(y, power), scaled(y_predicted, power)
    shift = gamma(len(y) + 1, unit_roundoff(inputs["y"].dtype)) * np.abs(y).mean()
    deviations, errors = np.abs(y - y.mean()) + shift, y - y_predicted
    return max(_wide(max(deviations @ deviations, errors @ errors), 2 * power), _wide(np.abs(y).sum(), power))


def cost_surface(inputs: Inputs, algorithm: str) -> Any:
    """‖r‖² at the corners of the grid, where it is largest; by Gram ‖p‖² there."""
    X, y, theta, t0, t1 = inputs.values()
    corners = np.repeat(np.asarray(theta, np.float64)[:, None], 4, axis=1)
    corners[0], corners[1] = np.repeat([t0.min(), t0.max()], 2), np.tile([t1.min(), t1.max()], 2)
    found = _residuals(X, y, corners)
    return _squared_norm(found._replace(r=found.p) if algorithm == "gram" else found)


def split_mse(inputs: Inputs, algorithm: str) -> Any:
    """mse's of both parts."""
    X_train, y_train, X_validation, y_validation, theta = inputs.values()
    parts = ((X_train, y_train), (X_validation, y_validation))
    return max(_squared_norm(_residuals(X, y, theta)) for X, y in parts)


def exponent(*arrays: np.ndarray) -> int:
    """Of the power of two just above the largest magnitude; 0 where all is zero."""
    blocks = (each[c] for each in arrays for c in chunks(each.reshape(len(each), -1)))
    return math.frexp(max((float(np.abs(block).max()) for block in blocks), default=0.0))[1]


def scaled(values: Any, power: int) -> np.ndarray:
    """Divided by 2^power, in float64 or wider: without error where nothing underflows."""
    values = np.asarray(values)
    return np.ldexp(values.astype(np.result_type(values, np.float64)), -power)


def _residuals(X: np.ndarray, y: np.ndarray, theta: np.ndarray) -> Residuals:
    theta = np.asarray(theta).reshape(len(theta), -1)
    of_X, of_theta = exponent(X), exponent(theta)
    power = max(of_X + of_theta, exponent(y))
    t, target = scaled(theta, of_theta), scaled(y, power)[:, None]
    down = of_X + of_theta - power
    r, p = np.empty((len(X), t.shape[1])), np.empty((len(X), t.shape[1]))
    for c in chunks(X, columns=t.shape[1]):
        block = scaled(X[c], of_X)
        r[c] = np.abs(np.ldexp(block @ t, down) - target[c])
        p[c] = np.ldexp(np.abs(block) @ np.abs(t), down) + np.abs(target[c])
    return Residuals(r + gamma(X.shape[1] + 1, unit_roundoff(X.dtype)) * p, p, power)


def _largest_p(found: Residuals) -> Any:
    return _wide(found.p.max(), found.exponent)


def _squared_norm(found: Residuals) -> Any:
    return max(_largest_p(found), _wide((found.r**2).sum(axis=0).max(), 2 * found.exponent))


def _absolute_sums(X: np.ndarray, power: int, weights: np.ndarray) -> np.ndarray:
    return sum((np.abs(scaled(X[c], power)).T @ weights[c] for c in chunks(X)), np.zeros(X.shape[1]))


def _column_squares(X: np.ndarray, power: int) -> np.ndarray:
    return sum(((scaled(X[c], power) ** 2).sum(axis=0) for c in chunks(X)), np.zeros(X.shape[1]))


def _largest_square(X: np.ndarray, algorithm: str) -> Any:
    power = exponent(X)
    return _wide(_column_squares(X, power).max(), 2 * power) if algorithm == "gram" else 0.0


def _wide(value: Any, power: int) -> Any:
    """value · 2^power, infinite where long double ends too."""
    with np.errstate(over="ignore"):
        return np.ldexp(np.longdouble(value), power)
