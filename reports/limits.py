"""How far a time is from what the machine could do.

flops, bytes       the least that the case's own algorithm must compute and move, whatever was read beside it
footprint_bytes    bytes of inputs and output: what decides which cache holds them
limit_ns           max(flops ÷ peak, bytes × what a byte takes to read) of the case's own algorithm: the least
                   time under the ceilings. A byte takes what it took in the fastest tenth of the contest's rounds
over_limit         time ÷ limit, and 1 where the time is level with its limit within noise; low and high from the
                   time's interval. Its inverse is the fraction of the limit
over_problem       time ÷ least limit of any algorithm that the suite knows for this operation
bound_by           MEMORY or ARITHMETIC, whichever the limit is
above_ceiling      the whole interval lies below the limit: a wrong count of bytes or flops, a cached working
                   set or a wrong ceiling. A fault, not a record
"""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from ..bench.records import HOST, Ceilings, Result
from .estimates import Estimate

MEMORY, ARITHMETIC = "memory", "arithmetic"
FASTEST_PART = 10
NAMED = 3
"""So many faults are named, the rest counted."""

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


def columns(results: Sequence[Result], time: Estimate, ceilings: Ceilings) -> dict[str, Any]:
    """The limit's columns of one case: its cost where the suite told it, the rest where reads were taken beside it."""
    result = next((each for each in reversed(results) if each.costs), results[-1])
    own = result.costs.get(result.algorithm)
    flops, moved = own or (None, None)
    stated = {**dict.fromkeys(COLUMNS), "flops": flops, "bytes": moved, "footprint_bytes": result.footprint_bytes}
    flop_ns, byte_ns = _flop_ns(result, ceilings), _byte_ns(results)
    if own is None or flop_ns is None or byte_ns is None or math.isnan(time.value) or result.case.device != HOST:
        return stated
    return stated | _distance(time, result, flop_ns, byte_ns)


def faults(cases: pd.DataFrame) -> pd.DataFrame:
    """The cases that took less time than their limit, the worst first."""
    return cases.loc[cases["above_ceiling"].fillna(False).astype(bool)].sort_values("over_limit")


def fault_text(cases: pd.DataFrame) -> str:
    """What is wrong where cases took less time than their limit, and which they are; '' where none did.

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
        f"{took} less time than this machine's limit allows, which is a fault of the measurement and no speed: flops "
        f"or bytes counted too high, inputs already in a cache, or a ceiling read too low. {', '.join(named)}{rest}"
    )


def _distance(time: Estimate, result: Result, flop_ns: float, byte_ns: float) -> dict[str, Any]:
    limits = {name: max(flops * flop_ns, moved * byte_ns) for name, (flops, moved) in result.costs.items()}
    limit, least = limits[result.algorithm], min(limits.values())
    below = time.high < limit
    return {
        "limit_ns": limit,
        "over_limit": time.value / limit if below else max(1.0, time.value / limit),
        "over_limit_low": time.low / limit,
        "over_limit_high": time.high / limit,
        "over_problem": time.value / least if below else max(1.0, time.value / least),
        "bound_by": ARITHMETIC if result.costs[result.algorithm][0] * flop_ns > limit * (1 - 1e-9) else MEMORY,
        "above_ceiling": bool(below),
    }


def _byte_ns(results: Sequence[Result]) -> float | None:
    """What slowed a reading is no limit: the fastest tenth counts."""
    reads = sorted(ns for each in results for _, ns in each.reads)
    return reads[len(reads) // FASTEST_PART] if reads else None


def _flop_ns(result: Result, ceilings: Ceilings) -> float | None:
    roof = ceilings.roofs.get(str(result.case.threads))
    peak = roof.flops.get(result.case.dtype) if roof else None
    return 1e9 / peak if peak else None
