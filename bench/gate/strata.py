# pyright: strict
"""Exact tests on the block numbers of several machines together: signed ranks within each, summed over all.

A machine is a stratum: its numbers are ranked among themselves, and only their signs are random. The weights are van
Elteren's, "On the combination of independent two sample tests of Wilcoxon", Bulletin of the International Statistical
Institute 37 (1960); estimate and limits invert the test, as Hodges and Lehmann's do for one sample.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .statistics import CONFIDENCE, Location, doubled_ranks, null_counts, pairwise_means

UNIT = 120
"""Weights are whole numbers, so that the distribution of the sum is counted exactly; this is the scale of them."""

Strata = Sequence[Sequence[float]]
"""The numbers of each machine."""


def weight(blocks: int) -> int:
    """UNIT / (blocks + 1), rounded: rank sums grow with the square of the blocks, evidence only in proportion."""
    return max(1, round(UNIT / (blocks + 1)))


def p_greater(strata: Strata, threshold: float = 0.0) -> float:
    """Exact one-sided p that no machine's numbers lie above ``threshold``.

    Conditional on the ranks within each machine; a number on the threshold counts as below it.
    """
    ranks: list[int] = []
    positive = 0
    for numbers in filter(len, strata):
        differences = np.asarray(numbers, float) - threshold
        doubled = weight(len(numbers)) * doubled_ranks(np.abs(differences))
        ranks += doubled.tolist()
        positive += int(doubled[differences > 0].sum())
    return float(_tail(tuple(sorted(ranks)))[positive]) if ranks else 1.0


def p_less(strata: Strata, threshold: float = 0.0) -> float:
    """Exact one-sided p that no machine's numbers lie below ``threshold``."""
    return p_greater([[-number for number in numbers] for numbers in strata], -threshold)


def location(strata: Strata) -> Location:
    """Where the numbers lie if all machines share one ratio: weighted median of the pairwise means, exact limits.

    The weighted count of pairwise means above a value is the test's sum for that value; a limit is where it becomes
    significant. Infinite where so few numbers exclude nothing.
    """
    whole = [numbers for numbers in strata if len(numbers)]
    means = [pairwise_means(np.asarray(numbers, float)) for numbers in whole]
    weights = np.repeat([weight(len(numbers)) for numbers in whole], list(map(len, means)))
    together = np.concatenate(means)
    order = np.argsort(together)
    values, at_least = together[order], np.cumsum(weights[order][::-1])[::-1]
    at_most, half = at_least[0] - np.append(at_least[1:], 0), at_least[0] / 2
    middle = float((values[at_least >= half][-1] + values[at_most >= half][0]) / 2)
    critical = _critical(tuple(sorted(map(len, whole))))
    if critical is None:
        return Location(middle, -math.inf, math.inf)
    return Location(middle, float(values[at_least >= critical][-1]), float(values[at_most >= critical][0]))


@lru_cache(1024)
def _critical(blocks: tuple[int, ...]) -> int | None:
    """The least weighted sum of ranks that is significant at one-sided 95 %; None if none is."""
    ranks = [weight(count) * rank for count in blocks for rank in range(1, count + 1)]
    significant = np.flatnonzero(_tail(tuple(sorted(ranks))) <= 1 - CONFIDENCE)
    return int(significant[0]) if len(significant) else None


@lru_cache(256)
def _tail(ranks: tuple[int, ...]) -> NDArray[np.float64]:
    """P(sum of positive ranks >= each value)."""
    counts = null_counts(ranks)
    return np.cumsum(counts[::-1])[::-1] / counts.sum()
