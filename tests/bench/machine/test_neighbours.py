"""Other programs that keep the machine busy are found, named and told of; the harness's own are not."""

import subprocess
import time

import psutil
import pytest

from rooflinear.bench.lent.counters import UNSEEN
from rooflinear.bench.machine import neighbours
from rooflinear.bench.machine.neighbours import Neighbour, Neighbours, text

from .computer import EDITOR, HELPER, LINUX, ME, SHELL, SPIN, WORKER, Computer, busy_program, pids


@pytest.fixture
def computer():
    return Computer()


def looked(computer, watcher, seconds, **shares):
    """What was busy after a while in which the watcher looked ten times a second."""
    for _ in range(round(10 * seconds)):
        computer.run(0.1001, **shares)
        watcher.look()
    return watcher.busy()


def test_a_busy_program_is_found_with_its_share(computer):
    [found] = looked(computer, computer.neighbours(), 1, shell=0.5)
    assert (found.pid, found.name) == (SHELL, "python3 -c while…")
    assert found.cores == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(("share", "count"), [(0.02, 0), (0.04, 1)])
def test_what_runs_three_percent_of_a_core_is_busy(computer, share, count):
    assert len(looked(computer, computer.neighbours(), 2, shell=share)) == count


def test_a_program_on_several_cores_has_more_than_one(computer):
    assert looked(computer, computer.neighbours(), 1, shell=3)[0].cores == pytest.approx(3, abs=0.05)


def test_the_busiest_comes_first(computer):
    assert pids(looked(computer, computer.neighbours(), 1, shell=0.2, editor=0.9)) == [EDITOR, SHELL]


def test_those_to_be_watched_are_in_one_order_whichever_is_busier(computer):
    watcher = computer.neighbours()
    looked(computer, watcher, 1, shell=0.2, editor=0.9)
    before = watcher.pids
    looked(computer, watcher, 1, shell=0.9, editor=0.2)
    assert before == watcher.pids == [SHELL, EDITOR]


def test_a_program_that_hardly_runs_is_told_but_not_watched(computer):
    watcher = computer.neighbours()
    assert pids(looked(computer, watcher, 2, shell=0.06, editor=0.2)) == [EDITOR, SHELL]
    assert watcher.pids == [EDITOR]


def test_of_very_many_only_the_busiest_are_watched(computer):
    for pid in range(10**6, 10**6 + 100):
        computer.start(pid)
    watcher = computer.neighbours()
    computer.seconds += 1
    for pid in range(10**6, 10**6 + 100):
        computer.ran[pid] += (pid - 10**6) / 100
    watcher.look()
    assert watcher.pids == list(range(10**6 + 100 - neighbours.WATCHED_AT_MOST, 10**6 + 100))


def test_nothing_is_said_of_less_than_a_quarter_of_a_second(computer):
    watcher = computer.neighbours()
    computer.run(0.2, shell=1)
    watcher.look()
    assert watcher.busy() == []
    computer.run(0.1, shell=1)
    watcher.look()
    assert pids(watcher.busy()) == [SHELL]


def test_a_program_that_stops_is_forgotten_after_a_second(computer):
    watcher = computer.neighbours()
    looked(computer, watcher, 5, shell=1)
    assert pids(looked(computer, watcher, 0.5)) == [SHELL]
    assert looked(computer, watcher, 0.7) == []


def test_a_program_that_starts_is_found_at_once_though_it_was_long_quiet(computer):
    watcher = computer.neighbours()
    looked(computer, watcher, 60)
    assert pids(looked(computer, watcher, 0.2, shell=1)) == [SHELL]


def test_what_ran_while_nobody_looked_is_soon_forgotten(computer):
    watcher = computer.neighbours()
    computer.run(60, shell=1)
    assert pids(looked(computer, watcher, 0.1)) == [SHELL]
    assert looked(computer, watcher, 0.5) == []


def test_looking_seldom_finds_busy_programs_too(computer):
    watcher = computer.neighbours()
    for _ in range(5):
        computer.run(10, shell=1, unseen=1)
        watcher.look()
        assert sorted(pids(watcher.busy())) == [UNSEEN, SHELL]


def test_a_program_that_has_ended_is_not_busy(computer):
    watcher = computer.neighbours()
    looked(computer, watcher, 1, shell=1)
    computer.end(SHELL)
    looked(computer, watcher, 0.1)
    assert SHELL not in watcher.pids


