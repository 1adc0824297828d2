"""Which cases may run: memory, time budget, and whether a call is hopeless."""

import psutil

from .arrays import LIBRARIES
from .budget import Budget
from .predict import probe_sizes
from .problems import Problems
from .protocol import Done, Prepare, Prepared, Release, Slice, Sliced, Task
from .records import Case
from .slot import Lost, Slot
from .suite import Suite
from .sweep import Options, footprint

MEMORY_SHARE = 0.8
TEMPORARY_FOOTPRINTS = 1.5
"""Beside its own inputs a worker holds temporaries of about their size, and what the oracle said."""

ORACLE_FOOTPRINTS = 4.0
PROBES = (1000, 100, 10)
PROBE_SECONDS = 60.0


class Admission:
    """Refuses a case with `Lost`, its reason and its prediction."""

    def __init__(self, suite: Suite, options: Options, budget: Budget, problems: Problems):
        self.suite, self.options, self.budget, self.problems = suite, options, budget, problems
        self.memory_bytes = options.memory_limit_bytes or int(MEMORY_SHARE * psutil.virtual_memory().available)

    def admit(self, case: Case, slot: Slot) -> None:
        """Starts the worker where the case may run; raises `Lost` where it may not."""
        if self.budget.is_spent():
            spent = self.options.time_budget_s or 0.0
            raise Lost("skipped", f"the time budget of {spent:g} s was spent before its turn (--time-budget)")
        self._refuse_for_memory(case)
        slot.start()
        if self.budget.wants_probe(case):
            self._probe(case, slot)
        predicted = self.budget.predict_ns(case)
        if predicted is not None and predicted > self.options.timeout_s * 1e9:
            raise _predicted(predicted, self.options.timeout_s)

    def groups(self, cases: list[Case], slots: list[Slot]) -> list[list[Case]]:
        """Contenders that fit into memory together: all of them where they do."""
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
        need = max(self._need(case), ORACLE_FOOTPRINTS * self._footprint(case))
        if need > self.memory_bytes:
            asked, allowed = (f"{count / 2**30:.3g} GiB" for count in (need, self.memory_bytes))
            raise Lost("skipped", f"needs about {asked} of memory; {allowed} may be used (--memory-limit)")

    def _probe(self, case: Case, slot: Slot) -> None:
        """Calls a case at ever less shrunken sizes until one says what a flop costs."""
        for shrink in PROBES:
            task = Task(case.operation, probe_sizes(case.sizes, shrink), case.parameters, case.dtype)
            try:
                self.problems.make(task, "main", "probe")
                folder = str(self.problems.scratch / "probe")
                seconds = 2 * self.options.timeout_s + PROBE_SECONDS
                slot.ask(Prepare(task, folder, self.problems.generated), seconds, Prepared)
                sample = slot.ask(Slice(0, 1), seconds, Sliced).sample
                slot.ask(Release(), seconds, Done)
            except Lost:
                return
            finally:
                self.problems.discard("probe")
            self.budget.note_probe(case, task, sample.wall_ns)
            if not self.budget.wants_probe(case):
                return

    def _footprint(self, case: Case) -> float:
        task = Task(case.operation, case.sizes, case.parameters, case.dtype)
        return footprint(self.suite.operations[case.operation], task)

    def _need(self, case: Case) -> float:
        library = LIBRARIES.get(self.suite.implementations[case.implementation].library)
        factor = library.footprint_factor if library else 1.0
        return (factor + TEMPORARY_FOOTPRINTS) * self._footprint(case)


def _predicted(predicted_ns: float, timeout_s: float) -> Lost:
    reason = f"predicted to take {predicted_ns / 1e9:.3g} s a call, over the limit of {timeout_s:g} s (--timeout)"
    lost = Lost("skipped", reason)
    lost.predicted_ns, lost.cap_ns = int(predicted_ns), int(timeout_s * 1e9)
    return lost
