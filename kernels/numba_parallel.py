"""Compiled loops on all threads: X is read from memory once, with one sum per thread; a small X uses one thread."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numba import get_num_threads, prange

from ._numba import fused, rows
from ._numba.fused import ALONE_BYTES, SUMMED, compiled, inlined, lines, parallel, share
from ._numba.intrinsics import address, call

LIBRARY = "numpy"
STREAMS = True

TILE = 512
"""Samples whose three columns stay in the first cache while a thread computes all its points of a cost surface."""


class Readers(NamedTuple):
    """What only reads X, compiled for a number of features."""

    predict: Callable
    residuals: Callable
    mse: Callable
    split_mse: Callable


class Descents(NamedTuple):
    """What adds up rows of X, compiled for a number of features."""

    gradient: Callable
    gradient_descent: Callable


def workspace(operation, inputs):
    """What an operation writes to; before it, where there is one, the function compiled for such an X.

    A number is written to an array of one and returned as a view of it: Numba passes an array without axes more slowly.
    """
    like, threads = next(iter(inputs.values())), get_num_threads()

    def empty(*shape):
        return np.empty_like(like, shape=shape)

    def private(count):
        return empty(threads, lines(count, like.dtype))

    def number():
        one = empty(1)
        return one, one.reshape(())

    match operation:
        case "predict" | "residuals":
            return getattr(_readers_for(like), operation), empty(len(like))
        case "mse":
            return _readers_for(like).mse, private(1), *number()
        case "split_mse":
            return _readers_for(like, inputs["X_validation"]).split_mse, private(1), empty(2)
        case "r2":
            return private(2), *number()
        case "gradient":
            n = like.shape[1]
            return _descents_for(like).gradient, private(n), empty(n)
        case "gradient_descent":
            n = like.shape[1]
            return _descents_for(like).gradient_descent, private(n), empty(n), empty(n)
    surface = (len(inputs["theta1_values"]), len(inputs["theta0_values"]))
    return empty(3, len(like)), empty(*surface)


def predict(X, theta, workspace):
    run, out = workspace
    run(X, theta, out)
    return out


def residuals(X, y, theta, workspace):
    run, out = workspace
    run(X, y, theta, out)
    return out


def mse(X, y, theta, workspace):
    run, sums, one, mean = workspace
    run(X, y, theta, sums, one)
    return mean


def gradient(X, y, theta, workspace):
    run, sums, slope = workspace
    run(X, y, theta, sums, slope)
    return slope


def gradient_descent(X, y, theta0, learning_rate, steps, workspace):
    run, sums, slope, theta = workspace
    run(X, y, theta0, learning_rate, steps, sums, slope, theta)
    return theta


def split_mse(X_train, y_train, X_validation, y_validation, theta, workspace):
    run, sums, both = workspace
    run(X_train, y_train, X_validation, y_validation, theta, sums, both)
    return both


def r2(y, y_predicted, workspace):
    sums, one, share_explained = workspace
    _r2(y, y_predicted, sums, one)
    return share_explained


@compiled
def _r2(y, y_predicted, sums, one):
    mean = y.dtype.type(_total(y, sums) / len(y))
    unexplained, total = _deviations(y, y_predicted, mean, sums)
    one[0] = 1 - unexplained / total if total != 0 else np.nan


def cost_surface(X, y, theta, theta0_values, theta1_values, workspace):
    columns, surface = workspace
    _columns(X, y, theta, columns)
    _surface(columns, theta0_values, theta1_values, surface)
    return surface


def _readers_for(*matrices):
    dense = all(X.flags.c_contiguous for X in matrices)
    return _readers(rows.features(matrices[0]) if dense else None)


def _descents_for(X):
    return _descents(rows.features(X) if X.flags.c_contiguous else None)


@cache
def _readers(n):
    kernels = fused if n is None else rows
    mean_square = _mean_square(kernels.squares(n))

    @compiled
    def mse(X, y, theta, sums, one):
        one[0] = mean_square(X, y, theta, sums)

    @compiled
    def split_mse(X_train, y_train, X_validation, y_validation, theta, sums, both):
        both[0] = mean_square(X_train, y_train, theta, sums)
        both[1] = mean_square(X_validation, y_validation, theta, sums)

    return Readers(_predict(kernels.predict(n)), _residuals(kernels.residuals(n)), mse, split_mse)


def _predict(rows_predict):
    @compiled
    def predict(X, theta, out):
        if _alone(X):
            first, last = share(len(X), 0, 1)
            rows_predict(X, theta, first, last, out)
        else:
            _predict_in_parts(address(rows_predict, (X, theta, 0, 0, out)), X, theta, out)

    return predict


@parallel
def _predict_in_parts(rows_predict, X, theta, out):
    threads = get_num_threads()
    for part in prange(threads):
        first, last = share(len(X), part, threads)
        call(rows_predict, (X, theta, first, last, out))


def _residuals(rows_residuals):
    @compiled
    def residuals(X, y, theta, out):
        if _alone(X):
            first, last = share(len(y), 0, 1)
            rows_residuals(X, y, theta, first, last, out)
        else:
            _residuals_in_parts(address(rows_residuals, (X, y, theta, 0, 0, out)), X, y, theta, out)

    return residuals


@parallel
def _residuals_in_parts(rows_residuals, X, y, theta, out):
    threads = get_num_threads()
    for part in prange(threads):
        first, last = share(len(y), part, threads)
        call(rows_residuals, (X, y, theta, first, last, out))


def _mean_square(rows_squares):
    @compiled
    def squares(X, y, theta, first, last, total):
        # Block by block: in float32 one sum of a million terms loses digits.
        added = y.dtype.type(0)
        for start in range(first, last, SUMMED):
            added += rows_squares(X, y, theta, start, min(last, start + SUMMED))
        total[0] = added

    @compiled
    def mean_square(X, y, theta, sums):
        if _alone(X):
            squares(X, y, theta, 0, len(y), sums[0])
            return sums[0, 0] / len(y)
        _add_in_parts(address(squares, (X, y, theta, 0, 0, sums[0])), X, y, theta, sums)
        return _added(sums, 0) / len(y)

    return mean_square


@cache
def _descents(n):
    rows_add_gradient = (fused if n is None else rows).add_gradient(n)

    @inlined
    def slope_into(X, y, theta, sums, slope):
        if _alone(X):
            slope[:] = 0
            first, last = share(len(y), 0, 1)
            rows_add_gradient(X, y, theta, first, last, slope)
        else:
            _add_in_parts(address(rows_add_gradient, (X, y, theta, 0, 0, slope)), X, y, theta, sums)
            for j in range(len(slope)):
                slope[j] = _added(sums, j)
        slope *= slope.dtype.type(2 / len(y))

    @compiled
    def gradient(X, y, theta, sums, slope):
        slope_into(X, y, theta, sums, slope)

    @compiled
    def gradient_descent(X, y, theta0, learning_rate, steps, sums, slope, theta):
        theta[:] = theta0
        for _ in range(steps):
            slope_into(X, y, theta, sums, slope)
            for j in range(len(theta)):
                theta[j] -= learning_rate * slope[j]

    return Descents(gradient, gradient_descent)


@parallel
def _add_in_parts(rows_add, X, y, theta, sums):
    """What ``rows_add`` adds up, of every part in a row of ``sums``."""
    for part in prange(len(sums)):
        first, last = share(len(y), part, len(sums))
        sums[part] = 0
        call(rows_add, (X, y, theta, first, last, sums[part]))


@compiled
def _added(sums, column):
    total = sums.dtype.type(0)
    for part in range(len(sums)):
        total += sums[part, column]
    return total


@compiled
def _alone(X):
    return X.size * X.itemsize < ALONE_BYTES or get_num_threads() == 1


@compiled
def _total(y, sums):
    if _alone(y):
        return fused.total(y, 0, len(y))
    _total_in_parts(y, sums)
    return _added(sums, 0)


@parallel
def _total_in_parts(y, sums):
    for part in prange(len(sums)):
        first, last = share(len(y), part, len(sums))
        sums[part, 0] = fused.total(y, first, last)


@compiled
def _deviations(y, y_predicted, mean, sums):
    if _alone(y):
        return fused.deviations(y, y_predicted, mean, 0, len(y))
    _deviations_in_parts(y, y_predicted, mean, sums)
    return _added(sums, 0), _added(sums, 1)


@parallel
def _deviations_in_parts(y, y_predicted, mean, sums):
    for part in prange(len(sums)):
        first, last = share(len(y), part, len(sums))
        sums[part, 0], sums[part, 1] = fused.deviations(y, y_predicted, mean, first, last)


@parallel
def _columns(X, y, theta, columns):
    """x₀, x₁ and y − Xθ without their share."""
    for i in prange(len(y)):
        columns[0, i], columns[1, i] = X[i, 0], X[i, 1]
        columns[2, i] = y[i] - fused.dot(X[i, 2:], theta[2:])


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
                surface[row, column] += fused.plane_squares(x0, x1, e, theta0_values[column], theta1_values[row])
        for column in range(len(theta0_values)):
            surface[row, column] /= m
