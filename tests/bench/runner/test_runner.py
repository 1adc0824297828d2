"""Whole runs with fakes: every way a case may end, and what a run does with its time, its memory and its workers."""

from collections import Counter

import pytest

from rooflinear.bench.contract import Grid
from rooflinear.bench.errors import Lost, SuiteFault
from rooflinear.bench.machine.neighbours import Neighbour
from rooflinear.bench.processes.parent import Died
from rooflinear.bench.processes.protocol import Done, Failed
from rooflinear.bench.processes.worker_messages import Delivered, Prepared, Sliced
from rooflinear.bench.records import Exit, Sample
from rooflinear.bench.runner.budget import RESERVE_SECONDS
from rooflinear.bench.runner.pace import FEWEST_IN_HASTE, FEWEST_ROUNDS
from rooflinear.bench.runner.runner import Runner
from rooflinear.bench.runner.slot import DEATHS_ALLOWED
from rooflinear.bench.sweep import Options, contests

from ..fakes import MS, Machine, Watcher, suite

SEGFAULT = Exit("SIGSEGV", None, ["Segmentation fault"])
SECOND = 1000 * MS


class Run:
    """One run on a machine; it is played at once unless it is interrupted, and keeps its results as they come."""

    def __init__(self, machine, *sizes, presets=None, earlier=(), timed=True, threads=(1,), **chosen):
        loaded = suite(*machine.call_ns, presets=presets, described=machine.described)
        given = {"sizes": {"m": list(sizes or (10,))}} if presets is None else {}
        limits = {"timeout_s": 1.0, "memory_limit_bytes": 2**40, "preset": "quick"} | given
        options = Options(suite="made", threads=list(threads), **(limits | chosen))
        self.results, self.watcher, self.interrupted = [], Watcher(), False
        self.runner = Runner(
            loaded, options, self.results.append, self.watcher, earlier, timed, factories=machine.factories
        )
        try:
            self.runner.play(contests(loaded, options))
        except KeyboardInterrupt:
            self.interrupted = True

    def statuses(self, stem, block=0):
        """By size; every case of a block has ended once."""
        found = [each for each in self.results if each.case.implementation == stem and each.block == block]
        assert max(Counter(each.case for each in found).values(), default=0) <= 1
        return {each.case.sizes["m"]: each.status for each in found}

    def of(self, stem, m=10, block=0, threads=1):
        (found,) = (
            each
            for each in self.results
            if (each.case.implementation, each.case.sizes["m"], each.block) == (stem, m, block)
            and each.case.threads == threads
        )
        return found


def rounds(result):
    return sorted({sample.round for sample in result.samples})


def is_over(machine):
    """Whether nothing that a run started is left."""
    meters = machine.readers._meters
    return not machine.living() and not meters and not machine.problems.opened and not machine.pool.open


def dies(*_):
    raise Died("killed by SIGSEGV", SEGFAULT)


def once(action):
    """Does it the first time it is called."""
    left = [action]
    return lambda request: left.pop()(request) if left else None


def at(m, action):
    """Does it where a problem of this size is prepared."""
    return lambda request: action(request) if request.task.sizes["m"] == m else None


def failed(status, reason):
    return lambda request: Failed(status, reason)


