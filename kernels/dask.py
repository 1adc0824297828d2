"""Dask: row chunks in parallel, each read once; it also works out of core and on a cluster."""

import dask.array as da
import numpy as np
from dask.base import compute
from dask.delayed import delayed

LIBRARY = "dask"
STREAMS = True

BLOCK_BYTES = 2**18
"""What of a chunk stays in a second-level cache."""


def predict(X, theta):
    return X.map_blocks(np.dot, theta, drop_axis=1, dtype=X.dtype)


def residuals(X, y, theta):
    return _beside(X, y) - predict(X, theta)


def mse(X, y, theta):
    return np.asarray(_total(_squares, _chunks(X, y), theta) / X.dtype.type(len(y)))


def gradient(X, y, theta):
    return X.dtype.type(2 / len(y)) * _total(_slope, _chunks(X, y), theta)


def gradient_descent(X, y, theta0, learning_rate, steps):
    chunks, rate, theta = _chunks(X, y), X.dtype.type(2 * learning_rate / len(y)), np.asarray(theta0)
    for _ in range(steps):
        # A step needs all of the one before: a graph of all steps at once would only be longer.
        theta = theta - rate * _total(_slope, chunks, theta)
    return theta


def r2(y, y_predicted):
    total = ((y - y.mean()) ** 2).sum()
    unexplained = ((y - y_predicted) ** 2).sum()
    return da.where(total == 0, y.dtype.type(np.nan), 1 - unexplained / total)


def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return np.stack([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])


def _beside(X, y):
    """y in the chunks of X's rows."""
    return y.rechunk((X.chunks[0],))


def _chunks(X, y):
    """(rows of X, their y), for each chunk."""
    return list(zip(X.to_delayed().flat, _beside(X, y).to_delayed().flat, strict=True))


def _total(function, chunks, theta):
    """Σ function(chunk of X, chunk of y, theta): one task a chunk, where an array's own graph has five."""
    task = delayed(function, pure=False)
    return sum(compute(*(task(X, y, theta) for X, y in chunks)))


def _squares(X, y, theta):
    total = X.dtype.type(0)
    for block, target in _blocks(X, y):
        errors = block @ theta - target
        total += errors @ errors
    return total


def _slope(X, y, theta):
    slope = np.zeros_like(theta)
    for block, target in _blocks(X, y):
        slope += (block @ theta - target) @ block
    return slope


def _blocks(X, y):
    rows = max(1, BLOCK_BYTES // (X.shape[1] * X.itemsize))
    for first in range(0, len(X), rows):
        yield X[first : first + rows], y[first : first + rows]
