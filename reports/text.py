"""A run as Markdown, CSV, JSON and Parquet."""

from collections.abc import Iterable
from io import BytesIO

import msgspec
import pandas as pd

from ..bench.records import words
from .growth_text import crossover_table, fit_tables, thread_tables
from .markdown import escaped, table
from .tables.frames import GROUP, Tables, imprecise, status_counts
from .tables.limits import fault_text
from .tables.missing import absent
from .tables.speedups import AHEAD, UNKNOWN_LEAD, WITHIN_NOISE, choose_baseline, speedups, winners
from .tables.views import View, views
from .units import MISSING, bytes_text, known, lead_text, speed_range, speed_text, time_text


def csv(frame: pd.DataFrame) -> bytes:
    """One line per case; a missing value is empty."""
    return frame.to_csv(index=False).encode()


def json(frame: pd.DataFrame) -> bytes:
    """A list of objects, one per case; a missing value is null."""
    objects = frame.astype(object).where(frame.notna(), None)
    return msgspec.json.format(msgspec.json.encode(objects.to_dict("records")), indent=1) + b"\n"


def parquet(frame: pd.DataFrame) -> bytes:
    """One row per case, with its types."""
    stream = BytesIO()
    frame.to_parquet(stream, index=False)
    return stream.getvalue()


def markdown(tables: Tables, baseline: str | None = None) -> bytes:
    """What was run, the fastest at each size and its lead, what is missing and why."""
    baseline = choose_baseline(tables, baseline)
    parts = [
        "# rooflinear report",
        _machine(tables),
        _faults(tables),
        "## The fastest at each size",
        _legend(),
        *_winner_tables(tables),
        "## Speed-up" + (f" over {escaped(baseline)}" if baseline and baseline != tables.tool else ""),
        *_speedup_tables(tables, baseline),
        "## How time grows with size",
        *fit_tables(tables),
        "## Where the fastest changes",
        crossover_table(tables),
        "## Thread scaling",
        *thread_tables(tables),
        "## Disturbed" if tables.cases["disturbed"].any() else "",
        _disturbed(tables),
        "## Missing, and why",
        _missing(tables),
        "## Statuses",
        _statuses(tables),
    ]
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def _machine(tables: Tables) -> str:
    run, machine = tables.run, tables.run.machine
    cores = f"{machine.cores_available} of {machine.cores_logical or '?'} cores"
    commit = (run.commit or MISSING)[:12] + (" with changes" if run.dirty else "")
    lines = [
        f"{machine.name}: {machine.cpu}, {cores}, {bytes_text(machine.memory_bytes)} of memory, {machine.system}",
        f"run {run.started_at or MISSING}, commit {commit}, Python {machine.python}, seed {run.seed}",
        ", ".join(f"{name} {version}" for name, version in run.versions.items()),
        *(f"warning: {text}" for text in dict.fromkeys([*machine.warnings, *run.remarks])),
    ]
    return "\n".join(f"- {escaped(line)}" for line in lines if line)


def _faults(tables: Tables) -> str:
    text = fault_text(tables.cases)
    return f"**Warning:** {escaped(text)}" if text else ""


def _legend() -> str:
    return (
        "A cell names the fastest, its lead over the next, and its time for one call. "
        "`≈` marks a lead whose 95 % interval includes 1 (within noise), `?` a lead with too few samples, `†` another "
        "algorithm than the direct one. Disturbed times have no rank."
    )


def _winner_tables(tables: Tables) -> Iterable[str]:
    frame = winners(tables)
    for view in views(tables):
        alone = _alone(tables, view)
        cell = _time_cell if alone else _winner_cell
        cells = {row["sizes"]: cell(row) for row in view.of(frame).to_dict("records")}
        yield f"### {escaped(view.title)}"
        yield _matrix(view, cells, "one call" if alone else "fastest")


def _alone(tables: Tables, view: View) -> bool:
    """Whether a view has only a benchmark of another tool that is not ranked against others."""
    return set(view.of(tables.cases)["implementation"]) == {tables.tool}


def _time_cell(row: dict) -> str:
    return time_text(row["winner_ns"])


