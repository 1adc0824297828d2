"""Raw samples and other records of each case, small enough for the page."""

import math
from collections.abc import Sequence
from statistics import median
from typing import Any, NamedTuple

import msgspec
import pandas as pd

from ...bench.records import Result
from ...bench.timing.core_speed import is_slow
from ...bench.timing.guard import disturbed
from ..tables.frames import Tables

MOST_SAMPLES = 150_000
"""The most samples in the page, about 4 bytes each. Above it, each round has one; above it again, there are none."""

PRECISION = 1e4
"""Times are stored as whole numbers: this many per unit of log(time ÷ the case's median)."""

MS_NS = 1_000_000

DISTURBED = "disturbed: "


class Mark(NamedTuple):
    """One sample, or the median of a round's samples; ``flagged`` if the sample was disturbed."""

    block: int
    round: int
    started_ns: int
    call_ns: float
    flagged: bool


def samples(tables: Tables) -> dict[str, Any]:
    """Every case's samples in order of time, as columns cut by ``counts``.

    ``steps``: log(time of one call ÷ time_ns) x `PRECISION`; ``gaps``: ms since the sample before, the first since
    the run's first; ``blocks``; ``rounds``: their numbers in the run; ``flagged``: 1 where a guard saw something.
    Above `MOST_SAMPLES` one stands for each round, its median, and ``thinned`` is the count of all; where even those
    are too many there is nothing but ``left_out``.
    """
    results = [result for group in tables.results for result in group]
    count = sum(len(result.samples) for result in results)
    thin = count > MOST_SAMPLES
    if thin and sum(len({sample.round for sample in result.samples}) for result in results) > MOST_SAMPLES:
        return {"left_out": count}
    start = min((sample.started_ns for result in results for sample in result.samples), default=0)
    made: dict[str, list[int]] = {name: [] for name in ("counts", "steps", "gaps", "blocks", "rounds", "flagged")}
    for group, time_ns in zip(tables.results, tables.cases["time_ns"], strict=True):
        marks = _marks(group) if time_ns == time_ns else []
        _append(made, _one_a_round(marks) if thin else marks, time_ns, start)
    return {**made, "left_out": 0, "thinned": count if thin else 0, "precision": PRECISION}


def details(tables: Tables) -> pd.DataFrame:
    """What the page shows of a case besides numbers: thread pools, digests, how a worker died, what disturbed it."""
    return pd.DataFrame([_details(group) for group in tables.results], index=tables.cases.index)


def _append(made: dict[str, list[int]], marks: Sequence[Mark], time_ns: float, start: int) -> None:
    made["counts"].append(len(marks))
    before = start
    for mark in sorted(marks, key=lambda mark: mark.started_ns):
        made["steps"].append(round(math.log(mark.call_ns / time_ns) * PRECISION))
        made["gaps"].append((mark.started_ns - before) // MS_NS)
        made["blocks"].append(mark.block)
        made["rounds"].append(mark.round)
        made["flagged"].append(int(mark.flagged))
        before += (mark.started_ns - before) // MS_NS * MS_NS


def _marks(group: Sequence[Result]) -> list[Mark]:
    """A block that a resumed run measured again counts once."""
    latest = {result.block: result.samples for result in group}
    return [
        Mark(block, sample.round, sample.started_ns, max(sample.wall_ns, 1) / sample.calls, flagged or is_slow(sample))
        for block, found in latest.items()
        for sample, flagged in zip(found, disturbed(found), strict=True)
        if sample.calls > 0
    ]


def _one_a_round(marks: Sequence[Mark]) -> list[Mark]:
    """The median of each round's unflagged samples; of all if every sample was flagged."""
    found: dict[tuple[int, int], list[Mark]] = {}
    for mark in marks:
        found.setdefault((mark.block, mark.round), []).append(mark)
    kept = [[mark for mark in same if not mark.flagged] or same for same in found.values()]
    return [same[0]._replace(call_ns=median(mark.call_ns for mark in same)) for same in kept]


def _details(group: Sequence[Result]) -> dict[str, str]:
    last = group[-1]
    died = next((result.exit for result in group if result.exit), None)
    return {
        "pools": msgspec.json.encode(last.pools).decode() if last.pools else "",
        "source": last.source_sha256[:12],
        "inputs": last.inputs_sha256[:12],
        "data": last.data,
        "stderr": "\n".join(died.stderr) if died else "",
        "disturbed_by": next(filter(None, map(_disturbed_by, group)), ""),
    }


def _disturbed_by(result: Result) -> str:
    """Runs that were stored before the field existed say it in the warning only."""
    old = (part.removeprefix(DISTURBED) for part in result.warning.split("; ") if part.startswith(DISTURBED))
    return result.disturbed_by or next(old, "")
