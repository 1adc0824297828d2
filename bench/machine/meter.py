"""The child process that measures ceilings, and a roof of its best results."""

import os
import statistics
from collections.abc import Mapping
from typing import Any

from .. import store
from ..errors import CannotFinish
from ..libraries.host import common_environment
from ..processes.meter_messages import Call, Compute, MeterReply, MeterRequest, Read
from ..processes.parent import Child, Died, TookTooLong, own
from ..processes.protocol import Failed
from ..records import Roof
from . import extras, machine
from .neighbours import SEEN_CORES, Neighbours, named
from .roofs import SMALLEST_BYTES

LARGEST_BYTES = 2**28
LAST_CACHES = 4
"""Multiple of the last cache beyond which its contents no longer matter."""

SLICE_NS = 2_500_000
SECONDS = 120.0
ROUNDS, GEMM_ROUNDS = 16, 5
"""Rounds. Everything is tried once per round, so that one disturbed moment spoils no value."""

SPOILING_CORES = 0.25
"""Cores that other programs use, on average over the rounds, where even the best of them may be too low.

A program that is busy for a quarter of the time disturbs all of five rounds once in a thousand.
"""

DTYPES = ("float64", "float32")


class Meter:
    """The child process that reads and computes on some threads. If it dies, its answers are None; no case fails."""

    failure = ""

    def __init__(self, threads: int):
        environment = {**os.environ, **common_environment(threads), **_compiled_code()}
        child = Child[MeterReply](own("machine.ceiling_worker"), MeterReply, environment)
        self._child: Child[MeterReply] | None = child

    def read_ns_per_byte(self, count: int, slice_ns: int = SLICE_NS) -> float | None:
        """The time to read a byte from a working set of ``count`` bytes, all threads together."""
        return self._each(Read(count, slice_ns))

    def compute_ns_per_flop(self, dtype: str, by_gemm: bool, slice_ns: int = SLICE_NS) -> float | None:
        return self._each(Compute(dtype, by_gemm, slice_ns))

    def call_ns(self, slice_ns: int = SLICE_NS) -> float | None:
        """The time of a call of a Python function that does nothing."""
        return self._each(Call(slice_ns))

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()
        self._child = None

    def _each(self, request: MeterRequest) -> float | None:
        if self._child is None:
            return None
        try:
            reply = self._child.ask(request, SECONDS)
        except (Died, TookTooLong) as error:
            self._child, self.failure = None, _reason(error)
            return None
        self._child.pause()
        if isinstance(reply, Failed):
            self.failure = reply.reason
            return None
        return reply.call_ns / reply.work


def measure(threads: int) -> Roof:
    """Best of many rounds, from 8 KB to four times the last cache and at least 256 MB. Raises `CannotFinish`."""
    extras.need("measuring this machine's limits", "numba")
    meter = Meter(threads)
    beside = Neighbours(own=lambda: [meter.pid] if meter.pid else [])
    try:
        read = {count: (meter.read_ns_per_byte, count) for count in working_sets()}
        fused = {dtype: (meter.compute_ns_per_flop, dtype, False) for dtype in DTYPES}
        found, spoilt = _best(meter, {**read, **fused, "call": (meter.call_ns,)}, ROUNDS, beside)
        # Last: a pool of BLAS spins after its call, and would share the cores with what is read.
        by_gemm = {dtype: (meter.compute_ns_per_flop, dtype, True) for dtype in DTYPES}
        products, spoilt_too = _best(meter, by_gemm, GEMM_ROUNDS, beside)
    finally:
        meter.stop()
    flops = {dtype: 1e9 / min(found[dtype], products[dtype]) for dtype in DTYPES}
    busy = named(beside.seen, whole=False) if spoilt or spoilt_too else ""
    return Roof([(count, 1e9 / found[count]) for count in read], flops, found["call"], busy)


def working_sets() -> list[int]:
    """Powers of two, in bytes."""
    return [SMALLEST_BYTES << step for step in range((largest_working_set() // SMALLEST_BYTES).bit_length())]


def largest_working_set() -> int:
    """The largest working set in bytes; larger ones are read as fast."""
    last = max([LARGEST_BYTES, *(LAST_CACHES * size for size in machine.caches().values())])
    return 1 << (last - 1).bit_length()


def _best(
    meter: Meter, wanted: Mapping[Any, tuple[Any, ...]], rounds: int, beside: Neighbours
) -> tuple[dict[Any, float], bool]:
    """The least answer to each question (a method and its arguments) over some rounds of all of them.

    And whether other programs were so busy that it may be too large.
    """
    found: dict[Any, float] = {}
    cores = []
    for _ in range(rounds):
        for key, (read, *arguments) in wanted.items():
            answer = read(*arguments)
            if answer is not None:
                found[key] = min(answer, found.get(key, answer))
        beside.look()
        cores.append(sum(each.cores for each in beside.busy(SEEN_CORES)))
    if found.keys() != wanted.keys():
        raise CannotFinish(f"the process that measures this machine's ceilings failed: {meter.failure}")
    return found, statistics.fmean(cores) >= SPOILING_CORES


def _compiled_code() -> dict[str, str]:
    """Where Numba keeps what it has compiled for the child; nothing where no file can be kept."""
    folder = store.cache_folder()
    try:
        return {"NUMBA_CACHE_DIR": str(store.made_folder(folder / "compiled"))} if folder else {}
    except OSError:
        return {}


def _reason(error: Died | TookTooLong) -> str:
    if isinstance(error, TookTooLong):
        return f"no answer within {SECONDS:.0f} s"
    return ": ".join([error.reason, *error.exit.stderr[-1:]])
