"""Which contenders of a contest a further block measures: fresh processes take time, so only the most useful."""

import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from ..records import DEFAULT_BASELINE, Case

FASTEST = 3
LEVEL = 1.1
"""Within this factor of the fastest, an implementation may be the fastest in the next process."""

OTHERS = 2
"""How many others are drawn, those repeated least so far first, so that all show how their processes differ."""

LONGEST_NS = 5_000_000
"""Longest call of the others, which would take too much time."""


def halves(stems: Sequence[str], rng: random.Random) -> tuple[list[str], list[str]]:
    """Random halves of the implementations. Further blocks draw from each in turn, so each starts fewer workers."""
    shuffled = rng.sample(list(stems), len(stems))
    return shuffled[::2], shuffled[1::2]


def chosen(
    cases: Sequence[Case],
    times: Mapping[Case, float],
    rng: random.Random,
    among: Collection[str] | None = None,
    again: Counter[str] | None = None,
) -> tuple[Case, ...]:
    """The baseline, the fastest, those level with them, and some others. ``times`` are ns of a call.

    The others are drawn from the implementations in ``among``, from all if it is None. ``again`` counts how often
    each implementation was chosen; it is updated.
    """
    timed = sorted((case for case in cases if case in times), key=times.__getitem__)
    if not timed:
        return ()
    least = times[timed[0]]
    kept = [
        case
        for place, case in enumerate(timed)
        if place < FASTEST or times[case] <= LEVEL * least or case.implementation == DEFAULT_BASELINE
    ]
    counts = again if again is not None else Counter[str]()
    others = [
        case
        for case in timed
        if case not in kept and times[case] <= LONGEST_NS and (among is None or case.implementation in among)
    ]
    kept += sorted(others, key=lambda case: (counts[case.implementation], rng.random()))[:OTHERS]
    counts.update(case.implementation for case in kept)
    return tuple(case for case in cases if case in kept)
