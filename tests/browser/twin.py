"""The lab's numbers once more, in NumPy: what the page's JavaScript must agree with."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.polynomial.legendre import legvander

MASK = 0xFFFFFFFF
RCOND = 1e-12
HIGHEST_DEGREE = 20
LINES: dict[str, tuple[float, float, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "hypothesis": (-10, 10, lambda x: 3 * x, lambda x: 20 * np.sin(np.pi * x / 10)),
    "fitting": (-1, 1, lambda x: 3 * x, lambda x: 3 * np.sin(np.pi * x)),
    "squared-error": (0, 10, lambda x: 3 + 2 * x, lambda x: 10 + 10 * np.sin(np.pi * x / 5)),
}
"""From where to where x goes, the line and the wave."""


def mulberry32(seed: int) -> Iterator[float]:
    a = seed
    while True:
        a = (a + 0x6D2B79F5) & MASK
        t = ((a ^ (a >> 15)) * (1 | a)) & MASK
        t = ((t + ((t ^ (t >> 7)) * (61 | t) & MASK)) & MASK) ^ t
        yield ((t ^ (t >> 14)) & MASK) / 2**32


def draws(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places, deviations and u; ``seed`` is at least 1, so that nothing comes from a run."""
    numbers = mulberry32(seed)
    four = np.array([[next(numbers) for _ in range(4)] for _ in range(count)])
    deviation = [math.sqrt(-2 * math.log1p(-b)) * math.cos(2 * math.pi * c) for _, b, c, _ in four]
    return four[:, 0], np.array(deviation), four[:, 3]


def samples(section: str, s: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    low, high, line, wave = LINES[section]
    place, deviation, _ = draws(s["samples"], s["draw"])
    x = low + (high - low) * place
    y = (line if s["data"] == "line" else wave)(x) + s["noise"] * deviation
    y[0] += s.get("outlier", 0)
    return x, y


def mse(X: np.ndarray, y: np.ndarray, theta: np.ndarray) -> float:
    return float(np.mean((X @ theta - y) ** 2))


def descent(X: np.ndarray, y: np.ndarray, s: dict[str, Any], start: Any) -> np.ndarray:
    path = [np.array(start, float)]
    for _ in range(s["steps"]):
        path.append(path[-1] - s["rate"] * 2 / len(y) * X.T @ (X @ path[-1] - y))
    return np.array(path)


def descended(section: str, s: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X, y and the path of θ over the samples of a section."""
    x, y = samples(section, s)
    X = np.column_stack([np.ones_like(x), x])
    return X, y, descent(X, y, s, (s["theta0"], s["theta1"]))


def curve(s: dict[str, Any], at: np.ndarray) -> np.ndarray:
    """The polynomial of line fitting, by powers of x or Legendre's polynomials."""
    x, y = samples("fitting", s)
    columns = legvander if s["basis"] == "legendre" else lambda x, degree: np.vander(x, degree + 1, increasing=True)
    return columns(at, s["degree"]) @ fit(columns(x, s["degree"]), y, s["l2"])


def collinear(s: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """θ and residuals."""
    x1, deviation, u = draws(s["samples"], s["draw"])
    c = s["collinearity"]
    X = np.column_stack([np.ones_like(x1), x1, c * x1 + (1 - c) * u])
    y = X @ np.array([0, 3, 2]) + s["noise"] * deviation
    theta = fit(X, y, s["l2"])
    return theta, y - X @ theta


def scores(s: dict[str, Any]) -> dict[str, float]:
    """R² of the four models."""
    x, deviation = np.linspace(0, 10, s["samples"]), draws(s["samples"], s["draw"])[1]
    y = (1 + 2 * x if s["data"] == "line" else np.sin(x)) + s["noise"] * deviation
    models = {"linear": 1 + 2 * x, "constant": np.full(len(x), y.mean()), "random": 10 * deviation[::-1]}
    return {name: 1 - np.sum((y - each) ** 2) / np.sum((y - y.mean()) ** 2) for name, each in models.items()} | {
        "sine": 1 - np.sum((y - np.sin(x)) ** 2) / np.sum((y - y.mean()) ** 2)
    }


def errors(s: dict[str, Any], interleaved: bool) -> tuple[np.ndarray, np.ndarray]:
    """Training and validation error of each degree, the last 30 % in x kept back or as many in between."""
    m, kept = s["samples"], round(0.3 * s["samples"])
    x = np.linspace(-3, 3, m)
    y = np.sin(x) + s["noise"] * draws(m, s["draw"])[1]
    unseen = np.zeros(m, bool)
    unseen[[(2 * k + 1) * m // (2 * kept) for k in range(kept)] if interleaved else slice(m - kept, m)] = True
    end = 3 if interleaved else 1.2
    pairs = []
    for degree in range(1, HIGHEST_DEGREE + 1):
        P = legvander((2 * x + 3 - end) / (3 + end), degree)
        left = (y - P @ fit(P[~unseen], y[~unseen], 0)) ** 2
        pairs.append((left[~unseen].mean(), left[unseen].mean()))
    return tuple(np.array(pairs).T)  # pyright: ignore[reportReturnType]


def fit(X: np.ndarray, y: np.ndarray, l2: float) -> np.ndarray:
    """Least squares, all slopes penalised but the first column's; the shortest solution where many are best."""
    mean = X[:, 1:].mean(axis=0)
    U, s, Vt = np.linalg.svd(X[:, 1:] - mean, full_matrices=False)
    kept = s > RCOND * s.max(initial=0)
    factors = np.divide(s, s**2 + l2, out=np.zeros_like(s), where=kept)
    slopes = Vt.T @ (factors * (U.T @ (y - y.mean())))
    return np.concatenate([[y.mean() - mean @ slopes], slopes])
