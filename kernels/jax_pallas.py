"""Pallas on JAX's arrays, by its Triton compiler: one pass over X; JAX adds the sums of the programs.

On a CPU, Pallas's interpreter runs it, to verify it.
"""

from functools import partial

import jax
import jax.numpy as jnp
from jax.experimental import pallas as pl
from jax.experimental.pallas.triton import CompilerParams, load, store

LIBRARY = "jax"
DEVICE = "cuda"

TILE_BYTES = 2**15
"""Of X, held by one program at once."""

MOST_FEATURES = 4096
MOST_PROGRAMS = 512


def unsupported(operation, sizes, dtype, device):
    too_wide = sizes.get("n", 1) > MOST_FEATURES
    return f"a tile holds whole rows, of at most {MOST_FEATURES} features" if too_wide else ""


@jax.jit
def predict(X, theta):
    return _call(_predict, X, theta)


@jax.jit
def residuals(X, y, theta):
    return _call(_residuals, X, theta, y)


@jax.jit
def mse(X, y, theta):
    return jnp.sum(_call(_squares, X, theta, y, sums=1)) / len(X)


@jax.jit
def gradient(X, y, theta):
    m, n = X.shape
    return 2 / m * jnp.sum(_call(_slopes, X, theta, y, sums=_tile(X)[1]), axis=0)[:n]


@jax.jit
def gradient_descent(X, y, theta0, learning_rate, steps):
    def step(_, theta):
        return theta - learning_rate * gradient(X, y, theta)

    return jax.lax.fori_loop(0, steps, step, theta0)


@jax.jit
def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return jnp.stack([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])


def _predict(each_tile, X, theta, out):
    def keep(_, rows, inside, tile, predicted):
        store(out.at[rows], predicted, mask=inside)

    each_tile(keep, None, X, theta)


def _residuals(each_tile, X, theta, y, out):
    def keep(_, rows, inside, tile, predicted):
        store(out.at[rows], load(y.at[rows], mask=inside, other=0) - predicted, mask=inside)

    each_tile(keep, None, X, theta)


def _squares(each_tile, X, theta, y, out):
    def add(total, rows, inside, tile, predicted):
        errors = predicted - load(y.at[rows], mask=inside, other=0)
        return total + jnp.sum(errors * errors, keepdims=True)

    out[...] = each_tile(add, jnp.zeros(out.shape, out.dtype), X, theta)


def _slopes(each_tile, X, theta, y, out):
    def add(total, rows, inside, tile, predicted):
        errors = predicted - load(y.at[rows], mask=inside, other=0)
        return total + jnp.sum(errors[:, None] * tile, axis=0)

    out[...] = each_tile(add, jnp.zeros(out.shape, out.dtype), X, theta)


def _call(kernel, X, theta, *targets, sums=0):
    """One output for each row, or ``sums`` of them for each program."""
    (m, n), (height, width) = X.shape, _tile(X)
    tiles = pl.cdiv(m, height)
    programs = min(MOST_PROGRAMS, tiles)
    each = pl.cdiv(tiles, programs)
    by_row = pl.BlockSpec((each * height,), lambda i: (i,))
    return pl.pallas_call(
        partial(kernel, partial(_each_tile, m, n, height, each)),
        grid=(programs,),
        in_specs=[
            pl.BlockSpec((each * height, width), lambda i: (i, 0)),
            pl.BlockSpec((width,), lambda i: (0,)),
            *[by_row] * len(targets),
        ],
        out_shape=jax.ShapeDtypeStruct((programs, sums) if sums else (m,), X.dtype),
        out_specs=pl.BlockSpec((None, sums), lambda i: (i, 0)) if sums else by_row,
        interpret=jax.default_backend() == "cpu",
        compiler_params=CompilerParams(),
    )(X, theta, *targets)


def _tile(X):
    """Rows and columns of a tile: powers of two, as Triton wants them."""
    width = pl.next_power_of_2(X.shape[1])
    return max(1, TILE_BYTES // (X.dtype.itemsize * width)), width


def _each_tile(m, n, height, tiles, then, start, X, theta):
    """What ``then`` returns at last: it takes what it returned before, a tile's rows, which of them X has, and more."""
    columns = jnp.arange(X.shape[1]) < n
    slopes = load(theta, mask=columns, other=0)
    first = pl.program_id(0) * tiles

    def one(k, before):
        rows = pl.ds(k * height, height)
        inside = (first + k) * height + jnp.arange(height) < m
        tile = load(X.at[rows], mask=inside[:, None] & columns[None, :], other=0)
        return then(before, rows, inside, tile, jnp.sum(tile * slopes[None, :], axis=1))

    return jax.lax.fori_loop(0, tiles, one, start)
