"""Child process: holds one implementation and answers requests about it.

Run as ``python -P -m rooflinear.bench.worker`` with the environment of its
pools already set. Requests and replies: `protocol`.
"""

from .numpy_import import NUMPY_IMPORT_NS

# isort: split
import contextlib
import gc
import math
import os
import random
import sys
import time
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from . import exported, honesty, problem, protocol, suite, verify
from .array_library import ArrayLibrary, NoDevice, lined_up
from .arrays import LIBRARIES
from .child import serve
from .core_speed import CoreSpeed, flag, is_slow
from .fastest import fastest_call_ns
from .guard import Guard, disturbed
from .held import PeakHeld
from .loader import Loaded, Loader, Refused, same
from .measure import Clock, Kernel, PeakMemory, settle, settle_in, time_slice, warm_up
from .protocol import Verdict
from .records import HOST, Sample
from .unexported import explained

DISPATCH_NS = 10_000_000
"""Time spent to see what an empty call costs, at least."""

DISPATCH_SLICES = 20

REPLAYS = 3
"""Times the slices asked for: so many are played where some are disturbed, or the core is slow."""

BALLAST, BALLAST_BYTES = 4, 2**22
"""Blocks of random sizes put between one placement of the inputs and the next, so that addresses differ."""


class Worker:
    """One implementation in its process. Each public method answers one request."""

    def __init__(self, start: protocol.Start):
        self.request = start
        self.clock = Clock()
        self.bindings = honesty.Bindings()
        self.library: ArrayLibrary = LIBRARIES[start.library]()
        _pin(start.cores or _first_cores(start.threads))
        self.import_ns = self._import()
        self.loader = Loader(self.module, self.library, self.clock)
        gc.freeze()  # a framework's own objects would cost 100 ms at every collection
        self.call_ns, self.first_call_ns = 0.0, 0
        self.guard, self.core = Guard(), CoreSpeed(self.clock.wall)
        self.samples: list[Sample] = []
        self.warm_ns: list[float] = []
        self.compiled_ns: dict[tuple[str, str], float] = {}
        self.main: Loaded | None = None
        self.output: Any = None

    def _import(self) -> int:
        started = self.clock.wall()
        self.library.start(self.request.threads, self.request.device)
        self.module: ModuleType = suite.import_stem(Path(self.request.suite), self.request.implementation)
        self.library.loaded(self.module)
        own_ns = self.clock.wall() - started
        return own_ns if self.library.name == "python" else own_ns + NUMPY_IMPORT_NS

    def started(self) -> protocol.Started:
        sources = suite.loaded_sources(Path(self.request.suite))
        dispatch_ns = self._dispatch_ns()
        return protocol.Started(
            self.import_ns, self.library.version(), _pools(), _resident_bytes(), sources, dispatch_ns
        )

    def _dispatch_ns(self) -> float:
        """What remains of a call whose numbers cost nothing: one number, negated. The first one may compile."""
        number = self.library.convert(np.ones(1, np.float32))
        wait = self.library.synchronise if self.library.asynchronous else None
        kernel = Kernel(self.library.negate(), (number,), wait, self.clock)
        kernel.once()
        return fastest_call_ns(lambda calls: kernel.many(calls)[1], DISPATCH_NS, DISPATCH_NS // 40, DISPATCH_SLICES)

    def exact(self, request: protocol.Exact) -> protocol.Checked:
        self.loader.refuse_unsupported(request.task, self.request.device)
        loaded = self.loader.load(request.task, request.folder, poison=True)
        output, first_call_ns = loaded.kernel.once()
        folder = Path(self.request.operations or self.request.suite)
        operations = suite.import_stem(folder, suite.OPERATIONS).OPERATIONS
        equal = next(each.exact_equal for each in operations if each.name == request.task.operation)
        array = self.loader.array(output, loaded)
        self._note_compiled(request.task, first_call_ns, loaded.kernel.once()[1])
        verdict = verify.compare_exact(array, loaded.problem.expected, equal, request.task.dtype)
        verdict = self.loader.also_unchanged(verdict, loaded)
        return protocol.Checked(verdict, compiled_ns=self._compiled_ns(request.task))

    def prepare(self, request: protocol.Prepare) -> protocol.Prepared:
        self.loader.refuse_unsupported(request.task, self.request.device)
        self.task, self.folder, self.generated = request.task, request.folder, request.generated
        self.loader.in_place = request.in_place
        self.main = loaded = self.loader.load(request.task, request.folder, poison=True)
        output, first_call_ns = loaded.kernel.once()
        self.output, self.call_ns, self.first_call_ns = output, 0.0, first_call_ns
        self.samples.clear()
        self.warm_ns.clear()
        started = self.clock.wall()
        array = self.loader.array(output, loaded)
        transfer_out_ns = self.clock.wall() - started
        verdict = self._compare(array, loaded)
        time.sleep(0.001)
        if verdict.status == "ok" and not same(array, self.loader.array(output, loaded)):
            verdict = Verdict("wrong", "the output changed after the call had returned")
        verdict = self.loader.also_unchanged(verdict, loaded)
        compiled_ns = self._compiled_ns(self.task)
        return protocol.Prepared(verdict, first_call_ns, loaded.transfer_in_ns, transfer_out_ns, compiled_ns)

    def show(self, request: protocol.Show) -> protocol.Shown:
        verdict = self.prepare(protocol.Prepare(request.task, request.folder, generated=True)).verdict
        array = self.loader.array(self.output, self._main)
        return protocol.Shown(verdict, problem.numbers(array) if array.size <= request.most else None)

    def warm_up(self, request: protocol.WarmUp) -> protocol.Warmed:
        gc.collect()
        gc.disable()
        found = warm_up(self._main.kernel, request.budget_ns, request.slice_ns)
        self.call_ns = found.call_ns
        self.warm_ns.append(found.call_ns)
        self._note_compiled(self.task, self.first_call_ns, self.call_ns)
        return protocol.Warmed(found.call_ns, found.steady)

    def slice(self, request: protocol.Slice) -> protocol.Sliced:
        self.output = None
        self.guard.watch(request.watch)
        kernel = self._main.kernel
        untimed_ns = settle_in(kernel, request.calls, request.untimed_ns, self._expected_ns())
        played: list[Sample] = []
        before = self.core.slowdown()
        while self._wants_another(played, request.slices):
            self.output = None
            self.output, sample = time_slice(kernel, request.round, request.calls, self.guard)
            after = self.core.slowdown()
            flags = {**sample.flags, **flag((before + after) / 2)}
            played.append(msgspec.structs.replace(sample, flags=flags))
            before = after
        self.samples += played
        self.call_ns = min([self.call_ns or np.inf, *(each.wall_ns / each.calls for each in played)])
        self._note_compiled(self.task, self.first_call_ns, self.call_ns)
        return protocol.Sliced(played, untimed_ns)

    def _expected_ns(self) -> float:
        """What a call takes when it goes well: the fastest quarter of what was timed."""
        times = sorted([*(each.wall_ns / each.calls for each in self.samples), *self.warm_ns])
        return times[len(times) // 4] if times else math.inf

    def _wants_another(self, played: list[Sample], slices: int) -> bool:
        """Those in which somebody took time, or the core was slow, do not count, up to twice as many again."""
        if slices == 1 or len(played) < slices:
            return len(played) < slices
        flagged = disturbed([*self.samples, *played])[len(self.samples) :]
        clean = sum(not each and not is_slow(sample) for each, sample in zip(flagged, played, strict=True))
        return clean < slices and len(played) < REPLAYS * slices

    def finish(self, request: protocol.Finish) -> protocol.Checked:
        if not self.call_ns:
            self.slice(protocol.Slice(0, 1))  # nothing was timed, and fresh inputs are to be compared with it
        verdict = self.judge(self.output)
        verdict = self.loader.also_unchanged(verdict, self._main)
        if verdict.status != "ok":
            return protocol.Checked(verdict)
        self._forget()
        return self._judge_fresh(request.folder, request.thorough)

    def release(self) -> protocol.Done:
        self._forget()
        gc.enable()
        return protocol.Done()

    def reload(self) -> protocol.Done:
        self._main  # noqa: B018  refuses where nothing was prepared
        self._forget()
        self.ballast = [_ballast()]
        self.main = self.loader.load(self.task, self.folder, poison=True)
        small = {
            self.main.problem.expected.nbytes,
            *(np.asarray(each).nbytes for each in self.main.problem.inputs.values()),
        }
        self.ballast.append(_ballast() + lined_up(small))
        return protocol.Done()

    def pin(self, request: protocol.Pin) -> protocol.Done:
        _pin(request.cores)
        return protocol.Done()

    @property
    def kernel(self) -> Kernel:
        """What `prepare` put in place."""
        return self._main.kernel

    def judge(self, output: Any) -> Verdict:
        """Compares an output of the kernel in place with the oracle's."""
        return self._compare(self.loader.array(output, self._main), self._main)

    @property
    def _main(self) -> Loaded:
        if self.main is None:
            raise Refused("crashed", "nothing was prepared")
        return self.main

    def _note_compiled(self, task: protocol.Task, first_call_ns: float, call_ns: float) -> None:
        key = (task.operation, task.dtype)
        if self.library.compiles() or getattr(self.module, "COMPILES", False) is True:
            self.compiled_ns[key] = max(self.compiled_ns.get(key, 0.0), first_call_ns - call_ns)

    def _compiled_ns(self, task: protocol.Task) -> int:
        return int(self.compiled_ns.get((task.operation, task.dtype), 0))

    def _forget(self) -> None:
        self.main = self.output = None

    def _judge_fresh(self, folder: str, thorough: bool) -> protocol.Checked:
        loaded = self.loader.load(self.task, folder)
        with PeakHeld() if self.loader.in_place else PeakMemory() as peak:
            output, first_ns = loaded.kernel.once()
        verdict = self._compare(self.loader.array(output, loaded), loaded)
        verdict = self.loader.also_unchanged(verdict, loaded)
        copies = honesty.batch(loaded.problem.inputs_bytes, self.call_ns) if thorough else 1
        del loaded, output
        if verdict.status == "ok" and (name := self.bindings.replaced()):
            verdict = Verdict("wrong", f"the clock was replaced, or what reads it: {name} is not the harness's own")
        suspicious = copies > 1 or honesty.exceeds(first_ns, self.call_ns, copies)
        if verdict.status == "ok" and suspicious:
            verdict = self._alternate(folder)
        if verdict.status == "ok" and suspicious and self._caches_work(folder, copies):
            verdict = Verdict("wrong", "work is cached: calls on fresh inputs take over three times the steady time")
        return protocol.Checked(verdict, peak.bytes if self.request.device == HOST else None)

    def _alternate(self, folder: str) -> Verdict:
        """Both problems in turn, without a pause: what is kept from one call is wrong in the next."""
        both = [self.loader.load(self.task, each, poison=True) for each in (self.folder, folder)]
        for before, loaded in (both, both[::-1]):
            before.kernel.once()
            verdict = self._compare(self.loader.array(loaded.kernel.once()[0], loaded), loaded)
            if verdict.status != "ok":
                reason = f"stale where other inputs follow at once: {verdict.reason}"
                return msgspec.structs.replace(verdict, reason=reason)
        return verdict

    def _caches_work(self, folder: str, copies: int) -> bool:
        shared = self.loader.read(folder)

        def kernel(number: int) -> Kernel:
            inputs = honesty.nudged(shared.inputs, number, kept=self.loader.staying(shared))
            return self.loader.place(self.task, shared, inputs, poison=True).kernel

        return honesty.caches_work(kernel, copies, self.call_ns)

    def _compare(self, array: NDArray[Any], loaded: Loaded) -> Verdict:
        return self.loader.compare(array, loaded, generated=self.generated)


def _ballast() -> list[Any]:
    return [np.empty(random.randrange(BALLAST_BYTES), np.uint8) for _ in range(BALLAST)]


def _first_cores(threads: int) -> list[int]:
    return sorted(os.sched_getaffinity(0))[:threads] if hasattr(os, "sched_getaffinity") else []


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


class Answers:
    """Turns requests into replies, and whatever a suite raises into a `protocol.Failed`."""

    def __init__(self) -> None:
        self.worker: Worker | None = None

    def __call__(self, request: protocol.WorkerRequest) -> protocol.WorkerReply:
        try:
            reply = self._answer(request)
        except Refused as refused:
            return protocol.Failed(refused.status, refused.reason)
        except NoDevice as absent:
            return protocol.Failed("missing", str(absent))
        except Exception as error:
            status = "missing" if isinstance(request, protocol.Start) else "crashed"
            return protocol.Failed(*explained(status, _one_line(error), error))
        if not sys.platform.startswith("linux"):
            settle()
        return reply

    def _answer(self, request: protocol.WorkerRequest) -> protocol.WorkerReply:
        if isinstance(request, protocol.Start):
            self.worker = Worker(request)
            exported.prove()
            return self.worker.started()
        if self.worker is None:
            raise Refused("crashed", "asked before it was started")
        match request:
            case protocol.Exact():
                return self.worker.exact(request)
            case protocol.Prepare():
                return self.worker.prepare(request)
            case protocol.Show():
                return self.worker.show(request)
            case protocol.WarmUp():
                return self.worker.warm_up(request)
            case protocol.Slice():
                return self.worker.slice(request)
            case protocol.Finish():
                exported.prove()
                return self.worker.finish(request)
            case protocol.Release():
                return self.worker.release()
            case protocol.Reload():
                return self.worker.reload()
            case protocol.Pin():
                return self.worker.pin(request)


def _one_line(error: BaseException) -> str:
    message = " ".join(str(error).split())[:300]
    if isinstance(error, MemoryError):
        message = "out of memory" + (f": {message}" if message else "")
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {message}{where}"


if __name__ == "__main__":
    serve(protocol.WorkerRequest, Answers())
