"""In the parent, after the timing: does a call that is timed do the work of one whose output is looked at?

Every output is judged in another process, and times are compared: of calls as they were timed, of calls on the same
inputs that are all judged, of calls on inputs that the worker never saw and that no seed tells. Whatever a kernel does
while it is timed, it gains by it no more than the factors below.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median_low
from typing import Any

from ..errors import Lost
from ..processes.worker_messages import Place, Play, Played
from .judged_calls import JudgedCalls
from .unseen import Unseen, batch_size

STEADY_FACTOR = 2.0
"""Calls again and again on one problem may take so many times as long as those that are timed; and first calls as long
as the same made again, from outside the caches too."""

COLD_FACTOR = 3.0
"""The same of calls on two problems in turn; and of calls on several against calls on the timed one from outside the
caches."""

LEARNT_FACTOR = 6.0
"""First calls, against calls on the timed problem from outside the caches: a processor has learnt its branches."""

CALL_NS = 1_000
"""What a call timed alone may take longer than one in a loop."""

PAUSE_NS = 200_000
"""What the first call after a pause may take longer: caches are cold, pages new and pools asleep."""

APART_NS = 30_000_000
"""Pause before calls on the timed problem: what works only after one is slow there, and in memory nothing changes."""

WAKE_NS = 20_000_000
"""What such a call on several threads may take longer: they fell asleep, and some wait for the scheduler's tick."""

TRIES = 5
"""Tries that must all be slow before a kernel is accused; noise spares at least one."""

DISTURBED_TRIES, WAITED_NS = 15, 100_000
"""Tries at most, where threads waited so long for a core in some: those show nothing."""

BATCH_NS = 4_000_000
"""Never-seen problems that are called in a row: no more of them than take so much time."""

IN_TURN, ROUNDS = 8, 3
"""Problems that are called in turn, and how often: what keeps the results of fewer is slow every time."""

MOST_LOOKED_AT, LOOKED_AT_NS = 64, 1_500_000
"""Calls on one problem whose outputs are all judged."""

PASSES = 3
"""Calls that wake a kernel, and calls made again before a first one is called slow."""

DISPLACED_BYTES = 1 << 26
CACHED = "work is cached"
FASTER_TIMED = "calls that are timed take less than half the time of the same calls all judged"


