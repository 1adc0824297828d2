"""One case of one block: base and head in turns on the same cores; inputs are placed in memory anew between rounds."""

import random
from collections.abc import Sequence
from concurrent.futures import Executor

from ..errors import Lost
from ..machine.cores import start_cores
from ..processes.protocol import Done
from ..processes.worker_messages import Reload, Slice, Sliced
from ..runner.contender import Contender
from ..runner.slot import Slot
from ..runner.terms import LOAD_SECONDS, Terms
from .paired_rounds import BASE, Reading, balanced, read, rounds_within
from .plan import Planned

FEWEST_ROUNDS = 6
CASE_NS = 400_000_000
"""Time for a case in a block; long calls get fewer rounds."""

LONG_SHARE = 0.1
"""A call longer than this share of a slice depends on what ran before it, so an untimed call is made first."""


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
        """Prepares the sides concurrently, times them in turns on the same cores; None without a time of each."""
        sides = self._contenders.items()
        ready = list(self._pool.map(lambda side: self._prepare(side, cores), self._contenders))
        if not all(ready) or not all(self._pin(each, cores) and each.warm_up(0) for _, each in sides):
            return None
        call_ns = max(each.call_ns for _, each in sides)
        for _, each in sides:
            each.call_ns = call_ns
        try:
            self._play_rounds(call_ns)
        except Lost as lost:
            return self._lose(lost)
        if thorough:
            for _, each in sides:
                each.finish()
        return None if self._lost else read({side: each.samples for side, each in sides}, self._began)

    def _shuffled(self) -> list[str]:
        return self._random.sample(list(self._contenders), len(self._contenders))

    def _prepare(self, side: str, cores: list[int]) -> bool:
        contender = self._contenders[side]
        return self._pin(contender, start_cores(side == BASE, cores)) and contender.prepare()

    def release(self) -> None:
        for each in self._contenders.values():
            each.release()

    def _play_rounds(self, call_ns: float) -> None:
        turn_ns = 2 * len(self._contenders) * max(call_ns, self._terms.slice_ns)
        rounds = rounds_within(CASE_NS, turn_ns, FEWEST_ROUNDS)
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
