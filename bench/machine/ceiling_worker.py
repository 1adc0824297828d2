"""Child process: reads memory, multiplies and adds as fast as this machine can, and does nothing else.

Run as ``python -P -m rooflinear.bench.machine.ceiling_worker`` with the environment of
its threads already set. Reads are loads only: a copy or a triad also writes,
and hides that a written line is first read.
"""

import os
import sys
import time
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba import get_num_threads, njit, prange
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from ..libraries.base import ALIGNMENT_BYTES
from ..processes.child import serve
from ..processes.meter_messages import Call, Compute, Metered, MeterReply, MeterRequest, Read
from ..processes.protocol import Failed
from ..timing.fastest import fastest_call_ns
from ..timing.kernel import Kernel

FLAGS = {"reassoc", "contract", "nsz"}
CHAINS = 12
"""Number of independent sums: two units times a latency of four to five; they fit the registers of every vector set."""

VECTOR_BYTES = 32
GEMM_ROWS = 1024
KEPT = "NUMBA_CACHE_DIR" in os.environ
"""Whether compiled code is read from a folder, and written there: compiling takes a run two seconds. Numba keeps no
function that asks for the number of threads itself."""

SLICES = 5
"""Slices in the requested time; the fastest counts."""

FEWEST_PASSES = 8
"""Slices at least, unless they take far longer: as in a turn of a kernel, the first ones wake threads that slept."""


class CeilingWorker:
    """Answers with the fastest of several slices; ``work`` is what one call moved (bytes) or computed (flops)."""

    def __init__(self) -> None:
        if hasattr(os, "sched_setaffinity"):  # before the pool starts, whose threads inherit it
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: get_num_threads()])
        self._buffer = np.ones(0)

    def read(self, request: Read) -> Metered:
        """Passes over the first bytes of a buffer, all threads, each over its own share."""
        count = max(1, request.bytes // self._buffer.itemsize)
        if count > len(self._buffer):
            self._buffer = _aligned_ones(count)
        data = self._buffer[:count]

        def passes(times: int) -> None:
            if _read(data, times, get_num_threads()) != float(count * times):
                raise ArithmeticError(f"reading {data.nbytes} bytes added up wrongly")

        return _metered(_timed(passes), request.slice_ns, float(data.nbytes))

    def compute(self, request: Compute) -> Metered:
        """Multiply-and-add in registers, or a product of two large square matrices."""
        dtype = np.dtype(request.dtype)
        if request.by_gemm:
            a = np.ones((GEMM_ROWS, GEMM_ROWS), dtype)
            out = np.empty_like(a)

            def products(times: int) -> None:
                for _ in range(times):
                    np.dot(a, a, out=out)

            return _metered(_timed(products), request.slice_ns, 2.0 * GEMM_ROWS**3)
        one = dtype.type(1)
        flops = 2.0 * CHAINS * (VECTOR_BYTES // dtype.itemsize) * get_num_threads()

        def steps(times: int) -> None:
            if _multiply_add(one, times, get_num_threads()) != get_num_threads():
                raise ArithmeticError("multiply-and-add went wrong")

        return _metered(_timed(steps), request.slice_ns, flops)

    def call(self, request: Call) -> Metered:
        """Times a function that does nothing, in the loop that times kernels."""
        kernel = Kernel(lambda _: None, (None,))
        return _metered(lambda calls: kernel.many(calls)[1], request.slice_ns, 1.0)

    def __call__(self, request: MeterRequest) -> MeterReply:
        try:
            match request:
                case Read():
                    return self.read(request)
                case Compute():
                    return self.compute(request)
                case Call():
                    return self.call(request)
        except (ArithmeticError, MemoryError) as error:
            return Failed("crashed", f"{type(error).__name__}: {error}")


def _aligned_ones(count: int) -> NDArray[np.float64]:
    """From the start of a cache line, as inputs of kernels are: a load across two lines takes twice as long."""
    ones = np.ones(count + ALIGNMENT_BYTES // 8)
    first = -ones.ctypes.data % ALIGNMENT_BYTES // ones.itemsize
    return ones[first : first + count]


def _timed(work: Callable[[int], Any]) -> Callable[[int], int]:
    def duration(calls: int) -> int:
        started = time.perf_counter_ns()
        work(calls)
        return time.perf_counter_ns() - started

    return duration


def _metered(duration: Callable[[int], int], slice_ns: int, work: float) -> Metered:
    return Metered(fastest_call_ns(duration, slice_ns, slice_ns // SLICES, FEWEST_PASSES), work)


@njit(fastmath=FLAGS, parallel=True, cache=KEPT)
def _read(data, times, threads):
    share = -(-len(data) // threads)
    total = 0.0
    for part in prange(threads):
        total += _add_up(data[part * share : (part + 1) * share], times)
    return total


@njit(fastmath=FLAGS, cache=KEPT)
def _add_up(data, times):
    """Reads the four quarters concurrently: a single stream through memory is a fifth slower."""
    quarter = len(data) // 4
    a, b, c, d = data[:quarter], data[quarter : 2 * quarter], data[2 * quarter : 3 * quarter], data[3 * quarter :]
    total = 0.0
    for _ in range(times):
        for i in range(quarter):
            total += (a[i] + b[i]) + (c[i] + d[i])
        for i in range(quarter, len(d)):
            total += d[i]
    return total


@njit(parallel=True, cache=KEPT)
def _multiply_add(one, times, threads):
    total = 0
    for _ in prange(threads):
        total += int(_chains(one, times))
    return total


@njit(cache=KEPT)
def _chains(one, times):
    return _fused(one, times)  # pyright: ignore[reportCallIssue]  numba adds the context


@intrinsic
def _fused(typing_context, one, times):  # noqa: ARG001
    """x ← x·½ + ½ from x = 1, in vectors that stay in registers; returns a lane of one chain."""
    return one(one, times), _emit


def _emit(context, builder, signature, arguments):  # noqa: ARG001
    one, times = arguments
    lanes = VECTOR_BYTES // (8 if isinstance(one.type, ir.DoubleType) else 4)
    vector = ir.VectorType(one.type, lanes)
    half = ir.Constant(vector, [0.5] * lanes)
    start = vector(ir.Undefined)
    for lane in range(lanes):
        start = builder.insert_element(start, one, ir.IntType(32)(lane))
    name = f"llvm.fma.v{lanes}f{256 // lanes}"
    fma = cgutils.get_or_insert_function(builder.module, ir.FunctionType(vector, [vector] * 3), name)
    chains = [cgutils.alloca_once_value(builder, start) for _ in range(CHAINS)]
    with cgutils.for_range(builder, times):
        for chain in chains:
            builder.store(builder.call(fma, [builder.load(chain), half, half]), chain)
    total = builder.load(chains[0])
    for chain in chains[1:]:
        total = builder.fmul(total, builder.load(chain))
    return builder.extract_element(total, ir.IntType(32)(0))


if __name__ == "__main__":
    cast(dict[str, object], sys.modules).setdefault("scipy", None)  # whose BLAS Numba would load in vain, at each start
    serve(MeterRequest, CeilingWorker())
