"""A mean that keeps its dimension."""

import numpy as np

LIBRARY = "numpy"


def loss(X, theta, y):
    return np.mean((X @ theta - y) ** 2, keepdims=True)
