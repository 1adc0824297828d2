"""One contest: its problem is made, its cases are admitted, prepared, timed in rounds, and verified again."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..errors import Lost, SuiteFault
from ..inputs.maker import Problems
from ..machine.neighbours import SEEN_CORES, Neighbours, text
from ..records import DEFAULT_BASELINE, Case, Result, Task, words
from ..suites.suite import Suite
from ..sweep import Contest, Options, cost, footprint
from .admission import Admission
from .bandwidth import MemoryReaders
from .budget import Budget
from .contender import Contender
from .pace import Pace
from .results import Results, contest_key, typical_ns
from .rounds import Player, play_rounds
from .terms import LONG_CALL_NS, Terms
from .unseen import Stock
from .workers import Workers


@dataclass
class ContestRunner:
    """Plays the contests of a run, one after another.

    ``now`` is told what runs, and the seconds left. ``begun``: an implementation was called before. Not ``timed``:
    outputs are checked only.
    """

    suite: Suite
    options: Options
    timed: bool
    begun: bool
    results: Results
    workers: Workers
    problems: Problems
    admission: Admission
    budget: Budget
    readers: MemoryReaders
    neighbours: Neighbours
    rng: random.Random
    now: Callable[[str, float | None], None]
    clock: Callable[[], float]
    clock_ns: Callable[[], int]
    _rounds_seconds: float = 0.0
    _made_seconds: float = 0.0

    def play(self, contest: Contest, block: int, later: list[Contest]) -> None:
        """Every case of it that is not done ends with a result."""
        self._rounds_seconds, self._made_seconds, begun = 0.0, 0.0, self.clock()
        try:
            self._play(contest, block, later)
        finally:
            for folder in ("main", "fresh", *Stock.folders("main")):
                self.problems.discard(folder)
        if not block:
            self.budget.note_contest(self.clock() - begun, contest, self._rounds_seconds, self._made_seconds)

    def _play(self, contest: Contest, block: int, later: list[Contest]) -> None:
        cases = [case for case in contest.cases if not self.results.has(case, block)]
        if block:
            cases = [case for case in cases if case not in self.results.lost]
        task, whole = contest.task, [contest, *later]
        what = f"{task.operation} {words(task.sizes)} {task.dtype}"
        self.now(what, self.budget.told(whole))
        runnable = [case for case in cases if self._admit(case, block)]
        if not runnable:
            return
        self.now(what, self.budget.told(whole))
        try:
            terms, refused = self._terms(task, thorough=not block)
        except (Lost, SuiteFault) as error:
            for case in runnable:
                self._end(case, block, self.ending(error))
            return
        self.begun = True
        for case in runnable:
            if reason := refused.get(self._algorithm(case)):
                self._end(case, block, Lost("unsupported", reason))
        runnable = [case for case in runnable if self._algorithm(case) not in refused]
        for group in self.admission.groups(runnable, self.workers.slots):
            contenders = [Contender(case, self.workers.slot(case), block, terms, self.results.add) for case in group]
            self._play_group(contenders, later)

    def _play_group(self, contenders: list[Contender], later: list[Contest]) -> None:
        self.rng.shuffle(contenders)
        if self.timed:
            self._time(contenders, later)
        else:
            for each in contenders:
                if each.prepare():
                    if not each.slot.implementation.compiles:
                        self.budget.note_call(each.case, each.first_call_ns)
                    each.finish()
        for each in contenders:
            each.release()

    def _time(self, contenders: list[Contender], later: list[Contest]) -> None:
        key = contest_key(contenders[0].case, contenders[0].block)
        first = self.results.next_round.get(key, 0)
        ready = [each for each in self._prepared(contenders) if each.warm_up(first)]
        for each in contenders:
            if each in ready or each.samples:  # a call that was too long says what the next will take
                self.budget.note_call(each.case, each.call_ns)
        later = [each for each in later if each.threads == contenders[0].case.threads]
        rounds, seconds = self.budget.rounds([each.call_ns for each in ready], later)
        pace = Pace(self.options.precision, DEFAULT_BASELINE, seconds, self.clock)
        players, begun = self._players(ready), self.clock()
        lasting = play_rounds(players, rounds, first, self.rng, self.neighbours.look, pace)
        self.budget.note_rounds(self.clock() - begun)
        self._rounds_seconds += self.clock() - begun
        for each in ready:
            if each in lasting:
                each.finish()
        self.results.next_round[key] = first + rounds
        self.results.times.update({each.case: typical_ns(each.samples) for each in ready if each.samples})

    def _players(self, ready: Sequence[Contender]) -> list[Player]:
        """The contenders, and the reader of memory beside them, whose readings they store."""
        reader = self.readers.beside(ready)
        if reader is None:
            return list(ready)
        for each in ready:
            each.reads = reader.reads
        return [*ready, reader]

    def _prepared(self, contenders: list[Contender]) -> list[Contender]:
        """Those that are ready.

        Side by side where a first call compiles, which takes one core, and in
        further blocks, whose first calls are not told.
        """
        together = [each for each in contenders if each.block or each.compiles]
        alone = [each for each in contenders if each not in together]
        done = [*self.workers.side_by_side(Contender.prepare, together), *map(Contender.prepare, alone)]
        ready = {each for each, prepared in zip([*together, *alone], done, strict=True) if prepared}
        return [each for each in contenders if each in ready]

    def _algorithm(self, case: Case) -> str:
        return self.suite.implementations[case.implementation].algorithm

    def _terms(self, task: Task, thorough: bool) -> tuple[Terms, dict[str, str]]:
        """What a contest gives its contenders, and why some algorithms have no part in it."""
        exact_task, exact = self.problems.exact(task.operation, task.dtype)
        begun = self.clock()
        made = self.problems.make(task, "main", "main")
        main = str(self.problems.scratch / "main")
        refused = made.refused | self.problems.make(task, "fresh", "fresh").refused
        self._made_seconds = self.clock() - begun
        self.budget.note_made(task, self._made_seconds)
        terms = Terms(
            task=task,
            main=main,
            fresh=str(self.problems.scratch / "fresh"),
            exact_task=exact_task,
            exact=exact,
            inputs_sha256=made.inputs_sha256,
            data=self.problems.label,
            judging=self.problems,
            stock=Stock(self.problems, task, main, made.inputs_bytes + made.output_bytes),
            seed=made.seed,
            timeout_s=self.options.timeout_s,
            in_place=self.admission.in_place(task),
            costs=self._costs(task),
            footprint_bytes=footprint(self.suite.operations[task.operation], task),
            clock_ns=self.clock_ns,
            long_call_ns=math.inf if self.options.time_budget_s is None else LONG_CALL_NS,
            thorough=thorough,
            watched=lambda: self.neighbours.pids,
            busy=lambda: text(self.neighbours.busy(SEEN_CORES), whole=False),
        )
        return terms, refused

    def ending(self, error: "Lost | SuiteFault") -> Lost:
        """How cases end whose problem could not be made. A suite's fault before anything was called is raised."""
        if isinstance(error, Lost):
            return error
        if not self.begun:
            raise error
        return Lost("crashed", str(error))

    def _algorithms(self) -> list[str]:
        return sorted({each.algorithm for each in self.suite.implementations.values()})

    def _costs(self, task: Task) -> dict[str, tuple[float, float]]:
        """Flops and bytes by algorithm; empty if the suite states none."""
        operation = self.suite.operations[task.operation]
        if operation.cost is None:
            return {}
        stated = {algorithm: cost(operation, task, algorithm) for algorithm in self._algorithms()}
        return {algorithm: (each.flops, each.bytes) for algorithm, each in stated.items()}

    def _admit(self, case: Case, block: int) -> bool:
        try:
            self.admission.admit(case, self.workers.slot(case))
        except Lost as lost:
            if not (block and lost.status == "skipped"):  # what the first block measured stays measured
                self._end(case, block, lost)
            return False
        return True

    def _end(self, case: Case, block: int, lost: Lost) -> None:
        implementation = self.suite.implementations[case.implementation]
        self.results.add(
            Result(
                case=case,
                algorithm=implementation.algorithm,
                source_sha256=implementation.source_sha256,
                data=self.problems.label,
                status=lost.status,
                reason=lost.reason,
                lack=lost.lack,
                predicted_ns=lost.predicted_ns,
                cap_ns=lost.cap_ns,
                exit=lost.exit,
                block=block,
            )
        )
