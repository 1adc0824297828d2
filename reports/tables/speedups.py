"""Speed-ups over a baseline, the fastest of each contest and its lead.

speedup           time of the baseline ÷ time of the implementation; above 1 is faster. Slowdowns that a round or a
                  block had for all are removed from both first; intervals as in `estimates`
paired            False if no round is shared: then nothing shared could be removed
break_even_calls  (first call − steady) ÷ (baseline's steady − own steady): calls after which
                  the first call pays off; missing if it never does
lead              time of the runner-up ÷ time of the winner, as a speed-up
verdict           AHEAD, or WITHIN_NOISE if the lead's interval includes 1. A disturbed case has no rank
"""

import math
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import pandas as pd

from ...bench.errors import unknown
from ...bench.records import DEFAULT_BASELINE
from ...bench.timing.kept import Rounds
from . import estimates
from .case_rows import SPEEDUP_COLUMNS
from .estimates import TOO_FEW, Estimate, Located
from .frames import GROUP, Tables

PAIR_COLUMNS = ("baseline", "implementation", "speedup", "low", "high", "interval", "pairs")

AHEAD = "ahead"
WITHIN_NOISE = "within noise"
UNKNOWN_LEAD = TOO_FEW
ALONE = "the only one timed"
NOBODY = "none timed"

BASELINE = "baseline"
"""The kind of interval of the baseline over itself."""


class TimedCase(NamedTuple):
    """One timed case among those that share a `GROUP`."""

    implementation: str
    algorithm: str
    time: Estimate
    first_call_ns: float
    rounds: Rounds
    located: Located
    disturbed: bool


class Ratio(NamedTuple):
    """An estimate of a ratio, and the number of shared rounds behind it (0: unpaired)."""

    estimate: Estimate
    pairs: int


def ratio(base: TimedCase, other: TimedCase) -> Ratio:
    """Time of ``base`` ÷ time of ``other`` of the same group."""
    pairs = sum(
        len(rounds.keys() & other.rounds[block].keys())
        for block, rounds in base.rounds.items()
        if block in other.rounds
    )
    return Ratio(estimates.speedup(base.located, other.located), pairs)


def baselines(tables: Tables) -> list[str]:
    """Implementations with a time, the default baseline first, the name for unranked benchmarks last."""
    timed = set(tables.cases.loc[tables.cases["time_ns"].notna(), "implementation"])
    names, tool = (name for name in tables.implementations if name in timed), tables.tool
    return sorted(names, key=lambda name: (name == tool, name != DEFAULT_BASELINE))


def choose_baseline(tables: Tables, wanted: str | None = None) -> str | None:
    """The requested baseline, else numpy, else the first with a time; None if nothing has one."""
    names = baselines(tables)
    if wanted is not None and wanted not in names:
        raise unknown("baseline", wanted, names)
    return wanted or next(iter(names), None)


def speedups(tables: Tables, baseline: str | None) -> pd.DataFrame:
    """A row per timed case whose group has a timed baseline, the baseline's own at exactly 1."""
    rows = [
        {**group, "implementation": other.implementation, **_speedup(base, other)}
        for group, contenders in groups(tables)
        for base in contenders
        if base.implementation == baseline
        for other in contenders
    ]
    return pd.DataFrame(rows, columns=[*GROUP, "implementation", *SPEEDUP_COLUMNS])


def pairs(tables: Tables, first: str | None, most: int) -> pd.DataFrame:
    """Speed-ups of every pair in a `GROUP`, each once: the other way round is the inverse.

    At most about ``most`` rows; those with the implementation ``first`` come before all others.
    """
    shared = list(groups(tables))
    rows: list[dict[str, Any]] = []
    for preferred in (True, False):
        for group, contenders in shared:
            if len(rows) >= most:
                break
            chosen = [pair for pair in combinations(contenders, 2) if _has(first, pair) is preferred]
            rows += [{**group, **_pair(base, other)} for base, other in chosen]
    return pd.DataFrame(rows, columns=[*GROUP, *PAIR_COLUMNS])


def with_speedups(tables: Tables, baseline: str | None) -> pd.DataFrame:
    """The cases frame with the columns of `speedups`; cases without a speed-up stay."""
    return tables.cases.merge(speedups(tables, baseline), how="left", on=[*GROUP, "implementation"])


