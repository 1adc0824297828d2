"""One small class per array library: environment, convert, synchronise.

What an array library must say: which variables its pools obey (set before the
interpreter starts), how the harness's NumPy arrays become its own and back,
what counts as its output, and how to wait for one. Frameworks are imported
only in a worker, by `start`.
"""

import importlib
import importlib.metadata
import random
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

INTERPRETER = "interpreter"
"""The device on which code for GPUs is checked, and never timed, where there is none."""

ALIGNMENT_BYTES = 64
NUMPY_CACHED_BYTES = 1024
TRIES = 48


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


class ArrayLibrary:
    """What most have in common. ``footprint_factor``: its bytes per byte of a NumPy array."""

    name = "numpy"
    returns = "NumPy array"
    distribution = "numpy"
    devices: tuple[str, ...] = ("cpu",)
    footprint_factor = 1.0

    def environment(self, threads: int, device: str) -> dict[str, str]:  # noqa: ARG002
        """Variables to set before the interpreter starts."""
        return {}

    def start(self, threads: int, device: str) -> None:
        """Imports the framework and sets what only its own calls can set."""

    def loaded(self, module: Any) -> None:
        """Told of the implementation once it is imported."""

    def convert(self, value: Any) -> Any:
        """A NumPy array or scalar as the framework's own; ints stay as they are."""
        return aligned_copy(value) if isinstance(value, np.ndarray) else value

    def is_output(self, output: Any) -> bool:
        """No subclass counts: it might put its work off until somebody looks."""
        kind = type(output)
        return kind in (np.ndarray, float) or (isinstance(output, np.generic) and kind is output.dtype.type)

    def to_numpy(self, output: Any, dtype: str) -> NDArray[Any]:
        """Waits where needed. A Python float (Numba returns one for any float) counts if it is exact."""
        if type(output) is not float:
            return np.asarray(output)
        with np.errstate(over="ignore"):
            rounded = np.asarray(output, dtype)
        return rounded if float(rounded) == output or output != output else np.asarray(output)

    asynchronous = False

    def negate(self) -> Callable[[Any], Any]:
        """The least there is to compute, to see what a call costs apart from its numbers."""
        return np.negative

    def synchronise(self, output: Any) -> Any:
        """Waits for an output where the library returns before it is computed."""
        return output

    def poison(self, buffer: Any) -> None:
        """Fills a workspace with NaN, so that a kernel that reads it before writing is seen."""
        leaves = buffer if isinstance(buffer, tuple | list) else (buffer,)
        for leaf in leaves:
            if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f":
                leaf.fill(np.nan)

    def version(self) -> str:
        return importlib.metadata.version(self.distribution)


