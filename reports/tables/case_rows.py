"""One row per case: its columns, from the results of its blocks and the estimate of its time.

Statistics, from raw samples:

    time_ns           one call: wall_ns ÷ calls of a sample, median of a round, level of a block, see `estimates`
    low_ns, high_ns   95 % interval of it; `interval` says what it describes
    precise           whether the case's part of a ratio's interval is within the precision that the run was asked for
    first_call_ns     of a process that has not called the operation yet: the first call at this size, or, if the
                      worker had compiled it before, a steady call plus that compile time; median over blocks
    compiled_ns       the longest compile time in earlier first calls of this operation and dtype; 0 if nothing
                      compiles, or nothing had yet
    import_ns, transfer_*_ns   median over blocks (one reading a block)
    peak_bytes        by how much memory rose during a call, largest over blocks; missing where that cannot be seen
    peak_below_bytes  then the bound: it rose by less than this, see `peak_memory`; missing where nothing was read
    error_over_bound  largest over blocks
    dropped           samples left out because a guard flagged them
    flops … over_problem  how far from the machine's limit, see `limits`
    disturbed         in every block, more than half of the samples lost time to other programs: all are kept, the
                      time is unreliable, and the case has no rank
"""

import math
from collections.abc import Iterable, Sequence
from itertools import chain, count
from statistics import median
from typing import Any, NamedTuple

import pandas as pd

from ...bench.records import Case, Result, words
from ...bench.sweep import PRECISION
from ...bench.timing.kept import KeptSamples
from . import estimates, limits, peak_memory
from .estimates import Estimate, Located

STATUSES = ("wrong", "crashed", "timeout", "missing", "unsupported", "skipped", "ok")
"""Statuses from worst to best: a case has the worst status of its blocks."""

SPEEDUP_COLUMNS = (
    "baseline",
    "speedup",
    "speedup_low",
    "speedup_high",
    "speedup_interval",
    "paired",
    "pairs",
    "break_even_calls",
)


class Columns(NamedTuple):
    """Names of sizes and of parameters -> columns. A parameter in whole numbers may share the column of a size."""

    sizes: dict[str, str]
    parameters: dict[str, str]


def row(
    run: str, case: Case, results: list[Result], times: KeptSamples, found: Located, columns: Columns, precision: float
) -> dict[str, Any]:
    """The columns of a case in ``run``; without what `peak_memory` and `limits` add."""
    status = min((result.status for result in results), key=STATUSES.index)
    telling = [result for result in results if result.status == status]
    return {
        "run": run,
        **_case_columns(case, columns),
        "status": status,
        "reason": _reason(telling, len(results)),
        "warning": _joined(result.warning for result in results),
        "algorithm": results[-1].algorithm,
        **_time_columns(found.time),
        "precise": found.half_width <= precision if found.half_width == found.half_width else None,
        **_cost_columns(results),
        **_error_columns(results),
        "steady": _steady(results),
        "rounds": sum(map(len, times.rounds.values())),
        "dropped": times.dropped,
        "disturbed": times.disturbed,
        "blocks": len({result.block for result in results}),
        "predicted_ns": _middle(result.predicted_ns for result in results),
        "cap_ns": _middle(result.cap_ns for result in telling),
    }


def _case_columns(case: Case, columns: Columns) -> dict[str, Any]:
    whole = {name: value for name, value in case.parameters.items() if name not in columns.parameters} | case.sizes
    return {
        "suite": case.suite,
        "operation": case.operation,
        "implementation": case.implementation,
        "sizes": words(case.sizes),
        "parameters": words(case.parameters),
        **{column: whole.get(name) for name, column in columns.sizes.items()},
        **{column: case.parameters.get(name) for name, column in columns.parameters.items()},
        "dtype": case.dtype,
        "threads": case.threads,
        "device": case.device,
    }


