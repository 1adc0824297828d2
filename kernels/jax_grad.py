"""JAX with `jax.grad` of the loss and one compiled step called in a Python loop: as in most tutorials."""

import jax
import jax.numpy as jnp

LIBRARY = "jax"


@jax.jit
def mse(X, y, theta):
    errors = jnp.dot(X, theta, precision="highest") - y
    return jnp.mean(errors**2)


gradient = jax.jit(jax.grad(mse, argnums=2))


def gradient_descent(X, y, theta0, learning_rate, steps):
    theta = theta0
    for _ in range(steps):
        theta = _step(X, y, theta, learning_rate)
    return theta


@jax.jit
def _step(X, y, theta, learning_rate):
    return theta - learning_rate * gradient(X, y, theta)
