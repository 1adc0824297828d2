"""Which commits changed a case: a search that knows nothing of how two commits are compared.

The ends are compared first. Between them the search halves: each step compares a commit with the good end, and a few
blocks are enough to go on, because the commit that the search ends at is compared with the one before it, by a strict
test on fresh numbers. If that does not show the change, the search is repeated with strict tests in each step. On both
sides of a change that was found, the search begins again.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..gate.judge import CONFIRM_BLOCKS, FAMILY_LEVEL
from ..gate.statistics import blocks_to_find, least_p, location, p_greater, p_less, spread_upper
from .steps import Answer, Change, Effect, Kind, Name, Outcome, Step

LOOKS = (6, 10)
"""Blocks of a first and a second look at a commit, where the search is not strict."""

LOOK_LEVEL = 2**-6
"""The first look is enough if all of its blocks lie on one side; of the second, the estimate decides."""

AGAIN_BLOCKS = 48
"""Blocks that follow where those of a step cannot tell."""

SPARE_STEPS = 6
"""Steps beyond twice those that halving needs: commits that cannot be judged take some."""

MOST_SEARCHES = 32
"""Searches of a run; each begins beside a change that an earlier one has found."""

ABOVE, BELOW, OPEN = "changed", "unchanged", f"{AGAIN_BLOCKS} more blocks cannot tell"
CREPT = "no single commit changed it by as much: the change came in parts"
LATE, MANY = "--time-budget ended before the search did", f"more changes than {MOST_SEARCHES} searches find"

Play = Callable[[Step], Outcome]
Told = Callable[[int, str, Sequence[Name]], None]


def _nobody(*_: object) -> None:
    """Listens to nothing."""


class Search:
    """A search over the commits 0 to ``last``.

    ``play`` makes a comparison; ``told`` receives a commit, what it was found to be, and the cases. ``is_late`` is
    asked before each comparison but the first; where it is true, the rest is left undecided.
    """

    def __init__(
        self,
        last: int,
        play: Play,
        told: Told = _nobody,
        is_late: Callable[[], bool] = lambda: False,
    ):
        self._last, self._play, self._told, self._is_late = last, play, told, is_late
        self._undecided: dict[Name, str] = {}
        self._level = 0.0

    def run(self, cases: Sequence[Name] = ()) -> Answer:
        """All changes of these cases, or of all that the ends have."""
        changes: list[Change] = []
        begins, searches = [(0, self._last, tuple(cases))], 0
        while begins and searches < MOST_SEARCHES and not (changes and self._is_late()):
            good, bad, names = begins.pop(0)
            effects = self._ends(good, bad, names)
            searches += bool(effects)
            for each in self._between(good, bad, effects, searches):
                changes.append(each)
                self._undecided.update(each.reasons)
                begins += [(*ends, tuple(each.effects)) for ends in _beside(each, good, bad)]
        for _, _, names in begins:
            self._undecided.update(dict.fromkeys(names, LATE if self._is_late() else MANY))
        return Answer(sorted(changes, key=lambda each: each.above), self._undecided, self._level)

    def _ends(self, good: int, bad: int, names: Sequence[Name]) -> Mapping[Name, Effect]:
        """What differs between two ends. Cases that a comparison cannot tell are compared once more."""
        outcome = self._play(Step("ends", good, bad, dict.fromkeys(names, 0)))
        effects, undecided = dict(outcome.effects), {**outcome.undecided, **outcome.faulty(names)}
        if outcome.undecided and not self._is_late():
            outcome = self._play(Step("ends", good, bad, dict.fromkeys(outcome.undecided, 0)))
            effects |= outcome.effects
            undecided = {**outcome.undecided, **outcome.lost, **outcome.faulty(undecided)}
        self._undecided.update(undecided)
        return effects

    def _between(self, good: int, bad: int, effects: Mapping[Name, Effect], search: int) -> Iterator[Change]:
        """A search; what all of them say of single commits errs with a chance of `FAMILY_LEVEL` at most."""
        if not effects:
            return
        level = FAMILY_LEVEL / (search * (search + 1))
        self._level += level
        for change in self._halving(good, bad, effects, level / 2, strict=False):
            again = {name: effects[name] for name, reason in change.reasons.items() if reason != LATE}
            if confirmed := {name: effects[name] for name in change.confirmed}:
                yield Change(change.below, change.above, confirmed, change.numbers, change.between, {})
            if again:
                yield from self._halving(good, bad, again, level / 2, strict=True)
            elif not confirmed:
                yield change

    def _halving(
        self, good: int, bad: int, effects: Mapping[Name, Effect], level: float, strict: bool
    ) -> Iterator[Change]:
        steps = 2 * math.ceil(math.log2(bad - good + 1)) + SPARE_STEPS
        tests = _Tests(effects, level, 2 * steps * len(effects), strict)
        open_ = [_Interval(good, bad, tuple(effects))]
        while open_:
            interval = open_.pop(0)
            middle = interval.middle()
            if self._is_late():
                yield self._left(interval, tests)
            elif middle is None or not tests.allow(interval.cases):
                yield self._concluded(interval, tests)
            else:
                open_ = [*self._halved(good, interval, middle, tests), *open_]

    def _halved(self, good: int, interval: "_Interval", middle: int, tests: "_Tests") -> Iterator["_Interval"]:
        """Judges the commit in the middle; cases that it separates are searched apart."""
        judged, _ = self._judged("step", good, middle, interval.cases, tests)
        for told in dict.fromkeys(judged.values()):
            cases = [name for name in interval.cases if judged[name] == told]
            self._told(middle, told, cases)
            if told == ABOVE:
                yield _Interval(interval.below, middle, cases, interval.skipped)
            elif told == BELOW:
                yield _Interval(middle, interval.above, cases, interval.skipped)
            else:
                yield _Interval(interval.below, interval.above, cases, {**interval.skipped, middle: told})

    def _judged(
        self, kind: Kind, base: int, head: int, cases: Sequence[Name], tests: "_Tests"
    ) -> tuple[dict[Name, str], dict[Name, Sequence[float]]]:
        """What each case is found to be, or why it cannot be told, and the numbers behind that."""
        judged: dict[Name, str] = {}
        numbers: dict[Name, Sequence[float]] = {}
        for stage, blocks in tests.stages(kind, cases):
            open_ = [name for name in cases if judged.get(name, OPEN) == OPEN]
            if open_:
                outcome = self._play(Step(stage, base, head, {name: blocks[name] for name in open_}))
                judged |= {name: outcome.why_lost(name) or tests.judge(stage, name, outcome) for name in open_}
                numbers |= outcome.numbers
        return judged, numbers

    def _concluded(self, interval: "_Interval", tests: "_Tests") -> Change:
        """The two commits that are left, compared with one another."""
        below, above, cases = interval.below, interval.above, interval.cases
        judged, numbers = self._judged("parent", below, above, cases, tests)
        reasons = {name: CREPT if told == BELOW else told for name, told in judged.items() if told != ABOVE}
        for told in dict.fromkeys(judged.values()):
            self._told(above, told, [name for name in cases if judged[name] == told])
        effects = {name: tests.effects[name] for name in cases}
        return Change(below, above, effects, numbers, interval.between("too many steps"), reasons)

    def _left(self, interval: "_Interval", tests: "_Tests") -> Change:
        """What is known of a search that ends early."""
        effects = {name: tests.effects[name] for name in interval.cases}
        reasons = dict.fromkeys(interval.cases, LATE)
        return Change(interval.below, interval.above, effects, {}, interval.between("not judged yet"), reasons)


@dataclass(frozen=True)
class _Interval:
    """Cases that are unchanged at ``below`` and changed at ``above``; why those in ``skipped`` are not judged."""

    below: int
    above: int
    cases: Sequence[Name]
    skipped: Mapping[int, str] = field(default_factory=dict[int, str])

    def middle(self) -> int | None:
        """The commit to be judged next; None if there is none."""
        centre = (self.below + self.above) / 2
        within = (each for each in range(self.below + 1, self.above) if each not in self.skipped)
        return min(within, key=lambda each: abs(each - centre), default=None)

    def between(self, otherwise: str) -> dict[int, str]:
        """The commits between both, each with the reason why it is not judged."""
        return {each: self.skipped.get(each, otherwise) for each in range(self.below + 1, self.above)}


class _Tests:
    """The strict tests of one search: at most ``most``, so that together they err with a chance of ``level``."""

    def __init__(self, effects: Mapping[Name, Effect], level: float, most: int, strict: bool):
        self.effects, self._level, self._left, self._strict = effects, level / most, most, strict

    def allow(self, cases: Sequence[Name]) -> bool:
        """Whether a step may be made, and the last comparison after it, each of them twice."""
        return self._left >= 4 * len(cases)

    def stages(self, kind: Kind, cases: Sequence[Name]) -> list[tuple[Kind, dict[Name, int]]]:
        """Blocks of each case, stage by stage; each stage is played for cases that those before leave open."""
        if kind == "step" and not self._strict:
            return [("look", dict.fromkeys(cases, blocks)) for blocks in LOOKS]
        planned = {name: self._planned(kind, self.effects[name]) for name in cases}
        return [(kind, planned), ("again", dict.fromkeys(cases, AGAIN_BLOCKS))]

    def _planned(self, kind: Kind, effect: Effect) -> int:
        """Enough for a power of 95 %, by the spread that the ends have shown, if one commit made the whole effect."""
        distance = effect.ratio - effect.least if kind == "parent" else min(effect.least, effect.ratio - effect.least)
        enough = blocks_to_find(distance, spread_upper(effect.numbers), self._level, CONFIRM_BLOCKS)
        return max(enough or CONFIRM_BLOCKS[-1], math.ceil(-math.log2(self._level)))

    def judge(self, kind: Kind, name: Name, outcome: Outcome) -> str:
        """What a case is found to be: a strict test in either direction, or for a look, whichever side is likely."""
        if name in outcome.same:
            return BELOW
        effect = self.effects[name]
        numbers = [effect.direction * number for number in outcome.numbers.get(name, ())]
        if kind == "look":
            return _likely(numbers, effect.divide)
        self._left -= 1
        return _sure(numbers, effect.least, self._level)


def _likely(numbers: Sequence[float], threshold: float) -> str:
    if len(numbers) >= LOOKS[-1]:
        return ABOVE if location(numbers).value > threshold else BELOW
    return _sure(numbers, threshold, LOOK_LEVEL)


def _sure(numbers: Sequence[float], threshold: float, level: float) -> str:
    if least_p(len(numbers)) <= level:
        if p_greater(numbers, threshold) <= level:
            return ABOVE
        if p_less(numbers, threshold) <= level:
            return BELOW
    return OPEN


def _beside(change: Change, good: int, bad: int) -> Iterator[tuple[int, int]]:
    """The ends of searches for further changes: behind it, and before it where a smaller one may have been missed."""
    if change.above < bad:
        yield change.above, bad
    if good < change.below and any(each.divide > each.least for each in change.effects.values()):
        yield good, change.below
