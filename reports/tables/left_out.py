"""Implementations that a run timed, and did not ask for at every size of an operation: where, and why."""

import pandas as pd

from ...bench.interop import tool_of
from ...bench.records import Run, words
from ...bench.sweep import PRESETS
from .frames import VIEW, Tables
from .views import views

LEFT_OUT = "left out"
"""Stands where another case has its status."""


def left_out(tables: Tables) -> pd.DataFrame:
    """A row per view x implementation x size without a case, if the run timed the implementation for the operation."""
    cases, reason = tables.cases, reason_of(tables.run)
    timed = cases.loc[cases["time_ns"].notna(), ["operation", "implementation"]].drop_duplicates()
    there = set(cases[[*VIEW, "sizes", "implementation"]].itertuples(index=False, name=None))
    rows = [
        (*key, words(size), name, LEFT_OUT, reason)
        for view in views(tables)
        for key in [tuple(getattr(view, column) for column in VIEW)]
        for name in timed.loc[timed["operation"] == view.operation, "implementation"]
        for size in view.sizes
        if (*key, words(size), name) not in there
    ]
    return pd.DataFrame(rows, columns=[*VIEW, "sizes", "implementation", "status", "reason"])


def reason_of(run: Run) -> str:
    """Why a run has no case where it might have had one."""
    if tool_of(run):
        return "the file has no such benchmark"
    if not run.finished_at:
        return "the run ended before it"
    if run.preset in PRESETS and not run.options.get("sizes"):
        return f"the preset {run.preset} measures it at other sizes only"
    return "not part of this run"
