"""A loop that ends one row early."""

import numpy as np

LIBRARY = "numpy"


def project(X, W):
    product = np.zeros_like(X)
    product[:-1] = X[:-1] @ W
    return product
