"""How precise a right answer is: rounding of an implementation and of the oracle."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ._arithmetic import FLOAT64_ROUNDOFF, choose

CONFIDENCE = 8.0
"""Rounding errors that do not conspire grow like √k (Higham & Mary 2019); 8 standard deviations."""


class Gammas(NamedTuple):
    """Relative errors of sums of k terms, of implementation and oracle together, and of one rounding."""

    features: Callable[[int], float]
    rows: Callable[[int], float]
    once: float
    oracle_features: Callable[[int], float]
    oracle_rows: Callable[[int], float]


def unit_roundoff(dtype: Any) -> float:
    """Half the distance from 1 to the next number: 2⁻⁵³ or 2⁻²⁴."""
    return float(np.finfo(dtype).eps) / 2


def underflow_floor(dtype: Any) -> float:
    """What to add to magnitudes so that γ times them covers underflow, flushed to zero or gradual."""
    return float(np.finfo(dtype).tiny) / unit_roundoff(dtype)


def gamma(k: int, u: float) -> float:
    """γ_k = ku/(1 − ku); infinite where nothing can be said (Higham 2002, 3.1)."""
    return k * u / (1 - k * u) if k * u < 1 else np.inf


def statistical(k: int, u: float) -> float:
    """8√k·u, or γ_k where that is less."""
    return min(gamma(k, u), CONFIDENCE * np.sqrt(k) * u)


def gammas(dtype: Any, work: int) -> tuple[Gammas, Gammas]:
    """Worst case and statistical form, the oracle's own error included.

    ``work`` is the number of products the oracle forms; it decides its arithmetic.
    """
    oracle, u, v = choose(dtype, work), unit_roundoff(dtype), FLOAT64_ROUNDOFF

    def form(of: Callable[[int, float], float]) -> Gammas:
        def oracle_features(k: int) -> float:
            return of(oracle.feature_roundings(k), v) + v  # and the rounding of its output

        def oracle_rows(k: int) -> float:
            return of(oracle.row_roundings(k), v) + v

        return Gammas(
            features=lambda k: of(k, u) + oracle_features(k),
            rows=lambda k: of(k, u) + oracle_rows(k),
            once=u + 2 * v,
            oracle_features=oracle_features,
            oracle_rows=oracle_rows,
        )

    return form(gamma), form(statistical)
