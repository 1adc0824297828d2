"""NumExpr for what is elementwise, in blocks on all threads and without temporaries; the products are NumPy's."""

import numexpr
import numpy as np

LIBRARY = "numpy"


def predict(X, theta):
    return X @ theta


def residuals(X, y, theta):
    return _evaluated("y - predicted", y=y, predicted=X @ theta)


def mse(X, y, theta):
    return _evaluated("sum((predicted - y) ** 2)", y=y, predicted=X @ theta) / y.dtype.type(len(y))


def gradient(X, y, theta):
    scale = y.dtype.type(2 / len(y))  # a float of Python's would make float32 float64
    return _evaluated("scale * (predicted - y)", y=y, predicted=X @ theta, scale=scale) @ X


def gradient_descent(X, y, theta0, learning_rate, steps):
    theta = theta0
    for _ in range(steps):
        theta = theta - learning_rate * gradient(X, y, theta)
    return theta


def r2(y, y_predicted):
    total = _evaluated("sum((y - mean) ** 2)", y=y, mean=np.mean(y))
    unexplained = _evaluated("sum((y - y_predicted) ** 2)", y=y, y_predicted=y_predicted)
    return y.dtype.type(1 - unexplained / total if total else np.nan)


def cost_surface(X, y, theta, theta0_values, theta1_values):
    rest, surface = X[:, 2:] @ theta[2:] - y, np.empty_like(y, shape=(len(theta1_values), len(theta0_values)))
    columns = {"x0": X[:, :1], "x1": X[:, 1:2], "rest": rest[:, None], "theta0": theta0_values[None]}
    for row, theta1 in enumerate(theta1_values):
        surface[row] = _evaluated("sum((theta0 * x0 + (theta1 * x1 + rest)) ** 2, axis=0)", theta1=theta1, **columns)
    surface /= len(y)
    return surface


def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return np.array([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])


def _evaluated(expression, **arrays):
    return numexpr.evaluate(expression, local_dict=arrays)
