"""Parent: blocks, contests, budget, resume. Never imports a framework, never computes.

A block is one fresh set of worker processes. The first block plays every
contest; further ones replay those that want several blocks and fit what is
left of the time budget, the cost of each being known from the first.
"""

import random
import time
from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec
import psutil

from .contest import SLICE_NS, Contender, Stage, play_rounds
from .predict import Key, Predictor, probe_sizes
from .problems import Problems
from .protocol import Prepare, Prepared, Release, Released, Slice, Sliced, Task
from .records import Case, Result
from .slot import Lost, Slot
from .suite import Suite
from .sweep import PRESETS, Contest, Options, describe, footprint, work

FEWEST_ROUNDS = 2
LONG_CALL_NS = 250_000_000
RESERVE_SECONDS = 4.0
MEMORY_SHARE = 0.8
FOOTPRINTS_HELD = 1.5
"""Beside its own inputs a worker holds temporaries of up to their size, and what the oracle said."""

ORACLE_FOOTPRINTS = 4.0


class Watcher(Protocol):
    """Who is told how a run goes."""

    def begin(self, total: int) -> None: ...
    def now(self, what: str, seconds_left: float | None) -> None: ...
    def done(self, result: Result) -> None: ...


class Runner:
    """One run of a suite. ``append`` stores a result at once; ``earlier`` are those a resumed run has."""

    def __init__(
        self,
        suite: Suite,
        options: Options,
        append: Callable[[Result], None],
        watcher: Watcher,
        earlier: Iterable[Result] = (),
        timed: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.suite, self.options, self.watcher, self.clock = suite, options, watcher, clock
        self._append, self._timed = append, timed
        earlier = list(earlier)
        self._done = {(result.case, result.block) for result in earlier}
        self._lost = {result.case for result in earlier if result.status != "ok"}
        self._next_round: dict[tuple[str, int], int] = {}
        self._predictor = Predictor()
        self._slots: dict[tuple[str, int], Slot] = {}
        self._random = random.Random(options.seed)
        self._spent: dict[int, float] = {}
        self._started = clock()
        self._memory = options.memory_limit_bytes or int(MEMORY_SHARE * psutil.virtual_memory().available)
        self._remember(earlier)

    def play(self, contests: list[Contest]) -> None:
        """Plays all contests; every case ends with exactly one result a block."""
        self.watcher.begin(sum(len(contest.cases) for contest in contests))
        self.problems = Problems(self.suite, self.options)
        try:
            self.problems.open()
            for block in range(max((contest.blocks for contest in contests), default=1)):
                self._play_block(block, self._chosen(contests, block))
        finally:
            self._stop_slots()
            self.problems.close()

    def _chosen(self, contests: list[Contest], block: int) -> list[tuple[int, Contest]]:
        """The contests of a block: all of the first, then the cheapest that fit the time left."""
        wanted = [(index, each) for index, each in enumerate(contests) if each.blocks > block]
        left = self._seconds_left()
        if block == 0 or left is None:
            return wanted
        left -= self._start_seconds()
        chosen = []
        for index, contest in sorted(wanted, key=lambda pair: self._spent.get(pair[0], 0.0)):
            left -= self._spent.get(index, 0.0)
            if left < 0:
                break
            chosen.append((index, contest))
        return sorted(chosen, key=lambda pair: pair[0])

    def _play_block(self, block: int, contests: list[tuple[int, Contest]]) -> None:
        for place, (index, contest) in enumerate(contests):
            if block and self._late(RESERVE_SECONDS):
                break
            begun = self.clock()
            before = {threads for _, threads in self._slots}
            if before - {contest.threads}:
                self._stop_slots()
            try:
                self._play(contest, block, [later for _, later in contests[place:]])
            finally:
                self.problems.discard("main")
                self.problems.discard("fresh")
            self._spent[index] = self.clock() - begun
        self._stop_slots()

    def _play(self, contest: Contest, block: int, later: list[Contest]) -> None:
        cases = [case for case in contest.cases if (case, block) not in self._done]
        if block:
            cases = [case for case in cases if case not in self._lost]
        if not cases:
            return
        task = contest.task
        self.watcher.now(f"{task.operation} {describe(task.sizes)} {task.dtype}", self._estimate(later))
        runnable = [case for case in cases if self._admit(case, block)]
        try:
            stage = self._stage(task, runnable)
        except Lost as lost:
            for case in runnable:
                self._end(case, block, lost)
            return
        if stage is None:
            return
        for group in self._groups(contest, runnable):
            self._play_group(contest, group, block, stage, later)

    def _play_group(self, contest: Contest, group: list[Case], block: int, stage: Stage, later: list[Contest]) -> None:
        contenders = [Contender(case, self._slot(case), block, stage, self._emit) for case in group]
        self._random.shuffle(contenders)
        if not self._timed:
            for each in contenders:
                if each.prepare():
                    each.finish()
                each.release()
            return
        ready = [each for each in contenders if each.prepare() and each.warm_up()]
        for each in ready:
            self._predictor.record(_key(each.case), self._work(each.case), each.call_ns)
        rounds = self._rounds(ready, later)
        key = (_contest_key(group[0]), block)
        first = self._next_round.get(key, 0)
        for each in play_rounds(ready, rounds, first, self._random):
            each.finish()
        self._next_round[key] = first + rounds
        for each in contenders:
            each.release()

    def _stage(self, task: Task, runnable: list[Case]) -> Stage | None:
        if not runnable:
            return None
        exact_task, exact = self.problems.exact(task.operation, task.dtype)
        made = self.problems.make(task, "main", "main")
        self.problems.make(task, "fresh", "fresh")
        return Stage(
            task=task,
            main=str(self.problems.scratch / "main"),
            fresh=str(self.problems.scratch / "fresh"),
            exact_task=exact_task,
            exact=exact,
            inputs_sha256=made.inputs_sha256,
            data=self.problems.label,
            generated=self.problems.generated,
            timeout_s=self.options.timeout_s,
        )

    def _admit(self, case: Case, block: int) -> bool:
        """Starts a case's worker; ends cases that cannot run or would take too long."""
        slot = self._slot(case)
        try:
            self._refuse_for_budget()
            self._refuse_for_memory(case)
            slot.start()
            self._refuse_for_time(case, slot)
        except Lost as lost:
            self._end(case, block, lost)
            return False
        return True

    def _refuse_for_budget(self) -> None:
        if self._late(0.0):
            budget = self.options.time_budget_s or 0.0
            raise Lost("skipped", f"the time budget of {budget:g} s was spent before its turn (--time-budget)")

    def _refuse_for_memory(self, case: Case) -> None:
        need = max(self._need(case), ORACLE_FOOTPRINTS * self._footprint(case))
        if need > self._memory:
            raise Lost(
                "skipped",
                f"needs about {need / 2**30:.3g} GiB of memory; {self._memory / 2**30:.3g} GiB may be used (--memory-limit)",
            )

    def _refuse_for_time(self, case: Case, slot: Slot) -> None:
        if self._predictor.wants_probe(_key(case), self._work(case)):
            self._probe(case, slot)
        predicted = self._predictor.predict_ns(_key(case), self._work(case))
        if predicted is not None and predicted > self.options.timeout_s * 1e9:
            raise Predicted(int(predicted), self.options.timeout_s)

    def _probe(self, case: Case, slot: Slot) -> None:
        """Calls a case at ever less shrunken sizes until one says what a flop costs."""
        operation = self.suite.operations[case.operation]
        for shrink in (1000, 100, 10):
            task = Task(case.operation, probe_sizes(case.sizes, shrink), case.parameters, case.dtype)
            if not self._predictor.wants_probe(_key(case), self._work(case)):
                return
            try:
                self.problems.make(task, "main", "main")
                request = Prepare(task, str(self.problems.scratch / "main"), self.problems.generated)
                slot.ask(request, 3 * self.options.timeout_s + 30, Prepared)
                reply = slot.ask(Slice(0, 1), 3 * self.options.timeout_s + 30, Sliced)
                self._predictor.record(_key(case), work(operation, task), reply.sample.wall_ns)
                slot.ask(Release(), 60, Released)
            except Lost:
                return
            finally:
                self.problems.discard("main")

    def _groups(self, contest: Contest, cases: list[Case]) -> list[list[Case]]:
        """Contenders that fit into memory together; all of them where they do."""
        resident = sum(slot.started.resident_bytes for slot in self._slots.values() if slot.started)
        groups: list[list[Case]] = [[]]
        held = float(resident)
        for case in cases:
            if groups[-1] and held + self._need(case) > self._memory:
                groups.append([])
                held = float(resident)
            groups[-1].append(case)
            held += self._need(case)
        return [group for group in groups if group]

    def _rounds(self, ready: list[Contender], later: list[Contest]) -> int:
        """As many rounds as the preset wants; fewer for long calls and when time runs short."""
        wanted = PRESETS[self.options.preset].rounds
        longest = max((each.call_ns for each in ready), default=0.0)
        if longest > LONG_CALL_NS and self.options.time_budget_s is not None:
            wanted = max(1, round(wanted * LONG_CALL_NS / longest))
        left = self._seconds_left()
        if left is None:
            return wanted
        each_round = sum(max(SLICE_NS, contender.call_ns) for contender in ready) / 1e9
        spare = left - (self._estimate(later[1:]) or 0.0)
        return int(max(min(wanted, FEWEST_ROUNDS), min(wanted, spare / 2 / max(each_round, 1e-3))))

    def _estimate(self, contests: list[Contest]) -> float:
        """Seconds the contests will take at the least, from what was seen so far."""
        cases = max(1, len(self._done))
        overhead = max(0.02, (self.clock() - self._started - self._start_seconds()) / cases)
        total = 0.0
        for contest in contests:
            for case in contest.cases:
                predicted = self._predictor.predict_ns(_key(case), self._work(case)) or 0.0
                if predicted <= self.options.timeout_s * 1e9:
                    total += min(overhead, 0.15) + 4 * predicted / 1e9
        return total

    def _start_seconds(self) -> float:
        return sum(slot.started.import_ns for slot in self._slots.values() if slot.started) / 1e9 * 1.3

    def _seconds_left(self) -> float | None:
        if self.options.time_budget_s is None:
            return None
        return self.options.time_budget_s - (self.clock() - self._started) - RESERVE_SECONDS

    def _late(self, seconds: float) -> bool:
        left = self._seconds_left()
        return left is not None and left < seconds

    def _slot(self, case: Case) -> Slot:
        key = (case.implementation, case.threads)
        if key not in self._slots:
            implementation = self.suite.implementations[case.implementation]
            self._slots[key] = Slot(self.suite, implementation, case.threads, case.device, self._memory)
        return self._slots[key]

    def _stop_slots(self) -> None:
        for slot in self._slots.values():
            slot.stop()

    def _footprint(self, case: Case) -> float:
        task = Task(case.operation, case.sizes, case.parameters, case.dtype)
        return footprint(self.suite.operations[case.operation], task)

    def _need(self, case: Case) -> float:
        from .arrays import LIBRARIES

        library = LIBRARIES.get(self.suite.implementations[case.implementation].library)
        factor = library.footprint_factor if library else 1.0
        return (factor + FOOTPRINTS_HELD) * self._footprint(case)

    def _work(self, case: Case) -> float:
        task = Task(case.operation, case.sizes, case.parameters, case.dtype)
        return work(self.suite.operations[case.operation], task)

    def _remember(self, earlier: Iterable[Result]) -> None:
        for result in earlier:
            if result.samples:
                call_ns = min(sample.wall_ns / sample.calls for sample in result.samples)
                self._predictor.record(_key(result.case), self._work(result.case), call_ns)
                key, last = (_contest_key(result.case), result.block), result.samples[-1].round
                self._next_round[key] = max(self._next_round.get(key, 0), last + 1)

    def _end(self, case: Case, block: int, lost: Lost) -> None:
        implementation = self.suite.implementations[case.implementation]
        predicted = lost.predicted_ns if isinstance(lost, Predicted) else None
        self._emit(
            Result(
                case=case,
                algorithm=implementation.algorithm,
                source_sha256=implementation.source_sha256,
                data=self.problems.label,
                status=lost.status,  # pyright: ignore[reportArgumentType]
                reason=lost.reason,
                predicted_ns=predicted,
                cap_ns=int(self.options.timeout_s * 1e9) if predicted else None,
                exit=lost.exit,
                block=block,
            )
        )

    def _emit(self, result: Result) -> None:
        self._append(result)
        self._done.add((result.case, result.block))
        if result.status != "ok":
            self._lost.add(result.case)
        self.watcher.done(result)


class Predicted(Lost):
    """A case that would break the time limit of a call."""

    def __init__(self, predicted_ns: int, timeout_s: float):
        super().__init__(
            "skipped",
            f"predicted to take {predicted_ns / 1e9:.3g} s a call, over the limit of {timeout_s:g} s (--timeout)",
        )
        self.predicted_ns = predicted_ns


def _key(case: Case) -> Key:
    parameters = ",".join(f"{name}={value}" for name, value in case.parameters.items())
    return (case.implementation, case.operation, case.dtype, str(case.threads), case.device, parameters)


def _contest_key(case: Case) -> str:
    return msgspec.structs.replace(case, implementation="").key
