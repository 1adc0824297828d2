"""One benchmark of another tool's suite in one block: base and head in turns, parked where their tool times them."""

import math
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..errors import Lost
from ..guests import messages
from ..guests.session import Session
from ..records import Sample
from .memory_duel import CALLS, UNKNOWN, memory_reading
from .paired_rounds import BASE, COPY, HEAD, Reading, balanced, log_time, read, rounds_within
from .records import TIME, Measure
from .statistics import p_of_trend

SLICE_NS = 250_000
"""The calls of a side in its turn take at least this long."""

FEWEST_ROUNDS = 2
CASE_NS = 150_000_000
"""Time for a benchmark in a block; long calls get fewer rounds."""

PREPARED = 4
PREPARED_NS = 2_000_000
"""Where calls are each prepared for so many times their time, a slice takes no longer than this, or is one call: more
calls would cost rounds, and single calls in many rounds tell more."""

PREPARED_CASE_NS = 600_000_000
"""Time for such a benchmark in a block."""

FEW_ROUNDS = 8
"""Fewer are read by lower quartiles. Where a machine switches between two speeds, rounds of a few long calls differ by
up to a factor of two, and their median scatters twice as far from block to block."""

UNEVEN = 4
"""Where one side is so many times faster, its slices are short and would begin on cold caches: a call precedes each."""

WARM_SLICES = 2
MOST_TRIALS = 8
GROWTH = 4
"""The number of calls grows by at most this factor from one trial to the next."""

REPEATS = 3
"""Evaluations of a number in a block: one that is equal in all of them is exact."""

TREND_LEVEL = 1e-3
UNBOUNDED = math.log(1e9)


class GuestDuel:
    """All sides of one benchmark. ``lost`` receives the sides that end without a time."""

    def __init__(
        self,
        sessions: Mapping[str, Session],
        lost: dict[str, Lost],
        rng: random.Random,
        timeout_s: float,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        measure: Measure = TIME,
    ):
        self._sessions, self._lost, self._random = sessions, lost, rng
        self._timeout_s, self._clock_ns = timeout_s, clock_ns
        self._untimed, self._case_ns = 0, CASE_NS
        self._by: Measure = measure

    def play(self) -> Reading | None:
        """Brings all sides to their clock, times them in turns and lets them end; None if a side was lost."""
        parked = self._park()
        reading = self._measure(parked) if parked and not self._lost else None
        for side in parked:
            self._finish(side)
        return None if self._lost else reading

    def _park(self) -> dict[str, messages.Parked]:
        found = {}
        for side, session in self._shuffled():
            with_reply = self._asked(side, lambda session=session: session.next(self._timeout_s))
            if isinstance(with_reply, messages.Parked):
                found[side] = with_reply
            elif isinstance(with_reply, messages.Ended):
                self._lost[side] = end_of(with_reply)
        return found

    def _measure(self, parked: Mapping[str, messages.Parked]) -> Reading | None:
        units = {each.unit for each in parked.values()}
        if units == {"ns"}:
            alone = any(each.alone for each in parked.values())
            return self._timed(alone) if self._by == TIME else self._watched()
        return self._counted(units) if self._by == TIME else self._lose_both("it tracks a number and has no calls")

    def _timed(self, alone: bool) -> Reading | None:
        """Equal numbers of calls on all sides, in equal order: a benchmark may change what it works on."""
        try:
            calls, turn_ns = self._calibrate(alone)
            for _ in range(WARM_SLICES if turn_ns < self._case_ns / FEWEST_ROUNDS else 0):
                self._turn(list(self._sessions), calls)
            return self._rounds(calls, turn_ns)
        except SideLost as gone:
            self._lost[gone.side] = gone.lost
            return None

    def _calibrate(self, alone: bool) -> tuple[int, float]:
        """Calls in a slice, and the ns that a slice of each side takes in all. ``alone``: each call is prepared."""
        calls = 1
        if alone:
            self._turn(list(self._sessions), calls)  # asv has prepared the first call already
        while True:
            begun = self._clock_ns()
            walls = [sample.wall_ns for _, sample in self._turn(list(self._sessions), calls)]
            longest = max(walls)
            passed = self._clock_ns() - begun
            enough_ns = PREPARED_NS * len(walls)
            if alone and passed > max(PREPARED * sum(walls), enough_ns):
                self._case_ns = PREPARED_CASE_NS
                fewer = max(1, int(calls * enough_ns / passed))
                return fewer, passed * fewer / calls
            if longest >= SLICE_NS or passed * 2 * MOST_TRIALS > CASE_NS:
                self._untimed = int(longest > UNEVEN * min(walls))
                return calls, float(passed) * (1 + self._untimed)
            calls = next_calls(calls, longest, SLICE_NS)

    def _rounds(self, calls: int, turn_ns: float) -> Reading | None:
        rounds = rounds_within(self._case_ns, 2 * turn_ns, FEWEST_ROUNDS)
        samples: dict[str, list[Sample]] = {side: [] for side in self._sessions}
        began = []
        for number, order in enumerate(balanced(list(self._sessions), rounds, self._random)):
            began.append(order[0])
            for side, sample in self._turn([*order, *reversed(order)], calls, number):
                samples[side].append(sample)
        reading = read(samples, began, FEW_ROUNDS)
        return reading and replace(reading, trend=trend(samples))

    def _turn(self, order: Sequence[str], calls: int, number: int = 0) -> list[tuple[str, Sample]]:
        return [(side, self._slice(side, number, calls)) for side in order]

    def _slice(self, side: str, number: int, calls: int) -> Sample:
        try:
            return self._sessions[side].time(number, calls, self._timeout_s, self._untimed)
        except Lost as lost:
            raise SideLost(side, lost) from None

    def _counted(self, units: set[str]) -> Reading | None:
        """Numbers that a benchmark tracks."""
        if len(units) > 1:
            return self._lose_both(f"its unit differs between the sides: {' and '.join(sorted(units))}")
        found: dict[str, list[float]] = {}
        for side, session in self._shuffled():
            counted = self._asked(side, lambda session=session: self._repeated(session))
            if counted is not None:
                found[side] = counted
        if self._lost:
            return None
        exact = all(len(set(numbers)) == 1 for numbers in found.values())
        values = {side: statistics.median(numbers) for side, numbers in found.items()}
        if not exact and min(values.values()) <= 0:
            return self._lose_both("its numbers vary and are not all above 0, so they have no ratio")
        ratios = {side: number_ratio(values[BASE], value) for side, value in values.items()}
        return Reading(
            ratios[HEAD], ratios.get(COPY), values[BASE], values[HEAD], REPEATS, 0, exact=exact, unit=min(units)
        )

    def _lose_both(self, reason: str) -> None:
        self._lost.update(dict.fromkeys((BASE, HEAD), Lost("unsupported", reason)))

    def _watched(self) -> Reading | None:
        """The memory of calls, after one that is not watched."""
        found: dict[str, list[int]] = {}
        for side, session in self._shuffled():
            peaks = self._asked(side, lambda session=session: self._peaks(session))
            if peaks is not None:
                found[side] = peaks
        return None if self._lost else memory_reading(found)

    def _peaks(self, session: Session) -> list[int]:
        peaks = [session.peak(self._timeout_s) for _ in range(CALLS + 1)][1:]
        known = [peak for peak in peaks if peak is not None]
        if len(known) < CALLS:
            raise Lost("unsupported", UNKNOWN)
        return known

    def _repeated(self, session: Session) -> list[float]:
        return [session.count(self._timeout_s) for _ in range(REPEATS)]

    def _finish(self, side: str) -> None:
        """One more call, which the benchmark's own checks judge."""
        session = self._sessions[side]
        ended = self._asked(side, lambda: session.go(self._timeout_s)) if session.alive else None
        if ended is not None and ended.status != "ok":
            self._lost[side] = end_of(ended)

    def _asked(self, side, ask):
        try:
            return ask()
        except Lost as lost:
            self._lost[side] = lost
            return None

    def _shuffled(self) -> list[tuple[str, Session]]:
        return self._random.sample(list(self._sessions.items()), len(self._sessions))


