"""Array libraries that live on CUDA devices only."""

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .base import INTERPRETER, ArrayLibrary, NoDevice


class CuPy(ArrayLibrary):
    name = distribution = "cupy"
    returns = "CuPy array"
    devices = ("cuda",)
    asynchronous = True

    def environment(self, threads: int, device: str) -> dict[str, str]:  # noqa: ARG002
        return {"CUPY_TF32": "0"}

    def start(self, threads: int, device: str) -> None:  # noqa: ARG002
        self._cupy = importlib.import_module("cupy")
        if not self._cupy.cuda.is_available():
            raise NoDevice("CuPy sees no CUDA device")

    def compiles(self) -> bool:
        return True

    def convert(self, value: Any) -> Any:
        if not isinstance(value, np.ndarray):
            return value
        return self.synchronise(self._cupy.asarray(value))  # which returns while the copy is under way

    def is_output(self, output: Any) -> bool:
        return type(output) is self._cupy.ndarray

    def to_numpy(self, output: Any, dtype: str) -> NDArray[Any]:  # noqa: ARG002
        return self._cupy.asnumpy(output)

    def synchronise(self, output: Any) -> Any:
        self._cupy.cuda.Device().synchronize()
        return output

    def _fill_with_nan(self, leaf: Any) -> None:
        if isinstance(leaf, self._cupy.ndarray) and leaf.dtype.kind in "fc":
            leaf.fill(np.nan)

    def negate(self) -> Callable[[Any], Any]:
        return self._cupy.negative

    def version(self) -> str:
        return self._cupy.__version__


class NumbaCuda(ArrayLibrary):
    """Device arrays of Numba, or those of its simulator."""

    name = "numba_cuda"
    returns = "Numba device array"
    distribution = "numba"
    devices = ("cuda", INTERPRETER)
    asynchronous = True

    def environment(self, threads: int, device: str) -> dict[str, str]:  # noqa: ARG002
        return {"NUMBA_ENABLE_CUDASIM": "1"} if device == INTERPRETER else {}

    def start(self, threads: int, device: str) -> None:  # noqa: ARG002
        self._cuda = importlib.import_module("numba.cuda")
        if not self._cuda.is_available():
            raise NoDevice("Numba sees no CUDA device")
        self._kind = type(self._cuda.to_device(np.ones(1)))

    def compiles(self) -> bool:
        return True

    def convert(self, value: Any) -> Any:
        if not isinstance(value, np.ndarray):
            return value
        return self.synchronise(self._cuda.to_device(np.ascontiguousarray(value)))  # the last bytes may be under way

    def is_output(self, output: Any) -> bool:
        return type(output) is self._kind

    def to_numpy(self, output: Any, dtype: str) -> NDArray[Any]:  # noqa: ARG002
        return output.copy_to_host() if isinstance(output, self._kind) else np.asarray(output)

    def synchronise(self, output: Any) -> Any:
        self._cuda.synchronize()
        return output

    def _fill_with_nan(self, leaf: Any) -> None:
        if isinstance(leaf, self._kind) and leaf.dtype.kind in "fc":
            leaf.copy_to_device(np.full(leaf.shape, np.nan, leaf.dtype))

    def negate(self) -> Callable[[Any], Any]:
        kernel = self._cuda.jit(_negate_first)

        def negate(numbers: Any) -> Any:
            kernel[1, 1](numbers)
            return numbers

        return negate


def _negate_first(numbers: Any) -> None:
    numbers[0] = -numbers[0]
