"""What all the others pretend to do."""

import numpy as np

LIBRARY = "numpy"


def project(X, W):
    return X @ W


def loss(X, theta, y):
    return np.mean((X @ theta - y) ** 2)
