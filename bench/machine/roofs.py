"""Consistency of measured roofs.

Each number is the fastest of many tries: none is too high, but one may be too low if the machine was busy throughout.
Two things must hold: more threads do no less than fewer, since some may be idle, and a small working set is read no
slower than a larger one.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise

import msgspec
import numpy as np

from ..records import Ceilings, Result, Roof

SMALLEST_BYTES = 2**13
"""Of a thread's share: below it a loop's start takes as long as the reading."""

LESS, FAR_LESS = 0.9, 0.5
"""Peaks differ by less from one measurement to the next, single working sets by far less."""

LONGEST_EMPTY_CALL_NS = 20_000_000
"""An empty call that took longer was disturbed, or something was compiled in it."""


def bytes_per_second(roof: Roof, working_set: float) -> float:
    """Between two measured working sets by their logarithms; beyond the ends, the ends."""
    sizes, rates = zip(*roof.read, strict=True)
    return float(np.interp(np.log(max(1.0, working_set)), np.log(sizes), rates))


def best(one: Roof, other: Roof | None) -> Roof:
    """The faster of both in every value; a value that only one has is kept.

    None is too high, so a quiet measurement is as good after a busy one.
    """
    if other is None:
        return one
    rates = dict(other.read)
    read = [(size, max(rate, rates.get(size, 0.0))) for size, rate in one.read]
    flops = {dtype: max(peak, other.flops.get(dtype, 0.0)) for dtype, peak in one.flops.items()}
    calls = [each for each in (one.call_ns, other.call_ns) if each]
    return Roof(read, flops, min(calls, default=0.0), one.busy and other.busy)


def doubts(made: Ceilings) -> dict[int, str]:
    """Why the roof of a thread count is too low; only those that are."""
    roofs = [(int(count), made.roofs[count]) for count in sorted(made.roofs, key=int)]
    found = {
        count: f"{_threads(count)} read a small working set slower than a large one"
        for count, roof in roofs
        if _dips(count, roof)
    }
    for (fewer, before), (more, after) in pairwise(roofs):
        if _does_less(after, before):
            found[more] = f"{more} threads did less than {fewer}"
    return found


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"


def _dips(threads: int, roof: Roof) -> bool:
    rates = [rate for size, rate in sorted(roof.read) if size >= threads * SMALLEST_BYTES]
    return any(rate < FAR_LESS * max(rates[place:]) for place, rate in enumerate(rates))


def _does_less(roof: Roof, than: Roof) -> bool:
    top = max(rate for _, rate in roof.read) < LESS * max(rate for _, rate in than.read)
    somewhere = any(rate < FAR_LESS * bytes_per_second(than, size) for size, rate in roof.read)
    return top or somewhere or any(roof.flops[dtype] < LESS * peak for dtype, peak in than.flops.items())


def ceiled(made: Ceilings) -> Ceilings:
    """Makes roofs consistent: a rate is at least that of every larger working set and of fewer threads.

    That leaves a busy measurement a busy one: it may still be too low.
    """
    roofs: dict[str, Roof] = {}
    fewer: Roof | None = None
    for count in sorted(made.roofs, key=int):
        higher = best(_falling(made.roofs[count]), fewer)
        fewer = roofs[count] = msgspec.structs.replace(higher, busy=made.roofs[count].busy)
    return msgspec.structs.replace(made, roofs=roofs)


def _falling(roof: Roof) -> Roof:
    sizes, rates = zip(*sorted(roof.read), strict=True)
    least = np.maximum.accumulate(rates[::-1])[::-1].tolist()
    return msgspec.structs.replace(roof, read=list(zip(sizes, least, strict=True)))


def raised(made: Ceilings, results: Iterable[Result], largest: int) -> Ceilings:
    """The ceilings, none lower than what was read in the rounds of these results.

    ``largest``: working sets in bytes beyond it were read as if they had that size.
    """
    roofs = dict(made.roofs)
    for result in results:
        count = str(result.case.threads)
        if count in roofs and result.reads and result.footprint_bytes:
            held = min(result.footprint_bytes, largest)
            rate = 1 / min(ns for _, ns in result.reads) * 1e9
            read = [(size, max(known, rate) if size <= held else known) for size, known in roofs[count].read]
            roofs[count] = msgspec.structs.replace(roofs[count], read=read)
    return msgspec.structs.replace(made, roofs=roofs)


def with_calls(made: Ceilings, dispatch_ns: Mapping[str, float]) -> Ceilings:
    """The ceilings with the shorter of both times of an empty call; a stray one is left out."""
    calls = {name: ns for name, ns in dispatch_ns.items() if 0 < ns <= LONGEST_EMPTY_CALL_NS}
    both = made.dispatch_ns | {name: min(ns, made.dispatch_ns.get(name, ns)) for name, ns in calls.items()}
    return msgspec.structs.replace(made, dispatch_ns=both)
