"""What is drawn on the page of a run: samples along a line, a bowl, a wave, two features that lean on each other.

The constants are where the page's controls stand at first.
"""

from functools import cache

import numpy as np
from numpy.polynomial.legendre import legvander

SAMPLES, NOISE = 100, 0.5
COLLINEARITY, L2 = 0.5, 0.01
HIGHEST_DEGREE = 20
SEED = 20240607
RATE, STEPS, THETA0 = 0.1, 100, (4.0, 3.0)


@cache
def draws() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x from 0 to 2, standard normal deviations, and u from 0 to 1, a hundred each."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    return 2 * rng.random(SAMPLES), rng.standard_normal(SAMPLES), rng.random(SAMPLES)


def line() -> tuple[np.ndarray, np.ndarray]:
    """X with a column of ones, y = 1 + 2x + noise."""
    x, deviations, _ = draws()
    return np.column_stack([np.ones(SAMPLES), x]), 1 + 2 * x + NOISE * deviations


def wave() -> tuple[np.ndarray, np.ndarray]:
    """Legendre polynomials of x − 1 up to the largest degree, y = 1 + 2 sin πx + noise."""
    x, deviations, _ = draws()
    return legvander(x - 1, HIGHEST_DEGREE), 1 + 2 * np.sin(np.pi * x) + NOISE * deviations


def features() -> tuple[np.ndarray, np.ndarray]:
    """Ones, x1 and x2, which leans on x1 by the collinearity; y = 3 x1 + 2 x2 + noise."""
    x, deviations, u = draws()
    x1 = x / 2
    x2 = COLLINEARITY * x1 + (1 - COLLINEARITY) * u
    return np.column_stack([np.ones(SAMPLES), x1, x2]), 3 * x1 + 2 * x2 + NOISE * deviations


def fit(X: np.ndarray, y: np.ndarray, l2: float = 0.0) -> np.ndarray:
    """Least squares with an L2 penalty on all but the first column, which is of ones."""
    centred, mean = X[:, 1:] - X[:, 1:].mean(axis=0), X[:, 1:].mean(axis=0)
    U, s, Vt = np.linalg.svd(centred, full_matrices=False)
    slopes = Vt.T @ (s / (s**2 + l2) * (U.T @ (y - y.mean())))
    return np.concatenate([[y.mean() - mean @ slopes], slopes])


def bowl() -> tuple[np.ndarray, np.ndarray]:
    """θ₀² + θ₁² as a mean squared error: rows (√2, 0) and (0, √2) in turn, y = 0."""
    return np.sqrt(2) * np.tile(np.eye(2), (SAMPLES // 2, 1)), np.zeros(SAMPLES)


def path(steps: int) -> np.ndarray:
    """The line's θ after so many steps."""
    X, y = line()
    theta = np.array(THETA0)
    for _ in range(steps):
        theta = theta - RATE * 2 / SAMPLES * X.T @ (X @ theta - y)
    return theta


def models(y: np.ndarray) -> dict[str, np.ndarray]:
    """Predictions by four models: the line's truth, the mean of y, chance, and the wave's truth."""
    x, deviations, _ = draws()
    return {
        "linear": 1 + 2 * x,
        "constant": np.full(SAMPLES, y.mean()),
        "random": 10 * deviations[::-1],
        "sine": 1 + 2 * np.sin(np.pi * x),
    }
