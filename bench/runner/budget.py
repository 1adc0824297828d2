"""The time of a run: what is left of its budget, what the rest will take, how many rounds fit."""

import math
import time
from collections.abc import Callable, Iterable

from ..records import Case, Result, Task, task_of, words
from ..suites.suite import Suite
from ..sweep import LONGEST_START_S, PRESETS, Contest, Options, work
from .predict import Key, Predictor
from .terms import LONG_CALL_NS, SLICE_NS, SLICES, UNTIMED_NS

FEWEST_ROUNDS = 3
"""Fewer rounds do not show how far the times of a block scatter."""

TURN_NS = SLICES * SLICE_NS
BESIDE_A_TURN_NS = UNTIMED_NS + 2_000_000
"""Time beside a turn: untimed calls, switching processes, placing inputs anew."""

FURTHER_SHARE, ROUNDS_SHARE = 0.33, 0.27
"""Shares of the budget for further blocks, and for rounds of the first. The rest starts, compiles and verifies."""
RESERVE_SECONDS = 5.0
"""Reserved for ending the workers and writing the report."""

CALLS_BESIDE_ROUNDS = 3
"""Calls of a case outside its rounds: first call, warm-up and the call on fresh inputs."""

TYPICAL_CASE_SECONDS = 0.15

OVERTIME = 1.0
"""As much of a preset's budget is granted again to cases of the first block that would else have no time at all."""


