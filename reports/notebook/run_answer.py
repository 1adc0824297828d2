"""The answer of a run in a notebook: what to use at one size, a small table, and what is not ok."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from ...bench.records import words
from ..advice_text import paragraph
from ..rendering import render
from ..tables.advice import advise
from ..tables.asked import Question
from ..tables.frames import GROUP, Tables
from ..tables.limits import fault_text
from ..tables.speedups import BASELINE, choose_baseline, speedups
from ..tables.views import View, usual_operation, views
from ..units import MISSING, known, short_time, speed_range, speed_text, time_text

HEADS = ("", "one call", "95 % interval", "speed-up", "95 % interval")
FEW_REASONS = 5


def html(tables: Tables) -> str:
    """The page's answer at the size that it shows first, as HTML without scripts."""
    view = _usual_view(tables)
    baseline = choose_baseline(tables)
    return render(
        "notebook/answer.html",
        title=", ".join(part for part in (view.title, words(view.chosen)) if part),
        told=list(_told(tables, view)),
        heads=[*HEADS[:3], f"speed-up over {baseline}", HEADS[4]],
        rows=[_row(row) for row in _ranked(tables, view, baseline)],
        notes=list(_notes(tables, view)),
        text="",
    )


def _usual_view(tables: Tables) -> View:
    operation = usual_operation(tables)
    own = [view for view in views(tables) if view.operation == operation]
    first = [view for view in own if (view.parameters, view.dtype) == (own[0].parameters, own[0].dtype)]
    return max(first, key=lambda view: view.threads)


def _told(tables: Tables, view: View) -> Iterator[str]:
    """What to use there, as ``advise`` says it; that nothing was timed, if so."""
    if not view.of(tables.cases)["time_ns"].notna().any():
        yield "Nothing was timed."
        return
    parameters = dict(pair.split("=", 1) for pair in view.parameters.split(" ") if "=" in pair)
    question = Question(
        view.chosen, view.operation, dtype=view.dtype or None, threads=view.threads or None, parameters=parameters
    )
    yield paragraph(advise(tables, question))


def _ranked(tables: Tables, view: View, baseline: str | None) -> list[dict[Any, Any]]:
    """The cases at the size that is shown: the fastest first, then disturbed ones, then those without a time."""
    frame = view.of(tables.cases).merge(speedups(tables, baseline), how="left", on=[*GROUP, "implementation"])
    here: pd.DataFrame = frame.loc[frame["sizes"] == words(view.chosen)]
    rows: list[dict[Any, Any]] = here.to_dict("records")
    return sorted(rows, key=lambda row: (not known(row["time_ns"]), row["disturbed"], row["time_ns"]))


def _row(row: dict[Any, Any]) -> list[str]:
    name = row["implementation"] + ("" if row["algorithm"] == "direct" else f" ({row['algorithm']})")
    if not known(row["time_ns"]):
        capped = f"timeout, > {short_time(row['cap_ns'])}" if known(row["cap_ns"]) else row["status"]
        return [name, capped, MISSING, MISSING, MISSING]
    ends = f"{time_text(row['low_ns'])} – {time_text(row['high_ns'])}" if known(row["low_ns"]) else MISSING
    if row["disturbed"]:
        return [name, f"{time_text(row['time_ns'])}, disturbed", ends, MISSING, MISSING]
    if row["speedup_interval"] == BASELINE:
        return [name, time_text(row["time_ns"]), ends, BASELINE, MISSING]
    range_text = speed_range(row["speedup_low"], row["speedup_high"]) or MISSING
    return [name, time_text(row["time_ns"]), ends, speed_text(row["speedup"]), range_text]


def _notes(tables: Tables, view: View) -> Iterator[str]:
    """Counts, what is not ok and why, by what answers were judged, and warnings."""
    counts = tables.cases["status"].value_counts()
    yield f"{len(tables.cases)} cases: " + ", ".join(f"{count} {status}" for status, count in counts.items())
    bad = tables.cases.loc[tables.cases["status"].isin(["wrong", "crashed"])]
    for row in bad.head(FEW_REASONS).to_dict("records"):
        yield f"{row['status']}: {row['operation']}/{row['implementation']} {row['sizes']}: {row['reason']}"
    if len(bad) > FEW_REASONS:
        yield f"and {len(bad) - FEW_REASONS} more; see .cases"
    if tolerance := tables.run.operations.get(view.operation, {}).get("tolerance"):
        yield f"Answers were judged by the suite’s tolerance, {tolerance}; no bound was derived."
    if fault := fault_text(tables.cases):
        yield f"Warning: {fault}"
    for warning in tables.run.remarks:
        yield f"Warning: {warning}"
