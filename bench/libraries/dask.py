"""Dask: arrays in chunks, computed when their result is waited for."""

import importlib
import sys
import uuid
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import parts
from .base import ArrayLibrary, NoDevice, aligned_copy, as_numpy, is_numpy_output


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
        self._compute = importlib.import_module("dask").compute
        self._threads, self._client = threads, None
        config.set(scheduler="threads", num_workers=threads)
        if address := config.get("scheduler-address", None):
            self._client = self._connected(address)

    def _connected(self, address: str) -> Any:
        client = importlib.import_module("distributed").Client
        try:
            return client(address, set_as_default=True)
        except OSError as error:
            raise NoDevice(f"Dask's cluster at {address} does not answer (DASK_SCHEDULER_ADDRESS)") from error

    def loaded(self, module: Any) -> None:
        """The cluster's workers have no such suite: its functions travel with their code."""
        if self._client is None:
            return
        for name, each in list(sys.modules.items()):
            if name.startswith(f"{module.__package__}."):
                _give_up_name(each)

    def convert(self, value: Any) -> Any:
        if not isinstance(value, np.ndarray) or not value.ndim:
            return value
        chunked = self._chunked(aligned_copy(value))
        return chunked if self._client is None else chunked.persist()

    def in_place(self, array: NDArray[Any]) -> Any:
        if self._client is not None:
            raise NotImplementedError("a cluster's workers do not see the file of this process")
        return self._chunked(array)

    def _chunked(self, array: NDArray[Any]) -> Any:
        """What ``from_array`` makes of an array that it has copied."""
        size, name, rest = self._rows(array), f"array-{uuid.uuid4().hex}", array.shape[1:]
        blocks = [array[first : first + size] for first in range(0, len(array), size)]
        graph = {(name, number, *(0 for _ in rest)): block for number, block in enumerate(blocks)}
        chunks = (tuple(map(len, blocks)), *((count,) for count in rest))
        return self._array.Array(graph, name, chunks, dtype=array.dtype, meta=array[:0])

    def _rows(self, value: NDArray[Any]) -> int:
        """Rows of a chunk: as many chunks for each thread, none too large."""
        if value.nbytes < self.alone_bytes:
            return max(1, len(value))
        chunks = self._threads * -(-value.nbytes // (self.chunk_bytes * self._threads))
        return -(-len(value) // chunks)

    def is_output(self, output: Any) -> bool:
        return is_numpy_output(output) or type(output) is self._array.Array

    def to_numpy(self, output: Any, dtype: str) -> NDArray[Any]:
        return as_numpy(self.synchronise(output), dtype)

    def synchronise(self, output: Any) -> Any:
        if isinstance(output, self._array.Array):
            return output.compute()
        together = parts.held(output)  # what they have in common is computed once
        return self._compute(*together, traverse=False) if together else output

    def negate(self) -> Callable[[Any], Any]:
        return self._array.negative


def _give_up_name(module: Any) -> None:
    """What no longer says where it comes from is sent with its code, by cloudpickle.

    `cloudpickle.register_pickle_by_value` is not enough: `distributed` asks
    pickle first, which would send a name.
    """
    for value in vars(module).values():
        if isinstance(value, FunctionType | type) and value.__module__ == module.__name__:
            value.__module__ = "__main__"
