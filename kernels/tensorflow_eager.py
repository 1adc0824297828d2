"""TensorFlow run eagerly, operator by operator: the default without `tf.function`."""

import tensorflow as tf

from ._tensorflow import gradient, mse, predict, r2, residuals, split_mse

__all__ = [
    "cost_surface",
    "gradient",
    "gradient_descent",
    "mse",
    "predict",
    "r2",
    "residuals",
    "split_mse",
]

LIBRARY = "tensorflow"


def cost_surface(X, y, theta, theta0_values, theta1_values):
    rest = predict(X[:, 2:], theta[2:]) - y
    moved = theta0_values[:, None] * X[:, 0]

    def row(theta1):
        return tf.reduce_mean(tf.square(moved + (rest + theta1 * X[:, 1])), axis=1)

    return tf.stack([row(theta1) for theta1 in tf.unstack(theta1_values)])


def gradient_descent(X, y, theta0, learning_rate, steps):
    theta = theta0
    for _ in range(steps):
        theta = theta - learning_rate * gradient(X, y, theta)
    return theta
