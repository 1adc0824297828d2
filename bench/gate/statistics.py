"""Exact tests on block numbers: log ratios of head to base, one per pair of fresh processes.

Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1
(1945); Hodges and Lehmann, "Estimates of location based on rank tests", Annals
of Mathematical Statistics 34 (1963); Holm, Scandinavian Journal of Statistics
6 (1979).
"""

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, stdtr

CONFIDENCE = 0.95
"""Level of each one-sided limit; two of them form a 90 % interval."""

POWER = 0.95
POWER_DRAWS = 2000


class Location(NamedTuple):
    """Hodges-Lehmann estimate with one-sided 95 % limits, as log ratios."""

    value: float
    low: float
    high: float


def location(numbers: Sequence[float]) -> Location:
    """Where the numbers lie: median of the pairwise means, limits from the exact signed-rank distribution.

    Fewer than five numbers cannot exclude anything at 95 %: their limits are infinite.
    """
    return _location(tuple(numbers))


@lru_cache(64)  # the judge asks for the same numbers up to four times
def _location(numbers: tuple[float, ...]) -> Location:
    means = pairwise_means(np.asarray(numbers, float))
    middle = float(means[(len(means) - 1) // 2] + means[len(means) // 2]) / 2
    outside = _outside(len(numbers))
    if outside is None:
        return Location(middle, -math.inf, math.inf)
    return Location(middle, float(means[outside]), float(means[-1 - outside]))


def p_greater(numbers: Sequence[float], threshold: float = 0.0) -> float:
    """Exact one-sided p of the signed-rank test that the numbers do not lie above ``threshold``.

    Conditional on the ranks, so ties are exact too; a number on the threshold counts as below it.
    """
    differences = np.asarray(numbers, float) - threshold
    if not len(differences):
        return 1.0
    doubled = doubled_ranks(np.abs(differences))
    positive = int(doubled[differences > 0].sum())
    return float(_tail(tuple(sorted(doubled.tolist())))[positive])


def p_less(numbers: Sequence[float], threshold: float = 0.0) -> float:
    """Exact one-sided p that the numbers do not lie below ``threshold``."""
    return p_greater([-number for number in numbers], -threshold)


def spread(numbers: Sequence[float]) -> float:
    """Standard deviation of block numbers; infinite for fewer than two."""
    return float(np.std(numbers, ddof=1)) if len(numbers) > 1 else math.inf


def spread_upper(numbers: Sequence[float], confidence: float = 0.8) -> float:
    """Upper confidence limit of the spread of normal numbers."""
    freedom = len(numbers) - 1
    return spread(numbers) * math.sqrt(freedom / chdtri(freedom, confidence)) if freedom else math.inf


def p_of_trend(numbers: Sequence[float]) -> float:
    """Two-sided p of Spearman's rank correlation of more than two numbers with their order, by Student's t.

    1 where all are equal.
    """
    freedom, ranks = len(numbers) - 2, doubled_ranks(np.asarray(numbers, float))
    if not np.ptp(ranks):
        return 1.0
    correlation = min(abs(float(np.corrcoef(np.arange(len(ranks)), ranks)[0, 1])), 1.0)
    unexplained = 1 - correlation**2
    return 2 * float(stdtr(freedom, -correlation * math.sqrt(freedom / unexplained))) if unexplained else 0.0


def holm(ps: Sequence[float], level: float) -> list[bool]:
    """Which hypotheses Holm's step-down procedure rejects, the family-wise error held at ``level``."""
    order = sorted(range(len(ps)), key=ps.__getitem__)
    rejected = [False] * len(ps)
    for place, index in enumerate(order):
        if ps[index] > level / (len(ps) - place):
            break
        rejected[index] = True
    return rejected


def least_p(blocks: int) -> float:
    """The smallest p that a signed-rank test over this many blocks can give."""
    return 0.5**blocks


def least_effect(margin: float, deviation: float, blocks: int, level: float) -> float:
    """Smallest true ratio that the test of ``ratio <= 1 + margin`` at ``level`` finds with a power of 95 %.

    For normal block numbers of the given standard deviation; infinite where so
    few blocks can never fire.
    """
    if least_p(blocks) > level:
        return math.inf
    return (1 + margin) * math.exp(deviation * _least_shift(blocks, level))


def blocks_to_find(shift: float, deviation: float, level: float, choices: Sequence[int]) -> int | None:
    """The first of ``choices`` with a power of 95 % against a shift of the log ratio at ``level``; None if none has."""
    able = (blocks for blocks in choices if least_p(blocks) <= level)
    return next((blocks for blocks in able if deviation * _least_shift(blocks, level) <= shift), None)


@lru_cache(4096)
def _least_shift(blocks: int, level: float) -> float:
    """The smallest shift found, in standard deviations, by the test on fixed draws, where approximations fail."""
    from scipy.optimize import brentq  # slow to load, and a comparison may end at its screen

    normal = np.random.default_rng(0).standard_normal((POWER_DRAWS, blocks))
    tail = _tail(tuple(2 * rank for rank in range(1, blocks + 1)))
    critical = int(np.argmax(tail <= level))

    def missed(shift: float) -> float:
        numbers = normal + shift
        ranks = np.argsort(np.argsort(np.abs(numbers), axis=1), axis=1) + 1
        sums = 2 * np.where(numbers > 0, ranks, 0).sum(axis=1)
        return float(np.mean(sums < critical)) - (1 - POWER)

    return cast(float, brentq(missed, 0.0, 8.0, xtol=0.01))


def null_counts(ranks: tuple[int, ...]) -> NDArray[np.float64]:
    """How many of the 2^n sign patterns give each sum of positive (doubled) ranks; exact up to n = 53."""
    counts = np.zeros(sum(ranks) + 1)
    counts[0] = 1
    for rank in ranks:
        counts[rank:] += counts[: len(counts) - rank].copy()
    return counts


@lru_cache(4096)
def _tail(doubled_ranks: tuple[int, ...]) -> NDArray[np.float64]:
    """P(sum of positive ranks >= each value)."""
    counts = null_counts(doubled_ranks)
    return np.cumsum(counts[::-1])[::-1] / counts.sum()


def doubled_ranks(sizes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Twice the ranks, so that the ranks of ties are whole numbers."""
    ordered = np.sort(sizes)
    return np.searchsorted(ordered, sizes, "left") + np.searchsorted(ordered, sizes, "right") + 1


@cache
def _outside(blocks: int) -> int | None:
    """How many pairwise means lie outside a one-sided 95 % limit; None where there is none."""
    counts = null_counts(tuple(2 * rank for rank in range(1, blocks + 1)))[::2]
    below = np.cumsum(counts) / counts.sum()
    allowed = int(np.searchsorted(below, 1 - CONFIDENCE, side="right"))
    return allowed - 1 if allowed else None


def pairwise_means(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each number with itself and with each other one, ascending."""
    rows, columns = _pairs(len(numbers))
    return np.sort((numbers[rows] + numbers[columns]) / 2)


@cache
def _pairs(blocks: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return np.triu_indices(blocks)
