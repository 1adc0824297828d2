"""Child process: holds one implementation and answers requests about it.

Run as ``python -P -m rooflinear.bench.worker`` with the environment of its
pools already set. Requests and replies: `protocol`.
"""

import gc
import os
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import problem, protocol, suite, verify
from .arrays import LIBRARIES, ArrayLibrary
from .child import serve
from .measure import Clock, Kernel, PeakMemory, available_cores, settle, time_slice, warm_up
from .protocol import Verdict

FRESH_OVER_STEADY = 3.0
"""A first call on fresh inputs slower than this times the steady one has cached its work."""

FRESH_FLOOR_NS = 20_000
FRESH_COPIES = 5
"""Copies that must all look cached before a kernel is accused; noise spares at least one."""

CLOCKS = (
    "time",
    "time_ns",
    "perf_counter",
    "perf_counter_ns",
    "monotonic",
    "process_time",
    "process_time_ns",
)
GENUINE = {name: getattr(time, name) for name in CLOCKS}


class Refused(Exception):
    """A request that ends in a `protocol.Failed`."""

    def __init__(self, status: str, reason: str):
        super().__init__(reason)
        self.status, self.reason = status, reason


@dataclass
class Loaded:
    """A kernel over one problem: native inputs, and what its output is compared with."""

    kernel: Kernel
    problem: problem.Problem
    transfer_in_ns: int


