"""Pallas on JAX's arrays: one pass over X, a block of rows at a time; sums of the blocks are added by JAX.

It is written for GPUs and was never timed on one. On a CPU, Pallas's interpreter runs it, to verify it.
"""

from functools import partial

import jax
import jax.numpy as jnp
from jax.experimental import pallas as pl

LIBRARY = "jax"
DEVICE = "cuda"

BLOCK_ROWS = 64


@jax.jit
def predict(X, theta):
    return _over_rows(_predict, X, theta[None])


@jax.jit
def residuals(X, y, theta):
    return _over_rows(_residuals, X, y, theta[None])


@jax.jit
def mse(X, y, theta):
    m = len(X)
    return jnp.sum(_over_blocks(partial(_squares, m=m), (1,), X, y, theta[None])) / m


@jax.jit
def gradient(X, y, theta):
    m, n = X.shape
    return 2 / m * jnp.sum(_over_blocks(partial(_slopes, m=m), (n,), X, y, theta[None]), axis=0)


@jax.jit
def gradient_descent(X, y, theta0, learning_rate, steps):
    def step(_, theta):
        return theta - learning_rate * gradient(X, y, theta)

    return jax.lax.fori_loop(0, steps, step, theta0)


@jax.jit
def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return jnp.stack([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])


def _predict(X, theta, out):
    out[...] = jnp.sum(X[...] * theta[...], axis=1)


def _residuals(X, y, theta, out):
    out[...] = y[...] - jnp.sum(X[...] * theta[...], axis=1)


def _squares(X, y, theta, out, m):
    errors = jnp.sum(X[...] * theta[...], axis=1) - y[...]
    out[...] = jnp.sum(jnp.where(_inside(m), errors**2, 0), keepdims=True)[None]


def _slopes(X, y, theta, out, m):
    errors = jnp.sum(X[...] * theta[...], axis=1) - y[...]
    out[...] = jnp.sum(jnp.where(_inside(m)[:, None], errors[:, None] * X[...], 0), axis=0)[None]


def _inside(m):
    """Rows of this block that X has: what follows its last row is undefined."""
    return pl.program_id(0) * BLOCK_ROWS + jnp.arange(BLOCK_ROWS) < m


def _over_rows(kernel, X, *others):
    m = len(X)
    shape = jax.ShapeDtypeStruct((m,), X.dtype)
    return _call(kernel, shape, pl.BlockSpec((BLOCK_ROWS,), lambda i: (i,)), X, *others)


def _over_blocks(kernel, width, X, *others):
    blocks = pl.cdiv(len(X), BLOCK_ROWS)
    shape = jax.ShapeDtypeStruct((blocks, *width), X.dtype)
    return _call(kernel, shape, pl.BlockSpec((1, *width), lambda i: (i, 0)), X, *others)


def _call(kernel, shape, out_spec, X, *others):
    m, n = X.shape
    block, target = pl.BlockSpec((BLOCK_ROWS, n), lambda i: (i, 0)), pl.BlockSpec((BLOCK_ROWS,), lambda i: (i,))
    parameters = pl.BlockSpec((1, n), lambda i: (0, 0))
    return pl.pallas_call(
        kernel,
        out_shape=shape,
        grid=(pl.cdiv(m, BLOCK_ROWS),),
        in_specs=[block, *[target] * (len(others) - 1), parameters],
        out_specs=out_spec,
        interpret=jax.default_backend() == "cpu",
    )(X, *others)