def _winner_cell(row: dict) -> str:
    if row["winner"] is None or not known(row["winner"]):
        return MISSING
    name = f"**{escaped(row['winner'])}**" + ("" if row["winner_algorithm"] == "direct" else "†")
    marks = {WITHIN_NOISE: "≈", UNKNOWN_LEAD: "?"}
    if row["verdict"] in marks:
        name += f" {marks[row['verdict']]} {escaped(row['runner_up'])}"
    lead = f", {lead_text(row['lead'])}" if row["verdict"] == AHEAD else ""
    return f"{name}{lead}, {time_text(row['winner_ns'])}"


def _matrix(view: View, cells: dict[str, str], head: str) -> str:
    """Rows: all sizes but the last; columns: the last one."""
    *outer, last = view.size_names or [""]
    if not outer:
        rows = [[words(size), cells.get(words(size), MISSING)] for size in view.sizes]
        return table([escaped(last), head], rows)
    columns = sorted({size[last] for size in view.sizes})
    heads = list(dict.fromkeys(words({name: size[name] for name in outer}) for size in view.sizes))
    rows = [[head, *(cells.get(f"{head} {last}={column}", MISSING) for column in columns)] for head in heads]
    return table(["", *(f"{last}={column}" for column in columns)], rows)


def _speedup_tables(tables: Tables, baseline: str | None) -> Iterable[str]:
    if baseline is None:
        yield "Nothing was timed."
        return
    frame = speedups(tables, baseline)
    cases = tables.cases[[*GROUP, "implementation", "time_ns", "disturbed", "precise"]]
    frame = frame.merge(cases, how="left", on=[*GROUP, "implementation"])
    shown = [view for view in views(tables) if not _alone(tables, view)]
    if not shown:
        yield "No benchmarks are compared with each other."
    for view in shown:
        here = [row for row in view.of(frame).to_dict("records") if row["sizes"] == words(view.chosen)]
        here.sort(key=lambda row: (row["disturbed"], -row["speedup"]))
        yield "### " + ", ".join(escaped(part) for part in (view.title, words(view.chosen)) if part)
        own = next((row for row in here if row["implementation"] == baseline), None)
        if own is None or own["disturbed"]:
            yield f"{escaped(baseline)} {'has no time' if own is None else 'was disturbed'} here."
            continue
        rows = [_speedup_row(row, own, imprecise(tables.run)) for row in here]
        yield table(["implementation", "speed-up", "95 % interval", "kind of interval"], rows)


def _speedup_row(row: dict, base: dict, wider: str) -> list[str]:
    name = escaped(row["implementation"])
    if row["disturbed"]:
        return [name, MISSING, MISSING, f"disturbed: its time of {time_text(row['time_ns'])} is unreliable"]
    notes = [
        row["speedup_interval"],
        "" if row["paired"] else "unpaired",
        wider if row is not base and (row["precise"] is False or base["precise"] is False) else "",
    ]
    ends = speed_range(row["speedup_low"], row["speedup_high"]) or MISSING
    return [name, speed_text(row["speedup"]), ends, ", ".join(note for note in notes if note)]


def _disturbed(tables: Tables) -> str:
    """The disturbed cases and the busy programs: these times are in no other table."""
    found = tables.cases.loc[tables.cases["disturbed"]]
    if found.empty:
        return ""
    rows = [
        [escaped(str(name)), escaped(str(operation)), str(len(group)), escaped(group["warning"].iloc[0])]
        for (name, operation), group in found.groupby(["implementation", "operation"], sort=False)
    ]
    return (
        "In every process, more than half of the samples lost time to other programs. Such a time is unreliable and "
        "has no rank.\n\n" + table(["implementation", "operation", "cases", "first of them"], rows)
    )


def _missing(tables: Tables) -> str:
    shown = absent(tables)[["implementation", "operation", "status", "reason", "cases"]]
    rows = [[escaped(str(value)) for value in row] for row in shown.itertuples(index=False)]
    return table(list(shown.columns), rows) if rows else "Nothing: every case is ok."


def _statuses(tables: Tables) -> str:
    counts = status_counts(tables.cases)
    shown = list(counts.columns[counts.any().to_numpy()])
    rows = [[escaped(str(name)), *map(str, row[shown])] for name, row in counts.iterrows()]
    return table(["implementation", *shown], rows)
