"""Runs that are killed, interrupted and resumed: each case once a block, and nothing left behind."""

import contextlib
import os
import random
import re
import shlex
import signal
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from rooflinear.bench import store
from rooflinear.bench.processes import scratch
from rooflinear.bench.runner.terms import SLICES

from ...waiting import wait_for

SUITE = Path(__file__).parents[2] / "adversaries" / "slow"
IMPLEMENTATIONS, SIZES, BLOCKS = ("first", "second", "third"), (1, 2, 3), 2
SMALL_RUN = ("run", "--suite", SUITE, "--preset", "quick", "--size", f"length={','.join(map(str, SIZES))}")
KILLS = 6
FROM_START, FROM_RESULT = (0.2, 3.0), (0.0, 0.5)
"""Seconds after which a run is killed: from its start, or from its first result."""


def start(rooflinear, *options):
    """A run of 18 results: three implementations, three sizes, two blocks."""
    return rooflinear.start(*SMALL_RUN, "--threads", "1", "--blocks", BLOCKS, "--results", rooflinear.results, *options)


def resume(rooflinear):
    return rooflinear.start("run", "--resume", rooflinear.runs()[0])


def lines(rooflinear):
    """The complete lines of ``cases.jsonl`` so far."""
    paths = list(rooflinear.results.glob(f"*/{store.CASES}"))
    return paths[0].read_bytes().count(b"\n") if paths else 0


def workers(rooflinear):
    return [each for each in rooflinear.processes() if "rooflinear.bench.worker" in each.cmdline()]


def counted(rooflinear):
    """How often each implementation, size and block was stored."""
    stored = store.read_results(rooflinear.runs()[0])
    return Counter((each.case.implementation, each.case.sizes["length"], each.block) for each in stored)


def each_once():
    return Counter((stem, size, block) for stem in IMPLEMENTATIONS for size in SIZES for block in range(BLOCKS))


def begin(rooflinear):
    return resume(rooflinear) if rooflinear.runs() else start(rooflinear)


