"""Terms of a contest: what all its contenders share, and the limits of a turn and of a first call."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..records import Task
from .unseen import Judging, Stock

SLICE_NS = 1_250_000
SLICES = 6
"""In one turn, short ones: what interrupts one spoils no more than that."""

UNTIMED_NS = 1_000_000
"""After a pause a process is up to 60 % slower for about a millisecond."""

LONG_CALL_NS = 40_000_000
"""Calls from here on get fewer samples where time is short, and from `VERY_LONG_CALL_NS` on a single one."""
VERY_LONG_CALL_NS = 250_000_000
FEWEST_LONG = 3

LOAD_SECONDS = 60.0
LOADED_SECONDS, LOADED_BYTES_A_SECOND = 4.0, 2e7
"""What a worker needs beside a call, on a busy machine and for nested lists too."""


@dataclass(frozen=True)
class Terms:
    """The same for all contenders of a contest: the task, the folders of its problems, the limits of its turns.

    ``judging`` judges what comes out, ``stock`` has problems like this one that no worker has seen, ``seed`` draws
    where inputs are looked at afterwards. ``costs`` are flops and bytes by algorithm, ``footprint_bytes`` those of
    inputs and output. ``watched`` are the pids of busy neighbours, ``busy`` tells of them. Where ``thorough``, fresh
    inputs after the timing also show whether work is cached.
    """

    task: Task
    main: str
    fresh: str
    exact_task: Task
    exact: str
    inputs_sha256: str
    data: str
    timeout_s: float
    in_place: bool = False
    thorough: bool = True
    long_call_ns: float = LONG_CALL_NS
    slice_ns: int = SLICE_NS
    slices: int = SLICES
    untimed_ns: int = UNTIMED_NS
    clock_ns: Callable[[], int] = time.perf_counter_ns
    watched: Callable[[], Sequence[int]] = tuple
    busy: Callable[[], str] = str
    judging: Judging | None = None
    stock: Stock | None = None
    seed: int = 0
    costs: dict[str, tuple[float, float]] = field(default_factory=dict)
    footprint_bytes: float | None = None

    @property
    def first_call_seconds(self) -> float:
        return first_call_seconds(self.timeout_s)


def first_call_seconds(timeout_s: float) -> float:
    """A first call may compile, and the worker loads before it."""
    return timeout_s + min(30.0, 15.0 + 2 * timeout_s)


def interpreted_call_seconds(timeout_s: float, footprint_bytes: float) -> float:
    """The same where nothing is compiled: inputs are loaded and converted, the output is compared."""
    return timeout_s + LOADED_SECONDS + footprint_bytes / LOADED_BYTES_A_SECOND
