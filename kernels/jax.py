"""JAX, each operation one compiled function, the descent a `fori_loop` inside it: JAX's own advice."""

import jax
import jax.numpy as jnp

LIBRARY = "jax"


@jax.jit
def predict(X, theta):
    return _dot(X, theta)


@jax.jit
def residuals(X, y, theta):
    return y - _dot(X, theta)


@jax.jit
def mse(X, y, theta):
    return jnp.mean((_dot(X, theta) - y) ** 2)


@jax.jit
def gradient(X, y, theta):
    return 2 / len(y) * _dot(_dot(X, theta) - y, X)


@jax.jit
def gradient_descent(X, y, theta0, learning_rate, steps):
    def step(_, theta):
        return theta - learning_rate * gradient(X, y, theta)

    return jax.lax.fori_loop(0, steps, step, theta0)


@jax.jit
def r2(y, y_predicted):
    total = jnp.sum((y - jnp.mean(y)) ** 2)
    unexplained = jnp.sum((y - y_predicted) ** 2)
    return jnp.where(total == 0, jnp.nan, 1 - unexplained / total)


@jax.jit
def cost_surface(X, y, theta, theta0_values, theta1_values):
    rest = _dot(X[:, 2:], theta[2:]) - y

    def row(theta1):
        base = rest + theta1 * X[:, 1]
        return jnp.mean((base[:, None] + X[:, :1] * theta0_values) ** 2, axis=0)

    return jax.lax.map(row, theta1_values)


@jax.jit
def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return jnp.stack([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])


def _dot(a, b):
    # On GPUs the default precision is TF32, which keeps 10 bits of a float32 fraction.
    return jnp.dot(a, b, precision="highest")
