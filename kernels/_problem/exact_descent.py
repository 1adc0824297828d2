"""Integer inputs for the exact test of gradient descent.

With m and α powers of two every step adds k = −log₂(2α/m) binary places; as
many steps are taken, at most 3, as keep every partial sum, Aᵀp among them
(which covers the Gram form), below 2²⁴ or 2⁵³ of the last place. With any other
m one step is taken from the integers of the gradient's exact test, α = ½.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from rooflinear.bench.contract import Inputs

from . import exact
from .exact import _bits, _cast, _scale


def gradient_descent(rng: Any, sizes: Mapping[str, int], parameters: Any, dtype: Any) -> Inputs:
    """X, y, theta0, learning_rate, and steps of its own."""
    m, n = sizes["m"], sizes["n"]
    if m & (m - 1):
        X, y, theta0 = exact.gradient(rng, sizes, parameters, dtype).values()
        return {"X": X, "y": y, "theta0": theta0} | _rate(dtype, 0.5, 1)
    X, theta0 = rng.choice([-1.0, 1.0], (m, n)), rng.choice([-2.0, -1, 1, 2], n)
    y = rng.choice([-3.0, -2, -1, 1, 2, 3], m)
    for steps in (3, 2, 1):
        for places in range(math.ceil(math.log2(max(m, n))) + 2, -1, -1):
            theta = _descend(X, y, theta0, steps, places, 2 ** _bits(dtype))
            if theta is not None:
                scale = _scale(theta, _bits(dtype), 1)
                arrays = _cast(dtype, X=X, y=y * scale, theta0=theta0 * scale)
                return arrays | _rate(dtype, m / 2 * 2.0**-places, steps)
    raise ValueError(f"exact test: one step at m = {m}, n = {n} exceeds the {_bits(dtype)} bits of {np.dtype(dtype)}")


def _descend(X: Any, y: Any, theta: Any, steps: int, places: int, limit: int) -> np.ndarray | None:
    """θ after the steps of θ ← θ − 2⁻ᵖˡᵃᶜᵉˢ·Xᵀ(Xθ − y), or nothing where a partial sum exceeds the limit."""
    A = np.abs(X)
    for step in range(steps):
        largest = (A.T @ (A @ np.abs(theta) + np.abs(y))).max() * 2.0 ** (step * places)
        theta = theta - 2.0**-places * (X.T @ (X @ theta - y))
        if max(largest, np.abs(theta).max() * 2.0 ** ((step + 1) * places)) > limit:
            return None
    return theta


def _rate(dtype: Any, rate: float, steps: int) -> Inputs:
    return {"learning_rate": np.dtype(dtype).type(rate), "steps": steps}
