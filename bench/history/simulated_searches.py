"""Simulated searches: block numbers of a machine's noise, judged by the real `search` and `judge`."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..gate import judge
from ..gate.statistics import location
from .search import Search
from .steps import Answer, Effect, Name, Outcome, Step

CASE = "case"


@dataclass(frozen=True)
class History:
    """Commits 0 to ``last`` of one case. ``changes`` are log ratios to the commit before; ``lost`` cannot be judged.

    A block's number spreads by ``spread`` with the tails of Student's t with ``tail`` degrees of freedom.
    """

    last: int
    changes: Mapping[int, float]
    spread: float = 0.012
    tail: float = 4.0
    margin: float = 0.02
    lost: Sequence[int] = ()

    def ratio(self, base: int, head: int) -> float:
        """The true log ratio."""
        return sum(change for commit, change in self.changes.items() if base < commit <= head)


class SimulatedSteps:
    """Plays the steps of a search over a simulated history; counts the blocks it has played."""

    def __init__(self, history: History, rng: np.random.Generator):
        self._history, self._rng, self.blocks = history, rng, 0

    def play(self, step: Step) -> Outcome:
        if step.head in self._history.lost:
            return Outcome(fault="it cannot be built")
        if step.kind == "ends":
            return self._ends(step)
        return Outcome({name: self._draw(step, blocks) for name, blocks in step.blocks.items()})

    def _ends(self, step: Step) -> Outcome:
        """Screen and confirmation, as `gate` plays them."""
        margin = self._history.margin
        screen = self._draw(step, judge.SCREEN_BLOCKS)
        if not judge.goes_on(screen, margin):
            return Outcome({CASE: screen})
        planned = judge.confirm_blocks(screen, margin, judge.TWICE.first)
        numbers, margins = {CASE: self._draw(step, planned)}, {CASE: margin}
        if judge.left_open(numbers, margins):
            numbers[CASE] += self._draw(step, judge.CONFIRM_BLOCKS[-1] - planned)
        return outcome_of_ends(numbers, judge.looked(numbers, margins, {CASE: planned}), margins)

    def _draw(self, step: Step, blocks: int) -> list[float]:
        self.blocks += blocks
        scale = self._history.spread * math.sqrt((self._history.tail - 2) / self._history.tail)
        noise = scale * self._rng.standard_t(self._history.tail, blocks)
        return (self._history.ratio(step.base, step.head) + noise).tolist()


def outcome_of_ends(
    numbers: Mapping[Name, Sequence[float]], judged: Mapping[Name, judge.Judged], margins: Mapping[Name, float]
) -> Outcome:
    """What a whole comparison says to a search."""
    effects = {
        name: effect_of(numbers[name], each.verdict == judge.SLOWER, margins[name])
        for name, each in judged.items()
        if each.verdict in (judge.SLOWER, judge.FASTER)
    }
    undecided = {name: each.reason for name, each in judged.items() if each.verdict == judge.INCONCLUSIVE}
    return Outcome(numbers, effects=effects, undecided=undecided)


def effect_of(numbers: Sequence[float], slower: bool, margin: float) -> Effect:
    """A case that a comparison calls slower or faster."""
    return Effect(1 if slower else -1, abs(location(numbers).value), margin, tuple(numbers))


def searched(history: History, seed: int) -> tuple[Answer, int]:
    """One simulated search, and the blocks that it took."""
    simulated = SimulatedSteps(history, np.random.default_rng(seed))
    return Search(history.last, simulated.play).run([CASE]), simulated.blocks
