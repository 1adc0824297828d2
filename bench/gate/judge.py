# pyright: strict
"""From block numbers to verdicts. Pure functions: real runs and simulated ones use the same code.

The screen passes on cases that might be slower or faster, or are undecided. The
confirmation starts from scratch in fresh processes, with a number of blocks
fixed in advance. Only the confirmation calls a case slower or faster. It looks at
most twice: at the planned blocks, and, where they leave a case open, at the most
blocks that there are. Each look has its own part of the level, set beforehand.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from .records import EQUIVALENT, FASTER, INCONCLUSIVE, NOT_SLOWER, SLOWER, CaseVerdict
from .statistics import holm, least_effect, least_p, location, p_greater, p_less, spread, spread_upper

SCREEN_BLOCKS = 6
SUSPECT_LEVEL = 0.05
FAMILY_LEVEL = 0.005
"""Family-wise error of all confirmations of a run, in each direction."""


class Levels(NamedTuple):
    """The parts of the family-wise error, in each direction, of the planned blocks and of a second look (0: none)."""

    first: float
    second: float


TWICE = Levels(0.8 * FAMILY_LEVEL, 0.2 * FAMILY_LEVEL)
ONCE = Levels(FAMILY_LEVEL, 0.0)

CONFIRM_BLOCKS = (12, 16, 20, 24, 28, 32, 40)
FOUND_MARGINS = 2.5
"""A slowdown of this many margins is found with a power of 95 %, if the largest number of blocks allows it."""

DROPPED_SHARE = 0.2
WIDENING_QUANTILE, PROOF = 0.95, 0.02
"""The quantile of the differences that controls prove, and the level at which they prove one."""


class Judged(NamedTuple):
    verdict: CaseVerdict
    reason: str


def goes_on(numbers: Sequence[float], margin: float) -> bool:
    """Whether the screen leaves a case open: perhaps slower, perhaps faster, or not settled.

    An interval inside the margin is settled, even if it clearly excludes 1.
    """
    if settled(numbers, margin) == EQUIVALENT:
        return False
    ratio = math.exp(location(numbers).value)
    if ratio >= 1 + margin / 2 or ratio <= 1 / (1 + margin):
        return True
    return p_greater(numbers) < SUSPECT_LEVEL or settled(numbers, margin) == INCONCLUSIVE


def settled(numbers: Sequence[float], margin: float) -> CaseVerdict:
    """The verdict from the interval alone: equivalent, not slower, or inconclusive."""
    found = location(numbers)
    return settled_between(found.low, found.high, margin)


def settled_between(low: float, high: float, margin: float) -> CaseVerdict:
    """The same for an interval of log ratios."""
    reach = math.log1p(margin)
    if -reach <= low and high <= reach:
        return EQUIVALENT
    return NOT_SLOWER if high < math.log1p(2 * margin) else INCONCLUSIVE


def levels(families: int) -> Levels:
    """Those of one of so many families that share the level equally.

    Several are machines whose numbers are also judged together, so how many there are must be fixed: no second look.
    """
    return TWICE if families == 1 else Levels(FAMILY_LEVEL / families, 0.0)


def confirm_blocks(numbers: Sequence[float], margin: float, level: float) -> int:
    """Blocks for a case that is tested at ``level``, planned from the screen alone; enough to reach significance.

    A case that the screen shows to be far beyond the margin needs fewer blocks than one near it.
    """
    upper, found = spread_upper(numbers), location(numbers)
    wanted = max(1 + FOUND_MARGINS * margin, math.exp(found.low), math.exp(-found.high))
    enough = (blocks for blocks in CONFIRM_BLOCKS if least_effect(margin, upper, blocks, level) <= wanted)
    return max(next(enough, CONFIRM_BLOCKS[-1]), fewest_blocks(level))


def fewest_blocks(level: float) -> int:
    """With fewer blocks, no p-value could reach ``level``."""
    return math.ceil(-math.log2(level))


def confirmed(
    numbers: Mapping[str, Sequence[float]], margins: Mapping[str, float], level: float, candidates: int = 0
) -> dict[str, Judged]:
    """Verdicts of cases that are tested together at ``level``, Holm over them in either direction.

    They are some of so many ``candidates``, of which the others count as not significant; without that number, all.
    """
    names, whole = list(numbers), max(candidates, len(numbers))
    shifts, others = {name: math.log1p(margins[name]) for name in names}, [1.0] * (whole - len(names))
    slower = holm([*(p_greater(numbers[name], shifts[name]) for name in names), *others], level)
    faster = holm([*(p_less(numbers[name], -shifts[name]) for name in names), *others], level)
    return {
        name: _conclude(numbers[name], margins[name], slower[place], faster[place], level / whole)
        for place, name in enumerate(names)
    }


def looked(
    numbers: Mapping[str, Sequence[float]],
    margins: Mapping[str, float],
    planned: Mapping[str, int],
    levels: Levels = TWICE,
) -> dict[str, Judged]:
    """Verdicts of all cases of a confirmation. One with more numbers than were planned has had its second look.

    Both looks test all cases together (Holm), each at its own level: the chance that either errs is at most their sum.
    """
    first = {name: of[: planned[name]] for name, of in numbers.items()}
    again = {name: of for name, of in numbers.items() if len(of) > planned[name]}
    return confirmed(first, margins, levels.first) | confirmed(again, margins, levels.second, len(numbers))


def left_open(
    numbers: Mapping[str, Sequence[float]], margins: Mapping[str, float], levels: Levels = TWICE
) -> list[str]:
    """The cases that the planned blocks leave undecided and a second look, at the most blocks, may decide."""
    if not levels.second:
        return []
    judged = confirmed(numbers, margins, levels.first)
    return [
        name for name in numbers if judged[name].verdict == INCONCLUSIVE and len(numbers[name]) < CONFIRM_BLOCKS[-1]
    ]


def _conclude(numbers: Sequence[float], margin: float, slower: bool, faster: bool, level: float) -> Judged:
    blocks, verdict = len(numbers), settled(numbers, margin)
    if least_p(blocks) > level and verdict != EQUIVALENT:
        return Judged(INCONCLUSIVE, f"{blocks} blocks cannot confirm anything; allow more time (--time-budget)")
    if slower:
        return Judged(SLOWER, f"slower by more than the margin in {blocks} fresh pairs of processes")
    if faster:
        return Judged(FASTER, f"faster by more than the margin in {blocks} fresh pairs of processes")
    if verdict == INCONCLUSIVE:
        return Judged(verdict, f"the interval over {blocks} blocks is too wide to decide")
    return Judged(verdict, f"suspected by the screen, not confirmed in {blocks} fresh pairs of processes")


def exactly(number: float, margin: float, blocks: int) -> Judged:
    """The verdict on a number that every evaluation gave alike: it needs no statistics."""
    same = f"the same number in all {blocks} pairs of processes"
    if number > math.log1p(margin):
        return Judged(SLOWER, f"larger by more than the margin; {same}")
    if number < -math.log1p(margin):
        return Judged(FASTER, f"smaller by more than the margin; {same}")
    return Judged(EQUIVALENT, same)


def widened(margin: float, controls: Sequence[Sequence[float]]) -> float:
    """The margin, or the difference that the run's controls prove for the same code, whichever is larger.

    A control proves one if all its blocks in the screen lie beyond the margin. At a level of 10 %, ten controls of
    equal code that scatter by a tenth widened it in 31 % of runs, by 9 % in the middle. Now they do in 12 %.
    """
    reach = math.log1p(margin)
    proved = [min(p_greater(numbers, reach), p_less(numbers, -reach)) <= PROOF for numbers in controls]
    apart = [
        math.expm1(abs(location(each).value)) if proves else 0.0 for each, proves in zip(controls, proved, strict=True)
    ]
    return max(margin, float(np.quantile(apart, WIDENING_QUANTILE, method="higher"))) if apart else margin


def least_found(numbers: Sequence[float], margin: float, blocks: int, level: float) -> float | None:
    """Smallest ratio that a test over so many blocks at ``level`` finds with a power of 95 %; None if none."""
    found = least_effect(margin, spread(numbers), blocks, level)
    return found if math.isfinite(found) else None
