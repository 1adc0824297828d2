"""The figures of `repeatability` as Markdown tables."""

from collections.abc import Iterable, Sequence

from ..markdown import escaped, table
from ..units import MISSING
from .agreement import ALL, SEVERAL_BLOCKS, Intervals, Winners
from .agreement_groups import OFF_FACTOR, Group, LoadEffect
from .run_trials import HEADLINE_BLOCKS, HEADLINE_PLACES, RunTrial

NOMINAL = "normal errors: 95 %"
IN_FIRST = "normal errors: 83 %"
SAME_WINNER = "goal: 98 %"


def text(groups: Sequence[Group], trials: Sequence[RunTrial]) -> str:
    """Per group its figures, then its kinds of intervals; at the end a line a run."""
    if not groups:
        return "The file has no runs yet; 'rooflinear calibrate --report --runs 2' adds two."
    parts = [part for group in groups for part in (f"## {_title(group)}", figures(group), kinds(group))]
    return "\n\n".join([*parts, "## Runs", runs(trials)])


def figures(group: Group) -> str:
    """The figures that matter, each with what it was counted from."""
    rows = [row for each in group.intervals if each.kind == ALL for row in _interval_rows(each)]
    rows += [row for each in group.winners if each.pairs for row in _winner_rows(each)]
    if group.rank_correlation is not None:
        pairs = f"{group.rank_correlations} contests of pairs of runs"
        rows += [["rank correlation of times in a contest, median", f"{group.rank_correlation:.3f}", pairs]]
    enough = f"baseline and {HEADLINE_PLACES} fastest in {HEADLINE_BLOCKS} or more processes"
    several = f"contests, {group.known_well} of them with the baseline in {SEVERAL_BLOCKS} or more"
    rows += [
        [enough, of(group.headline, group.contests), several],
        ["time inside timed slices", percent(group.timed_share), "median of runs"],
        ["seconds, cases ok, skipped for time, disturbed", _counts(group), "median of runs"],
    ]
    rows += _loaded_rows(group.against_idle) if group.against_idle else []
    return table(["what", "value", "of"], rows)


def kinds(group: Group) -> str:
    """Widths, coverage and distances by kind of interval."""
    head = ["interval of", "kind", "intervals", "half-width, median", "90 %"]
    head += ["pairs", f"covered ({NOMINAL})", f"inside the other's ({IN_FIRST})", "difference, median", "90 %"]
    return table(head, [_kind_row(each) for each in group.intervals])


def runs(trials: Iterable[RunTrial]) -> str:
    """A line a run, in the order of the file."""
    head = ["started", "commit", "preset", "load", "seconds", "timed", "ok", "not ok", "skipped for time", "disturbed"]
    return table(head, [_run_row(trial) for trial in trials])


def _title(group: Group) -> str:
    counted = f"{group.runs} run" + ("s" if group.runs != 1 else "")
    return f"{escaped(group.machine)}: {group.preset}, {_load(group.load, group.nice)}, {counted}"


def _interval_rows(each: Intervals) -> list[list[str]]:
    name, pairs = each.quantity, f"{each.pairs} of pairs of runs"
    widths = _both(each.half_width, each.half_width_p90)
    rows = [[f"half-width of a {name}'s interval, median (90 %)", widths, f"{each.intervals} intervals"]]
    if each.pairs:
        rows += [
            [
                f"{name}s whose intervals allow for the difference between two runs",
                percent(each.covered),
                f"{pairs}; {NOMINAL}",
            ],
            [f"{name}s inside the other run's interval", percent(each.in_first), f"{pairs}; {IN_FIRST}"],
            [f"difference of a {name} between two runs, median (90 %)", _both(each.apart, each.apart_p90), pairs],
        ]
    return rows


def _winner_rows(each: Winners) -> list[list[str]]:
    where = "" if each.contests == ALL else f", {each.contests}"
    return [
        [f"same winner in two runs{where}", share(each.same, each.pairs), f"{each.pairs} contests of pairs of runs"],
        [f"same winner where one run calls it ahead{where}", share(each.ahead_same, each.ahead),
         f"{each.ahead}; {SAME_WINNER}; {each.allowed} others within noise of it"],
        [f"contradicted: the other run calls another one ahead{where}", share(each.contradicted, each.ahead),
         of(each.contradicted, each.ahead)],
    ]  # fmt: skip


def _loaded_rows(found: LoadEffect) -> list[list[str]]:
    worst = ", ".join(f"{escaped(each.case)} {each.ratio:.3g}×" for each in found.worst)
    return [
        ["cases of idle runs that keep an unmarked time", share(found.kept, found.wanted),
         f"{of(found.kept, found.wanted)}; {found.idle_runs} idle runs"],
        [f"of them off by more than a factor of {OFF_FACTOR:g}", of(found.off, found.kept), worst or "none"],
    ]  # fmt: skip


def _kind_row(each: Intervals) -> list[str]:
    return [
        each.quantity,
        escaped(each.kind),
        str(each.intervals),
        width(each.half_width),
        width(each.half_width_p90),
        str(each.pairs),
        percent(each.covered),
        percent(each.in_first),
        width(each.apart),
        width(each.apart_p90),
    ]


def _run_row(trial: RunTrial) -> list[str]:
    ok = trial.statuses.get("ok", 0)
    return [
        trial.started_at or MISSING,
        (trial.commit or MISSING)[:8] + (" with changes" if trial.dirty else ""),
        trial.preset,
        _load(trial.load, trial.nice),
        f"{trial.seconds:.0f}",
        percent(trial.timed_share),
        str(ok),
        str(sum(trial.statuses.values()) - ok),
        str(trial.skipped_for_time),
        str(trial.disturbed),
    ]


def _load(load: int, nice: int) -> str:
    return f"{load} busy" + (f" at nice {nice}" if nice else "") if load else "idle"


def _counts(group: Group) -> str:
    numbers = (group.seconds, group.ok, group.skipped_for_time, group.disturbed)
    return ", ".join(f"{number:.0f}" for number in numbers)


def _both(middle: float | None, high: float | None) -> str:
    return f"{width(middle)} ({width(high)})"


def width(value: float | None) -> str:
    """Of a relative length; what is many times as long is a factor."""
    if value is None:
        return MISSING
    return f"{value:.1%}" if value < 10 else f"{value + 1:.3g}×"


def percent(value: float | None) -> str:
    """``95.0%``."""
    return MISSING if value is None else f"{value:.1%}"


def share(part: int, whole: int) -> str:
    """In per cent; a dash of nothing."""
    return percent(part / whole if whole else None)


def of(part: int, whole: int) -> str:
    """``3 of 4``."""
    return f"{part} of {whole}"
