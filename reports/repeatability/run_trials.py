"""One whole run as a line of a file: its results in the report, without samples.

Many such lines show how well runs of the same code agree, see `repeatability`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

from ...bench.records import Machine
from ..tables.frames import GROUP, Tables, load
from ..tables.speedups import BASELINE, DEFAULT_BASELINE, winners, with_speedups
from ..units import known

SCHEMA_VERSION = 1

DIGITS = 5
"""Significant digits that are kept; intervals are a hundred times wider than what is cut off."""

HEADLINE_BLOCKS, HEADLINE_PLACES = 3, 3
"""Processes that the baseline and so many of the fastest need for an interval between processes."""


class CaseEstimates(msgspec.Struct, frozen=True, array_like=True):
    """A timed case: its time in ns and its speed-up with both ends and the kind of interval, as the report has them."""

    implementation: str
    time_ns: float
    low_ns: float | None
    high_ns: float | None
    interval: str
    speedup: float | None
    speedup_low: float | None
    speedup_high: float | None
    speedup_interval: str | None
    blocks: int
    disturbed: bool


class ContestVerdict(msgspec.Struct, frozen=True, array_like=True):
    """What competed: operation, parameters, dtype, threads, device, sizes; the winner; the timed cases.

    ``headline``: the baseline and the fastest were each measured in enough processes.
    """

    key: tuple[str, str, str, int, str, str]
    winner: str | None
    runner_up: str | None
    verdict: str
    lead_low: float | None
    headline: bool
    cases: list[CaseEstimates]

    @property
    def baseline(self) -> CaseEstimates | None:
        """The case that speed-ups are over."""
        return next((case for case in self.cases if case.speedup_interval == BASELINE), None)


class RunTrial(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a preset. ``load`` busy processes ran beside it at niceness ``nice``.

    ``seconds`` is the whole command's, ``measuring_seconds`` that between its first and last measurement, and
    ``timed_share`` the part of the latter inside samples.
    """

    schema_version: int = SCHEMA_VERSION
    started_at: str
    seconds: float
    measuring_seconds: float
    machine: Machine
    commit: str | None = None
    dirty: bool | None = None
    versions: dict[str, str] = {}
    seed: int = 0
    preset: str
    load: int = 0
    nice: int = 0
    timed_share: float
    statuses: dict[str, int]
    skipped_for_time: int
    disturbed: int
    contests: list[ContestVerdict]


def run_trial(folder: Path, seconds: float, load_: int, nice: int) -> RunTrial:
    """The line of a finished run folder. Raises `UsageError` where it holds no results."""
    return of_tables(load(folder), seconds, load_, nice)


def of_tables(tables: Tables, seconds: float, load_: int, nice: int) -> RunTrial:
    """As `run_trial`, of frames that are read already."""
    run, cases = tables.run, tables.cases
    measuring = _seconds_between(run.started_at, run.finished_at or run.started_at)
    for_time = [
        status == "skipped" and any(each.lack == "time budget" for each in results)
        for status, results in zip(cases["status"], tables.results, strict=True)
    ]
    return RunTrial(
        started_at=run.started_at,
        seconds=round(seconds, 1),
        measuring_seconds=measuring,
        machine=run.machine,
        commit=run.commit,
        dirty=run.dirty,
        versions=run.versions,
        seed=run.seed,
        preset=run.preset,
        load=load_,
        nice=nice,
        timed_share=_short(_timed_ns(tables) / 1e9 / measuring) if measuring else 0.0,
        statuses={str(name): int(count) for name, count in cases["status"].value_counts().items()},
        skipped_for_time=sum(for_time),
        disturbed=int(cases["disturbed"].sum()),
        contests=list(_contests(tables)),
    )


def _contests(tables: Tables) -> Iterator[ContestVerdict]:
    frame = with_speedups(tables, DEFAULT_BASELINE)
    timed: dict[tuple[Any, ...], list[CaseEstimates]] = {}
    for row in frame[frame["time_ns"].notna()].to_dict("records"):
        timed.setdefault(_key(row), []).append(_case(row))
    for row in winners(tables).to_dict("records"):
        cases = timed.get(_key(row), [])
        yield ContestVerdict(
            _key(row),
            _text(row["winner"]),
            _text(row["runner_up"]),
            row["verdict"],
            _number(row["lead_low"]),
            is_headline(cases),
            cases,
        )


def _case(row: dict[Any, Any]) -> CaseEstimates:
    return CaseEstimates(
        row["implementation"],
        _short(row["time_ns"]),
        _number(row["low_ns"]),
        _number(row["high_ns"]),
        row["interval"],
        _number(row["speedup"]),
        _number(row["speedup_low"]),
        _number(row["speedup_high"]),
        _text(row["speedup_interval"]),
        int(row["blocks"]),
        bool(row["disturbed"]),
    )


def is_headline(cases: Sequence[CaseEstimates]) -> bool:
    """Whether the baseline and the fastest were each timed in enough processes; what was disturbed has no rank."""
    ranked = sorted((case for case in cases if not case.disturbed), key=lambda case: case.time_ns)
    fastest = ranked[:HEADLINE_PLACES]
    baseline = [case for case in cases if case.speedup_interval == BASELINE]
    return bool(baseline) and all(case.blocks >= HEADLINE_BLOCKS for case in [*baseline, *fastest])


def _timed_ns(tables: Tables) -> int:
    return sum(sample.wall_ns for results in tables.results for result in results for sample in result.samples)


def _seconds_between(first: str, last: str) -> float:
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds() if first else 0.0


def _key(row: dict[Any, Any]) -> Any:
    return tuple(row[name] for name in GROUP)


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def _number(value: float | None) -> float | None:
    return _short(value) if value is not None and known(value) else None


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
