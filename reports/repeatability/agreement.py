"""How well two runs of the same code agree: the quality of the report's intervals and winners.

All on logarithms. A value is counted where the report does not mark it as disturbed.

half-width   √(high ÷ low) − 1
covered      both runs' intervals allow for their distance: |log(a ÷ b)| ≤ √(h₁² + h₂²), where h is the length of
             each on the side that faces the other value. Of 95 % intervals of normal errors, 95 %
in the first the second run's value lies inside the first run's interval: about 83 %, by the second run's own error
"""

import math
from collections.abc import Iterable, Sequence
from itertools import combinations, permutations
from statistics import StatisticsError, correlation
from typing import Any, NamedTuple

import msgspec
import numpy as np

from ..tables.speedups import AHEAD, WITHIN_NOISE
from .run_trials import CaseEstimates, ContestVerdict, RunTrial

ALL = "all"
DIFFERENT = "different"
"""In place of a kind of interval: all of them; a pair of two kinds."""

TIME, SPEEDUP = "time", "speed-up"

SEVERAL_BLOCKS = 2
"""Processes of a baseline from which on its contest counts as well measured."""

FEWEST_RANKED = 4
"""Timed cases below which a rank correlation tells little."""

LONGEST_LOG = 700.0
"""Of a float's logarithm."""

Key = tuple[Any, ...]


class Value(NamedTuple):
    """A logarithm, the lengths of its interval downwards and upwards (NaN: none), and the kind of interval."""

    log: float
    down: float
    up: float
    kind: str


class Intervals(msgspec.Struct, frozen=True, kw_only=True):
    """Widths of intervals of one kind, and how far pairs of runs are apart. None where nothing was counted."""

    quantity: str
    kind: str
    intervals: int
    half_width: float | None
    half_width_p90: float | None
    pairs: int
    covered: float | None
    in_first: float | None
    apart: float | None
    apart_p90: float | None


class Winners(msgspec.Struct, frozen=True, kw_only=True):
    """Contests of pairs of runs. ``ahead`` are told to be beyond noise by one run, each pair looked at both ways.

    Of them the other run has the same winner, or says ahead of another one (contradicted), or that the winner and
    another one are within noise (allowed).
    """

    contests: str
    pairs: int
    same: int
    ahead: int
    ahead_same: int
    allowed: int
    contradicted: int


def values(trial: RunTrial, quantity: str) -> dict[Key, Value]:
    """By contest and implementation: its unmarked times, or speed-ups without the baseline's own and over unmarked."""
    read = _time if quantity == TIME else _speedup
    return {
        (*contest.key, case.implementation): value
        for contest in trial.contests
        for case in contest.cases
        if not case.disturbed and (value := read(case, contest.baseline))
    }


def intervals(trials: Sequence[RunTrial], quantity: str) -> list[Intervals]:
    """All kinds together, then each kind that occurs."""
    runs = [values(trial, quantity) for trial in trials]
    single = [value for run in runs for value in run.values()]
    paired = [(first[key], second[key]) for first, second in combinations(runs, 2) for key in first.keys() & second]
    kinds = sorted({value.kind for value in single} | {_kind(pair) for pair in paired})
    return [_counted(quantity, kind, single, paired) for kind in (ALL, *kinds)]


def winners(trials: Sequence[RunTrial], several: bool = False) -> Winners:
    """Pairs of runs, over the contests with a winner and a next in both; ``several``: the run wanted to know well."""
    runs = [_decided(trial, several) for trial in trials]
    pairs = [(one[key], two[key]) for one, two in combinations(runs, 2) for key in one.keys() & two]
    ways = [(one[key], two[key]) for one, two in permutations(runs, 2) for key in one.keys() & two]
    told = [(one, two) for one, two in ways if one.verdict == AHEAD]
    others = [(one, two) for one, two in told if one.winner != two.winner]
    return Winners(
        contests=f"baseline in {SEVERAL_BLOCKS} or more processes" if several else ALL,
        pairs=len(pairs),
        same=sum(one.winner == two.winner for one, two in pairs),
        ahead=len(told),
        ahead_same=len(told) - len(others),
        allowed=sum(two.verdict == WITHIN_NOISE and one.winner == two.runner_up for one, two in others),
        contradicted=sum(two.verdict == AHEAD for _, two in others),
    )


