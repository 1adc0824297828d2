"""Raw samples -> the log times that count. A sample is dropped on a guard's word, never for its value."""

import math
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from ..bench.records import Result, Sample

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


def _undisturbed(samples: Sequence[Sample]) -> tuple[Sequence[Sample], bool]:
    """The samples no guard flagged; all of them, and True, where more than half were flagged."""
    quiet = [sample for sample in samples if not any(sample.flags.values())]
    disturbed = 2 * len(quiet) < len(samples)
    return (samples if disturbed else quiet), disturbed


def _per_round(samples: Sequence[Sample]) -> dict[int, float]:
    found: dict[int, list[float]] = {}
    for sample in samples:
        if sample.calls > 0:
            found.setdefault(sample.round, []).append(math.log(max(sample.wall_ns, 1) / sample.calls))
    return {number: median(values) for number, values in found.items()}
