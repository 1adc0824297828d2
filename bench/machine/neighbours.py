"""Other programs that keep the machine busy, as seen by the parent process.

The time that the machine's cores were busy, less the time that all processes
ran, was used by programs that this process cannot see: programs outside a
container, hidden from other users, or too short-lived to be listed.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ..lent.counters import UNSEEN
from .proc import Snapshot, Ticks, command_line, read_processes, system_ticks_per_second

WINDOW_SECONDS, LEAST_SECONDS, LONGEST_SECONDS = 1.0, 0.25, 2.0
"""Shares refer to the last second, and to at least a quarter of it, in which one tick is 4 % of a core."""

GAP_SECONDS, GAP_SCANS = 0.1, 40
"""Reading the counters takes at most 2.5 % of this process's time."""

BUSY_CORES = 0.03
"""Fewer ticks per second may be rounding."""

SEEN_CORES = 0.1
"""Cores that a program must use to disturb and to be named, and that unseen programs may use unnoticed."""

WATCHED_AT_MOST, SEEN_AT_MOST = 16, 50
"""How many programs a worker watches, reading their counters around every slice; how many a record names."""

LONGEST_NAME = 40
UNSEEN_NAME = "programs that this process cannot see"


class Neighbour(NamedTuple):
    """Another program. ``cores``: run time divided by time, so 1.0 is one whole core."""

    pid: int
    name: str
    cores: float


class _Moment(NamedTuple):
    seconds: float
    snapshot: Snapshot
    unexplained: int


class Neighbours:
    """Observes all processes. ``own`` returns the process groups of the harness's own children."""

    def __init__(
        self,
        own: Callable[[], Iterable[int]] = tuple,
        clock: Callable[[], float] = time.monotonic,
        read: Callable[[], Snapshot | None] | None = None,
        command: Callable[[int], str] | None = None,
        ticks_per_second: int | None = None,
    ):
        self._own, self._clock = own, clock
        self._read, self._command = read or read_processes, command or command_line
        self._ticks_per_second = ticks_per_second or system_ticks_per_second()
        self._groups: set[int] = set()
        self._moments: deque[_Moment] = deque()
        self._busy: list[Neighbour] = []
        self._names: dict[tuple[int, int, str], str] = {}
        self._seen: dict[tuple[int, int], Neighbour] = {}
        self._next = clock()
        self.available = self._add(own_groups=())

    def look(self) -> None:
        """Reads the counters, unless that was done a moment ago."""
        begun = self._clock()
        if self.available and begun >= self._next and self._add(self._own()):
            self._busy = self._judge()
            self._remember()
            now = self._clock()
            self._next = now + max(GAP_SECONDS, GAP_SCANS * (now - begun))

    @property
    def seconds(self) -> float:
        """The time span of the shares."""
        return self._moments[-1].seconds - self._moments[0].seconds if self._moments else 0.0

    @property
    def pids(self) -> list[int]:
        """Pids that `lent.counters.Guard` watches, in order: the busiest, if there are many."""
        return sorted(each.pid for each in self.busy(SEEN_CORES)[:WATCHED_AT_MOST])

    def busy(self, least: float = BUSY_CORES) -> list[Neighbour]:
        """The programs that are busy now, the busiest first."""
        return [each for each in self._busy if each.cores >= least]

    @property
    def seen(self) -> list[Neighbour]:
        """All programs that were busy, with their largest share, the busiest first."""
        return _busiest_first(self._seen.values())

    def _add(self, own_groups: Iterable[int]) -> bool:
        """Adds a reading and drops those before the window. False if the system does not report counters."""
        begun = self._clock()
        snapshot = self._read()
        if snapshot is None:
            return False
        self._groups.update(own_groups)
        self._moments.append(_Moment(begun, snapshot, self._unexplained(snapshot)))
        self._groups &= {each.group for each in snapshot.programs.values()}
        while len(self._moments) > 2 and self._is_past(begun):
            self._moments.popleft()
        return True

    def _is_past(self, now: float) -> bool:
        """The first moment: dropped if the second suffices, also after a pause in observing."""
        first, second = (now - self._moments[place].seconds for place in (0, 1))
        return second >= WINDOW_SECONDS or (first > LONGEST_SECONDS and second >= LEAST_SECONDS)

    def _unexplained(self, now: Snapshot) -> int:
        """Busy ticks since the first reading that no process accounts for."""
        if not self._moments:
            return 0
        _, before, unexplained = self._moments[-1]
        if any(pid not in now.programs for pid, each in before.programs.items() if self._is_own(pid, each)):
            return unexplained  # the last run time of an ended child is lost
        ran = sum(_grown(before, pid, each) for pid, each in now.programs.items())
        own = {pid: each for pid, each in now.programs.items() if self._is_own(pid, each)}
        ran += sum(_grown(before, pid, each, "ended_ran") for pid, each in own.items())
        return unexplained + now.machine - before.machine - ran

    def _is_own(self, pid: int, program: Ticks) -> bool:
        return pid == os.getpid() or program.group in self._groups

    def _judge(self) -> list[Neighbour]:
        """The programs that were busy over the window."""
        first, last = self._moments[0], self._moments[-1]
        if self.seconds < LEAST_SECONDS:
            return []
        window_ticks = self.seconds * self._ticks_per_second
        names, found = {}, self._unseen(window_ticks)
        for pid, each in last.snapshot.programs.items():
            cores = _grown(first.snapshot, pid, each) / window_ticks
            if cores >= BUSY_CORES and not self._is_own(pid, each):
                key = (pid, each.started, each.name)
                names[key] = self._names.get(key) or _short(self._command(pid)) or _short(each.name) or "unnamed"
                found.append(Neighbour(pid, names[key], cores))
        self._names = names
        return _busiest_first(found)

    def _unseen(self, window_ticks: float) -> list[Neighbour]:
        """Busy time that no process accounts for, if it exceeds the sampling error.

        The machine's ticks are counted by sampling: the error of n ticks is about √n.
        """
        first, last = self._moments[0], self._moments[-1]
        unexplained, counted = last.unexplained - first.unexplained, last.snapshot.machine - first.snapshot.machine
        rounding = max(counted, 0) ** 0.5
        if self.seconds < WINDOW_SECONDS or unexplained <= SEEN_CORES * window_ticks + rounding:
            return []
        return [Neighbour(UNSEEN, UNSEEN_NAME, unexplained / window_ticks)]

    def _remember(self) -> None:
        programs = self._moments[-1].snapshot.programs
        for each in self.busy(SEEN_CORES):
            key = (each.pid, programs[each.pid].started if each.pid in programs else 0)
            self._seen[key] = max(each, self._seen.get(key, each), key=_cores)
        for key in sorted(self._seen, key=lambda key: -self._seen[key].cores)[SEEN_AT_MOST:]:
            del self._seen[key]


