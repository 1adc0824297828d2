"""Serves one session of benchmarks: the parent asks, this process answers, one JSON line each.

A benchmark parks where its tool would time it, and times calls for the parent
until it is told to go on. Needs the standard library only, and so do the
modules beside it, but for the tool whose benchmarks they serve.
"""

import contextlib
import gc
import itertools
import json
import math
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

from . import channel
from .counters import Guard, cpu_ns
from .imports import imported
from .memory import PeakMemory

Timer = Callable[[int], int]
"""Makes so many calls and returns the ns that they took."""

OK, WRONG, CRASHED, SKIPPED = "ok", "wrong", "crashed", "skipped"
"""How a benchmark ends: its own checks passed, an assertion failed, it raised something else, it was not run."""

MOST_WATCHED = 8
"""Calls of a slice that are each watched where they are prepared; more have little between them."""

LONGEST = 500
PLANTED = "ROOFLINEAR_PLANTED"
"""Environment variable: by what share the same code is made to look slower."""


@dataclass
class Parked:
    """What a benchmark offers to time, or the number that it tracks.

    ``alone``: every call needs preparation, so the clock is read around each. ``collects``: garbage is collected
    while it is timed. ``number`` evaluates it once; ``unit`` is what it counts in. One of the timer's calls counts as
    ``inner`` calls.
    """

    timer: Timer | None = None
    alone: bool = False
    collects: bool = True
    number: Callable[[], float] | None = None
    unit: str = "ns"
    inner: int = 1


