"""Turns of a contender, each timed by two clocks: the worker's and the parent's."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from ..records import Sample
from ..timing.guard import Scheduled
from .terms import SLICE_NS, SLICES

CLOCK_GAP_NS = SLICES * SLICE_NS // 2
"""What an answer may take besides; a clock that loses more than half of a slice is seen."""
CLOCK_GAP_SHARE = 0.45


@dataclass(frozen=True)
class Turn:
    """What a turn took by the parent's clock and by the worker's, and why its answer may have come late."""

    elapsed_ns: int
    told_ns: int
    scheduled: Scheduled
    samples: list[Sample]

    def clocks_agree(self, threads: int) -> bool:
        """Whether both say about the same, less what the answer waited for a core.

        It counts as waiting only where the worker's CPU time fits what it told: no part of it computed meanwhile.
        """
        if self.told_ns > self.elapsed_ns + CLOCK_GAP_NS:
            return False
        computed_ns = self.elapsed_ns - self.scheduled.waited_ns
        most_ns = self.told_ns + max(CLOCK_GAP_NS, CLOCK_GAP_SHARE * computed_ns)
        if self.scheduled.cpu_ns - (threads - 1) * self.told_ns > most_ns:
            return self.elapsed_ns <= self.told_ns + max(CLOCK_GAP_NS, CLOCK_GAP_SHARE * self.elapsed_ns)
        return computed_ns <= most_ns


def divided(turns: Sequence[Turn], threads: int) -> tuple[list[Turn], list[Turn]]:
    """Those in which both clocks agree, and the others."""
    agreeing = [each for each in turns if each.clocks_agree(threads)]
    return agreeing, [each for each in turns if not each.clocks_agree(threads)]


def median_call_ns(samples: Sequence[Sample]) -> float:
    """What a call took in the middle of some slices; 0 without any."""
    return statistics.median(each.wall_ns / each.calls for each in samples) if samples else 0.0
