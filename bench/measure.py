"""First call, warm-up, calibration, slices. The clock is injected; nothing here knows a kernel.

Only steady state is calibrated and timed: a first call that compiles poisons
the loop count of asv, pytest-benchmark, timeit and torch's autorange.
"""

import contextlib
import ctypes
import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from .guard import Guard
from .records import Sample

STEADY_WINDOW = 10
"""Warm-up slices that are looked at; Kendall's S has known critical values for ten."""

CRITICAL_KENDALL_S = 29
"""P(|S| >= 29) = 0.009 for ten values without trend (Kendall, Rank Correlation Methods, table 1)."""

CHANGE_POINT_EDGE = 3
SMALLEST_CHANGE = 0.02
"""A change between the halves below 2 % is smaller than what one block resolves."""

CLEAR_GAP = 0.25
"""Three of ten lie apart from seven by chance in one trace of sixty; the gap must be this share of their spread."""

MAXIMUM_CALLS = 10_000_000

BATCHES = 4
"""Of a slice: so short are the batches that are compared while calls settle."""

VARIED_PART = 10
"""By a tenth, and by one at least, the number of calls of a slice differs from what was asked for."""

DRAW = random.SystemRandom().randint

AGREEING = 0.05
AWAKE = 1.25
LONGEST_SETTLING, LONGEST_WAKING = 3, 20
"""Times the untimed stretch asked for; what has not settled by then is timed as it is."""


@dataclass(frozen=True)
class Clock:
    """Where time comes from, in ns, bound before any suite is imported."""

    wall: Callable[[], int] = time.perf_counter_ns
    cpu: Callable[[], int] = time.process_time_ns
    now: Callable[[], int] = time.time_ns


@dataclass(frozen=True)
class Kernel:
    """A function with its inputs in place, and how to wait for what it returns."""

    function: Callable[..., Any]
    inputs: tuple[Any, ...]
    synchronise: Callable[[Any], Any] | None = None
    clock: Clock = field(default_factory=Clock)

    def once(self) -> tuple[Any, int]:
        """The output of one call and its wall time in ns, the wait included."""
        output, wall_ns, _ = self.many(1)
        return output, wall_ns

    def many(self, calls: int) -> tuple[Any, int, int]:
        """The last output, wall and CPU time in ns of ``calls`` calls, each waited for.

        One line makes them all: nothing tells a kernel which of its outputs will be looked at.
        """
        function, inputs, synchronise = self.function, self.inputs, self.synchronise
        output: Any = None
        cpu, wall = self.clock.cpu(), self.clock.wall()
        # Nothing holds an output while the next is made: two in turn would take twice the cache.
        if synchronise is None:
            for _ in repeat(None, calls):
                output = None
                output = function(*inputs)
        else:
            for _ in repeat(None, calls):
                output = None
                output = synchronise(function(*inputs))
        return output, self.clock.wall() - wall, self.clock.cpu() - cpu


@dataclass(frozen=True)
class WarmUp:
    """What a warm-up found: ns per call, and whether the last slices were steady."""

    call_ns: float
    steady: bool | None


def warm_up(kernel: Kernel, budget_ns: int, slice_ns: int) -> WarmUp:
    """Runs slices of at least ``slice_ns`` until ten of them are steady or the budget is gone.

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
    return WarmUp(statistics.median(slices[-STEADY_WINDOW:] or [float(call_ns)]), steady)


def is_steady(slices: Sequence[float]) -> bool:
    """False where the last ten slices show a trend or a change point.

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


def calibrate(call_ns: float, slice_ns: int) -> int:
    """Calls that fill a slice; one where a call is longer."""
    return max(1, min(MAXIMUM_CALLS, round(slice_ns / max(call_ns, 1.0))))


def settle_in(kernel: Kernel, calls: int, untimed_ns: int, expected_ns: float) -> int:
    """Untimed calls after others had the cores, for ``untimed_ns`` at least. Returns the ns they took.

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
    """One sample of about so many calls, with what the guard saw.

    How many is drawn, so that no kernel knows its last call, whose output may be judged.
    """
    spread = max(1, calls // VARIED_PART) if calls > 1 else 0
    calls = DRAW(calls - spread, calls + spread)
    before = guard.read()
    started_ns = kernel.clock.now()
    output, wall_ns, cpu_ns = kernel.many(calls)
    return output, Sample(round_, started_ns, wall_ns, cpu_ns, calls, guard.read().since(before))


class PeakMemory:
    """The rise of the resident set over a stretch of code, in bytes; None where Linux does not tell."""

    def __enter__(self) -> "PeakMemory":
        _give_back_freed_memory()
        self.bytes: int | None = None
        self._before = None
        try:
            with open("/proc/self/clear_refs", "w") as file:
                file.write("5")
            self._before = _status_bytes("VmRSS")
        except OSError:
            pass
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            self.bytes = max(0, _status_bytes("VmHWM") - self._before)


def _give_back_freed_memory() -> None:
    """What the allocator keeps of freed memory is resident already, and would hide that a call takes it."""
    with contextlib.suppress(OSError, AttributeError):  # not glibc
        ctypes.CDLL(None).malloc_trim(0)


def _status_bytes(name: str) -> int:
    with open("/proc/self/status") as file:
        line = next(line for line in file if line.startswith(name + ":"))
    return int(line.split()[1]) * 1024


def settle(limit_ns: int = 500_000_000) -> None:
    """Waits until this process's pools stop burning CPU time, for systems where it cannot be paused."""
    deadline = time.perf_counter_ns() + limit_ns
    while time.perf_counter_ns() < deadline:
        before = time.process_time_ns()
        time.sleep(0.001)
        if time.process_time_ns() - before < 200_000:
            return


def available_cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def first_cores(threads: int) -> list[int]:
    """Those that a worker is given where nobody says which."""
    return sorted(os.sched_getaffinity(0))[:threads] if hasattr(os, "sched_getaffinity") else []
