"""The distance of a time from the machine's limit.

flops, bytes       the least that the case's own algorithm must compute and move
footprint_bytes    bytes of inputs and output, which determine the cache that holds them
limit_ns           max(flops ÷ peak, bytes × what a byte takes to read, a call) of the case's own algorithm: the least
                   time under the ceilings. A byte takes what it took in the fastest tenth of the contest's rounds, see
                   `Readings`; a call is one of a Python function that does nothing
over_limit         time ÷ limit, and 1 where the time is level with its limit within noise; low and high from the
                   time's interval. Its inverse is the fraction of the limit
over_problem       time ÷ least limit of any algorithm that the suite knows for this operation
bound_by           MEMORY, ARITHMETIC or CALL, whichever the limit is
above_ceiling      the whole interval lies below the limit: a wrong count of bytes or flops, a cached working
                   set or a wrong ceiling. A fault, not a record. No number below 1 stands without it
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from ...bench.machine.roofs import bytes_per_second
from ...bench.records import HOST, Ceilings, Result
from .estimates import Estimate

MEMORY, ARITHMETIC, CALL = "memory", "arithmetic", "the call itself"
FASTEST_PART = 10
FAR_SLOWER = 2.0
"""Other guests take less than half of a cache's bandwidth, so a reading slower than by this factor was disturbed."""

OWN_CACHE_BYTES = 2**20
"""The last-level cache of a machine that does not report its caches."""

SURELY_BELOW = 0.8
"""Share of its limit below which a time without an interval is a fault; above it, the time counts as at the limit."""

MOST_TOLD = 9.99
"""A share of the limit beyond it tells no more than that it is wrong."""

NAMED = 3
"""How many faults are named; the rest are counted."""

NUMBERS = (
    "flops",
    "bytes",
    "footprint_bytes",
    "limit_ns",
    "over_limit",
    "over_limit_low",
    "over_limit_high",
    "over_problem",
)
COLUMNS = (*NUMBERS, "bound_by", "above_ceiling")


class Readings:
    """The time to read a byte in a run, by threads and working set; the run's ceilings are used too.

    What other guests leave of a memory's bandwidth changes threefold within an hour, and a pass over it takes longer
    than a thread wakes late: there a contest's own readings count, whatever was read elsewhere.
    """

    def __init__(self, results: Iterable[Result], ceilings: Ceilings, caches_bytes: Mapping[str, int]):
        self.ceilings = ceilings
        self._cache_bytes = max(caches_bytes.values(), default=OWN_CACHE_BYTES)
        self._found: dict[int, list[tuple[float, float]]] = {}
        for each in results:
            if each.reads and each.footprint_bytes:
                taken = (each.footprint_bytes, _fastest(each.reads))
                self._found.setdefault(each.case.threads, []).append(taken)

    def byte_ns(self, results: Sequence[Result]) -> float | None:
        """The time for a case, from all its blocks; None if nothing was read in its rounds.

        Where a cache holds its working set and its own readings are far slower than those of its neighbours, they
        were disturbed and the neighbours count: contests of the same threads with at least as large a working set,
        and the ceilings.
        """
        reads = [read for each in results for read in each.reads]
        if not reads:
            return None
        own, neighbours = _fastest(reads), self._neighbours(results[-1].case.threads, results[-1].footprint_bytes)
        return own if own <= FAR_SLOWER * neighbours else neighbours

    def _neighbours(self, threads: int, footprint: float | None) -> float:
        if not footprint or footprint > self._cache_bytes:
            return math.inf
        larger = [ns for held, ns in self._found.get(threads, ()) if held >= footprint]
        roof = self.ceilings.roofs.get(str(threads))
        return min([*larger, 1e9 / bytes_per_second(roof, footprint) if roof else math.inf])


def columns(results: Sequence[Result], time: Estimate, readings: Readings) -> dict[str, Any]:
    """The limit's columns of one case: its cost if the suite states one, the rest if memory was read in its rounds."""
    result = next((each for each in reversed(results) if each.costs), results[-1])
    own = result.costs.get(result.algorithm)
    flops, moved = own or (None, None)
    stated = {**dict.fromkeys(COLUMNS), "flops": flops, "bytes": moved, "footprint_bytes": result.footprint_bytes}
    roof = readings.ceilings.roofs.get(str(result.case.threads))
    peak, byte_ns = roof.flops.get(result.case.dtype) if roof else None, readings.byte_ns(results)
    if own is None or not roof or not peak or byte_ns is None or math.isnan(time.value) or result.case.device != HOST:
        return stated
    return stated | _distance(time, result, 1e9 / peak, byte_ns, roof.call_ns)


def faults(cases: pd.DataFrame) -> pd.DataFrame:
    """The cases that took less time than their limit, the worst first, without disturbed ones."""
    below = cases["above_ceiling"].fillna(False).astype(bool) & ~cases["disturbed"]
    return cases.loc[below].sort_values("over_limit")


def fault_text(cases: pd.DataFrame) -> str:
    """The warning about cases that took less time than their limit; '' if there are none.

    Their answers are right, so they are no failure; their distance from the limit means nothing.
    """
    found = faults(cases).to_dict("records")
    if not found:
        return ""
    named = [
        f"{row['operation']}/{row['implementation']} {row['sizes']} {row['dtype']} ({row['over_limit']:.2f} of it)"
        for row in found[:NAMED]
    ]
    rest = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    took = "1 case took" if len(found) == 1 else f"{len(found)} cases took"
    return (
        f"{took} less time than this machine's limit allows. This is a fault of the measurement: overstated flops or "
        f"bytes, inputs already in a cache, or a ceiling measured too low: run 'rooflinear machine --fresh' while the "
        f"machine is quiet, then measure again. {', '.join(named)}{rest}"
    )


def _distance(time: Estimate, result: Result, flop_ns: float, byte_ns: float, call_ns: float) -> dict[str, Any]:
    limits = {name: max(flops * flop_ns, moved * byte_ns, call_ns) for name, (flops, moved) in result.costs.items()}
    limit, least = limits[result.algorithm], min(limits.values())
    below = _is_below(time, limit)

    def over(time_ns: float, limit_ns: float) -> float:
        return time_ns / limit_ns if below or not time_ns < limit_ns else 1.0

    return {
        "limit_ns": limit,
        "over_limit": over(time.value, limit),
        "over_limit_low": over(time.low, limit),
        "over_limit_high": over(time.high, limit),
        "over_problem": over(time.value, least),
        "bound_by": _bound_by(result.costs[result.algorithm][0] * flop_ns, call_ns, limit),
        "above_ceiling": below,
    }


def _is_below(time: Estimate, limit: float) -> bool:
    """Whether the whole interval is below the limit."""
    return bool(time.value < SURELY_BELOW * limit if math.isnan(time.high) else time.high < limit)


def _bound_by(arithmetic_ns: float, call_ns: float, limit: float) -> str:
    if arithmetic_ns > limit * (1 - 1e-9):
        return ARITHMETIC
    return CALL if call_ns > limit * (1 - 1e-9) else MEMORY


def _fastest(reads: Sequence[tuple[int, float]]) -> float:
    """The fastest tenth of the readings: slower ones were disturbed."""
    return sorted(ns for _, ns in reads)[len(reads) // FASTEST_PART]
