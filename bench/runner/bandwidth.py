"""Measures the memory's bandwidth in every round of a contest, by reading a working set of the same size."""

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
    """A player that reads ``working_set`` bytes once a round; ``reads`` has (round, ns per byte)."""

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
        """It is never lost: if its meter dies, it reads nothing more."""
        return False


class MemoryReaders:
    """The meter of the current thread count, created by ``meter`` when a contest needs it."""

    def __init__(self, suite: Suite, meter: Callable[[int], Meter] = Meter):
        self._suite, self._meter = suite, meter
        self._meters: dict[int, Meter] = {}
        self._most = largest_working_set()

    def beside(self, contenders: Sequence[Contender]) -> MemoryReader | None:
        """A reader for the rounds of these contenders; None if they do not compute in the host's memory."""
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
