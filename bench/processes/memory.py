"""Memory that a process holds for itself: the system can reclaim pages of mapped files at any time.

Run as a program with a process's number it looks there every millisecond until
its stdin closes, then prints the most it saw: a high-water mark that the
system keeps counts pages of files too.
"""

import contextlib
import ctypes
import os
import select
import subprocess
import sys

PERIOD_SECONDS = 0.001


def held_bytes(pid: int) -> int | None:
    """Resident anonymous memory; None where the process is gone or the system does not tell."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return None


class PeakHeld:
    """The rise of held memory over a stretch of code, in bytes, seen from outside; None where Linux does not tell.

    What is held for less than a millisecond may be missed.
    """

    def __enter__(self) -> "PeakHeld":
        self.bytes: int | None = None
        before = held_bytes(os.getpid())
        self._before = before or 0
        self._watch = None
        if before is not None:
            command = [sys.executable, "-I", "-S", __file__, str(os.getpid())]
            self._watch = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            assert self._watch.stdout is not None
            self._watch.stdout.readline()
        return self

    def __exit__(self, *_: object) -> None:
        if self._watch is not None:
            most = self._watch.communicate()[0]
            self.bytes = max(0, int(most) - self._before) if most else None


def watch(pid: int) -> None:
    most = held_bytes(pid) or 0
    print(flush=True)
    while not select.select([sys.stdin], [], [], PERIOD_SECONDS)[0]:
        most = max(most, held_bytes(pid) or 0)
    print(max(most, held_bytes(pid) or 0))


class PeakMemory:
    """The rise of the resident set over a stretch of code, in bytes; None where Linux does not tell."""

    def __enter__(self) -> "PeakMemory":
        _give_back_freed_memory()
        self.bytes: int | None = None
        self._before = None
        try:
            with open("/proc/self/clear_refs", "w") as file:
                file.write("5")
            self._before = _status_bytes("VmRSS")
        except OSError:
            pass
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            self.bytes = max(0, _status_bytes("VmHWM") - self._before)


def _give_back_freed_memory() -> None:
    """Freed memory kept by the allocator is already resident, and would hide that a call uses it."""
    with contextlib.suppress(OSError, AttributeError):  # not glibc
        ctypes.CDLL(None).malloc_trim(0)


def _status_bytes(name: str) -> int:
    with open("/proc/self/status") as file:
        line = next(line for line in file if line.startswith(name + ":"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    watch(int(sys.argv[1]))