class Killed:
    """A run killed at six random moments, resumed after each, and then left to finish.

    Every other moment is counted from the run's first result, so that some runs are killed amid results on any machine.
    """

    def __init__(self, rooflinear):
        self.rooflinear, moments = rooflinear, random.Random(20240607)
        self.survivors = [self._killed(moments, each) for each in (FROM_RESULT, FROM_START) * (KILLS // 2)]
        self.stored = lines(rooflinear)
        self.outcome = rooflinear.finish(begin(rooflinear))

    def _killed(self, moments, after):
        """The processes that outlived their parent."""
        before, process = lines(self.rooflinear), begin(self.rooflinear)
        if after is FROM_RESULT:
            wait_for(lambda: lines(self.rooflinear) > before or process.poll() is not None)
        time.sleep(moments.uniform(*after))
        process.kill()
        process.communicate()
        return self.rooflinear.survivors()


@pytest.fixture(scope="module")
def killed(rooflinear_once):
    return Killed(rooflinear_once)


def test_a_run_killed_six_times_finishes(killed):
    assert killed.stored >= 1
    assert killed.outcome.status == 0


def test_a_run_killed_six_times_has_each_case_once(killed):
    assert counted(killed.rooflinear) == each_once()


def test_a_run_killed_six_times_is_one_run(killed):
    assert len(killed.rooflinear.runs()) == 1


def test_a_run_killed_six_times_has_whole_lines_only(killed):
    content = (killed.rooflinear.runs()[0] / store.CASES).read_bytes()
    assert content.endswith(b"\n")
    assert {each.status for each in store.read_results(killed.rooflinear.runs()[0])} == {"ok"}


def test_no_round_of_a_case_is_stored_twice(killed):
    for result in store.read_results(killed.rooflinear.runs()[0]):
        started = [sample.started_ns for sample in result.samples]
        assert len(set(started)) == len(started)
        rounds = Counter(sample.round for sample in result.samples)
        assert max(rounds.values()) <= 6 * SLICES  # slices are played up to three times, turns twice


def test_workers_die_with_a_parent_that_is_killed(killed):
    assert killed.survivors == [[]] * KILLS


def test_a_resumed_run_clears_away_what_the_killed_ones_left(killed):
    assert list(killed.rooflinear.temporary.glob(f"{scratch.PREFIX}*")) == []


def test_a_finished_run_resumed_changes_nothing(killed):
    path = killed.rooflinear.runs()[0] / store.CASES
    before = path.read_bytes()
    outcome = killed.rooflinear.finish(resume(killed.rooflinear))
    assert (outcome.status, path.read_bytes()) == (0, before)


class Interrupted:
    """A run that was interrupted after its first results, and what it left. Workers must not mind Ctrl-C."""

    def __init__(self, rooflinear, everybody):
        self.rooflinear = rooflinear
        process = start(rooflinear)
        wait_for(lambda: lines(rooflinear) >= 3)
        if everybody:
            send(signal.SIGINT, workers(rooflinear))
            wait_for(lambda: lines(rooflinear) >= 6)
        self.outcome = interrupt(rooflinear, process, everybody=everybody)
        self.kept = store.read_results(rooflinear.runs()[0])
        wait_for(lambda: not rooflinear.processes())
        self.litter = list(rooflinear.temporary.iterdir())


def send(what, processes):
    for each in processes:
        with contextlib.suppress(psutil.NoSuchProcess):  # one may have ended since they were listed
            each.send_signal(what)


def interrupt(rooflinear, process, *, everybody=False):
    """Ctrl-C, which some send to all processes at once."""
    send(signal.SIGINT, rooflinear.processes() if everybody else [process])
    return rooflinear.finish(process)


@pytest.fixture(scope="module")
def interrupted(another_rooflinear):
    return Interrupted(another_rooflinear(), everybody=False)


@pytest.fixture(scope="module", params=[False, True], ids=["parent alone", "all processes"])
def each_interrupted(another_rooflinear, interrupted, request):
    return Interrupted(another_rooflinear(), everybody=True) if request.param else interrupted


def test_an_interrupted_run_exits_with_130(each_interrupted):
    assert each_interrupted.outcome.status == 130


def test_an_interrupted_run_keeps_its_results(each_interrupted):
    kept = each_interrupted.kept
    assert {each.status for each in kept} == {"ok"}
    assert f"interrupted; {len(kept)} results are stored. Continue with: " in each_interrupted.outcome.stderr


def test_an_interrupted_run_leaves_no_temporary_file(each_interrupted):
    assert each_interrupted.litter == []


def test_the_command_that_an_interrupted_run_prints_finishes_it(interrupted):
    printed = re.search(r"Continue with: rooflinear (.*)", interrupted.outcome.stderr)
    assert interrupted.rooflinear(*shlex.split(printed[1])).status == 0
    assert counted(interrupted.rooflinear) == each_once()


@pytest.mark.parametrize("seed", range(3))
def test_an_interrupt_at_any_moment_exits_with_130(rooflinear, seed):
    process = start(rooflinear)
    wait_for(rooflinear.runs)
    time.sleep(random.Random(seed).uniform(0, 1.5))
    assert interrupt(rooflinear, process).status == 130


def test_an_impatient_interrupt_exits_with_130(rooflinear):
    process = start(rooflinear)
    wait_for(lambda: lines(rooflinear) >= 1)
    for _ in range(20):
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(0.002)
    assert rooflinear.finish(process).status == 130


def test_a_polite_request_to_end_is_an_interrupt(rooflinear):
    process = start(rooflinear)
    wait_for(lambda: lines(rooflinear) >= 1)
    process.terminate()
    outcome = rooflinear.finish(process)
    assert outcome.status == 130
    assert "Continue with: rooflinear run --resume" in outcome.stderr


@pytest.fixture(scope="module")
def bereaved(another_rooflinear):
    """The end and the results of a run of one block, of which a worker was killed at work.

    A worker that had measured its last case costs none: another run is tried.
    """
    for _ in range(5):
        rooflinear = another_rooflinear()
        process = start(rooflinear, "--blocks", "1")
        wait_for(lambda rooflinear=rooflinear: lines(rooflinear) >= 3)
        os.kill(process.pid, signal.SIGSTOP)
        if at_work := workers(rooflinear):
            at_work[0].kill()
        os.kill(process.pid, signal.SIGCONT)
        outcome, results = rooflinear.finish(process), store.read_results(rooflinear.runs()[0])
        if any(each.status != "ok" for each in results):
            return outcome, results
    return pytest.fail("no worker was killed at work, or its end went unseen")


def test_a_killed_worker_is_one_crashed_case(bereaved):
    crashed = [each for each in bereaved[1] if each.status != "ok"]
    assert [(each.status, each.exit.signal) for each in crashed] == [("crashed", "SIGKILL")]


def test_a_killed_worker_costs_no_other_case(bereaved):
    assert len(bereaved[1]) == len(IMPLEMENTATIONS) * len(SIZES)
    assert Counter(each.status for each in bereaved[1])["ok"] == len(bereaved[1]) - 1


def test_a_killed_worker_makes_the_exit_status_1(bereaved):
    assert bereaved[0].status == 1
