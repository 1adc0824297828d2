"""What this machine can do at most: read bandwidth by working set, peak arithmetic by dtype.

limit = max(flops ÷ peak, bytes ÷ bandwidth(working set)): the roofline (Williams,
Waterman, Patterson 2009). A machine's ceilings are measured once and kept in the
user's cache. What other guests leave of a memory's bandwidth changes by the
minute, so a run also reads each contest's working set in its rounds.
"""

import hashlib
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from . import machine, protocol
from .arrays import common_environment
from .errors import CannotFinish
from .process import Child, Died, TookTooLong
from .records import Ceilings, Machine, Roof, Run

SMALLEST_BYTES, LARGEST_BYTES = 2**13, 2**28
LAST_CACHES = 4
"""Working sets reach so many times the last cache: there nothing is left of it."""

SLICE_NS = 2_500_000
TRIES = 9
SECONDS = 120.0
LESS = 0.9
DTYPES = ("float64", "float32")


class Meter:
    """The child that reads and computes on some threads. Where it dies its answers are None: no case is at fault."""

    failure = ""

    def __init__(self, threads: int):
        environment = {**os.environ, **common_environment(threads)}
        self._child: Child[protocol.MeterReply] | None = Child("ceiling_worker", protocol.MeterReply, environment)

    def read_ns_per_byte(self, round_: int, count: int, slice_ns: int = SLICE_NS) -> float | None:
        """What a byte takes to read from a working set of ``count`` bytes, all threads together."""
        return self._each(protocol.Read(round_, count, slice_ns))

    def compute_ns_per_flop(self, dtype: str, by_gemm: bool, slice_ns: int = SLICE_NS) -> float | None:
        return self._each(protocol.Compute(0, dtype, by_gemm, slice_ns))

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()
        self._child = None

    def _each(self, request: protocol.MeterRequest) -> float | None:
        if self._child is None:
            return None
        try:
            reply = self._child.ask(request, SECONDS)
        except (Died, TookTooLong) as error:
            self._child, self.failure = None, _reason(error)
            return None
        self._child.pause()
        if isinstance(reply, protocol.Failed):
            self.failure = reply.reason
            return None
        return reply.sample.wall_ns / reply.sample.calls / reply.work


def _reason(error: Died | TookTooLong) -> str:
    if isinstance(error, TookTooLong):
        return f"no answer within {SECONDS:.0f} s"
    return ": ".join([error.reason, *error.exit.stderr[-1:]])


def known(described: Machine, threads: Iterable[int], anew: bool = False) -> Ceilings:
    """The ceilings kept for this machine; what is missing is measured and kept. Warns where that fails."""
    kept = None if anew else _kept(described)
    made = kept or Ceilings(machine=described.identity, measured_at=datetime.now(UTC).isoformat(timespec="seconds"))
    absent = [count for count in threads if str(count) not in made.roofs]
    if absent:
        print(f"measuring what this machine can do on {_counts(absent)} (once; kept)", file=sys.stderr)
    try:
        for count in absent:
            made = msgspec.structs.replace(made, roofs={**made.roofs, str(count): measure(count)})
            keep(described, made)
    except CannotFinish as error:
        warnings.warn(f"times without limits: {error}", stacklevel=2)
    if doubt := doubts(made):
        warnings.warn(f"{doubt}; when it is quiet: rooflinear machine --fresh", stacklevel=2)
    return made


def doubts(made: Ceilings) -> str:
    """Why these ceilings lie too low, or '': more threads can do no less than some of them."""
    for fewer, more in pairwise(sorted(made.roofs, key=int)):
        before, after = made.roofs[fewer], made.roofs[more]
        reads = max(rate for _, rate in after.read) < LESS * max(rate for _, rate in before.read)
        if reads or any(after.flops[dtype] < LESS * peak for dtype, peak in before.flops.items()):
            return f"{more} threads did less than {fewer} when this machine's ceilings were measured: it was busy"
    return ""


def with_dispatch(run: Run, dispatch_ns: dict[str, float]) -> Run:
    """The run and what the least call of each array library took in it; kept for `rooflinear machine`."""
    made = msgspec.structs.replace(run.ceilings, dispatch_ns=run.ceilings.dispatch_ns | dispatch_ns)
    if made.roofs:
        keep(run.machine, made)
    return msgspec.structs.replace(run, ceilings=made)


def keep(described: Machine, made: Ceilings) -> None:
    """For the next run here; warns where the cache cannot be written: that one measures again."""
    file = _file(described)
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=1))
        partial.replace(file)
    except OSError as error:
        why = f"cannot keep this machine's ceilings in {file.parent}: {error.strerror or error}"
        warnings.warn(f"{why}; they are measured each time, or set XDG_CACHE_HOME", stacklevel=1)


def measure(threads: int) -> Roof:
    """Best of many, from 8 KB to four times the last cache and at least 256 MB. Raises `CannotFinish`."""
    meter = Meter(threads)
    try:
        read = [(count, 1e9 / _best(meter, meter.read_ns_per_byte, 0, count)) for count in working_sets()]
        return Roof(read, {dtype: 1e9 / _least_flop_ns(meter, dtype) for dtype in DTYPES})
    finally:
        meter.stop()


def working_sets() -> list[int]:
    """Powers of two, in bytes."""
    return [SMALLEST_BYTES << step for step in range((largest_working_set() // SMALLEST_BYTES).bit_length())]


def largest_working_set() -> int:
    """In bytes; what is larger is read no slower."""
    last = max([LARGEST_BYTES, *(LAST_CACHES * size for size in machine.caches().values())])
    return 1 << (last - 1).bit_length()


def bytes_per_second(roof: Roof, working_set: float) -> float:
    """Between two measured working sets by their logarithms; beyond the ends, the ends."""
    sizes, rates = zip(*roof.read, strict=True)
    return float(np.interp(np.log(max(1.0, working_set)), np.log(sizes), rates))


def _least_flop_ns(meter: Meter, dtype: str) -> float:
    return min(_best(meter, meter.compute_ns_per_flop, dtype, by_gemm) for by_gemm in (False, True))


def _best(meter: Meter, read: Callable[..., float | None], *arguments: Any) -> float:
    found = [read(*arguments) for _ in range(TRIES)]
    there = [each for each in found if each is not None]
    if not there:
        raise CannotFinish(f"the process that measures this machine's ceilings failed: {meter.failure}")
    return min(there)


def _counts(threads: list[int]) -> str:
    return ", ".join(map(str, threads)) + (" thread" if threads == [1] else " threads")


def _kept(described: Machine) -> Ceilings | None:
    try:
        found = msgspec.json.decode(_file(described).read_bytes(), type=Ceilings)
    except (OSError, msgspec.DecodeError):
        return None
    return found if found.machine == described.identity and found.schema_version == Ceilings().schema_version else None


def _file(described: Machine) -> Path:
    try:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # a user without a home
        cache = Path(tempfile.gettempdir())
    name = hashlib.sha256(described.identity.encode()).hexdigest()[:16]
    return cache / "rooflinear" / f"ceilings-{name}.json"
