"""What disturbs a slice, and what a library does to itself."""

import os
import subprocess
import sys

import pytest

from rooflinear.bench.lent.counters import NEIGHBOUR, NEIGHBOURS, STEAL, SWITCHES, TIMESLICES, WAITED
from rooflinear.bench.records import Sample
from rooflinear.bench.timing.guard import Answering, disturbed

from ...waiting import wait_for

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
def test_a_child_that_shares_a_core_waits_and_computes():
    core = str(min(os.sched_getaffinity(0)))
    spin = [sys.executable, "-S", "-c", f"import os; os.sched_setaffinity(0, {{{core}}})\nwhile True: pass"]
    with subprocess.Popen(spin) as child, subprocess.Popen(spin) as beside:
        try:
            watching = Answering(child.pid)
            before = watching.read()
            wait_for(lambda: min((seen := watching.read().since(before)).waited_ns, seen.cpu_ns) > 20 * MS)
        finally:
            child.kill()
            beside.kill()


@LINUX
def test_of_a_child_that_has_gone_nothing_is_told():
    gone = subprocess.Popen([sys.executable, "-S", "-c", ""])
    gone.wait()
    assert Answering(gone.pid).read().cpu_ns == 0
