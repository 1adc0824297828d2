"""Whether a slice lost time: how long this process's threads waited for a core, and what other programs ran.

Linux counts for every thread how long it ran and how long it was ready and did
not run (``/proc/PID/task/TID/schedstat``; ns). A parallel loop's thread that
waits for a core waits a scheduler's tick, 4 ms, on a call of 5 µs. Libraries
with more threads than cores wait for their own threads: this is normal, and
recognised by what is usual for the case.
"""

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ..lent.counters import NEIGHBOUR, NEIGHBOURS, STEAL, SWITCHES, TIMESLICES, WAITED, Counts, Threads
from ..records import Sample

LOST_SHARE = 0.02
"""Of a slice: a thread that waited longer did not measure the kernel."""

CROWDED_SHARE = 0.3
"""Of a slice beside a busy program: threads that waited longer shared the core that it left them, although it may not
have run just then. JAX's wait for 1.2 times a slice then, and for none of it on a quiet machine."""

WAITS_OVER_USUAL, SWITCHES_OVER_USUAL = 3, 3
"""Waiting up to this multiple of the usual is the library's own; more is a disturbance."""

TICK_NS = 1_000_000
"""Waiting per time slice of the scheduler. A library with more threads than cores mostly hands them over within 0.7 ms;
threads that were left on one core while another was free wait for the scheduler's tick, 1 to 4 ms, each time."""


def disturbed(samples: Sequence[Sample]) -> list[bool]:
    """Whether each sample of one case in one block lost time to other programs."""
    usual = Usual.of(samples)
    return [usual.disturbed(sample) for sample in samples]


@dataclass(frozen=True)
class Usual:
    """What slices of a case usually wait for a core, as a share of a slice, and how often they lose one."""

    wait: float
    switches: float

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> "Usual":
        waits = median([_waited(sample) for sample in samples] or [0.0])
        return cls(waits, median([sample.flags.get(SWITCHES, 0) for sample in samples] or [0]))

    def disturbed(self, sample: Sample) -> bool:
        """Whether it lost time to other programs."""
        if sample.flags.get(STEAL, 0) > 0:
            return True
        if sample.flags.get(SWITCHES, 0) > SWITCHES_OVER_USUAL * (1 + self.switches):
            return True
        waited = _waited(sample)
        if waited <= LOST_SHARE:
            return False
        crowded = sample.flags.get(NEIGHBOURS, 0) > 0 and waited > CROWDED_SHARE
        beside = crowded or sample.flags.get(NEIGHBOUR, 0) > 0
        return beside or _for_a_tick(sample) or waited > WAITS_OVER_USUAL * self.wait


def _for_a_tick(sample: Sample) -> bool:
    timeslices = sample.flags.get(TIMESLICES, 0)
    return timeslices > 0 and sample.flags[WAITED] > TICK_NS * timeslices


def _waited(sample: Sample) -> float:
    """Share of a slice."""
    return sample.flags.get(WAITED, 0) / max(sample.wall_ns, 1)


@dataclass(frozen=True)
class Scheduled:
    """Of an answer that this process waited for, in ns: what the threads that carry it waited for a core, and the CPU
    time of the process that gave it; read from outside, where no kernel can reach."""

    waited_ns: int = 0
    cpu_ns: int = 0

    def since(self, before: "Scheduled") -> "Scheduled":
        return Scheduled(self.waited_ns - before.waited_ns, self.cpu_ns - before.cpu_ns)


class Answering:
    """Reads what a child's answers wait for."""

    def __init__(self, pid: int):
        self._pid, self._own, self._child = pid, Threads(os.getpid()), Threads(pid)

    def read(self) -> Scheduled:
        """Zeros where the system does not tell, or the process has gone."""
        own, main = self._own.read() or {}, self._child.read_one(str(self._pid)) or Counts()
        return Scheduled(sum(each.waited_ns for each in own.values()) + main.waited_ns, _cpu_ns(self._pid))

    def close(self) -> None:
        self._own.close()
        self._child.close()


def _cpu_ns(pid: int) -> int:
    """Of all threads of a process, those that have ended included; Linux numbers such clocks by the process."""
    if not sys.platform.startswith("linux"):
        return 0
    try:
        return time.clock_gettime_ns(~pid << 3 | 2)
    except OSError:
        return 0
