"""Parent: the suite's `SHOWN` tasks, computed once per run by every worker whose operation is ok.

This happens after the timing of a block, so that nothing is compiled before a
measured first call, and while the workers are still running.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import numpy as np

from ..contract import Shown
from ..errors import Lost
from ..inputs import problem
from ..inputs.maker import Problems
from ..processes.protocol import Done
from ..processes.reference_messages import Judge, Made
from ..processes.worker_messages import Prepare, Prepared, Release
from ..records import Output, ShownTask, Task
from ..suites.suite import Suite
from ..sweep import Contest
from .slot import Slot

MOST_NUMBERS = 4096
"""Largest array that is stored: a page reads one from every implementation."""

MOST_INPUTS = 400
"""Larger inputs are not stored: a page draws samples, not matrices."""

SHARE = 0.03
"""Share of the time budget; an implementation that compiles longer is not shown."""

SECONDS = 60.0
TURNS = 3
"""What a worker may take, in equal shares of the time left, so that a slow worker leaves time for the others."""

LEAST_SECONDS = 1.0
"""Time that a worker has at least before it is stopped as too slow."""

JUDGED = ("status", "reason", "error_over_bound", "error", "bound")

Keep = Callable[..., None]


class Showing:
    """The tasks of a run's operations.

    ``keep`` stores a record; without it nothing is computed. ``kept`` are the records of a resumed run.
    """

    def __init__(
        self,
        suite: Suite,
        problems: Problems,
        keep: Keep | None,
        kept: Iterable[ShownTask | Output] = (),
        clock: Callable[[], float] = time.monotonic,
    ):
        self._suite, self._problems, self._keep, self._clock = suite, problems, keep, clock
        kept = list(kept)
        self._tasks = {each.task for each in kept if isinstance(each, ShownTask)}
        self._outputs = {(each.task, each.implementation) for each in kept if isinstance(each, Output)}
        self._made: list[tuple[Shown, Task, Path, Made]] = []
        self._keeping = threading.Lock()

    def open(self, contests: Iterable[Contest]) -> None:
        """Makes the problems, before anything is timed. Raises `UsageError` for one that is too large to be stored."""
        dtypes: dict[str, set[str]] = {}
        for contest in contests:
            dtypes.setdefault(contest.task.operation, set()).add(contest.task.dtype)
        for each in self._suite.shown if self._keep else ():
            if each.operation in dtypes:
                dtype = max(dtypes[each.operation])  # float64 before float32
                folder, made = self._problems.make_shown(each.name, dtype, MOST_NUMBERS)
                self._made.append((each, self._task(each, dtype), folder, made))

    def ask(self, slot: Slot, operations: set[str], deadline: float) -> None:
        """Has one worker compute all tasks of ``operations`` until ``deadline`` by the clock."""
        stem = slot.implementation.stem
        made = [each for each in self._made if each[0].operation in operations]
        due = [each for each in made if (each[0].name, stem) not in self._outputs]
        if not due or not self._keep:
            return
        outputs = [self._output(slot, shown.name, task, folder, deadline) for shown, task, folder, _ in due]
        with self._keeping:
            tasks = [_record(*each) for each in due if each[0].name not in self._tasks]
            self._keep(*tasks, *outputs)
            self._tasks.update(each.task for each in tasks)
            self._outputs.update((each.task, stem) for each in outputs)
        if slot.alive:
            with contextlib.suppress(Lost):
                slot.ask(Release(), SECONDS, Done)

    def _task(self, shown: Shown, dtype: str) -> Task:
        operation = self._suite.operations[shown.operation]
        own = {name: value for name, value in shown.settings.items() if name in operation.parameters}
        return Task(shown.operation, dict(shown.sizes), {**operation.parameters, **own}, dtype)

    def _output(self, slot: Slot, name: str, task: Task, folder: Path, deadline: float) -> Output:
        blank = Output(task=name, implementation=slot.implementation.stem)
        try:
            left = deadline - self._clock()
            if left <= 0:
                reason = "the time for the page's tasks was used up before its turn (--time-budget)"
                raise Lost("skipped", reason, lack="time budget")
            into = self._problems.outputs()
            told = slot.ask(Prepare(task, str(folder), into=into), max(left, LEAST_SECONDS), Prepared)
            algorithm = slot.implementation.algorithm
            request = Judge(into, [str(folder)] * 2, algorithm, task.dtype, numbers=MOST_NUMBERS)
            judged = self._problems.judge(request)
        except Lost as lost:
            return msgspec.structs.replace(blank, status=lost.status, reason=lost.reason)
        verdict = next((each for each in judged.verdicts if each.status != "ok"), judged.verdicts[0])
        if verdict.status == "ok" and told.fault:
            verdict = msgspec.structs.replace(verdict, status="wrong", reason=told.fault)
        numbers = {name: getattr(verdict, name) for name in JUDGED}
        return msgspec.structs.replace(blank, **numbers, output=judged.output)


def _record(shown: Shown, task: Task, folder: Path, made: Made) -> ShownTask:
    inputs = problem.load(folder)
    assert made.expected is not None
    return ShownTask(
        task=shown.name,
        operation=shown.operation,
        sizes=task.sizes,
        settings=dict(shown.settings),
        why=shown.why,
        dtype=task.dtype,
        inputs={name: problem.numbers(each) for name, each in inputs.items() if np.size(each) <= MOST_INPUTS},
        expected=made.expected,
    )
