"""Compiled: XᵀX and Xᵀy in one pass over X on all threads, then steps of n² in the same call. Another algorithm."""

import numpy as np
from numba import get_num_threads, prange

from ._numba import products
from ._numba.fused import ALONE_BYTES, compiled, dot, lines, parallel, share

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
    rows, columns = (1, 1) if _leaves_to_blas(like) else products.block(n, like.dtype)
    threads = get_num_threads()
    sums = empty(threads, columns, columns), empty(threads, rows, columns)
    return *sums, empty(n, n), empty(n), empty(n), empty(n)


def gradient_descent(X, y, theta0, learning_rate, steps, workspace):
    sums, rows, gram, moment, slope, theta = workspace
    if _leaves_to_blas(X):
        np.matmul(X.T, X, out=gram)
        np.matmul(X.T, y, out=moment)
    else:
        _gram_in_parts(X, y, sums, rows, gram, moment)
    _descend(gram, moment, theta0, learning_rate * (2 / len(y)), steps, slope, theta)
    return theta


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


@parallel
def _gram_in_parts(X, y, sums, rows, gram, moment):
    n = len(moment)
    for part in prange(len(sums)):
        first, last = share(len(y), part, len(sums))
        sums[part] = 0
        products.add_products(X, y, first, last, rows[part], sums[part])
    for j in range(n):
        moment[j] = sums[:, n, j].sum()
        for k in range(j + 1):
            gram[j, k] = gram[k, j] = sums[:, j, k].sum()


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
