"""Memory and first calls: what a block reads of them, which margins hold, and a gate of its own for each measure."""

import math
import random
from collections import Counter

import numpy as np
import pytest

from rooflinear.bench.commands.compare import DUELS
from rooflinear.bench.commands.guests import measures_of_suite
from rooflinear.bench.commands.options import measures_of
from rooflinear.bench.errors import Lost, UsageError
from rooflinear.bench.gate import judge, measures
from rooflinear.bench.gate.first_call_duel import FirstCallDuel
from rooflinear.bench.gate.guest_duel import GuestDuel
from rooflinear.bench.gate.margins import OF_FIRST_CALLS, OF_MEMORY, Margins, least_difference
from rooflinear.bench.gate.memory_duel import CALLS, MemoryDuel, memory_reading
from rooflinear.bench.gate.paired_rounds import LEAST_BYTES
from rooflinear.bench.gate.plan import Outcome, Plan, Planned
from rooflinear.bench.gate.records import CaseResult
from rooflinear.bench.gate.tracks import Track, results
from rooflinear.bench.lent.memory import SMALL_PAGES
from rooflinear.bench.processes.worker_messages import Played, Prepared, Tried
from rooflinear.bench.records import Case

from . import fake_sessions
from .test_gate import Machine, Watcher
from .test_played_blocks import Pair, dies
from .test_played_blocks import planned as of_kernel

MIB = 2**20


def planned(name="numpy", measure="memory", **more):
    case = Case("made", "double", name, {"m": 10}, {}, "float64", 1, "cpu")
    margin = Margins().of(case, measure=measure)
    return Planned(case, margin, measure=measure, least=least_difference(measure), **more)


# What a block reads.


def test_memory_is_the_median_of_a_sides_calls():
    found = memory_reading({"base": [8 * MIB, 8 * MIB, 9 * MIB], "head": [10 * MIB] * 3, "copy": [4 * MIB] * 3})
    assert (found.base_ns, found.head_ns, found.unit, found.rounds) == (8 * MIB, 10 * MIB, "B", 3)
    assert (found.head, found.copy) == pytest.approx((math.log(10 / 8), math.log(4 / 8)))
    assert (found.exact, found.scatter) == (False, MIB)
    assert memory_reading({"base": [5] * 3, "head": [6] * 3}).exact


def test_less_than_some_pages_counts_as_so_much():
    found = memory_reading({"base": [0] * 3, "head": [LEAST_BYTES / 2] * 3})
    assert (found.head, found.base_ns, found.head_ns) == (0.0, 0, LEAST_BYTES / 2)
    assert memory_reading({"base": [0] * 3, "head": [2 * LEAST_BYTES] * 3}).head == pytest.approx(math.log(2))


def peaks(*of):
    """How a worker answers where its calls need so many bytes; the first call is not watched."""
    return lambda request: Tried([Played([1], [], 0, each) for each in (None, *of)])


def memory_pair(**answers):
    pair = Pair(base=1_000_000, head=1_000_000)
    pair.blocks._duel = MemoryDuel
    for side, answer in answers.items():
        pair.machine.answers[side, "Trial"] = answer
    return pair


def test_a_block_watches_the_memory_of_calls_that_are_not_kept_after_one_output_was_judged():
    asked = []
    pair = memory_pair(
        base=peaks(MIB, MIB, MIB), head=lambda request: asked.append(request) or peaks(*[3 * MIB] * 3)(0)
    )
    (outcome,) = pair.play(of_kernel())
    assert outcome.lost == {}
    assert (outcome.reading.base_ns, outcome.reading.head_ns) == (MIB, 3 * MIB)
    assert [(each.order, each.peak, each.unseen) for each in asked[0].plays] == [
        ([0], False, True), *[([0], True, True)] * CALLS
    ]  # fmt: skip
    assert pair.machine.counted("head") >= Counter(Exact=1, Prepare=1, Trial=1)
    assert pair.machine.counted("head")["Slice"] == 0


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (peaks(MIB, None, MIB), "unsupported", "this system does not report the peak of memory"),
        (lambda _: Tried([], "the clock was replaced"), "wrong", "the clock was replaced"),
        (dies, "crashed", "killed by SIGSEGV"),
    ],
)
def test_a_side_whose_memory_cannot_be_read_is_lost(answer, status, reason):
    pair = memory_pair(base=peaks(MIB, MIB, MIB), head=answer)
    (outcome,) = pair.play(of_kernel())
    assert (outcome.reading, outcome.lost["head"].status, outcome.lost["head"].reason) == (None, status, reason)


