"""Times where there is nothing to interpolate between, from the fit of an implementation's times (`growth`).

The interval is what the fit misses at the worst of the sizes that it was made of, and says nothing of sizes beyond.
"""

import math
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from ...bench.records import words
from ..units import known
from .estimates import MISFIT, TOO_FEW, Estimate
from .frames import Tables
from .growth import SAME_ROWS, predict
from .interpolation import axis
from .views import View

EXACTLY = 1e-6
"""The largest relative error of bytes between sizes: they are computed, not measured."""


def modelled(tables: Tables, view: View, sizes: Mapping[str, int], fit: Mapping[str, Any]) -> Estimate | None:
    """The time of one call at a size, by a row of `growth.fits`; None where the fit does not hold."""
    own = view.of(tables.cases)
    own = own.loc[own["implementation"] == fit["implementation"]]
    timed = own.loc[own["time_ns"].notna() & ~own["disturbed"]]
    if SAME_ROWS in fit["reason"] and any(
        sizes[name] not in set(timed[tables.size_columns[name]]) for name in view.size_names[1:]
    ):
        return None
    moved = moved_bytes(tables, view, sizes, own["algorithm"].iloc[0])
    value = predict(fit, moved, next((sizes[name] for name in view.size_names), 1)) if known(moved) else math.nan
    if not known(value) or not value > 0:
        return None
    worst = fit["misfit_worst"]
    if not worst < 1:
        return Estimate(value, math.nan, math.nan, TOO_FEW)
    return Estimate(value, value / (1 + worst), value / (1 - worst), MISFIT)


def moved_bytes(tables: Tables, view: View, sizes: Mapping[str, int], algorithm: str) -> float:
    """Bytes that an algorithm moves at a size: stated there by the run, else by `byte_terms`; NaN if neither tells."""
    frame = _stated(tables, view, algorithm)
    here = frame.loc[frame["sizes"] == words(dict(sizes)), "bytes"]
    if len(here):
        return float(here.iloc[0])
    terms = byte_terms(tables, view, algorithm)
    return sum(factor * math.prod(sizes[name] for name in names) for names, factor in terms) if terms else math.nan


def byte_terms(tables: Tables, view: View, algorithm: str) -> list[tuple[list[str], float]]:
    """Bytes that an algorithm moves as a sum of products of sizes, such as 8·m·n + 16·n: sizes and factor of each.

    Empty if its bytes are not known, are no such sum, or are known at too few sizes to tell.
    """
    frame = _stated(tables, view, algorithm)
    if frame.empty:
        return []
    names = [name for name in view.size_names if len(axis(view, name)) > 1]
    subsets = [list(each) for count in range(len(names) + 1) for each in combinations(names, count)]
    columns = [frame[[tables.size_columns[name] for name in each]].to_numpy(float).prod(axis=1) for each in subsets]
    terms, moved = np.column_stack(columns), frame["bytes"].to_numpy(float)
    scales = terms.max(axis=0)
    found, _, rank, _ = np.linalg.lstsq(terms / scales / moved[:, None], np.ones(len(moved)), rcond=None)
    if rank < len(subsets) or np.abs(terms / scales @ found / moved - 1).max() > EXACTLY:
        return []
    return list(zip(subsets, (found / scales).tolist(), strict=True))


def _stated(tables: Tables, view: View, algorithm: str) -> pd.DataFrame:
    """The bytes of an algorithm at each size that the run states them for."""
    frame = view.of(tables.cases)
    return frame.loc[(frame["algorithm"] == algorithm) & (frame["bytes"] > 0)].drop_duplicates("sizes")
