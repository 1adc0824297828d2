"""How long a run may take and will take: time budget, predictions, rounds."""

import math
import time
from collections.abc import Callable, Iterable

from .contest import LONG_CALL_NS, SLICE_NS, Contender
from .predict import Key, Predictor
from .protocol import Task, task_of
from .records import Case, Result
from .suite import Suite
from .sweep import PRESETS, Contest, Options, work

FEWEST_ROUNDS = 3
"""Below three samples a block tells nothing of its spread."""
RESERVE_SECONDS = 5.0
"""Kept for ending the workers and writing the report."""

CALLS_BESIDE_ROUNDS = 3
"""First call, warm-up and the call on fresh inputs."""

TYPICAL_CASE_SECONDS = 0.15


class Budget:
    """What has been spent and what the rest will cost, from what was seen so far."""

    def __init__(self, suite: Suite, options: Options, clock: Callable[[], float] = time.monotonic):
        self.suite, self.options, self._clock = suite, options, clock
        self._started = clock()
        self._part_ends = math.inf
        self._predictor = Predictor()
        self._spent: dict[int, float] = {}
        self._case_seconds = TYPICAL_CASE_SECONDS

    def seconds_left(self) -> float | None:
        """Of the part that has begun; None where there is no budget."""
        if self.options.time_budget_s is None:
            return None
        now = self._clock()
        return min(self.options.time_budget_s - (now - self._started) - RESERVE_SECONDS, self._part_ends - now)

    def begin_part(self, parts: int) -> None:
        """The next of ``parts`` equal parts of the time that is left: what comes first leaves the rest their share."""
        self._part_ends = math.inf
        left = self.seconds_left()
        if left is not None:
            self._part_ends = self._clock() + left / max(1, parts)

    def is_spent(self) -> bool:
        left = self.seconds_left()
        return left is not None and left <= 0

    def share(self, part: float, at_most: float) -> float:
        """Seconds that are a part of the whole budget; ``at_most`` where there is none."""
        whole = self.options.time_budget_s
        return at_most if whole is None else min(at_most, max(1.0, part * whole))

    def note_call(self, case: Case, call_ns: float) -> None:
        self._predictor.record(_key(case), self.work(case), call_ns, case.sizes)

    def note_earlier(self, results: Iterable[Result]) -> None:
        """Learns from a run that is resumed."""
        for result in results:
            if result.samples:
                self.note_call(result.case, min(sample.wall_ns / sample.calls for sample in result.samples))

    def note_probe(self, case: Case, task: Task, call_ns: float) -> None:
        cost = work(self.suite.operations[task.operation], task)
        self._predictor.record(_key(case), cost, call_ns, task.sizes)

    def note_contest(self, index: int, seconds: float, contest: Contest) -> None:
        """Learns what a contest cost in all, and what a case costs beside its calls."""
        self._spent[index] = seconds
        calls = sum((self.predict_ns(case) or 0.0) for case in contest.cases) / 1e9
        beside = max(0.0, seconds - (CALLS_BESIDE_ROUNDS + 1) * calls) / max(1, len(contest.cases))
        self._case_seconds += (min(beside, 1.0) - self._case_seconds) / 8

    def predict_ns(self, case: Case) -> float | None:
        return self._predictor.predict_ns(_key(case), self.work(case), case.sizes)

    def wants_probe(self, case: Case) -> bool:
        return self._predictor.wants_probe(_key(case), self.work(case), case.sizes)

    def work(self, case: Case) -> float:
        return work(self.suite.operations[case.operation], task_of(case))

    def estimate(self, contests: Iterable[Contest]) -> float:
        """Seconds the contests take with one round each."""
        cap_ns = self.options.timeout_s * 1e9
        total = 0.0
        for contest in contests:
            predicted = [self.predict_ns(case) or 0.0 for case in contest.cases]
            calls = sum(each for each in predicted if each <= cap_ns) / 1e9
            total += self._case_seconds * len(predicted) + (CALLS_BESIDE_ROUNDS + 1) * calls
        return total

    def rounds(self, ready: list[Contender], later: list[Contest]) -> int:
        """As many rounds as the preset wants; fewer for long calls and when time runs short."""
        wanted = PRESETS[self.options.preset].rounds
        left = self.seconds_left()
        if left is None or not ready:
            return wanted
        each_round = sum(min(max(SLICE_NS, contender.call_ns), LONG_CALL_NS) for contender in ready) / 1e9
        affordable = (left - self.estimate(later)) / max(each_round, 1e-3)
        return int(max(min(wanted, FEWEST_ROUNDS), min(wanted, affordable)))

    def choose(self, contests: list[tuple[int, Contest]], start_seconds: float) -> list[tuple[int, Contest]]:
        """The contests of a further block: the cheapest that fit into the time left, in their order."""
        left = self.seconds_left()
        if left is None:
            return contests
        left -= start_seconds
        chosen = []
        for index, contest in sorted(contests, key=lambda pair: self._spent.get(pair[0], 0.0)):
            left -= self._spent.get(index, 0.0)
            if left >= 0:
                chosen.append((index, contest))
        return sorted(chosen, key=lambda pair: pair[0])


def _key(case: Case) -> Key:
    parameters = ",".join(f"{name}={value}" for name, value in case.parameters.items())
    return (case.implementation, case.operation, case.dtype, str(case.threads), case.device, parameters)
