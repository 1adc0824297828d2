"""The largest error of a correct implementation, per component.

They hold for any order of summation, with or without FMA: every sum of k
products errs by at most γ_k times the sum of magnitudes (Higham 2002, 3.1).
A = |X|, p = A|θ| + |y|, r = Xθ − y; δ = γ_{n+1}·p bounds the error of r. Each
bound is a formula in γ, evaluated twice: worst case and statistical form. The
oracle's own error is part of γ. Descent has its own file.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rooflinear.bench.contract import OWN_ROUNDING, Bound, Inputs, Unsupported

from .arithmetic import chunks
from .oracle import quadratic
from .precision import Gammas, gammas, underflow_floor
from .ranges import exponent, scaled

HOUSEHOLDER = 8
"""Roundings per element and column of a QR factorisation (Higham 2002, theorem 19.4: a small constant)."""


def predict(inputs: Inputs, output: Any, algorithm: str) -> Bound:
    """γ_n A|θ|."""
    X, theta = inputs.values()
    _, p = magnitudes(X, np.zeros(len(X)), theta)
    return both(X.dtype, X.size, lambda g: g.features(X.shape[1]) * p)


def residuals(inputs: Inputs, output: Any, algorithm: str) -> Bound:
    """δ."""
    X, y, theta = inputs.values()
    _, p = magnitudes(X, y, theta)
    return both(X.dtype, X.size, lambda g: g.features(X.shape[1] + 1) * p)


def mse(inputs: Inputs, output: Any, algorithm: str) -> Bound:
    """(2|r|ᵀδ + δᵀδ + γ_{m+2}‖|r| + δ‖²)/m."""
    X, y, theta = inputs.values()
    m, n = X.shape
    r, p = magnitudes(X, y, theta)
    rr, rp, pp = r @ r, r @ p, p @ p

    def form(g: Gammas) -> Any:
        f = g.features(n + 1)
        shift = 2 * f * rp + 3 * f * f * pp  # one δᵀδ more for each float64 r here
        return (shift + g.rows(m + 2) * (rr + shift) + underflow_floor(X.dtype) * g.rows(m)) / m

    return both(X.dtype, X.size, form)


def gradient(inputs: Inputs, output: Any, algorithm: str) -> Bound:
    """(2/m)[Aᵀδ + γ_{m+2}Aᵀ(|r| + δ)]; by Gram (2/m)γ_{m+n+3}Aᵀp."""
    X, y, theta = inputs.values()
    m, n = X.shape
    r, p = magnitudes(X, y, theta)
    A_r, A_p = _absolute_column_sums(X, np.column_stack([r, p])).T
    floor = underflow_floor(X.dtype)

    def direct(g: Gammas) -> Any:
        f = g.features(n + 1)
        return 2 / m * (f * A_p + g.rows(m + 2) * (A_r + f * A_p + floor))

    def gram(g: Gammas) -> Any:
        return 2 / m * (g.rows(m + n + 3) + g.oracle_features(n + 1)) * (A_p + floor)

    return both(X.dtype, X.size, gram if algorithm == "gram" else direct)


def r2(inputs: Inputs, output: Any, algorithm: str) -> Bound:
    """Errors of the mean and of both sums of squares through the quotient; NaN where y is constant.

    |Δȳ| ≤ γ_{m+1} mean|y|; shifting the mean by d adds m·d² to SStot. Taken of
    values scaled alike, which leaves the quotient as it is.
    """
    if np.isnan(output):
        return Bound(np.asarray(np.nan), np.asarray(np.nan))
    power = exponent(*inputs.values())
    y, y_predicted = (scaled(value, power) for value in inputs.values())
    m, dtype = len(y), inputs["y"].dtype
    with np.errstate(over="ignore"):
        floor = float(np.ldexp(underflow_floor(dtype), -2 * power))
    deviations, errors = y - y.mean(), y - y_predicted
    SS_tot, SS_res, mean = deviations @ deviations, errors @ errors, np.abs(y).mean()

    def form(g: Gammas) -> Any:
        sums = g.rows(m + 3)
        shift = m * (g.rows(m + 1) * mean) ** 2
        d_tot, d_res = sums * (SS_tot + shift + floor) + shift, sums * (SS_res + floor)
        if not SS_tot > d_tot:
            return np.inf
        quotient = (d_res + SS_res / SS_tot * d_tot) / (SS_tot - d_tot)
        return quotient + g.once * (1 + 2 * (SS_res / SS_tot + quotient))

    found = both(dtype, m, form)
    if np.isinf(found.statistical):
        what = "its squares underflow" if floor >= SS_tot else "rounding its mean spoils that"
        spread, middle = (float(scaled(value, -power)) for value in (deviations.max(), mean))
        raise Unsupported(f"y varies by {spread:.2g} about {middle:.2g}, and {what} in {dtype}; shift or scale y")
    return found


def cost_surface(inputs: Inputs, output: Any, algorithm: str) -> Bound:
    """mse's bound at each point with 2-norms in place of |r|ᵀδ; by Gram γ_{m+2n+6}‖p‖²/m; QR as derived there."""
    X, y, theta, t0, t1 = inputs.values()
    m, n = X.shape
    rest, largest = np.abs(np.asarray(theta, np.float64)), (np.abs(t0).max(), np.abs(t1).max())
    rest[:2] = largest
    _, p = magnitudes(X, y, rest)
    pp, r = p @ p, np.sqrt(m * np.maximum(output, 0))
    own = _surface_cancellation(X, y, theta, t0, t1)

    def direct(g: Gammas) -> Any:
        return _squared_norm(r, g.features(n + 1) * np.sqrt(pp), g.rows(m + 2)) / m + g.oracle_rows(m + 10) * own

    def by_gram(g: Gammas) -> Any:
        return direct(g) + g.rows(m + 2 * n + 6) * pp / m

    def by_qr(g: Gammas) -> Any:
        shift = _householder(X, y, rest) * (g.rows(HOUSEHOLDER * m * (n + 1)) + g.features(n + 2) * np.sqrt(n + 1))
        return direct(g) + _squared_norm(r, shift, g.rows(n + 4)) / m

    return both(X.dtype, X.size, {"gram": by_gram, "qr": by_qr}.get(algorithm, direct))


