"""What disturbs a slice, and what a library does to itself."""

import os
import subprocess
import sys
import threading

import pytest

from rooflinear.bench.lent import counters
from rooflinear.bench.lent.counters import (
    NEIGHBOUR,
    NEIGHBOURS,
    STEAL,
    SWITCHES,
    TIMESLICES,
    UNSEEN,
    WAITED,
    Counts,
    Guard,
)
from rooflinear.bench.records import Sample
from rooflinear.bench.timing.guard import TICK_NS, Answering, disturbed

MS = 1_000_000
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux counts waiting")


def samples(*flags):
    """Slices of 1 ms."""
    return [Sample(number, 0, MS, MS, 10, each) for number, each in enumerate(flags)]


def waits(*shares, **more):
    return samples(*({WAITED: int(share * MS), **more} for share in shares))


def test_a_slice_that_nobody_touched_counts():
    assert disturbed(samples({}, {})) == [False, False]


def test_a_slice_whose_threads_waited_is_disturbed():
    assert disturbed(waits(0, 0.01, 0.03, 0)) == [False, False, True, False]


def test_what_a_library_waits_for_itself_in_every_slice_is_its_own():
    assert disturbed(waits(0.3, 0.35, 0.3, 0.4)) == [False] * 4


def test_far_more_than_it_usually_waits_for_itself_is_not():
    assert disturbed(waits(0.3, 0.35, 1.5, 0.3)) == [False, False, True, False]


def test_waiting_in_every_slice_is_no_excuse_where_a_neighbour_ran():
    assert disturbed(waits(0.3, 0.3, 0.3, **{NEIGHBOUR: 1})) == [True] * 3


def test_a_neighbour_on_another_core_disturbs_nothing():
    assert disturbed(waits(0, 0.01, **{NEIGHBOUR: MS})) == [False, False]


def test_threads_that_share_the_core_a_busy_program_left_are_disturbed_while_it_rests_too():
    assert disturbed(waits(1.2, 1.2, 1.2, **{NEIGHBOURS: 1})) == [True] * 3
    assert disturbed(waits(0.2, 0.2, 0.2, **{NEIGHBOURS: 1})) == [False] * 3
    assert disturbed(waits(1.2, 1.2, 1.2)) == [False] * 3


def test_waiting_for_a_tick_each_time_is_never_a_librarys_own():
    assert disturbed(waits(20, 20, 20, **{TIMESLICES: 10})) == [True] * 3
    assert disturbed(waits(20, 20, 20, **{TIMESLICES: 40})) == [False] * 3


def test_a_single_wait_that_is_a_small_part_of_a_long_slice_is_none():
    assert disturbed([Sample(0, 0, 500 * MS, 500 * MS, 1, {WAITED: 6 * MS, TIMESLICES: 2})]) == [False]


def test_stolen_time_disturbs():
    assert disturbed(samples({STEAL: 1}, {})) == [True, False]


def test_without_counters_more_switches_than_usual_disturb():
    assert disturbed(samples({SWITCHES: 4}, {SWITCHES: 4}, {SWITCHES: 40})) == [False, False, True]


def test_no_samples_are_none_disturbed():
    assert disturbed([]) == []


@LINUX
def test_the_guard_sees_a_thread_wait_for_a_core():
    """Two threads of one process on one core."""
    script = """
import os, threading, time
from rooflinear.bench.lent.counters import Guard
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
stop = False
def spin():
    while not stop: sum(range(1000))
threading.Thread(target=spin).start()
child = os.fork()
if not child:
    end = time.monotonic() + 0.5
    while time.monotonic() < end: pass
    os._exit(0)
guard = Guard()
before = guard.read()
time.sleep(0.3)
print(guard.read().since(before).get("waited_ns", 0))
stop = True
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
            threading.Event().wait(0.2)
            after = watching.read()
            assert after._neighbours_ran(before) > 0
        finally:
            busy.kill()


@LINUX
def test_a_child_that_shares_a_core_waits_and_computes():
    core = str(min(os.sched_getaffinity(0)))
    spin = [sys.executable, "-S", "-c", f"import os; os.sched_setaffinity(0, {{{core}}})\nwhile True: pass"]
    with subprocess.Popen(spin) as child, subprocess.Popen(spin) as beside:
        try:
            watching = Answering(child.pid)
            before = watching.read()
            threading.Event().wait(0.3)
            seen = watching.read().since(before)
            assert min(seen.waited_ns, seen.cpu_ns) > 20 * MS
        finally:
            child.kill()
            beside.kill()


@LINUX
def test_of_a_child_that_has_gone_nothing_is_told():
    gone = subprocess.Popen([sys.executable, "-S", "-c", ""])
    gone.wait()
    assert Answering(gone.pid).read().cpu_ns == 0


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
