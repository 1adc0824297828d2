"""How much calls slow down on a slow core: by what a run shows of calls like them.

A core that computes only half as fast reads memory hardly slower, and a GPU not at all: log times of calls within the
caches grow 0.8 to 1.2 times as much as those of the work beside them, those of calls beyond them by 0 to 0.2.
"""

import math
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import numpy as np

from ..records import Result
from .core_speed import POWER, power

OTHERS = 2.0
"""Distance to another implementation, and to another device or number of threads.

It is counted in factors of e in memory and in time. Predicted from the others of its run, each of 700 cases was wrong
by 0.21 on average, with 1 in place of 2 as well; by 0.22 with 0, and by 0.27 by the median of the implementation.
"""

POWER_ERROR = 0.2
"""Standard error of a power: about as far as predicted ones are from those seen, which are uncertain themselves."""

LEAST, MOST = 0.0, 1.5


class _Kind(NamedTuple):
    implementation: str
    device: str
    threads: int


class _Seen(NamedTuple):
    """Where it was seen how calls slow down: logs of bytes and of ns, and by what power."""

    kind: _Kind
    size: float
    time: float
    power: float


def powers(groups: Sequence[Sequence[Result]]) -> list[float]:
    """For each case, from its results: log time of its calls over that of the work, where its cores were slow.

    The median of all that were seen on fast and slow cores, itself included, each with weight e to the power of minus
    its distance: in log bytes of inputs and output, in log time, and `OTHERS`.
    """
    places = [_place(group) for group in groups]
    seen = [
        _Seen(*place, min(MOST, max(LEAST, found)))
        for place, group in zip(places, groups, strict=True)
        for each in group
        if each.status == "ok" and (found := power(each.samples)) is not None
    ]
    if not seen:
        return [POWER] * len(groups)
    seen.sort(key=lambda each: each.power)
    sizes, times = np.array([each.size for each in seen]), np.array([each.time for each in seen])
    ordered = [each.power for each in seen]
    apart = {kind: np.array([_apart(kind, each.kind) for each in seen]) for kind in {place[0] for place in places}}
    found = []
    for kind, size, time in places:
        distances = abs(sizes - size) + abs(times - time) + apart[kind]
        shares = np.cumsum(np.exp(distances.min() - distances))
        found.append(ordered[int(np.searchsorted(shares, shares[-1] / 2))])
    return found


def _place(group: Sequence[Result]) -> tuple[_Kind, float, float]:
    case = group[0].case
    times = [each.wall_ns / each.calls for result in group for each in result.samples if each.calls > 0]
    kind = _Kind(case.implementation, case.device, case.threads)
    return kind, math.log(max(group[0].footprint_bytes or 0, 1)), math.log(max(median(times or [1]), 1))


def _apart(one: _Kind, other: _Kind) -> float:
    return OTHERS * ((one.implementation != other.implementation) + (one[1:] != other[1:]))
