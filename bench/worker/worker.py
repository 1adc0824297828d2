"""In the child process: holds one implementation and answers requests (`worker_messages`)."""

from .numpy_import import NUMPY_IMPORT_NS

# isort: split
import contextlib
import gc
import math
import os
import random
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from ..inputs import written
from ..lent.counters import Guard
from ..libraries.base import ArrayLibrary, lined_up
from ..libraries.host import LIBRARIES
from ..machine.cores import first_cores
from ..processes.protocol import Done
from ..processes.worker_messages import (
    Called,
    Deliver,
    Delivered,
    Exact,
    Pin,
    Prepare,
    Prepared,
    Slice,
    Sliced,
    Start,
    Started,
    Trial,
    Tried,
    Warmed,
    WarmUp,
)
from ..records import HOST, Sample, Task
from ..suites import suite
from ..timing.core_speed import CoreSpeed, flag, is_slow
from ..timing.fastest import fastest_call_ns
from ..timing.guard import Usual
from ..timing.kernel import Clock, Kernel
from .bindings import Bindings
from .loader import Loaded, Loader, Refused, same
from .measure import DRAW, settle_in, time_slice, warm_up
from .plays import Plays

DISPATCH_NS = 10_000_000
"""Least time spent on measuring an empty call."""

DISPATCH_SLICES = 20

REPLAYS = 3
"""Times the slices asked for: so many are played where some are disturbed, or the core is slow."""

KEPT_BYTES = 2**16
"""An output up to here may be kept while others are timed: it takes no room in a cache to speak of."""

BALLAST, BALLAST_BYTES = 4, 2**22
"""Blocks of random sizes put between one placement of the inputs and the next, so that addresses differ."""


