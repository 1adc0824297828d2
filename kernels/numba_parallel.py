"""Compiled loops on all threads: X is read from memory once, every thread sums for itself; small X stays on one."""

from functools import cache

import numpy as np
from numba import get_num_threads, prange

from . import _fused, _registers
from ._fused import compiled, lines, parallel, share

LIBRARY = "numpy"

ALONE_BYTES = 2**19
"""Below, waking the other threads costs more than they save."""

TILE = 512
"""Samples whose three columns stay in the first cache while a thread computes all its points of a cost surface."""


def workspace(operation, inputs):
    like, threads = next(iter(inputs.values())), get_num_threads()

    def empty(*shape):
        return np.empty_like(like, shape=shape)

    match operation:
        case "predict" | "residuals":
            return empty(len(like))
        case "mse" | "split_mse":
            return empty(threads, lines(1, like.dtype)), empty(*() if operation == "mse" else (2,))
        case "r2":
            return empty(threads, lines(2, like.dtype)), empty()
        case "gradient":
            n = like.shape[1]
            return empty(threads, lines(n, like.dtype)), empty(n)
        case "gradient_descent":
            n = like.shape[1]
            return empty(threads, lines(n, like.dtype)), empty(n), empty(n)
    surface = (len(inputs["theta1_values"]), len(inputs["theta0_values"]))
    return empty(3, len(like)), empty(*surface)


@compiled
def predict(X, theta, out):
    if _alone(X):
        _fused.predict(X, theta, 0, len(X), out)
    else:
        _predict(X, theta, out)
    return out


@compiled
def residuals(X, y, theta, out):
    if _alone(X):
        _fused.residuals(X, y, theta, 0, len(y), out)
    else:
        _residuals(X, y, theta, out)
    return out


@compiled
def mse(X, y, theta, workspace):
    sums, mean = workspace
    mean[()] = _squares(X, y, theta, sums) / len(y)
    return mean


def gradient(X, y, theta, workspace):
    return _of_width(_features(X))[0](X, y, theta, workspace)


def gradient_descent(X, y, theta0, learning_rate, steps, workspace):
    return _of_width(_features(X))[1](X, y, theta0, learning_rate, steps, workspace)


@compiled
def r2(y, y_predicted, workspace):
    sums, share_explained = workspace
    mean = y.dtype.type(_total(y, sums) / len(y))
    unexplained, total = _deviations(y, y_predicted, mean, sums)
    share_explained[()] = 1 - unexplained / total if total != 0 else np.nan
    return share_explained


@compiled
def cost_surface(X, y, theta, theta0_values, theta1_values, workspace):
    columns, surface = workspace
    residuals(X[:, 2:], y, theta[2:], columns[2])
    columns[:2] = X[:, :2].T
    _surface(columns, theta0_values, theta1_values, surface)
    return surface


@compiled
def split_mse(X_train, y_train, X_validation, y_validation, theta, workspace):
    sums, both = workspace
    both[0] = _squares(X_train, y_train, theta, sums) / len(y_train)
    both[1] = _squares(X_validation, y_validation, theta, sums) / len(y_validation)
    return both


def _features(X):
    """The number of features where registers hold them all, else 0."""
    n = X.shape[1]
    return n if n <= _registers.MOST_FEATURES and X.flags.c_contiguous else 0


@cache
def _of_width(n):
    """Gradient and descent for n features; for 0, any number."""
    add_gradient = _registers.add_gradient(n) if n else _fused.add_gradient

    @parallel
    def in_parts(X, y, theta, sums):
        for part in prange(len(sums)):
            first, last = share(len(y), part, len(sums))
            sums[part] = 0
            add_gradient(X, y, theta, first, last, sums[part])

    @compiled
    def into(X, y, theta, sums, slope):
        if _alone(X):
            slope[:] = 0
            add_gradient(X, y, theta, 0, len(y), slope)
        else:
            in_parts(X, y, theta, sums)
            for j in range(len(slope)):
                slope[j] = sums[:, j].sum()
        slope *= slope.dtype.type(2 / len(y))

    @compiled
    def gradient(X, y, theta, workspace):
        sums, slope = workspace
        into(X, y, theta, sums, slope)
        return slope

    @compiled
    def gradient_descent(X, y, theta0, learning_rate, steps, workspace):
        sums, slope, theta = workspace
        theta[:] = theta0
        for _ in range(steps):
            into(X, y, theta, sums, slope)
            for j in range(len(theta)):
                theta[j] -= learning_rate * slope[j]
        return theta

    return gradient, gradient_descent


@compiled
def _alone(X):
    return X.size * X.itemsize < ALONE_BYTES or get_num_threads() == 1


@parallel
def _predict(X, theta, out):
    threads = get_num_threads()
    for part in prange(threads):
        first, last = share(len(X), part, threads)
        _fused.predict(X, theta, first, last, out)


@parallel
def _residuals(X, y, theta, out):
    threads = get_num_threads()
    for part in prange(threads):
        first, last = share(len(y), part, threads)
        _fused.residuals(X, y, theta, first, last, out)


@compiled
def _squares(X, y, theta, sums):
    if _alone(X):
        return _fused.squares(X, y, theta, 0, len(y))
    _squares_in_parts(X, y, theta, sums)
    return sums[:, 0].sum()


@parallel
def _squares_in_parts(X, y, theta, sums):
    for part in prange(len(sums)):
        first, last = share(len(y), part, len(sums))
        sums[part, 0] = _fused.squares(X, y, theta, first, last)


@compiled
def _total(y, sums):
    if _alone(y):
        return _fused.total(y, 0, len(y))
    _total_in_parts(y, sums)
    return sums[:, 0].sum()


@parallel
def _total_in_parts(y, sums):
    for part in prange(len(sums)):
        first, last = share(len(y), part, len(sums))
        sums[part, 0] = _fused.total(y, first, last)


@compiled
def _deviations(y, y_predicted, mean, sums):
    if _alone(y):
        return _fused.deviations(y, y_predicted, mean, 0, len(y))
    _deviations_in_parts(y, y_predicted, mean, sums)
    return sums[:, 0].sum(), sums[:, 1].sum()


@parallel
def _deviations_in_parts(y, y_predicted, mean, sums):
    for part in prange(len(sums)):
        first, last = share(len(y), part, len(sums))
        sums[part, 0], sums[part, 1] = _fused.deviations(y, y_predicted, mean, first, last)


@parallel
def _surface(columns, theta0_values, theta1_values, surface):
    """Mean squares of t₀·x₀ + t₁·x₁ − e; columns are x₀, x₁, e."""
    m = columns.shape[1]
    for row in prange(len(theta1_values)):
        surface[row] = 0
        for first in range(0, m, TILE):
            last = min(m, first + TILE)
            x0, x1, e = columns[0, first:last], columns[1, first:last], columns[2, first:last]
            for column in range(len(theta0_values)):
                surface[row, column] += _fused.plane_squares(x0, x1, e, theta0_values[column], theta1_values[row])
        for column in range(len(theta0_values)):
            surface[row, column] /= m
