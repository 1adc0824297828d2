"""The workers of a run: started side by side, stopped together."""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from ..errors import Lost
from ..inputs.maker import Problems
from ..inputs.matrix import is_matrix
from ..libraries.host import FRUGAL_ALLOCATOR
from ..machine.cores import available_cores
from ..records import Case, Task
from ..suites.suite import Suite
from ..sweep import Options
from .exact import exact_test
from .factories import Factories
from .slot import Slot
from .terms import first_call_seconds

Item = TypeVar("Item")
Found = TypeVar("Found")


class Workers:
    """One slot for each implementation and thread count. ``dispatch_ns`` holds what the least call of each array
    library took at its best."""

    def __init__(self, suite: Suite, options: Options, problems: Problems, memory_bytes: int, factories: Factories):
        self._suite, self._options, self._problems = suite, options, problems
        self._memory_bytes, self._factories = memory_bytes, factories
        self._slots: dict[tuple[str, int], Slot] = {}
        self._pool = factories.pool(available_cores())  # a worker dies with the thread that started it
        self.dispatch_ns: dict[str, float] = {}

    def slot(self, case: Case) -> Slot:
        """Where a case runs; its worker is started when it is first needed."""
        key = (case.implementation, case.threads)
        if key not in self._slots:
            implementation = self._suite.implementations[case.implementation]
            scratch = self._problems.scratch
            slot = self._factories.slot(
                self._suite, implementation, case.threads, case.device, self._memory_bytes, scratch
            )
            slot.refusal = self._missing(case.implementation)
            if is_matrix(self._options):
                slot.environment["GLIBC_TUNABLES"] = FRUGAL_ALLOCATOR
            self._slots[key] = slot
        return self._slots[key]

    def _missing(self, stem: str) -> Lost | None:
        """Why an implementation could not be imported, on whatever number of threads that was."""
        known = [each.refusal for each in self.slots if each.implementation.stem == stem and each.refusal]
        return next((lost for lost in known if lost.status == "missing"), None)

    @property
    def slots(self) -> list[Slot]:
        return list(self._slots.values())

    @property
    def pids(self) -> list[int]:
        return [slot.pid for slot in self.slots if slot.pid]

    def side_by_side(self, do: Callable[[Item], Found], items: Iterable[Item]) -> list[Found]:
        """What ``do`` returns for each item; as many are done at a time as there are cores."""
        return list(self._pool.map(do, items))

    def start(self, cases: Iterable[Case], tests: Sequence[tuple[Task, str]], is_spent: Callable[[], bool]) -> None:
        """Starts the workers of these cases side by side, and makes their exact tests, until the time is spent."""
        self.side_by_side(lambda slot: self._begin(slot, tests, is_spent), [self.slot(case) for case in cases])

    def stop(self) -> None:
        self._note_dispatch()
        for slot in self.slots:
            slot.stop()

    def close(self) -> None:
        self._pool.shutdown()

    def _begin(self, slot: Slot, tests: Sequence[tuple[Task, str]], is_spent: Callable[[], bool]) -> None:
        """Starts a worker and makes its exact tests; what is lost is told with its cases."""
        seconds = first_call_seconds(self._options.timeout_s)
        if is_spent():
            return
        with contextlib.suppress(Lost):
            slot.start()
            for task, folder in tests:
                if task.operation in slot.implementation.operations:
                    exact_test(slot, self._problems, task, folder, seconds)

    def _note_dispatch(self) -> None:
        for slot in self.slots:
            if slot.started and slot.started.dispatch_ns:
                library, seen = slot.implementation.library, slot.started.dispatch_ns
                self.dispatch_ns[library] = min(seen, self.dispatch_ns.get(library, seen))
