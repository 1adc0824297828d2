"""Other programs that keep the machine busy are found, named and told of; the harness's own are not."""

import contextlib
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import psutil
import pytest
from typer.testing import CliRunner

from rooflinear.bench import store
from rooflinear.bench.cli import app
from rooflinear.bench.commands import run as commands
from rooflinear.bench.machine import neighbours
from rooflinear.bench.machine.neighbours import (
    Neighbour,
    Neighbours,
    Snapshot,
    Ticks,
    look_round,
    parse,
    text,
    wait_for_quiet,
)
from rooflinear.bench.timing.guard import UNSEEN

from ..made import write_suite

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


@pytest.fixture
def computer():
    return Computer()


def pids(found):
    return [each.pid for each in found]


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
    ("line", "name"),
    [
        (b"12 (python3) R 1 34 5 0 -1 4 0 0 0 0 11 22 33 44 20 0 1 0 777 1 2", "python3"),
        (b"12 (a (b) c) R 1 34 5 0 -1 4 0 0 0 0 11 22 33 44 20 0 1 0 777 1 2", "a (b) c"),
        (b"12 (x) R 1 2) R 1 34 5 0 -1 4 0 0 0 0 11 22 33 44 20 0 1 0 777 1 2", "x) R 1 2"),
        (b"12 () R 1 34 5 0 -1 4 0 0 0 0 11 22 33 44 20 0 1 0 777 1 2", ""),
    ],
)
def test_a_name_may_hold_blanks_and_parentheses(line, name):
    assert parse(line) == Ticks(group=34, started=777, ran=33, ended_ran=77, name=name)


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
    assert wait_for_quiet(60, watcher, sleep=pytest.fail) == []


def test_without_proc_nothing_is_read(monkeypatch):
    monkeypatch.setattr("builtins.open", lambda path, *_: (_ for _ in ()).throw(FileNotFoundError(2, "absent", path)))
    assert neighbours.read_processes() is None


@pytest.mark.parametrize("line", ["cpu 1 2 3\n", "", "nonsense\n"])
def test_a_proc_of_another_form_is_none(tmp_path, monkeypatch, line):
    (tmp_path / "stat").write_text(line)
    opened = open
    monkeypatch.setattr("builtins.open", lambda path, *rest: opened(tmp_path / "stat", *rest))
    assert neighbours.read_processes() is None


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


class Waiting:
    """A wait beside a program that is busy for a while."""

    def __init__(self, computer, seconds, busy_seconds, share=1.0):
        self.computer, self.share, self.told = computer, share, []
        self.begun = computer.seconds
        self.busy_until = self.begun + busy_seconds
        watcher = computer.neighbours()
        self.left = wait_for_quiet(seconds, watcher, self.told.append, lambda: computer.seconds, self.sleep)
        self.seconds = computer.seconds - self.begun

    def sleep(self, seconds):
        self.computer.run(seconds, shell=self.share if self.computer.seconds < self.busy_until else 0)


def test_a_quiet_machine_is_waited_for_a_second(computer):
    waiting = Waiting(computer, 300, 0)
    assert (waiting.left, waiting.told) == ([], [])
    assert 1 <= waiting.seconds <= 1.5


def test_the_wait_ends_a_second_after_the_busy_program_does(computer):
    waiting = Waiting(computer, 300, 20)
    assert waiting.left == []
    assert 20.5 <= waiting.seconds <= 22


def test_the_wait_says_once_what_it_is_for(computer):
    [told] = Waiting(computer, 300, 20).told
    assert told == (
        "waiting up to 300 s for a quiet machine; "
        f"other programs are busy: python3 -c while… (pid {SHELL}) 100 % of a core"
    )


def test_what_does_not_become_quiet_is_returned(computer):
    waiting = Waiting(computer, 10, 999)
    assert pids(waiting.left) == [SHELL]
    assert 10 <= waiting.seconds <= 10.5


def test_a_desktop_at_rest_is_quiet(computer):
    assert Waiting(computer, 300, 999, share=0.04).seconds <= 1.5


def test_without_a_listener_the_wait_is_told_on_stderr(computer, capsys):
    wait_for_quiet(2, computer.neighbours(), None, lambda: computer.seconds, lambda each: computer.run(each, shell=1))
    assert capsys.readouterr().err.count("waiting up to 2 s") == 1


