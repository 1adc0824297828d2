"""What a process reads of the scheduler: how long its threads waited, and what other programs ran."""

import os
import subprocess
import sys

import pytest

from rooflinear.bench.lent import counters
from rooflinear.bench.lent.counters import NEIGHBOUR, NEIGHBOURS, SWITCHES, TIMESLICES, UNSEEN, WAITED, Counts, Guard
from rooflinear.bench.timing.guard import TICK_NS

from ...waiting import wait_for

MS = 1_000_000
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux counts waiting")


@LINUX
def test_the_guard_sees_a_thread_wait_for_a_core():
    """Two threads of one process on one core."""
    script = """
import os, signal, threading, time
from rooflinear.bench.lent.counters import Guard
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
stop = False
def spin():
    while not stop: sum(range(1000))
threading.Thread(target=spin).start()
parent, child = os.getpid(), os.fork()
if not child:
    while os.getppid() == parent: pass
    os._exit(0)
guard = Guard()
before = guard.read()
time.sleep(0.3)
print(guard.read().since(before).get("waited_ns", 0))
stop = True
os.kill(child, signal.SIGKILL)
os.wait()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 20 * MS


@LINUX
def test_threads_left_on_one_core_wait_for_ticks():
    script = """
import hashlib, os, threading, time
from rooflinear.bench.lent.counters import Guard
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
stop = False
def compute(data=bytes(1 << 24)):
    while not stop: hashlib.sha256(data)
threads = [threading.Thread(target=compute) for _ in range(2)]
for each in threads: each.start()
guard = Guard()
time.sleep(0.05)
before = guard.read()
time.sleep(0.1)
flags = guard.read().since(before)
stop = True
print(flags["waited_ns"], flags["timeslices"])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    waited_ns, timeslices = map(int, done.stdout.split())
    assert waited_ns > TICK_NS * timeslices


@LINUX
def test_the_guard_sees_a_neighbour_run():
    with subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"]) as busy:
        try:
            watching = Guard()
            watching.watch([busy.pid])
            before = watching.read()
            wait_for(lambda: watching.read()._neighbours_ran(before) > 0)
        finally:
            busy.kill()


@LINUX
def test_a_neighbour_that_has_gone_is_no_error():
    gone = subprocess.Popen([sys.executable, "-S", "-c", ""])
    gone.wait()
    watching = Guard()
    watching.watch([gone.pid])
    assert NEIGHBOUR not in watching.read().since(watching.read())


def test_of_programs_that_cannot_be_seen_every_wait_may_be(monkeypatch):
    counts = iter([{"1": Counts()}, {"1": Counts(5 * MS, 40_000, 2)}])
    watching = Guard()
    monkeypatch.setattr(watching._own, "read", lambda: next(counts))
    watching.watch([UNSEEN])
    before = watching.read()
    assert watching.read().since(before) == {WAITED: 40_000, TIMESLICES: 2, NEIGHBOUR: 40_000, NEIGHBOURS: 1}


def test_a_thread_that_began_in_a_slice_counts_and_one_that_ended_does_not(monkeypatch):
    before, after = {"1": Counts(0, 10, 1), "2": Counts(0, 500, 9)}, {"1": Counts(0, 30, 3), "3": Counts(0, 7, 4)}
    counts = iter([before, after])
    watching = Guard()
    monkeypatch.setattr(watching._own, "read", lambda: next(counts))
    before = watching.read()
    assert watching.read().since(before) == {WAITED: 27, TIMESLICES: 6}


def test_without_proc_switches_are_what_is_known(monkeypatch):
    def absent(*_):
        raise FileNotFoundError

    monkeypatch.setattr(os, "listdir", absent)
    monkeypatch.setattr("builtins.open", absent)
    switches = iter([3, 8])
    monkeypatch.setattr(counters, "_involuntary_switches", lambda: next(switches))
    watching = Guard()
    before = watching.read()
    assert watching.read().since(before) == {SWITCHES: 5}
