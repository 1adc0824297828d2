"""TensorFlow with `GradientTape`, a traced step called in a Python loop: as in most tutorials."""

import tensorflow as tf

from . import _tensorflow as formulas

LIBRARY = "tensorflow"


@tf.function
def mse(X, y, theta):
    return formulas.mse(X, y, theta)


@tf.function
def gradient(X, y, theta):
    with tf.GradientTape() as tape:
        tape.watch(theta)
        loss = formulas.mse(X, y, theta)
    return tape.gradient(loss, theta)


def gradient_descent(X, y, theta0, learning_rate, steps):
    theta = theta0
    for _ in range(steps):
        theta = _step(X, y, theta, learning_rate)
    return theta


@tf.function
def _step(X, y, theta, learning_rate):
    return theta - learning_rate * gradient(X, y, theta)
