"""Rounds of a duel: slices of base and head in palindromes, and what their samples say together.

Slices come in palindromes (base head head base), so a linear drift cancels
within a round; which side begins is balanced over the rounds of a block.
"""

import math
import random
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..lent.counters import STEAL, SWITCHES, WAITED
from ..records import Sample
from ..timing.guard import LOST_SHARE

BASE, HEAD, COPY = "base", "head", "copy"

SLICE_NS = 1_000_000
MOST_ROUNDS = 32


LEAST_BYTES = 2.0**16
"""Less memory counts as so much: its ratio would be one of single pages."""


@dataclass(frozen=True)
class Reading:
    """The reading of a case in one block: log ratios to base, times of a call in ns, rounds played and dropped.

    ``base_ns`` and ``head_ns`` are numbers in ``unit`` where a benchmark tracks something else than time; ``exact``:
    every evaluation gave the same. ``trend`` is how much longer calls became within the block, as a log ratio;
    ``scatter`` by how much evaluations of one side were apart, in ``unit``.
    """

    head: float
    copy: float | None
    base_ns: float
    head_ns: float
    rounds: int
    dropped: int
    exact: bool = False
    unit: str = "ns"
    trend: float = 0.0
    scatter: float = 0.0


def rounds_within(case_ns: float, round_ns: float, fewest: int) -> int:
    """How many rounds of a length fit into the time that a case has in a block; long ones get ``fewest``."""
    return max(fewest, min(MOST_ROUNDS, round(case_ns / round_ns)))


def balanced(sides: list[str], rounds: int, rng: random.Random) -> Iterator[list[str]]:
    """Orders of the sides, one per round: each side begins equally often, in random sequence.

    Which begins once more than another is drawn, where their number does not divide that of the rounds.
    """
    turns = [sides[shift:] + sides[:shift] for shift in range(len(sides))]
    first = rng.randrange(len(turns))
    orders = [turns[(first + number) % len(turns)] for number in range(rounds)]
    rng.shuffle(orders)
    yield from orders


def read(samples: Mapping[str, Sequence[Sample]], began: Sequence[str], few: int = 0) -> Reading | None:
    """The reading of all rounds; ``began`` is the side that began each. Less than so ``few`` are read by quartiles.

    Disturbed rounds do not count, unless most are; nor does one without a time of each side, whose turns the parent's
    clock did not confirm. None where no round is left.
    """
    rounds = len(began)
    sides = {side: _by_round(each, rounds) for side, each in samples.items()}
    told = [number for number in range(rounds) if all(each[number] for each in sides.values())]
    quiet = [number for number in told if not _is_any_disturbed(each[number] for each in sides.values())]
    dropped = rounds - len(quiet)
    kept = quiet if 2 * dropped <= rounds else told
    if not kept:
        return None
    logs = {side: {number: log_time(each[number]) for number in kept} for side, each in sides.items()}
    ratios = {side: log_ratio(logs[side], logs[BASE], began) for side in logs}
    if len(kept) < few:
        low = {side: _lower_quartile(each[number] for number in kept) for side, each in sides.items()}
        ratios = {side: each - low[BASE] for side, each in low.items()}
    times = {side: math.exp(statistics.median(each.values())) for side, each in logs.items()}
    return Reading(ratios[HEAD], ratios.get(COPY), times[BASE], times[HEAD], rounds, dropped)


def log_ratio(side: Mapping[int, float], base: Mapping[int, float], began: Sequence[str]) -> float:
    """Mean of two median log ratios, one per side that began; ``side`` and ``base`` hold log times by round.

    For data larger than the last cache, the side that begins finds its own
    data in it. A single median would follow whichever side began more often.
    """
    found: dict[str, list[float]] = {}
    for number, log in side.items():
        found.setdefault(began[number], []).append(log - base[number])
    return statistics.fmean(statistics.median(each) for each in found.values())


def is_disturbed(sample: Sample) -> bool:
    """Whether another guest or another program took time from a slice.

    Stricter than `timing.guard.disturbed`, which forgives a library as much waiting as is usual for the case. What is
    usual differs between the two sides if head is slower, so that one wait would count on one side only. A round
    that is dropped for one side is dropped for both, and there are enough of them.

    A context switch alone is no evidence: threads of one library that share a
    core switch in every slice, and the process loses no CPU time by it.
    """
    lost_ns = sample.wall_ns - sample.cpu_ns
    waited = sample.flags.get(WAITED, 0) > LOST_SHARE * sample.wall_ns or sample.flags.get(SWITCHES, 0) > 0
    return sample.flags.get(STEAL, 0) > 0 or (waited and lost_ns > LOST_SHARE * sample.wall_ns)


def _is_any_disturbed(slices: Iterable[Sequence[Sample]]) -> bool:
    return any(is_disturbed(sample) for each in slices for sample in each)


def _lower_quartile(rounds: Iterable[Sequence[Sample]]) -> float:
    """The log time of a call that a quarter of all slices stays below."""
    return float(np.quantile([log_time([sample]) for each in rounds for sample in each], 0.25))


def _by_round(samples: Sequence[Sample], rounds: int) -> list[list[Sample]]:
    found: list[list[Sample]] = [[] for _ in range(rounds)]
    for sample in samples:
        if sample.round < rounds:
            found[sample.round].append(sample)
    return found


def log_time(samples: Sequence[Sample]) -> float:
    """The mean log time of a call, in ns."""
    return statistics.fmean(math.log(max(sample.wall_ns, 1) / sample.calls) for sample in samples)