def split_mse(inputs: Inputs, output: Any, algorithm: str) -> Bound:
    """mse's of both parts."""
    X_train, y_train, X_validation, y_validation, theta = inputs.values()
    parts = [
        mse({"X": X, "y": y, "theta": theta}, output, algorithm)
        for X, y in ((X_train, y_train), (X_validation, y_validation))
    ]
    return Bound(*(np.stack(forms) for forms in zip(*parts, strict=True)))


def both(dtype: Any, work: int, form: Callable[[Gammas], Any]) -> Bound:
    """A formula in γ, for the worst case and in statistical form."""
    with np.errstate(over="ignore", invalid="ignore"):
        worst, likely = (np.asarray(form(g) * OWN_ROUNDING, np.float64) for g in gammas(dtype, work))
    return Bound(worst, likely)


def magnitudes(X: np.ndarray, y: np.ndarray, theta: np.ndarray) -> tuple[NDArray[Any], NDArray[Any]]:
    """|r| and p, each (m,), in float64; p a little larger, so that γp covers underflow."""
    theta, y = np.asarray(theta, np.float64), np.asarray(y, np.float64)
    r, p = np.empty(len(X)), np.empty(len(X))
    for c in chunks(X):
        block = np.asarray(X[c], np.float64)
        r[c] = np.abs(block @ theta - y[c])
        p[c] = np.abs(block) @ np.abs(theta) + np.abs(y[c])
    return r, p + underflow_floor(X.dtype)


def _absolute_column_sums(X: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    total = np.zeros((X.shape[1], vectors.shape[1]))
    for c in chunks(X):
        total += np.abs(np.asarray(X[c], np.float64)).T @ vectors[c]
    return total


def _squared_norm(r: Any, shift: Any, relative: float) -> Any:
    """Error of ‖r‖² where r is off by a vector of norm shift and the sum by a relative error."""
    return 2 * r * shift + shift**2 + relative * (r + shift) ** 2


def _surface_cancellation(X: Any, y: Any, theta: Any, t0: Any, t1: Any) -> np.ndarray:
    """The oracle's six sums about the middle, taken with magnitudes: what one rounding of each weighs."""
    middle = np.asarray(theta, np.float64).copy()
    middle[:2] = t0[len(t0) // 2], t1[len(t1) // 2]
    r, _ = magnitudes(X, y, middle)
    columns = [r, *np.abs(np.asarray(X[:, :2].T, np.float64))]
    d0, d1 = np.meshgrid(np.abs(t0 - middle[0]), np.abs(t1 - middle[1]))
    return quadratic(columns, np.dot, d0, d1) / len(y)


def _householder(X: np.ndarray, y: np.ndarray, theta: np.ndarray) -> float:
    """Σ‖x_j‖|θ_j| + ‖y‖: what a relative error of every column does to r."""
    squares = np.zeros(X.shape[1])
    for c in chunks(X):
        squares += (np.asarray(X[c], np.float64) ** 2).sum(axis=0)
    return float(np.sqrt(squares) @ theta + np.linalg.norm(np.asarray(y, np.float64)))
