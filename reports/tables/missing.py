"""Why cases have no time, each reason listed once."""

import re
from collections.abc import Sequence

import pandas as pd

from .case_rows import STATUSES
from .frames import Tables
from .left_out import left_out

COLUMNS = ["implementation", "operation", "status", "reason", "first", "sizes", "cases"]

NUMBER = re.compile(r"(?<!\S)\d+(?:\.\d+)?(?:e[+-]?\d+)?(?=[\s,;]|$)")
"""A number that is a word of its own, unlike those in a shape or in the name of a line."""


def absent(tables: Tables) -> pd.DataFrame:
    """`missing`, and below it where an implementation was left out: what has no time, or no case."""
    beside = left_out(tables)
    found = missing(tables.cases)
    return found if beside.empty else pd.concat([found, _by_reason(beside)[COLUMNS]], ignore_index=True)


def missing(cases: pd.DataFrame) -> pd.DataFrame:
    """A row per implementation x status x reason, the worst status first; numbers in a reason may differ.

    With the operations, the first of the sizes, how many those are, and the count of cases.
    """
    rows = _by_reason(cases[cases["status"] != "ok"])
    order = rows["status"].map({status: place for place, status in enumerate(STATUSES)})
    rows = rows.assign(order=order).sort_values(["order", "cases"], ascending=[True, False], kind="stable")
    return rows[COLUMNS]


def _by_reason(rows: pd.DataFrame) -> pd.DataFrame:
    kind = rows["reason"].map(lambda reason: repr(NUMBER.split(str(reason)))).rename("kind")
    found = rows.groupby(["implementation", "status", kind], sort=False).agg(
        operation=("operation", lambda names: ", ".join(names.unique())),
        reason=("reason", lambda reasons: told_once(reasons.unique())),
        first=("sizes", "first"),
        sizes=("sizes", "nunique"),
        cases=("status", "size"),
    )
    return found.reset_index().drop(columns="kind")


def told_once(reasons: Sequence[str]) -> str:
    """One text for reasons that differ only in numbers: ``takes 1.2 to 9 s``."""
    of_each_place = zip(*map(NUMBER.findall, reasons), strict=True)
    told = (" to ".join(dict.fromkeys((min(numbers, key=float), max(numbers, key=float)))) for numbers in of_each_place)
    return NUMBER.sub(lambda _: next(told), reasons[0])