def test_every_case_is_verified_and_timed_once():
    machine = Machine(numpy=MS, fast=MS // 2)
    run = Run(machine, 10, 20)
    assert [run.statuses(stem) for stem in machine.call_ns] == [{10: "ok", 20: "ok"}] * 2
    assert {tuple(rounds(each)) for each in run.results} == {tuple(range(FEWEST_ROUNDS))}
    assert {each.samples[0].wall_ns / each.samples[0].calls for each in run.results} == {MS, MS // 2}
    assert {each.block for each in run.results} == {0}
    assert run.watcher.total == len(run.results) == 4
    assert "starting 2 workers" in [what for what, _ in run.watcher.told]
    assert len(machine.workers) == 2
    assert is_over(machine)


def test_memory_is_read_beside_every_round_and_told_with_each_result():
    run = Run(Machine(numpy=MS, fast=MS // 2), 10, 20)
    assert [each.reads for each in run.results] == [[(number, 0.1) for number in range(FEWEST_ROUNDS)]] * 4


def test_what_is_lost_before_its_rounds_has_no_readings_of_others():
    machine = Machine(numpy=MS, fast=MS // 2)
    machine.answers["fast", "WarmUp"] = dies
    run = Run(machine, 10, 20)
    assert [run.of("fast", m).reads for m in (10, 20)] == [[], []]


@pytest.mark.parametrize(
    ("status", "reason", "step", "answer"),
    [
        ("unsupported", "too odd", "Prepare", failed("unsupported", "too odd")),
        ("missing", "No module named 'torch'", "Start", failed("missing", "No module named 'torch'")),
        ("crashed", "killed by SIGSEGV", "Slice", dies),
        ("crashed", "ValueError: no", "Prepare", failed("crashed", "ValueError: no")),
        ("crashed", "unexpected reply from the worker: Done", "Prepare", lambda _: Done()),
        ("wrong", "changes its input x", "Deliver", lambda _: Delivered("changes its input x")),
    ],
)
def test_a_case_ends_as_its_worker_says_and_the_other_is_timed_all_the_same(status, reason, step, answer):
    machine = Machine(numpy=MS, other=MS)
    machine.answers["other", step] = answer
    run = Run(machine)
    assert (run.of("other").status, run.of("other").reason, run.of("other").samples) == (status, reason, [])
    assert run.of("other").exit == (SEGFAULT if answer is dies else None)
    assert (run.of("numpy").status, rounds(run.of("numpy"))) == ("ok", list(range(FEWEST_ROUNDS)))
    assert is_over(machine)


def test_a_wrong_output_ends_a_case_wrong():
    machine = Machine(numpy=MS, other=MS)
    machine.wrong = {"other"}
    run = Run(machine)
    assert (run.of("other").status, run.of("other").reason) == ("wrong", "exact test: error 1 exceeds the bound 0.1")
    assert (run.of("other").samples, run.of("numpy").status) == ([], "ok")


def test_a_call_that_takes_too_long_is_a_timeout_and_its_worker_is_ended():
    machine = Machine(numpy=MS, slow=lambda m: MS if m < 20 else 10 * SECOND)
    run = Run(machine, 10, 20, 15)
    assert run.statuses("slow") == {10: "ok", 15: "ok", 20: "timeout"}
    assert run.of("slow", 20).reason.startswith("its first call exceeds the limit of 1 s (--timeout)")
    assert (run.of("slow", 20).cap_ns, run.of("slow", 20).samples) == (SECOND, [])
    assert run.statuses("numpy") == {10: "ok", 15: "ok", 20: "ok"}


LATER_STEPS = ("Prepare", "WarmUp", "Reload", "Slice", "Deliver", "Trial")


@pytest.mark.parametrize("step", LATER_STEPS)
def test_a_worker_that_dies_loses_one_case_and_is_started_anew(step):
    machine = Machine(numpy=MS, mortal=MS)
    machine.answers["mortal", step] = once(dies)
    run = Run(machine, 10, 20)
    assert run.statuses("mortal") == {10: "crashed", 20: "ok"}
    lost = run.of("mortal")
    assert (lost.reason, lost.exit, lost.samples) == ("killed by SIGSEGV", SEGFAULT, [])
    assert run.statuses("numpy") == {10: "ok", 20: "ok"}
    assert Counter(each.stem for each in machine.workers) == {"numpy": 1, "mortal": 2}


@pytest.mark.parametrize(
    ("step", "reason"), [("Start", "killed by SIGSEGV"), ("Exact", "exact test: killed by SIGSEGV")]
)
def test_what_is_done_once_a_run_loses_all_cases(step, reason):
    machine = Machine(numpy=MS, mortal=MS)
    machine.answers["mortal", step] = once(dies)
    run = Run(machine, 10, 20)
    assert run.statuses("mortal") == {10: "crashed", 20: "crashed"}
    assert {run.of("mortal", m).reason for m in (10, 20)} == {reason}
    assert machine.counted("mortal")["Prepare"] == 0


def test_a_worker_that_dies_while_it_forgets_loses_nothing():
    machine = Machine(numpy=MS, mortal=MS)
    machine.answers["mortal", "Release"] = dies
    assert Run(machine, 10, 20).statuses("mortal") == {10: "ok", 20: "ok"}


def test_a_worker_that_dies_again_and_again_is_given_up():
    machine = Machine(numpy=MS, mortal=MS)
    machine.answers["mortal", "Slice"] = dies
    sizes = range(10, 10 + DEATHS_ALLOWED + 3)
    run = Run(machine, *sizes)
    reasons = [run.of("mortal", m).reason for m in sizes]
    assert reasons[:DEATHS_ALLOWED] == ["killed by SIGSEGV"] * DEATHS_ALLOWED
    assert set(reasons[DEATHS_ALLOWED:]) == {f"its worker died {DEATHS_ALLOWED} times and was not started again"}
    assert sum(each.stem == "mortal" for each in machine.workers) == DEATHS_ALLOWED
    assert set(run.statuses("numpy").values()) == {"ok"}


def test_every_block_has_fresh_workers_and_leaves_out_what_was_lost():
    machine = Machine(numpy=MS, fast=MS // 2, wrong=MS)
    machine.wrong = {"wrong"}
    run = Run(machine, 10, 20, blocks=3)
    for stem in ("numpy", "fast"):
        assert [run.statuses(stem, block) for block in range(3)] == [{10: "ok", 20: "ok"}] * 3
        assert sum(each.stem == stem for each in machine.workers) == 3
    assert [run.statuses("wrong", block) for block in range(3)] == [{10: "wrong", 20: "wrong"}, {}, {}]
    assert [run.of("fast", block=block).first_call_ns for block in range(3)] == [MS // 2, None, None]


def test_only_the_first_block_compares_calls_on_many_problems():
    machine, alone = Machine(numpy=MS), []
    machine.answers["numpy", "Trial"] = lambda request: alone.append(request.alone)
    Run(machine, 10, blocks=2)
    assert alone == [False, True]


def test_a_size_that_was_lost_leaves_the_others_their_blocks():
    machine = Machine(numpy=MS, mortal=MS)
    machine.answers["mortal", "Prepare"] = at(20, dies)
    run = Run(machine, 10, 20, blocks=2)
    assert [run.statuses("mortal", block) for block in range(2)] == [{10: "ok", 20: "crashed"}, {10: "ok"}]


def test_with_a_budget_further_blocks_measure_the_baseline_the_fastest_and_some_others():
    others = {f"other{number}": 3 * MS for number in range(8)}
    machine = Machine(numpy=4 * MS, first=MS, second=15 * MS // 10, third=2 * MS, **others)
    run = Run(machine, presets={"quick": (Grid(sizes={"m": (10,)}, blocks=2),)}, time_budget_s=1000)
    again = {each.case.implementation for each in run.results if each.block == 1}
    assert {"numpy", "first", "second", "third"} < again
    assert len(again & others.keys()) == 2
    assert len(run.results) == len(machine.call_ns) + len(again)


def test_what_no_time_is_left_for_is_skipped_and_what_was_measured_is_kept():
    machine = Machine(numpy=MS, fast=MS // 2)
    machine.made_s = 20.0
    run = Run(machine, 10, 20, 30, 40, time_budget_s=100)
    for stem in machine.call_ns:
        assert run.statuses(stem) == {10: "ok", 20: "ok", 30: "ok", 40: "skipped"}
        assert all(run.of(stem, m).samples for m in (10, 20, 30))
        assert run.of(stem, 40).reason == "the time budget of 100 s was spent before its turn (--time-budget)"
        assert run.of(stem, 40).lack == "time budget"
    assert {m for m, _ in machine.problems.made} == {10, 20, 30}


def test_a_presets_budget_leaves_out_no_case_before_it_is_spent_twice():
    machine = Machine(numpy=MS, fast=MS // 2)
    machine.made_s = 20.0
    run = Run(machine, 10, 20, 30, 40, 50, 60, 70, blocks=2, time_budget_s=100, start_s=5)
    assert run.statuses("fast") == dict.fromkeys((10, 20, 30, 40, 50), "ok") | dict.fromkeys((60, 70), "skipped")
    assert run.of("fast", 60).reason == (
        "the time budget of 100 s and as much again was spent before its turn (--time-budget)"
    )
    assert {each.case.sizes["m"] for each in run.results if each.block} == {10}
    assert len(run.of("fast", 50).samples) < len(run.of("fast", 10).samples)


@pytest.mark.parametrize(
    ("gpu", "reason"),
    [
        ({"device": "cuda"}, "runs on cuda only (--device cuda)"),
        ({"library": "cupy"}, "cupy arrays are on cuda only, not on cpu"),
    ],
    ids=str,
)
@pytest.mark.parametrize("budget_s", [RESERVE_SECONDS, 100])
def test_what_is_for_another_device_is_unsupported_before_and_after_the_time_is_spent(gpu, reason, budget_s):
    machine = Machine(numpy=MS, gpu=MS)
    machine.made_s, machine.described["gpu"] = 40.0, gpu
    run = Run(machine, 10, 20, 30, time_budget_s=budget_s)
    assert run.statuses("numpy")[30] == "skipped"
    assert {(each.status, each.reason) for each in run.results if each.case.implementation == "gpu"} == {
        ("unsupported", reason)
    }


def test_what_is_not_installed_is_missing_for_every_thread_count_whatever_time_and_memory_are_left():
    machine = Machine(numpy=MS, absent=MS)
    machine.made_s = 60.0
    machine.answers["absent", "Start"] = failed("missing", "No module named 'torch'")
    run = Run(machine, 10, 2 * 10**6, threads=(1, 2), time_budget_s=100, memory_limit_bytes=2**24)
    found = Counter(each.status for each in run.results if each.case.implementation == "absent")
    assert found == {"missing": 4}
    assert run.of("numpy", 2 * 10**6, threads=2).status == "skipped"


def test_a_slow_first_start_costs_no_case_of_a_preset():
    """Imports without compiled bytecode, on a slow disk."""
    machine, stated = Machine(numpy=MS, fast=MS // 2), Machine(numpy=MS, fast=MS // 2)
    machine.started_s = stated.started_s = 60.0
    for each in (machine, stated):
        each.made_s = 20.0
    run = Run(machine, 10, 20, 30, 40, 50, 60, time_budget_s=100, start_s=10)
    assert run.statuses("fast") == dict.fromkeys((10, 20, 30, 40, 50), "ok") | {60: "skipped"}
    assert set(Run(stated, 10, 20, time_budget_s=100).statuses("fast").values()) == {"skipped"}


def test_without_time_no_worker_is_started():
    machine = Machine(numpy=MS)
    assert Run(machine, 10, 20, time_budget_s=RESERVE_SECONDS).statuses("numpy") == {10: "skipped", 20: "skipped"}
    assert machine.workers == []
    assert is_over(machine)


def test_a_further_block_that_no_time_is_left_for_takes_nothing_back():
    machine = Machine(numpy=MS)
    machine.made_s = 30.0
    run = Run(machine, 10, 20, blocks=2, time_budget_s=150)
    assert [run.statuses("numpy", block) for block in range(2)] == [{10: "ok", 20: "ok"}, {10: "ok"}]
    assert [what.split()[1] for what, _ in run.watcher.told if "=" in what][-1] == "m=10"


def test_time_that_runs_out_within_a_contest_of_a_further_block_takes_nothing_back():
    machine = Machine(mortal=MS, numpy=MS)

    def dies_in_the_second_block(_):
        if len(machine.workers) == 4:
            machine.started_s = 200.0
            dies()

    machine.answers["mortal", "Slice"] = dies_in_the_second_block
    run = Run(machine, 10, 20, blocks=2, time_budget_s=100)
    assert [run.statuses("numpy", block) for block in range(2)] == [{10: "ok", 20: "ok"}, {10: "ok"}]
    assert [run.statuses("mortal", block)[10] for block in range(2)] == ["ok", "crashed"]


def test_a_contest_ends_with_its_share_of_the_time():
    machine, short = Machine(numpy=MS, other=MS), Machine(numpy=MS, other=MS)
    long = Run(machine, precision=1e-6)
    haste = Run(short, precision=1e-6, time_budget_s=RESERVE_SECONDS + 0.6)
    assert len(rounds(long.of("numpy"))) == 24
    assert 3 <= len(rounds(haste.of("numpy"))) < 24


def test_a_contest_that_takes_longer_than_was_thought_ends_after_the_fewest_rounds():
    machine = Machine(numpy=MS, other=MS)
    machine.answers["numpy", "Reload"] = once(lambda _: machine.pass_(30))
    run = Run(machine, precision=1e-6, time_budget_s=RESERVE_SECONDS + 20)
    assert {tuple(rounds(each)) for each in run.results} == {tuple(range(FEWEST_IN_HASTE))}


M = 10**6
FOOTPRINT = 16 * M
NEED = 2.5 * FOOTPRINT
"""Of a NumPy worker: inputs, output, and temporaries of about one and a half times their size."""


def test_what_does_not_fit_into_memory_is_refused_before_anything_is_made():
    machine = Machine(numpy=MS)
    run = Run(machine, 10, M, memory_limit_bytes=FOOTPRINT)
    assert run.statuses("numpy") == {10: "ok", M: "skipped"}
    assert run.of("numpy", M).reason == "needs about 0.0596 GiB of memory; 0.0149 GiB may be used (--memory-limit)"
    assert run.of("numpy", M).lack == "memory"
    assert {m for m, _ in machine.problems.made} == {10}


def test_contenders_that_do_not_fit_together_are_timed_in_groups_whose_rounds_are_not_paired():
    machine = Machine(numpy=MS, second=MS, third=MS)
    run = Run(machine, M, memory_limit_bytes=int(2.2 * NEED))
    found = [run.of(stem, M) for stem in machine.call_ns]
    assert {each.status for each in found} == {"ok"}
    groups = sorted(Counter(tuple(rounds(each)) for each in found).items())
    assert [count for _, count in groups] in ([2, 1], [1, 2])
    first, second = (set(found) for found, _ in groups)
    assert not first & second
    by_time = sorted((sample.started_ns, sample.round) for each in found for sample in each.samples)
    assert [number for _, number in by_time] == sorted(number for _, number in by_time)


def test_a_hopeless_case_is_predicted_from_smaller_sizes_and_never_called():
    machine = Machine(numpy=MS, loop=lambda m: 100 * m)
    run = Run(machine, 10**8)
    assert run.of("numpy", 10**8).status == "ok"
    lost = run.of("loop", 10**8)
    assert (lost.status, lost.cap_ns) == ("skipped", SECOND)
    assert lost.predicted_ns == pytest.approx(10 * SECOND, rel=0.01)
    assert lost.reason == "predicted to take 10 s a call, over the limit of 1 s (--timeout)"
    assert lost.lack == "time limit"
    assert machine.counted("loop")["WarmUp"] == 0


def test_one_disturbed_call_of_a_probe_does_not_make_a_case_hopeless():
    machine, probed = Machine(numpy=MS, steady=3 * MS), []
    machine.answers["steady", "Prepare"] = lambda request: probed.append(request.task.sizes["m"])
    disturbed = Sliced([Sample(0, 0, 30 * MS, 30 * MS, 1)], 0, 0)
    machine.answers["steady", "Slice"] = lambda _: disturbed if probed and probed.pop() == 10**6 else None
    run = Run(machine, 10**8)
    assert run.of("steady", 10**8).status == "ok"


def test_a_case_whose_smallest_probe_takes_too_long_is_a_timeout():
    run = Run(Machine(numpy=MS, loop=200 * SECOND), 10**8)
    assert run.of("loop", 10**8).status == "timeout"
    assert run.of("loop", 10**8).reason == "a call at m=100000 already exceeds the limit of 1 s (--timeout)"


def test_a_resumed_run_measures_what_is_left():
    machine = Machine(numpy=MS, fast=MS // 2)
    machine.answers["fast", "Prepare"] = at(20, interrupt)
    begun = Run(machine, 10, 20, 30)
    assert begun.interrupted
    again = Machine(numpy=MS, fast=MS // 2)
    resumed = Run(again, 10, 20, 30, earlier=begun.results)
    assert {each.case.sizes["m"] for each in begun.results} == {10}
    assert [resumed.statuses(stem) for stem in again.call_ns] == [{20: "ok", 30: "ok"}] * 2
    assert {m for m, _ in again.problems.made} == {20, 30}


def test_rounds_of_two_sessions_are_never_paired():
    machine = Machine(numpy=MS, fast=MS // 2)
    first_done = []

    def interrupts_the_second(request):
        first_done.append(request)
        return interrupt() if len(first_done) > 1 else None

    for stem in machine.call_ns:
        machine.answers[stem, "Trial"] = interrupts_the_second
    begun = Run(machine, 10)
    (done,) = begun.results
    resumed = Run(Machine(numpy=MS, fast=MS // 2), 10, earlier=begun.results)
    (late,) = resumed.results
    assert {done.case.implementation, late.case.implementation} == {"numpy", "fast"}
    assert (done.status, late.status) == ("ok", "ok")
    assert min(rounds(late)) == max(rounds(done)) + 1


def test_a_resumed_run_plays_the_blocks_that_are_left_and_nothing_that_was_lost():
    machine = Machine(numpy=MS, wrong=MS)
    machine.wrong = {"wrong"}
    earlier = [each for each in Run(machine, 10, blocks=2).results if each.block == 0]
    resumed = Run(Machine(numpy=MS, wrong=MS), 10, blocks=2, earlier=earlier)
    assert [(each.case.implementation, each.block) for each in resumed.results] == [("numpy", 1)]


def interrupt(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize("step", ["Prepare", "WarmUp", "Slice", "Trial", "Release"])
def test_an_interrupted_run_keeps_what_was_done_and_leaves_no_worker(step):
    machine = Machine(numpy=MS, fast=MS // 2)
    asked = []

    def interrupts_the_second_contest(request):
        asked.append(request)
        return interrupt() if {20} <= {m for m, _ in machine.problems.made} else None

    machine.answers["numpy", step] = interrupts_the_second_contest
    run = Run(machine, 10, 20)
    assert run.interrupted
    assert asked
    assert [(run.of(stem).status, bool(run.of(stem).samples)) for stem in machine.call_ns] == [("ok", True)] * 2
    assert is_over(machine)


def test_an_interruption_while_workers_start_leaves_none():
    machine = Machine(numpy=MS, fast=MS // 2)
    machine.answers["fast", "Start"] = interrupt
    run = Run(machine, 10)
    assert (run.interrupted, run.results) == (True, [])
    assert is_over(machine)


def test_thread_counts_come_one_after_the_other_with_workers_of_their_own():
    machine, seen = Machine(numpy=MS, fast=MS // 2), set()
    for stem in machine.call_ns:
        machine.answers[stem, "Slice"] = lambda _: seen.add(frozenset(each.slot.threads for each in machine.living()))
    run = Run(machine, 10, 20, threads=(1, 2))
    assert seen == {frozenset({1}), frozenset({2})}
    assert [each.case.threads for each in run.results] == [1] * 4 + [2] * 4
    assert {each.status for each in run.results} == {"ok"}
    assert sorted((each.stem, each.slot.threads) for each in machine.workers) == [
        ("fast", 1), ("fast", 2), ("numpy", 1), ("numpy", 2),
    ]  # fmt: skip


def test_every_thread_count_has_its_share_of_the_time():
    machine = Machine(numpy=MS)
    machine.made_s = 20.0
    run = Run(machine, 10, 20, 30, threads=(1, 2), time_budget_s=100)
    found = {threads: [run.of("numpy", m, threads=threads).status for m in (10, 20, 30)] for threads in (1, 2)}
    assert found == {1: ["ok", "ok", "skipped"], 2: ["ok", "skipped", "skipped"]}


def test_a_run_that_only_verifies_times_nothing():
    machine = Machine(numpy=MS, wrong=MS)
    machine.answers["wrong", "Prepare"] = at(20, lambda _: Prepared(MS, 2, 3, 0, "changes its input x"))
    run = Run(machine, 10, 20, timed=False)
    assert (run.statuses("numpy"), run.statuses("wrong")) == ({10: "ok", 20: "ok"}, {10: "ok", 20: "wrong"})
    assert [each.samples for each in run.results] == [[]] * 4
    assert machine.counted("numpy")["Slice"] == 0
    assert machine.counted("numpy")["Trial"] > 0
    assert machine.counted("numpy")["Exact"] == 1
    assert machine.counted("numpy")["WarmUp"] == 2
    assert [each.reads for each in run.results] == [[]] * 4


@pytest.mark.parametrize(
    ("lost", "status", "reason"),
    [
        (Lost("unsupported", "the window is too wide"), "unsupported", "the window is too wide"),
        (SuiteFault("operations.py failed"), "crashed", "operations.py failed"),
    ],
)
def test_a_problem_that_cannot_be_made_ends_its_cases_alone(lost, status, reason):
    machine = Machine(numpy=MS, fast=MS // 2)
    machine.fault = raised_at(20, lost)
    run = Run(machine, 10, 20, 30)
    for stem in machine.call_ns:
        assert run.statuses(stem) == {10: "ok", 20: status, 30: "ok"}
        assert run.of(stem, 20).reason == reason


def raised_at(m, error):
    def fault(task):
        if task.sizes["m"] == m:
            raise error

    return fault


def test_a_suite_at_fault_before_anything_was_called_is_no_result():
    machine = Machine(numpy=MS)
    machine.fault = raised_at(10, SuiteFault("operations.py failed"))
    with pytest.raises(SuiteFault):
        Run(machine, 10)
    assert is_over(machine)


def test_an_algorithm_that_has_no_bound_is_not_supported():
    machine = Machine(numpy=MS)
    machine.refused = {"direct": "no bound is known"}
    run = Run(machine)
    assert (run.of("numpy").status, run.of("numpy").reason) == ("unsupported", "no bound is known")
    assert machine.counted("numpy")["Prepare"] == 0


def test_busy_neighbours_are_told_of_when_they_begin():
    machine = Machine(numpy=MS)

    def begins(_):
        machine.neighbours.found = [Neighbour(4711, "stress", 1.0)]
        assert [each.pid for each in machine.living()] == machine.neighbours.own()

    machine.answers["numpy", "Slice"] = begins
    run = Run(machine, 10, 20)
    (note,) = run.watcher.notes
    assert note.startswith("warning: other programs are busy: stress (pid 4711) 100 % of a core")
    assert machine.neighbours.looks == 2 * FEWEST_ROUNDS
