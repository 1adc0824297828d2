"""One case of one block: base and head in turns on the same cores.

Slices come in palindromes (base head head base), so a linear drift cancels
within a round; which side begins is balanced over the rounds of a block, and
inputs are placed in memory anew between them.
"""

import math
import random
import statistics
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from ..errors import Lost
from ..machine.cores import start_cores
from ..processes.protocol import Done
from ..processes.worker_messages import Reload, Slice, Sliced
from ..records import Sample
from ..runner.contender import Contender
from ..runner.slot import Slot
from ..runner.terms import LOAD_SECONDS, Terms
from ..timing.guard import LOST_SHARE, STEAL, SWITCHES, WAITED
from .plan import Planned

BASE, HEAD, COPY = "base", "head", "copy"

ROUNDS, FEWEST_ROUNDS = 32, 6
SLICE_NS = 1_000_000
CASE_NS = 400_000_000
"""Time for a case in a block; long calls get fewer rounds."""

LONG_SHARE = 0.1
"""A call longer than this share of a slice depends on what ran before it, so an untimed call is made first."""


@dataclass(frozen=True)
class Reading:
    """The reading of a case in one block: log ratios to base, times of a call in ns, rounds played and dropped."""

    head: float
    copy: float | None
    base_ns: float
    head_ns: float
    rounds: int
    dropped: int


class Duel:
    """Both sides of a case in turns on the same cores. ``lost`` receives the sides that end without a time."""

    def __init__(
        self,
        planned: Planned,
        terms: Terms,
        slots: dict[str, Slot],
        lost: dict[str, Lost],
        rng: random.Random,
        pool: Executor,
    ):
        self._lost, self._terms, self._random, self._pool = lost, terms, rng, pool
        self._began: list[str] = []
        self._current = BASE
        self._contenders = {
            side: Contender(planned.case, slot, 0, terms, lambda _, side=side: self._note(side))
            for side, slot in slots.items()
        }

    def play(self, cores: list[int], thorough: bool) -> Reading | None:
        """Prepares the sides concurrently, times them in turns on the same cores; None if a side was lost."""
        sides = self._contenders.items()
        ready = list(self._pool.map(lambda side: self._prepare(side, cores), self._contenders))
        if not all(ready) or not all(self._pin(each, cores) and each.warm_up(0) for _, each in sides):
            return None
        call_ns = max(each.call_ns for _, each in sides)
        for _, each in sides:
            each.call_ns = call_ns
        try:
            rounds = self._play_rounds(call_ns)
        except Lost as lost:
            return self._lose(lost)
        if thorough:
            for _, each in sides:
                each.finish()
        if self._lost:
            return None
        return self._reading(rounds)

    def _prepare(self, side: str, cores: list[int]) -> bool:
        contender = self._contenders[side]
        return self._pin(contender, start_cores(side == BASE, cores)) and contender.prepare()

    def release(self) -> None:
        for each in self._contenders.values():
            each.release()

    def _play_rounds(self, call_ns: float) -> int:
        turn_ns = 2 * len(self._contenders) * max(call_ns, self._terms.slice_ns)
        rounds = max(FEWEST_ROUNDS, min(ROUNDS, round(CASE_NS / turn_ns)))
        every = 1
        for number, order in enumerate(balanced(list(self._contenders), rounds, self._random)):
            if number % every == 0:
                every = max(1, round(self._reload(order) / turn_ns))
            if call_ns > LONG_SHARE * self._terms.slice_ns:
                self._settle(order[0])
            self._began.append(order[0])
            for side in (*order, *reversed(order)):
                self._current = side
                self._contenders[side].time_slice(number)
        return rounds

    def _settle(self, side: str) -> None:
        """An untimed call of the side that begins: then every timed call finds the caches as another call left them."""
        self._current = side
        self._contenders[side].slot.ask(Slice(0, 1), self._terms.first_call_seconds, Sliced)

    def _reload(self, order: Sequence[str]) -> int:
        """Places all inputs anew, last those of the side that begins: a fixed order would favour one side.

        Returns the ns it took, so that placing takes no longer than timing.
        """
        started = self._terms.clock_ns()
        for side in reversed(order):
            self._current = side
            self._contenders[side].slot.ask(Reload(), LOAD_SECONDS, Done)
        return self._terms.clock_ns() - started

    def _lose(self, lost: Lost) -> None:
        self._contenders[self._current].lose(lost)

    def _pin(self, contender: Contender, cores: list[int]) -> bool:
        try:
            contender.slot.pin(cores, LOAD_SECONDS)
        except Lost as lost:
            return contender.lose(lost)
        return True

    def _note(self, side: str) -> None:
        if lost := self._contenders[side].lost:
            self._lost[side] = lost

    def _reading(self, rounds: int) -> Reading:
        samples = {side: _by_round(each.samples, rounds) for side, each in self._contenders.items()}
        flagged = [
            any(is_disturbed(sample) for each in samples.values() for sample in each[number])
            for number in range(rounds)
        ]
        dropped = sum(flagged)
        kept = [number for number in range(rounds) if not flagged[number]] if 2 * dropped <= rounds else range(rounds)
        logs = {side: {number: _log_time(each[number]) for number in kept} for side, each in samples.items()}
        ratios = {side: log_ratio(logs[side], logs[BASE], self._began) for side in logs}
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


def balanced(sides: list[str], rounds: int, rng: random.Random) -> Iterator[list[str]]:
    """Orders of the sides, one per round: each side begins equally often, in random sequence."""
    turns = [sides[shift:] + sides[:shift] for shift in range(len(sides))]
    orders = [turns[number % len(turns)] for number in range(rounds)]
    rng.shuffle(orders)
    yield from orders


def _by_round(samples: Sequence[Sample], rounds: int) -> list[list[Sample]]:
    found: list[list[Sample]] = [[] for _ in range(rounds)]
    for sample in samples:
        if sample.round < rounds:
            found[sample.round].append(sample)
    return found


def _log_time(samples: Sequence[Sample]) -> float:
    return statistics.fmean(math.log(max(sample.wall_ns, 1) / sample.calls) for sample in samples)
