"""The mathematics in TensorFlow's terms, for each of the ways to run it."""

import tensorflow as tf

# TF32 keeps 10 bits of a float32 fraction: it is another precision, not a faster float32.
tf.config.experimental.enable_tensor_float_32_execution(False)


def predict(X, theta):
    return tf.linalg.matvec(X, theta)


def residuals(X, y, theta):
    return y - tf.linalg.matvec(X, theta)


def mse(X, y, theta):
    return tf.reduce_mean(tf.square(tf.linalg.matvec(X, theta) - y))


def gradient(X, y, theta):
    errors = tf.linalg.matvec(X, theta) - y
    return 2 / X.shape[0] * tf.linalg.matvec(X, errors, transpose_a=True)


def gradient_descent(X, y, theta0, learning_rate, steps):
    theta = theta0
    for _ in tf.range(steps):
        theta = theta - learning_rate * gradient(X, y, theta)
    return theta


def r2(y, y_predicted):
    total = tf.reduce_sum(tf.square(y - tf.reduce_mean(y)))
    unexplained = tf.reduce_sum(tf.square(y - y_predicted))
    undefined = tf.constant(float("nan"), y.dtype)
    return tf.where(total == 0, undefined, 1 - unexplained / total)


def cost_surface(X, y, theta, theta0_values, theta1_values):
    rest = tf.linalg.matvec(X[:, 2:], theta[2:]) - y
    moved = theta0_values[:, None] * X[:, 0]

    def row(theta1):
        return tf.reduce_mean(tf.square(moved + (rest + theta1 * X[:, 1])), axis=1)

    return tf.map_fn(row, theta1_values)


def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return tf.stack([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])
