"""How far a time is from what the machine could do.

flops, bytes       the least that the case's own algorithm must compute and move, whatever was read beside it
footprint_bytes    bytes of inputs and output: what decides which cache holds them
limit_ns           max(flops ÷ peak, bytes × what a byte took to read) of the case's own algorithm: the least
                   time under the ceilings, median over rounds
over_limit         time ÷ limit of the same round, median in a block; low and high as in `estimates`.
                   Its inverse is the fraction of the limit
over_problem       time ÷ least limit of any algorithm that the suite knows for this operation
bound_by           MEMORY or ARITHMETIC, whichever the limit is
above_ceiling      the whole interval lies below the limit: a wrong count of bytes or flops, a cached working
                   set or a wrong ceiling. A fault, not a record
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ..bench.records import HOST, Ceilings, Result
from .estimates import NOTHING, Estimate, estimate
from .samples import Rounds

MEMORY, ARITHMETIC = "memory", "arithmetic"
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


def columns(results: Sequence[Result], rounds: Rounds, ceilings: Ceilings) -> dict[str, Any]:
    """The limit's columns of one case: its cost where the suite told it, the rest where reads were taken beside it."""
    result = next((each for each in reversed(results) if each.costs), results[-1])
    own = result.costs.get(result.algorithm)
    flops, moved = own or (None, None)
    stated = {**dict.fromkeys(COLUMNS), "flops": flops, "bytes": moved, "footprint_bytes": result.footprint_bytes}
    flop_ns = _flop_ns(result, ceilings)
    if own is None or flop_ns is None or not rounds or result.case.device != HOST:
        return stated
    return stated | _distance(results, rounds, result, flop_ns)


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


def _distance(results: Sequence[Result], rounds: Rounds, result: Result, flop_ns: float) -> dict[str, Any]:
    reads = {each.block: dict(each.reads) for each in results}
    limits = {name: _limits(cost, reads, flop_ns) for name, cost in result.costs.items()}
    over, problem = _over(rounds, limits[result.algorithm]), _over(rounds, _least(list(limits.values())))
    limit = estimate([list(block.values()) for block in limits[result.algorithm].values()])
    if over is NOTHING:
        return {}
    arithmetic_ns = result.costs[result.algorithm][0] * flop_ns
    return {
        "limit_ns": limit.value,
        "over_limit": over.value,
        "over_limit_low": over.low,
        "over_limit_high": over.high,
        "over_problem": problem.value,
        "bound_by": ARITHMETIC if arithmetic_ns > limit.value * (1 - 1e-9) else MEMORY,
        "above_ceiling": bool(over.high < 1),
    }


def _limits(cost: tuple[float, float], reads: Mapping[int, Mapping[int, float]], flop_ns: float) -> Rounds:
    """Logs of the limit, by block and round."""
    flops, moved = cost
    return {
        block: {number: math.log(max(flops * flop_ns, moved * byte_ns)) for number, byte_ns in found.items()}
        for block, found in reads.items()
    }


def _over(rounds: Rounds, limits: Rounds) -> Estimate:
    """Time ÷ limit, over the rounds in which both were read."""
    shared = [
        [log - limits[block][number] for number, log in found.items() if number in limits.get(block, {})]
        for block, found in rounds.items()
    ]
    return estimate(shared) if any(shared) else NOTHING


def _least(limits: Sequence[Rounds]) -> Rounds:
    return {
        block: {number: min(each[block][number] for each in limits) for number in found}
        for block, found in limits[0].items()
    }


def _flop_ns(result: Result, ceilings: Ceilings) -> float | None:
    roof = ceilings.roofs.get(str(result.case.threads))
    peak = roof.flops.get(result.case.dtype) if roof else None
    return 1e9 / peak if peak else None
