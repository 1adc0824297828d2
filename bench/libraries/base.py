"""The interface of an array library, and what several of them share.

Which variables its pools obey (set before the interpreter starts), how the
harness's NumPy arrays become its own and back, what counts as its output, and
how to wait for one. Frameworks are imported only in a worker, by `start`.
"""

import importlib.metadata
import random
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

INTERPRETER = "interpreter"
"""The device on which code for GPUs is checked, and never timed, where there is none."""

COMPILERS = frozenset({"numba", "jax", "triton", "torch._dynamo"})
"""Modules that compile a suite's functions; ``import torch`` alone does not load PyTorch's."""

SCALARS = {float, int, bool, complex}
"""Python's own numbers: compiled functions return such for any width."""

ALIGNMENT_BYTES = 64
NUMPY_CACHED_BYTES = 1024
TRIES = 48


class NoDevice(Exception):
    """The framework is installed, but finds no device of the requested kind."""


def aligned_copy(array: NDArray[Any]) -> NDArray[Any]:
    """A C-contiguous copy whose first byte lies on a cache line."""
    raw = np.empty(array.nbytes + ALIGNMENT_BYTES, np.uint8)
    offset = -raw.ctypes.data % ALIGNMENT_BYTES
    copy = raw[offset : offset + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


def lined_up(sizes: Iterable[int]) -> list[Any]:
    """Makes NumPy's next small arrays of these sizes, in bytes, lie on cache lines; holds on to what does not.

    NumPy keeps freed blocks of up to 1024 bytes for arrays of just that size,
    aligned to 16 bytes only; where the one falls that a kernel returns is
    luck of the process, and X.T @ r with ten columns takes 24 % longer across lines.
    """
    held: list[Any] = []
    for size in sizes:
        if 0 < size <= NUMPY_CACHED_BYTES:
            tries = [(np.empty(size, np.uint8), np.empty(random.randrange(1025, 2048), np.uint8)) for _ in range(TRIES)]
            held += [filler for _, filler in tries]
            held += [block for block, _ in tries if block.ctypes.data % ALIGNMENT_BYTES]
    return held


def is_numpy_output(output: Any) -> bool:
    """Subclasses of arrays do not count: they might delay their work until they are read."""
    kind = type(output)
    return kind is np.ndarray or kind in SCALARS or (isinstance(output, np.generic) and kind is output.dtype.type)


def as_numpy(output: Any, dtype: str) -> NDArray[Any]:
    """As an array. A Python float or complex (Numba returns one for any width) takes ``dtype`` if that is exact."""
    if type(output) not in (float, complex):
        return np.asarray(output)
    with np.errstate(over="ignore"):
        rounded = np.asarray(output, np.result_type(dtype, np.complex64) if type(output) is complex else dtype)
    return rounded if rounded.item() == output or output != output else np.asarray(output)


class ArrayLibrary(ABC):
    """What the harness asks of an array library. The methods that are not abstract do what most libraries need.

    ``name`` is what a suite states as LIBRARY, ``returns`` what an error message calls its arrays,
    ``distribution`` the package whose version is recorded, ``footprint_factor`` its bytes per byte of a NumPy array.
    ``asynchronous``: calls may return before their output is computed; `synchronise` waits for it.
    """

    name: str
    returns: str
    distribution: str
    devices: tuple[str, ...] = ("cpu",)
    footprint_factor = 1.0
    asynchronous = False

    @abstractmethod
    def convert(self, value: Any) -> Any:
        """A NumPy array or scalar as the library's own, in its place when this returns; ints stay as they are."""

    @abstractmethod
    def is_output(self, output: Any) -> bool:
        """Whether this is an array of the library, or a number if it returns such."""

    @abstractmethod
    def to_numpy(self, output: Any, dtype: str) -> NDArray[Any]:
        """An output as a NumPy array; waits for it if needed."""

    @abstractmethod
    def negate(self) -> Callable[[Any], Any]:
        """The least possible computation, to measure the overhead of a call."""

    def environment(self, threads: int, device: str) -> dict[str, str]:  # noqa: ARG002
        """Variables to set before the interpreter starts."""
        return {}

    def start(self, threads: int, device: str) -> None:  # noqa: B027
        """Imports the framework and sets what only its own calls can set. Raises `NoDevice`."""

    def unsupported(self, dtype: str, device: str) -> str:  # noqa: ARG002
        """Why a device cannot hold a dtype, or ''."""
        return ""

    def loaded(self, module: Any) -> None:  # noqa: B027
        """Told of the implementation once it is imported."""

    def compiles(self) -> bool:
        """Whether a call of this implementation may compile something, so that a first call's excess can be that.

        It can where a compiler is loaded in this process: Numba takes NumPy's arrays, and `torch.compile` PyTorch's.
        """
        return not COMPILERS.isdisjoint(sys.modules)

    def in_place(self, array: NDArray[Any]) -> Any:
        """A map of a file as the library's own, not copied. Raises `NotImplementedError` where it has no such."""
        raise NotImplementedError(f"{self.name} arrays are never maps of a file")

    def synchronise(self, output: Any) -> Any:
        """Waits for an output if the library returns before it is computed."""
        return output

    def poison(self, buffer: Any) -> None:
        """Fills a workspace with NaN, so that a kernel that reads it before writing is seen."""
        for leaf in buffer if isinstance(buffer, tuple | list) else (buffer,):
            if not isinstance(leaf, np.ndarray):
                self._fill_with_nan(leaf)
            elif leaf.dtype.kind in "fc":
                leaf.fill(np.nan)

    def _fill_with_nan(self, leaf: Any) -> None:  # noqa: B027
        """Fills a buffer of the library's own, if it holds floats."""

    def version(self) -> str:
        return importlib.metadata.version(self.distribution)
