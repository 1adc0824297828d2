"""Eigenvalues of 2XᵀX/m, which decide the learning rate and how errors of descent grow."""

import numpy as np

from ._arithmetic import chunks


def extreme_eigenvalues(X: np.ndarray) -> tuple[float, float]:
    """(μ, L): least and largest eigenvalue of 2XᵀX/m; μ is 0 where m < n."""
    m, n = X.shape
    values = np.linalg.eigvalsh(gram(X if n <= m else X.T))
    smallest = max(0.0, float(values[0])) if n <= m else 0.0
    return 2 * smallest / m, 2 * max(0.0, float(values[-1])) / m


def gram(X: np.ndarray) -> np.ndarray:
    """XᵀX in float64, without a copy of X."""
    total = np.zeros((X.shape[1], X.shape[1]))
    for c in chunks(X):
        block = np.asarray(X[c], np.float64)
        total += block.T @ block
    return total
