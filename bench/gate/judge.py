# pyright: strict
"""From block numbers to verdicts. Pure functions: real runs and simulated ones use the same code.

The screen passes on cases that might be slower or faster, or are undecided. The
confirmation starts from scratch in fresh processes, with a number of blocks
fixed in advance. Only the confirmation calls a case slower or faster.
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

CONFIRM_BLOCKS = (12, 16, 20, 24, 28, 32, 40)
FOUND_MARGINS = 2.5
"""A slowdown of this many margins is found with a power of 95 %, if the largest number of blocks allows it."""

DROPPED_SHARE = 0.2
WIDENING_QUANTILE = 0.95


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


def confirm_blocks(numbers: Sequence[float], margin: float, candidates: int) -> int:
    """Blocks for one of so many candidates, planned from the screen alone; always enough to reach significance.

    A case that the screen shows to be far beyond the margin needs fewer blocks than one near it.
    """
    upper, found, level = spread_upper(numbers), location(numbers), FAMILY_LEVEL / max(1, candidates)
    wanted = max(1 + FOUND_MARGINS * margin, math.exp(found.low), math.exp(-found.high))
    enough = (blocks for blocks in CONFIRM_BLOCKS if least_effect(margin, upper, blocks, level) <= wanted)
    return max(next(enough, CONFIRM_BLOCKS[-1]), fewest_blocks(candidates))


def fewest_blocks(candidates: int) -> int:
    """With fewer blocks, no p-value could pass Holm's first step."""
    return math.ceil(math.log2(max(1, candidates) / FAMILY_LEVEL))


def confirmed(
    numbers: Mapping[str, Sequence[float]], margins: Mapping[str, float], families: int = 1
) -> dict[str, Judged]:
    """Verdicts of all confirmed cases together, Holm over them in either direction.

    So many ``families`` share the level equally.
    """
    names, level = list(numbers), FAMILY_LEVEL / families
    shifts = {name: math.log1p(margins[name]) for name in names}
    slower = holm([p_greater(numbers[name], shifts[name]) for name in names], level)
    faster = holm([p_less(numbers[name], -shifts[name]) for name in names], level)
    return {
        name: _conclude(numbers[name], margins[name], slower[place], faster[place], len(names) * families)
        for place, name in enumerate(names)
    }


def _conclude(numbers: Sequence[float], margin: float, slower: bool, faster: bool, candidates: int) -> Judged:
    blocks, verdict = len(numbers), settled(numbers, margin)
    if least_p(blocks) > FAMILY_LEVEL / candidates and verdict != EQUIVALENT:
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

    A control proves one if its interval lies beyond the margin; each case's own test allows for noise.
    """
    found, reach = [location(numbers) for numbers in controls], math.log1p(margin)
    apart = [math.expm1(abs(each.value)) if max(each.low, -each.high) > reach else 0.0 for each in found]
    return max(margin, float(np.quantile(apart, WIDENING_QUANTILE, method="higher"))) if apart else margin


def least_found(numbers: Sequence[float], margin: float, blocks: int, candidates: int) -> float | None:
    """Smallest ratio that the confirmation over so many blocks finds with a power of 95 %; None if none."""
    found = least_effect(margin, spread(numbers), blocks, FAMILY_LEVEL / max(1, candidates))
    return found if math.isfinite(found) else None
