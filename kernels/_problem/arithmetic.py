"""The arithmetic of the oracles: long double, compensated, or float64 in blocks.

Every class offers the same four products and says how many float64 roundings
each is worth; the bounds add them to what an implementation may err.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

WORK_LIMIT = 10**8
"""Products above which float64 in blocks takes over: long double needs 8 ns a product, so 0.8 s."""

FLOAT64_ROUNDOFF = 2.0**-53
BLOCK_ROWS = 256
CHUNK_ELEMENTS = 2**20
"""Elements converted at a time: 16 MiB in long double, whatever the size of X."""


def choose(dtype: Any, work: int) -> "Extended | Compensated | Blocked":
    """The arithmetic for inputs of this dtype and this many products."""
    if np.dtype(dtype) == np.float32 or work > WORK_LIMIT:
        return Blocked()
    return Extended() if long_double_is_wider() else Compensated()


def long_double_is_wider() -> bool:
    """Whether long double has at least the 64-bit significand of x87."""
    return bool(np.finfo(np.longdouble).eps <= 2.0**-63)


def chunks(X: np.ndarray, columns: int = 1) -> Iterator[slice]:
    """Slices of rows that convert, or multiply by that many columns, in little memory."""
    rows = max(1, CHUNK_ELEMENTS // max(1, X.shape[1], columns))
    return (slice(start, start + rows) for start in range(0, len(X), rows))


class Extended:
    """Plain loops in long double."""

    dtype = np.longdouble

    def residuals(self, X: np.ndarray, y: Any, theta: np.ndarray) -> np.ndarray:
        """Xθ − y, (m,)."""
        theta = np.asarray(theta, self.dtype)
        return np.concatenate([np.vecdot(np.asarray(X[c], self.dtype), theta) for c in chunks(X)]) - y

    def column_sums(self, X: np.ndarray, r: np.ndarray) -> np.ndarray:
        """Xᵀr, (n,)."""
        total = np.zeros(X.shape[1], self.dtype)
        for c in chunks(X):
            total += np.einsum("i,ij->j", r[c], np.asarray(X[c], self.dtype))
        return total

    def dot(self, a: np.ndarray, b: np.ndarray) -> Any:
        """Σ ab."""
        return np.vecdot(np.asarray(a, self.dtype), np.asarray(b, self.dtype))

    def total(self, a: np.ndarray) -> Any:
        """Σ a."""
        return np.asarray(a, self.dtype).sum()

    def feature_roundings(self, k: int) -> int:
        """Float64 roundings that k in long double are worth."""
        return math.ceil(k * 2.0**-11)

    row_roundings = feature_roundings


class Compensated:
    """Every sum as if in twice the precision, then rounded once (Ogita, Rump & Oishi 2005, Dot2)."""

    dtype = np.float64

    def residuals(self, X: np.ndarray, y: Any, theta: np.ndarray) -> np.ndarray:
        """Xθ − y, (m,)."""
        y = np.broadcast_to(y, len(X))
        return np.concatenate([self._residuals(X[c], y[c], theta) for c in chunks(X)])

    def _residuals(self, X: np.ndarray, y: np.ndarray, theta: np.ndarray) -> np.ndarray:
        return _dot2(np.column_stack([X, -y]).T, np.append(theta, 1.0)[:, None])

    def column_sums(self, X: np.ndarray, r: np.ndarray) -> np.ndarray:
        """Xᵀr, (n,)."""
        parts = [_dot2(X[c], r[c, None]) for c in chunks(X)]
        return np.array([_fsum(column) for column in zip(*parts, strict=True)])

    def dot(self, a: np.ndarray, b: np.ndarray) -> Any:
        """Σ ab."""
        return _dot2(np.asarray(a)[:, None], np.asarray(b)[:, None])[0]

    def total(self, a: np.ndarray) -> Any:
        """Σ a."""
        return _fsum(a.tolist())

    def feature_roundings(self, k: int) -> int:
        """One rounding of the result and one to spare for the square of γ_k."""
        return 2 + 0 * k

    row_roundings = feature_roundings


class Blocked:
    """Float64 in blocks of 256 rows, whose sums are joined without error."""

    dtype = np.float64

    def residuals(self, X: np.ndarray, y: Any, theta: np.ndarray) -> np.ndarray:
        """Xθ − y, (m,)."""
        theta = np.asarray(theta, self.dtype)
        return np.concatenate([np.asarray(X[c], self.dtype) @ theta for c in chunks(X)]) - y

    def column_sums(self, X: np.ndarray, r: np.ndarray) -> np.ndarray:
        """Xᵀr, (n,)."""
        parts = [part for c in chunks(X) for part in _block_sums(np.asarray(X[c], self.dtype), r[c])]
        return np.array([_fsum(column) for column in np.concatenate(parts).T.tolist()])

    def dot(self, a: np.ndarray, b: np.ndarray) -> Any:
        """Σ ab."""
        return _fsum((np.asarray(a, self.dtype) * np.asarray(b, self.dtype)).tolist())

    def total(self, a: np.ndarray) -> Any:
        """Σ a."""
        return _fsum(a.tolist())

    def feature_roundings(self, k: int) -> int:
        """A sum over features is plain float64."""
        return k

    def row_roundings(self, k: int) -> int:
        """Those within a block and of the joining."""
        return min(k, BLOCK_ROWS + 4)


def _block_sums(X: np.ndarray, r: np.ndarray) -> list[np.ndarray]:
    whole = len(X) - len(X) % BLOCK_ROWS
    blocks = X[:whole].reshape(-1, BLOCK_ROWS, X.shape[1])
    joined = r[:whole].reshape(-1, 1, BLOCK_ROWS) @ blocks
    return [joined[:, 0, :], (r[whole:] @ X[whole:])[None, :]]


def _fsum(values: Sequence[float]) -> float:
    try:
        return math.fsum(values)
    except (OverflowError, ValueError):  # a diverging descent: infinite, or no number at all
        with np.errstate(over="ignore", invalid="ignore"):
            return float(np.sum(values))


def _dot2(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Σ ab along the first axis."""
    terms, errors = _two_product(a, b)
    low = errors.sum(axis=0)
    while len(terms) > 1:
        half = len(terms) // 2
        sums, errors = _two_sum(terms[:half], terms[half : 2 * half])
        low = low + errors.sum(axis=0)
        terms = np.concatenate([sums, terms[2 * half :]])
    return terms[0] + low


def _two_sum(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    total = a + b
    shifted = total - a
    return total, (a - (total - shifted)) + (b - shifted)


def _two_product(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    product = a * b
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    return product, a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)


def _split(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scaled = 134217729.0 * a  # 2²⁷ + 1 (Dekker 1971)
    high = scaled - (scaled - a)
    return high, a - high
