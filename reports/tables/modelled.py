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
    """Bytes that an algorithm moves at a size, from those at measured sizes; NaN where they do not tell.

    Between sizes they are a sum of products of sizes, such as 8·(m·n + m + 2·n), or not known.
    """
    frame = view.of(tables.cases)
    frame = frame.loc[(frame["algorithm"] == algorithm) & frame["bytes"].notna()].drop_duplicates("sizes")
    here = frame.loc[frame["sizes"] == words(sizes), "bytes"]
    if len(here):
        return float(here.iloc[0])
    columns = [tables.size_columns[name] for name in view.size_names]
    return _product_sum(frame, columns, [sizes[name] for name in view.size_names]) if len(frame) else math.nan


def _product_sum(frame: pd.DataFrame, columns: list[str], sizes: list[int]) -> float:
    subsets = [chosen for count in range(len(columns) + 1) for chosen in combinations(range(len(columns)), count)]
    measured, wanted = frame[columns].to_numpy(float), np.array(sizes, float)
    terms = np.column_stack([measured[:, chosen].prod(axis=1) for chosen in subsets])
    scales, moved = terms.max(axis=0), frame["bytes"].to_numpy(float)
    found, *_ = np.linalg.lstsq(terms / scales / moved[:, None], np.ones(len(moved)), rcond=None)
    if np.abs(terms / scales @ found / moved - 1).max() > EXACTLY:
        return math.nan
    return float(np.array([wanted[list(chosen)].prod() for chosen in subsets]) / scales @ found)