class Worker:
    """One implementation in its process. Each public method answers one request."""

    def __init__(self, start: protocol.Start):
        self.request = start
        self.clock = Clock()
        self.library: ArrayLibrary = LIBRARIES[start.library]()
        _pin(start.threads)
        self.import_ns = self._import()
        gc.freeze()  # a framework's own objects would cost 100 ms at every collection
        self.call_ns = 0.0
        self.main: Loaded | None = None
        self.output: Any = None

    def _import(self) -> int:
        started = self.clock.wall()
        self.library.start(self.request.threads, self.request.device)
        self.module: ModuleType = suite.import_stem(Path(self.request.suite), self.request.implementation)
        self.algorithm = str(getattr(self.module, "ALGORITHM", "direct"))
        return self.clock.wall() - started

    def started(self) -> protocol.Started:
        return protocol.Started(self.import_ns, self.library.version(), _pools(), _resident_bytes())

    def exact(self, request: protocol.Exact) -> protocol.Checked:
        self._refuse_unsupported(request.task)
        loaded = self._load(request.task, request.folder, poison=True)
        output, _ = loaded.kernel.once()
        operations = suite.import_stem(Path(self.request.suite), suite.OPERATIONS).OPERATIONS
        equal = next(each.exact_equal for each in operations if each.name == request.task.operation)
        array = self._array(output, request.task.dtype)
        verdict = verify.compare_exact(array, loaded.problem.expected, equal, request.task.dtype)
        return protocol.Checked(self._also_unchanged(verdict, loaded))

    def prepare(self, request: protocol.Prepare) -> protocol.Prepared:
        self._refuse_unsupported(request.task)
        self.task, self.generated = request.task, request.generated
        self.main = loaded = self._load(request.task, request.folder, poison=True)
        output, first_call_ns = loaded.kernel.once()
        self.output, self.call_ns = output, 0.0
        started = self.clock.wall()
        array = self._array(output, request.task.dtype)
        transfer_out_ns = self.clock.wall() - started
        verdict = self._compare(array, loaded.problem)
        time.sleep(0.001)
        if verdict.status == "ok" and not _same(array, self._array(output, request.task.dtype)):
            verdict = Verdict("wrong", "the output changed after the call had returned")
        verdict = self._also_unchanged(verdict, loaded)
        return protocol.Prepared(verdict, first_call_ns, loaded.transfer_in_ns, transfer_out_ns)

    def warm_up(self, request: protocol.WarmUp) -> protocol.Warmed:
        gc.collect()
        gc.disable()
        found = warm_up(self._main.kernel, request.budget_ns, request.slice_ns)
        self.call_ns = found.call_ns
        return protocol.Warmed(found.call_ns, found.steady)

    def slice(self, request: protocol.Slice) -> protocol.Sliced:
        self.output, sample = time_slice(self._main.kernel, request.round, request.calls)
        self.call_ns = min(self.call_ns or np.inf, sample.wall_ns / sample.calls)
        return protocol.Sliced(sample)

    def finish(self, request: protocol.Finish) -> protocol.Checked:
        verdict = self._compare(self._array(self.output, self.task.dtype), self._main.problem)
        verdict = self._also_unchanged(verdict, self._main)
        if verdict.status != "ok":
            return protocol.Checked(verdict)
        self._forget()
        return self._judge_fresh(request.folder)

    def release(self) -> protocol.Released:
        self._forget()
        gc.enable()
        return protocol.Released()

    @property
    def _main(self) -> Loaded:
        if self.main is None:
            raise Refused("crashed", "nothing was prepared")
        return self.main

    def _forget(self) -> None:
        self.main = self.output = None

    def _judge_fresh(self, folder: str) -> protocol.Checked:
        loaded = self._load(self.task, folder)
        with PeakMemory() as peak:
            output, first_ns = loaded.kernel.once()
        verdict = self._compare(self._array(output, self.task.dtype), loaded.problem)
        verdict = self._also_unchanged(verdict, loaded)
        if verdict.status == "ok" and self._caches_work(loaded, first_ns, folder):
            verdict = Verdict("wrong", "work is cached: calls on fresh inputs take over three times the steady time")
        if verdict.status == "ok" and any(getattr(time, name) is not GENUINE[name] for name in CLOCKS):
            verdict = Verdict("wrong", "the clock was replaced: a function of the module time is not its own")
        return protocol.Checked(verdict, peak.bytes)

    def _caches_work(self, loaded: Loaded, first_ns: int, folder: str) -> bool:
        """True where the first call on every fresh copy is slow and what follows is not."""
        for _ in range(FRESH_COPIES):
            _, second_ns = loaded.kernel.once()
            if first_ns <= FRESH_OVER_STEADY * max(second_ns, self.call_ns) + FRESH_FLOOR_NS:
                return False
            loaded = self._load(self.task, folder)
            _, first_ns = loaded.kernel.once()
        return True

    def _refuse_unsupported(self, task: protocol.Task) -> None:
        states = getattr(self.module, "unsupported", None)
        reason = states(task.operation, task.sizes, task.dtype, self.request.device) if states else ""
        if reason:
            raise Refused("unsupported", str(reason))

    def _load(self, task: protocol.Task, folder: str, *, poison: bool = False) -> Loaded:
        shared = problem.load(Path(folder), self.algorithm)
        started = self.clock.wall()
        native = {name: self.library.convert(value) for name, value in shared.inputs.items()}
        transfer_in_ns = self.clock.wall() - started
        arguments = tuple(native.values())
        make = getattr(self.module, "workspace", None)
        workspace = make(task.operation, native) if make else None
        if workspace is not None:
            arguments += (workspace,)
            if poison:
                self.library.poison(workspace)
        function = getattr(self.module, task.operation)
        wait = self.library.synchronise if self.library.asynchronous else None
        kernel = Kernel(function, arguments, wait, self.clock)
        return Loaded(kernel, shared, transfer_in_ns)

    def _array(self, output: Any, dtype: str) -> NDArray[Any]:
        if not self.library.is_output(output):
            kind = f"{type(output).__module__}.{type(output).__qualname__}"
            raise Refused("wrong", f"returned a {kind}, which is no {self.library.name} array")
        return np.array(self.library.to_numpy(output, dtype))

    def _compare(self, array: NDArray[Any], shared: problem.Problem) -> Verdict:
        bound = shared.bounds[self.algorithm]
        return verify.compare(array, shared.expected, bound, self.task.dtype, generated=self.generated)

    def _also_unchanged(self, verdict: Verdict, loaded: Loaded) -> Verdict:
        if verdict.status != "ok":
            return verdict
        pairs = zip(loaded.problem.inputs.items(), loaded.kernel.inputs, strict=False)
        for (name, original), native in pairs:
            array = np.asarray(original)
            if not _same(array, self.library.to_numpy(native, array.dtype.name)):
                return Verdict("wrong", f"changes its input {name}")
        return verdict


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return one.shape == other.shape and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


def _pin(threads: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))[: min(threads, available_cores())]
        os.sched_setaffinity(0, cores)


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
        except Exception as error:
            status = "missing" if isinstance(request, protocol.Start) else "crashed"
            return protocol.Failed(status, _one_line(error))
        if not sys.platform.startswith("linux"):
            settle()
        return reply

    def _answer(self, request: protocol.WorkerRequest) -> protocol.WorkerReply:
        if isinstance(request, protocol.Start):
            self.worker = Worker(request)
            return self.worker.started()
        if self.worker is None:
            raise Refused("crashed", "asked before it was started")
        match request:
            case protocol.Exact():
                return self.worker.exact(request)
            case protocol.Prepare():
                return self.worker.prepare(request)
            case protocol.WarmUp():
                return self.worker.warm_up(request)
            case protocol.Slice():
                return self.worker.slice(request)
            case protocol.Finish():
                return self.worker.finish(request)
            case protocol.Release():
                return self.worker.release()


def _one_line(error: BaseException) -> str:
    message = " ".join(str(error).split())[:300]
    if isinstance(error, MemoryError):
        message = "out of memory" + (f": {message}" if message else "")
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {message}{where}"


if __name__ == "__main__":
    serve(protocol.WorkerRequest, Answers())
