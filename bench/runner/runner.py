"""Parent: blocks, contests, resume. Never imports a framework, never computes.

A block is one fresh set of worker processes. The first block plays every
contest. Further ones play those that want several blocks again: with a time
budget the baseline, the fastest and some of the others, else all.
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from ..errors import Lost, SuiteFault
from ..machine.neighbours import SEEN_CORES, Neighbours, text
from ..records import DEFAULT_BASELINE, Case, Output, Result, ShownTask, Task
from ..suites.suite import Suite
from ..sweep import Contest, Options, cost, describe, footprint
from .admission import Admission
from .again import chosen, halves
from .budget import FURTHER_SHARE, Budget
from .contender import Contender
from .factories import PRODUCTION, Factories
from .outputs import SECONDS, SHARE, TURNS, Keep, Showing
from .pace import Pace
from .results import Results, contest_key, typical_ns
from .rounds import Player, play_rounds
from .terms import LONG_CALL_NS, Terms
from .unseen import Stock
from .workers import Workers


class Watcher(Protocol):
    """Who is told how a run goes."""

    def begin(self, total: int) -> None: ...
    def now(self, what: str, seconds_left: float | None) -> None: ...
    def done(self, result: Result) -> None: ...
    def note(self, line: str) -> None: ...


class Runner:
    """One run of a suite. ``append`` stores a result at once; ``earlier`` are those a resumed run has.

    ``keep`` and ``kept`` are the same for what is shown; without ``keep`` nothing is. ``factories`` make what it
    starts and reads.
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
        factories: Factories = PRODUCTION,
    ):
        self.suite, self.options, self.watcher = suite, options, watcher
        self._timed = timed
        self._factories, self._clock = factories, factories.clock
        earlier = list(earlier)
        self._results = Results(earlier, append, watcher.done)
        self._threads = 0
        self._random = random.Random(options.seed)
        self._halves = halves(list(suite.implementations), self._random)
        self._chosen_again: Counter[str] = Counter()
        self._readers = factories.readers(suite)
        self._algorithms = sorted({each.algorithm for each in suite.implementations.values()})
        self._budget = Budget(suite, options, factories.clock)
        self._neighbours = factories.neighbours(self._groups)
        self._rounds_seconds, self._made_seconds, self._told = 0.0, 0.0, False
        self._budget.note_earlier(earlier)
        self._begun = bool(earlier)
        self._problems = factories.problems(suite, options)
        self._showing = Showing(suite, self._problems, keep, kept, factories.clock)
        self._admission = Admission(suite, options, self._budget, self._problems)
        self._workers = Workers(suite, options, self._problems, self._admission.memory_bytes, factories)

    def play(self, contests: list[Contest]) -> None:
        """Plays all contests; every case ends with exactly one result a block."""
        self.watcher.begin(sum(len(contest.cases) for contest in contests))
        blocks = max((contest.blocks for contest in contests), default=1)
        try:
            self._admission.refuse_table()
            self._problems.open()
            self._showing.open(contests)
            self._budget.keep(FURTHER_SHARE if blocks > 1 else 0.0)
            self._play_block(0, contests)
            self._budget.keep(0.0)
            for block in range(1, blocks):
                self._play_block(block, [self._again(each, block) for each in contests if each.blocks > block])
        finally:
            self._workers.stop()
            self._readers.stop()
            self._problems.close()
            self._workers.close()

    @property
    def dispatch_ns(self) -> dict[str, float]:
        """Of each array library: what its least call took at its best."""
        return self._workers.dispatch_ns

    @property
    def neighbours(self) -> Neighbours:
        """Other programs that were busy while this ran."""
        return self._neighbours

    def _groups(self) -> list[int]:
        return [*self._workers.pids, *self._problems.pids, *self._readers.pids]

    def _again(self, contest: Contest, block: int) -> Contest:
        """What of a contest a further block plays."""
        if self.options.time_budget_s is None or self.options.blocks is not None:
            return contest
        among = self._halves[block % len(self._halves)]
        return replace(
            contest, cases=chosen(contest.cases, self._results.times, self._random, among, self._chosen_again)
        )

    def _play_block(self, block: int, contests: list[Contest]) -> None:
        self._begin_threads(block, contests)
        self._start_together(block, contests)
        for place, contest in enumerate(contests):
            if block and self._budget.is_spent():
                break
            if self._threads != contest.threads:
                self._show()
                self._workers.stop()
                self._begin_threads(block, contests[place:])
                self._start_together(block, contests[place:])
            self._rounds_seconds, self._made_seconds, begun = 0.0, 0.0, self._clock()
            try:
                self._play(contest, block, contests[place + 1 :])
            finally:
                for folder in ("main", "fresh", *Stock.folders("main")):
                    self._problems.discard(folder)
            self._tell_of_neighbours()
            if not block:
                self._budget.note_contest(self._clock() - begun, contest, self._rounds_seconds, self._made_seconds)
        self._show()
        self._workers.stop()

    def _tell_of_neighbours(self) -> None:
        """Once, when other programs begin to keep the machine busy."""
        busy = self._neighbours.busy(SEEN_CORES)
        if busy and not self._told:
            self.watcher.note(f"warning: {text(busy)}; what they disturb is measured again or marked")
        self._told = bool(busy)

    def _begin_threads(self, block: int, left: list[Contest]) -> None:
        """The first thread count of what is left; the others, and further blocks, keep an equal share of the time."""
        counts = list(dict.fromkeys(contest.threads for contest in left))
        self._threads = counts[0] if counts else 0
        blocks = max((contest.blocks for contest in left), default=1)
        self._budget.begin_part(len(counts) * (max(1, blocks - block) if block else 1))

    def _play(self, contest: Contest, block: int, later: list[Contest]) -> None:
        cases = [case for case in contest.cases if not self._results.has(case, block)]
        if block:
            cases = [case for case in cases if case not in self._results.lost]
        task, whole = contest.task, [contest, *later]
        what = f"{task.operation} {describe(task.sizes)} {task.dtype}"
        self.watcher.now(what, self._budget.told(whole))
        runnable = [case for case in cases if self._admit(case, block)]
        if not runnable:
            return
        self.watcher.now(what, self._budget.told(whole))
        try:
            terms, refused = self._terms(task, thorough=not block)
        except (Lost, SuiteFault) as error:
            for case in runnable:
                self._end(case, block, self._ending(error))
            return
        self._begun = True
        for case in runnable:
            if reason := refused.get(self._algorithm(case)):
                self._end(case, block, Lost("unsupported", reason))
        runnable = [case for case in runnable if self._algorithm(case) not in refused]
        for group in self._admission.groups(runnable, self._workers.slots):
            contenders = [Contender(case, self._workers.slot(case), block, terms, self._results.add) for case in group]
            self._play_group(contenders, later)

    def _play_group(self, contenders: list[Contender], later: list[Contest]) -> None:
        self._random.shuffle(contenders)
        if self._timed:
            self._time(contenders, later)
        else:
            for each in contenders:
                if each.prepare():
                    if not each.slot.implementation.compiles:
                        self._budget.note_call(each.case, each.first_call_ns)
                    each.finish()
        for each in contenders:
            each.release()

    def _time(self, contenders: list[Contender], later: list[Contest]) -> None:
        key = contest_key(contenders[0].case, contenders[0].block)
        first = self._results.next_round.get(key, 0)
        ready = [each for each in self._prepared(contenders) if each.warm_up(first)]
        for each in contenders:
            if each in ready or each.samples:  # a call that was too long says what the next will take
                self._budget.note_call(each.case, each.call_ns)
        later = [each for each in later if each.threads == self._threads]
        rounds, seconds = self._budget.rounds([each.call_ns for each in ready], later)
        pace = Pace(self.options.precision, DEFAULT_BASELINE, seconds, self._clock)
        players, begun = self._players(ready), self._clock()
        lasting = play_rounds(players, rounds, first, self._random, self._neighbours.look, pace)
        self._budget.note_rounds(self._clock() - begun)
        self._rounds_seconds += self._clock() - begun
        for each in ready:
            if each in lasting:
                each.finish()
        self._results.next_round[key] = first + rounds
        self._results.times.update({each.case: typical_ns(each.samples) for each in ready if each.samples})

    def _players(self, ready: Sequence[Contender]) -> list[Player]:
        """Who takes turns: the contenders, and what reads memory beside them; what it finds is theirs too."""
        reader = self._readers.beside(ready)
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
        done = [*self._workers.side_by_side(Contender.prepare, together), *map(Contender.prepare, alone)]
        ready = {each for each, prepared in zip([*together, *alone], done, strict=True) if prepared}
        return [each for each in contenders if each in ready]

    def _algorithm(self, case: Case) -> str:
        return self.suite.implementations[case.implementation].algorithm

    def _terms(self, task: Task, thorough: bool) -> tuple[Terms, dict[str, str]]:
        """What a contest gives its contenders, and why some algorithms have no part in it."""
        exact_task, exact = self._problems.exact(task.operation, task.dtype)
        begun = self._clock()
        made = self._problems.make(task, "main", "main")
        main = str(self._problems.scratch / "main")
        refused = made.refused | self._problems.make(task, "fresh", "fresh").refused
        self._made_seconds = self._clock() - begun
        self._budget.note_made(task, self._made_seconds)
        terms = Terms(
            task=task,
            main=main,
            fresh=str(self._problems.scratch / "fresh"),
            exact_task=exact_task,
            exact=exact,
            inputs_sha256=made.inputs_sha256,
            data=self._problems.label,
            judging=self._problems,
            stock=Stock(self._problems, task, main, made.inputs_bytes + made.output_bytes),
            seed=made.seed,
            timeout_s=self.options.timeout_s,
            in_place=self._admission.in_place(task),
            costs={each: self._cost(task, each) for each in self._algorithms},
            footprint_bytes=footprint(self.suite.operations[task.operation], task),
            clock_ns=self._factories.clock_ns,
            long_call_ns=math.inf if self.options.time_budget_s is None else LONG_CALL_NS,
            thorough=thorough,
            watched=lambda: self._neighbours.pids,
            busy=lambda: text(self._neighbours.busy(SEEN_CORES), whole=False),
        )
        return terms, refused

    def _ending(self, error: "Lost | SuiteFault") -> Lost:
        """How cases end whose problem could not be made. A suite's fault before anything was called is raised."""
        if isinstance(error, Lost):
            return error
        if not self._begun:
            raise error
        return Lost("crashed", str(error))

    def _cost(self, task: Task, algorithm: str) -> tuple[float, float]:
        flops, moved, _ = cost(self.suite.operations[task.operation], task, algorithm)
        return flops, moved

    def _admit(self, case: Case, block: int) -> bool:
        try:
            self._admission.admit(case, self._workers.slot(case))
        except Lost as lost:
            if not (block and lost.status == "skipped"):  # what the first block measured stays measured
                self._end(case, block, lost)
            return False
        return True

    def _start_together(self, block: int, contests: list[Contest]) -> None:
        """Starts a block's workers side by side, as many at a time as there are cores."""
        together = [each for each in contests if each.threads == self._threads]
        due = [case for each in together for case in each.cases if not self._results.has(case, block)]
        cases = {case.implementation: case for case in due if case not in self._results.lost}
        self.watcher.now(f"starting {len(cases)} workers", None)
        self._workers.start(cases.values(), self._exact_tests(together), self._budget.is_spent)

    def _exact_tests(self, contests: list[Contest]) -> list[tuple[Task, str]]:
        """Of every operation and dtype, made once a run."""
        wanted = dict.fromkeys((each.task.operation, each.task.dtype) for each in contests)
        made = []
        for operation, dtype in wanted if self._timed else ():
            try:
                made.append(self._problems.exact(operation, dtype))
            except (Lost, SuiteFault) as error:
                self._ending(error)  # told with the cases
        return made

    def _show(self) -> None:
        """Once a run: what those that are ok return for the suite's tasks to be shown. Who compiled longest is last."""
        ready = [case for case in self._results.ok if case.threads == self._threads]
        deadline = self._clock() + self._budget.share(SHARE, SECONDS)
        order = sorted({case.implementation: case for case in ready}.values(), key=self._compiling_ns)
        slots = [self._workers.slot(case) for case in order]

        def ask(place: int) -> None:
            operations = {each.operation for each in ready if each.implementation == order[place].implementation}
            share = (deadline - self._clock()) * min(1.0, TURNS / (len(order) - place))
            self._showing.ask(slots[place], operations, self._clock() + share)

        self._workers.side_by_side(ask, range(len(order)))

    def _compiling_ns(self, of: Case) -> int:
        return sum(ns for case, ns in self._results.ok.items() if case.implementation == of.implementation)

    def _end(self, case: Case, block: int, lost: Lost) -> None:
        implementation = self.suite.implementations[case.implementation]
        self._results.add(
            Result(
                case=case,
                algorithm=implementation.algorithm,
                source_sha256=implementation.source_sha256,
                data=self._problems.label,
                status=lost.status,
                reason=lost.reason,
                predicted_ns=lost.predicted_ns,
                cap_ns=lost.cap_ns,
                exit=lost.exit,
                block=block,
            )
        )