class PythonLists(ArrayLibrary):
    name = "python"
    returns = "float or list of floats"
    footprint_factor = 5.0

    def convert(self, value: Any) -> Any:
        return value.tolist() if isinstance(value, np.ndarray | np.generic) else value

    def is_output(self, output: Any) -> bool:
        if type(output) is not list:
            return type(output) is float
        kinds = set(map(type, output))
        return kinds <= {float, int} or (kinds == {list} and all(map(self.is_output, output)))

    def negate(self) -> Callable[[Any], Any]:
        return lambda numbers: [-number for number in numbers]

    def version(self) -> str:
        import platform

        return platform.python_version()


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
        self._device = "cpu" if device == INTERPRETER else device
        self.asynchronous = self._device != "cpu"
        if self._device == "cuda" and not torch.cuda.is_available():
            raise RuntimeError("PyTorch sees no CUDA device")
        if self._device == "mps" and not torch.backends.mps.is_available():
            raise RuntimeError("PyTorch sees no MPS device")

    def convert(self, value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return self._torch.from_numpy(aligned_copy(value)).to(self._device)
        return value.item() if isinstance(value, np.generic) else value

    def is_output(self, output: Any) -> bool:
        return isinstance(output, self._torch.Tensor)

    def to_numpy(self, output: Any, dtype: str) -> NDArray[Any]:  # noqa: ARG002
        return output.detach().cpu().numpy() if isinstance(output, self._torch.Tensor) else np.asarray(output)

    def synchronise(self, output: Any) -> Any:
        """Waits for an event put behind the work, the device's own word that it is done."""
        module = self._torch.cuda if self._device == "cuda" else self._torch.mps
        event = module.Event()
        event.record()
        event.synchronize()
        return output

    def negate(self) -> Callable[[Any], Any]:
        return self._torch.neg

    def poison(self, buffer: Any) -> None:
        leaves = buffer if isinstance(buffer, tuple | list) else (buffer,)
        for leaf in leaves:
            if isinstance(leaf, self._torch.Tensor) and leaf.is_floating_point():
                leaf.fill_(float("nan"))


class TensorFlow(ArrayLibrary):
    name = distribution = "tensorflow"
    returns = "TensorFlow tensor"
    devices = ("cpu", "cuda")

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
            raise RuntimeError("TensorFlow sees no CUDA device")
        if device == "cpu" and found:
            tensorflow.config.set_visible_devices([], "GPU")
        self._where = "/GPU:0" if device == "cuda" else "/CPU:0"

    def convert(self, value: Any) -> Any:
        if not isinstance(value, np.ndarray | np.generic):
            return value
        with self._tensorflow.device(self._where):
            return self._tensorflow.constant(value)

    def synchronise(self, output: Any) -> Any:
        self._tensorflow.test.experimental.sync_devices()
        return output

    def is_output(self, output: Any) -> bool:
        return isinstance(output, self._tensorflow.Tensor)

    def to_numpy(self, output: Any, dtype: str) -> NDArray[Any]:  # noqa: ARG002
        return np.asarray(output)

    def negate(self) -> Callable[[Any], Any]:
        return self._tensorflow.negative

    # On a CPU TensorFlow returns once the work is done (`bench/audit.py` shows it), and
    # tf.test.experimental.sync_devices() would add ten times the dispatch of a small kernel.

    def version(self) -> str:
        return self._tensorflow.__version__


class Jax(ArrayLibrary):
    name = distribution = "jax"
    returns = "JAX array"
    devices = ("cpu", "cuda")
    asynchronous = True

    def environment(self, threads: int, device: str) -> dict[str, str]:
        return {
            "JAX_PLATFORMS": device,
            "JAX_ENABLE_X64": "1",
            "PJRT_NPROC": str(threads),
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        }

    def start(self, threads: int, device: str) -> None:  # noqa: ARG002
        self._jax = importlib.import_module("jax")

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
        return self._jax.block_until_ready(output)


class Dask(ArrayLibrary):
    """On this process's threads, or on the cluster whose address Dask's own DASK_SCHEDULER_ADDRESS names."""

    name = distribution = "dask"
    returns = "Dask or NumPy array"
    asynchronous = True
    chunk_bytes = 2**27
    alone_bytes = 2**23
    """Below, a second chunk costs more than it saves."""

    def environment(self, threads: int, device: str) -> dict[str, str]:  # noqa: ARG002
        return {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

    def start(self, threads: int, device: str) -> None:  # noqa: ARG002
        config = importlib.import_module("dask.config")
        self._array = importlib.import_module("dask.array")
        self._threads, self._client = threads, None
        config.set(scheduler="threads", num_workers=threads)
        if config.get("scheduler-address", None):
            self._client = importlib.import_module("distributed").Client(set_as_default=True)

    def loaded(self, module: Any) -> None:
        """The cluster's workers have no such suite: its functions travel with their code."""
        if self._client is not None:
            importlib.import_module("cloudpickle").register_pickle_by_value(module)

    def convert(self, value: Any) -> Any:
        if not isinstance(value, np.ndarray) or not value.ndim:
            return value
        rows = self._rows(value)
        chunked = self._array.from_array(aligned_copy(value), chunks=(rows, *value.shape[1:]), name=False)
        return chunked if self._client is None else chunked.persist()

    def _rows(self, value: NDArray[Any]) -> int:
        """Rows of a chunk: as many chunks for each thread, none too large."""
        if value.nbytes < self.alone_bytes:
            return max(1, len(value))
        chunks = self._threads * -(-value.nbytes // (self.chunk_bytes * self._threads))
        return -(-len(value) // chunks)

    def is_output(self, output: Any) -> bool:
        return super().is_output(output) or type(output) is self._array.Array

    def to_numpy(self, output: Any, dtype: str) -> NDArray[Any]:
        return super().to_numpy(self.synchronise(output), dtype)

    def synchronise(self, output: Any) -> Any:
        return output.compute() if isinstance(output, self._array.Array) else output

    def negate(self) -> Callable[[Any], Any]:
        return self._array.negative


class CuPy(ArrayLibrary):
    name = distribution = "cupy"
    returns = "CuPy array"
    devices = ("cuda",)
    asynchronous = True

    def start(self, threads: int, device: str) -> None:  # noqa: ARG002
        self._cupy = importlib.import_module("cupy")

    def convert(self, value: Any) -> Any:
        return self._cupy.asarray(value) if isinstance(value, np.ndarray) else value

    def is_output(self, output: Any) -> bool:
        return type(output) is self._cupy.ndarray

    def to_numpy(self, output: Any, dtype: str) -> NDArray[Any]:  # noqa: ARG002
        return self._cupy.asnumpy(output)

    def synchronise(self, output: Any) -> Any:
        event = self._cupy.cuda.Event()
        event.record()
        event.synchronize()
        return output

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
            raise RuntimeError("Numba sees no CUDA device")
        self._kind = type(self._cuda.to_device(np.ones(1)))

    def convert(self, value: Any) -> Any:
        return self._cuda.to_device(np.ascontiguousarray(value)) if isinstance(value, np.ndarray) else value

    def is_output(self, output: Any) -> bool:
        return type(output) is self._kind

    def to_numpy(self, output: Any, dtype: str) -> NDArray[Any]:  # noqa: ARG002
        return output.copy_to_host() if isinstance(output, self._kind) else np.asarray(output)

    def synchronise(self, output: Any) -> Any:
        self._cuda.synchronize()
        return output

    def negate(self) -> Callable[[Any], Any]:
        kernel = self._cuda.jit(_negate_first)

        def negate(numbers: Any) -> Any:
            kernel[1, 1](numbers)
            return numbers

        return negate


def _negate_first(numbers: Any) -> None:
    numbers[0] = -numbers[0]


LIBRARIES: dict[str, type[ArrayLibrary]] = {
    library.name: library for library in (PythonLists, ArrayLibrary, Torch, TensorFlow, Jax, Dask, CuPy, NumbaCuda)
}


def common_environment(threads: int) -> dict[str, str]:
    """What every pool obeys, whichever framework brings it."""
    count = str(threads)
    return {
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "NUMBA_NUM_THREADS": count,
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    }
