"""The timing loop: a function with its inputs in place, and the clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any


@dataclass(frozen=True)
class Clock:
    """Where time comes from, in ns, bound before any suite is imported."""

    wall: Callable[[], int] = time.perf_counter_ns
    cpu: Callable[[], int] = time.process_time_ns
    now: Callable[[], int] = time.time_ns


@dataclass(frozen=True)
class Kernel:
    """A function with its inputs in place, and how to wait for its result."""

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


MAXIMUM_CALLS = 10_000_000


def calls_to_fill(call_ns: float, slice_ns: int) -> int:
    """Calls that fill a slice; one where a call is longer."""
    return max(1, min(MAXIMUM_CALLS, round(slice_ns / max(call_ns, 1.0))))