def test_a_wrong_side_has_no_memory():
    pair = memory_pair(base=peaks(MIB, MIB, MIB), head=peaks(MIB, MIB, MIB))
    pair.machine.wrong = {"head"}
    (outcome,) = pair.play(of_kernel())
    assert {side: lost.status for side, lost in outcome.lost.items()} == {"head": "wrong"}


def first_call_pair():
    pair = Pair(base=1_000_000, head=1_000_000)
    pair.blocks._duel, pair.blocks._alone = FirstCallDuel, True
    return pair


def test_first_calls_are_those_of_processes_of_their_own_that_called_nothing_before():
    pair = first_call_pair()
    pair.machine.answers["head", "Prepare"] = lambda request: Prepared(3_000_000, 0, 0)
    played = pair.play(of_kernel(m=10), of_kernel(m=20, copied=True))
    first, second = sorted(played, key=lambda each: each.reading.copy is not None)
    assert first.reading.head == second.reading.head == pytest.approx(math.log(3))
    assert (first.reading.copy, second.reading.copy, first.reading.rounds) == (None, 0.0, 1)
    assert (first.reading.base_ns, first.reading.head_ns) == (1_000_000, 3_000_000)
    assert Counter(each.stem for each in pair.machine.workers) == {"base": 3, "head": 2}
    assert pair.machine.counted("base")["Exact"] == pair.machine.counted("head")["Exact"] == 0
    assert pair.machine.counted("head")["Slice"] == 0


def test_a_first_call_that_is_wrong_is_none():
    pair = first_call_pair()
    pair.machine.wrong = {"base"}
    (outcome,) = pair.play(of_kernel())
    assert (outcome.reading, outcome.lost["base"].status) == (None, "wrong")


def test_each_measure_has_its_duel():
    assert {
        "time": {"duel": DUELS["time"]["duel"]},
        "memory": {"duel": MemoryDuel, "variables": SMALL_PAGES},
        "first-call": {"duel": FirstCallDuel, "alone": True},
    } == DUELS


# Margins.


def test_margins_of_a_measure_are_its_own():
    case = planned().case
    stated = Margins(0.01, {"double/*": 0.03, "double/* memory": 0.2, "* first-call": 0.5})
    assert [stated.of(case, measure=each) for each in ("time", "memory", "first-call")] == [0.03, 0.2, 0.5]
    assert [Margins(0.01).of(case, measure=each) for each in ("time", "memory", "first-call")] == [
        0.01, OF_MEMORY, OF_FIRST_CALLS
    ]  # fmt: skip
    assert [least_difference(each) for each in ("time", "memory", "first-call")] == [0.0, MIB / 2, 0.0]


@pytest.mark.parametrize(("base", "floor"), [(0, 8.0), (MIB, 0.5), (8 * MIB, 1 / 16), (100 * MIB, 0.005)])
def test_the_least_difference_is_a_share_of_what_base_needs(base, floor):
    track = Track(planned(), "head", OF_MEMORY)
    track.screen = [memory_reading({"base": [base] * 3, "head": [base] * 3})] * 6
    assert track.floor == pytest.approx(floor)
    assert Track(planned(measure="time"), "head", 0.02).floor == 0.0


