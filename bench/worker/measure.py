"""First call, warm-up, calibration, slices. The clock is injected; nothing here knows a kernel.

Only steady state is calibrated and timed: a first call that compiles poisons
the loop count of asv, pytest-benchmark, timeit and torch's autorange.
"""

import random
import statistics
import time
from collections.abc import Sequence
from typing import Any

from ..lent.counters import Guard
from ..processes.worker_messages import Warmed
from ..records import Sample
from ..timing.kernel import MAXIMUM_CALLS, Kernel

STEADY_WINDOW = 10
"""Number of warm-up slices that are examined; Kendall's S has known critical values for ten."""

CRITICAL_KENDALL_S = 29
"""P(|S| >= 29) = 0.009 for ten values without trend (Kendall, Rank Correlation Methods, table 1)."""

CHANGE_POINT_EDGE = 3
SMALLEST_CHANGE = 0.02
"""A change between the halves below 2 % is smaller than what one block resolves."""

CLEAR_GAP = 0.25
"""Three of ten lie apart from seven by chance in one trace of sixty; the gap must be this share of their spread."""


BATCHES = 4
"""Share of a slice that a batch takes; batches are compared until calls are steady."""

VARIED_PART = 10
"""The number of calls in a slice varies by a tenth of the requested number, and by at least one."""

DRAW = random.SystemRandom().randint

AGREEING = 0.05
AWAKE = 1.25
LONGEST_SETTLING, LONGEST_WAKING = 3, 20
"""Most time for settling, as a multiple of the requested untimed time; then calls are timed anyway."""


def warm_up(kernel: Kernel, budget_ns: int, slice_ns: int) -> Warmed:
    """Runs slices of at least ``slice_ns`` until ten of them are steady or the budget is used up.

    ``steady`` is None where calls are too long for ten slices within the budget.
    """
    _, call_ns = kernel.once()
    spent, calls = call_ns, 1
    slices = [float(call_ns)]
    while spent < budget_ns and not (len(slices) >= STEADY_WINDOW and is_steady(slices)):
        _, wall_ns, _ = kernel.many(calls)
        spent += max(wall_ns, 1)
        if wall_ns < slice_ns and calls < MAXIMUM_CALLS:
            calls = min(MAXIMUM_CALLS, max(calls + 1, calls * slice_ns // max(wall_ns, 1)))
            slices = []
        else:
            slices.append(wall_ns / calls)
    steady = is_steady(slices) if len(slices) >= STEADY_WINDOW else None
    return Warmed(statistics.median(slices[-STEADY_WINDOW:] or [float(call_ns)]), steady)


def is_steady(slices: Sequence[float]) -> bool:
    """False if the last ten slices show a trend or a change point.

    A trend is Kendall's S beyond its 1 % critical value; a change point is a
    split, at least three from either end, that clearly separates all slices
    before from all after, with medians more than 2 % apart. On noise without
    either, two traces in a hundred are called unsteady.
    """
    last = list(slices[-STEADY_WINDOW:])
    pairs = [(a, b) for i, a in enumerate(last) for b in last[i + 1 :]]
    kendall_s = sum((b > a) - (b < a) for a, b in pairs)
    if abs(kendall_s) >= CRITICAL_KENDALL_S:
        return False
    splits = range(CHANGE_POINT_EDGE, len(last) - CHANGE_POINT_EDGE + 1)
    return not any(_changes_at(last, split) for split in splits)


def _changes_at(values: list[float], split: int) -> bool:
    below, above = sorted((values[:split], values[split:]), key=statistics.median)
    spread = max(max(below) - min(below), max(above) - min(above))
    if min(above) - max(below) <= CLEAR_GAP * spread:
        return False
    return statistics.median(above) > statistics.median(below) * (1 + SMALLEST_CHANGE)


def settle_in(kernel: Kernel, calls: int, untimed_ns: int, expected_ns: float) -> int:
    """Untimed calls after other processes used the cores, for at least ``untimed_ns``. Returns the ns they took.

    They go on until two batches agree, for a while, and until a call takes about ``expected_ns`` again, for longer:
    threads that woke up on one core stay there for tens of ms. Where a slice is a single call, one is made; without
    ``untimed_ns`` one that refills caches where a slice holds several.
    """
    if calls == 1 or not untimed_ns:
        return kernel.once()[1] if calls > 1 or untimed_ns else 0
    batch, spent_ns, before_ns = max(1, calls // BATCHES), 0, 0
    while spent_ns < LONGEST_WAKING * untimed_ns:
        _, wall_ns, _ = kernel.many(batch)
        spent_ns += max(wall_ns, 1)
        agree = abs(wall_ns - before_ns) <= AGREEING * before_ns or spent_ns >= LONGEST_SETTLING * untimed_ns
        if spent_ns >= untimed_ns and agree and wall_ns <= AWAKE * expected_ns * batch:
            break
        before_ns = wall_ns
    return spent_ns


def time_slice(kernel: Kernel, round_: int, calls: int, guard: Guard) -> tuple[Any, Sample]:
    """One sample of about ``calls`` calls, with the guard's flags.

    How many is drawn, so that no kernel knows its last call, whose output may be judged.
    """
    spread = max(1, calls // VARIED_PART) if calls > 1 else 0
    calls = DRAW(calls - spread, calls + spread)
    before = guard.read()
    started_ns = kernel.clock.now()
    output, wall_ns, cpu_ns = kernel.many(calls)
    return output, Sample(round_, started_ns, wall_ns, cpu_ns, calls, guard.read().since(before))


def settle(limit_ns: int = 500_000_000) -> None:
    """Waits until this process's pools stop burning CPU time, for systems where it cannot be paused."""
    deadline = time.perf_counter_ns() + limit_ns
    while time.perf_counter_ns() < deadline:
        before = time.process_time_ns()
        time.sleep(0.001)
        if time.process_time_ns() - before < 200_000:
            return
