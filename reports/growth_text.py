"""How times grow, as Markdown: fits, crossovers, thread scaling."""

from collections.abc import Iterable
from math import prod
from typing import Any

import pandas as pd

from ..bench.records import words
from .markdown import escaped, interval, table
from .tables.crossovers import crossovers
from .tables.frames import Tables
from .tables.growth import fits
from .tables.scaling import threads
from .tables.speedups import AHEAD
from .tables.views import View, views
from .units import MISSING, digits, percent_text, rate_text, speed_range, speed_text, time_text

FIT_HEAD = ["implementation", "fixed cost", "rate", "rate in cache", "cost of a row", "misfit", "worst misfit", "at"]
ALL_THREADS = ["operation", "parameters", "dtype", "device"]
CROSSOVER_HEAD = ["view", "along", "at", "fastest below", "fastest above", "overtakes at", "95 % interval"]


def fit_tables(tables: Tables) -> Iterable[str]:
    """A table for each view that has a fit."""
    frame = fits(tables)
    frame = frame.loc[frame["misfit"].notna()]
    yield (
        "time = fixed cost + bytes ÷ rate (+ rows × cost of a row), with the least bytes that the algorithm must move; "
        "misfit is the median distance of the fit from the times. " + MISSING + ": not estimated, or not needed."
        if len(frame)
        else "No implementation was timed at enough sizes."
    )
    for view in views(tables):
        rows = [_fit_row(row) for row in view.of(frame).to_dict("records")]
        if rows:
            yield f"### {escaped(view.title)}"
            yield table(FIT_HEAD, rows)


def _fit_row(row: dict) -> list[str]:
    return [
        escaped(row["implementation"]),
        time_text(row["fixed_ns"]),
        rate_text(row["bytes_per_second"]),
        rate_text(row["cached_bytes_per_second"]),
        time_text(row["row_ns"]),
        percent_text(row["misfit"]),
        percent_text(row["misfit_worst"]),
        escaped(row["worst_at"]),
    ]


def crossover_table(tables: Tables) -> str:
    """All crossovers that are clear of noise."""
    frame = crossovers(tables)
    clear = frame.loc[frame["verdict"] == AHEAD]
    rest = len(frame) - len(clear)
    rows = [_crossover_row(view, row) for view in views(tables) for row in view.of(clear).to_dict("records")]
    noise = f"{rest} more {'is' if rest == 1 else 'are'} within noise." if rest else ""
    shown = table(CROSSOVER_HEAD, rows) if rows else "No implementation clearly overtakes another as the fastest."
    return "\n\n".join(part for part in (shown, noise) if part)


def _crossover_row(view: View, row: dict) -> list[str]:
    return [
        escaped(view.title),
        escaped(row["along"]),
        escaped(row["fixed"]) or MISSING,
        escaped(row["before"]),
        escaped(row["after"]),
        f"{escaped(row['along'])} ≈ {digits(row['at'])}",
        interval(row["at_low"], row["at_high"]),
    ]


def thread_tables(tables: Tables) -> Iterable[str]:
    """At the largest size timed with several thread counts: speed-up over one thread, and efficiency."""
    frame = threads(tables)
    if frame.empty:
        yield "No case was timed both on one thread and on several."
        return
    counts = [count for count in sorted(set(frame["threads"])) if count > 1]
    for view in views(tables):
        here = frame.loc[(frame[ALL_THREADS] == [getattr(view, name) for name in ALL_THREADS]).all(axis=1)]
        if view.threads != 1 or here.empty:
            continue
        there = set(here["sizes"])
        largest = max((size for size in view.sizes if words(size) in there), key=lambda size: prod(size.values()))
        shown = here.loc[here["sizes"] == words(largest)]
        yield f"### {escaped(', '.join([*view.title.split(', ')[:2], words(largest)]))}"
        rows = [_thread_row(name, found, counts) for name, found in shown.groupby("implementation", sort=False)]
        yield table(["implementation", "on 1 thread", *(f"{count} threads" for count in counts)], rows)


def _thread_row(name: Any, rows: pd.DataFrame, counts: list[int]) -> list[str]:
    found = {row["threads"]: row for row in rows.to_dict("records")}
    return [escaped(str(name)), time_text(found[1]["time_ns"]), *(_scaled(found.get(count)) for count in counts)]


def _scaled(row: dict | None) -> str:
    if row is None:
        return MISSING
    ends = speed_range(row["speedup_low"], row["speedup_high"])
    told = speed_text(row["speedup"]) + (f" ({ends})" if ends else "")
    return f"{told}, {percent_text(row['efficiency'])}"
