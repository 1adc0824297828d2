"""One small class per array library: environment, convert, synchronise. `ArrayLibrary` says what each must state."""

import importlib
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import parts
from .base import INTERPRETER, ArrayLibrary, NoDevice, aligned_copy
from .cuda import CuPy, NumbaCuda
from .dask import Dask
from .plain import NumPy, PythonLists


class Torch(ArrayLibrary):
    name = distribution = "torch"
    returns = "Torch tensor"
    devices = ("cpu", "cuda", "mps", INTERPRETER)

    def environment(self, threads: int, device: str) -> dict[str, str]:  # noqa: ARG002
        interpreted = {"TRITON_INTERPRET": "1"} if device == INTERPRETER else {}
        return {"TORCHINDUCTOR_COMPILE_THREADS": "1", **interpreted}

    def start(self, threads: int, device: str) -> None:
        self._torch = torch = importlib.import_module("torch")
        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)
        self._device = _host(device)
        self.asynchronous = self._device != "cpu"
        if not self.asynchronous:
            return
        there = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
        if not there[self._device]():
            raise NoDevice(f"PyTorch sees no {self._device.upper()} device")
        if self._device == "cuda":
            torch.cuda.init()  # otherwise it would start with the first array
        torch.set_float32_matmul_precision("highest")

    def unsupported(self, dtype: str, device: str) -> str:
        return "MPS has no float64" if device == "mps" and dtype == "float64" else ""

    def convert(self, value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return self._torch.from_numpy(aligned_copy(value)).to(self._device)
        return value.item() if isinstance(value, np.generic) else value

    def is_output(self, output: Any) -> bool:
        return isinstance(output, self._torch.Tensor)

    def to_numpy(self, output: Any, dtype: str) -> NDArray[Any]:  # noqa: ARG002
        return output.detach().cpu().numpy() if isinstance(output, self._torch.Tensor) else np.asarray(output)

    def synchronise(self, output: Any) -> Any:
        """Waits for the whole device: an event would say nothing of work on another stream."""
        if self.asynchronous:
            getattr(self._torch, self._device).synchronize()
        return output

    def negate(self) -> Callable[[Any], Any]:
        return self._torch.neg

    def _fill_with_nan(self, leaf: Any) -> None:
        if isinstance(leaf, self._torch.Tensor) and (leaf.is_floating_point() or leaf.is_complex()):
            leaf.fill_(float("nan"))


class TensorFlow(ArrayLibrary):
    name = distribution = "tensorflow"
    returns = "TensorFlow tensor"
    devices = ("cpu", "cuda")
    _traces = False

    def environment(self, threads: int, device: str) -> dict[str, str]:  # noqa: ARG002
        return {
            "TF_NUM_INTRAOP_THREADS": str(threads),
            "TF_NUM_INTEROP_THREADS": "1",
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        }

    def start(self, threads: int, device: str) -> None:  # noqa: ARG002
        self._tensorflow = tensorflow = importlib.import_module("tensorflow")
        self.asynchronous = device == "cuda"
        found = tensorflow.config.list_physical_devices("GPU")
        if device == "cuda" and not found:
            raise NoDevice("TensorFlow sees no CUDA device")
        if device == "cpu" and found:
            tensorflow.config.set_visible_devices([], "GPU")
        tensorflow.config.experimental.enable_tensor_float_32_execution(False)
        self._where = "/GPU:0" if device == "cuda" else "/CPU:0"

    def loaded(self, module: Any) -> None:
        """Sees whether something of the module, or of a helper that lies beside it, is a `tf.function`."""
        beside = [each for name, each in list(sys.modules.items()) if name.startswith(f"{module.__package__}.")]
        traced = self._tensorflow.types.experimental.PolymorphicFunction
        self._traces = any(isinstance(value, traced) for each in beside for value in vars(each).values())

    def compiles(self) -> bool:
        return self._traces

    def convert(self, value: Any) -> Any:
        if not isinstance(value, np.ndarray | np.generic):
            return value
        with self._tensorflow.device(self._where):
            placed = self._tensorflow.constant(value)
        return self.synchronise(placed) if self.asynchronous else placed

    def synchronise(self, output: Any) -> Any:
        self._tensorflow.test.experimental.sync_devices()
        return output

    def is_output(self, output: Any) -> bool:
        return isinstance(output, self._tensorflow.Tensor)

    def to_numpy(self, output: Any, dtype: str) -> NDArray[Any]:  # noqa: ARG002
        return np.asarray(output)

    def negate(self) -> Callable[[Any], Any]:
        return self._tensorflow.negative

    # On a CPU TensorFlow returns once the work is done (`tests/audit/audit.py` shows it), and
    # tf.test.experimental.sync_devices() would add ten times the dispatch of a small kernel.

    def version(self) -> str:
        return self._tensorflow.__version__


class Jax(ArrayLibrary):
    name = distribution = "jax"
    returns = "JAX array"
    devices = ("cpu", "cuda", INTERPRETER)
    asynchronous = True

    def environment(self, threads: int, device: str) -> dict[str, str]:
        platform = _host(device)
        return {
            **({} if platform == "cpu" else {"JAX_DEFAULT_MATMUL_PRECISION": "highest"}),
            "JAX_PLATFORMS": platform,
            "JAX_ENABLE_X64": "1",
            "PJRT_NPROC": str(threads),
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        }

    def start(self, threads: int, device: str) -> None:  # noqa: ARG002
        self._jax = importlib.import_module("jax")
        if _host(device) != "cpu":
            try:
                self._jax.devices()
            except Exception as error:  # an assertion of its own where it lacks the plugin
                raise NoDevice(f"JAX sees no {device.upper()} device") from error

    def compiles(self) -> bool:
        return True

    def convert(self, value: Any) -> Any:
        if isinstance(value, np.ndarray | np.generic):
            own = aligned_copy(np.asarray(value))  # JAX takes aligned memory as it is, a file's too
            return self._jax.block_until_ready(self._jax.device_put(own))
        return value

    def is_output(self, output: Any) -> bool:
        return isinstance(output, self._jax.Array)

    def to_numpy(self, output: Any, dtype: str) -> NDArray[Any]:  # noqa: ARG002
        return np.asarray(output)

    def negate(self) -> Callable[[Any], Any]:
        return self._jax.jit(self._jax.numpy.negative)

    def synchronise(self, output: Any) -> Any:
        if not issubclass(type(output), parts.SEVERAL):
            return self._jax.block_until_ready(output)
        self._jax.block_until_ready(parts.held(output))  # which waits for no tuple of a class of its own
        return output


def _host(device: str) -> str:
    """Where arrays lie: interpreters take those of the processor."""
    return "cpu" if device == INTERPRETER else device


LIBRARIES: dict[str, type[ArrayLibrary]] = {
    library.name: library for library in (PythonLists, NumPy, Torch, TensorFlow, Jax, Dask, CuPy, NumbaCuda)
}

DEVICES = sorted({device for library in LIBRARIES.values() for device in library.devices})


FRUGAL_ALLOCATOR = "glibc.malloc.hugetlb=1"
"""Huge pages only: where a matrix stays in its file, freed memory goes back at once."""

ALLOCATOR = f"{FRUGAL_ALLOCATOR}:glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=1073741824"
"""Huge pages, and freed memory stays with the process. Otherwise its luck decides whether each call's
temporaries are faulted in anew: the same gradient at 10^4 x 10 took 60 or 97 us, process by process.
"""


def common_environment(threads: int) -> dict[str, str]:
    """What every pool obeys, whichever framework brings it."""
    count = str(threads)
    return {
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "POLARS_MAX_THREADS": count,
        "MKL_NUM_THREADS": count,
        "NUMBA_NUM_THREADS": count,
        "GLIBC_TUNABLES": ALLOCATOR,
    }
