"""The processes, threads and clocks that a run uses; tests replace them with fakes."""

import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

from ..inputs.maker import Problems
from ..machine.neighbours import Neighbours
from .bandwidth import MemoryReaders
from .slot import Slot


@dataclass(frozen=True)
class Factories:
    """Constructors that a `Runner` calls.

    ``pool`` takes the number of threads that start and ask workers concurrently. ``clock`` counts seconds, for budgets
    and limits; ``clock_ns`` counts nanoseconds, for turns.
    """

    slot: Callable[..., Slot] = Slot
    problems: Callable[..., Problems] = Problems
    readers: Callable[..., MemoryReaders] = MemoryReaders
    neighbours: Callable[..., Neighbours] = Neighbours
    pool: Callable[[int], Executor] = ThreadPoolExecutor
    clock: Callable[[], float] = time.monotonic
    clock_ns: Callable[[], int] = time.perf_counter_ns


PRODUCTION = Factories()
