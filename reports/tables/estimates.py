"""One estimate for all: where each time lies, how sure that is, and ratios that agree with the times beside them.

Everything is computed on logarithms of times. In each fresh process (a block)
a contest's contenders get levels from which what they share of a round is
taken out (`bench.levels`); what all share of a block is taken out likewise. A
case's time is the mean of its levels over blocks, and a speed-up is the ratio
of two such times: both tell the same.

What another run would say differs by more than rounds do, because the luck of a
process (memory, threads) stays with it. Its variance v of a level is

    prior    what rounds scatter within the process, plus what processes of this implementation differ by,
             both as seen in all cases of the run that were measured in several processes
    v        (d0 · prior + d · own) ÷ (d0 + d), own = variance between the case's own processes, d its freedom

d0 is what the prior is worth. It comes from how far those cases scatter around
it (Smyth, "Linear models and empirical Bayes methods", Statistical Applications
in Genetics and Molecular Biology 3, 2004). Cases whose data fit the caches of
one core and the others have priors of their own. The interval is Student's t
over v ÷ processes, with d0 + d degrees of freedom. So a case measured in one
process has an honest interval too, as long as the run measured others in
several; where it did not, the interval describes that process only and says so.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from statistics import fmean, median
from typing import NamedTuple

from ...bench.levels import MEDIAN_ERROR, Level, levels, round_effects

CONFIDENCE = 0.95

FEWEST_REPLICATED = 10
"""Cases measured in several processes, below which a run does not tell how far processes differ."""

FEWEST_OF_A_KIND = 20
GROUP_WEIGHT = 3
"""Cases that the whole run counts for beside those of one implementation."""

FEWEST_FREEDOM, MOST_FREEDOM = 2.5, 50.0
UPPER_SHARES = (0.8, 0.9, 0.95)
LARGE_SHARE = 0.8
"""Variances with fewer degrees of freedom, of the most there are, would only blur the fit."""

FEWEST_FOR_T = 3
MOST_LOG = 700.0
"""exp of more overflows."""

BETWEEN = "between processes"
WIDENED = "one process, widened by what processes differ"
WITHIN = "within one process"
TOO_FEW = "too few samples"
NOT_TIMED = "not timed"
WEAKEST_FIRST = [NOT_TIMED, TOO_FEW, WITHIN, WIDENED, BETWEEN]

Rounds = Mapping[int, Mapping[int, float]]
"""Block -> round -> log of the time of one call in ns."""


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


class CaseRounds(NamedTuple):
    """What is estimated: ``group`` names the implementation; one that was ``disturbed`` teaches nothing of others.

    ``beyond``: its data do not fit the caches of one core, so that what other guests leave of the rest decides.
    """

    group: str
    rounds: Rounds
    disturbed: bool = False
    beyond: bool = False


def located(contests: Sequence[Sequence[CaseRounds]]) -> list[list[Located]]:
    """Where each contender of each contest lies."""
    tables = [_Contest(each) for each in contests]
    prior = Prior([row for table in tables for row in table.rows if not row.contender.disturbed])
    drift = _drift(tables)
    return [[_located(row, table, prior, drift) for row in table.rows] for table in tables]


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


class Levelled(NamedTuple):
    """A contender with its levels by block, the block's own effect taken out.

    ``freedom`` are those of ``variance`` between its processes; ``within`` is what rounds leave of it.
    """

    contender: CaseRounds
    levels: dict[int, Level]
    freedom: float
    variance: float
    within: float

    @property
    def value(self) -> float:
        return fmean(level.value for level in self.levels.values())

    @property
    def rounds(self) -> int:
        return sum(level.rounds for level in self.levels.values())


class _Contest:
    """``effects`` are the blocks' own, in logs."""

    def __init__(self, contenders: Sequence[CaseRounds]):
        found: list[dict[int, Level]] = [{} for _ in contenders]
        for block in sorted({block for each in contenders for block in each.rounds}):
            calm = [each.rounds.get(block, {}) for each in contenders if not each.disturbed]
            for place, level in enumerate(levels([each.rounds.get(block, {}) for each in contenders], calm)):
                if level.rounds:
                    found[place][block] = level
        replicated = [
            {block: level.value for block, level in each.items()}
            for contender, each in zip(contenders, found, strict=True)
            if len(each) > 1 and not contender.disturbed
        ]
        self.effects = round_effects(replicated)
        self.replicated = len(replicated)
        self.blocks = max((len(each) for each in found), default=0)
        shared = 1 - 1 / len(replicated) if len(replicated) > 1 else 1.0
        self.rows = [self._row(one, each, shared) for one, each in zip(contenders, found, strict=True)]

    def shift(self, processes: int) -> float:
        """Variance, in that of a level, of what blocks' effects add to one that was not in all of them."""
        missing = 1 / processes - 1 / self.blocks
        return MEDIAN_ERROR**2 / self.replicated * missing if self.replicated else 0.0

    def _row(self, contender: CaseRounds, found: dict[int, Level], shared: float) -> Levelled:
        """``shared``: of the freedom, what is left once the blocks' effects are estimated."""
        shifted = {
            block: level._replace(value=level.value - self.effects.get(block, 0.0)) for block, level in found.items()
        }
        values = [level.value for level in shifted.values()]
        freedom = (len(values) - 1) * shared if len(values) > 1 else 0.0
        variance = sum((value - fmean(values)) ** 2 for value in values) / freedom if freedom else math.nan
        errors = [level.error**2 for level in found.values() if not math.isnan(level.error)]
        return Levelled(contender, shifted, freedom, variance, fmean(errors) if errors else math.nan)


