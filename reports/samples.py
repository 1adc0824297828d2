"""Raw samples -> the log times that count. A sample is dropped on a guard's word, never for its value."""

import math
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from ..bench.records import Result, Sample

SWITCHES = "involuntary_switches"
SWITCHES_OVER_USUAL = 3

Rounds = dict[int, dict[int, float]]
"""Block -> round -> log of the time of one call in ns."""


class Kept(NamedTuple):
    """Log times that count, how many samples were dropped, whether a block was too disturbed to drop any."""

    rounds: Rounds
    dropped: int
    disturbed: bool

    @property
    def blocks(self) -> list[list[float]]:
        return [list(block.values()) for block in self.rounds.values()]


def kept(results: Sequence[Result]) -> Kept:
    """What counts of one case's results. Only a case that is ok in every block has times.

    Of two results for one block the later one counts: the run was resumed.
    """
    if any(result.status != "ok" for result in results):
        return Kept({}, 0, False)
    latest = {result.block: result.samples for result in results}
    picked = {block: _undisturbed(samples) for block, samples in latest.items()}
    dropped = sum(len(latest[block]) - len(samples) for block, (samples, _) in picked.items())
    rounds = {block: _per_round(samples) for block, (samples, _) in picked.items()}
    return Kept(rounds, dropped, any(disturbed for _, disturbed in picked.values()))


def interfered(samples: Sequence[Sample]) -> list[bool]:
    """Of each sample of one block: did a guard see somebody else interfere?"""
    usual = median([sample.flags.get(SWITCHES, 0) for sample in samples] or [0])
    return [_interfered(sample, usual) for sample in samples]


def _undisturbed(samples: Sequence[Sample]) -> tuple[Sequence[Sample], bool]:
    """The samples no guard flagged; all of them, and True, where more than half were flagged."""
    quiet = [sample for sample, flagged in zip(samples, interfered(samples), strict=True) if not flagged]
    disturbed = 2 * len(quiet) < len(samples)
    return (samples if disturbed else quiet), disturbed


def _interfered(sample: Sample, usual_switches: float) -> bool:
    """A library's own threads switch too: only more than usual for the case speaks of somebody else."""
    others = {name: count for name, count in sample.flags.items() if name != SWITCHES}
    return any(others.values()) or sample.flags.get(SWITCHES, 0) > SWITCHES_OVER_USUAL * (1 + usual_switches)


def _per_round(samples: Sequence[Sample]) -> dict[int, float]:
    found: dict[int, list[float]] = {}
    for sample in samples:
        if sample.calls > 0:
            found.setdefault(sample.round, []).append(math.log(max(sample.wall_ns, 1) / sample.calls))
    return {number: median(values) for number, values in found.items()}
