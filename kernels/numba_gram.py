"""Compiled: XᵀX and Xᵀy in one pass over X on all threads, then steps of n² in the same call. Another algorithm."""

import numpy as np
from numba import get_num_threads, prange

from ._fused import ALONE_BYTES, compiled, dot, lines, parallel, share

LIBRARY = "numpy"
ALGORITHM = "gram"

MOST_FEATURES = 128
"""Beyond, XᵀX leaves the second cache, and the blocking of BLAS wins."""


def workspace(operation, inputs):
    like, n = inputs["X"], inputs["X"].shape[1]

    def empty(*shape):
        return np.empty_like(like, shape=shape)

    if operation == "cost_surface":
        grid = len(inputs["theta1_values"]), len(inputs["theta0_values"])
        return empty(get_num_threads(), lines(6, like.dtype)), empty(*grid)
    own = 0 if _leaves_to_blas(like) else n
    sums = empty(get_num_threads(), own + 1, lines(own, like.dtype))
    return sums, empty(n, n), empty(n), empty(n), empty(n)


def gradient_descent(X, y, theta0, learning_rate, steps, workspace):
    sums, gram, moment, slope, theta = workspace
    if _leaves_to_blas(X):
        np.matmul(X.T, X, out=gram)
        np.matmul(X.T, y, out=moment)
    else:
        _products(X, y, sums, gram, moment)
    return _descend(gram, moment, theta0, learning_rate * (2 / len(y)), steps, slope, theta)


def _leaves_to_blas(X):
    return X.shape[1] > MOST_FEATURES or X.nbytes < ALONE_BYTES


@compiled
def cost_surface(X, y, theta, theta0_values, theta1_values, workspace):
    # Only two components move: six products of the columns x₀, x₁ and rest give every point.
    sums, surface = workspace
    _plane_products(X, y, theta, sums)
    aa, ab, bb, ac, bc, cc = [sums[:, place].sum() / len(y) for place in range(6)]
    for row in range(len(theta1_values)):
        b = theta1_values[row]
        for column in range(len(theta0_values)):
            a = theta0_values[column]
            surface[row, column] = (a * a * aa + b * b * bb + cc) + 2 * (a * b * ab + a * ac + b * bc)
    return surface


@compiled
def _descend(gram, moment, theta0, rate, steps, slope, theta):
    theta[:] = theta0
    for _ in range(steps):
        for j in range(len(theta)):
            slope[j] = dot(gram[j], theta) - moment[j]
        for j in range(len(theta)):
            theta[j] -= rate * slope[j]
    return theta


@parallel
def _products(X, y, sums, gram, moment):
    n = len(moment)
    for part in prange(len(sums)):
        first, last = share(len(y), part, len(sums))
        sums[part] = 0
        _add_products(X, y, first, last, sums[part])
    for j in range(n):
        moment[j] = sums[:, n, j].sum()
        for k in range(j + 1):
            gram[j, k] = gram[k, j] = sums[:, j, k].sum()


@compiled
def _add_products(X, y, first, last, sums):
    """Adds the lower triangle of XᵀX over some rows to sums, and Xᵀy to its last row."""
    n = X.shape[1]
    whole = first + (last - first) // 4 * 4
    for i in range(first, whole, 4):
        x0, x1, x2, x3 = X[i], X[i + 1], X[i + 2], X[i + 3]
        for j in range(n):
            a0, a1, a2, a3 = x0[j], x1[j], x2[j], x3[j]
            line = sums[j]
            for k in range(j + 1):
                line[k] += (a0 * x0[k] + a1 * x1[k]) + (a2 * x2[k] + a3 * x3[k])
        moment = sums[n]
        for k in range(n):
            moment[k] += (y[i] * x0[k] + y[i + 1] * x1[k]) + (y[i + 2] * x2[k] + y[i + 3] * x3[k])
    for i in range(whole, last):
        for j in range(n):
            for k in range(j + 1):
                sums[j, k] += X[i, j] * X[i, k]
            sums[n, j] += y[i] * X[i, j]


@parallel
def _plane_products(X, y, theta, sums):
    for part in prange(len(sums)):
        first, last = share(len(y), part, len(sums))
        aa = ab = bb = ac = bc = cc = y.dtype.type(0)
        for i in range(first, last):
            a, b, c = X[i, 0], X[i, 1], dot(X[i, 2:], theta[2:]) - y[i]
            aa += a * a
            ab += a * b
            bb += b * b
            ac += a * c
            bc += b * c
            cc += c * c
        sums[part, 0], sums[part, 1], sums[part, 2] = aa, ab, bb
        sums[part, 3], sums[part, 4], sums[part, 5] = ac, bc, cc
