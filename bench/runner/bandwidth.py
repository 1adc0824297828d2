"""The memory's limit beside the contenders: their working set is read in every round of theirs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..errors import Lost
from ..machine.meter import Meter, largest_working_set
from ..records import HOST
from ..suites.suite import Suite
from ..sweep import footprint
from .contender import Contender


@dataclass
class MemoryReader:
    """Reads so many bytes once a round, in its turn; ``reads`` is what it found: (round, ns per byte)."""

    meter: Meter
    working_set: int
    reads: list[tuple[int, float]] = field(default_factory=list)

    def plays(self, index: int, rounds: int) -> bool:  # noqa: ARG002
        return True

    def time_slice(self, round_: int) -> None:
        found = self.meter.read_ns_per_byte(self.working_set)
        if found is not None:
            self.reads.append((round_, found))

    def was_disturbed(self, round_: int) -> bool:  # noqa: ARG002
        return False

    def lose(self, lost: Lost) -> bool:  # noqa: ARG002
        """It never is: where its meter dies it reads nothing more."""
        return False


class MemoryReaders:
    """A meter per thread count, started by ``meter`` when the first contest needs it."""

    def __init__(self, suite: Suite, meter: Callable[[int], Meter] = Meter):
        self._suite, self._meter = suite, meter
        self._meters: dict[int, Meter] = {}
        self._most = largest_working_set()

    def beside(self, contenders: Sequence[Contender]) -> MemoryReader | None:
        """One for contenders that play their rounds together; none where they compute in a memory that is not read."""
        if not contenders or contenders[0].case.device != HOST:
            return None
        case, task = contenders[0].case, contenders[0].terms.task
        if case.threads not in self._meters:
            self.stop()
            self._meters[case.threads] = self._meter(case.threads)
        held = footprint(self._suite.operations[case.operation], task)
        return MemoryReader(self._meters[case.threads], int(min(held, self._most)))

    @property
    def pids(self) -> list[int]:
        return [meter.pid for meter in self._meters.values() if meter.pid]

    def stop(self) -> None:
        for meter in self._meters.values():
            meter.stop()
        self._meters.clear()
