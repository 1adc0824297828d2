"""The rounding errors of a correct implementation and of the oracle."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from rooflinear.bench.contract import gamma, statistical_gamma, unit_roundoff

from .arithmetic import FLOAT64_ROUNDOFF, choose


class Gammas(NamedTuple):
    """Relative errors of sums of k terms, of implementation and oracle together, and of one rounding."""

    features: Callable[[int], float]
    rows: Callable[[int], float]
    once: float
    oracle_features: Callable[[int], float]
    oracle_rows: Callable[[int], float]


def underflow_floor(dtype: Any) -> float:
    """What to add to magnitudes so that γ times them covers underflow, flushed to zero or gradual."""
    return float(np.finfo(dtype).tiny) / unit_roundoff(dtype)


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

    return form(gamma), form(statistical_gamma)
