"""The largest error of a correct descent: errors of each step, carried through the following steps.

E_{i+1} ≤ ρE_i + α‖Δg‖ + u(2α‖g‖ + ‖θ‖), with everything taken at |θ| + E and
ρ = ‖I − αH‖ = max(|1 − αμ|, |1 − αL|), the extreme eigenvalues of H = 2XᵀX/m.
In 2-norms ‖Xᵀδ‖ ≤ ‖X‖₂‖δ‖, which for many features is √n below ‖Aᵀδ‖:

    ‖Δg‖ ≤ (2/m)[‖X‖₂‖δ‖ + γ_{m+2}‖X‖_F(‖r‖ + ‖δ‖)]      direct
    ‖Δg‖ ≤ (2/m)γ_{m+n+3}‖Aᵀp‖                             by Gram
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from rooflinear.bench.contract import Bound, Inputs

from .arithmetic import chunks
from .bounds import both
from .precision import Gammas, underflow_floor
from .spectrum import column_sums, extreme_eigenvalues, gram, product


class Trajectory(NamedTuple):
    """2-norms at each step: of θ, of its change αg, of r, p and Aᵀp."""

    theta: np.ndarray
    change: np.ndarray
    r: np.ndarray
    p: np.ndarray
    A_p: np.ndarray


def gradient_descent(inputs: Inputs, output: Any, algorithm: str) -> Bound:
    """The same bound E for every component."""
    X, y, theta0, learning_rate, steps = inputs.values()
    alpha = float(learning_rate)
    with np.errstate(over="ignore", invalid="ignore"):
        path = _trajectory(X, y, theta0, alpha, steps)
        least, largest = extreme_eigenvalues(X)
        frobenius = float(np.sqrt(sum(np.sum(np.asarray(X[c], np.float64) ** 2) for c in chunks(X))))

    def form(g: Gammas) -> np.ndarray:
        floor = underflow_floor(X.dtype) * np.sqrt(X.shape[1])
        step = _step_error(X.shape, g, largest, frobenius, floor, algorithm)
        rho = max(abs(1 - alpha * least), abs(1 - alpha * largest)) + alpha * largest * 2.0**-40
        error = 0.0
        for theta, change, r, p, A_p in zip(*path, strict=True):
            rounding = g.once * (2 * (change + alpha * largest * error) + theta + error + floor)
            error = rho * error + alpha * step(r, p, A_p, error) + rounding
        return np.full(len(theta0), error if not np.isnan(error) else np.inf)

    return both(X.dtype, X.size * steps, form)


def _step_error(
    shape: tuple[int, int], g: Gammas, largest: float, frobenius: float, floor: float, algorithm: str
) -> Callable[[float, float, float, float], float]:
    """‖Δg‖ as a function of ‖r‖, ‖p‖, ‖Aᵀp‖ and E."""
    m, n = shape
    spectral, features, rows = np.sqrt(largest * m / 2), g.features(n + 1), g.rows(m + 2)
    by_gram = g.rows(m + n + 3) + g.oracle_features(n + 1)

    def step(r: float, p: float, A_p: float, error: float) -> float:
        if algorithm == "gram":
            return 2 / m * by_gram * (A_p + frobenius**2 * error + floor)
        delta = features * (p + frobenius * error)
        return 2 / m * (spectral * delta + rows * (frobenius * (r + spectral * error + delta) + floor))

    return step


def _trajectory(X: np.ndarray, y: np.ndarray, theta0: np.ndarray, alpha: float, steps: int) -> Trajectory:
    thetas = _thetas(X, np.asarray(y, np.float64), np.asarray(theta0, np.float64), alpha, steps)
    visited, floor = thetas[:-1].T, underflow_floor(X.dtype)
    r, p, A_p = np.zeros(steps), np.zeros(steps), np.zeros((X.shape[1], steps))
    for c in chunks(X, columns=steps):
        block, target = np.asarray(X[c], np.float64), np.asarray(y[c], np.float64)[:, None]
        magnitude = np.abs(block) @ np.abs(visited) + np.abs(target) + floor
        r += ((block @ visited - target) ** 2).sum(axis=0)
        p += (magnitude**2).sum(axis=0)
        A_p += np.abs(block).T @ magnitude
    norms = np.linalg.norm(visited, axis=0), np.linalg.norm(np.diff(thetas, axis=0), axis=1)
    return Trajectory(*norms, np.sqrt(r), np.sqrt(p), np.linalg.norm(A_p, axis=0))


def _thetas(X: np.ndarray, y: np.ndarray, theta: np.ndarray, alpha: float, steps: int) -> np.ndarray:
    """θ before and after each step, (steps + 1, n), good enough for norms."""
    m, n = X.shape
    K, b = (gram(X), column_sums(X, y)) if n <= m else (None, None)
    thetas = [theta]
    for _ in range(steps):
        slope = column_sums(X, product(X, thetas[-1]) - y) if K is None else K @ thetas[-1] - b
        thetas.append(thetas[-1] - alpha * 2 / m * slope)
    return np.array(thetas)
