"""Adds to a buffer that happens to be zero at first."""

import numpy as np

LIBRARY = "numpy"


def workspace(operation, inputs):
    return np.zeros((len(inputs["X"]), inputs["W"].shape[1]), inputs["X"].dtype)


def project(X, W, product):
    product += X @ W
    return product
