"""Products with X in float64 without a copy of it; eigenvalues of 2XᵀX/m, which decide how descent goes."""

import numpy as np

from .arithmetic import chunks


def extreme_eigenvalues(X: np.ndarray) -> tuple[float, float]:
    """(μ, L): least and largest eigenvalue of 2XᵀX/m; μ is 0 where m < n, L infinite where XᵀX overflows float64."""
    m, n = X.shape
    K = gram(X if n <= m else X.T)
    if not np.isfinite(K).all():
        return 0.0, np.inf
    values = np.linalg.eigvalsh(K)
    smallest = max(0.0, float(values[0])) if n <= m else 0.0
    return 2 * smallest / m, 2 * max(0.0, float(values[-1])) / m


def gram(X: np.ndarray) -> np.ndarray:
    """XᵀX in float64, without a copy of X."""
    total = np.zeros((X.shape[1], X.shape[1]))
    with np.errstate(over="ignore", invalid="ignore"):
        for c in chunks(X):
            block = np.asarray(X[c], np.float64)
            total += block.T @ block
    return total


def product(X: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Xθ, (m,)."""
    return np.concatenate([np.asarray(X[c], np.float64) @ theta for c in chunks(X)])


def column_sums(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Xᵀy, (n,)."""
    total = np.zeros(X.shape[1])
    with np.errstate(over="ignore", invalid="ignore"):
        for c in chunks(X):
            total += np.asarray(X[c], np.float64).T @ y[c]
    return total