class Prior:
    """What a run tells of the variance of a level: see the module's text."""

    def __init__(self, rows: Sequence[Levelled]):
        replicated = [row for row in rows if row.freedom > 0]
        scatters = [row.within * _rounds_a_block(row) for row in rows if not math.isnan(row.within)]
        self.scatter = median(scatters) if scatters else math.nan
        self.known = len(replicated) >= FEWEST_REPLICATED and not math.isnan(self.scatter)
        if not self.known:
            return
        self._kinds = {beyond: Kind(self, _of_kind(replicated, beyond)) for beyond in (False, True)}

    def of(self, row: Levelled) -> tuple[float, float]:
        """The prior variance of one level of a row, and its freedom."""
        return self._kinds[row.contender.beyond].of(row)

    def within(self, row: Levelled) -> float:
        """What rounds leave; where there are too few of them, as much as is usual in this run."""
        return self.scatter / _rounds_a_block(row) if math.isnan(row.within) else row.within


class Kind:
    """What ``rows`` tell: those whose data fit the caches of one core, or those whose data do not."""

    def __init__(self, prior: Prior, rows: Sequence[Levelled]):
        self._within = prior.within
        self._all = self._between(rows)
        groups: dict[str, list[Levelled]] = defaultdict(list)
        for row in rows:
            groups[row.contender.group].append(row)
        self._groups = {name: self._shrunk(found) for name, found in groups.items()}
        self._freedom, self._scale = _fit_f([(row.variance / self._plain(row), row.freedom) for row in rows])

    def of(self, row: Levelled) -> tuple[float, float]:
        return self._scale * self._plain(row), self._freedom

    def _plain(self, row: Levelled) -> float:
        return self._within(row) + self._groups.get(row.contender.group, self._all)

    def _shrunk(self, rows: Sequence[Levelled]) -> float:
        return (len(rows) * self._between(rows) + GROUP_WEIGHT * self._all) / (len(rows) + GROUP_WEIGHT)

    def _between(self, rows: Sequence[Levelled]) -> float:
        """Middle variance between processes, less what rounds make of it."""
        seen = median(row.variance / _middle_of_chi_square(row.freedom) for row in rows)
        return max(0.0, seen - median(self._within(row) for row in rows))


def _of_kind(replicated: Sequence[Levelled], beyond: bool) -> Sequence[Levelled]:
    """Of one kind; all where these are few."""
    found = [row for row in replicated if row.contender.beyond is beyond]
    return found if len(found) >= FEWEST_OF_A_KIND else replicated


def _located(row: Levelled, contest: _Contest, prior: Prior, drift: float) -> Located:
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
    error = math.sqrt(variance / processes + shift)
    return Located(row.value, error, math.hypot(error, math.sqrt(drift / contest.blocks)), freedom, kind)


def _drift(tables: Sequence[_Contest]) -> float:
    """Variance of what blocks of a contest, minutes apart, differ by as a whole; 0 where nothing was repeated."""
    found = [
        sum((effect - fmean(table.effects.values())) ** 2 for effect in table.effects.values()) / (table.blocks - 1)
        for table in tables
        if table.blocks > 1 and len(table.effects) > 1
    ]
    return fmean(found) if found else 0.0


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


def _rounds_a_block(row: Levelled) -> float:
    return max(1.0, row.rounds / max(1, len(row.levels)))


def _fit_f(ratios: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """(d0, scale) of a scaled F distribution for variance ratios with their freedoms.

    By quantiles from the middle up: few processes make some variances far too
    small by chance, and only the large ones make an interval wrong.
    """
    from scipy.optimize import brentq
    from scipy.special import fdtri

    own = max(freedom for _, freedom in ratios)
    most = [ratio for ratio, freedom in ratios if freedom > LARGE_SHARE * own]
    seen = [quantile(most, share) for share in (0.5, *UPPER_SHARES)]
    rise = fmean(math.log(max(high, 1e-12) / max(seen[0], 1e-12)) for high in seen[1:])

    def misses(freedom: float) -> float:
        middle = fdtri(own, freedom, 0.5)
        return fmean(math.log(fdtri(own, freedom, share) / middle) for share in UPPER_SHARES) - rise

    if misses(MOST_FREEDOM) >= 0:
        freedom = MOST_FREEDOM
    elif misses(FEWEST_FREEDOM) <= 0:
        freedom = FEWEST_FREEDOM
    else:
        freedom = float(brentq(misses, FEWEST_FREEDOM, MOST_FREEDOM))  # pyright: ignore[reportArgumentType]
    return freedom, seen[0] / float(fdtri(own, freedom, 0.5))


def quantile(values: Sequence[float], share: float) -> float:
    """Linear between order statistics."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def _exp(log: float) -> float:
    return math.exp(min(max(log, -MOST_LOG), MOST_LOG)) if log == log else math.nan


@lru_cache(4096)
def _t_quantile(freedom: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + CONFIDENCE / 2))


@lru_cache(4096)
def _middle_of_chi_square(freedom: float) -> float:
    """Median of a mean square with so many degrees of freedom, over its mean."""
    from scipy.special import gammaincinv

    return float(2 * gammaincinv(freedom / 2, 0.5) / freedom)
