"""TensorFlow compiled by XLA, `tf.function(jit_compile=True)`: the operators of a formula are fused."""

from functools import partial

import tensorflow as tf

from . import _tensorflow as formulas

LIBRARY = "tensorflow"

_compiled = partial(tf.function, jit_compile=True)

predict = _compiled(formulas.predict)
residuals = _compiled(formulas.residuals)
mse = _compiled(formulas.mse)
gradient = _compiled(formulas.gradient)
gradient_descent = _compiled(formulas.gradient_descent)
r2 = _compiled(formulas.r2)
split_mse = _compiled(formulas.split_mse)


@_compiled
def cost_surface(X, y, theta, theta0_values, theta1_values):
    rest = formulas.predict(X[:, 2:], theta[2:]) - y

    def row(theta1):
        base = rest + theta1 * X[:, 1]
        return tf.reduce_mean(tf.square(base[:, None] + X[:, :1] * theta0_values), axis=0)

    return tf.map_fn(row, theta1_values)
