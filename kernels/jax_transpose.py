"""JAX with the literal formula, `X.T @ errors`, compiled: the cost of the transpose on a CPU (docs/idioms.md)."""

import jax
import jax.numpy as jnp

LIBRARY = "jax"


@jax.jit
def gradient(X, y, theta):
    return 2 / len(y) * _dot(X.T, _dot(X, theta) - y)


@jax.jit
def gradient_descent(X, y, theta0, learning_rate, steps):
    def step(_, theta):
        return theta - learning_rate * gradient(X, y, theta)

    return jax.lax.fori_loop(0, steps, step, theta0)


def _dot(a, b):
    return jnp.dot(a, b, precision="highest")