def winners(tables: Tables, direct_only: bool = False) -> pd.DataFrame:
    """A row per `GROUP`: the fastest, the next, the lead with its interval, and a verdict."""
    rows = [
        {**group, **_winner([one for one in contenders if not direct_only or one.algorithm == "direct"])}
        for group, contenders in groups(tables)
    ]
    statuses = tables.cases.assign(ok=tables.cases["status"] == "ok")
    counts = statuses.groupby(list(GROUP), sort=False)["ok"].agg(contenders="size", ok="sum")
    return pd.DataFrame(rows).merge(counts.reset_index(), on=list(GROUP))


def groups(tables: Tables) -> Iterator[tuple[dict[str, Any], list[TimedCase]]]:
    """The contenders with a time of each `GROUP`; a group may have none."""
    columns = [
        *GROUP,
        "implementation",
        "algorithm",
        "first_call_ns",
        "time_ns",
        "low_ns",
        "high_ns",
        "interval",
        "disturbed",
    ]
    found: dict[tuple[Any, ...], list[TimedCase]] = {}
    rows = zip(*(tables.cases[column].tolist() for column in columns), strict=True)
    for row, rounds, located in zip(rows, tables.rounds, tables.located, strict=True):
        contenders = found.setdefault(tuple(row[: len(GROUP)]), [])
        name, algorithm, first_call, *timed, disturbed = row[len(GROUP) :]
        if timed[0] == timed[0]:
            contenders.append(TimedCase(name, algorithm, Estimate(*timed), first_call, rounds, located, disturbed))
    for key, contenders in found.items():
        yield dict(zip(GROUP, key, strict=True)), contenders


def break_even(base_ns: float, own_ns: float, first_call_ns: float) -> float:
    """Calls after which a first call pays off; NaN if it never does, or was not measured."""
    gain = base_ns - own_ns
    if not gain > 0 or math.isnan(first_call_ns):
        return math.nan
    return max(0.0, (first_call_ns - own_ns) / gain)


def verdict_of(lead: Estimate) -> str:
    """The verdict on two with a time, by the lead of the first."""
    if lead.interval == TOO_FEW or lead.low != lead.low:
        return UNKNOWN_LEAD
    return AHEAD if lead.low > 1 else WITHIN_NOISE


def _speedup(base: TimedCase, other: TimedCase) -> dict[str, Any]:
    (value, low, high, interval), pairs = ratio(base, other)
    if base is other:
        value, low, high, interval = 1.0, 1.0, 1.0, BASELINE
    calls = break_even(base.time.value, other.time.value, other.first_call_ns)
    measured = (base.implementation, value, low, high, interval, pairs > 0, pairs, calls)
    return dict(zip(SPEEDUP_COLUMNS, measured, strict=True))


def _has(name: str | None, pair: Sequence[TimedCase]) -> bool:
    return any(one.implementation == name for one in pair)


def _pair(base: TimedCase, other: TimedCase) -> dict[str, Any]:
    (value, low, high, interval), shared = ratio(base, other)
    names = (base.implementation, other.implementation)
    return dict(zip(PAIR_COLUMNS, (*names, value, low, high, interval, shared), strict=True))


def _winner(contenders: Sequence[TimedCase]) -> dict[str, Any]:
    ranked = sorted((one for one in contenders if not one.disturbed), key=lambda one: one.time.value)
    if len(ranked) < 2:
        return _verdict(ALONE if ranked else NOBODY, ranked, None)
    first, second = ranked[:2]
    lead = ratio(second, first).estimate
    return _verdict(verdict_of(lead), [first, second], lead)


def _verdict(verdict: str, ranked: Sequence[TimedCase], lead: Estimate | None) -> dict[str, Any]:
    names = [one.implementation for one in ranked] + [None, None]
    value, low, high, interval = lead or (math.nan, math.nan, math.nan, None)
    return {
        "winner": names[0],
        "winner_algorithm": ranked[0].algorithm if ranked else None,
        "winner_ns": ranked[0].time.value if ranked else math.nan,
        "runner_up": names[1],
        "lead": value,
        "lead_low": low,
        "lead_high": high,
        "lead_interval": interval,
        "verdict": verdict,
    }
