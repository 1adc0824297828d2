"""Integer inputs for which every order of summation gives the same bits.

Every partial sum stays below 2ᵇ, b = 24 or 53, in units of a power of two. What
remains is the division by m, before the sums or after:

- m a power of two: it rounds nothing;
- m·fl(1/m) within u/2 of 1, and residuals multiples of m: terms r·fl(2/m)
  round back to integers, so only a division after the sums rounds, by 2u;
- any other m: residuals so small that γ_{m+2} times the result is below ½.

The results of the first two are scaled by a power of two until ½ is at most
2⁻²⁰ of them; then `equal` compares within ½.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from rooflinear.bench.contract import Inputs

from . import oracle
from .inputs import training_rows

FEATURES, COEFFICIENTS = np.array([1, 2]), np.array([-2, -1, 1, 2])


def equal(output: Any, expected: Any) -> bool:
    """Whether both are the same numbers once the division by m is undone: within ½."""
    output, expected = np.asarray(output), np.asarray(expected)
    if output.shape != expected.shape:
        return False
    with np.errstate(invalid="ignore"):
        return bool(np.all(np.abs(output.astype(np.float64) - expected) < 0.5))


def same(output: Any, expected: Any) -> bool:
    """Whether both are the same numbers."""
    output, expected = np.asarray(output), np.asarray(expected)
    return output.shape == expected.shape and bool(np.all(output == expected))


def same_ratio(output: Any, expected: Any) -> bool:
    """Whether both agree to 8u, or both are NaN: sums are exact, dividing both by m first rounds thrice."""
    output, expected = np.asarray(output), np.asarray(expected)
    if output.shape != expected.shape or np.isnan(expected).any():
        return output.shape == expected.shape and bool(np.isnan(output).all())
    eps = np.finfo(output.dtype if output.dtype.kind == "f" else np.float64).eps
    return bool(np.all(np.abs(output.astype(np.float64) - expected) <= 4 * eps * np.abs(expected)))


def predict(rng: Any, sizes: Mapping[str, int], parameters: Any, dtype: Any) -> Inputs:
    """A last row whose one non-zero, 4095 · 4097 in float32, needs every bit: TF32 shows."""
    m, n, bits = sizes["m"], sizes["n"], _bits(dtype)
    X, theta = rng.choice([-3, -2, -1, 1, 2, 3], (m, n)), rng.choice([-4, -3, -1, 1, 3, 4], n)
    big = 2 ** (bits // 2)
    X[-1], theta[-1] = 0, big + 1
    X[-1, -1] = big - 1
    _must_fit(3 * (big + 1) + 12 * n, dtype, sizes)
    return _cast(dtype, X=X, theta=theta)


def residuals(rng: Any, sizes: Mapping[str, int], parameters: Any, dtype: Any) -> Inputs:
    """As predict; y positive, so that y − 4095 · 4097 fits."""
    X, theta = predict(rng, sizes, parameters, dtype).values()
    return {"X": X} | _cast(dtype, y=rng.integers(1, 9, sizes["m"])) | {"theta": theta}


def mse(rng: Any, sizes: Mapping[str, int], parameters: Any, dtype: Any) -> Inputs:
    """Residuals ±1 and ±2, times a unit."""
    m = sizes["m"]
    unit, top = _unit(m, 4, 2, dtype)
    X, y, theta = _system(rng, sizes, unit * _signed(rng, m), dtype)
    scale = _scale(oracle.mse(X, y, theta), top, 2)
    return _cast(dtype, X=X, y=y * scale, theta=theta * scale)


def gradient(rng: Any, sizes: Mapping[str, int], parameters: Any, dtype: Any) -> Inputs:
    """Features and residuals of one sign: a sum that cancels would show the rounding of 2/m."""
    m = sizes["m"]
    unit, top = _unit(m, 4, 1, dtype)
    X, y, theta = _system(rng, sizes, unit * rng.integers(1, 3, m), dtype)
    scale = _scale(oracle.gradient(X, y, theta), top, 1)
    return _cast(dtype, X=X, y=y * scale, theta=theta * scale)


def split_mse(rng: Any, sizes: Mapping[str, int], parameters: Any, dtype: Any) -> Inputs:
    """mse's inputs for both parts, each with a unit of its own."""
    m, rows = sizes["m"], training_rows(sizes["m"])
    plans = [_unit(part, 4, 2, dtype) for part in (rows, m - rows)]
    units = np.repeat([unit for unit, _ in plans], [rows, m - rows])
    X, y, theta = _system(rng, sizes, units * _signed(rng, m), dtype)
    parts = X[:rows], y[:rows], X[rows:], y[rows:]
    scale = _scale(oracle.split_mse(*parts, theta), min(top for _, top in plans), 2)
    names = ("X_train", "y_train", "X_validation", "y_validation", "theta")
    scaled = (parts[0], parts[1] * scale, parts[2], parts[3] * scale, theta * scale)
    return _cast(dtype, **dict(zip(names, scaled, strict=True)))


