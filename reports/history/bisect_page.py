"""A bisection as one self-contained page: for each case that changed, the ladder of commits that were judged."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...bench.gate.statistics import location
from ...bench.history.records import Bisection, Commit, case_ways, counted, quantity_of, what_of
from ...bench.history.search import AGAIN_BLOCKS, LOOKS
from ..comparison.comparison_page import Axis
from ..rendering import policy, render, styles
from ..units import known
from .bisect_text import chance, headline, ratio_text, told

NARROWEST = 1.04
"""An axis reaches at least so far to either side of 1."""


@dataclass(frozen=True)
class Rung:
    """A commit on the ladder of a case, or several that were not judged; ratios are to the good end of its search."""

    commits: Sequence[Commit]
    numbers: str = ""
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    is_change: bool = False

    @property
    def commit(self) -> Commit:
        return self.commits[0]


@dataclass(frozen=True)
class Ladder:
    """A case, its rungs in the order of the chain, and an axis that all of them fit on."""

    case: str
    rungs: Sequence[Rung]
    axis: Axis

    @property
    def quantity(self) -> str:
        return quantity_of(self.case)

    @property
    def way(self) -> str:
        return case_ways(self.case)[0]


def html(found: Bisection) -> bytes:
    """The page. It has no script."""
    style = styles("page/page.css", "comparison/comparison.css", "history/history.css")
    return render(
        "history/bisect.html",
        style=style,
        policy=policy(style),
        found=found,
        headline=headline(found),
        chance=chance(found),
        changes=[(each, [(case, told(case)) for case in each.cases]) for each in found.changes],
        ladders=[ladder(found, case) for case in _changed(found)],
        facts=_facts(found),
        again=AGAIN_BLOCKS,
        looks=LOOKS,
        counted=counted,
        told=told,
        what=what_of(found.good),
    ).encode()


def ladder(found: Bisection, case: str) -> Ladder:
    """The commits in order, with the ratio to the first good one where a step has measured it."""
    numbers: dict[int, list[float]] = {}
    for each in found.steps:
        if each.step.base == 0 and each.step.kind != "parent" and each.outcome.numbers.get(case):
            numbers[each.step.head] = list(each.outcome.numbers[case])
    changed = {change.commit.name for change in found.changes if any(each.case == case for each in change.cases)}
    rungs = [*_rungs(found.commits, numbers, changed)]
    ends = [end for rung in rungs for end in (rung.ratio, rung.low, rung.high) if end is not None and known(end)]
    low, high = min([*ends, 1 / NARROWEST]), max([*ends, NARROWEST])
    room = (high / low) ** 0.08
    return Ladder(case, rungs, Axis(low / room, high * room))


def _rungs(commits: Sequence[Commit], numbers: dict[int, list[float]], changed: set[str]) -> Iterator[Rung]:
    left: list[Commit] = []
    for place, commit in enumerate(commits):
        is_change = commit.name in changed
        if place and place not in numbers and not is_change:
            left.append(commit)
            continue
        if left:
            yield Rung(tuple(left))
            left = []
        yield Rung((commit,), "the good end", 1.0) if not place else _judged(commit, numbers.get(place), is_change)
    if left:
        yield Rung(tuple(left))


def _judged(commit: Commit, numbers: list[float] | None, is_change: bool) -> Rung:
    if not numbers:
        return Rung((commit,), is_change=is_change)
    at = location(numbers)
    ratio = math.exp(at.value)
    if not math.isfinite(at.low):
        return Rung((commit,), ratio_text(ratio), ratio, is_change=is_change)
    low, high = math.exp(at.low), math.exp(at.high)
    told = f"{ratio_text(ratio)} ({ratio_text(low)}–{ratio_text(high)})"
    return Rung((commit,), told, ratio, low, high, is_change)


def _changed(found: Bisection) -> list[str]:
    return list(dict.fromkeys(case.case for change in found.changes for case in change.cases))


def _facts(found: Bisection) -> dict[str, str]:
    facts = {"Suite": found.suite, "Machine": found.machine.name if found.machine else ""}
    facts["Comparisons"] = f"{len(found.steps)} in {found.seconds:.0f} s"
    facts["Seed"] = str(found.seed)
    facts["Command"] = " ".join(found.command)
    return {name: text for name, text in facts.items() if text}
