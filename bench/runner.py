"""Parent: blocks, contests, resume. Never imports a framework, never computes.

A block is one fresh set of worker processes. The first block plays every
contest; further ones replay those that want several blocks and fit what is
left of the time budget, the cost of each being known from the first.
"""

import contextlib
import math
import random
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import msgspec

from .admission import Admission
from .budget import Budget
from .contest import LONG_CALL_NS, Contender, Stage, play_rounds
from .measure import available_cores
from .problems import Problems
from .protocol import Task
from .reading import Readers
from .records import Case, Output, Result, ShownTask
from .showing import SECONDS, SHARE, TURNS, Keep, Showing
from .slot import Lost, Slot
from .suite import Suite
from .sweep import Contest, Options, cost, describe, footprint

START_OVERHEAD = 1.3
"""What a worker's start takes over its imports: the interpreter, the hand-shake."""


class Watcher(Protocol):
    """Who is told how a run goes."""

    def begin(self, total: int) -> None: ...
    def now(self, what: str, seconds_left: float | None) -> None: ...
    def done(self, result: Result) -> None: ...


class Runner:
    """One run of a suite. ``append`` stores a result at once; ``earlier`` are those a resumed run has.

    ``keep`` and ``kept`` are the same for what is shown; without ``keep`` nothing is.
    """

    def __init__(
        self,
        suite: Suite,
        options: Options,
        append: Callable[[Result], None],
        watcher: Watcher,
        earlier: Iterable[Result] = (),
        timed: bool = True,
        keep: Keep | None = None,
        kept: Iterable[ShownTask | Output] = (),
    ):
        self.suite, self.options, self.watcher = suite, options, watcher
        self._append, self._timed = append, timed
        earlier = list(earlier)
        self._done = {(result.case, result.block) for result in earlier}
        self._lost = {result.case for result in earlier if result.status != "ok"}
        self._next_round = _next_rounds(earlier)
        self._slots: dict[tuple[str, int], Slot] = {}
        self._threads = 0
        self._random = random.Random(options.seed)
        self._readers = Readers(suite)
        self._algorithms = sorted({each.algorithm for each in suite.implementations.values()})
        self.dispatch_ns: dict[str, float] = {}
        self._budget = Budget(suite, options)
        self._budget.note_earlier(earlier)
        self._ok = {result.case: result.first_call_ns or 0 for result in earlier if result.status == "ok"}
        self._problems = Problems(suite, options)
        self._showing = Showing(suite, self._problems, keep, kept)
        self._admission = Admission(suite, options, self._budget, self._problems)

    def play(self, contests: list[Contest]) -> None:
        """Plays all contests; every case ends with exactly one result a block."""
        self.watcher.begin(sum(len(contest.cases) for contest in contests))
        try:
            self._admission.refuse_table()
            self._problems.open()
            self._showing.open(contests)
            for block in range(max((contest.blocks for contest in contests), default=1)):
                wanted = [(index, each) for index, each in enumerate(contests) if each.blocks > block]
                self._play_block(block, self._budget.choose(wanted, self._start_seconds()) if block else wanted)
        finally:
            self._stop_slots()
            self._readers.stop()
            self._problems.close()

    def _play_block(self, block: int, contests: list[tuple[int, Contest]]) -> None:
        self._begin_threads(block, contests)
        if block:
            self._start_together([contest for _, contest in contests])
        for place, (index, contest) in enumerate(contests):
            if block and self._budget.is_spent():
                break
            if self._threads != contest.threads:
                self._show()
                self._stop_slots()
                self._begin_threads(block, contests[place:])
            begun = time.monotonic()
            try:
                self._play(contest, block, [later for _, later in contests[place + 1 :]])
            finally:
                self._problems.discard("main")
                self._problems.discard("fresh")
            if not block:
                self._budget.note_contest(index, time.monotonic() - begun, contest)
        self._show()
        self._stop_slots()

    def _begin_threads(self, block: int, left: list[tuple[int, Contest]]) -> None:
        """The first thread count of what is left; in the first block the rest keep an equal share of the time."""
        counts = list(dict.fromkeys(contest.threads for _, contest in left))
        self._threads = counts[0] if counts else 0
        self._budget.begin_part(1 if block else len(counts))

    def _play(self, contest: Contest, block: int, later: list[Contest]) -> None:
        cases = [case for case in contest.cases if (case, block) not in self._done]
        if block:
            cases = [case for case in cases if case not in self._lost]
        task = contest.task
        left = self._budget.estimate([contest, *later])
        self.watcher.now(f"{task.operation} {describe(task.sizes)} {task.dtype}", left)
        runnable = [case for case in cases if self._admit(case, block)]
        if not runnable:
            return
        try:
            stage = self._stage(task)
        except Lost as lost:
            for case in runnable:
                self._end(case, block, lost)
            return
        for group in self._admission.groups(runnable, list(self._slots.values())):
            contenders = [Contender(case, self._slot(case), block, stage, self._emit) for case in group]
            self._play_group(contenders, later)

    def _play_group(self, contenders: list[Contender], later: list[Contest]) -> None:
        self._random.shuffle(contenders)
        if self._timed:
            self._time(contenders, later)
        else:
            for each in contenders:
                if each.prepare():
                    each.finish()
        for each in contenders:
            each.release()

    def _time(self, contenders: list[Contender], later: list[Contest]) -> None:
        key = _contest_key(contenders[0].case, contenders[0].block)
        first = self._next_round.get(key, 0)
        ready = [each for each in contenders if each.prepare() and each.warm_up(first)]
        for each in contenders:
            if each in ready or each.samples:  # a call that was too long says what the next will take
                self._budget.note_call(each.case, each.call_ns)
        rounds = self._budget.rounds(ready, [each for each in later if each.threads == self._threads])
        for each in play_rounds([*ready, *self._readers.beside(ready)], rounds, first, self._random):
            each.finish()
        self._next_round[key] = first + rounds

    def _stage(self, task: Task) -> Stage:
        exact_task, exact = self._problems.exact(task.operation, task.dtype)
        made = self._problems.make(task, "main", "main")
        self._problems.make(task, "fresh", "fresh")
        return Stage(
            task=task,
            main=str(self._problems.scratch / "main"),
            fresh=str(self._problems.scratch / "fresh"),
            exact_task=exact_task,
            exact=exact,
            inputs_sha256=made.inputs_sha256,
            data=self._problems.label,
            generated=self._problems.generated,
            timeout_s=self.options.timeout_s,
            in_place=self._admission.in_place(task),
            costs={each: self._cost(task, each) for each in self._algorithms},
            footprint_bytes=footprint(self.suite.operations[task.operation], task),
            long_call_ns=math.inf if self.options.time_budget_s is None else LONG_CALL_NS,
        )

    def _cost(self, task: Task, algorithm: str) -> tuple[float, float]:
        flops, moved, _ = cost(self.suite.operations[task.operation], task, algorithm)
        return flops, moved

    def _admit(self, case: Case, block: int) -> bool:
        try:
            self._admission.admit(case, self._slot(case))
        except Lost as lost:
            if not (block and lost.status == "skipped"):  # what the first block measured stays measured
                self._end(case, block, lost)
            return False
        return True

    def _start_together(self, contests: list[Contest]) -> None:
        """Starts a further block's workers side by side; what an import takes is known from the first."""
        together = [each for each in contests if each.threads == self._threads]
        cases = {case.implementation: case for each in together for case in each.cases}
        slots = [self._slot(case) for case in cases.values() if case not in self._lost]
        for slot in slots:
            with contextlib.suppress(Lost):
                slot.spawn()
        with ThreadPoolExecutor(available_cores()) as pool:
            list(pool.map(_start, slots))

    def _note_dispatch(self) -> None:
        """What the least call of each array library took at its best."""
        for slot in self._slots.values():
            if slot.started and slot.started.dispatch_ns:
                library, seen = slot.implementation.library, slot.started.dispatch_ns
                self.dispatch_ns[library] = min(seen, self.dispatch_ns.get(library, seen))

    def _start_seconds(self) -> float:
        started = [slot.started.import_ns for slot in self._slots.values() if slot.started]
        return START_OVERHEAD * sum(started) / 1e9 / available_cores()

    def _slot(self, case: Case) -> Slot:
        key = (case.implementation, case.threads)
        if key not in self._slots:
            implementation = self.suite.implementations[case.implementation]
            limit = self._admission.memory_bytes
            scratch = self._problems.scratch
            self._slots[key] = Slot(self.suite, implementation, case.threads, case.device, limit, scratch)
        return self._slots[key]

    def _show(self) -> None:
        """Once a run: what those that are ok return for the suite's tasks to be shown. Who compiled longest is last."""
        ready = [case for case in self._ok if case.threads == self._threads]
        deadline = time.monotonic() + self._budget.share(SHARE, SECONDS)
        order = sorted({case.implementation: case for case in ready}.values(), key=self._compiling_ns)
        for place, case in enumerate(order):
            operations = {each.operation for each in ready if each.implementation == case.implementation}
            share = (deadline - time.monotonic()) * min(1.0, TURNS / (len(order) - place))
            self._showing.ask(self._slot(case), operations, time.monotonic() + share)

    def _compiling_ns(self, of: Case) -> int:
        return sum(ns for case, ns in self._ok.items() if case.implementation == of.implementation)

    def _stop_slots(self) -> None:
        self._note_dispatch()
        for slot in self._slots.values():
            slot.stop()

    def _end(self, case: Case, block: int, lost: Lost) -> None:
        implementation = self.suite.implementations[case.implementation]
        self._emit(
            Result(
                case=case,
                algorithm=implementation.algorithm,
                source_sha256=implementation.source_sha256,
                data=self._problems.label,
                status=lost.status,  # pyright: ignore[reportArgumentType]  a child's word, checked by msgspec on reading
                reason=lost.reason,
                predicted_ns=lost.predicted_ns,
                cap_ns=lost.cap_ns,
                exit=lost.exit,
                block=block,
            )
        )

    def _emit(self, result: Result) -> None:
        self._append(result)
        self._done.add((result.case, result.block))
        if result.status == "ok":
            self._ok[result.case] = result.first_call_ns or 0
        else:
            self._lost.add(result.case)
        self.watcher.done(result)


def _start(slot: Slot) -> None:
    with contextlib.suppress(Lost):
        slot.start()


def _next_rounds(results: list[Result]) -> dict[tuple[str, int], int]:
    """The first unused round of each contest, so that rounds of two sessions are never paired."""
    rounds: dict[tuple[str, int], int] = {}
    for result in results:
        key = _contest_key(result.case, result.block)
        last = max((sample.round for sample in result.samples), default=-1)
        rounds[key] = max(rounds.get(key, 0), last + 1)
    return rounds


def _contest_key(case: Case, block: int) -> tuple[str, int]:
    return msgspec.structs.replace(case, implementation="").key, block