def rank_correlations(trials: Sequence[RunTrial]) -> list[float]:
    """Spearman's, of the times within a contest, per pair of runs and contest with enough timed in both."""
    runs = [{contest.key: contest for contest in trial.contests} for trial in trials]
    found = [
        _spearman(one[key], two[key]) for one, two in combinations(runs, 2) for key in sorted(one.keys() & two.keys())
    ]
    return [each for each in found if each is not None]


def covers(first: Value, second: Value) -> bool | None:
    """Whether both intervals allow for the distance; None where one of them has none."""
    apart = second.log - first.log
    allowed = math.hypot(first.up, second.down) if apart > 0 else math.hypot(first.down, second.up)
    return None if math.isnan(allowed) else abs(apart) <= allowed


def inside(value: float, interval: Value) -> bool | None:
    """Whether a logarithm lies in an interval; None where there is none."""
    if math.isnan(interval.down) or math.isnan(interval.up):
        return None
    return -interval.down <= value - interval.log <= interval.up


def share(answers: Iterable[bool | None]) -> tuple[float | None, int]:
    """The share of yes, and how many answers there are."""
    known = [answer for answer in answers if answer is not None]
    return (sum(known) / len(known) if known else None), len(known)


def half_widths(of: Iterable[Value]) -> list[float]:
    """Of all values that have an interval, in rising order."""
    lengths = (value.down + value.up for value in of)
    return sorted(_relative(length / 2) for length in lengths if not math.isnan(length))


def quantile(ordered: Sequence[float], at: float) -> float | None:
    """None of nothing."""
    return float(np.quantile(ordered, at)) if ordered else None


def value_of(value: float | None, low: float | None, high: float | None, kind: str | None) -> Value | None:
    """A value and its ends as logarithms; None where there is no value."""
    if not value:
        return None
    log = math.log(value)
    down, up = (math.nan, math.nan) if not low or not high else (log - math.log(low), math.log(high) - log)
    return Value(log, down, up, kind or "")


def _time(case: CaseEstimates, _: CaseEstimates | None) -> Value | None:
    return value_of(case.time_ns, case.low_ns, case.high_ns, case.interval)


def _speedup(case: CaseEstimates, baseline: CaseEstimates | None) -> Value | None:
    if baseline is None or case is baseline or baseline.disturbed:
        return None
    return value_of(case.speedup, case.speedup_low, case.speedup_high, case.speedup_interval)


def _counted(quantity: str, kind: str, single: list[Value], paired: list[tuple[Value, Value]]) -> Intervals:
    if kind != ALL:
        single = [value for value in single if value.kind == kind]
        paired = [pair for pair in paired if _kind(pair) == kind]
    widths = half_widths(single)
    apart = [_relative(abs(one.log - two.log)) for one, two in paired]
    return Intervals(
        quantity=quantity,
        kind=kind,
        intervals=len(widths),
        half_width=quantile(widths, 0.5),
        half_width_p90=quantile(widths, 0.9),
        pairs=len(paired),
        covered=share(covers(one, two) for one, two in paired)[0],
        in_first=share(answer for one, two in paired for answer in (inside(two.log, one), inside(one.log, two)))[0],
        apart=quantile(apart, 0.5),
        apart_p90=quantile(apart, 0.9),
    )


def _kind(pair: tuple[Value, Value]) -> str:
    return pair[0].kind if pair[0].kind == pair[1].kind else DIFFERENT


def _decided(trial: RunTrial, several: bool) -> dict[Key, ContestVerdict]:
    return {
        contest.key: contest
        for contest in trial.contests
        if contest.winner and contest.runner_up and (not several or is_known_well(contest))
    }


def is_known_well(contest: ContestVerdict) -> bool:
    """Whether its baseline was timed in several processes."""
    return contest.baseline is not None and contest.baseline.blocks >= SEVERAL_BLOCKS


def _spearman(first: ContestVerdict, second: ContestVerdict) -> float | None:
    one, two = (
        {case.implementation: case.time_ns for case in each.cases if not case.disturbed} for each in (first, second)
    )
    both = sorted(one.keys() & two.keys())
    if len(both) < FEWEST_RANKED:
        return None
    try:
        return correlation(_ranks([one[name] for name in both]), _ranks([two[name] for name in both]))
    except StatisticsError:  # all times of a run are the same
        return None


def _ranks(times: Sequence[float]) -> list[float]:
    """Equal times share the middle of their ranks."""
    ordered = sorted(times)
    return [ordered.index(time) + (ordered.count(time) - 1) / 2 for time in times]


def _relative(log: float) -> float:
    return math.expm1(min(log, LONGEST_LOG))
