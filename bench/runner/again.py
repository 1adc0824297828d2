"""Which contenders of a contest a further block plays: a fresh process is dear, so it goes where it tells most."""

import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from ..records import DEFAULT_BASELINE, Case

FASTEST = 3
LEVEL = 1.1
"""Times of the fastest: whoever is no slower may be first in the next process."""

OTHERS = 2
"""Drawn anew each time, those first that were measured again least: how far processes differ is known of each."""

LONGEST_NS = 5_000_000
"""A call of others: longer ones cost as much time as the contest itself."""


def halves(stems: Sequence[str], rng: random.Random) -> tuple[list[str], list[str]]:
    """Implementations of which further blocks draw others in turn, so that each starts fewer workers."""
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

    The others are drawn from the implementations ``among`` which they may be: all where it is None. ``again`` counts
    how often each implementation was chosen; it is brought up to date.
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
