"""Vectorised NumPy, the usual way: the formula, with one temporary array for each operator."""

import numpy as np

LIBRARY = "numpy"


def predict(X, theta):
    return X @ theta


def residuals(X, y, theta):
    return y - X @ theta


def mse(X, y, theta):
    return np.mean((X @ theta - y) ** 2)


def gradient(X, y, theta):
    return 2 / len(y) * (X.T @ (X @ theta - y))


def gradient_descent(X, y, theta0, learning_rate, steps):
    theta = theta0
    for _ in range(steps):
        theta = theta - learning_rate * gradient(X, y, theta)
    return theta


def r2(y, y_predicted):
    total = np.sum((y - np.mean(y)) ** 2)
    unexplained = np.sum((y - y_predicted) ** 2)
    return 1 - unexplained / total if total else y.dtype.type(np.nan)


def cost_surface(X, y, theta, theta0_values, theta1_values):
    point = theta.copy()
    surface = np.empty_like(y, shape=(len(theta1_values), len(theta0_values)))
    for row, point[1] in enumerate(theta1_values):
        for column, point[0] in enumerate(theta0_values):
            surface[row, column] = mse(X, y, point)
    return surface


def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return np.array([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])
