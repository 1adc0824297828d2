"""NumPy with `out=` into preallocated buffers: no temporaries, as in the inner loop of a simulation."""

import numpy as np

from ._buffers import workspace as workspace

LIBRARY = "numpy"


def predict(X, theta, workspace):
    return np.dot(X, theta, out=workspace[0])


def residuals(X, y, theta, workspace):
    predicted = np.dot(X, theta, out=workspace[0])
    return np.subtract(y, predicted, out=predicted)


def mse(X, y, theta, workspace):
    errors = np.dot(X, theta, out=workspace[0])
    errors -= y
    return np.dot(errors, errors) / len(y)


def gradient(X, y, theta, workspace):
    errors, slope = workspace
    np.dot(X, theta, out=errors)
    errors -= y
    np.dot(X.T, errors, out=slope)
    slope *= 2 / len(y)
    return slope


def gradient_descent(X, y, theta0, learning_rate, steps, workspace):
    errors, slope, theta = workspace
    theta[:] = theta0
    for _ in range(steps):
        gradient(X, y, theta, (errors, slope))
        slope *= learning_rate
        theta -= slope
    return theta


def r2(y, y_predicted, workspace):
    deviations = np.subtract(y, np.mean(y), out=workspace[0])
    total = np.dot(deviations, deviations)
    errors = np.subtract(y, y_predicted, out=workspace[0])
    return 1 - np.dot(errors, errors) / total if total else y.dtype.type(np.nan)


def cost_surface(X, y, theta, theta0_values, theta1_values, workspace):
    first, base, errors, rest, surface = workspace
    first[:] = X[:, 0]
    np.dot(X[:, 2:], theta[2:], out=rest)
    rest -= y
    for row, theta1 in enumerate(theta1_values):
        np.multiply(X[:, 1], theta1, out=base)
        base += rest
        for column, theta0 in enumerate(theta0_values):
            np.multiply(first, theta0, out=errors)
            errors += base
            surface[row, column] = np.dot(errors, errors)
    surface /= len(y)
    return surface


def split_mse(X_train, y_train, X_validation, y_validation, theta, workspace):
    train, validation, both = workspace
    both[0] = mse(X_train, y_train, theta, [train])
    both[1] = mse(X_validation, y_validation, theta, [validation])
    return both
