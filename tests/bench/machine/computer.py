"""A computer whose programs and clock go on only when told to; and a real program that keeps a core busy."""

import contextlib
import os
import subprocess
import sys

import pytest

from rooflinear.bench.machine.neighbours import Neighbours
from rooflinear.bench.machine.proc import Snapshot, Ticks

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads what Linux tells")
ME = os.getpid()
SHELL, EDITOR, WORKER, HELPER = ME + 1, ME + 2, ME + 3, ME + 4
SPIN = [sys.executable, "-S", "-c", "while True: pass"]


class Computer:
    """Programs and a clock that go on only when told to."""

    def __init__(self):
        self.seconds, self.scan_seconds, self.scans = 100.0, 0.0, 0
        self.ran = dict.fromkeys((ME, SHELL, EDITOR), 0.0)
        self.ended_ran, self.started = dict.fromkeys(self.ran, 0.0), dict.fromkeys(self.ran, 7)
        self.groups = {pid: pid for pid in self.ran}
        self.names, self.commands = {}, {SHELL: "python3 -c while…", EDITOR: "vi"}
        self.unseen = self.whole = 0.0
        self.own = []

    def start(self, pid, group=None, started=8):
        self.ran[pid] = self.ended_ran[pid] = 0.0
        self.groups[pid], self.started[pid] = group or pid, started

    def end(self, pid, parent=None):
        """Ends a program, whose time its parent inherits if there is one."""
        if parent is not None:
            self.ended_ran[parent] += self.ran[pid] + self.ended_ran[pid]
        del self.ran[pid]

    def run(self, seconds, unseen=0.0, **shares):
        """Time goes by, of which programs run a share."""
        self.seconds += seconds
        self.whole += seconds * unseen
        for name, share in shares.items():
            self.ran[globals()[name.upper()]] += seconds * share
            self.whole += seconds * share

    def read(self):
        self.scans += 1
        self.seconds += self.scan_seconds
        programs = {
            pid: Ticks(
                self.groups[pid], self.started[pid], round(100 * ran), round(100 * self.ended_ran[pid]),
                self.names.get(pid, "name"),
            )
            for pid, ran in self.ran.items()
        }  # fmt: skip
        return Snapshot(round(100 * self.whole), programs)

    def neighbours(self, **changes):
        return Neighbours(
            lambda: self.own, lambda: self.seconds, changes.get("read", self.read),
            lambda pid: self.commands.get(pid, ""), ticks_per_second=100,
        )  # fmt: skip


def pids(found):
    return [each.pid for each in found]


@contextlib.contextmanager
def busy_program():
    process = subprocess.Popen(SPIN)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