class Watch:
    """The CPU time and the counters of calls alone, without what prepares each; to be entered around a call."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self.restart(0)

    def restart(self, calls: int) -> None:
        """Before a slice of so many calls."""
        self.calls, self.cpu_ns, self.flags = 0, 0, dict[str, int]()
        self._watches = calls <= MOST_WATCHED

    def __enter__(self) -> None:
        if self._watches:
            self._before, self._cpu_ns = self._guard.read(), cpu_ns()

    def __exit__(self, *_: object) -> None:
        if self._watches:
            self.calls, self.cpu_ns = self.calls + 1, self.cpu_ns + cpu_ns() - self._cpu_ns
            for name, count in self._guard.read().since(self._before).items():
                self.flags[name] = self.flags.get(name, 0) + count


class Server:
    """The channel to the parent, and the benchmark that runs at the moment."""

    def __init__(self) -> None:
        asked, answered = channel.private()
        channel.die_with_parent()
        self._asked: BinaryIO = asked
        self._answered: BinaryIO = answered
        self._guard = Guard()
        self.watch = Watch(self._guard)
        planted = os.environ.get(PLANTED)
        self._planted = float(planted) if planted else None
        self.benchmark, self._parked, self._raised = "", False, False

    def listed(
        self, benchmarks: Sequence[dict[str, Any]], failed: dict[str, str], notes: Sequence[str], tool: str = ""
    ) -> list[str]:
        """Tells what there is; returns the ids to run, in order.

        ``failed``: why a file could not be read. ``tool``: what times the benchmarks, with its version, where a
        difference between the sides would make their times differ.
        """
        self._await("List")
        self._tell("Listed", benchmarks=list(benchmarks), failed=failed, notes=list(notes), tool=tool)
        chosen = self._await("Play")
        self._packages = list(chosen["packages"])
        return list(chosen["order"])

    @contextlib.contextmanager
    def running(self, benchmark: str) -> Iterator[None]:
        """One benchmark from its preparation to its end; the block calls `ended`."""
        self._await("Next")
        self.benchmark, self._parked, self._raised = benchmark, False, False
        seed(benchmark)
        yield

    def ended(self, status: str, reason: str = "") -> None:
        """Tells how the benchmark ended."""
        if self._raised:
            self._await("Go")
        if status == OK and not self._parked:
            status, reason = SKIPPED, "it ended without timing anything"
        self._tell("Ended", benchmark=self.benchmark, status=status, reason=" ".join(reason.split())[:LONGEST])

    def park(self, offered: Parked) -> None:
        """Times calls until the parent says to go on; only the first offer of a benchmark is taken."""
        if self._parked or not self.benchmark:
            return
        self._parked = True
        with _quiet_memory(offered.collects):
            self._serve(offered)

    def _serve(self, offered: Parked) -> None:
        self._tell("Parked", benchmark=self.benchmark, alone=offered.alone, unit=offered.unit)
        while (request := self._receive())["type"] != "Go":
            if request["type"] == "Time" and offered.timer:
                self._time(offered.timer, request["calls"], offered.inner, request["untimed"])
            elif request["type"] == "Peak" and offered.timer:
                self._peak(offered.timer)
            elif request["type"] == "Count" and offered.number:
                self._count(offered.number)
            else:
                self._lost(f"unexpected request {request['type']}")

    def finish(self) -> None:
        """After the last benchmark: tells what was imported of the packages under test, and waits for the end."""
        self._await("Next")
        self._tell("Finished", modules=imported(self._packages))
        self._receive()

    def _time(self, timer: Timer, calls: int, inner: int, untimed: int) -> None:
        if untimed:
            with self._telling():
                timer(untimed)
        timer = slower(timer, self._planted) if self._planted is not None else timer
        self.watch.restart(calls)
        before, cpu, started = self._guard.read(), cpu_ns(), time.perf_counter_ns()
        with self._telling():
            wall = timer(calls)
        elapsed = time.perf_counter_ns() - started
        cpu, flags = cpu_ns() - cpu, self._guard.read().since(before)
        share = wall / max(elapsed, 1)  # of what passed, only part may have been timed
        if self.watch.calls:
            cpu, flags, share = self.watch.cpu_ns, self.watch.flags, 1.0
        self._tell(
            "Timed", started_ns=started, wall_ns=wall, cpu_ns=round(cpu * share), calls=calls * inner,
            flags={name: round(count * share) if name.endswith("_ns") else count for name, count in flags.items()},
        )  # fmt: skip

    def _peak(self, timer: Timer) -> None:
        with self._telling(), PeakMemory() as seen:
            timer(1)
        self._tell("Peaked", bytes=seen.bytes)

    def _count(self, number: Callable[[], float]) -> None:
        with self._telling():
            found = float(number())
            if not math.isfinite(found):
                raise ValueError(f"its number is {found}")
        self._tell("Counted", number=found)

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """The parent must hear of an exception before the tool does."""
        try:
            yield
        except BaseException as error:
            self._tell("Raised", reason=told(error))
            self._raised = True
            raise

    def _await(self, kind: str) -> dict[str, Any]:
        request = self._receive()
        if request["type"] != kind:
            self._lost(f"unexpected request {request['type']}")
        return request

    def _receive(self) -> dict[str, Any]:
        line = self._asked.readline()
        if not line:
            os._exit(0)  # the parent has hung up
        return json.loads(line)

    def _tell(self, kind: str, **fields: Any) -> None:
        self._answered.write(json.dumps({"type": kind, **fields}).encode() + b"\n")
        self._answered.flush()

    def _lost(self, reason: str) -> NoReturn:
        print(reason, file=sys.stderr, flush=True)
        os._exit(70)


def loop(function: Callable[..., Any], args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None) -> Timer:
    """Times calls of a function with the same arguments, one after another."""
    kwargs = kwargs or {}

    def plain(calls: int) -> int:
        repeat = itertools.repeat(None, calls)
        started = time.perf_counter_ns()
        for _ in repeat:
            function()
        return time.perf_counter_ns() - started

    def with_arguments(calls: int) -> int:
        repeat = itertools.repeat(None, calls)
        started = time.perf_counter_ns()
        for _ in repeat:
            function(*args, **kwargs)
        return time.perf_counter_ns() - started

    return with_arguments if args or kwargs else plain


@contextlib.contextmanager
def _quiet_memory(collects: bool) -> Iterator[None]:
    """What is alive now, which is mostly the tool's, is not searched again in every slice, nor ever after."""
    was = gc.isenabled()
    gc.collect()
    gc.freeze()
    if not collects:
        gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def slower(timer: Timer, share: float) -> Timer:
    """Adds calls that are not counted, one in 20 for a share of 0.05, and waits as long as a part of a call takes."""

    def slowed(calls: int) -> int:
        extra = int(calls * share)
        wall = timer(calls + extra)
        wait = round(wall * (calls * share - extra) / (calls + extra))
        until = time.perf_counter_ns() + wait
        while time.perf_counter_ns() < until:
            pass
        return wall + wait  # the loop's own first pass may take a microsecond, on all sides

    return slowed


def seed_of_block() -> int:
    """A number that all sides of a block have, and the next block has not."""
    return int(os.environ.get("ROOFLINEAR_SEED", "0"))


def seed(text: str) -> None:
    """Seeds the usual sources of random numbers, alike on all sides."""
    random.seed(f"{seed_of_block()} {text}")
    numpy = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "random"):
        numpy.random.seed(random.getrandbits(32))


def told(error: BaseException) -> str:
    """An exception in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split()).rstrip(": ")[:LONGEST]


def status_of(error: BaseException) -> str:
    """A failed assertion is a wrong answer."""
    return WRONG if isinstance(error, AssertionError) else CRASHED
