"""When the rounds of a contest end: its ratios are precise, or its share of the time is used up."""

import math
import time
from collections.abc import Callable, Sequence
from statistics import median

from ..timing.core_speed import log_times
from ..timing.kept import undisturbed
from ..timing.levels import levels, per_round
from .contender import Contender

FEWEST_ROUNDS = 6
"""With fewer rounds their scatter is too uncertain to end a contest."""

FEWEST_IN_HASTE = 3
"""Rounds if the time is used up: on a slow machine, six would leave no time for later contests."""

EVERY = 2
WITHIN_SHARE = 0.4
"""Share of the requested precision for the rounds of one process; the rest is for the spread between processes."""

NORMAL_QUANTILE = 1.96
LEADERS = 3
"""How many of the fastest continue to the end of the contest, like the baseline."""

FAR, ROUNDS_FOR_FAR = 8.0, 4
"""An implementation this many times as slow as the fastest takes part in this many rounds only."""


class Pace:
    """Called after every round: True ends the contest. ``precision``: half-width of a ratio's interval."""

    def __init__(self, precision: float, baseline: str, seconds: float, clock: Callable[[], float] = time.monotonic):
        self._target, self._baseline = WITHIN_SHARE * math.log1p(precision), baseline
        self._ends, self._clock = clock() + seconds, clock
        self._rounds = 0

    def __call__(self, lasting: Sequence[object]) -> bool:
        self._rounds += 1
        contenders = [each for each in lasting if isinstance(each, Contender)]
        if self._rounds == ROUNDS_FOR_FAR:
            self._leave_far(contenders)
        if self._rounds >= FEWEST_IN_HASTE and self._clock() > self._ends:
            return True
        if self._rounds < FEWEST_ROUNDS:
            return False
        return self._rounds % EVERY == 0 and self._settled(contenders)

    def _leave_far(self, contenders: Sequence[Contender]) -> None:
        times = [median(each.wall_ns / each.calls for each in contender.samples) for contender in contenders]
        for contender, time_ns in zip(contenders, times, strict=True):
            contender.far = time_ns > FAR * min(times) and contender.case.implementation != self._baseline
            contender.sits_out = contender.far

    def _settled(self, contenders: Sequence[Contender]) -> bool:
        """Lets precise contenders sit out, except the baseline and the leaders; True if all contenders are precise."""
        logs = [_logs(each) for each in contenders]
        counting = [each.call_ns < each.terms.long_call_ns and not each.far for each in contenders]
        found = levels(logs, [each for each, counts in zip(logs, counting, strict=True) if counts])
        names = [each.case.implementation for each in contenders]
        base = next((level for level, name in zip(found, names, strict=True) if name == self._baseline), None)
        error = base.error if base and not math.isnan(base.error) else 0.0
        precise = [NORMAL_QUANTILE * math.hypot(level.error, error) <= self._target for level in found]
        ranked = sorted(range(len(found)), key=lambda place: found[place].value)
        for place in ranked[LEADERS:]:
            precise_enough = precise[place] and names[place] != self._baseline
            contenders[place].sits_out = contenders[place].far or precise_enough
        return all(reached for reached, counts in zip(precise, counting, strict=True) if counts)


def _logs(contender: Contender) -> dict[int, float]:
    return per_round(log_times(undisturbed(contender.samples).samples))
