"""Cores: which this process may use, and which a worker is given."""

import contextlib
import os
import sys
from collections.abc import Collection

import psutil

IDLE_SECONDS = 0.1


def available_cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def first_cores(threads: int) -> list[int]:
    """The default cores of a worker."""
    return sorted(os.sched_getaffinity(0))[:threads] if hasattr(os, "sched_getaffinity") else []


def quietest_cores(threads: int) -> list[int]:
    """The least busy cores, in ascending order; empty if cores cannot be chosen."""
    if not sys.platform.startswith("linux"):
        return []
    mine = sorted(os.sched_getaffinity(0))
    if threads >= len(mine):
        return mine
    busy = psutil.cpu_percent(IDLE_SECONDS, percpu=True)
    return sorted(sorted(mine, key=lambda core: busy[core] if core < len(busy) else 0.0)[:threads])


def pin(pid: int, cores: Collection[int]) -> None:
    """Has all threads of a process run on these cores; what has ended meanwhile is no error."""
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                os.sched_setaffinity(int(thread), cores)


def start_cores(is_base: bool, cores: list[int]) -> list[int]:
    """The cores on which a side starts and compiles: others than base's, if there are enough."""
    if not cores or is_base or 2 * len(cores) > available_cores():
        return cores
    others = [core for core in sorted(os.sched_getaffinity(0)) if core not in cores]
    return others[: len(cores)]