def _time_columns(timed: Estimate) -> dict[str, Any]:
    return {"time_ns": timed.value, "low_ns": timed.low, "high_ns": timed.high, "interval": timed.interval}


def _cost_columns(results: list[Result]) -> dict[str, float]:
    fields = ("transfer_in_ns", "transfer_out_ns", "import_ns")
    costs = {field: _middle(getattr(result, field) for result in results) for field in fields}
    first_ns = _middle(map(first_call_ns, results))
    compiled_ns = _middle(result.compiled_ns for result in results)
    return {"first_call_ns": first_ns, "compiled_ns": compiled_ns, **costs}


def first_call_ns(result: Result) -> float | None:
    """What the first call of one block took or would have, had nothing been compiled before."""
    if result.first_call_ns is None:
        return None
    steady_ns = min((sample.wall_ns / sample.calls for sample in result.samples), default=0.0)
    return max(result.first_call_ns, steady_ns + (result.compiled_ns or 0))


def _error_columns(results: list[Result]) -> dict[str, float]:
    worst = max(results, key=lambda result: _or_less(result.error_over_bound))
    fields = ("error_over_bound", "error", "bound")
    return {field: _finite(getattr(worst, field)) for field in fields}


def _reason(telling: Sequence[Result], results: int) -> str:
    text = _joined(result.reason or _death(result) for result in telling)
    partly = telling[0].status != "ok" and len(telling) < results
    return f"{text} (in {len(telling)} of {results} blocks)".strip() if partly else text


def _death(result: Result) -> str:
    if result.exit is None:
        return ""
    return f"killed by {result.exit.signal}" if result.exit.signal else f"exit status {result.exit.status}"


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))


def _steady(results: Sequence[Result]) -> bool | None:
    answers = [result.steady for result in results if result.steady is not None]
    return all(answers) if answers else None


def _middle(values: Iterable[float | None]) -> float:
    there = [value for value in values if value is not None]
    return float(median(there)) if there else math.nan


def _finite(value: float | None) -> float:
    return value if value is not None and math.isfinite(value) else math.nan


def _or_less(value: float | None) -> float:
    return -math.inf if value is None or math.isnan(value) else value


def _names(dictionaries: Iterable[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for names in dictionaries for name in names))


def named_columns(cases: Sequence[Case]) -> Columns:
    """Column names: the names themselves, unless a column of that name means something else."""
    nobody, nothing = Case("", "", "", {}, {}, "", 0, ""), Columns({}, {})
    own = row("", nobody, [Result(case=nobody)], KeptSamples({}, 0, False), estimates.NOWHERE, nothing, PRECISION)
    taken = {*own, *peak_memory.COLUMNS, *limits.COLUMNS, *SPEEDUP_COLUMNS}
    sizes = {name: _free(name, taken) for name in _names(case.sizes for case in cases)}
    texts = {name for case in cases for name, value in case.parameters.items() if not isinstance(value, int)}
    names = [name for name in _names(case.parameters for case in cases) if name not in sizes or name in texts]
    return Columns(sizes, {name: _free(name, taken) for name in names})


def _free(name: str, taken: set[str]) -> str:
    """An unused column name, which is taken from now on."""
    places = chain([name, f"{name}_value"], (f"{name}_value_{place}" for place in count(2)))
    found = next(each for each in places if each not in taken)
    taken.add(found)
    return found


def typed(frame: pd.DataFrame, sizes: list[str], parameters: list[str]) -> pd.DataFrame:
    """Keeps whole numbers whole if some operations lack a size, and unknown truth values unknown."""
    numbers = dict.fromkeys(limits.NUMBERS, "float64")
    frame = frame.astype(
        {
            **numbers,
            **dict.fromkeys(sizes, "Int64"),
            "steady": "boolean",
            "precise": "boolean",
            "above_ceiling": "boolean",
        }
    )
    for column in parameters:
        values = frame[column].convert_dtypes()
        frame[column] = values.astype("string") if values.dtype == object else values
    return frame
