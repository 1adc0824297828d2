"""The variance between fresh processes: of a single case, and as a prior from the whole run. See `estimates`."""

import math
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from statistics import fmean, median

from ...bench.timing.contests import ContestLevels, Levelled

FEWEST_REPLICATED = 10
"""Cases measured in several processes that a run needs to estimate how much processes differ."""

FEWEST_OF_A_KIND = 20
GROUP_WEIGHT = 3
"""Weight of the whole run's estimate beside that of one implementation, in cases."""

FEWEST_FREEDOM, MOST_FREEDOM = 2.5, 50.0
UPPER_SHARES = (0.8, 0.9, 0.95)
LARGE_SHARE = 0.8
"""Variances with fewer degrees of freedom, of the most there are, would only blur the fit."""


class Prior:
    """A run's estimate of the variance of a level: see `estimates`."""

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
    """The estimate from ``rows``, whose data all fit the caches of one core, or all do not."""

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
        """Median variance between processes, minus the part due to rounds."""
        seen = median(row.variance / _middle_of_chi_square(row.freedom) for row in rows)
        return max(0.0, seen - median(self._within(row) for row in rows))


def _of_kind(replicated: Sequence[Levelled], beyond: bool) -> Sequence[Levelled]:
    """Of one kind; all where these are few."""
    found = [row for row in replicated if row.contender.beyond is beyond]
    return found if len(found) >= FEWEST_OF_A_KIND else replicated


def drift(tables: Sequence[ContestLevels]) -> float:
    """Variance of what blocks of a contest, minutes apart, differ by as a whole; 0 where nothing was repeated."""
    found = [
        sum((effect - fmean(table.effects.values())) ** 2 for effect in table.effects.values()) / (table.blocks - 1)
        for table in tables
        if table.blocks > 1 and len(table.effects) > 1
    ]
    return fmean(found) if found else 0.0


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


@lru_cache(4096)
def _middle_of_chi_square(freedom: float) -> float:
    """Median of a mean square with so many degrees of freedom, over its mean."""
    from scipy.special import gammaincinv

    return float(2 * gammaincinv(freedom / 2, 0.5) / freedom)
