"""What every implementation takes at one size, within what was measured: its call, first call and import.

source   where a time is from: MEASURED; INTERPOLATED between measured sizes; MODELLED, from the fit of its times, where
         it has no undisturbed time at one of the sizes around; NOWHERE without a time. A case that failed there is
         not modelled
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from ...bench.records import Result, words
from . import estimates
from .case_rows import first_call_ns
from .estimates import NOTHING, TOO_FEW, Estimate
from .frames import GROUP, Tables
from .growth import fits
from .interpolation import corners, interpolated
from .modelled import modelled
from .speedups import TimedCase, groups
from .views import View

MEASURED, INTERPOLATED, MODELLED, NOWHERE = "measured", "interpolated", "modelled", ""

UNTRIED = ("ok", "skipped", "timeout")
"""Statuses beside which a time is still predicted: the implementation can do it, or was not asked."""

DISTURBED = "disturbed by other programs"
NO_FIT = "not timed at every neighbouring size, and no fit of its times holds here"


class SizedTime(NamedTuple):
    """One implementation at one size. ``reason``: why it has no time. ``timed``: the case, where it was measured."""

    implementation: str
    algorithm: str
    source: str
    time: Estimate
    first_call: Estimate
    imported: Estimate
    disturbed: bool = False
    reason: str = ""
    timed: TimedCase | None = None


class HeldTimes(NamedTuple):
    """The cases of one implementation in a view, and its undisturbed times and first calls by size."""

    rows: pd.DataFrame
    times: dict[str, Estimate]
    firsts: dict[str, Estimate]
    imported: Estimate

    @property
    def name(self) -> str:
        return str(self.rows["implementation"].iloc[0])

    @property
    def algorithm(self) -> str:
        return str(self.rows["algorithm"].iloc[0])


def at_size(tables: Tables, view: View, sizes: Mapping[str, int]) -> list[SizedTime]:
    """What each implementation of a view takes at a size within those measured, in no order."""
    key = words(dict(sizes))
    contest = _contest(tables, view, key)
    fitted: dict[Any, Any] = {row["implementation"]: row for row in fits(tables, [view]).to_dict("records")}
    held = [_held(tables, rows) for _, rows in view.of(tables.cases).groupby("implementation", sort=False)]
    return [
        _measured(tables, key, each, contest)
        if contest and (each.rows["sizes"] == key).any()
        else _between(tables, view, sizes, each, fitted.get(each.name))
        for each in held
    ]


def _held(tables: Tables, rows: pd.DataFrame) -> HeldTimes:
    times, firsts = {}, {}
    for place, row in zip(rows.index, rows.to_dict("records"), strict=True):
        if row["time_ns"] == row["time_ns"] and not row["disturbed"]:
            times[row["sizes"]] = Estimate(row["time_ns"], row["low_ns"], row["high_ns"], row["interval"])
            firsts[row["sizes"]] = first_call(row["first_call_ns"], tables.results[place])
    return HeldTimes(rows, times, firsts, import_time(tables, rows))


def first_call(value: float, results: Sequence[Result]) -> Estimate:
    """The first call of a case, of which this is the column ``first_call_ns``, from what its blocks recorded."""
    return estimates.of_readings(value, [each for each in map(first_call_ns, results) if each])


def import_time(tables: Tables, rows: pd.DataFrame) -> Estimate:
    """The import of an implementation, from its rows of a view; a process that measured several cases counts once."""
    readings = {each.import_ns for place in rows.index for each in tables.results[place] if each.import_ns}
    return estimates.of_readings(rows["import_ns"].median(), sorted(readings))


def _contest(tables: Tables, view: View, key: str) -> dict[str, TimedCase]:
    wanted = {**{name: getattr(view, name) for name in GROUP if name != "sizes"}, "sizes": key}
    return {one.implementation: one for group, contenders in groups(tables) if group == wanted for one in contenders}


def _measured(tables: Tables, key: str, held: HeldTimes, contest: Mapping[str, TimedCase]) -> SizedTime:
    here = held.rows.loc[held.rows["sizes"] == key]
    [row] = here.to_dict("records")
    timed = contest.get(held.name)
    if timed is None:
        why = row["status"] + (f": {row['reason']}" if row["reason"] else "")
        return SizedTime(held.name, held.algorithm, NOWHERE, NOTHING, NOTHING, held.imported, reason=why)
    first, algorithm = first_call(row["first_call_ns"], tables.results[here.index[0]]), row["algorithm"]
    own = row["import_ns"]
    imported = held.imported._replace(value=own) if own == own else held.imported
    why = DISTURBED if timed.disturbed else ""
    return SizedTime(held.name, algorithm, MEASURED, timed.time, first, imported, timed.disturbed, why, timed)


def _between(
    tables: Tables, view: View, sizes: Mapping[str, int], held: HeldTimes, fit: Mapping[str, Any] | None
) -> SizedTime:
    time = interpolated(view, sizes, held.times)
    if time is not None:
        first = interpolated(view, sizes, held.firsts) or NOTHING
        return SizedTime(held.name, held.algorithm, INTERPOLATED, time, first, held.imported)
    reason = next(_failures(held, {key for key, _ in corners(view, sizes)}), "")
    time = modelled(tables, view, sizes, fit) if fit and not reason else None
    if time is None:
        why = reason or NO_FIT
        return SizedTime(held.name, held.algorithm, NOWHERE, NOTHING, NOTHING, held.imported, reason=why)
    first = _first_beside(view, sizes, held, time)
    return SizedTime(held.name, held.algorithm, MODELLED, time, first, held.imported)


def _failures(held: HeldTimes, keys: set[str]) -> Iterator[str]:
    for row in held.rows.to_dict("records"):
        if row["sizes"] in keys and row["status"] not in UNTRIED:
            yield f"{row['status']} at {row['sizes']}" + (f": {row['reason']}" if row["reason"] else "")


def _first_beside(view: View, sizes: Mapping[str, int], held: HeldTimes, time: Estimate) -> Estimate:
    """A modelled first call: what that of the nearest measured size takes more than a steady one; without interval."""
    by_distance = sorted(view.sizes, key=lambda size: sum(abs(math.log(size[name] / sizes[name])) for name in size))
    more = (held.firsts[key].value - held.times[key].value for key in map(words, by_distance) if key in held.firsts)
    value = time.value + next((max(each, 0.0) for each in more if each == each), math.nan)
    return Estimate(value, math.nan, math.nan, TOO_FEW) if value == value else NOTHING