def text(neighbours: Sequence[Neighbour], whole: bool = True) -> str:
    """One line that names the first; '' if there is none. Not ``whole``: without its arguments."""
    return f"other programs are busy: {named(neighbours, whole)}" if neighbours else ""


def named(neighbours: Sequence[Neighbour], whole: bool = True) -> str:
    """The first of them with its share, and how many more there are."""
    first, others = neighbours[0], len(neighbours) - 1
    name = first.name if whole or first.pid == UNSEEN else first.name.split(" ")[0]
    known = name if first.pid == UNSEEN else f"{name} (pid {first.pid})"
    more = f", and {others} more" if others else ""
    return f"{known} {100 * first.cores:.0f} % of a core{more}"


def _short(command: str) -> str:
    """On one line, shortened, without control characters."""
    printable = "".join(each if each.isprintable() else " " for each in command)
    words = " ".join(printable.split())
    return words if len(words) <= LONGEST_NAME else words[: LONGEST_NAME - 1] + "…"


def _grown(before: Snapshot, pid: int, now: Ticks, field: str = "ran") -> int:
    """Ticks since then; since its start for a new process, also one with a reused pid."""
    earlier = before.programs.get(pid)
    known = earlier is not None and earlier.started == now.started
    return getattr(now, field) - (getattr(earlier, field) if known else 0)


def _busiest_first(found: Iterable[Neighbour]) -> list[Neighbour]:
    return sorted(found, key=_cores, reverse=True)


def _cores(neighbour: Neighbour) -> float:
    return neighbour.cores
