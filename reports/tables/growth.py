"""How time grows with size: a fixed cost and a rate for each implementation, fitted over a sweep.

    time = fixed_ns + 1e9 · bytes ÷ rate + row_ns · rows

``bytes`` are what the case's own algorithm must move, ``rows`` its first size (samples m). The fit minimises
Σ((time − fit)/time)², so a microsecond counts at small sizes as a second does at large ones; no coefficient is
negative (`scipy.optimize.nnls`).

bytes_per_second         the rate. It is an effective one: what arithmetic takes is in it
cached_bytes_per_second  the rate up to ``cache_bytes``, where two rates fit clearly better than one;
                         bytes_per_second then is that beyond the last cache
cache_bytes              bytes moved by a size that just fills the last cache; missing where caches are not known
row_ns                   cost of a row, where a fit with it is clearly better
misfit, misfit_worst     median and largest |fit ÷ time − 1|; ``worst_at`` is the size of the latter
sizes, least_bytes, most_bytes   how many sizes were fitted, and from where to where
reason                   why a coefficient is missing. One whose 95 % interval reaches 0 cannot be estimated from these
                         sizes: it is left out, and the rest is fitted again

Clearly better: Akaike's criterion, corrected for few values, falls by more than seven (Burnham & Anderson, "Model
Selection and Multimodel Inference", 2nd ed., 2.6: such a model has considerably more support).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..units import known
from .estimates import CONFIDENCE
from .frames import VIEW, Tables
from .views import View, views

COEFFICIENTS = ("fixed_ns", "bytes_per_second", "cached_bytes_per_second", "cache_bytes", "row_ns")
COLUMNS = (*COEFFICIENTS, "misfit", "misfit_worst", "worst_at", "sizes", "least_bytes", "most_bytes", "reason")

FEWEST_SIZES = 3
FEWEST_A_RATE = 2
CLEARLY = 7.0
NOISE = 0.01
"""No time is known to better than one per cent, so smaller misfits do not make a fit better."""

FIXED, BYTES, CACHED, BEYOND, ROWS = "fixed", "bytes", "cached", "beyond", "rows"
MODELS = ((FIXED, BYTES), (FIXED, BYTES, ROWS), (FIXED, CACHED, BEYOND), (FIXED, CACHED, BEYOND, ROWS))
"""The simplest first."""

NOT_ESTIMATED = {
    "fixed_ns": "fixed cost: too small compared with the times at these sizes",
    "bytes_per_second": "rate: times hardly grow with the bytes at these sizes",
}
SAME_ROWS = "cost of a row: rows and bytes grow together at these sizes"

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """Coefficients in ns by term, fit ÷ time at each size, and Akaike's criterion."""

    terms: dict[str, float]
    ratios: Array
    score: float


def fits(tables: Tables, shown: Sequence[View] | None = None) -> pd.DataFrame:
    """A row per view (or only those ``shown``) and implementation with a time: coefficients, and how well they fit.

    Disturbed times are unreliable and are left out.
    """
    rows = [
        {**{column: getattr(view, column) for column in VIEW}, "implementation": name, **_row(tables, view, frame)}
        for view in (views(tables) if shown is None else shown)
        for name, frame in _timed(view.of(tables.cases))
    ]
    return pd.DataFrame(rows, columns=[*VIEW, "implementation", *COLUMNS])


def predict(fit: Mapping[str, Any], moved: float, rows: float) -> float:
    """Time in ns of a size that moves so many bytes and has so many rows, from a row of `fits`.

    NaN if a missing coefficient could matter: below the smallest size without a
    fixed cost, above the largest without a rate, and beyond the last cache if
    every fitted size was within it.
    """
    fixed, rate, cached, cache_bytes, row_ns = (_or_none(fit[name]) for name in COEFFICIENTS)
    beyond = cache_bytes is not None and moved > cache_bytes
    if cached is not None and not beyond:
        rate = cached
    if (
        fixed is rate is row_ns is None
        or (fixed is None and moved < fit["least_bytes"])
        or (rate is None and moved > fit["most_bytes"])
        or (beyond and fit["most_bytes"] <= cache_bytes)
    ):
        return math.nan
    return (fixed or 0.0) + (1e9 * moved / rate if rate else 0.0) + (row_ns or 0.0) * rows


def _row(tables: Tables, view: View, frame: pd.DataFrame) -> dict[str, Any]:
    moved, times = frame["bytes"].to_numpy(float), frame["time_ns"].to_numpy(float)
    rows = frame[tables.size_columns[view.size_names[0]]].to_numpy(float) if view.size_names else np.ones(len(frame))
    cache_bytes = _cache_bytes(tables, frame)
    told = {"sizes": len(frame), "least_bytes": moved.min(), "most_bytes": moved.max(), "cache_bytes": cache_bytes}
    reason = _hopeless(moved)
    if reason:
        return {**dict.fromkeys(COLUMNS, math.nan), **told, "worst_at": None, "reason": reason}
    within = moved <= cache_bytes if known(cache_bytes) else np.ones(len(moved), bool)
    columns = {
        FIXED: np.ones(len(moved)),
        BYTES: moved,
        CACHED: np.where(within, moved, 0.0),
        BEYOND: np.where(within, 0.0, moved),
        ROWS: rows,
    }
    best = _best(columns, times, two_rates=min(within.sum(), (~within).sum()) >= FEWEST_A_RATE)
    misfits = np.abs(best.ratios - 1)
    coefficients = _coefficients(best.terms)
    return {
        **coefficients,
        **told,
        "misfit": float(np.median(misfits)),
        "misfit_worst": float(misfits.max()),
        "worst_at": frame["sizes"].iloc[int(misfits.argmax())],
        "reason": _not_estimated(coefficients, columns, times),
    }


