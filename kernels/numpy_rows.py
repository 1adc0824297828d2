"""A Python loop over the rows of an array with `np.dot`: code ported from lists, not yet vectorised."""

import numpy as np

LIBRARY = "numpy"


def predict(X, theta):
    predicted = np.empty_like(X, shape=len(X))
    for i, row in enumerate(X):
        predicted[i] = np.dot(row, theta)
    return predicted


def residuals(X, y, theta):
    errors = np.empty_like(y)
    for i, row in enumerate(X):
        errors[i] = y[i] - np.dot(row, theta)
    return errors


def mse(X, y, theta):
    total = 0.0
    for row, target in zip(X, y, strict=True):
        error = np.dot(row, theta) - target
        total += error * error
    return total / len(y)


def gradient(X, y, theta):
    total = np.zeros_like(theta)
    for row, target in zip(X, y, strict=True):
        total += (np.dot(row, theta) - target) * row
    return 2 / len(y) * total


def gradient_descent(X, y, theta0, learning_rate, steps):
    theta = theta0
    for _ in range(steps):
        theta = theta - learning_rate * gradient(X, y, theta)
    return theta


def cost_surface(X, y, theta, theta0_values, theta1_values):
    point = theta.copy()
    surface = np.empty_like(y, shape=(len(theta1_values), len(theta0_values)))
    for row, point[1] in enumerate(theta1_values):
        for column, point[0] in enumerate(theta0_values):
            surface[row, column] = mse(X, y, point)
    return surface


def split_mse(X_train, y_train, X_validation, y_validation, theta):
    return np.array([mse(X_train, y_train, theta), mse(X_validation, y_validation, theta)])
