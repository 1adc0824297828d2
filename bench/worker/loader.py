"""Loads a problem for one implementation: native inputs and workspace, and outputs as NumPy arrays."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import parts
from ..contract import Inputs
from ..inputs import mapped, problem
from ..libraries.base import ArrayLibrary
from ..records import Status, Task
from ..timing.kernel import Clock, Kernel

WORDS = {4: np.uint32, 8: np.uint64}


class Refused(Exception):
    """A request is answered by `Failed`."""

    def __init__(self, status: Status, reason: str):
        super().__init__(reason)
        self.status: Status = status
        self.reason = reason


@dataclass
class Loaded:
    """A kernel over one problem, and the inputs as they were before any call."""

    task: Task
    kernel: Kernel
    inputs: Inputs
    transfer_in_ns: int
    owns_buffers: bool
    """Whether calls write into a workspace, so that the next one overwrites what one returned."""
    parts: int = 0
    """How many arrays an output's tuple has; 0 if the output is one array."""


class Loader:
    """One implementation's module and array library. ``in_place``: a mapped X stays in its file."""

    def __init__(self, module: ModuleType, library: ArrayLibrary, clock: Clock):
        self.module, self.library, self.clock = module, library, clock
        self.in_place = False

    def refuse_unsupported(self, task: Task, device: str) -> None:
        states = getattr(self.module, "unsupported", None)
        reason = self.library.unsupported(task.dtype, device)
        if states and not reason:
            reason = states(task.operation, task.sizes, task.dtype, device)
        if reason:
            raise Refused("unsupported", str(reason))

    def load(self, task: Task, folder: str, number: int | None = None, *, poison: bool = False) -> Loaded:
        inputs = problem.load(Path(folder), number)
        staying = self.staying(inputs)
        buffers = self._workspace(task, inputs, staying, poison=poison)
        started = self.clock.wall()
        native = tuple(self._native(value, name in staying) for name, value in inputs.items())
        transfer_in_ns = self.clock.wall() - started
        function = getattr(self.module, task.operation)
        wait = self.library.synchronise if self.library.asynchronous else None
        kernel = Kernel(function, native + buffers, wait, self.clock)
        return Loaded(task, kernel, inputs, transfer_in_ns, bool(buffers), problem.parts(Path(folder)))

    def staying(self, inputs: Inputs) -> frozenset[str]:
        return problem.in_place(inputs) if self.in_place else frozenset()

    def _native(self, value: Any, stays: bool) -> Any:
        try:
            return self.library.in_place(value) if stays else self.library.convert(value)
        except NotImplementedError as error:
            raise Refused("unsupported", str(error)) from error

    def _workspace(self, task: Task, inputs: Inputs, staying: frozenset[str], *, poison: bool) -> tuple[Any, ...]:
        """The workspace, which follows the inputs. It is made from zeros of their shapes: no work can be done ahead."""
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

    def arrays(self, output: Any, loaded: Loaded) -> list[NDArray[Any]]:
        """Copies of what the kernel returned, in NumPy: one array, or those of a tuple.

        Raises `Refused` if it is not as many arrays of the library.
        """
        number, dtype = loaded.parts, loaded.task.dtype
        given = self._given(output, number) if number else [output]
        return [self._array(each, dtype, parts.named(place, number)) for place, each in enumerate(given)]

    def _given(self, output: Any, number: int) -> list[Any]:
        found = parts.held(output)
        if found is None:
            what = f"one {self.library.returns}" if self.library.is_output(output) else f"a {_kind(output)}"
            raise Refused("wrong", f"returned {what}, not a tuple of {number}")
        if len(found) != number:
            raise Refused("wrong", f"returned a {type(output).__name__} of {len(found)}, not of {number}")
        return found

    def _array(self, output: Any, dtype: str, where: str) -> NDArray[Any]:
        if not self.library.is_output(output):
            raise Refused("wrong", f"{where}returned a {_kind(output)}, not a {self.library.returns}")
        try:
            return np.array(self.library.to_numpy(output, dtype))
        except ValueError as error:
            raise Refused("wrong", f"{where}returned something that is not an array: {error}") from error

    def changed(self, loaded: Loaded) -> str:
        """The name of an input that the kernel changed, or ''."""
        for name, original, native in self._own(loaded):
            array = np.asarray(original)
            if not same(array, self.library.to_numpy(native, array.dtype.name)):
                return f"changes its input {name}"
        return ""

    def sampled(self, loaded: Loaded, seed: int) -> list[NDArray[Any]]:
        """Numbers of each input now, to be checked outside this process."""
        mapped_ones = problem.in_place(loaded.inputs)
        return [
            problem.sampled(self.library.to_numpy(native, np.asarray(original).dtype.name), seed)
            for name, original, native in self._own(loaded)
            if name not in mapped_ones
        ]

    def _own(self, loaded: Loaded) -> Iterator[tuple[str, Any, Any]]:
        """Inputs except those mapped read-only, where a write kills the process."""
        staying = self.staying(loaded.inputs)
        for (name, original), native in zip(loaded.inputs.items(), loaded.kernel.inputs, strict=False):
            if name not in staying:
                yield name, original, native


def _kind(output: Any) -> str:
    return f"{type(output).__module__}.{type(output).__qualname__}"


def same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether both have the same values, NaN included; compared by bits if possible, which is ten times as fast."""
    word = WORDS.get(one.dtype.itemsize)
    alike = one.dtype == other.dtype and one.flags.c_contiguous and other.flags.c_contiguous
    if word and alike and one.ndim and one.shape == other.shape and np.array_equal(one.view(word), other.view(word)):
        return True
    return one.shape == other.shape and np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
