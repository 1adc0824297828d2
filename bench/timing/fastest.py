"""The fastest of many short slices, for ceilings and empty calls. The clock is the caller's.

One slice says little: a thread that wakes up late makes a call of 40 ns one of 8 ms. So calls are never counted by one
slice alone: as soon as a faster one shows that more of them fit, more are taken.
"""

import math
from collections.abc import Callable

LONGEST_LOOP = 1 << 40
FEWEST = 2
"""The first slice fills caches."""

TOO_SHORT = 0.5
"""A slice of less than so much of what it should take is none."""

PATIENCE = 10
GROWTH = 1000
"""Times as many calls at once, at most: a clock that stood still must not make a loop without end."""


def fastest_call_ns(duration: Callable[[int], int], budget_ns: int, slice_ns: int, slices: int = FEWEST) -> float:
    """What a call takes in the fastest slice.

    ``duration`` makes so many calls and returns their ns. Slices of about ``slice_ns``, of one call where that is
    longer, are played until ``budget_ns`` is spent, and at least as many as asked for unless that takes far longer.
    """
    call_ns, calls, played, spent_ns = math.inf, 1, 0, 0
    while played < FEWEST or spent_ns < budget_ns or (played < slices and spent_ns < PATIENCE * budget_ns):
        wall_ns = max(1, duration(calls))
        spent_ns += wall_ns
        call_ns = min(call_ns, wall_ns / calls)
        if call_ns * calls < TOO_SHORT * slice_ns and calls < LONGEST_LOOP:
            calls = min(LONGEST_LOOP, calls * GROWTH, max(calls + 1, round(slice_ns / call_ns)))
        else:
            played += 1
    return call_ns
