"""What Linux counts of all processes, in ``/proc``.

It counts for every process how long it ran (``/proc/PID/stat``; ticks of 10 ms)
and for the whole machine how long its cores were busy (``/proc/stat``).
"""

import contextlib
import os
from typing import NamedTuple


class Ticks(NamedTuple):
    """The system's counters of a process: its own run time, and that of its ended children."""

    group: int
    started: int
    ran: int
    ended_ran: int
    name: str


class Snapshot(NamedTuple):
    """Ticks that all cores together were busy, and of each process by its pid."""

    machine: int
    programs: dict[int, Ticks]


def read_processes() -> Snapshot | None:
    """None without Linux's ``/proc``."""
    try:
        with open("/proc/stat", "rb") as file:
            user, nice, system, _, _, irq, softirq = map(int, file.readline().split()[1:8])
        numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except (OSError, ValueError):
        return None
    programs = {pid: found for pid in numbers if (found := _ticks(pid))}
    return Snapshot(user + nice + system + irq + softirq, programs)


def _ticks(pid: int) -> Ticks | None:
    """None if the process has ended."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return parse(file.read())
    except (OSError, ValueError, IndexError):
        return None


def parse(line: bytes) -> Ticks:
    """The fields of ``/proc/PID/stat``. The second is a name in parentheses, which may contain parentheses."""
    begin, _, rest = line.rpartition(b")")
    fields = rest.split()
    user, system, ended_user, ended_system = map(int, fields[11:15])
    name = begin.partition(b"(")[2].decode(errors="replace")
    return Ticks(int(fields[2]), int(fields[19]), user + system, ended_user + ended_system, name)


def command_line(pid: int) -> str:
    """A program's command line; empty for kernel threads and ended programs."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:
        words = file.read(4096).replace(b"\0", b" ").decode(errors="replace")
        program, blank, rest = words.partition(" ")
        return program.rpartition("/")[2] + blank + rest
    return ""


def system_ticks_per_second() -> int:
    try:
        return os.sysconf("SC_CLK_TCK")
    except (AttributeError, OSError, ValueError):
        return 100  # not on Windows