class Memory:
    """Blocks in which each side needs some bytes, and pages by chance."""

    def __init__(self, base, head, noise, rng):
        self.base, self.head, self.noise, self.random, self.played = base, head, noise, rng, 0

    def play(self, planned, thorough, told):
        self.played += 1
        return {each.case: Outcome(self._reading()) for each in planned if told(each)}

    def _reading(self):
        sides = {"base": self.base, "head": self.head, "copy": self.base}
        return memory_reading({side: [self._bytes(of) for _ in range(CALLS)] for side, of in sides.items()})

    def _bytes(self, of):
        return max(0, of + 4096 * int(self.random.integers(-self.noise, self.noise + 1)))

    def close(self):
        """Nothing is open."""


def judged(base, head, noise=0, seed=1):
    rng = np.random.default_rng(seed)
    case = planned(copied=True)
    plans, players = {"memory": Plan((case,), ())}, {"memory": lambda _: Memory(base, head, noise, rng)}
    found = measures.play(plans, players, Watcher(), seed=1, time_budget_s=None)
    return found.cases[0]


@pytest.mark.parametrize(
    ("base", "head", "noise", "verdict"),
    [
        (0, MIB, 0, "slower"),
        (0, MIB, 10, "slower"),
        (8 * MIB, 9 * MIB, 0, "slower"),
        (8 * MIB, 9 * MIB, 10, "slower"),
        (8 * MIB, round(8.8 * MIB), 4, "slower"),
        (9 * MIB, 8 * MIB, 0, "faster"),
        (100 * MIB, 101 * MIB, 0, "equivalent"),  # over half a MiB, but only 1 %
        (100 * MIB, 110 * MIB, 100, "slower"),
        (MIB, round(1.3 * MIB), 0, "equivalent"),  # 30 %, but under half a MiB
        (0, 0, 0, "equivalent"),
    ],
)
def test_more_memory_counts_only_beyond_the_share_and_the_bytes(base, head, noise, verdict):
    found = judged(base, head, noise)
    assert found.verdict == verdict, found.reason
    assert found.measure == "memory"
    stage = found.confirm or found.screen
    assert stage.unit == "B"
    assert (found.confirm is None) == (noise == 0)