class Worker:
    """One implementation in its process. Each public method answers one request."""

    def __init__(self, start: Start):
        self.request = start
        self.clock = Clock()
        self.bindings = Bindings()
        self.library: ArrayLibrary = LIBRARIES[start.library]()
        _pin(start.cores or first_cores(start.threads))
        self.import_ns = self._import()
        self.loader = Loader(self.module, self.library, self.clock)
        gc.freeze()  # a framework's own objects would cost 100 ms at every collection
        self.call_ns, self.first_call_ns = 0.0, 0
        self.guard, self.core = Guard(), CoreSpeed(self.clock.wall)
        self.plays = Plays(self.loader, self.guard)
        self.samples: list[Sample] = []
        self.usual = Usual.of([])
        self.output_sizes: list[int] = []
        self.warm_ns: list[float] = []
        self.compiled_ns: dict[tuple[str, str], float] = {}
        self.task: Task | None = None
        self.main: Loaded | None = None
        self.output: Any = None

    def _import(self) -> int:
        started = self.clock.wall()
        self.library.start(self.request.threads, self.request.device)
        self.module: ModuleType = suite.import_stem(Path(self.request.suite), self.request.implementation)
        self.library.loaded(self.module)
        own_ns = self.clock.wall() - started
        return own_ns if self.library.name == "python" else own_ns + NUMPY_IMPORT_NS

    def started(self) -> Started:
        sources = suite.loaded_sources(Path(self.request.suite))
        dispatch_ns = self._dispatch_ns()
        return Started(self.import_ns, self.library.version(), _pools(), _resident_bytes(), sources, dispatch_ns)

    def _dispatch_ns(self) -> float:
        """What remains of a call whose numbers cost nothing: one number, negated. The first one may compile."""
        number = self.library.convert(np.ones(1, np.float32))
        wait = self.library.synchronise if self.library.asynchronous else None
        kernel = Kernel(self.library.negate(), (number,), wait, self.clock)
        kernel.once()
        return fastest_call_ns(lambda calls: kernel.many(calls)[1], DISPATCH_NS, DISPATCH_NS // 40, DISPATCH_SLICES)

    def exact(self, request: Exact) -> Called:
        self.loader.refuse_unsupported(request.task, self.request.device)
        loaded = self.loader.load(request.task, request.folder, poison=True)
        output, first_call_ns = loaded.kernel.once()
        arrays = self.loader.arrays(output, loaded)
        self._note_compiled(request.task, first_call_ns, loaded.kernel.once()[1])
        written.write(request.into, arrays)
        return Called(self._compiled_ns(request.task), self.loader.changed(loaded))

    def prepare(self, request: Prepare) -> Prepared:
        self.loader.refuse_unsupported(request.task, self.request.device)
        self.task, self.folder = request.task, request.folder
        self.loader.in_place = request.in_place
        self.main = loaded = self.loader.load(request.task, request.folder, poison=True)
        output, first_call_ns = loaded.kernel.once()
        self.output, self.call_ns, self.first_call_ns = output, 0.0, first_call_ns
        self.samples.clear()
        self.warm_ns.clear()
        started = self.clock.wall()
        arrays = self.loader.arrays(output, loaded)
        transfer_out_ns = self.clock.wall() - started
        self.output_sizes = [each.nbytes for each in arrays]
        self.plays.begin(sum(self.output_sizes))
        fault = self._write_prepared(request.into, arrays) if request.into else ""
        compiled_ns = self._compiled_ns(self._task)
        return Prepared(first_call_ns, loaded.transfer_in_ns, transfer_out_ns, compiled_ns, fault)

    def _write_prepared(self, into: str, arrays: list[NDArray[Any]]) -> str:
        time.sleep(0.001)
        later = self.loader.arrays(self.output, self._main)
        written.write(into, arrays + later)
        if not all(map(same, arrays, later)):
            return "the output changed after the call had returned"
        return self.loader.changed(self._main)

    def warm_up(self, request: WarmUp) -> Warmed:
        gc.collect()
        gc.disable()
        found = warm_up(self._main.kernel, request.budget_ns, request.slice_ns)
        self.call_ns = found.call_ns
        self.warm_ns.append(found.call_ns)
        self._note_compiled(self._task, self.first_call_ns, self.call_ns)
        return found

    def slice(self, request: Slice) -> Sliced:
        self.output = None
        self.guard.watch(request.watch)
        kernel = self._main.kernel
        untimed_ns = settle_in(kernel, request.calls, request.untimed_ns, self._expected_ns())
        played: list[Sample] = []
        started_ns = kernel.clock.wall()
        before = self.core.slowdown()
        while self._wants_another(played, request.slices):
            keeps = self.plays.output_bytes <= KEPT_BYTES
            self.output = self.output if keeps else None
            output, sample = time_slice(kernel, request.round, request.calls, self.guard)
            if not keeps or DRAW(0, len(played)) == 0:
                self.output = output
            del output
            after = self.core.slowdown()
            flags = {**sample.flags, **flag((before + after) / 2)}
            played.append(replace(sample, flags=flags))
            before = after
        between_ns = kernel.clock.wall() - started_ns - sum(each.wall_ns for each in played)
        self.samples += played
        self.call_ns = min([self.call_ns or np.inf, *(each.wall_ns / each.calls for each in played)])
        self._note_compiled(self._task, self.first_call_ns, self.call_ns)
        return Sliced(played, untimed_ns, between_ns)

    def _expected_ns(self) -> float:
        """The time of an undisturbed call: the fastest quarter of the timed slices."""
        times = sorted([*(each.wall_ns / each.calls for each in self.samples), *self.warm_ns])
        return times[len(times) // 4] if times else math.inf

    def _wants_another(self, played: list[Sample], slices: int) -> bool:
        """Slices that were disturbed or ran on a slow core do not count; up to twice as many are repeated."""
        if slices == 1 or len(played) < slices:
            return len(played) < slices
        if len(played) == slices:
            self.usual = Usual.of([*self.samples, *played])
        clean = sum(not self.usual.disturbed(sample) and not is_slow(sample) for sample in played)
        return clean < slices and len(played) < REPLAYS * slices

    def deliver(self, request: Deliver) -> Delivered:
        arrays = self.loader.arrays(self.output, self._main)
        if request.seed is None:
            written.write(request.into, arrays)
            return Delivered()
        written.write(request.into, arrays + self.loader.sampled(self._main, request.seed))
        return Delivered(self.loader.changed(self._main))

    def trial(self, request: Trial) -> Tried:
        if request.alone:
            self.main = self.output = None
        if request.places:
            self.plays.place(self._task, request.places)
        arrays, found = self.plays.play_all(request.plays, self.main)
        written.write(request.into, arrays)
        plays = [played if self.request.device == HOST else replace(played, peak_bytes=None) for played in found]
        name = self.bindings.replaced()
        fault = f"the clock or the code that reads it was replaced: {name} is not the harness's own" if name else ""
        return Tried(plays, fault)

    def release(self) -> Done:
        self._forget()
        gc.enable()
        return Done()

    def reload(self) -> Done:
        task = self._task
        self._forget()
        self.ballast = [_ballast()]
        self.main = self.loader.load(task, self.folder, poison=True)
        small = {*self.output_sizes, *(np.asarray(each).nbytes for each in self.main.inputs.values())}
        self.ballast.append(_ballast() + lined_up(small))
        return Done()

    def pin(self, request: Pin) -> Done:
        _pin(request.cores)
        return Done()

    @property
    def kernel(self) -> Kernel:
        """What `prepare` put in place."""
        return self._main.kernel

    def arrays(self, output: Any) -> list[NDArray[Any]]:
        """Copies of an output of the kernel in place, in NumPy; several where it is a tuple."""
        return self.loader.arrays(output, self._main)

    @property
    def _task(self) -> Task:
        if self.task is None:
            raise Refused("crashed", "nothing was prepared")
        return self.task

    @property
    def _main(self) -> Loaded:
        if self.main is None:
            raise Refused("crashed", "nothing was prepared")
        return self.main

    def _note_compiled(self, task: Task, first_call_ns: float, call_ns: float) -> None:
        key = (task.operation, task.dtype)
        if self.library.compiles() or getattr(self.module, "COMPILES", False) is True:
            self.compiled_ns[key] = max(self.compiled_ns.get(key, 0.0), first_call_ns - call_ns)

    def _compiled_ns(self, task: Task) -> int:
        return int(self.compiled_ns.get((task.operation, task.dtype), 0))

    def _forget(self) -> None:
        self.main = self.output = None
        self.plays.forget()


def _ballast() -> list[Any]:
    return [np.empty(random.randrange(BALLAST_BYTES), np.uint8) for _ in range(BALLAST)]


def _pin(cores: list[int]) -> None:
    """All threads of this process, those that pools have started included."""
    if hasattr(os, "sched_setaffinity"):
        for thread in map(int, os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else (0,):
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(thread, cores)


def _pools() -> dict[str, Any]:
    from threadpoolctl import threadpool_info

    return {info["internal_api"]: info["num_threads"] for info in threadpool_info()}


def _resident_bytes() -> int:
    import psutil

    return psutil.Process().memory_info().rss
