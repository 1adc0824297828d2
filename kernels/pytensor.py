"""PyTensor: the formula as a graph, compiled by Numba at the first call for each dtype."""

# What PyTensor exports, and of which type it is, its stubs do not say.
# pyright: reportPrivateImportUsage=false, reportOperatorIssue=false

from functools import cache

import numpy as np
import pytensor
import pytensor.tensor as pt

LIBRARY = "numpy"
COMPILES = True


def predict(X, theta):
    return _compiled("predict", X.dtype.name)(X, theta)


def residuals(X, y, theta):
    return _compiled("residuals", X.dtype.name)(X, y, theta)


def mse(X, y, theta):
    return _compiled("mse", X.dtype.name)(X, y, theta)


def gradient(X, y, theta):
    return _compiled("gradient", X.dtype.name)(X, y, theta)


def gradient_descent(X, y, theta0, learning_rate, steps):
    step, theta = _compiled("step", X.dtype.name), theta0
    rate = np.asarray(learning_rate)
    for _ in range(steps):
        theta = step(X, y, theta, rate)
    return theta


def r2(y, y_predicted):
    return _compiled("r2", y.dtype.name)(y, y_predicted)


def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return np.array([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])


def _mean_square(X, y, theta):
    return pt.mean((X @ theta - y) ** 2)


def _slope(X, y, theta):
    # Neither `grad` nor `errors @ X`: both become a product of Xᵀ and a column, which Numba computes slowly.
    errors = X @ theta - y
    return pt.cast(2 / y.shape[0], y.dtype) * pt.dot(errors[None, :], X)[0]


def _explained(y, y_predicted):
    total = pt.sum((y - pt.mean(y)) ** 2)
    return pt.switch(pt.eq(total, 0), np.nan, 1 - pt.sum((y - y_predicted) ** 2) / total)


FORMULAS = {
    "predict": (("X", "theta"), lambda X, theta: X @ theta),
    "residuals": (("X", "y", "theta"), lambda X, y, theta: y - X @ theta),
    "mse": (("X", "y", "theta"), _mean_square),
    "gradient": (("X", "y", "theta"), _slope),
    "step": (("X", "y", "theta", "rate"), lambda X, y, theta, rate: theta - rate * _slope(X, y, theta)),
    "r2": (("y", "y_predicted"), _explained),
}

DIMENSIONS = {"X": 2, "rate": 0}


@cache
def _compiled(name, dtype):
    arguments, formula = FORMULAS[name]
    inputs = [pt.tensor(each, dtype=dtype, shape=(None,) * DIMENSIONS.get(each, 1)) for each in arguments]
    function = pytensor.function(inputs, formula(*inputs).astype(dtype), mode="NUMBA")
    function.trust_input = True  # arrays are of the case's dtype: they need no check at every call
    return function
