"""Typed loops in Cython, one thread: memoryviews of arrays, without bounds checks, compiled once like `c`."""

from ._native import buffers
from ._native.cython import loops

LIBRARY = "numpy"

_loops = loops()

mse, r2 = _loops.mse, _loops.r2


def workspace(operation, inputs):
    return None if operation in ("mse", "r2") else buffers.made(operation, inputs, threads=1)


def predict(X, theta, workspace):
    (out,) = workspace
    _loops.predict(X, theta, out)
    return out


def residuals(X, y, theta, workspace):
    (out,) = workspace
    _loops.residuals(X, y, theta, out)
    return out


def gradient(X, y, theta, workspace):
    _, slope = workspace
    _loops.gradient(X, y, theta, slope)
    return slope


def gradient_descent(X, y, theta0, learning_rate, steps, workspace):
    _, slope, theta = workspace
    _loops.gradient_descent(X, y, theta0, learning_rate, steps, slope, theta)
    return theta


def cost_surface(X, y, theta, theta0_values, theta1_values, workspace):
    (surface,) = workspace
    _loops.cost_surface(X, y, theta, theta0_values, theta1_values, surface)
    return surface


def split_mse(X_train, y_train, X_validation, y_validation, theta, workspace):
    (both,) = workspace
    _loops.split_mse(X_train, y_train, X_validation, y_validation, theta, both)
    return both
