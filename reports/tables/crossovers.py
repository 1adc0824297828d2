"""Where one implementation overtakes another as the fastest, along one size with the others fixed.

``from_size`` and ``to_size`` are neighbouring measured sizes with other winners; both are timed at both, undisturbed.
Between measured sizes the logarithm of the ratio of their times is taken as a straight line over that of the size.

at               where that line crosses 1
at_low, at_high  where the lines through the ends of the ratio's 95 % intervals cross it, however many measured
                 sizes away; missing if they never do: then the leads on that side are within noise
verdict          AHEAD where both are known, else WITHIN_NOISE
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from ...bench.records import words
from ..units import known
from .frames import VIEW, Tables
from .speedups import AHEAD, WITHIN_NOISE, TimedCase, groups, ratio, winners
from .views import View, views

COLUMNS = ("along", "fixed", "before", "after", "from_size", "to_size", "at", "at_low", "at_high", "verdict")


class Lead(NamedTuple):
    """At a size, logs of the ratio: time of the fastest before ÷ time of the fastest after."""

    size: int
    value: float
    low: float
    high: float


def crossovers(tables: Tables) -> pd.DataFrame:
    """A row per crossover, along each size in each view."""
    timed = {
        (*(group[name] for name in VIEW), group["sizes"]): {
            each.implementation: each for each in contenders if not each.disturbed
        }
        for group, contenders in groups(tables)
    }
    won = winners(tables)
    rows = [
        {**{column: getattr(view, column) for column in VIEW}, "along": along, "fixed": words(fixed), **found}
        for view in views(tables)
        for fastest in [_winners(view.of(won))]
        for along in view.size_names
        for fixed in _fixed(view, along)
        for found in _along(view, along, fixed, timed, fastest)
    ]
    return pd.DataFrame(rows, columns=[*VIEW, *COLUMNS])


def _winners(frame: pd.DataFrame) -> dict[str, str]:
    return {row["sizes"]: row["winner"] for row in frame.to_dict("records") if isinstance(row["winner"], str)}


def _fixed(view: View, along: str) -> list[dict[str, int]]:
    """The values of the other sizes, each once."""
    others = [{name: value for name, value in size.items() if name != along} for size in view.sizes]
    return [other for place, other in enumerate(others) if other not in others[:place]]


def _along(
    view: View, along: str, fixed: dict[str, int], timed: dict[Any, dict[str, TimedCase]], fastest: dict[str, str]
) -> Iterator[dict[str, Any]]:
    line = {size[along]: words(size) for size in view.sizes if fixed.items() <= size.items()}
    view_key = tuple(getattr(view, name) for name in VIEW)
    there = {value: timed.get((*view_key, size), {}) for value, size in sorted(line.items())}
    won = [(value, fastest[line[value]]) for value in there if line[value] in fastest]
    for (from_size, before), (to_size, after) in pairwise(won):
        both = {value: found for value, found in there.items() if before in found and after in found}
        if before != after and from_size in both and to_size in both:
            leads = [_lead(value, found[before], found[after]) for value, found in both.items()]
            yield {"before": before, "after": after, **_crossing(leads, from_size, to_size)}


def _lead(size: int, before: TimedCase, after: TimedCase) -> Lead:
    found = ratio(before, after).estimate
    return Lead(size, *(math.log(value) if known(value) else math.nan for value in found[:3]))


def _crossing(leads: Sequence[Lead], from_size: int, to_size: int) -> dict[str, Any]:
    upto = [lead for lead in leads if lead.size <= to_size]
    onward = [lead for lead in leads if lead.size >= from_size]
    at = _zero([(lead.size, lead.value) for lead in leads if from_size <= lead.size <= to_size])
    low = _zero([(lead.size, lead.high) for lead in reversed(upto)])
    high = _zero([(lead.size, lead.low) for lead in onward])
    clear = known(low) and known(high)
    return {
        "from_size": from_size,
        "to_size": to_size,
        "at": at,
        "at_low": low,
        "at_high": high,
        "verdict": AHEAD if clear else WITHIN_NOISE,
    }


def _zero(points: Sequence[tuple[int, float]]) -> float:
    """The first size, in the order given, at which a line through (size, log ratio) is 0; NaN for none."""
    for (size, value), (next_size, next_value) in pairwise(points):
        if value * next_value <= 0 and value != next_value:
            share = value / (value - next_value)
            return size * (next_size / size) ** share
    return math.nan
