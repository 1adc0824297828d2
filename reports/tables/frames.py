"""Turns a run folder into tidy frames, from which all numbers on pages, in pictures and in files are derived.

`case_rows` says what the columns of a case are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import msgspec
import pandas as pd

from ...bench.interop import read
from ...bench.records import Case, Result, Run
from ...bench.sweep import PRECISION
from ...bench.timing.contests import CaseRounds, side_by_side
from ...bench.timing.kept import KeptSamples, Rounds, kept_of_all
from . import estimates, limits
from .case_rows import STATUSES, named_columns, row, typed
from .estimates import Located
from .peak_memory import peak_columns

OWN_CACHE_BYTES = 2**20
"""Cache of a core in bytes, if the system does not report it."""

VIEW = ("operation", "parameters", "dtype", "threads", "device")
"""What one chart shows."""

GROUP = (*VIEW, "sizes")
"""What contenders share."""


@dataclass(frozen=True)
class Tables:
    """What one run measured: ``cases`` has a row per case; ``rounds`` its log times, ``located`` what they come to
    and ``results`` what was recorded, block by block, row by row."""

    folder: Path
    run: Run
    cases: pd.DataFrame
    rounds: list[Rounds]
    located: list[Located]
    size_columns: dict[str, str]
    parameter_columns: dict[str, str]
    results: list[list[Result]]

    @property
    def implementations(self) -> list[str]:
        """All stems: those of the suite in its order, then any that only a result names."""
        return list(dict.fromkeys([*self.run.implementations, *self.cases["implementation"].unique()]))

    @property
    def tool(self) -> str:
        """The name for benchmarks of another tool that are not ranked against others; '' if there are none."""
        return self.run.preset if any(not group[0].case.implementation for group in self.results) else ""

    @property
    def operations(self) -> list[str]:
        """Operations with at least one case, in the suite's order."""
        seen = self.cases["operation"].unique().tolist()
        return [name for name in dict.fromkeys([*self.run.operations, *seen]) if name in seen]


def load(folder: Path) -> Tables:
    """The frames of a run folder. Raises `UsageError` if it has no results."""
    run, results = read(folder)
    return tables(folder, run, results)


def tables(folder: Path, run: Run, results: Iterable[Result]) -> Tables:
    """The frames of a run and its results, one row per case in order of first appearance."""
    blocks: dict[Case, list[Result]] = {}
    for result in results:
        blocks.setdefault(_named(result.case, run), []).append(result)
    columns = named_columns(list(blocks))
    timed = kept_of_all(list(blocks.values()))
    found = _located(list(blocks), timed, [_beyond(group, run) for group in blocks.values()])
    precision = float(run.options.get("precision", PRECISION))
    readings = limits.Readings(chain(*blocks.values()), run.ceilings, run.machine.caches_bytes)
    rows = [
        {
            **row(folder.name, case, group, times, one, columns, precision),
            **peak_columns((each.peak_bytes for each in group), run.machine, case.threads),
            **limits.columns(group, one.time, readings),
        }
        for (case, group), times, one in zip(blocks.items(), timed, found, strict=True)
    ]
    frame = typed(pd.DataFrame(rows), list(columns.sizes.values()), list(columns.parameters.values()))
    rounds = [times.rounds for times in timed]
    return Tables(folder, run, frame, rounds, found, columns.sizes, columns.parameters, list(blocks.values()))


def status_counts(cases: pd.DataFrame) -> pd.DataFrame:
    """Implementations x statuses: how many cases; every status has a column."""
    counts = pd.crosstab(cases["implementation"], cases["status"])
    order = list(dict.fromkeys(cases["implementation"]))
    return counts.reindex(index=order, columns=list(reversed(STATUSES)), fill_value=0)


def imprecise(run: Run) -> str:
    """The note of a case whose interval is wider than the precision requested for the run."""
    return f"interval wider than the requested ±{100 * float(run.options.get('precision', PRECISION)):.3g} %"


def _named(case: Case, run: Run) -> Case:
    """A benchmark of another tool that is not ranked against others gets the name of the tool."""
    return case if case.implementation else msgspec.structs.replace(case, implementation=run.preset)


def _beyond(results: Sequence[Result], run: Run) -> bool:
    """Whether a case's data do not fit the caches of one core."""
    caches = run.machine.caches_bytes
    own = caches.get("L2") or caches.get("L1d") or OWN_CACHE_BYTES
    return any((each.footprint_bytes or 0) > own for each in results)


def _located(cases: Sequence[Case], timed: Sequence[KeptSamples], beyond: Sequence[bool]) -> list[Located]:
    """Estimates of all cases, made contest by contest."""
    contests = side_by_side(cases, [each.rounds for each in timed])
    contenders = [
        CaseRounds(case.implementation, each.rounds, each.disturbed, large, each.error)
        for case, each, large in zip(cases, timed, beyond, strict=True)
    ]
    made = estimates.located([[contenders[place] for place in places] for places in contests])
    found = dict(zip(chain(*contests), chain(*made), strict=True))
    return [found[place] for place in range(len(cases))]
