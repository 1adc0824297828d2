"""The memory of one case's call in one block: how far it rises above what is held before the call, on each side."""

import math
import statistics
from collections.abc import Mapping, Sequence

from ..errors import Lost
from ..processes.worker_messages import Play, Trial, Tried
from ..runner.terms import LOAD_SECONDS
from .duel import Duel
from .paired_rounds import BASE, COPY, HEAD, LEAST_BYTES, Reading

CALLS = 3
"""Calls in a block whose memory is watched, after one that is not."""

UNKNOWN = "this system does not report the peak of memory"


class MemoryDuel(Duel):
    """Both sides of a case, each in its process. Once an output has been verified, the peaks of further calls count."""

    def play(self, cores: list[int], thorough: bool) -> Reading | None:
        """Prepares the sides concurrently, watches the memory of their calls; None if a side was lost."""
        del thorough
        ready = list(self._pool.map(lambda side: self._prepare(side, cores), self._contenders))
        if not all(ready):
            return None
        found: dict[str, list[int]] = {}
        try:
            for side in self._shuffled():
                self._current = side
                found[side] = self._peaks(side)
        except Lost as lost:
            return self._lose(lost)
        return memory_reading(found)

    def _peaks(self, side: str) -> list[int]:
        """Bytes of each call. Outputs are let go at once: the next call finds no memory of theirs."""
        terms = self._terms
        assert terms.judging is not None
        plays = [Play([0], unseen=True), *[Play([0], peak=True, unseen=True)] * CALLS]
        seconds = (CALLS + 1) * terms.timeout_s + LOAD_SECONDS
        reply: Tried = self._contenders[side].slot.ask(Trial(terms.judging.outputs(), plays), seconds, Tried)
        if reply.fault:
            raise Lost("wrong", reply.fault)
        peaks = [each.peak_bytes for each in reply.plays[1:]]
        if None in peaks:
            raise Lost("unsupported", UNKNOWN)
        return [each for each in peaks if each is not None]


def memory_reading(found: Mapping[str, Sequence[int]]) -> Reading:
    """The log ratios of the sides' median peaks to base's; ``scatter`` is the widest range of one side's."""
    bytes_of = {side: float(statistics.median(peaks)) for side, peaks in found.items()}
    logs = {side: math.log(max(each, LEAST_BYTES)) for side, each in bytes_of.items()}
    ratios = {side: log - logs[BASE] for side, log in logs.items()}
    scatter = max(max(peaks) - min(peaks) for peaks in found.values())
    return Reading(
        ratios[HEAD], ratios.get(COPY), bytes_of[BASE], bytes_of[HEAD], len(found[BASE]), 0,
        exact=scatter == 0, unit="B", scatter=scatter,
    )  # fmt: skip