class Budget:
    """Time spent so far, and estimates of the rest from the calls measured so far."""

    def __init__(self, suite: Suite, options: Options, clock: Callable[[], float] = time.monotonic):
        self.suite, self.options, self._clock = suite, options, clock
        self._started, self._ready = clock(), math.inf
        self._part_ends = math.inf
        self._predictor = Predictor()
        self._works: dict[tuple[object, ...], float] = {}
        self._case_seconds = TYPICAL_CASE_SECONDS
        self._kept, self._rounds_seconds, self._overtime, self._granted = 0.0, 0.0, 0.0, 0.0

    def seconds_left(self) -> float | None:
        """Seconds left of the current part; None without a budget."""
        if self.options.time_budget_s is None:
            return None
        now = self._now()
        whole = self.options.time_budget_s + self._granted
        return min(whole - (now - self._started) - RESERVE_SECONDS, self._part_ends - now)

    def note_ready(self) -> None:
        """Notes that the first workers have started."""
        self._ready = min(self._ready, self._clock())

    def _now(self) -> float:
        """The clock, which stands still while the first workers take longer to start than a preset's budget expects."""
        now = self._clock()
        if self.options.start_s is None:
            return now
        took = min(min(now, self._ready) - self._started, LONGEST_START_S)
        return now - max(0.0, took - self.options.start_s)

    def begin_first_block(self, share: float) -> None:
        """Reserves a share of the whole budget for further blocks, for which no case is skipped.

        A budget that the user states is a total. A preset's is what it takes on a usual machine: on a slow one, or
        where everything is compiled for the first time, each case still has its turn, with the fewest rounds.
        """
        whole = self.options.time_budget_s or 0.0
        self._kept = share * whole
        self._overtime = 0.0 if self.options.start_s is None else OVERTIME * whole

    def begin_further_blocks(self) -> None:
        """They have what was reserved for them, also where the first block took more of a preset's budget."""
        self._part_ends = math.inf
        left = self.seconds_left()
        if left is not None and self._overtime:
            self._granted = max(0.0, self._kept - left)
        self._kept, self._overtime = 0.0, 0.0

    def begin_part(self, parts: int) -> None:
        """Begins the next of ``parts`` equal parts of the time left, so that it leaves time for the others."""
        self._part_ends = math.inf
        left = self.seconds_left()
        if left is not None:
            self._part_ends = self._now() + left / max(1, parts)

    def is_spent(self) -> bool:
        """Whether a case that has not begun is left out."""
        left = self.seconds_left()
        return left is not None and left + self._overtime <= 0

    @property
    def in_words(self) -> str:
        """As the reason of a case that it left out tells it."""
        again = " and as much again" if self._overtime else ""
        return f"{self.options.time_budget_s or 0.0:g} s{again}"

    def share(self, part: float, at_most: float) -> float:
        """That part of the whole budget, in seconds, but no more than ``at_most``."""
        whole = self.options.time_budget_s
        return at_most if whole is None else min(at_most, max(1.0, part * whole))

    def note_call(self, case: Case, call_ns: float) -> None:
        self._predictor.record(_key(case), self.work(case), call_ns, case.sizes)

    def note_earlier(self, results: Iterable[Result]) -> None:
        """Uses the results of a run that is resumed."""
        for result in results:
            if result.samples:
                self.note_call(result.case, min(sample.wall_ns / sample.calls for sample in result.samples))

    def note_probe(self, case: Case, task: Task, call_ns: float) -> None:
        self._predictor.record(_key(case), self._work(task), call_ns, task.sizes)

    def note_made(self, task: Task, seconds: float) -> None:
        """Notes the time that making the inputs, outputs and bounds of a task took."""
        self._predictor.record(_made_key(task), self._work(task), seconds * 1e9, task.sizes)

    def note_contest(
        self, seconds: float, contest: Contest, rounds_seconds: float = 0.0, made_seconds: float = 0.0
    ) -> None:
        """Updates the time that a case takes besides its calls, its rounds and the making of its problem."""
        calls = sum((self.predict_ns(case) or 0.0) for case in contest.cases) / 1e9
        beside = max(0.0, seconds - rounds_seconds - made_seconds - CALLS_BESIDE_ROUNDS * calls)
        beside /= max(1, len(contest.cases))
        self._case_seconds += (min(beside, 1.0) - self._case_seconds) / 8

    def predict_ns(self, case: Case) -> float | None:
        return self._predictor.predict_ns(_key(case), self.work(case), case.sizes)

    def wants_probe(self, case: Case) -> bool:
        return self._predictor.wants_probe(_key(case), self.work(case), case.sizes)

    def work(self, case: Case) -> float:
        return self._work(task_of(case))

    def _work(self, task: Task) -> float:
        """Asks the suite once per task: each estimate goes through all cases that are left."""
        key = (task.operation, task.dtype, *task.sizes.items(), *task.parameters.items())
        if key not in self._works:
            self._works[key] = work(self.suite.operations[task.operation], task)
        return self._works[key]

    def told(self, contests: Iterable[Contest]) -> float | None:
        """Seconds to show to the user; None without a budget if a call may take long and cannot be estimated yet."""
        contests, left = list(contests), self.seconds_left()
        if left is not None:
            return min(self.estimate(contests), max(left + self._overtime, 0.0))
        if any(self.wants_probe(case) for contest in contests for case in contest.cases):
            return None
        return self.estimate(contests)

    def estimate(self, contests: Iterable[Contest]) -> float:
        """Seconds that the contests take besides their rounds."""
        cap_ns = self.options.timeout_s * 1e9
        total = 0.0
        for contest in contests:
            predicted = [self.predict_ns(case) or 0.0 for case in contest.cases]
            calls = sum(each for each in predicted if each <= cap_ns) / 1e9
            made = self._predictor.predict_ns(_made_key(contest.task), self._work(contest.task), contest.task.sizes)
            total += self._case_seconds * len(predicted) + CALLS_BESIDE_ROUNDS * calls + (made or 0.0) / 1e9
        return total

    def rounds(self, calls_ns: Iterable[float], later: Iterable[Contest]) -> tuple[int, float]:
        """The most rounds, and the seconds for them: this contest's share of the time left for all rounds.

        ``calls_ns`` are the times of a call of each contender. Time that it does not use goes to later contests.
        """
        wanted = PRESETS[self.options.preset].rounds
        left = self.seconds_left()
        left = None if left is None else left - self._kept
        own = sum(map(_turn_seconds, calls_ns))
        if left is None or not own:
            return wanted, math.inf
        later = list(later)
        others = sum(_turn_seconds(self.predict_ns(case) or 0.0) for each in later for case in each.cases)
        seconds = max(0.0, min(left - self.estimate(later), self._left_for_rounds())) * own / (own + others)
        return max(min(wanted, FEWEST_ROUNDS), min(wanted, int(seconds / own))), max(seconds, FEWEST_ROUNDS * own)

    def note_rounds(self, seconds: float) -> None:
        self._rounds_seconds += seconds

    def _left_for_rounds(self) -> float:
        """Seconds left of the first block's share for rounds, while the rest is reserved for further blocks."""
        whole = self.options.time_budget_s or math.inf
        return ROUNDS_SHARE * whole - self._rounds_seconds if self._kept else math.inf


def _turn_seconds(call_ns: float) -> float:
    """Seconds that a contender takes per round, on average: one with long calls sits out most rounds."""
    beside = max(BESIDE_A_TURN_NS, call_ns if call_ns < LONG_CALL_NS else 0.0)
    return (min(max(TURN_NS, call_ns), LONG_CALL_NS) + beside) / 1e9


def _made_key(task: Task) -> Key:
    parameters = words(task.parameters)
    return ("", task.operation, task.dtype, parameters)


def _key(case: Case) -> Key:
    parameters = words(case.parameters)
    return (case.implementation, case.operation, case.dtype, str(case.threads), case.device, parameters)
