"""Runs that may be counted together, and loaded runs against idle ones."""

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

import msgspec

from . import agreement
from .agreement import SPEEDUP, TIME, Intervals, Key, Winners, is_known_well
from .run_trials import RunTrial

OFF_FACTOR = 1.5
"""A time under load that is further off than this, `ok` and unmarked, misleads a reader."""

WORST_NAMED = 10


class Off(msgspec.Struct, frozen=True):
    """A case and its time under load over its median in idle runs."""

    case: str
    ratio: float


class LoadEffect(msgspec.Struct, frozen=True, kw_only=True):
    """Runs under load against the idle ones of the same machine and preset.

    ``wanted`` counts, per run under load, the cases that at least half of the idle runs timed and did not mark,
    ``kept`` those with an unmarked time under load too, ``off`` those of them that are further off than `OFF_FACTOR`.
    """

    idle_runs: int
    wanted: int
    kept: int
    off: int
    worst: list[Off]


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of the runs of one machine, preset, load and niceness. Medians over runs where a run has one."""

    machine: str
    preset: str
    load: int
    nice: int
    runs: int
    intervals: list[Intervals]
    winners: list[Winners]
    rank_correlation: float | None
    rank_correlations: int
    contests: int
    known_well: int
    headline: int
    timed_share: float
    seconds: float
    ok: float
    skipped_for_time: float
    disturbed: float
    against_idle: LoadEffect | None


def groups(trials: Sequence[RunTrial]) -> list[Group]:
    """One for what may be counted together, idle runs first."""
    found: dict[tuple[str, str, int, int], list[RunTrial]] = {}
    for trial in trials:
        found.setdefault((*_place(trial), trial.load, trial.nice), []).append(trial)
    return [_group(key, found[key], trials) for key in sorted(found)]


def against_idle(loaded: Sequence[RunTrial], idle: Sequence[RunTrial]) -> LoadEffect:
    """What load did to unmarked times."""
    usual = _usual([agreement.values(trial, TIME) for trial in idle])
    runs = [agreement.values(trial, TIME) for trial in loaded]
    logs = [(key, run[key].log - usual[key]) for run in runs for key in usual if key in run]
    off = sorted((pair for pair in logs if abs(pair[1]) > math.log(OFF_FACTOR)), key=lambda pair: -abs(pair[1]))
    return LoadEffect(
        idle_runs=len(idle),
        wanted=len(runs) * len(usual),
        kept=len(logs),
        off=len(off),
        worst=[Off(_name(key), float(f"{math.exp(log):.3g}")) for key, log in off[:WORST_NAMED]],
    )


def _group(key: tuple[str, str, int, int], trials: Sequence[RunTrial], everything: Iterable[RunTrial]) -> Group:
    machine, preset, load, nice = key
    idle = [trial for trial in everything if not trial.load and _place(trial) == key[:2]]
    contests = [contest for trial in trials for contest in trial.contests]
    ranked = sorted(agreement.rank_correlations(trials))
    return Group(
        machine=machine,
        preset=preset,
        load=load,
        nice=nice,
        runs=len(trials),
        intervals=[each for kind in (SPEEDUP, TIME) for each in agreement.intervals(trials, kind)],
        winners=[agreement.winners(trials, several) for several in (False, True)],
        rank_correlation=agreement.quantile(ranked, 0.5),
        rank_correlations=len(ranked),
        contests=len(contests),
        known_well=sum(map(is_known_well, contests)),
        headline=sum(contest.headline for contest in contests),
        timed_share=median(trial.timed_share for trial in trials),
        seconds=median(trial.seconds for trial in trials),
        ok=median(trial.statuses.get("ok", 0) for trial in trials),
        skipped_for_time=median(trial.skipped_for_time for trial in trials),
        disturbed=median(trial.disturbed for trial in trials),
        against_idle=against_idle(trials, idle) if load and idle else None,
    )


def _place(trial: RunTrial) -> tuple[str, str]:
    return f"{trial.machine.name}, {trial.machine.cpu}", trial.preset


def _usual(runs: Sequence[dict[Key, agreement.Value]]) -> dict[Key, float]:
    logs: dict[Key, list[float]] = {}
    for run in runs:
        for key, value in run.items():
            logs.setdefault(key, []).append(value.log)
    return {key: median(found) for key, found in logs.items() if 2 * len(found) >= len(runs)}


def _name(key: Key) -> str:
    operation, parameters, dtype, threads, _, sizes, implementation = key
    words: list[Any] = [f"{operation}/{implementation}", sizes, parameters, dtype, f"{threads} threads"]
    return " ".join(word for word in words if word)
