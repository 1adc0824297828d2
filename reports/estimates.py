"""Medians, ratios and their intervals. Everything is computed on logarithms of times.

A fresh process is what repeats independently, so with three or more blocks the
interval is Student's t over one number per block ("between processes"). Two
leave one degree of freedom, whose quantile of 12.7 tells nothing: there it is
what both blocks' own intervals span ("span of two processes"). With one block
it describes that process only, and says so ("within one process").
Samples of different processes are never pooled (Kalibera & Jones, "Rigorous
benchmarking in reasonable time", ISMM 2013).
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import median
from typing import NamedTuple

CONFIDENCE = 0.95

FEWEST_FOR_T = 3

BETWEEN = "between processes"
WITHIN = "within one process"
SPAN = "span of two processes"
TOO_FEW = "too few samples"
NOT_TIMED = "not timed"

Logs = Sequence[float]


class Estimate(NamedTuple):
    """A positive value with the ends of its 95 % interval; NaN where there is none."""

    value: float
    low: float
    high: float
    interval: str

    @property
    def inverse(self) -> "Estimate":
        """The estimate of 1/value."""
        return Estimate(1 / self.value, 1 / self.high, 1 / self.low, self.interval)


NOTHING = Estimate(math.nan, math.nan, math.nan, NOT_TIMED)


def estimate(blocks: Sequence[Logs]) -> Estimate:
    """Estimate from the log values of each block; empty blocks do not count.

    Three or more blocks: geometric mean of the block medians, t interval.
    Two: the same value, the span of both intervals. One: its median, see `_within`.
    """
    filled = [block for block in blocks if len(block)]
    if not filled:
        return NOTHING
    if len(filled) == 1:
        return _within(filled[0])
    medians = [median(block) for block in filled]
    if len(filled) < FEWEST_FOR_T:
        return _span([_within(block) for block in filled], sum(medians) / len(medians))
    return _t_interval(medians, sum(medians) / len(medians), BETWEEN)


def unpaired_ratio(base: Estimate, other: Estimate) -> Estimate:
    """base ÷ other of two estimates that share no rounds.

    The distances to both ends add in quadrature (MOVER: Zou & Donner,
    Statistics in Medicine 27, 2008).
    """
    centre = math.log(base.value / other.value)
    down = math.hypot(math.log(base.value / base.low), math.log(other.high / other.value))
    up = math.hypot(math.log(base.high / base.value), math.log(other.value / other.low))
    interval = base.interval if base.interval == other.interval else _weaker(base.interval, other.interval)
    return Estimate(math.exp(centre), _exp(centre - down), _exp(centre + up), interval)


def _within(logs: Logs) -> Estimate:
    """Median of one process's values, with the distribution-free interval of order statistics.

    Ranks from the binomial distribution (Conover, "Practical Nonparametric
    Statistics", 3rd ed., 3.2). Below six values no pair of ranks reaches 95 %:
    there the t interval of the logarithms stands in, and below three nothing does.
    """
    centre = median(logs)
    if len(logs) < FEWEST_FOR_T:
        return Estimate(math.exp(centre), math.nan, math.nan, TOO_FEW)
    rank = _lower_rank(len(logs))
    if rank == 0:
        return _t_interval(logs, centre, WITHIN)
    ordered = sorted(logs)
    return Estimate(math.exp(centre), math.exp(ordered[rank - 1]), math.exp(ordered[-rank]), WITHIN)


def _span(within: Sequence[Estimate], centre: float) -> Estimate:
    lows = [each.value if math.isnan(each.low) else each.low for each in within]
    highs = [each.value if math.isnan(each.high) else each.high for each in within]
    return Estimate(math.exp(centre), min(lows), max(highs), SPAN)


def _t_interval(values: Logs, centre: float, interval: str) -> Estimate:
    count, mean = len(values), sum(values) / len(values)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (count - 1))
    half = _t_quantile(count - 1) * deviation / math.sqrt(count)
    return Estimate(math.exp(centre), _exp(mean - half), _exp(mean + half), interval)


def _exp(log: float) -> float:
    """exp without overflow: two blocks that disagree wildly have an interval wider than floats."""
    return math.exp(min(max(log, -700.0), 700.0))


def _weaker(first: str, second: str) -> str:
    order = [NOT_TIMED, TOO_FEW, WITHIN, SPAN, BETWEEN]
    return min(first, second, key=order.index)


@lru_cache
def _t_quantile(freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + CONFIDENCE / 2))


@lru_cache
def _lower_rank(count: int) -> int:
    """Largest rank r with P(the r-th smallest of count values lies above the median) ≤ 2.5 %; 0: none."""
    from scipy.special import bdtr

    rank = 0
    while bdtr(rank, count, 0.5) <= (1 - CONFIDENCE) / 2:
        rank += 1
    return rank
