"""Compiled loops over a range of rows: each row is read from memory once, four rows share a load of theta."""

import numpy as np
from numba import njit

FLAGS = {"reassoc", "contract", "nsz", "arcp"}
"""Not all of fastmath: it assumes that no value is NaN or infinite, and a diverging descent has both."""

SUMMED = 4096
"""Terms of one sum: a single one of a million terms loses digits in float32."""

compiled = njit(fastmath=FLAGS, error_model="numpy")
parallel = njit(fastmath=FLAGS, error_model="numpy", parallel=True)


@compiled
def predict(X, theta, first, last, out):
    whole = first + (last - first) // 4 * 4
    zero = theta.dtype.type(0)
    for i in range(first, whole, 4):
        x0, x1, x2, x3 = X[i], X[i + 1], X[i + 2], X[i + 3]
        p0, p1, p2, p3 = zero, zero, zero, zero
        for j in range(len(theta)):
            p0 += x0[j] * theta[j]
            p1 += x1[j] * theta[j]
            p2 += x2[j] * theta[j]
            p3 += x3[j] * theta[j]
        out[i], out[i + 1], out[i + 2], out[i + 3] = p0, p1, p2, p3
    for i in range(whole, last):
        out[i] = dot(X[i], theta)


@compiled
def residuals(X, y, theta, first, last, out):
    whole = first + (last - first) // 4 * 4
    for i in range(first, whole, 4):
        x0, x1, x2, x3 = X[i], X[i + 1], X[i + 2], X[i + 3]
        e0, e1, e2, e3 = y[i], y[i + 1], y[i + 2], y[i + 3]
        for j in range(len(theta)):
            e0 -= x0[j] * theta[j]
            e1 -= x1[j] * theta[j]
            e2 -= x2[j] * theta[j]
            e3 -= x3[j] * theta[j]
        out[i], out[i + 1], out[i + 2], out[i + 3] = e0, e1, e2, e3
    for i in range(whole, last):
        out[i] = y[i] - dot(X[i], theta)


@compiled
def squares(X, y, theta, first, last):
    """Σ(Xθ − y)² over rows first … last, block by block: in float32 one sum of a million terms loses digits."""
    added = y.dtype.type(0)
    for start in range(first, last, SUMMED):
        added += _squares(X, y, theta, start, min(last, start + SUMMED))
    return added


@compiled
def _squares(X, y, theta, first, last):
    whole = first + (last - first) // 4 * 4
    total = y.dtype.type(0)
    for i in range(first, whole, 4):
        x0, x1, x2, x3 = X[i], X[i + 1], X[i + 2], X[i + 3]
        e0, e1, e2, e3 = -y[i], -y[i + 1], -y[i + 2], -y[i + 3]
        for j in range(len(theta)):
            e0 += x0[j] * theta[j]
            e1 += x1[j] * theta[j]
            e2 += x2[j] * theta[j]
            e3 += x3[j] * theta[j]
        total += (e0 * e0 + e1 * e1) + (e2 * e2 + e3 * e3)
    for i in range(whole, last):
        error = dot(X[i], theta) - y[i]
        total += error * error
    return total


@compiled
def add_gradient(X, y, theta, first, last, slope):
    """Adds Xᵀ(Xθ − y) over rows first … last to slope."""
    whole = first + (last - first) // 4 * 4
    for i in range(first, whole, 4):
        x0, x1, x2, x3 = X[i], X[i + 1], X[i + 2], X[i + 3]
        e0, e1, e2, e3 = -y[i], -y[i + 1], -y[i + 2], -y[i + 3]
        for j in range(len(theta)):
            e0 += x0[j] * theta[j]
            e1 += x1[j] * theta[j]
            e2 += x2[j] * theta[j]
            e3 += x3[j] * theta[j]
        for j in range(len(theta)):
            slope[j] += (e0 * x0[j] + e1 * x1[j]) + (e2 * x2[j] + e3 * x3[j])
    for i in range(whole, last):
        error = dot(X[i], theta) - y[i]
        for j in range(len(theta)):
            slope[j] += error * X[i, j]


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
