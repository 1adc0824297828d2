"""Writes into a buffer made beforehand, which is allowed."""

import numpy as np

LIBRARY = "numpy"


def workspace(operation, inputs):
    return np.empty((len(inputs["X"]), inputs["W"].shape[1]), inputs["X"].dtype)


def project(X, W, product):
    return np.matmul(X, W, out=product)
