"""Plays the steps of a search on real commits: opens the pair, plays blocks, and collects numbers."""

import contextlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import TracebackType

from ..errors import BuildFailed, UsageError
from ..gate.measures import play
from ..gate.plan import Plan, Planned
from ..gate.records import FASTER, INCONCLUSIVE, SLOWER, CaseResult, Measure
from ..progress import Plain
from .pairs import Opener, Pair, fits, none_fits
from .readings import read_blocks
from .records import Commit
from .steps import Effect, Name, Outcome, Step


class Player:
    """Plays steps. ``patterns`` choose cases by their labels; none stand for all.

    The pair that was opened last stays open, because a step that cannot tell is followed by another of the same two.
    """

    def __init__(self, commits: Sequence[Commit], opener: Opener, watcher: Plain, patterns: Sequence[str], seed: int):
        self._commits, self._opener, self._watcher = commits, opener, watcher
        self._patterns, self._seed, self._steps = patterns, seed, 0
        self._open: tuple[tuple[int, int], Pair] | None = None
        self._stack = contextlib.ExitStack()
        self.suite, self.warnings = "", list[str]()

    def __enter__(self) -> "Player":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def skip(self) -> None:
        """A step whose outcome is known already; its random numbers are not used again."""
        self._steps += 1

    def play(self, step: Step) -> Outcome:
        self._steps += 1
        seed = self._seed + 2 * self._steps
        if step.kind == "ends":
            return self._ends(self._pair(step), step, seed)
        try:
            pair = self._pair(step)
        except (BuildFailed, UsageError) as error:
            return Outcome(fault=first_line(error))
        return self._blocks(pair, step, seed)

    def _pair(self, step: Step) -> Pair:
        key = (step.base, step.head)
        if self._open is None or self._open[0] != key:
            self._open = None
            self._stack.close()
            base, head = self._commits[step.base], self._commits[step.head]
            self._watcher.note(f"comparing {head.short} with {base.short}: {head.subject}".rstrip(": "))
            pair = self._stack.enter_context(self._opener(base.name, head.name))
            self._open, self.suite = (key, pair), pair.suite or self.suite
        return self._open[1]

    def _ends(self, pair: Pair, step: Step, seed: int) -> Outcome:
        """A whole comparison by the gate."""
        self.warnings += [each for each in pair.warnings if each not in self.warnings]
        measured = [each for each in pair.measured if self._is_wanted(each, step.blocks)]
        settled = [each for each in pair.settled if self._is_wanted(each, step.blocks)]
        if not measured and not settled:
            raise none_fits(self._patterns)
        plans: dict[Measure, Plan] = {
            measure: Plan(tuple(each for each in measured if each.measure == measure), ())
            for measure in pair.blocks
            if any(each.measure == measure for each in measured)
        }
        found = play(plans, pair.blocks, self._watcher, seed=seed, time_budget_s=None)
        self.warnings += found.warnings
        return outcome_of([*found.cases, *settled])

    def _is_wanted(self, each: Planned | CaseResult, names: Mapping[Name, int]) -> bool:
        return each.label in names if names else fits(each, self._patterns)

    def _blocks(self, pair: Pair, step: Step, seed: int) -> Outcome:
        planned = {each.label: replace(each, copied=False) for each in pair.measured}
        settled = {each.label: each for each in pair.settled}
        same = [name for name in step.blocks if is_same(planned.get(name), settled.get(name))]
        lost = {
            name: settled[name].reason if name in settled else "it does not have this case"
            for name in step.blocks
            if name not in planned and name not in same
        }
        playing = {name: planned[name] for name in step.blocks if name in planned and name not in same}
        readings, broken = read_blocks(pair.blocks, playing, step.blocks, seed, self._watcher)
        numbers = {name: [reading.head for reading in each] for name, each in readings.items()}
        return Outcome(numbers, same, lost | broken)


def outcome_of(cases: Sequence[CaseResult]) -> Outcome:
    """What a whole comparison says to a search."""
    effects = {each.label: _effect(each) for each in cases if each.verdict in (SLOWER, FASTER)}
    undecided = {each.label: each.reason for each in cases if each.verdict == INCONCLUSIVE}
    untimed = [each for each in cases if each.ratio is None and each.verdict != INCONCLUSIVE and not each.unchanged]
    numbers = {each.label: _numbers(each) for each in cases if each.ratio is not None}
    lost = {each.label: f"{each.verdict}: {each.reason}" for each in untimed}
    return Outcome(numbers, lost=lost, effects=effects, undecided=undecided)


def _effect(case: CaseResult) -> Effect:
    assert case.ratio is not None
    direction = 1 if case.verdict == SLOWER else -1
    return Effect(direction, abs(math.log(case.ratio)), case.margin, tuple(_numbers(case)))


def _numbers(case: CaseResult) -> list[float]:
    stage = case.confirm or case.screen
    return [math.log(ratio) for ratio in stage.ratios] if stage else []


def is_same(planned: Planned | None, settled: CaseResult | None) -> bool:
    """Whether a case's code is the same on both sides."""
    return bool(planned and planned.unchanged) or bool(settled and settled.unchanged)


def first_line(error: Exception) -> str:
    """The first line of a message, as a reason."""
    return str(error).splitlines()[0].rstrip(":")
