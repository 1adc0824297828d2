"""Loops compiled by Numba, one thread: every row of X is used while it is in the cache."""

import numpy as np
from numba import njit

from ._numba.fused import SUMMED

LIBRARY = "numpy"

# Not `fastmath=True`: it assumes that no value is NaN or infinite, and a diverging descent has both.
_compiled = njit(fastmath={"reassoc", "contract", "nsz", "arcp"})


@_compiled
def predict(X, theta):
    predicted = np.empty(len(X), X.dtype)
    for i in range(len(X)):
        predicted[i] = _dot(X[i], theta)
    return predicted


@_compiled
def residuals(X, y, theta):
    errors = np.empty_like(y)
    for i in range(len(y)):
        errors[i] = y[i] - _dot(X[i], theta)
    return errors


@_compiled
def mse(X, y, theta):
    return _scalar(_mean_square(X, y, theta), y.dtype)


@_compiled
def gradient(X, y, theta):
    slope = np.empty_like(theta)
    _gradient(X, y, theta, slope)
    return slope


@_compiled
def gradient_descent(X, y, theta0, learning_rate, steps):
    theta, slope = theta0.copy(), np.empty_like(theta0)
    for _ in range(steps):
        _gradient(X, y, theta, slope)
        for j in range(len(theta)):
            theta[j] -= learning_rate * slope[j]
    return theta


@_compiled
def r2(y, y_predicted):
    mean = _mean(y)
    total, unexplained = y.dtype.type(0), y.dtype.type(0)
    for i in range(len(y)):
        total += (y[i] - mean) ** 2
        unexplained += (y[i] - y_predicted[i]) ** 2
    return _scalar(1 - unexplained / total if total != 0 else np.nan, y.dtype)


@_compiled
def cost_surface(X, y, theta, theta0_values, theta1_values):
    surface = np.zeros((len(theta1_values), len(theta0_values)), y.dtype)
    for i in range(len(y)):
        rest = _dot(X[i, 2:], theta[2:]) - y[i]
        for row in range(len(theta1_values)):
            base = rest + theta1_values[row] * X[i, 1]
            for column in range(len(theta0_values)):
                surface[row, column] += (base + theta0_values[column] * X[i, 0]) ** 2
    return surface / y.dtype.type(len(y))


@_compiled
def split_mse(X_train, y_train, X_validation, y_validation, theta):
    both = np.empty(2, theta.dtype)
    both[0] = _mean_square(X_train, y_train, theta)
    both[1] = _mean_square(X_validation, y_validation, theta)
    return both


@_compiled
def _gradient(X, y, theta, slope):
    slope[:] = 0
    for i in range(len(y)):
        error = _dot(X[i], theta) - y[i]
        for j in range(len(theta)):
            slope[j] += error * X[i, j]
    slope *= theta.dtype.type(2 / len(y))


@_compiled
def _mean_square(X, y, theta):
    total = y.dtype.type(0)
    for first in range(0, len(y), SUMMED):
        part = y.dtype.type(0)
        for i in range(first, min(len(y), first + SUMMED)):
            part += (_dot(X[i], theta) - y[i]) ** 2
        total += part
    return total / len(y)


@_compiled
def _mean(y):
    total = y.dtype.type(0)
    for i in range(len(y)):
        total += y[i]
    return y.dtype.type(total / len(y))


@_compiled
def _dot(row, theta):
    total = theta.dtype.type(0)
    for j in range(len(theta)):
        total += row[j] * theta[j]
    return total


@_compiled
def _scalar(value, dtype):
    # A scalar returned from compiled code becomes a Python float, which forgets float32.
    result = np.empty((), dtype)
    result[()] = value
    return result