@dataclass
class Examination:
    """Of one contender on so many ``threads``. ``timed_ns`` is what a call took when timed, ``turn`` times one more.

    ``fresh`` is the folder of other inputs. What is not as it must be raises `Lost`.
    """

    calls: JudgedCalls
    fresh: str
    timed_ns: float
    turn: Callable[[], float]
    in_place: bool = False
    threads: int = 1

    @property
    def _fresh(self) -> Unseen:
        return Unseen(Place(self.fresh), self.fresh)

    def among_many(self) -> int | None:
        """All checks, where problems are small enough to lie beside each other; the peak of memory in bytes."""
        batch = self._sample(self.calls.stock.shared())
        if self.timed_ns > LOOKED_AT_NS:
            return self._long_calls(batch)
        calls, turns = self._looked_at(), self._in_turn(len(batch) + 1)
        row = _shuffled(range(1, len(batch) + 2))
        plays = [
            Play([0] * PASSES),
            Play(row),
            Play([1], peak=True),
            Play([1] * calls),
            Play([0] * calls),
            Play([0, 1] * -(-calls // 2)),
            Play(turns * ROUNDS),
        ]
        _, first, alone, fresh, own, both, several = self.calls.tried(plays, [self._fresh, *batch])
        if self._is_slow(own, STEADY_FACTOR):
            self._accuse(self._own, FASTER_TIMED)
        if self._is_slow(_late(fresh), STEADY_FACTOR):
            self._accuse(self._steady, f"{CACHED}: on other inputs every call takes over twice the time")
        if self._is_slow(both, COLD_FACTOR):
            self._accuse(self._both, f"{CACHED}: calls on two problems in turn take over three times the steady time")
        if self._is_slow(_late(several), STEADY_FACTOR):
            self._accuse(self._several, f"{CACHED}: calls on problems in turn take over three times the steady time")
        if _learns(fresh):
            self._accuse(self._learning, f"{CACHED}: first calls on fresh inputs take over three times the later ones")
        if self._is_slow(first, STEADY_FACTOR):
            self._accuse(self._first, f"{CACHED}: calls on fresh inputs take over three times the steady time")
        return alone.peak_bytes

    def _long_calls(self, batch: Sequence[Unseen]) -> int | None:
        """A first call, and two problems in turn: as few calls as tell whether more are wanted."""
        plays = [Play([2], peak=True), Play([0, 1], all_kept=True)]
        first, both = self.calls.tried(plays, [self._fresh, *batch[:1]])
        if self._is_slow(both, STEADY_FACTOR):
            self._accuse(self._own, FASTER_TIMED)
            self._accuse(self._both, f"{CACHED}: calls on two problems in turn take over three times the steady time")
        if self._is_slow(first, STEADY_FACTOR):
            self._accuse(self._first, f"{CACHED}: calls on fresh inputs take over three times the steady time")
        return first.peak_bytes

    def alone(self) -> int | None:
        """One call on fresh inputs, the timed ones forgotten, and more only where it is slow; the peak of memory."""
        (first,) = self.calls.tried([Play([1], peak=True)], [self._fresh], alone=True)
        if first.call_ns[0] > STEADY_FACTOR * self.timed_ns + PAUSE_NS:
            self._accuse(self._first_alone, f"{CACHED}: calls on fresh inputs take over three times the steady time")
        return first.peak_bytes

    def looked_at(self) -> None:
        """Where a problem lies alone: calls on it that are all judged, and must not take longer than those timed."""
        if self.timed_ns < LOOKED_AT_NS:
            (own,) = self.calls.tried([Play([0] * self._looked_at())])
            if self._is_slow(own, STEADY_FACTOR):
                self._accuse(self._own, FASTER_TIMED)

    # Each of these measures once more and returns whether a kernel was slow, and what its threads waited.

    def _own(self) -> tuple[bool, int]:
        self.timed_ns = self.turn()
        _, own = self.calls.tried([Play([0] * PASSES), Play([0] * self._looked_at())])
        return self._is_slow(own, STEADY_FACTOR), own.waited_ns

    def _steady(self) -> tuple[bool, int]:
        self.timed_ns = self.turn()
        _, fresh = self.calls.tried([Play([1] * PASSES), Play([1] * self._looked_at())])
        return self._is_slow(_late(fresh), STEADY_FACTOR), fresh.waited_ns

    def _both(self) -> tuple[bool, int]:
        self.timed_ns = self.turn()
        (both,) = self.calls.tried([Play([0, 1] * self._looked_at())])
        return self._is_slow(_late(both), COLD_FACTOR), both.waited_ns

    def _several(self) -> tuple[bool, int]:
        self.timed_ns = self.turn()
        turns = self._in_turn(len(self.calls.names) - 1)
        several, cold = self.calls.tried([Play(turns * ROUNDS), self._displaced(len(turns))])
        slow = self._is_slow(_late(several), COLD_FACTOR, _typical(cold))
        return slow, several.waited_ns + cold.waited_ns

    def _learning(self) -> tuple[bool, int]:
        """Against calls on the timed problem after a pause like theirs: threads wake up in both."""
        calls = self._looked_at()
        plays = [Play([1]), Play([1] * calls), Play([0]), Play([0] * calls)]
        _, fresh, _, own = self.calls.tried(plays, self.calls.stock.another(1))
        slow = _learns(fresh) and _early(fresh) > STEADY_FACTOR * _early(own) + CALL_NS
        return slow, fresh.waited_ns + own.waited_ns

    def _first(self) -> tuple[bool, int]:
        self.timed_ns = self.turn()
        batch = self._sample(self.calls.stock.another(batch_size(self.calls.stock.problem_bytes)))
        row = _shuffled(range(1, len(batch) + 1))
        away = Play([0] * PASSES, displace=0 if self.in_place else DISPLACED_BYTES)
        again = [away, Play(row, unseen=True)] * PASSES
        _, first, *others = self.calls.tried([Play([0] * PASSES), Play(row), *again], batch)
        cold, known = min(map(_typical, others[::2])), min(map(_typical, others[1::2]))
        slow = _typical(first) > STEADY_FACTOR * known + CALL_NS or self._is_slow(first, LEARNT_FACTOR, cold)
        return slow, sum(each.waited_ns for each in (first, *others))

    def _first_alone(self) -> tuple[bool, int]:
        self.calls.reload()
        self.timed_ns = self.turn()
        again = [1, 0, 0, 1]
        apart = Play([0] * PASSES, pause_ns=APART_NS)
        plays = [Play([1]), Play(again, all_kept=True), apart, self._displaced(2)]
        first, _, rested, cold = self.calls.tried(plays, self.calls.stock.another(1))
        limit_ns = COLD_FACTOR * max(self.timed_ns, _typical(cold)) + PAUSE_NS
        wakes_ns = PAUSE_NS if self.threads == 1 else WAKE_NS
        rests = _typical(rested) > STEADY_FACTOR * self.timed_ns + wakes_ns
        waited_ns = first.waited_ns + rested.waited_ns + cold.waited_ns
        return rests or first.call_ns[0] > limit_ns, waited_ns

    def _accuse(self, measure: Callable[[], tuple[bool, int]], reason: str) -> None:
        """Raises `Lost` where a kernel is slow at every try."""
        undisturbed = 0
        for _ in range(DISTURBED_TRIES):
            slow, waited_ns = measure()
            if not slow:
                return
            undisturbed += waited_ns < WAITED_NS
            if undisturbed == TRIES:
                break
        raise Lost("wrong", reason)

    def _is_slow(self, played: Played, factor: float, at_least_ns: float = 0.0) -> bool:
        return _typical(played) > factor * max(self.timed_ns, at_least_ns) + CALL_NS

    def _looked_at(self) -> int:
        return max(2, min(MOST_LOOKED_AT, int(LOOKED_AT_NS / max(self.timed_ns, 1.0))))

    def _in_turn(self, problems: int) -> list[int]:
        most = max(2, min(IN_TURN, int(BATCH_NS / ROUNDS / max(self.timed_ns, 1.0))))
        return _shuffled(range(min(most, problems + 1)))

    def _sample(self, batch: Sequence[Unseen]) -> list[Unseen]:
        """As many as there is time for, one of those that are judged among them."""
        count = max(1, min(len(batch), int(BATCH_NS / max(self.timed_ns, 1.0))))
        judged = [each for each in batch if each.name][:1]
        others = _shuffled([each for each in batch if each not in judged])
        return _shuffled([*judged, *others][:count])

    def _displaced(self, problems: int) -> Play:
        """The timed problem, from outside the caches that so many problems fill."""
        read = 0 if self.in_place else min(DISPLACED_BYTES, problems * self.calls.stock.problem_bytes)
        return Play([0] * PASSES, displace=read)


def _shuffled(items: Any) -> list[Any]:
    found = list(items)
    random.SystemRandom().shuffle(found)
    return found


def _typical(played: Played) -> float:
    return median_low(played.call_ns)


def _late(played: Played) -> Played:
    """The later half of calls."""
    return Played(played.call_ns[len(played.call_ns) // 2 :], waited_ns=played.waited_ns)


def _early(played: Played) -> float:
    """The mean of the first eighth of calls, in ns."""
    return fmean(played.call_ns[: max(1, len(played.call_ns) // 8)])


def _learns(played: Played) -> bool:
    """Whether the first eighth of calls on a problem took far longer than the later half."""
    return _early(played) > COLD_FACTOR * _typical(_late(played)) + CALL_NS
