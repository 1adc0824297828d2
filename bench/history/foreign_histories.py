"""Results that other tools have left over time, read as a history: unpaired, so that a change is only suspected."""

import json
import math
import statistics
import warnings
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from .. import interop
from ..errors import UsageError
from ..gate.margins import PINNED
from ..interop.asv_beside import LIST, MACHINE
from ..records import Result
from .change_points import change_points, jumps
from .history_records import History, Nominee, Point, Series
from .records import Commit

KEPT = (".asv/results", ".benchmarks")
"""Where the tools keep results below a project."""

UNPAIRED = "not measured side by side; 'rooflinear compare' or 'bisect' tells"


class Kept(NamedTuple):
    """A file: its commit, the machine and environment that it was measured in, and seconds by benchmark."""

    commit: Commit
    place: str
    times_ns: dict[str, float]
    tool: str


def read(folder: Path) -> History:
    """All files of results below a folder. Raises `UsageError` where there are none."""
    kept, faults = _files(folder)
    if not kept:
        told = f"; {faults[0]}" if faults else ""
        raise UsageError(f"--read {folder}: contains no results of asv or pytest-benchmark{told}")
    commits = _commits(kept)
    places = dict.fromkeys(each.place for each in kept)
    series = [one for place in places for one in _series(kept, commits, place, len(places) > 1)]
    found = [nominee for each in series for nominee in suspected(each, commits)]
    order = {each.name: place for place, each in enumerate(commits)}
    found.sort(key=lambda each: (order[each.commit.name], each.case))
    reason = f"{len(found)} change{'s are' if len(found) != 1 else ' is'} suspected; none can be confirmed"
    many = "1 file was" if len(faults) == 1 else f"{len(faults)} files were"
    left_out = [f"{many} left out: {faults[0]}"] if faults else []
    return History(
        verdict="unpaired", reason=reason if found else "no change is suspected", method="unpaired", commits=commits,
        series=series, changes=found, measured=len(kept), machines=list(places), warnings=left_out,
        suite=folder.resolve().name, began_at=commits[0].date, ended_at=commits[-1].date,
    )  # fmt: skip


def suspected(series: Series, commits: Sequence[Commit]) -> list[Nominee]:
    """The changes of level by more than the default margin, in units of the series' own scatter."""
    logs = [math.log(each.ratio) for each in series.points]
    places = change_points(logs, [])
    by_name = {each.name: each for each in commits}
    return [
        Nominee(
            case=series.case, commit=by_name[series.points[place].commit], state="suspected", reason=UNPAIRED,
            before=by_name[series.points[place - 1].commit], jump=math.exp(jump),
        )
        for place, jump in zip(places, jumps(logs, places), strict=True)
        if abs(jump) >= math.log1p(PINNED)
    ]  # fmt: skip


def _files(folder: Path) -> tuple[list[Kept], list[str]]:
    folders = [folder / name for name in KEPT if (folder / name).is_dir()] or [folder]
    found, faults = [], []
    paths = sorted(path for each in folders for path in each.rglob("*.json") if path.name not in (LIST, MACHINE))
    for path in paths:
        try:
            found.append(_read(path))
        except UsageError as error:
            faults.append(str(error))
    return found, faults


def _read(path: Path) -> Kept:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run, results = interop.read(path)
    content: dict[str, Any] = json.loads(path.read_bytes())
    times = {name: statistics.median(each) for name, each in _times(results).items()}
    name = (run.commit or path.stem) + ("-dirty" if run.dirty else "")
    environment = content.get("env_name") or path.parent.name
    place = " ".join(dict.fromkeys((run.machine.name, str(environment))))
    return Kept(Commit(name, date=_date(content, run.started_at)), place, times, interop.tool_of(run))


def _times(results: Iterable[Result]) -> dict[str, list[float]]:
    """Times of a call in ns by the benchmark's name, its parameters included."""
    found: dict[str, list[float]] = {}
    for each in results:
        if each.status == "ok":
            times = [sample.wall_ns / sample.calls for sample in each.samples if sample.wall_ns > 0]
            found.setdefault(_name(each), []).extend(times)
    return {name: times for name, times in found.items() if times}


def _name(result: Result) -> str:
    known = result.benchmark
    if known is None:
        return result.case.label
    return f"{known.name}({', '.join(known.parameters)})" if known.parameters else known.name


def _date(content: dict[str, Any], started_at: str) -> str:
    """When a commit was made, as far as the file says, else when it was measured: ISO 8601 in UTC."""
    stated = content.get("date")
    if isinstance(stated, int | float):
        return datetime.fromtimestamp(stated / 1000, UTC).isoformat(timespec="seconds")
    commit = content.get("commit_info")
    text = str((commit.get("time") if isinstance(commit, dict) else None) or started_at)
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")


def _commits(kept: Sequence[Kept]) -> list[Commit]:
    """The commits in the order of their dates; of several files the first date counts."""
    found: dict[str, Commit] = {}
    for each in sorted(kept, key=lambda each: (each.commit.date, each.commit.name)):
        found.setdefault(each.commit.name, each.commit)
    return list(found.values())


def _series(kept: Sequence[Kept], commits: Sequence[Commit], place: str, several: bool) -> list[Series]:
    """The series of all benchmarks in one place; of several files of a commit the median counts."""
    times: dict[str, dict[str, list[float]]] = {}
    for each in kept:
        if each.place == place:
            for name, time_ns in each.times_ns.items():
                times.setdefault(name, {}).setdefault(each.commit.name, []).append(time_ns)
    return [
        Series(case=f"{name} · {place}" if several else name, margin=0.0, points=_points(of, commits))
        for name, of in sorted(times.items())
    ]


def _points(times: dict[str, list[float]], commits: Sequence[Commit]) -> list[Point]:
    found = [
        (each.name, statistics.median(times[each.name]), len(times[each.name]))
        for each in commits
        if each.name in times
    ]
    first = found[0][1]
    return [Point(commit=name, ratio=time_ns / first, value_ns=time_ns, blocks=count) for name, time_ns, count in found]