@pytest.mark.parametrize("base", [0, MIB // 2, 8 * MIB, 100 * MIB])
@pytest.mark.parametrize("noise", [0, 1, 10, 60])
def test_equal_code_is_never_called_larger_whatever_the_pages_do(base, noise):
    verdicts = {judged(base, base, noise, seed).verdict for seed in range(20)}
    assert not verdicts & {"slower", "faster"}


def test_what_calls_of_one_process_differ_by_is_said():
    assert "; calls of one process differ by " in judged(8 * MIB, 9 * MIB, 10).reason
    assert "calls of one process" not in judged(8 * MIB, 9 * MIB, 0).reason


# A gate for each measure.


def test_measures_are_played_one_after_another_and_settled_cases_are_told_once():
    machine = Machine(seconds=1)
    machine.head = {"numba": 1.3}
    lost = CaseResult(case=planned("gone").case, verdict="missing", margin=0.02)
    plans = {each: Plan((planned("numba", each),), (lost,)) for each in ("time", "first-call")}
    found = measures.play(plans, dict.fromkeys(plans, machine.blocks), Watcher(), seed=7, time_budget_s=None)
    assert [(each.measure, each.verdict) for each in found.cases] == [
        ("time", "slower"), ("time", "missing"), ("first-call", "slower")
    ]  # fmt: skip
    screens = [len(stage.played) for stage in machine.stages][::2]
    assert screens == [judge.SCREEN_BLOCKS, measures.FIRST_CALL_BLOCKS]
    again = measures.play(
        plans, dict.fromkeys(plans, machine.blocks), Watcher(), seed=7, time_budget_s=None, confirm_all=True
    )
    assert [each.verdict for each in again.cases].count("missing") == 2
    shared = measures.play(
        plans, dict.fromkeys(plans, machine.blocks), Watcher(), seed=7, time_budget_s=None, families=50
    )
    assert {each.confirm.level for each in shared.cases if each.confirm} == {judge.FAMILY_LEVEL / 50}


def test_the_time_budget_is_shared_by_the_measures():
    machine, clocks = Machine(seconds=10), []
    plans = {each: Plan((planned("numba", each),), ()) for each in ("time", "memory")}

    class Gate:
        tracks, warnings = (), ()

        def __init__(self, *_, time_budget_s, **__):
            clocks.append(time_budget_s)

        def play(self):
            machine.now += 30

    measures_gate, measures.Gate = measures.Gate, Gate
    try:
        measures.play(plans, dict.fromkeys(plans), Watcher(), seed=1, time_budget_s=100, clock=lambda: machine.now)
    finally:
        measures.Gate = measures_gate
    assert clocks == [50, 70]


def test_the_cases_of_a_replay_are_its_own_by_measure():
    only = {"memory": {planned().case: 0.06}}
    assert measures.asked(["time"], only) == only
    assert measures.asked(["time", "memory"], None) == {"time": None, "memory": None}


def test_a_track_tells_its_measure_where_it_was_lost_too():
    track = Track(planned(), "head", OF_MEMORY)
    track.lost = {"head": Lost("crashed", "signal 11")}
    ((case,), _) = results([track])
    assert (case.measure, case.label) == ("memory", "double/numpy m=10 float64 memory")


# What is typed.


def test_measures_are_taken_in_their_order_and_unknown_ones_are_refused():
    assert measures_of(()) == ["time"]
    assert measures_of(["memory,time", "first-call"]) == ["time", "memory", "first-call"]
    with pytest.raises(UsageError, match="unknown measure 'memroy'; did you mean 'memory'"):
        measures_of(["memroy"])


def test_first_calls_of_other_suites_are_refused():
    assert measures_of_suite(["memory"]) == ["memory"]
    with pytest.raises(UsageError, match="a session of another tool's suite cannot tell first calls; measure time or"):
        measures_of_suite(["first-call"])


# Suites of other tools.


def guest(**sides):
    machine, lost = fake_sessions.Machine(**{side: {"a": each} for side, each in sides.items()}), {}
    sessions = machine.sessions(*sides)
    for session in sessions.values():
        session.begin(["a"])
    return GuestDuel(sessions, lost, random.Random(1), 1.0, measure="memory").play(), lost, machine


def test_the_memory_of_a_benchmarks_calls_is_read_after_a_first_one():
    sides = {"base": fake_sessions.Bench(numbers=[9 * MIB, MIB, MIB, MIB]),
             "head": fake_sessions.Bench(numbers=[0, 2 * MIB, 2 * MIB, 2 * MIB])}  # fmt: skip
    found, lost, machine = guest(**sides)
    assert (found.base_ns, found.head_ns, found.unit, lost) == (MIB, 2 * MIB, "B", {})
    assert [what for _, what in machine.log].count("peak") == 2 * (CALLS + 1)
    assert [what for _, what in machine.log].count("go") == 2


def test_a_benchmark_that_tracks_a_number_has_no_memory():
    found, lost, _ = guest(base=fake_sessions.Bench(unit="bytes"), head=fake_sessions.Bench(unit="bytes"))
    assert found is None
    assert {side: (each.status, each.reason) for side, each in lost.items()} == dict.fromkeys(
        ("base", "head"), ("unsupported", "it tracks a number and has no calls")
    )


def test_where_memory_is_not_reported_a_benchmark_is_lost():
    found, lost, _ = guest(base=fake_sessions.Bench(numbers=[None] * 4), head=fake_sessions.Bench(numbers=[MIB] * 4))
    assert (found, lost["base"].status) == (None, "unsupported")
