"""The lab's numbers once more, in NumPy: what the page's JavaScript must agree with."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.polynomial.legendre import legvander

from rooflinear.kernels._problem import inputs

MASK = 0xFFFFFFFF
RCOND = 1e-12
HIGHEST_DEGREE = 20


def mulberry32(seed: int) -> Iterator[float]:
    a = seed
    while True:
        a = (a + 0x6D2B79F5) & MASK
        t = ((a ^ (a >> 15)) * (1 | a)) & MASK
        t = ((t + ((t ^ (t >> 7)) * (61 | t) & MASK)) & MASK) ^ t
        yield ((t ^ (t >> 14)) & MASK) / 2**32


class Twin:
    """All numbers of one setting of the controls; ``draw`` is at least 1, so that nothing comes from a run."""

    def __init__(self, s: dict[str, Any]):
        self.s = s
        numbers = mulberry32(s["draw"])
        four = np.array([[next(numbers) for _ in range(4)] for _ in range(s["samples"])])
        self.x, self.u = 2 * four[:, 0], four[:, 3]
        self.deviation = np.array([math.sqrt(-2 * math.log1p(-b)) * math.cos(2 * math.pi * c) for _, b, c, _ in four])
        self.X = np.column_stack([np.ones(s["samples"]), self.x])
        self.line, self.wave = 1 + 2 * self.x, 1 + 2 * np.sin(np.pi * self.x)
        self.y = (self.line if s["data"] == "line" else self.wave) + s["noise"] * self.deviation

    def path(self) -> np.ndarray:
        return self._descent(lambda theta: 2 / len(self.y) * self.X.T @ (self.X @ theta - self.y))

    def bowl(self) -> np.ndarray:
        return self._descent(lambda theta: 2 * theta)

    def _descent(self, gradient: Any) -> np.ndarray:
        path = [np.array([self.s["theta0"], self.s["theta1"]])]
        for _ in range(self.s["steps"]):
            path.append(path[-1] - self.s["rate"] * gradient(path[-1]))
        return np.array(path)

    def mse(self, theta: np.ndarray) -> float:
        return float(np.mean((self.X @ theta - self.y) ** 2))

    def best(self) -> np.ndarray:
        return fit(self.X, self.y, 0)

    def curve(self, x: np.ndarray) -> np.ndarray:
        degree = self.s["degree"]
        return legvander(x - 1, degree) @ fit(legvander(self.x - 1, degree), self.y, self.s["l2"])

    def collinear(self) -> tuple[np.ndarray, np.ndarray]:
        """θ and residuals."""
        c, x1 = self.s["collinearity"], self.x / 2
        X = np.column_stack([np.ones(len(x1)), x1, c * x1 + (1 - c) * self.u])
        y = X @ np.array([0, 3, 2]) + self.s["noise"] * self.deviation
        theta = fit(X, y, self.s["l2"])
        return theta, y - X @ theta

    def r2(self, model: str) -> float:
        models = {"linear": self.line, "sine": self.wave, "random": 10 * self.deviation[::-1]}
        predicted = models.get(model, np.full(len(self.y), self.y.mean()))
        total = np.sum((self.y - self.y.mean()) ** 2)
        return 1 - float(np.sum((self.y - predicted) ** 2) / total) if total else math.nan

    def errors(self) -> tuple[np.ndarray, np.ndarray]:
        """Training and validation error of each degree."""
        rows, y = inputs.training_rows(len(self.x)), self.wave + self.s["noise"] * self.deviation
        pairs = []
        for degree in range(1, HIGHEST_DEGREE + 1):
            P = legvander(self.x - 1, degree)
            left = (y - P @ fit(P[:rows], y[:rows], 0)) ** 2
            pairs.append((left[:rows].mean(), left[rows:].mean()))
        return tuple(np.array(pairs).T)  # pyright: ignore[reportReturnType]

    def surface(self) -> np.ndarray:
        best = self.best()
        reach = max(5.0, *(1.1 * np.abs(self.path()[0] - best)))
        around = np.linspace(-reach, reach, 21)
        return np.array([[self.mse(best + np.array([a, b])) for a in around] for b in around])


def fit(X: np.ndarray, y: np.ndarray, l2: float) -> np.ndarray:
    """Least squares, all slopes penalised but the first column's; the shortest solution where many are best."""
    mean = X[:, 1:].mean(axis=0)
    U, s, Vt = np.linalg.svd(X[:, 1:] - mean, full_matrices=False)
    kept = s > RCOND * s.max(initial=0)
    factors = np.divide(s, s**2 + l2, out=np.zeros_like(s), where=kept)
    slopes = Vt.T @ (factors * (U.T @ (y - y.mean())))
    return np.concatenate([[y.mean() - mean @ slopes], slopes])
