"""Raw samples and what else one case recorded, small enough to travel in the page."""

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import pandas as pd

from ..bench.records import Result, Sample
from .frames import Tables
from .samples import interfered

MOST_SAMPLES = 150_000
"""About 5 bytes each in the page; above it none are sent, and the page says where they are."""

PRECISION = 1e4
"""Times travel as whole numbers: so many a unit of the logarithm of time over the case's median."""

MS_NS = 1_000_000


def samples(tables: Tables) -> dict[str, Any]:
    """Every case's samples in order of time, as columns cut by ``counts``; empty above `MOST_SAMPLES`.

    ``steps``: log(time of one call ÷ time_ns) x `PRECISION`; ``gaps``: ms since the sample before, the first since
    the run's first; ``blocks``; ``flagged``: 1 where a guard saw something.
    """
    count = sum(len(result.samples) for group in tables.results for result in group)
    if count > MOST_SAMPLES:
        return {"left_out": count}
    start = min((sample.started_ns for group in tables.results for one in group for sample in one.samples), default=0)
    made: dict[str, list[int]] = {name: [] for name in ("counts", "steps", "gaps", "blocks", "flagged")}
    for group, time_ns in zip(tables.results, tables.cases["time_ns"], strict=True):
        _append(made, group, time_ns, start)
    return {**made, "left_out": 0, "precision": PRECISION}


def details(tables: Tables) -> pd.DataFrame:
    """What the page shows of one case beside its numbers: thread pools, digests, how a worker died."""
    return pd.DataFrame([_details(group) for group in tables.results], index=tables.cases.index)


def _append(made: dict[str, list[int]], group: Sequence[Result], time_ns: float, start: int) -> None:
    ordered = sorted(_timed(group), key=lambda each: each[1].started_ns) if time_ns == time_ns else []
    made["counts"].append(len(ordered))
    before = start
    for block, sample, flagged in ordered:
        made["steps"].append(round(math.log(max(sample.wall_ns, 1) / sample.calls / time_ns) * PRECISION))
        made["gaps"].append((sample.started_ns - before) // MS_NS)
        made["blocks"].append(block)
        made["flagged"].append(int(flagged))
        before += (sample.started_ns - before) // MS_NS * MS_NS


def _timed(group: Sequence[Result]) -> list[tuple[int, Sample, bool]]:
    """Block, sample, flagged; a block that a resumed run measured again counts once."""
    latest = {result.block: result.samples for result in group}
    return [
        (block, sample, flagged)
        for block, found in latest.items()
        for sample, flagged in zip(found, interfered(found), strict=True)
        if sample.calls > 0
    ]


def _details(group: Sequence[Result]) -> dict[str, str]:
    last = group[-1]
    died = next((result.exit for result in group if result.exit), None)
    return {
        "pools": msgspec.json.encode(last.pools).decode() if last.pools else "",
        "source": last.source_sha256[:12],
        "inputs": last.inputs_sha256[:12],
        "data": last.data,
        "stderr": "\n".join(died.stderr) if died else "",
    }
