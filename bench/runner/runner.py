"""Parent: blocks, contests, resume. Never imports a framework, never computes.

A block is one fresh set of worker processes. The first block plays every
contest. Further ones play those that want several blocks again: with a time
budget the baseline, the fastest and some of the others, else all.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from ..errors import Lost, SuiteFault
from ..machine.neighbours import SEEN_CORES, Neighbours, text
from ..records import Case, Output, Result, ShownTask, Task
from ..suites.suite import Suite
from ..sweep import Contest, Options
from .admission import Admission
from .again import chosen, halves
from .budget import FURTHER_SHARE, Budget
from .contest import ContestRunner
from .factories import PRODUCTION, Factories
from .outputs import SECONDS, SHARE, TURNS, Keep, Showing
from .results import Results
from .workers import Workers


class Watcher(Protocol):
    """Receives the progress of a run."""

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
        self._timed, self._clock = timed, factories.clock
        earlier = list(earlier)
        self._results = Results(earlier, append, watcher.done)
        self._threads = 0
        self._random = random.Random(options.seed)
        self._halves = halves(list(suite.implementations), self._random)
        self._chosen_again: Counter[str] = Counter()
        self._readers = factories.readers(suite)
        self._budget = Budget(suite, options, factories.clock)
        self._neighbours = factories.neighbours(self._groups)
        self._told = False
        self._budget.note_earlier(earlier)
        self._problems = factories.problems(suite, options)
        self._showing = Showing(suite, self._problems, keep, kept, factories.clock)
        self._admission = Admission(suite, options, self._budget, self._problems)
        self._workers = Workers(suite, options, self._problems, self._admission.memory_bytes, factories)
        self._contests = self._contest_runner(factories, begun=bool(earlier))

    def play(self, contests: list[Contest]) -> None:
        """Plays all contests; every case ends with exactly one result a block."""
        self.watcher.begin(sum(len(contest.cases) for contest in contests))
        blocks = max((contest.blocks for contest in contests), default=1)
        try:
            self._admission.refuse_table()
            self._problems.open()
            self._showing.open(contests)
            self._budget.begin_first_block(FURTHER_SHARE if blocks > 1 else 0.0)
            self._play_block(0, contests)
            self._budget.begin_further_blocks()
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

    def _contest_runner(self, factories: Factories, begun: bool) -> ContestRunner:
        return ContestRunner(
            suite=self.suite,
            options=self.options,
            timed=self._timed,
            begun=begun,
            results=self._results,
            workers=self._workers,
            problems=self._problems,
            admission=self._admission,
            budget=self._budget,
            readers=self._readers,
            neighbours=self._neighbours,
            rng=self._random,
            now=self.watcher.now,
            clock=factories.clock,
            clock_ns=factories.clock_ns,
        )

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
            self._contests.play(contest, block, contests[place + 1 :])
            self._tell_of_neighbours()
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

    def _start_together(self, block: int, contests: list[Contest]) -> None:
        """Starts a block's workers side by side, as many at a time as there are cores."""
        together = [each for each in contests if each.threads == self._threads]
        due = [case for each in together for case in each.cases if not self._results.has(case, block)]
        cases = {case.implementation: case for case in due if case not in self._results.lost}
        self.watcher.now(f"starting {len(cases)} worker{'' if len(cases) == 1 else 's'}", None)
        self._workers.start(cases.values(), self._exact_tests(together), self._budget.is_spent)
        self._budget.note_ready()

    def _exact_tests(self, contests: list[Contest]) -> list[tuple[Task, str]]:
        """Of every operation and dtype, made once a run."""
        wanted = dict.fromkeys((each.task.operation, each.task.dtype) for each in contests)
        made = []
        for operation, dtype in wanted if self._timed else ():
            try:
                made.append(self._problems.exact(operation, dtype))
            except (Lost, SuiteFault) as error:
                self._contests.ending(error)  # told with the cases
        return made

    def _show(self) -> None:
        """Once a run: outputs of implementations that are ok for the shown tasks; long compilers are asked last."""
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
