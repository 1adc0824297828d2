"""The one estimate behind all numbers: each time, its interval, and ratios that agree with the times.

Everything is computed on logarithms of times. In each fresh process (a block)
the contenders of a contest get levels, from which the slowdown shared by a
round is removed (`timing.levels`); that of a block is removed likewise. A case's
time is the mean of its levels over blocks, and a speed-up is the ratio of two
such times, so the two agree.

Two runs differ by more than rounds do, because some conditions (memory,
threads) are fixed by chance for a whole process. The variance v of a level is

    prior    the scatter of rounds within a process, plus the variance between processes of this implementation,
             both estimated from all cases of the run that were measured in several processes
    v        (d0 · prior + d · own) ÷ (d0 + d), own = variance between the case's own processes, d its freedom

d0 is the weight of the prior. It comes from how far those cases scatter around
it (Smyth, "Linear models and empirical Bayes methods", Statistical Applications
in Genetics and Molecular Biology 3, 2004). Cases whose data fit the caches of
one core and the others have priors of their own. The interval is Student's t
over v ÷ processes, with d0 + d degrees of freedom. So a case measured in one
process has a valid interval too, provided that the run measured others in
several; if not, the interval describes that process only and says so.
Times that were corrected for slow cores (`timing.powers`) have the error of the
correction beside it, because all processes share it.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import stdev
from typing import NamedTuple

from ...bench.timing.contests import CaseRounds, ContestLevels, Levelled
from ...bench.timing.levels import MEDIAN_ERROR
from .variances import Prior, drift

CONFIDENCE = 0.95

FEWEST_FOR_T = 3
MOST_LOG = 700.0
"""exp of more overflows."""

BETWEEN = "between processes"
WIDENED = "one process, widened by the spread between processes"
WITHIN = "within one process"
TOO_FEW = "too few samples"
NOT_TIMED = "not timed"
MISFIT = "the model’s worst misfit"
WEAKEST_FIRST = [NOT_TIMED, TOO_FEW, MISFIT, WITHIN, WIDENED, BETWEEN]


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


class Located(NamedTuple):
    """One case: log time in ns, standard errors, degrees of freedom, what the interval describes.

    ``error`` is against others of its contest; ``time_error`` is of the time itself, with what the machine drifted.
    """

    value: float
    error: float
    time_error: float
    freedom: float
    interval: str

    @property
    def half_width(self) -> float:
        """Of the interval against a time that is known exactly, relative."""
        return math.expm1(_t_quantile(round(self.freedom, 2)) * self.error) if self.error == self.error else math.nan

    @property
    def time(self) -> Estimate:
        """In ns."""
        return _estimate(self.value, self.time_error, self.freedom, self.interval)


NOWHERE = Located(math.nan, math.nan, math.nan, math.nan, NOT_TIMED)


def located(contests: Sequence[Sequence[CaseRounds]]) -> list[list[Located]]:
    """The estimate of each contender of each contest."""
    tables = [ContestLevels(each) for each in contests]
    prior = Prior([row for table in tables for row in table.rows if not row.contender.disturbed])
    drifted = drift(tables)
    return [[_located(row, table, prior, drifted) for row in table.rows] for table in tables]


def speedup(base: Located, other: Located) -> Estimate:
    """Time of ``base`` ÷ time of ``other`` of one contest."""
    error, freedom = _combined(base, other)
    weaker = min(base.interval, other.interval, key=WEAKEST_FIRST.index)
    return _estimate(base.value - other.value, error, freedom, weaker)


def unpaired_ratio(base: Estimate, other: Estimate) -> Estimate:
    """base ÷ other of two estimates of different contests or runs.

    The distances to both ends add in quadrature (MOVER: Zou & Donner,
    Statistics in Medicine 27, 2008).
    """
    centre = math.log(base.value / other.value)
    down = math.hypot(math.log(base.value / base.low), math.log(other.high / other.value))
    up = math.hypot(math.log(base.high / base.value), math.log(other.value / other.low))
    weaker = min(base.interval, other.interval, key=WEAKEST_FIRST.index)
    return Estimate(math.exp(centre), _exp(centre - down), _exp(centre + up), weaker)


def of_readings(value: float, readings: Sequence[float]) -> Estimate:
    """A value that was read once in each process, the median of these positive readings.

    Without an interval if there are fewer than `FEWEST_FOR_T`: they do not show how far such readings scatter.
    """
    if len(readings) < FEWEST_FOR_T:
        return Estimate(value, math.nan, math.nan, TOO_FEW if value == value else NOT_TIMED)
    error = MEDIAN_ERROR * stdev(map(math.log, readings)) / math.sqrt(len(readings))
    return _estimate(math.log(value), error, len(readings) - 1, BETWEEN)


def total(start: Estimate, calls: int, each: Estimate) -> Estimate:
    """``start`` and so many calls more; the distances to both ends add in quadrature, as in `unpaired_ratio`."""
    if not calls:
        return start
    value = start.value + calls * each.value
    down = math.hypot(start.value - start.low, calls * (each.value - each.low))
    up = math.hypot(start.high - start.value, calls * (each.high - each.value))
    weaker = min(start.interval, each.interval, key=WEAKEST_FIRST.index)
    return Estimate(value, value - down, value + up, weaker)


def _located(row: Levelled, contest: ContestLevels, prior: Prior, drifted: float) -> Located:
    if not row.levels:
        return NOWHERE
    processes = len(row.levels)
    if prior.known:
        variance, freedom = prior.of(row)
        if row.freedom:
            variance = (freedom * variance + row.freedom * row.variance) / (freedom + row.freedom)
            freedom += row.freedom
        kind = BETWEEN if processes > 1 else WIDENED
    elif processes >= FEWEST_FOR_T:
        variance, freedom, kind = row.variance, row.freedom, BETWEEN
    else:
        variance, freedom, kind = row.within, max(1.0, row.rounds - 1.0), WITHIN
    if row.rounds < FEWEST_FOR_T or math.isnan(variance):
        return Located(row.value, math.nan, math.nan, math.nan, TOO_FEW)
    shift = contest.shift(processes) * variance if prior.known else 0.0
    own = variance / processes + shift
    error = math.hypot(math.sqrt(own), row.contender.error)
    freedom *= (error**2 / own) ** 2 if own else 1.0  # Welch & Satterthwaite: that of the corrections is large
    return Located(row.value, error, math.hypot(error, math.sqrt(drifted / contest.blocks)), freedom, kind)


def _combined(one: Located, other: Located) -> tuple[float, float]:
    """Standard error of a difference, and its freedom (Welch & Satterthwaite)."""
    first, second = one.error**2, other.error**2
    if not first + second > 0:
        return math.nan, math.nan
    freedom = (first + second) ** 2 / (first**2 / one.freedom + second**2 / other.freedom)
    return math.sqrt(first + second), freedom


def _estimate(log: float, error: float, freedom: float, interval: str) -> Estimate:
    if math.isnan(error):
        kind = interval if interval == NOT_TIMED else TOO_FEW
        return Estimate(_exp(log), math.nan, math.nan, kind)
    half = _t_quantile(round(freedom, 2)) * error
    return Estimate(_exp(log), _exp(log - half), _exp(log + half), interval)


def _exp(log: float) -> float:
    return math.exp(min(max(log, -MOST_LOG), MOST_LOG)) if log == log else math.nan


@lru_cache(4096)
def _t_quantile(freedom: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + CONFIDENCE / 2))
