"""Dask: row chunks in parallel, each read once; the only one here that leaves memory and the machine."""

import dask.array as da
import numpy as np

LIBRARY = "dask"
STREAMS = True

BLOCK_BYTES = 2**18
"""What of a chunk stays in a second-level cache."""


def predict(X, theta):
    return X.map_blocks(np.dot, theta, drop_axis=1, dtype=X.dtype)


def residuals(X, y, theta):
    return _beside(X, y) - predict(X, theta)


def mse(X, y, theta):
    return _sum_of_chunks(_squares, X, y, theta, 1)[0] / X.dtype.type(len(y))


def gradient(X, y, theta):
    return X.dtype.type(2 / len(y)) * _sum_of_chunks(_slope, X, y, theta, len(theta))


def gradient_descent(X, y, theta0, learning_rate, steps):
    theta = theta0
    for _ in range(steps):
        # A step needs all of the one before: a graph of all steps at once would only be longer.
        theta = theta - learning_rate * gradient(X, y, theta).compute()
    return theta


def r2(y, y_predicted):
    total = ((y - y.mean()) ** 2).sum()
    unexplained = ((y - y_predicted) ** 2).sum()
    return da.where(total == 0, y.dtype.type(np.nan), 1 - unexplained / total)


def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return da.stack([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])


def _beside(X, y):
    """y in the chunks of X's rows."""
    return y.rechunk((X.chunks[0],))


def _sum_of_chunks(function, X, y, theta, columns):
    """Σ function(chunk of X, chunk of y, theta) over all chunks: (columns,)."""
    parts = da.map_blocks(
        function, X, _beside(X, y)[:, None], theta, chunks=((1,) * X.numblocks[0], (columns,)), dtype=X.dtype
    )
    return parts.sum(axis=0)


def _squares(X, y, theta):
    total = X.dtype.type(0)
    for block, target in _blocks(X, y):
        errors = block @ theta - target
        total += errors @ errors
    return np.full((1, 1), total)


def _slope(X, y, theta):
    slope = np.zeros_like(theta)
    for block, target in _blocks(X, y):
        slope += (block @ theta - target) @ block
    return slope[None]


def _blocks(X, y):
    rows = max(1, BLOCK_BYTES // (X.shape[1] * X.itemsize))
    for first in range(0, len(X), rows):
        yield X[first : first + rows], y[first : first + rows, 0]
