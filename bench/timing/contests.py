"""Cases that were measured side by side, and the level of each in every process.

A report and a comparison of files take the time of a case from here, so the two agree: the mean over blocks of its
levels, less what all contenders of the contest share of a block.
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from statistics import fmean
from typing import NamedTuple

import msgspec

from ..records import Case
from .kept import KeptSamples, Rounds
from .levels import MEDIAN_ERROR, Level, levels, round_effects


class CaseRounds(NamedTuple):
    """What is estimated: ``group`` names the implementation; one that was ``disturbed`` teaches nothing of others.

    ``beyond``: its data do not fit the caches of one core, so that what other guests leave of the rest decides.
    ``error``: standard error that all its log times share.
    """

    group: str
    rounds: Rounds
    disturbed: bool = False
    beyond: bool = False
    error: float = 0.0


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


class ContestLevels:
    """What competed: ``effects`` are the blocks' own, in logs."""

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

    def block_logs(self) -> list[list[float]]:
        """The log time of each block of each contender; their mean is its `Levelled.value`.

        They scatter by what the machine drifted between blocks, which `Levelled.levels` leave out.
        """
        return [self._with_effects(row) for row in self.rows]

    def shift(self, processes: int) -> float:
        """Variance, in that of a level, of what blocks' effects add to one that was not in all of them."""
        missing = 1 / processes - 1 / self.blocks
        return MEDIAN_ERROR**2 / self.replicated * missing if self.replicated else 0.0

    def _with_effects(self, row: Levelled) -> list[float]:
        effects = [self.effects.get(block, 0.0) for block in row.levels]
        return [
            level.value + effect - fmean(effects) for level, effect in zip(row.levels.values(), effects, strict=True)
        ]

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


def side_by_side(cases: Sequence[Case], rounds: Sequence[Rounds]) -> list[list[int]]:
    """Places of cases measured side by side. A case that shares no round with another is a contest of its own."""
    together: dict[str, list[int]] = {}
    for place, case in enumerate(cases):
        together.setdefault(msgspec.structs.replace(case, implementation="").key, []).append(place)
    return [found for places in together.values() for found in _sharing_rounds(places, rounds)]


def _sharing_rounds(places: Sequence[int], rounds: Sequence[Rounds]) -> list[list[int]]:
    if len(places) == 1:
        return [list(places)]
    own = {place: {(block, number) for block in rounds[place] for number in rounds[place][block]} for place in places}
    played = Counter(chain(*own.values()))
    alone = [place for place in places if own[place] and all(played[each] == 1 for each in own[place])]
    others = [place for place in places if place not in set(alone)]
    return [*([others] if others else []), *([place] for place in alone)]


def block_logs(cases: Sequence[Case], timed: Sequence[KeptSamples]) -> list[list[float]]:
    """The log times of each case's blocks; none for a case without times."""
    found: list[list[float]] = [[] for _ in cases]
    for places in side_by_side(cases, [each.rounds for each in timed]):
        contenders = [CaseRounds(cases[at].implementation, timed[at].rounds, timed[at].disturbed) for at in places]
        for at, logs in zip(places, ContestLevels(contenders).block_logs(), strict=True):
            found[at] = logs
    return found
