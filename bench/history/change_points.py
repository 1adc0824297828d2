"""Where the level of a series changes: nominations only, which the gate confirms or not.

`ruptures` (Truong, Oudre, Vayatis, "Selective review of offline change point detection methods", Signal Processing 167
(2020)) finds the segmentation that costs least: squared distances from each segment's mean in units of the noise, and a
penalty for each change (Killick, Fearnhead, Eckley, JASA 107 (2012)).
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..errors import CannotFinish

PENALTY = 3.0
"""The cost of a change is this times log n. Schwarz's criterion for a mean and a place is 2; at 3, series without a
change suggest one in 1 of 160 cases instead of 1 of 13, and no fewer changes are found (`simulated_histories`)."""

LEAST_DEVIATION = 1e-4
"""Counted as noise of a value that is always the same."""

ENOUGH = 16
"""From so many points on, their own scatter from one to the next counts as noise where it is larger."""

NORMAL = 1.4826
"""Standard deviation of normal numbers over the median of their absolute values."""


def change_points(values: Sequence[float], deviations: Sequence[float]) -> list[int]:
    """The places at which a new level begins, in order. ``values`` are logarithms.

    ``deviations`` are the standard deviations of the values as far as they are known; without one, the scatter from
    one value to the next stands for all. A single value may be a level of its own. Raises `CannotFinish` without
    the library.
    """
    if len(values) < 2:
        return []
    signal = np.asarray(values, float)[:, None] / noise(values, deviations)
    return [int(each) for each in _segmented(signal, PENALTY * math.log(max(len(values), 3)))[:-1]]


def noise(values: Sequence[float], deviations: Sequence[float]) -> float:
    """The standard deviation of a value: the median of those known, or the robust scatter of the differences."""
    known = float(np.median(deviations)) if len(deviations) else 0.0
    if len(values) >= ENOUGH or not len(deviations):
        known = max(known, NORMAL * float(np.median(np.abs(np.diff(values)))) / math.sqrt(2))
    return max(known, LEAST_DEVIATION)


def jumps(values: Sequence[float], places: Sequence[int]) -> list[float]:
    """How far the mean of each segment lies above that of the one before."""
    ends = [0, *places, len(values)]
    means = [float(np.mean(values[ends[n] : ends[n + 1]])) for n in range(len(ends) - 1)]
    return [after - before for before, after in pairwise(means)]


def _segmented(signal: np.ndarray, penalty: float) -> list[int]:
    try:
        from ruptures import KernelCPD
    except ImportError as error:
        remedy = "'python -m pip install ruptures' installs it (for Python before 3.14)"
        raise CannotFinish(f"ruptures, which finds changes in series, cannot be imported: {error}; {remedy}") from error
    found: Any = KernelCPD(kernel="linear", min_size=1).fit(signal).predict(pen=penalty)
    return list(found)