def _hopeless(moved: Array) -> str:
    if not np.isfinite(moved).all():
        return "the cost of these cases is not known"
    if len(moved) < FEWEST_SIZES:
        return f"a fit needs {FEWEST_SIZES} sizes, {len(moved)} timed"
    return "" if len(set(moved)) > 1 else "all sizes move the same bytes"


def _best(columns: dict[str, Array], times: Array, two_rates: bool) -> Fit:
    """The simplest model, or another that is clearly better."""
    best = None
    for model in MODELS:
        if CACHED in model and not two_rates:
            continue
        terms = {name: columns[name] / times for name in model}
        if _dependent(terms):
            continue
        made = _significant(terms)
        told = {CACHED, BEYOND, ROWS} & set(model) <= made.terms.keys()
        if best is None or (told and made.score < best.score - CLEARLY):
            best = made
    assert best is not None  # the first model's terms are independent: bytes differ
    return best


def _significant(terms: dict[str, Array]) -> Fit:
    """The fit by these terms, without those that cannot be distinguished from 0; one is always left."""
    while True:
        coefficients, errors, fit = _least_squares(terms)
        weakest = min(terms, key=lambda name: coefficients[name] / errors[name])
        if len(terms) == 1 or coefficients[weakest] > errors[weakest]:
            return fit
        terms = {name: column for name, column in terms.items() if name != weakest}


def _least_squares(terms: dict[str, Array]) -> tuple[dict[str, float], dict[str, float], Fit]:
    """Coefficients, half their 95 % intervals, and the fit."""
    from scipy.optimize import nnls
    from scipy.special import stdtrit

    matrix = np.column_stack(list(terms.values()))
    scales = np.linalg.norm(matrix, axis=0)
    count, unknowns = matrix.shape
    solution, _ = nnls(matrix / scales, np.ones(count))
    ratios = (matrix / scales) @ solution
    squares = float(((ratios - 1) ** 2).sum())
    spread = max(math.sqrt(squares / (count - unknowns)), NOISE) if count > unknowns else math.inf
    inverse = np.linalg.inv((matrix / scales).T @ (matrix / scales))
    halves = float(stdtrit(max(1, count - unknowns), 0.5 + CONFIDENCE / 2)) * spread * np.sqrt(np.diag(inverse))
    coefficients = dict(zip(terms, (solution / scales).tolist(), strict=True))
    errors = dict(zip(terms, (halves / scales).tolist(), strict=True))
    return coefficients, errors, Fit(coefficients, ratios, _akaike(squares / count, count, unknowns + 1))


def _akaike(mean_square: float, count: int, unknowns: int) -> float:
    """Corrected for few values; the spread is an unknown too."""
    left = count - unknowns - 1
    if left <= 0:
        return math.inf
    return count * math.log(mean_square + NOISE**2) + 2 * unknowns + 2 * unknowns * (unknowns + 1) / left


def _dependent(terms: dict[str, Array]) -> bool:
    matrix = np.column_stack(list(terms.values()))
    return int(np.linalg.matrix_rank(matrix / np.linalg.norm(matrix, axis=0), tol=1e-6)) < len(terms)


def _coefficients(terms: dict[str, float]) -> dict[str, float]:
    slower = terms.get(BEYOND, terms.get(BYTES))
    return {
        "fixed_ns": terms.get(FIXED, math.nan),
        "bytes_per_second": 1e9 / slower if slower else math.nan,
        "cached_bytes_per_second": 1e9 / terms[CACHED] if CACHED in terms else math.nan,
        "row_ns": terms.get(ROWS, math.nan),
    }


def _not_estimated(coefficients: dict[str, float], columns: dict[str, Array], times: Array) -> str:
    reasons = [why for name, why in NOT_ESTIMATED.items() if not known(coefficients[name])]
    if _dependent({name: columns[name] / times for name in (FIXED, BYTES, ROWS)}):
        reasons.append(SAME_ROWS)
    return "; ".join(reasons)


def _cache_bytes(tables: Tables, frame: pd.DataFrame) -> float:
    """Bytes moved at a size that fills the last cache; an algorithm that reads its inputs twice moves twice as many."""
    last = max(tables.run.machine.caches_bytes.values(), default=math.nan)
    return float(last * (frame["bytes"] / frame["footprint_bytes"]).median())


def _timed(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    timed = frame.loc[frame["time_ns"].notna() & ~frame["disturbed"]]
    for name, rows in timed.groupby("implementation", sort=False):
        yield str(name), rows


def _or_none(value: Any) -> float | None:
    return float(value) if known(value) else None
