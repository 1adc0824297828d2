"""Counters of the scheduler: how long this process's threads ran and waited, and what other programs ran.

Linux counts for every thread how long it ran and how long it was ready and did
not run (``/proc/PID/task/TID/schedstat``; ns). Needs the standard library only.
"""

import contextlib
import os
import time
from collections.abc import Sequence
from typing import NamedTuple

try:
    import resource
except ImportError:
    resource = None  # on Windows

WAITED, NEIGHBOUR, STEAL, SWITCHES = "waited_ns", "neighbour_ns", "steal_ticks", "involuntary_switches"
NEIGHBOURS, TIMESLICES = "neighbours", "timeslices"
"""Flags of a sample."""

UNSEEN = -1
"""In place of a neighbour's pid: programs that this process cannot see."""


class Guard:
    """Reads the counters of this process and of the neighbours it is told to watch."""

    def __init__(self) -> None:
        self._own, self._others = Threads(os.getpid()), list[Threads]()
        self._unseen, self._steal = False, StealTicks()

    def watch(self, pids: Sequence[int]) -> None:
        self._unseen = UNSEEN in pids
        known = {each.pid: each for each in self._others}
        self._others = [known.pop(pid, None) or Threads(pid) for pid in pids if pid != UNSEEN]
        for each in known.values():
            each.close()

    def close(self) -> None:
        for each in (self._own, *self._others, self._steal):
            each.close()

    def read(self) -> "Counters":
        others = [each.read() for each in self._others]
        return Counters(self._own.read(), others, self._steal.read(), self._unseen)


class Counts(NamedTuple):
    """Of a thread: ns that it ran, ns that it waited for a core, how often it got one."""

    ran_ns: int = 0
    waited_ns: int = 0
    timeslices: int = 0


class Counters:
    """The counters at one moment."""

    def __init__(
        self,
        own: dict[str, Counts] | None,
        others: list[dict[str, Counts] | None],
        steal: int,
        unseen: bool,
    ):
        self._own, self._others, self._steal, self._unseen = own, others, steal, unseen
        self._switches = _involuntary_switches() if own is None else 0

    def since(self, before: "Counters") -> dict[str, int]:
        """The flags of a slice between both readings; only what is not zero."""
        flags = {STEAL: self._steal - before._steal, SWITCHES: self._switches - before._switches}
        if self._own is not None and before._own is not None:
            grown = _grown(before._own, self._own)
            flags[WAITED] = grown.waited_ns
            flags[TIMESLICES] = grown.timeslices if grown.waited_ns > 0 else 0
            flags[NEIGHBOURS] = len(self._others) + self._unseen
            flags[NEIGHBOUR] = flags[WAITED] if self._unseen else self._neighbours_ran(before)
        return {name: count for name, count in flags.items() if count > 0}

    def _neighbours_ran(self, before: "Counters") -> int:
        pairs = zip(before._others, self._others, strict=False)
        return sum(_grown(then, now).ran_ns for then, now in pairs if then is not None and now is not None)


def _grown(before: dict[str, Counts], after: dict[str, Counts]) -> Counts:
    """Of all threads together."""
    ran = waited = timeslices = 0
    for thread, now in after.items():
        then = before.get(thread, Counts())
        ran += now.ran_ns - then.ran_ns
        waited += now.waited_ns - then.waited_ns
        timeslices += now.timeslices - then.timeslices
    return Counts(ran, waited, timeslices)


class Threads:
    """`Counts` of each thread of a process, its files kept open."""

    def __init__(self, pid: int):
        self.pid = pid
        self._folder = f"/proc/{pid}/task"
        self._files: dict[str, int] = {}

    def read(self) -> dict[str, Counts] | None:
        """None where the system does not tell, or the process has gone."""
        try:
            threads = os.listdir(self._folder)
        except OSError:
            return None
        found = {thread: counts for thread in threads if (counts := self.read_one(thread))}
        return found or None

    def read_one(self, thread: str) -> Counts | None:
        try:
            if thread not in self._files:
                self._files[thread] = os.open(f"{self._folder}/{thread}/schedstat", os.O_RDONLY | os.O_CLOEXEC)
            return Counts(*map(int, os.pread(self._files[thread], 96, 0).split()))
        except (OSError, ValueError, TypeError):  # the thread has ended, or there is no such file
            self._forget(thread)
            return None

    def _forget(self, thread: str) -> None:
        if (file := self._files.pop(thread, None)) is not None:
            with contextlib.suppress(OSError):
                os.close(file)

    def close(self) -> None:
        for thread in list(self._files):
            self._forget(thread)


class StealTicks:
    """Time that the hypervisor gave to other guests, of all cores together; the file is kept open."""

    def __init__(self) -> None:
        try:
            self._file = os.open("/proc/stat", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._file = -1  # only Linux tells

    def read(self) -> int:
        """0 where the system does not tell."""
        try:
            return int(os.pread(self._file, 256, 0).split(None, 9)[8])
        except (OSError, IndexError, ValueError):
            return 0

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = -1


def cpu_ns() -> int:
    """CPU time of this process and of its children that have ended; without children where the system does not tell."""
    if resource is None:
        return time.process_time_ns()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time_ns() + round((children.ru_utime + children.ru_stime) * 1e9)


def _involuntary_switches() -> int:
    return 0 if resource is None else resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