def cost_surface(rng: Any, sizes: Mapping[str, int], parameters: Any, dtype: Any) -> Inputs:
    """A grid of up to 5 × 4 points, at each of which every residual is a small integer times a unit."""
    m, n = sizes["m"], sizes["n"]
    if n < 2:
        raise ValueError(f"cost_surface: n = {n}; two components of theta vary, so n must be at least 2")
    unit, top = _unit(m, 100, 2, dtype)
    X, y, theta = _system(rng, sizes, unit * _signed(rng, m), dtype)
    y = y - X[:, :2] @ theta[:2]
    t0, t1 = unit * np.arange(-2.0, 3), unit * np.arange(-1.0, 3)
    scale = _scale(oracle.cost_surface(X, y, theta, t0, t1), top, 2)
    scaled = {"y": y * scale, "theta": theta * scale, "theta0_values": t0 * scale, "theta1_values": t1 * scale}
    return _cast(dtype, X=X, **scaled)


def r2(rng: Any, sizes: Mapping[str, int], parameters: Any, dtype: Any) -> Inputs:
    """y = ±4 in pairs, a power of two of them, so its mean is 0 and SStot a power of two."""
    m = sizes["m"]
    pairs = 2 ** int(math.log2(m // 2)) if m > 1 else 0
    y = rng.permutation(np.repeat([4, -4, 0], [pairs, pairs, m - 2 * pairs]))
    errors = _signed(rng, m)
    _must_fit(max(int(y @ y), int(errors @ errors)), dtype, sizes)
    return _cast(dtype, y=y, y_predicted=y - errors)


def _system(rng: Any, sizes: Mapping[str, int], residual: np.ndarray, dtype: Any) -> tuple[Any, Any, Any]:
    """X, y, theta in float64 with Xθ − y the given integers."""
    m, n = sizes["m"], sizes["n"]
    X, theta = rng.choice(FEATURES, (m, n)).astype(float), rng.choice(COEFFICIENTS, n).astype(float)
    y = X @ theta - residual
    _must_fit(4 * n + float(np.abs(y).max()), dtype, sizes)
    return X, y, theta


def _unit(m: int, weight: int, power: int, dtype: Any) -> tuple[int, int]:
    """The unit of residuals, and how many bits their result may be scaled to (0: not at all).

    ``weight`` bounds a row's term in units to that power.
    """
    limit = 2 ** _bits(dtype)
    if m & (m - 1) == 0 and m * weight <= limit:
        return 1, _bits(dtype)
    if _divides_kindly(m, dtype) and m * weight * m**power <= limit:
        return m, _bits(dtype) - 3
    largest = int((limit / 8 / (m * weight)) ** (1 / power))
    if largest < 1:
        raise ValueError(f"exact test: m = {m} rows of integers exceed the {_bits(dtype)} bits of {np.dtype(dtype)}")
    return largest, 0


def _divides_kindly(m: int, dtype: Any) -> bool:
    reciprocal = Fraction(float(np.dtype(dtype).type(1) / np.dtype(dtype).type(m)))
    return abs(reciprocal * m - 1) <= Fraction(float(np.finfo(dtype).eps)) / 4


def _scale(expected: np.ndarray, top: int, power: int) -> float:
    """The power of two that takes the largest result, homogeneous of that power, just below 2^top."""
    if not top:
        return 1.0
    exponent = math.frexp(float(np.abs(expected).max()))[1]
    return 2.0 ** ((top - exponent) // power)


def _signed(rng: Any, m: int) -> np.ndarray:
    return rng.choice(COEFFICIENTS, m)


def _bits(dtype: Any) -> int:
    return np.finfo(dtype).nmant + 1


def _must_fit(largest: float, dtype: Any, sizes: Mapping[str, int]) -> None:
    if largest > 2 ** _bits(dtype):
        shown = ", ".join(f"{name} = {value}" for name, value in sizes.items())
        raise ValueError(f"exact test: integers at {shown} exceed the {_bits(dtype)} bits of {np.dtype(dtype)}")


def _cast(dtype: Any, **arrays: np.ndarray) -> Inputs:
    return {name: np.ascontiguousarray(array, dtype) for name, array in arrays.items()}
