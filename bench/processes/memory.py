"""Anonymous memory of a process: without pages of mapped files, which the system can reclaim at any time.

Run as a program with a pid, it samples that process every millisecond until its
stdin closes, then prints the maximum. The system's own high-water mark includes
pages of files.
"""

import contextlib
import os
import select
import subprocess
import sys

PERIOD_SECONDS = 0.001


def held_bytes(pid: int) -> int | None:
    """Resident anonymous memory; None if the process has ended or the system does not report it."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return None


class PeakHeld:
    """The rise of anonymous memory during a piece of code, in bytes, seen from outside; None if it is not reported.

    Peaks shorter than a millisecond may be missed.
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


if __name__ == "__main__":
    watch(int(sys.argv[1]))
