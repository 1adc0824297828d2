"""Which cases may run: memory, time budget, and predicted time of a call."""

import contextlib
from pathlib import Path

import msgspec
import numpy as np
import psutil

from ..errors import Lost, SuiteFault, UsageError
from ..inputs.maker import Problems
from ..inputs.matrix import is_matrix, mapped_bytes, shrunken
from ..libraries.host import LIBRARIES
from ..processes.protocol import Done
from ..processes.worker_messages import Prepare, Prepared, Release, Slice, Sliced
from ..records import Case, Task, task_of, words
from ..suites.suite import Suite
from ..sweep import Options, footprint
from .budget import Budget
from .predict import probe_sizes
from .slot import Slot
from .terms import interpreted_call_seconds

MEMORY_SHARE = 0.8
TEMPORARY_FOOTPRINTS = 1.5
"""Memory of a worker besides its inputs, as a multiple of them: temporaries, and the oracle's output."""

ORACLE_FOOTPRINTS = 4.0
ORACLE_VECTORS = 11.0
"""The most vectors that the oracle holds for each vector beside a matrix in its file, in float64."""

PROBES = (1000, 100, 10)
PROBE_SECONDS = 60.0
PROBE_CALLS = 5
"""How often a probe calls where its calls are short: the least time counts, as one call may be disturbed."""


