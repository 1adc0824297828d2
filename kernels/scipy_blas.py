"""SciPy's BLAS called directly: alpha and beta scale and subtract within the product, as in Fortran code."""

import numpy as np
from scipy.linalg.blas import get_blas_funcs

from ._buffers import workspace as workspace

LIBRARY = "numpy"


def predict(X, theta, workspace):
    return _rows(X, theta, workspace[0], beta=0)


def residuals(X, y, theta, workspace):
    workspace[0][:] = y
    return _rows(X, theta, workspace[0], alpha=-1)


def mse(X, y, theta, workspace):
    return _mean_square(_errors(X, y, theta, workspace[0]))


def gradient(X, y, theta, workspace):
    errors, slope = workspace
    return _columns(X, _errors(X, y, theta, errors), slope, alpha=2 / len(y), beta=0)


def gradient_descent(X, y, theta0, learning_rate, steps, workspace):
    errors, _, theta = workspace
    theta[:] = theta0
    for _ in range(steps):
        _columns(X, _errors(X, y, theta, errors), theta, alpha=-2 * learning_rate / len(y))
    return theta


def r2(y, y_predicted, workspace):
    errors = np.subtract(y, np.mean(y), out=workspace[0])
    total = _mean_square(errors)
    unexplained = _mean_square(np.subtract(y, y_predicted, out=errors))
    return 1 - unexplained / total if total else y.dtype.type(np.nan)


def cost_surface(X, y, theta, theta0_values, theta1_values, workspace):
    first, base, errors, rest, surface = workspace
    first[:] = X[:, 0]
    point = theta.copy()
    point[:2] = 0
    _errors(X, y, point, rest)
    for row, theta1 in enumerate(theta1_values):
        np.multiply(X[:, 1], theta1, out=base)
        base += rest
        for column, theta0 in enumerate(theta0_values):
            errors[:] = base
            surface[row, column] = _mean_square(_axpy(theta0, first, errors))
    return surface


def split_mse(X_train, y_train, X_validation, y_validation, theta, workspace):
    train, validation, both = workspace
    both[0] = mse(X_train, y_train, theta, [train])
    both[1] = mse(X_validation, y_validation, theta, [validation])
    return both


def _errors(X, y, theta, errors):
    errors[:] = y
    return _rows(X, theta, errors, beta=-1)


def _mean_square(errors):
    return errors.dtype.type(_blas("dot", errors)(errors, errors) / len(errors))


def _axpy(a, x, y):
    return _blas("axpy", y)(x, y, a=a)


# BLAS is given X.T, which is in Fortran's order: X itself would be copied at every call.
def _rows(X, theta, out, alpha=1.0, beta=1.0):
    return _blas("gemv", X)(alpha, X.T, theta, beta=beta, y=out, trans=1, overwrite_y=1)


def _columns(X, errors, out, alpha=1.0, beta=1.0):
    return _blas("gemv", X)(alpha, X.T, errors, beta=beta, y=out, overwrite_y=1)


def _blas(name, array):
    (function,) = get_blas_funcs((name,), dtype=array.dtype)
    return function
