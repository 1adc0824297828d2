"""NumExpr for what is elementwise, in blocks on all threads; the products and the sums of squares are NumPy's.

NumExpr adds one number after another, which loses digits in float32: 3e-3 of the sum of 3,000,000 squares. Where it
adds squares itself, a factor in float64 makes it add in float64.
"""

import numexpr
import numpy as np

LIBRARY = "numpy"


def predict(X, theta):
    return X @ theta


def residuals(X, y, theta):
    return _evaluated("y - predicted", y=y, predicted=X @ theta)


def mse(X, y, theta):
    error = residuals(X, y, theta)
    return error @ error / y.dtype.type(len(y))


def gradient(X, y, theta):
    scale = y.dtype.type(2 / len(y))  # a float of Python's would make float32 float64
    return _evaluated("scale * (predicted - y)", y=y, predicted=X @ theta, scale=scale) @ X


def gradient_descent(X, y, theta0, learning_rate, steps):
    theta = theta0
    for _ in range(steps):
        theta = theta - learning_rate * gradient(X, y, theta)
    return theta


def r2(y, y_predicted):
    deviation = _evaluated("y - mean", y=y, mean=np.mean(y))
    error = _evaluated("y - y_predicted", y=y, y_predicted=y_predicted)
    total, unexplained = deviation @ deviation, error @ error
    return y.dtype.type(1 - unexplained / total if total else np.nan)


def cost_surface(X, y, theta, theta0_values, theta1_values):
    rest, surface = X[:, 2:] @ theta[2:] - y, np.empty_like(y, shape=(len(theta1_values), len(theta0_values)))
    columns = {"x0": X[:, :1], "x1": X[:, 1:2], "rest": rest[:, None], "theta0": theta0_values[None]}
    squares = "one * (theta0 * x0 + (theta1 * x1 + rest)) ** 2"
    for row, theta1 in enumerate(theta1_values):
        surface[row] = _evaluated(f"sum({squares}, axis=0)", one=np.float64(1), theta1=theta1, **columns)
    surface /= len(y)
    return surface


def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return np.array([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])


def _evaluated(expression, **arrays):
    return numexpr.evaluate(expression, local_dict=arrays)
