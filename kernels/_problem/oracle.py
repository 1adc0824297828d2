"""The true outputs, in higher precision than any implementation works in.

Each returns float64: one rounding more, which the bounds account for. They
share no code with the implementations.
"""

import math
from typing import Any

import numpy as np

from .arithmetic import CHUNK_ELEMENTS, choose


def predict(X: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Xθ, (m,)."""
    return _float64(choose(X.dtype, X.size).residuals(X, np.float64(0), theta))


def residuals(X: np.ndarray, y: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """y − Xθ, (m,)."""
    return _float64(-choose(X.dtype, X.size).residuals(X, _wide(y), theta))


def mse(X: np.ndarray, y: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """‖Xθ − y‖²/m, ()."""
    wide = choose(X.dtype, X.size)
    r = wide.residuals(X, _wide(y), theta)
    return _float64(wide.dot(r, r) / len(y))


def gradient(X: np.ndarray, y: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """(2/m)Xᵀ(Xθ − y), (n,)."""
    wide = choose(X.dtype, X.size)
    return _float64(2 * wide.column_sums(X, wide.residuals(X, _wide(y), theta)) / len(y))


def gradient_descent(X: np.ndarray, y: np.ndarray, theta0: np.ndarray, learning_rate: Any, steps: int):
    """θ after that many steps of θ ← θ − α·gradient, (n,)."""
    wide = choose(X.dtype, X.size * steps)
    theta, y, rate = np.asarray(theta0, wide.dtype), _wide(y), 2 * wide.dtype(learning_rate)
    X = np.asarray(X, wide.dtype) if X.size <= CHUNK_ELEMENTS else X  # one that is larger is converted chunk by chunk
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            theta = theta - rate * wide.column_sums(X, wide.residuals(X, y, theta)) / len(y)
        return _float64(theta)


def r2(y: np.ndarray, y_predicted: np.ndarray) -> np.ndarray:
    """1 − SSres/SStot, (); NaN where y is constant."""
    if np.all(y == y[0]):
        return np.asarray(np.nan)
    wide, power = choose(y.dtype, y.size), math.frexp(float(max(np.abs(y).max(), np.abs(y_predicted).max())))[1]
    y, y_predicted = (np.ldexp(np.asarray(each, wide.dtype), -power) for each in (y, y_predicted))
    deviations, errors = y - wide.total(y) / len(y), y - y_predicted
    return _float64(1 - wide.dot(errors, errors) / wide.dot(deviations, deviations))


def cost_surface(X: np.ndarray, y: np.ndarray, theta: np.ndarray, theta0_values: np.ndarray, theta1_values: np.ndarray):
    """mse with theta[0] and theta[1] replaced, (len theta1_values, len theta0_values).

    A quadratic of two variables, so six sums suffice, taken about the middle
    of the grid; their cancellation is part of the bound.
    """
    wide = choose(X.dtype, X.size)
    t0, t1 = np.asarray(theta0_values, wide.dtype), np.asarray(theta1_values, wide.dtype)
    middle = np.asarray(theta, wide.dtype).copy()
    middle[:2] = t0[len(t0) // 2], t1[len(t1) // 2]
    columns = [wide.residuals(X, _wide(y), middle), *np.asarray(X[:, :2].T, wide.dtype)]
    d0, d1 = np.meshgrid(t0 - middle[0], t1 - middle[1])
    return _float64(quadratic(columns, wide.dot, d0, d1) / len(y))


def quadratic(columns: Any, dot: Any, d0: np.ndarray, d1: np.ndarray) -> np.ndarray:
    """‖r + d0·a + d1·b‖² at each point, of columns r, a, b."""
    r, a, b = columns
    linear = 2 * (dot(r, a) * d0 + dot(r, b) * d1)
    return dot(r, r) + linear + dot(a, a) * d0**2 + 2 * dot(a, b) * d0 * d1 + dot(b, b) * d1**2


def split_mse(X_train: Any, y_train: Any, X_validation: Any, y_validation: Any, theta: np.ndarray) -> np.ndarray:
    """mse of both parts, (2,)."""
    return np.stack([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])


def _wide(y: np.ndarray) -> np.ndarray:
    return np.asarray(y, np.float64)


def _float64(value: Any) -> np.ndarray:
    with np.errstate(over="ignore"):
        return np.asarray(value, np.float64)
