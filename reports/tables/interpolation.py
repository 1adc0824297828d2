"""Times between measured sizes, interpolated in the logarithms of sizes and times; the page's `times.js` is its twin.

A size lies between the measured sizes on both sides along each of its axes: between two of m and two of n, four
corners. Where one implementation has a value at all of them, the value between is their weighted mean, in logarithms.
The interval is that of the corners, widened by what interpolation misses: the median error if each measured size is
left out in turn and interpolated along one axis, in full midway between two sizes and not at all at a measured one.
Along an axis of two sizes none can be left out: there the error is taken to be what a fixed time and a time for each
row or column, as a straight line through both, would differ midway.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import median

from ...bench.records import words
from ..units import known
from .estimates import TOO_FEW, WEAKEST_FIRST, Estimate
from .views import View

Corners = Sequence[tuple[str, float]]
"""Measured sizes, as the frames write them, and their weights, which add up to 1."""


def axis(view: View, name: str) -> list[int]:
    """The measured values of a size, ascending."""
    return sorted({size[name] for size in view.sizes})


def bracket(values: Sequence[int], value: int) -> list[tuple[int, float]]:
    """The values on both sides of one and their weights; itself alone if it is among them; none outside them."""
    if value in values:
        return [(value, 1.0)]
    below = [each for each in values if each < value]
    above = [each for each in values if each > value]
    if not below or not above:
        return []
    share = math.log(value / below[-1]) / math.log(above[0] / below[-1])
    return [(below[-1], 1 - share), (above[0], share)]


def corners(view: View, sizes: Mapping[str, int]) -> Corners:
    """The measured sizes around one; none outside the measured range."""
    found: list[tuple[dict[str, int], float]] = [({}, 1.0)]
    for name in view.size_names:
        sides = bracket(axis(view, name), sizes[name])
        found = [({**made, name: value}, weight * share) for made, weight in found for value, share in sides]
    return [(words(made), weight) for made, weight in found]


def farness(view: View, sizes: Mapping[str, int]) -> float:
    """0 at a measured size, 1 midway between two of an axis: how much of the error of interpolation to expect."""
    sides = [bracket(axis(view, name), sizes[name]) for name in view.size_names]
    return max((4 * two[0][1] * two[1][1] for two in sides if len(two) > 1), default=0.0)


def missed(view: View, values: Mapping[str, float]) -> float:
    """The median error, as a logarithm, of the values by size if each is interpolated; NaN if none can be."""
    errors = [error for size in view.sizes for name in view.size_names for error in _missed(view, values, size, name)]
    return median(errors) if errors else math.nan


def interpolated(view: View, sizes: Mapping[str, int], held: Mapping[str, Estimate]) -> Estimate | None:
    """The value at a size from those held by measured size; None if one around it has none."""
    around = corners(view, sizes)
    found = [held[key] for key, _ in around if key in held and known(held[key].value)]
    if not around or len(found) < len(around):
        return None
    weights = [weight for _, weight in around]
    wide = missed(view, {key: each.value for key, each in held.items()}) * farness(view, sizes)
    low, high = _mixed([each.low for each in found], weights), _mixed([each.high for each in found], weights)
    kind = min((each.interval for each in found), key=WEAKEST_FIRST.index) if known(low * wide) else TOO_FEW
    return Estimate(_mixed([each.value for each in found], weights), low * math.exp(-wide), high * math.exp(wide), kind)


def _mixed(values: Sequence[float], weights: Sequence[float]) -> float:
    if not all(known(value) and value > 0 for value in values):
        return math.nan
    return math.exp(sum(weight * math.log(value) for value, weight in zip(values, weights, strict=True)))


def _missed(view: View, values: Mapping[str, float], size: Mapping[str, int], name: str) -> list[float]:
    """The error at one size along one axis; none without a value there and on both sides, or at both of two sizes."""
    along = axis(view, name)
    place = along.index(size[name])
    if len(along) == 2:
        low, high = (values.get(words({**size, name: each}), math.nan) for each in along)
        told = place == 0 and all(known(value) and value > 0 for value in (low, high))
        return [_bent(low, high, along[1] / along[0])] if told else []
    if not 0 < place < len(along) - 1:
        return []
    before, after = along[place - 1], along[place + 1]
    three = [values.get(words({**size, name: each}), math.nan) for each in (before, size[name], after)]
    if not all(known(value) and value > 0 for value in three):
        return []
    share = math.log(size[name] / before) / math.log(after / before)
    low, own, high = map(math.log, three)
    return [abs(own - (1 - share) * low - share * high)]


def _bent(low: float, high: float, growth: float) -> float:
    """Midway between two sizes, of which one is ``growth`` times the other: a straight line against interpolation."""
    straight = low + (high - low) / (1 + math.sqrt(growth))
    return abs(math.log(straight) - (math.log(low) + math.log(high)) / 2)