def test_another_program_of_the_same_number_has_a_count_of_its_own(computer):
    computer.ran[SHELL] = 50.0
    watcher = computer.neighbours()
    looked(computer, watcher, 0.5)
    computer.end(SHELL)
    computer.start(SHELL, started=9)
    [found] = looked(computer, watcher, 0.5, shell=1)
    assert 0.4 < found.cores < 0.6


def test_looking_again_at_once_reads_nothing(computer):
    watcher = computer.neighbours()
    computer.run(1)
    for _ in range(100):
        watcher.look()
    assert computer.scans == 2


def test_where_looking_takes_long_it_is_done_less_often(computer):
    computer.scan_seconds = 0.1
    watcher = computer.neighbours()
    looked(computer, watcher, 20)
    assert computer.scans <= 1 + 20 / 2 + 2


def test_own_processes_are_no_neighbours(computer):
    computer.start(WORKER)
    computer.start(HELPER, group=WORKER)
    computer.own = [WORKER]
    assert looked(computer, computer.neighbours(), 2, me=0.5, worker=1, helper=1) == []


def test_a_worker_started_later_is_known_too(computer):
    watcher = computer.neighbours()
    looked(computer, watcher, 1)
    computer.start(WORKER)
    computer.own = [WORKER]
    assert looked(computer, watcher, 2, worker=1) == []


def test_what_a_stopped_worker_leaves_behind_is_still_own(computer):
    """A process that was killed ends a little later."""
    computer.start(WORKER)
    computer.start(HELPER, group=WORKER)
    computer.own = [WORKER]
    watcher = computer.neighbours()
    looked(computer, watcher, 1, worker=1, helper=1)
    computer.own = []
    computer.end(WORKER, parent=ME)
    assert looked(computer, watcher, 0.5, helper=1) == []


def test_the_number_of_a_group_that_has_ended_is_anybodys(computer):
    computer.start(WORKER)
    computer.own = [WORKER]
    watcher = computer.neighbours()
    looked(computer, watcher, 1, worker=1)
    computer.own = []
    computer.end(WORKER, parent=ME)
    looked(computer, watcher, 1)
    computer.start(WORKER, started=9)
    assert pids(looked(computer, watcher, 1, worker=1)) == [WORKER]


def test_time_that_no_process_accounts_for_is_of_programs_unseen(computer):
    watcher = computer.neighbours()
    [found] = looked(computer, watcher, 2, unseen=0.5, me=0.5)
    assert (found.pid, watcher.pids) == (UNSEEN, [UNSEEN])
    assert found.cores == pytest.approx(0.5, abs=0.03)
    assert text([found]) == "other programs are busy: programs that this process cannot see 50 % of a core"


def test_programs_unseen_that_stop_are_forgotten(computer):
    watcher = computer.neighbours()
    looked(computer, watcher, 3, unseen=1)
    assert looked(computer, watcher, 1.2) == []


@pytest.mark.parametrize("shares", [{"unseen": 0.08}, {"unseen": 0.15, "me": 8}])
def test_what_may_be_rounding_is_of_nobody(computer, shares):
    assert looked(computer, computer.neighbours(), 5, **shares) == []


def test_less_than_a_second_says_nothing_of_programs_unseen(computer):
    assert looked(computer, computer.neighbours(), 0.8, unseen=1) == []


def test_time_of_neighbours_and_of_own_processes_is_accounted_for(computer):
    computer.start(WORKER)
    computer.own = [WORKER]
    watcher = computer.neighbours()
    assert pids(looked(computer, watcher, 3, me=0.3, worker=0.9, shell=0.9, editor=0.01)) == [SHELL]


def test_an_own_process_too_short_lived_to_be_met_is_accounted_for(computer):
    """A compiler that a worker started, of which the system tells the worker's sum."""
    computer.start(WORKER)
    computer.own = [WORKER]
    watcher = computer.neighbours()
    for _ in range(20):
        computer.start(HELPER, group=WORKER)
        computer.run(0.11, helper=1)
        computer.end(HELPER, parent=WORKER)
        watcher.look()
        assert watcher.busy() == []


@pytest.mark.parametrize("parent", [None, ME], ids=["unknown", "this process"])
def test_an_own_process_that_ends_makes_no_programs_unseen(computer, parent):
    computer.start(WORKER)
    computer.own = [WORKER]
    watcher = computer.neighbours()
    looked(computer, watcher, 3, worker=1)
    computer.run(0.9, worker=1)
    computer.end(WORKER, parent)
    watcher.look()
    assert watcher.busy() == looked(computer, watcher, 2) == []


