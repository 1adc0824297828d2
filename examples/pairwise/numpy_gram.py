"""By a matrix product: fast, and inexact where points are near each other."""

import numpy as np

LIBRARY = "numpy"
ALGORITHM = "gram"


def distances(X):
    squares = np.einsum("ij,ij->i", X, X)
    squares = squares[:, None] + squares - 2 * (X @ X.T)
    np.fill_diagonal(squares, 0)
    return np.sqrt(np.maximum(squares, 0))
