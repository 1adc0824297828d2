"""The goals of a suite, and what a run reached.

Values and intervals are those of `frames` and `speedups`. A disturbed time
reaches no goal, nor does one below its own limit, which is a fault of the
measurement; ``why`` says so.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import pandas as pd

from ...bench.contract import Goal
from ...bench.records import words
from ..units import bytes_text, digits, known
from .estimates import NOTHING, Estimate
from .frames import Tables
from .speedups import speedups

COLUMNS = ("goal", "operation", "sizes", "dtype", "implementation", "measure", "over", "value", "low", "high", "reach")
COLUMNS = (*COLUMNS, "reached", "why", "blocks")
AT_MOST = ("over limit", "peak bytes")
DISTURBED, FAULT = "disturbed", "less time than its limit allows, a fault"
WORDS = {"over limit": "its limit", "peak bytes": "beyond its inputs", "times faster": "faster than "}


class Reached(NamedTuple):
    """What one implementation reached, against which other one, and why there is no value."""

    value: Estimate
    over: str = ""
    why: str = ""


def goals(tables: Tables) -> pd.DataFrame:
    """A row per goal, size and dtype of the run; without a time ``value`` is NaN and ``reached`` False."""
    return pd.DataFrame([_row(tables, *each) for each in _wanted(tables)], columns=list(COLUMNS))


def text(tables: Tables) -> str:
    """The goals as a table of plain text, ready for a terminal or a Markdown file."""
    rows = [_cells(row) for row in goals(tables).to_dict("records")]
    head = ("what", "at", "goal", "measured", "95 % interval", "by", "")
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    lines = [head, tuple("-" * width for width in widths), *rows]
    return "\n".join("| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines)


def _wanted(tables: Tables) -> Iterator[tuple[Goal, str, str]]:
    ran = set(tables.cases[["operation", "sizes", "dtype"]].itertuples(index=False, name=None))
    for goal in tables.run.goals:
        for sizes, dtype in product(map(words, map(dict, goal.sizes)), goal.dtypes):
            if (goal.operation, sizes, dtype) in ran:
                yield goal, sizes, dtype


def _row(tables: Tables, goal: Goal, sizes: str, dtype: str) -> dict[str, Any]:
    cases = tables.cases
    here = (cases["operation"] == goal.operation) & (cases["sizes"] == sizes) & (cases["dtype"] == dtype)
    found = {stem: _reached(tables, goal, cases.loc[here], stem) for stem in goal.implementations}
    worst = goal.measure in AT_MOST
    stem, (value, over, why) = min(found.items(), key=lambda pair: _rank(pair[1].value.value, worst))
    reached = value.value <= goal.reach if worst else value.value >= goal.reach
    rows = cases.loc[here & (cases["implementation"] == stem)]
    return {
        "goal": goal.what,
        "operation": goal.operation,
        "sizes": sizes,
        "dtype": dtype,
        "implementation": stem,
        "measure": goal.measure,
        "over": over,
        "value": value.value,
        "low": value.low,
        "high": value.high,
        "reach": goal.reach,
        "reached": bool(reached),
        "why": why,
        "blocks": int(rows["blocks"].max()) if len(rows) else 0,
    }


def _rank(value: float, at_most: bool) -> float:
    if not known(value):
        return float("inf")
    return value if at_most else -value


def _reached(tables: Tables, goal: Goal, cases: pd.DataFrame, stem: str) -> Reached:
    rows = cases.loc[cases["implementation"] == stem].to_dict("records")
    if not rows:
        return Reached(NOTHING)
    row = rows[0]
    if goal.measure == "peak bytes":
        most = row["peak_bytes"] if known(row["peak_bytes"]) else row["peak_below_bytes"]
        return Reached(Estimate(most, float("nan"), float("nan"), row["interval"]))
    disturbed = set(cases.loc[cases["disturbed"], "implementation"])
    if disturbed & {stem, *goal.over}:
        return Reached(NOTHING, " and ".join(goal.over), DISTURBED)
    if goal.measure == "times faster":
        gains = [Reached(_speedup(tables, cases, stem, base), base) for base in goal.over]
        return min(gains, key=lambda gain: _rank(gain.value.value, True))
    if not pd.isna(row["above_ceiling"]) and row["above_ceiling"]:
        return Reached(NOTHING, why=FAULT)
    return Reached(Estimate(row["over_limit"], row["over_limit_low"], row["over_limit_high"], row["interval"]))


def _speedup(tables: Tables, cases: pd.DataFrame, stem: str, base: str) -> Estimate:
    frame = speedups(tables, base)
    keys = cases.loc[
        cases["implementation"] == stem, ["operation", "parameters", "dtype", "threads", "device", "sizes"]
    ]
    rows = frame.loc[frame["implementation"] == stem].merge(keys).to_dict("records")
    if not rows:
        return NOTHING
    row = rows[0]
    return Estimate(row["speedup"], row["speedup_low"], row["speedup_high"], row["speedup_interval"])


def _cells(row: dict) -> tuple[str, ...]:
    write = bytes_text if row["measure"] == "peak bytes" else digits
    sign = "≤" if row["measure"] in AT_MOST else "≥"
    unit = "" if row["measure"] == "peak bytes" else "×"
    ends = f"{write(row['low'])} – {write(row['high'])}" if known(row["low"]) else ""
    return (
        row["goal"],
        f"{row['sizes']} {row['dtype']}",
        f"{sign} {write(row['reach'])}{unit} {WORDS[row['measure']]}{row['over']}",
        f"{write(row['value'])}{unit if known(row['value']) else ''}",
        ends,
        f"{row['implementation']}, {row['blocks']} processes",
        "reached" if row["reached"] else f"not reached: {row['why']}" if row["why"] else "not reached",
    )