def test_programs_of_others_too_short_lived_to_be_met_are_programs_unseen(computer):
    watcher = computer.neighbours()
    for _ in range(20):
        computer.start(HELPER)
        computer.run(0.11, helper=1)
        computer.end(HELPER, parent=SHELL)
        watcher.look()
    assert pids(watcher.busy()) == [UNSEEN]


def test_all_that_were_ever_busy_are_remembered_at_their_busiest(computer):
    watcher = computer.neighbours()
    looked(computer, watcher, 2, shell=0.4)
    looked(computer, watcher, 2, shell=0.8)
    looked(computer, watcher, 2, editor=0.9)
    looked(computer, watcher, 2, shell=0.2)
    assert pids(watcher.seen) == [EDITOR, SHELL]
    assert watcher.seen[1].cores == pytest.approx(0.8, abs=0.03)


def test_what_hardly_ran_is_not_remembered(computer):
    watcher = computer.neighbours()
    looked(computer, watcher, 3, shell=0.06)
    assert (pids(watcher.busy()), watcher.seen) == ([SHELL], [])


def test_of_very_many_the_busiest_are_remembered(computer):
    watcher = computer.neighbours()
    for started in range(100):
        computer.start(HELPER, started=started)
        looked(computer, watcher, 1, helper=0.2 + started / 200)
    assert len(watcher.seen) == neighbours.SEEN_AT_MOST
    assert watcher.seen[-1].cores > 0.4


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("python3 -c 'x'\n\t while", "python3 -c 'x' while"),
        ("\x1b[31mred\x07 \u202egnp", "[31mred gnp"),
        ("x" * 99, "x" * 39 + "…"),
        ("", "kworker/0:1"),
        ("\n", "kworker/0:1"),
    ],
)
def test_a_name_is_one_short_line(computer, command, name):
    computer.commands[SHELL], computer.names[SHELL] = command, "kworker/0:1"
    assert looked(computer, computer.neighbours(), 1, shell=1)[0].name == name


def test_a_program_without_any_name_gets_one(computer):
    computer.commands[SHELL], computer.names[SHELL] = "", ""
    assert looked(computer, computer.neighbours(), 1, shell=1)[0].name == "unnamed"


def test_a_program_that_became_another_has_the_new_name(computer):
    watcher = computer.neighbours()
    looked(computer, watcher, 1, shell=1)
    computer.commands[SHELL], computer.names[SHELL] = "make", "make"
    assert looked(computer, watcher, 0.2, shell=1)[0].name == "make"


def test_a_system_that_tells_nothing_has_no_neighbours(computer):
    watcher = computer.neighbours(read=lambda: None)
    assert not watcher.available
    assert looked(computer, watcher, 2, shell=1) == watcher.pids == watcher.seen == []


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([], ""),
        ([Neighbour(1234, "python3", 0.98)], "other programs are busy: python3 (pid 1234) 98 % of a core"),
        (
            [Neighbour(1, "100%", 2.5), Neighbour(2, "b", 1.0), Neighbour(3, "c", 0.2)],
            "other programs are busy: 100% (pid 1) 250 % of a core, and 2 more",
        ),
    ],
)
def test_neighbours_are_told_in_one_line(found, told):
    assert text(found) == told


@LINUX
def test_a_real_busy_program_is_found():
    with busy_program() as process:
        watcher, begun = Neighbours(), time.monotonic()
        found = None
        while not (found and found.cores > 0.5) and time.monotonic() < begun + 30:
            time.sleep(0.25)
            watcher.look()
            found = {each.pid: each for each in watcher.busy()}.get(process.pid)
        ran = psutil.Process(process.pid).cpu_times().user / (time.monotonic() - begun)
    share = found.cores if found else 0
    if share <= 0.5 and ran < 0.6:
        pytest.skip("others left the busy program hardly half of a core")
    assert share > 0.5
    assert found.name.startswith("python")
    assert "while True: pass" in found.name
    assert process.pid in pids(watcher.seen)


@LINUX
def test_a_real_busy_program_of_our_own_is_not_found():
    process = subprocess.Popen(SPIN, process_group=0)
    try:
        watcher = Neighbours(lambda: [process.pid])
        for _ in range(3):
            time.sleep(0.2)
            watcher.look()
        assert process.pid not in watcher.pids
    finally:
        process.kill()
        process.wait()