class Admission:
    """Decides whether a case may run; raises `Lost` with the reason and the prediction if not."""

    def __init__(self, suite: Suite, options: Options, budget: Budget, problems: Problems):
        self.suite, self.options, self.budget, self.problems = suite, options, budget, problems
        self.memory_bytes = options.memory_limit_bytes or int(MEMORY_SHARE * psutil.virtual_memory().available)

    def refuse_table(self) -> None:
        """Raises `UsageError` for a table too large to be read into memory."""
        chosen = self.options
        if chosen.data in (None, "diabetes") or is_matrix(chosen):
            return
        with contextlib.suppress(OSError):  # the child that reads it says what is wrong
            size = Path(str(chosen.data)).stat().st_size
            if size > self.memory_bytes:
                held, allowed = _gib(size), _gib(self.memory_bytes)
                raise UsageError(
                    f"{chosen.data}: a table is read whole; it has {held}, and {allowed} may be used (--memory-limit)."
                    " To read X in chunks, save it alone as .npy, and the target as another file: --target y.npy"
                )

    def in_place(self, task: Task) -> bool:
        """Whether the user's matrix stays in its file, because copies would not fit into memory."""
        held = (1 + TEMPORARY_FOOTPRINTS) * self._footprint(task)
        return is_matrix(self.options) and held > self.memory_bytes

    def admit(self, case: Case, slot: Slot) -> None:
        """Starts the worker if the case may run; raises `Lost` if not.

        What cannot run here at all has that reason for every case, whatever time and memory are left.
        """
        slot.refuse()
        if self.budget.is_spent():
            reason = f"the time budget of {self.budget.in_words} was spent before its turn (--time-budget)"
            raise Lost("skipped", reason, lack="time budget")
        self._refuse_for_memory(case)
        slot.start()
        if self.budget.wants_probe(case):
            self._probe(case, slot)
        predicted = self.budget.predict_ns(case)
        if predicted is not None and predicted > self.options.timeout_s * 1e9:
            raise _predicted(predicted, self.options.timeout_s)

    def groups(self, cases: list[Case], slots: list[Slot]) -> list[list[Case]]:
        """Groups of contenders that fit into memory together: one group if all do."""
        resident = float(sum(slot.started.resident_bytes for slot in slots if slot.started))
        groups: list[list[Case]] = [[]]
        held = resident
        for case in cases:
            if groups[-1] and held + self._need(case) > self.memory_bytes:
                groups.append([])
                held = resident
            groups[-1].append(case)
            held += self._need(case)
        return [group for group in groups if group]

    def _refuse_for_memory(self, case: Case) -> None:
        task, allowed = task_of(case), _gib(self.memory_bytes)
        need = max(self._need(case), self._oracle_need(task))
        if need > self.memory_bytes:
            only = "" if self._streams(case) or not self.in_place(task) else "; it cannot read X from its file"
            reason = f"needs about {_gib(need)} of memory; {allowed} may be used (--memory-limit){only}"
            raise Lost("skipped", reason, lack="memory")

    def _probe(self, case: Case, slot: Slot) -> None:
        """Calls a case at small sizes, then larger ones, until its time can be predicted."""
        for shrink in PROBES:
            task = msgspec.structs.replace(task_of(case), sizes=self._probe_sizes(case, shrink))
            try:
                self.problems.make(task, "main", "probe")
                folder = str(self.problems.scratch / "probe")
                seconds = self._probe_seconds(case)
                slot.ask(Prepare(task, folder), seconds, Prepared)
                call_ns = self._probe_call_ns(slot, seconds)
                slot.ask(Release(), seconds, Done)
            except SuiteFault:  # told with the case
                return
            except Lost as lost:
                if lost.status == "timeout" and not slot.implementation.compiles:
                    at, limit = words(task.sizes), self.options.timeout_s
                    raise Lost(
                        "timeout", f"a call at {at} already exceeds the limit of {limit:g} s (--timeout)"
                    ) from None
                return
            finally:
                self.problems.discard("probe")
            self.budget.note_probe(case, task, call_ns)
            if not self.budget.wants_probe(case):
                return

    def _probe_call_ns(self, slot: Slot, seconds: float) -> float:
        samples = list(slot.ask(Slice(0, 1), seconds, Sliced).samples)
        if PROBE_CALLS * samples[0].wall_ns < self.options.timeout_s * 1e9:
            samples += slot.ask(Slice(0, 1, PROBE_CALLS - 1), seconds, Sliced).samples
        return min(sample.wall_ns / sample.calls for sample in samples)

    def _probe_seconds(self, case: Case) -> float:
        """Time limit of a probe; longer if the first call may compile."""
        if self.suite.implementations[case.implementation].compiles:
            return 2 * self.options.timeout_s + PROBE_SECONDS
        return interpreted_call_seconds(self.options.timeout_s, self._footprint(task_of(case)))

    def _probe_sizes(self, case: Case, shrink: int) -> dict[str, int]:
        if is_matrix(self.options):
            return shrunken(self.suite.operations[case.operation], case.sizes, shrink)
        return probe_sizes(case.sizes, shrink)

    def _footprint(self, task: Task) -> float:
        return footprint(self.suite.operations[task.operation], task)

    def _beside_the_file(self, task: Task) -> float:
        return self._footprint(task) - mapped_bytes(self.suite.operations[task.operation], task)

    def _streams(self, case: Case) -> bool:
        return self.suite.implementations[case.implementation].streams

    def _need(self, case: Case) -> float:
        library = LIBRARIES.get(self.suite.implementations[case.implementation].library)
        factor = library.footprint_factor if library else 1.0
        if self._streams(case) and self.in_place(task_of(case)):
            return (factor + TEMPORARY_FOOTPRINTS) * self._beside_the_file(task_of(case))
        return (factor + TEMPORARY_FOOTPRINTS) * self._footprint(task_of(case))

    def _oracle_need(self, task: Task) -> float:
        """Memory that the oracle needs: vectors if the matrix stays in its file, else copies of the inputs."""
        if is_matrix(self.options):
            return ORACLE_VECTORS * self._beside_the_file(task) * 8 / np.dtype(task.dtype).itemsize
        return ORACLE_FOOTPRINTS * self._footprint(task)


def _gib(count: float) -> str:
    return f"{count / 2**30:.3g} GiB"


def _predicted(predicted_ns: float, timeout_s: float) -> Lost:
    reason = f"predicted to take {predicted_ns / 1e9:.3g} s a call, over the limit of {timeout_s:g} s (--timeout)"
    lost = Lost("skipped", reason, lack="time limit")
    lost.predicted_ns, lost.cap_ns = int(predicted_ns), int(timeout_s * 1e9)
    return lost