class SideLost(Exception):
    """A side ended without a time."""

    def __init__(self, side: str, lost: Lost):
        super().__init__(side)
        self.side, self.lost = side, lost


def next_calls(calls: int, wall_ns: int, slice_ns: int) -> int:
    """How many calls to try next where so many took less than a slice."""
    return math.ceil(calls * min(GROWTH, max(1.2, 1.1 * slice_ns / max(wall_ns, 1))))


def number_ratio(base: float, value: float) -> float:
    """The log ratio of two numbers: above 0 if the value is the larger one.

    Of two negative numbers, the ratio is that of their amounts, the other way round; where one of them is 0, or only
    one is negative, it is very large.
    """
    if base == value:
        return 0.0
    if min(base, value) > 0 or max(base, value) < 0:
        return math.log(value / base) if base > 0 else math.log(base / value)
    return UNBOUNDED if value > base else -UNBOUNDED


def trend(samples: Mapping[str, Sequence[Sample]]) -> float:
    """How much longer calls became within a block, as a log ratio; 0 unless all sides show it."""
    found = [_growth([log_time([each]) for each in side]) for side in samples.values()]
    return min(found, key=abs) if found else 0.0


def _growth(logs: Sequence[float]) -> float:
    third = len(logs) // 3
    if third <= 1 or p_of_trend(logs) > TREND_LEVEL:
        return 0.0
    return statistics.median(logs[-third:]) - statistics.median(logs[:third])


def end_of(ended: messages.Ended | messages.Finished) -> Lost:
    """How a benchmark was lost that ended by itself."""
    if not isinstance(ended, messages.Ended) or ended.status == "ok":
        return Lost("crashed", "it ended while it was to be timed")
    return Lost(ended.status, ended.reason)
