"""Forbidden changes that a worker's kernels may have made, on Linux: other cores, other scheduling, child processes.

Child processes that leave their group and their parent would outlive the run and compute uncounted. The parent
adopts them, and recognises them by a mark in the environment, which all descendants of a worker inherit.
"""

import contextlib
import ctypes
import os
import signal
import sys
from typing import NamedTuple

MARK = "ROOFLINEAR_WORKER"
PR_SET_CHILD_SUBREAPER = 36


class Process(NamedTuple):
    pid: int
    state: str
    group: int


def adopt() -> None:
    """Makes this process the parent of every descendant whose own parent ends."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def changed(pid: int, cores: set[int]) -> str:
    """How a worker's threads were changed, or ''. ``cores`` are those it was given."""
    if not sys.platform.startswith("linux"):
        return ""
    for thread in _numbers(f"/proc/{pid}/task"):
        with contextlib.suppress(OSError):  # it has ended
            if more := os.sched_getaffinity(thread) - cores:
                return f"left its cores: a thread may run on {', '.join(map(str, sorted(more)))} too"
            if os.sched_getscheduler(thread) != os.sched_getscheduler(0):
                return "changed its scheduling class"
            if os.getpriority(os.PRIO_PROCESS, thread) < os.getpriority(os.PRIO_PROCESS, 0):
                return "raised its priority"
    return ""


def strays(pid: int, mark: str) -> list[int]:
    """Running descendants of a worker outside its process group, also those whose parents have ended."""
    if not sys.platform.startswith("linux"):
        return []
    children = _children()
    orphans = [each for each in children.get(os.getpid(), []) if each.pid != pid and _is_marked(each.pid, mark)]
    found, waiting = list[Process](), [*orphans, *children.get(pid, [])]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1].pid, [])
    return [each.pid for each in found if each.group != pid and each.state != "Z"]


def end(pids: list[int]) -> None:
    """Kills processes, and waits for those that are children of this one."""
    for each in pids:
        with contextlib.suppress(OSError):
            os.kill(each, signal.SIGKILL)
            os.waitpid(each, 0)


def _children() -> dict[int, list[Process]]:
    """All processes by their parent."""
    found: dict[int, list[Process]] = {}
    for pid in _numbers("/proc"):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as file:
            state, parent, group, *_ = file.read().rpartition(")")[2].split()
            found.setdefault(int(parent), []).append(Process(pid, state, int(group)))
    return found


def _numbers(folder: str) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(name) for name in os.listdir(folder) if name.isdigit()]
    return []


def _is_marked(pid: int, mark: str) -> bool:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/environ", "rb") as file:
        return f"{MARK}={mark}".encode() in file.read().split(b"\0")
    return False
