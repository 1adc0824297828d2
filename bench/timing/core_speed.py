"""How fast the core is now: a fixed piece of work, timed before and after each slice.

A core of a virtual machine is often one of two hardware threads. While another
guest computes on the other one, everything here takes 1.5 to 1.9 times as
long, for tens of milliseconds, and no counter of this system shows it. The
comparison with the best time of the same work, in the same process, does.
"""

import math
from collections.abc import Callable, Sequence
from statistics import median

from ..records import Sample

SLOWED = "slowed_permille"
"""Flag of a sample: by how much the work around it took longer than at its best."""

STEPS, TRIES = 400, 2
"""Of the work, 13 to 26 microseconds long: the second try finds it in the caches that a kernel may have emptied."""

LEAST_TOLD = 0.05
SLOW = 0.3
"""Of the time at its best. Undisturbed work stays below 0.2; beside another guest it is above 0.5."""

LEARNING = 500
"""Repetitions at the start: 15 to 30 ms, in which a core is rarely slow throughout."""

FEWEST_ROUNDS, FEWEST_OF_BOTH = 3, 6

POWER = 0.8
"""Log time of a kernel over that of the work, where no kernel of a run was seen on fast and slow cores."""


class CoreSpeed:
    """Compares the core with its best. ``clock`` tells ns."""

    def __init__(self, clock: Callable[[], int]):
        self._clock, self._best_ns = clock, math.inf
        for _ in range(LEARNING):
            self.slowdown()

    def slowdown(self) -> float:
        """Time of the work over its best so far, less 1: 0 on a core at full speed."""
        took_ns = max(1, min(self._took_ns() for _ in range(TRIES)))
        self._best_ns = min(self._best_ns, took_ns)
        return took_ns / self._best_ns - 1

    def _took_ns(self) -> int:
        started = self._clock()
        total = 0
        for number in range(STEPS):
            total += number * number
        return self._clock() - started


def flag(slowdown: float) -> dict[str, int]:
    """The flag of a sample, where there is something to tell."""
    return {SLOWED: round(1000 * slowdown)} if slowdown >= LEAST_TOLD else {}


def slowdown(sample: Sample) -> float:
    """The slowdown in the sample's flag."""
    return sample.flags.get(SLOWED, 0) / 1000


def is_slow(sample: Sample) -> bool:
    """Whether its core was."""
    return slowdown(sample) > SLOW


def log_times(samples: Sequence[Sample], power: float = POWER) -> list[tuple[int, float]]:
    """(round, log time of a call in ns) of the samples that count.

    Those on a fast core, where enough rounds have any. Otherwise rounds without one count too, their times less what
    the slow core added.
    """
    return [(each.round, _log_time(each, power)) for each in _counting(samples)]


def log_slowdown(samples: Sequence[Sample]) -> float:
    """What `log_times` takes from the samples that count, in their middle, per power."""
    return median([math.log1p(slowdown(each)) if is_slow(each) else 0.0 for each in _counting(samples)] or [0.0])


def _counting(samples: Sequence[Sample]) -> list[Sample]:
    timed = [each for each in samples if each.calls > 0]
    fast = [each for each in timed if not is_slow(each)]
    rounds = {each.round for each in fast}
    return fast + [each for each in timed if each.round not in rounds] if len(rounds) < FEWEST_ROUNDS else fast


def power(samples: Sequence[Sample]) -> float | None:
    """How a kernel's log time grows with that of the work; None where it was seen on too few fast or slow cores."""
    timed = [each for each in samples if each.calls > 0]
    sides = [each for each in timed if is_slow(each)], [each for each in timed if not is_slow(each)]
    if min(map(len, sides)) < FEWEST_OF_BOTH:
        return None
    slow, fast = (median(_log_time(each, 0.0) for each in side) for side in sides)
    slow_work, fast_work = (median(math.log1p(slowdown(each)) for each in side) for side in sides)
    return (slow - fast) / (slow_work - fast_work)


def _log_time(sample: Sample, power: float) -> float:
    added = power * math.log1p(slowdown(sample)) if is_slow(sample) else 0.0
    return math.log(max(sample.wall_ns, 1) / sample.calls) - added
