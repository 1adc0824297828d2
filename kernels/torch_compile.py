"""PyTorch with `torch.compile`: the formula as people write it, one kernel generated for each shape."""

import shutil

import torch

LIBRARY = "torch"

COMPILERS = ("g++", "clang++")


def unsupported(operation, sizes, dtype, device):
    if device == "cpu" and not any(map(shutil.which, COMPILERS)):
        return f"torch.compile needs a C++ compiler on a CPU; none of {', '.join(COMPILERS)} is installed"
    return ""


def _compiled(function):
    return torch.compile(function, fullgraph=True, dynamic=False)


@_compiled
def predict(X, theta):
    return X @ theta


@_compiled
def residuals(X, y, theta):
    return y - X @ theta


@_compiled
def mse(X, y, theta):
    return torch.mean((X @ theta - y) ** 2)


@_compiled
def gradient(X, y, theta):
    return 2 / len(y) * ((X @ theta - y) @ X)


def gradient_descent(X, y, theta0, learning_rate, steps):
    theta = theta0
    for _ in range(steps):
        theta = _step(X, y, theta, learning_rate)
    return theta


@_compiled
def _step(X, y, theta, learning_rate):
    return theta - learning_rate * (2 / len(y) * ((X @ theta - y) @ X))
