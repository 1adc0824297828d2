"""Which contenders of a contest a further block plays: a fresh process is dear, so it goes where it tells most."""

import random
from collections.abc import Collection, Mapping, Sequence

from .records import DEFAULT_BASELINE, Case

FASTEST = 3
LEVEL = 1.1
"""Times of the fastest: whoever is no slower may be first in the next process."""

OTHERS = 2
"""Drawn anew each time: they show how far processes differ for what is not among the fastest."""

SLOW = 20.0
"""Times of the fastest: nobody asks by how much such a one differs."""


def halves(stems: Sequence[str], rng: random.Random) -> tuple[list[str], list[str]]:
    """Implementations of which further blocks draw others in turn, so that each starts fewer workers."""
    shuffled = rng.sample(list(stems), len(stems))
    return shuffled[::2], shuffled[1::2]


def chosen(
    cases: Sequence[Case], times: Mapping[Case, float], rng: random.Random, among: Collection[str] | None = None
) -> tuple[Case, ...]:
    """The baseline, the fastest, whoever is level with them, and some others. ``times`` are ns of a call.

    The others are drawn from the implementations ``among`` which they may be: all where it is None.
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
    others = [
        case
        for case in timed
        if case not in kept and times[case] <= SLOW * least and (among is None or case.implementation in among)
    ]
    kept += rng.sample(others, min(OTHERS, len(others)))
    return tuple(case for case in cases if case in kept)
