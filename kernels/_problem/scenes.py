"""What is drawn on the page of a run: the data of the course's simulations, at their own settings.

The constants are where the page's controls stand at first.
"""

from functools import cache

import numpy as np
from numpy.polynomial.legendre import legvander

SAMPLES = {"hypothesis": 50, "squared-error": 50, "assumptions": 100, "r2": 100, "diagnostics": 50, "surface": 3}
NOISE = {"hypothesis": 1.0, "squared-error": 1.0, "assumptions": 1.0, "r2": 0.2, "diagnostics": 0.1}
RATE = {"hypothesis": 0.01, "squared-error": 0.005, "single": 0.1, "several": 0.1}
"""The course's simulation of the squared error takes half the gradient: its learning rate 0.01 is 0.005 here."""
STEPS = {"hypothesis": 100, "squared-error": 50, "single": 50, "several": 50}
THETA0 = {"hypothesis": (0.0, 0.0), "squared-error": (0.0, 0.0), "single": (5.0, 0.0), "several": (4.0, 4.0)}
COLLINEARITY, L2 = 0.0, 0.01
HIGHEST_DEGREE = 20
DRAWS, SEED = 100, 20240607


@cache
def draws() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places from 0 to 1, standard normal deviations, and u from 0 to 1, a hundred each."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    return rng.random(DRAWS), rng.standard_normal(DRAWS), rng.random(DRAWS)


def line(section: str) -> tuple[np.ndarray, np.ndarray]:
    """X with a column of ones, and y with noise: 3x for x in −10…10, or 3 + 2x for x in 0…10."""
    count = SAMPLES[section]
    places, deviations, _ = (each[:count] for each in draws())
    x, truth = (20 * places - 10, (0, 3)) if section == "hypothesis" else (10 * places, (3, 2))
    X = np.column_stack([np.ones(count), x])
    return X, X @ np.array(truth) + NOISE[section] * deviations


def wave(interleaved: bool) -> tuple[np.ndarray, np.ndarray, int]:
    """Legendre polynomials over the training range, sin x with noise, and how many rows come first to be trained on.

    x is evenly spaced in −3…3. The last 30 % are kept back for validation, or as many evenly spread among the others.
    """
    count = SAMPLES["diagnostics"]
    kept = round(0.3 * count)
    x = np.linspace(-3, 3, count)
    y = np.sin(x) + NOISE["diagnostics"] * draws()[1][:count]
    validation = np.array([(2 * k + 1) * count // (2 * kept) for k in range(kept)]) if interleaved else np.arange(count)
    validation = validation[-kept:]
    order = np.concatenate([np.setdiff1d(np.arange(count), validation), validation])
    end = 3.0 if interleaved else 1.2
    return legvander((2 * x[order] + 3 - end) / (3 + end), HIGHEST_DEGREE), y[order], count - kept


def features() -> tuple[np.ndarray, np.ndarray]:
    """Ones, x1 and x2, which leans on x1 by the collinearity; y = 3 x1 + 2 x2 + noise."""
    x1, deviations, u = draws()
    x2 = COLLINEARITY * x1 + (1 - COLLINEARITY) * u
    return np.column_stack([np.ones(DRAWS), x1, x2]), 3 * x1 + 2 * x2 + NOISE["assumptions"] * deviations


def points() -> tuple[np.ndarray, np.ndarray]:
    """The three points (1, 1), (2, 2), (3, 3), with a column of ones."""
    x = np.arange(1.0, 4.0)
    return np.column_stack([np.ones(3), x]), x


def fit(X: np.ndarray, y: np.ndarray, l2: float = 0.0) -> np.ndarray:
    """Least squares with an L2 penalty on all but the first column, which is of ones."""
    centred, mean = X[:, 1:] - X[:, 1:].mean(axis=0), X[:, 1:].mean(axis=0)
    U, s, Vt = np.linalg.svd(centred, full_matrices=False)
    slopes = Vt.T @ (s / (s**2 + l2) * (U.T @ (y - y.mean())))
    return np.concatenate([[y.mean() - mean @ slopes], slopes])


def bowl() -> tuple[np.ndarray, np.ndarray]:
    """θ₀² + θ₁² as a mean squared error: rows (√2, 0) and (0, √2) in turn, y = 0."""
    count = SAMPLES["squared-error"]
    return np.sqrt(2) * np.tile(np.eye(2), (count // 2, 1)), np.zeros(count)


def path(section: str, steps: int) -> np.ndarray:
    """The line's θ after so many steps."""
    X, y = line(section)
    theta = np.array(THETA0[section])
    for _ in range(steps):
        theta = theta - RATE[section] * 2 / len(y) * X.T @ (X @ theta - y)
    return theta


def models(data: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """y at a hundred places in 0…10, and predictions by four models: the line, the mean of y, chance, and the sine."""
    x, deviations = np.linspace(0, 10, DRAWS), draws()[1]
    y = (np.sin(x) if data == "wave" else 1 + 2 * x) + NOISE["r2"] * deviations
    return y, {
        "linear": 1 + 2 * x,
        "constant": np.full(DRAWS, y.mean()),
        "random": 10 * deviations[::-1],
        "sine": np.sin(x),
    }