@contextlib.contextmanager
def busy_program():
    process = subprocess.Popen(SPIN)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


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


@pytest.fixture
def quiet_run(monkeypatch, tmp_path):
    """A run's commands without anything measured: what was waited for, and the run's record."""
    asked = SimpleNamespace(waits=[], records=[], found=[])

    def wait(seconds):
        asked.waits.append(seconds)
        return asked.found

    def measure(folder, record, *_):
        asked.records.append(record)
        return 0

    monkeypatch.setattr(neighbours, "wait_for_quiet", wait)
    monkeypatch.setattr(neighbours, "look_round", lambda: asked.found)
    monkeypatch.setattr(commands, "_measure", measure)
    chosen = ["run", "--suite", write_suite(tmp_path / "mine"), "--m", "9", "--results", tmp_path / "results"]
    asked.invoke = lambda *more: CliRunner().invoke(app, list(map(str, [*chosen, *more])))
    asked.folders = lambda: list((tmp_path / "results").iterdir())
    asked.resume = lambda *more: CliRunner().invoke(app, ["run", "--resume", str(asked.folders()[0]), *more])
    return asked


def test_a_run_waits_only_when_asked(quiet_run):
    assert quiet_run.invoke().exit_code == 0
    assert quiet_run.invoke("--wait-for-quiet", "5m").exit_code == 0
    assert (quiet_run.waits, quiet_run.records[-1].warnings) == ([300], [])


def test_a_resumed_run_may_wait_as_well(quiet_run):
    quiet_run.invoke()
    outcome = quiet_run.resume("--wait-for-quiet", "90s")
    assert (outcome.exit_code, quiet_run.waits) == (0, [90]), outcome.output


def test_the_wait_is_no_option_that_makes_another_run(quiet_run):
    quiet_run.invoke()
    quiet_run.invoke("--wait-for-quiet", "5m")
    assert quiet_run.records[0].options == quiet_run.records[1].options


@LINUX
def test_a_run_beside_a_real_busy_program_warns_and_records_it(quiet_run, monkeypatch):
    monkeypatch.setattr(neighbours, "look_round", look_round)
    monkeypatch.setattr(neighbours, "wait_for_quiet", wait_for_quiet)
    with busy_program():
        outcome = quiet_run.invoke()
    assert outcome.exit_code == 0, outcome.output
    [folder] = quiet_run.folders()
    [warning] = store.read_run(folder).warnings
    assert warning.startswith("other programs are busy: ")
    assert warning.endswith("; --wait-for-quiet 5m waits")
    assert outcome.stderr == f"warning: {warning}\n"


def test_a_wait_in_vain_is_told(quiet_run):
    quiet_run.found = [Neighbour(1234, "python3", 0.98)]
    warning = "other programs are busy: python3 (pid 1234) 98 % of a core; waited 300 s in vain"
    assert quiet_run.invoke("--wait-for-quiet", "5m").stderr == f"warning: {warning}\n"
    assert quiet_run.records[0].warnings == [warning]


def test_a_resumed_run_keeps_the_warnings_it_had(quiet_run):
    quiet_run.found = [Neighbour(1, "a", 1.0)]
    quiet_run.invoke()
    quiet_run.found = [Neighbour(2, "b", 1.0)]
    quiet_run.resume()
    assert [each.partition("busy: ")[2][:9] for each in quiet_run.records[-1].warnings] == ["a (pid 1)", "b (pid 2)"]


@pytest.mark.parametrize("more", [[], ["--resume", "nowhere"]])
@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("soon", "must be more than 0"),
        ("0", "must be more than 0"),
        ("-5", "must be more than 0"),
        ("5 parsecs", "unknown unit 'parsecs'"),
        ("", "must be more than 0"),
    ],
)
def test_junk_for_the_wait_is_bad_usage(tmp_path, monkeypatch, value, told, more):
    monkeypatch.chdir(tmp_path)
    outcome = CliRunner().invoke(app, ["run", f"--wait-for-quiet={value}", *more])
    assert outcome.exit_code == 2
    assert outcome.stderr.startswith(f"rooflinear: --wait-for-quiet '{value}': {told}")
    assert not list(tmp_path.iterdir())
