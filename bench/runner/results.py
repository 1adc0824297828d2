"""Results of a run while it goes on: which cases are done, lost or timed, in earlier sessions and in this one."""

import math
import statistics
import threading
from collections.abc import Callable, Iterable, Sequence

import msgspec

from ..records import Case, Result, Sample
from ..timing.core_speed import log_times
from ..timing.kept import undisturbed


class Results:
    """``append`` stores a new one at once, ``told`` learns of it afterwards; threads add theirs one after another.

    ``lost`` are cases that did not end ok. ``ok`` are the others, with the ns of their first call. ``times`` are the
    ns of a call of cases that were timed, ``next_round`` the first unused round of each contest.
    """

    def __init__(self, earlier: Sequence[Result], append: Callable[[Result], None], told: Callable[[Result], None]):
        self._append, self._told, self._adding = append, told, threading.Lock()
        self._done = {(result.case, result.block) for result in earlier}
        self.lost = {result.case for result in earlier if result.status != "ok"}
        self.ok = {result.case: result.first_call_ns or 0 for result in earlier if result.status == "ok"}
        self.times = {each.case: typical_ns(each.samples) for each in earlier if each.samples}
        self.next_round = _next_rounds(earlier)

    def has(self, case: Case, block: int) -> bool:
        return (case, block) in self._done

    def add(self, result: Result) -> None:
        with self._adding:
            self._add(result)

    def _add(self, result: Result) -> None:
        self._append(result)
        self._done.add((result.case, result.block))
        if result.status == "ok":
            self.ok[result.case] = result.first_call_ns or 0
        else:
            self.lost.add(result.case)
        self._told(result)


def typical_ns(samples: Sequence[Sample]) -> float:
    """Median time of a call in ns, of the samples that count (`timing.kept`)."""
    return math.exp(statistics.median(log for _, log in log_times(undisturbed(samples).samples)))


def _next_rounds(results: Iterable[Result]) -> dict[tuple[str, int], int]:
    """The first unused round of each contest, so that rounds of two sessions are never paired."""
    rounds: dict[tuple[str, int], int] = {}
    for result in results:
        key = contest_key(result.case, result.block)
        last = max((sample.round for sample in result.samples), default=-1)
        rounds[key] = max(rounds.get(key, 0), last + 1)
    return rounds


def contest_key(case: Case, block: int) -> tuple[str, int]:
    return msgspec.structs.replace(case, implementation="").key, block
