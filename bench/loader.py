"""A problem put before one implementation's kernels: native inputs and workspace; what comes out is judged."""

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import mapped, problem, verify
from .array_library import ArrayLibrary
from .contract import Inputs
from .measure import Clock, Kernel
from .protocol import Task, Verdict

WORDS = {4: np.uint32, 8: np.uint64}


class Refused(Exception):
    """A request that ends in a `protocol.Failed`."""

    def __init__(self, status: str, reason: str):
        super().__init__(reason)
        self.status, self.reason = status, reason


@dataclass
class Loaded:
    """A kernel over one problem: native inputs, and what its output is compared with."""

    task: Task
    kernel: Kernel
    problem: problem.Problem
    transfer_in_ns: int


class Loader:
    """One implementation's module and array library. ``in_place``: a mapped X stays in its file."""

    def __init__(self, module: ModuleType, library: ArrayLibrary, clock: Clock):
        self.module, self.library, self.clock = module, library, clock
        self.algorithm = str(getattr(module, "ALGORITHM", "direct"))
        self.in_place = False

    def refuse_unsupported(self, task: Task, device: str) -> None:
        states = getattr(self.module, "unsupported", None)
        reason = self.library.unsupported(task.dtype, device)
        if states and not reason:
            reason = states(task.operation, task.sizes, task.dtype, device)
        if reason:
            raise Refused("unsupported", str(reason))

    def load(self, task: Task, folder: str, *, poison: bool = False) -> Loaded:
        shared = self.read(folder)
        return self.place(task, shared, shared.inputs, poison=poison)

    def read(self, folder: str) -> problem.Problem:
        return problem.load(Path(folder), self.algorithm)

    def place(self, task: Task, shared: problem.Problem, inputs: Inputs, *, poison: bool) -> Loaded:
        staying = self.staying(shared)
        buffers = self._workspace(task, inputs, staying, poison=poison)
        started = self.clock.wall()
        native = tuple(self._native(value, name in staying) for name, value in inputs.items())
        transfer_in_ns = self.clock.wall() - started
        function = getattr(self.module, task.operation)
        wait = self.library.synchronise if self.library.asynchronous else None
        return Loaded(task, Kernel(function, native + buffers, wait, self.clock), shared, transfer_in_ns)

    def staying(self, shared: problem.Problem) -> frozenset[str]:
        return shared.in_place if self.in_place else frozenset()

    def _native(self, value: Any, stays: bool) -> Any:
        try:
            return self.library.in_place(value) if stays else self.library.convert(value)
        except NotImplementedError as error:
            raise Refused("unsupported", str(error)) from error

    def _workspace(self, task: Task, inputs: Inputs, staying: frozenset[str], *, poison: bool) -> tuple[Any, ...]:
        """What goes behind the inputs. Made from zeros of their shapes: no work can be done ahead in it."""
        make = getattr(self.module, "workspace", None)
        if make is None:
            return ()
        blank = {
            name: mapped.zeros(each.shape, each.dtype) if isinstance(each, np.ndarray) else each
            for name, each in inputs.items()
        }
        workspace = make(task.operation, {name: self._native(each, name in staying) for name, each in blank.items()})
        if workspace is None:
            return ()
        if poison:
            self.library.poison(workspace)
        return (workspace,)

    def array(self, output: Any, loaded: Loaded) -> NDArray[Any]:
        """A copy of what the kernel returned, in NumPy. Raises `Refused` where it is no array of the library's."""
        if not self.library.is_output(output):
            kind = f"{type(output).__module__}.{type(output).__qualname__}"
            raise Refused("wrong", f"returned a {kind}, which is no {self.library.returns}")
        return np.array(self.library.to_numpy(output, loaded.task.dtype))

    def compare(self, array: NDArray[Any], loaded: Loaded, *, generated: bool) -> Verdict:
        """With the oracle's output, as `verify.compare` does."""
        shared, dtype = loaded.problem, loaded.task.dtype
        return verify.compare(array, shared.expected, shared.bounds[self.algorithm], dtype, generated=generated)

    def also_unchanged(self, verdict: Verdict, loaded: Loaded) -> Verdict:
        """A verdict that stays ``ok`` only where the kernel left its inputs as they were."""
        if verdict.status != "ok":
            return verdict
        pairs = zip(loaded.problem.inputs.items(), loaded.kernel.inputs, strict=False)
        staying = self.staying(loaded.problem)
        for (name, original), native in pairs:
            if name in staying:
                continue  # mapped read-only: who writes there is killed
            array = np.asarray(original)
            if not same(array, self.library.to_numpy(native, array.dtype.name)):
                return Verdict("wrong", f"changes its input {name}")
        return verdict


def same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether both hold the same values, NaN included: by their bits where that is possible, ten times as fast."""
    word = WORDS.get(one.dtype.itemsize)
    alike = one.dtype == other.dtype and one.flags.c_contiguous and other.flags.c_contiguous
    if word and alike and one.ndim and one.shape == other.shape and np.array_equal(one.view(word), other.view(word)):
        return True
    return one.shape == other.shape and np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
