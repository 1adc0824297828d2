"""Compiled loops over a range of rows of any layout, each read once, with the names of `rows`; sums, shares."""

import numpy as np
from numba import njit

FLAGS = {"reassoc", "contract", "nsz", "arcp"}
"""The flags of fastmath except those that assume no NaN and no infinity: a diverging descent has both."""

SUMMED = 4096
"""Terms of one sum: a single sum of a million terms loses digits in float32."""

ALONE_BYTES = 2**19
"""Bytes of X below which waking the other threads costs more than they save."""

compiled = njit(fastmath=FLAGS, error_model="numpy")
parallel = njit(fastmath=FLAGS, error_model="numpy", parallel=True)
inlined = njit(fastmath=FLAGS, error_model="numpy", inline="always")
"""Where a caller that is compiled once more would compile all below it once more."""


def predict(_):
    @compiled
    def rows(X, theta, first, last, out):
        for i in range(first, last):
            out[i] = dot(X[i], theta)

    return rows


def residuals(_):
    @compiled
    def rows(X, y, theta, first, last, out):
        for i in range(first, last):
            out[i] = y[i] - dot(X[i], theta)

    return rows


def squares(_):
    @compiled
    def rows(X, y, theta, first, last):
        total = y.dtype.type(0)
        for i in range(first, last):
            total += (dot(X[i], theta) - y[i]) ** 2
        return total

    return rows


def add_gradient(_):
    @compiled
    def rows(X, y, theta, first, last, slope):
        for i in range(first, last):
            error = dot(X[i], theta) - y[i]
            for j in range(len(theta)):
                slope[j] += error * X[i, j]

    return rows


@compiled
def total(y, first, last):
    added = y.dtype.type(0)
    for i in range(first, last):
        added += y[i]
    return added


@compiled
def deviations(y, y_predicted, mean, first, last):
    """Σ(y − ŷ)² and Σ(y − ȳ)² over rows first … last."""
    unexplained, around_mean = y.dtype.type(0), y.dtype.type(0)
    for i in range(first, last):
        unexplained += (y[i] - y_predicted[i]) ** 2
        around_mean += (y[i] - mean) ** 2
    return unexplained, around_mean


@compiled
def plane_squares(x0, x1, e, theta0, theta1):
    """Σ(θ₀x₀ + θ₁x₁ − e)²."""
    added = e.dtype.type(0)
    for i in range(len(e)):
        error = theta0 * x0[i] + theta1 * x1[i] - e[i]
        added += error * error
    return added


@compiled
def dot(a, b):
    total = b.dtype.type(0)
    for j in range(len(b)):
        total += a[j] * b[j]
    return total


@compiled
def share(rows, part, parts):
    """First and last row of a part: whole groups of four but for the last."""
    size = (rows // parts + 3) // 4 * 4
    return min(rows, part * size), rows if part == parts - 1 else min(rows, (part + 1) * size)


def lines(count, dtype):
    """How many numbers keep the sums of two threads off one cache line, and off the line that is fetched beside it."""
    each = 128 // np.dtype(dtype).itemsize
    return -(-count // each) * each
