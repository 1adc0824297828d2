"""Ways to write the gradient in several frameworks, side by side: ``python tests/audit/idioms.py [m n] [framework]…``.

Each framework in five fresh processes on all cores; ways take turns, a round each. Prints the median over
processes of the median ratio to what is written first, and the spread.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from operator import truediv

from idioms_more import numexpr_ways, onnxruntime_ways, polars_ways, pytensor_ways

PROCESSES, ROUNDS = 5, 15
FRAMEWORKS = ("jax", "tensorflow", "torch", "numexpr", "onnxruntime", "polars", "pytensor")
MORE = {
    "numexpr": numexpr_ways,
    "onnxruntime": onnxruntime_ways,
    "polars": polars_ways,
    "pytensor": pytensor_ways,
}
BLOCK_ROWS = 2000


def jax_ways(X, y, theta):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    m, n = X.shape
    X, y, theta = map(jnp.asarray, (X, y, theta))

    def blocks(X, y, theta):
        def add(total, block):
            rows, target = block
            return total + (rows @ theta - target) @ rows, None

        parts = X.reshape(-1, BLOCK_ROWS, n), y.reshape(-1, BLOCK_ROWS)
        return 2 / m * jax.lax.scan(add, jnp.zeros_like(theta), parts)[0]

    ways = {
        "X.T @ errors": lambda X, y, theta: 2 / m * (X.T @ (X @ theta - y)),
        "errors @ X": lambda X, y, theta: 2 / m * ((X @ theta - y) @ X),
        "einsum": lambda X, y, theta: 2 / m * jnp.einsum("ij,i->j", X, X @ theta - y),
        "sum of products": lambda X, y, theta: 2 / m * jnp.sum((X @ theta - y)[:, None] * X, axis=0),
        "scan over blocks of rows": blocks,
        "grad of the loss": jax.grad(lambda theta, X, y: jnp.mean((X @ theta - y) ** 2)),
    }
    order = {"grad of the loss": (theta, X, y)}
    return {name: _waiting(jax.jit(way), order.get(name, (X, y, theta))) for name, way in ways.items()}


def _waiting(function, arguments):
    return lambda: function(*arguments).block_until_ready()


def tensorflow_ways(X, y, theta):
    import tensorflow as tf

    m, n = X.shape
    X, y, theta = map(tf.constant, (X, y, theta))

    def blocks(X, y, theta):
        total = tf.zeros_like(theta)
        for first in tf.range(0, m, BLOCK_ROWS):
            rows = X[first : first + BLOCK_ROWS]
            errors = tf.linalg.matvec(rows, theta) - y[first : first + BLOCK_ROWS]
            total += tf.linalg.matvec(rows, errors, transpose_a=True)
        return 2 / m * total

    def tape(X, y, theta):
        with tf.GradientTape() as tape:
            tape.watch(theta)
            loss = tf.reduce_mean(tf.square(tf.linalg.matvec(X, theta) - y))
        return tape.gradient(loss, theta)

    def transposed(X, y, theta):
        return 2 / m * tf.linalg.matvec(X, tf.linalg.matvec(X, theta) - y, transpose_a=True)

    def columns(X, y, theta):
        errors = X @ theta[:, None] - y[:, None]
        return 2 / m * tf.reshape(tf.matmul(errors, X, transpose_a=True), (n,))

    def einsum(X, y, theta):
        return 2 / m * tf.einsum("ij,i->j", X, tf.linalg.matvec(X, theta) - y)

    plain = {"matvec, transposed": transposed, "matmul of columns": columns, "einsum": einsum}
    plain |= {"loop over blocks of rows": blocks, "GradientTape": tape}
    ways = {name: tf.function(way) for name, way in plain.items()}
    ways |= {f"{name}, XLA": tf.function(plain[name], jit_compile=True) for name in ("matvec, transposed", "einsum")}
    return {name: _calling(way, (X, y, theta)) for name, way in ways.items()}


def _calling(function, arguments):
    return lambda: function(*arguments).numpy()


def torch_ways(X, y, theta):
    import torch

    m = len(y)
    X, y, theta = map(torch.from_numpy, (X, y, theta))
    errors, slope = torch.empty_like(y), torch.empty_like(theta)

    def into_buffers():
        torch.addmv(y, X, theta, beta=-1, out=errors)
        return slope.addmv_(X.T, errors, alpha=2 / m, beta=0)

    def blocks():
        slope.zero_()
        for first in range(0, m, BLOCK_ROWS):
            rows, target = X[first : first + BLOCK_ROWS], y[first : first + BLOCK_ROWS]
            slope.addmv_(rows.T, torch.addmv(target, rows, theta, beta=-1, out=errors[: len(target)]), alpha=2 / m)
        return slope

    return {
        "X.T @ errors": lambda: 2 / m * (X.T @ (X @ theta - y)),
        "errors @ X": lambda: 2 / m * ((X @ theta - y) @ X),
        "addmv into buffers": into_buffers,
        "addmv over blocks of rows": blocks,
    }


def measure(framework, m, n):
    """Seconds of a call by way: medians of rounds in which all take turns. Wrong answers raise."""
    import numpy as np

    rng = np.random.default_rng(0)
    X, theta, y = rng.standard_normal((m, n)), rng.standard_normal(n), rng.standard_normal(m)
    expected = 2 / m * (X.T @ (X @ theta - y))
    make = MORE.get(framework) or globals()[f"{framework}_ways"]
    ways = make(X, y, theta)
    for way in ways.values():
        np.testing.assert_allclose(np.asarray(way()), expected, rtol=1e-8)
    seconds = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            way()  # what another way left in the caches is not this one's
            started = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - started)
    first = seconds[next(iter(seconds))]
    return {name: statistics.median(map(truediv, first, each)) for name, each in seconds.items()}


def main(m=100_000, n=50, *frameworks):
    for framework in frameworks or FRAMEWORKS:
        command = [sys.executable, __file__, framework, str(m), str(n)]
        quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        runs = [json.loads(subprocess.check_output(command, text=True, env=quiet)) for _ in range(PROCESSES)]
        for name in runs[0]:
            found = sorted(run[name] for run in runs)
            middle, spread = found[PROCESSES // 2], f"{found[0]:.2f} to {found[-1]:.2f}"
            print(f"{framework:11} m={m} n={n}  {name:26} {middle:6.2f}  ({spread})", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in FRAMEWORKS:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
    else:
        main(*map(int, sys.argv[1:3]), *sys.argv[3:])
