"""Whole comparisons with blocks that are made up: what is screened, confirmed, left out, and how it ends."""

import math
import random
from collections import Counter

import pytest

from rooflinear.bench.errors import Lost
from rooflinear.bench.gate import judge
from rooflinear.bench.gate.gate import LATE, SCREEN_SHARE, Gate
from rooflinear.bench.gate.paired_rounds import Reading
from rooflinear.bench.gate.plan import UNTIMED, Outcome, Planned
from rooflinear.bench.gate.records import MEMORY, SAME, verdict_of
from rooflinear.bench.gate.tracks import results
from rooflinear.bench.records import Case

MARGIN, NOISE, CALL_NS = 0.02, 0.003, 1e5
SCREEN, CONFIRM = 0, 1
"""Stages in the order in which they are played."""


def planned(name, **more):
    return Planned(Case("made", "double", name, {"m": 10}, {}, "float64", 1, "cpu"), MARGIN, **more)


class Machine:
    """Where blocks are played. Its clock moves by ``seconds`` a case and block, and by nothing else.

    ``head`` and ``copy`` give the true ratio to base of an implementation in a stage, 1 where they say nothing;
    ``lost`` says how sides of an implementation are lost in a block of the screen.
    """

    def __init__(self, seconds=1.0, noise=NOISE):
        self.now, self.seconds, self.noise, self.random = 1000.0, seconds, noise, random.Random(1)
        self.head, self.copy, self.lost, self.dropped = {}, {}, {}, 0
        self.stages, self.interrupts = [], lambda stage, block: None

    def blocks(self, seed):
        self.stages.append(Blocks(self, len(self.stages), seed))
        return self.stages[-1]

    def ratio(self, effects, stage, name):
        found = effects.get((name, stage), effects.get(name, 1.0))
        return math.log(found) + self.random.gauss(0, self.noise)


class Blocks:
    """The blocks of one stage; remembers what was played in each, and beside a copy."""

    def __init__(self, machine, stage, seed):
        self.machine, self.stage, self.seed, self.open = machine, stage, seed, True
        self.played, self.copied = [], []

    def play(self, planned, thorough, told):
        self.played.append([each.case.implementation for each in planned])
        self.copied += [each.copied for each in planned]
        self.machine.interrupts(self.stage, len(self.played))
        assert thorough == (len(self.played) == 1)
        return {each.case: self._one(each) for each in planned if told(each)}

    def _one(self, each):
        machine, name = self.machine, each.case.implementation
        machine.now += machine.seconds
        if (lost := machine.lost.get((name, len(self.played)))) is not None:
            return Outcome(lost=lost)
        copy = machine.ratio(machine.copy, self.stage, name) if each.copied else None
        head = machine.ratio(machine.head, self.stage, name)
        return Outcome(Reading(head, copy, CALL_NS, CALL_NS * math.exp(head), 32, machine.dropped))

    def close(self):
        self.open = False


class Watcher:
    def __init__(self):
        self.totals, self.steps, self.told = [], 0, []

    def begin(self, total):
        self.totals.append(total)

    def now(self, what, seconds_left):
        self.told.append((what, seconds_left))

    def step(self):
        self.steps += 1


class Compared:
    """A comparison that was played, and what it found by implementation."""

    def __init__(self, machine, *measured, **chosen):
        self.machine, self.watcher = machine, Watcher()
        self.gate = Gate(measured, machine.blocks, self.watcher, seed=7, clock=lambda: machine.now, **chosen)
        self.gate.play()
        self.cases, self.controls = results(self.gate.tracks)
        self.found = {each.case.implementation: each for each in self.cases}
        self.verdict, self.reason = verdict_of(self.cases, self.controls)

    def blocks(self, stage):
        """How often each implementation was played in a stage."""
        stages = self.machine.stages
        return Counter(name for block in stages[stage].played for name in block) if stage < len(stages) else Counter()


def test_equal_code_is_screened_and_not_confirmed():
    machine = Machine()
    compared = Compared(machine, planned("numpy"), planned("numba"))
    assert [each.verdict for each in compared.cases] == ["equivalent"] * 2
    assert compared.blocks(SCREEN) == dict.fromkeys(("numpy", "numba"), judge.SCREEN_BLOCKS)
    assert [each.seed for each in machine.stages] == [7]
    assert not any(each.open for each in machine.stages)
    assert (compared.verdict, compared.gate.warnings) == ("not slower", [])


@pytest.mark.parametrize(("ratio", "verdict", "run"), [(1.1, "slower", "slower"), (0.9, "faster", "not slower")])
def test_what_changed_is_confirmed_on_fresh_data_alone(ratio, verdict, run):
    machine = Machine()
    machine.head = {"numba": ratio}
    compared = Compared(machine, planned("numpy"), planned("numba"))
    found = compared.found["numba"]
    assert (found.verdict, compared.found["numpy"].verdict) == (verdict, "equivalent")
    assert found.ratio == pytest.approx(ratio, rel=0.01)
    assert [each.seed for each in machine.stages] == [7, 8]
    assert compared.blocks(CONFIRM) == {"numba": found.blocks}
    assert found.blocks in judge.CONFIRM_BLOCKS
    assert (len(found.screen.ratios), len(found.confirm.ratios)) == (judge.SCREEN_BLOCKS, found.blocks)
    assert compared.watcher.totals == [2 * judge.SCREEN_BLOCKS, found.blocks]
    assert compared.watcher.steps == sum(compared.watcher.totals)
    assert compared.verdict == run


def test_where_nothing_changed_controls_are_screened_alone_and_decide_nothing():
    machine = Machine()
    machine.head = {"numba": 1.2}
    compared = Compared(machine, planned("numpy", unchanged=True), planned("numba", unchanged=True))
    assert len(machine.stages) == 1
    assert compared.blocks(SCREEN) == dict.fromkeys(("numpy", "numba"), judge.SCREEN_BLOCKS)
    assert [(each.kind, each.fired) for each in compared.controls] == [("unchanged", False)] * 2
    assert (compared.verdict, compared.reason) == ("not slower", f"{SAME}: there is nothing to compare")


def test_a_control_that_the_screen_leaves_open_is_said_to_be():
    machine = Machine(noise=0.2)
    compared = Compared(machine, planned("numba", unchanged=True))
    found = compared.found["numba"]
    assert (found.verdict, found.reason) == ("inconclusive", f"left open by the screen of {judge.SCREEN_BLOCKS} blocks")
    assert compared.verdict == "not slower"


def test_controls_alone_are_not_confirmed():
    machine = Machine()
    machine.head = {"numpy": 1.03}
    compared = Compared(machine, planned("numpy", unchanged=True), planned("numba"))
    assert len(machine.stages) == 1
    assert (compared.verdict, compared.reason) == ("not slower", "no case is slower by more than its margin")


def test_a_control_is_played_no_longer_than_the_case_that_needs_most():
    machine = Machine(noise=0.025)
    machine.head = {"numba": 2.0, "numpy": 1.015}
    compared = Compared(machine, planned("numpy", unchanged=True), planned("numba"))
    wanted = {each.planned.case.implementation: each.wanted for each in compared.gate.tracks}
    level = judge.TWICE.first / 2
    assert judge.confirm_blocks(compared.gate.tracks[0].numbers("screen"), MARGIN, level) > wanted["numba"]
    assert wanted["numpy"] == wanted["numba"] == compared.blocks(CONFIRM)["numpy"]


def test_where_nothing_changed_what_cannot_be_compared_is_still_said():
    machine = Machine()
    machine.lost = {("torch", 1): {"base": WRONG, "head": WRONG}}
    compared = Compared(machine, planned("numpy", unchanged=True), planned("torch", unchanged=True))
    assert (compared.verdict, compared.reason) == ("incomplete", "cases cannot be compared: 1 broken")
    machine.lost = {(name, 1): {"base": ABSENT, "head": ABSENT} for name in ("numpy", "torch")}
    compared = Compared(machine, planned("numpy", unchanged=True), planned("torch", unchanged=True))
    assert compared.verdict == "incomplete"
    assert compared.reason == "nothing was compared: neither side can run it: missing: no torch"


def test_what_only_the_screen_saw_is_not_called_slower():
    machine = Machine()
    machine.head = {("numba", SCREEN): 1.05}
    compared = Compared(machine, planned("numba"))
    assert compared.found["numba"].verdict == "equivalent"
    assert compared.found["numba"].confirm is not None


def test_a_restless_case_stays_open():
    compared = Compared(Machine(noise=0.2), planned("numba"))
    assert compared.found["numba"].verdict == "inconclusive"
    assert compared.blocks(CONFIRM)["numba"] == judge.CONFIRM_BLOCKS[-1]
    assert compared.verdict == "inconclusive"


CRASHED, ABSENT, WRONG = Lost("crashed", "signal 11"), Lost("missing", "no torch"), Lost("wrong", "outside the bound")


@pytest.mark.parametrize(
    ("lost", "verdict", "reason"),
    [
        ({"head": CRASHED}, "broken", "head: crashed: signal 11"),
        ({"base": CRASHED, "head": CRASHED}, "broken", "both sides: crashed: signal 11"),
        ({"head": ABSENT}, "missing", "head: missing: no torch"),
        ({"base": ABSENT}, "appeared", "base: missing: no torch"),
        ({"base": ABSENT, "head": ABSENT}, "not compared", "neither side can run it: missing: no torch"),
        ({"copy": WRONG}, "broken", "copy: wrong: outside the bound"),
    ],
)
@pytest.mark.parametrize("block", [1, 4])
def test_a_case_that_is_lost_is_played_no_more_and_the_other_goes_on(lost, verdict, reason, block):
    machine = Machine()
    machine.lost = {("torch", block): lost}
    compared = Compared(machine, planned("numpy"), planned("torch"))
    found = compared.found["torch"]
    assert (found.verdict, found.reason, found.ratio, found.screen) == (verdict, reason, None, None)
    assert compared.blocks(SCREEN) == {"numpy": judge.SCREEN_BLOCKS, "torch": block}
    assert compared.found["numpy"].verdict == "equivalent"
    assert compared.verdict == ("not slower" if verdict == "not compared" else "incomplete")


@pytest.mark.parametrize("stage", [SCREEN, CONFIRM])
def test_a_block_without_a_time_leaves_its_case_open_and_nothing_is_broken(stage):
    machine = Machine()
    machine.head = {"numba": 1.1}
    machine.interrupts = lambda now, _: machine.lost.update({("numba", 3): {}} if now == stage else {})
    compared = Compared(machine, planned("numba"), planned("numpy"))
    assert (compared.found["numba"].verdict, compared.found["numba"].reason) == ("inconclusive", UNTIMED)
    assert compared.blocks(stage)["numba"] == 3
    assert (compared.found["numpy"].verdict, compared.verdict) == ("equivalent", "inconclusive")


def test_what_is_lost_while_it_is_confirmed_has_no_numbers():
    machine = Machine()
    machine.head = {"numba": 1.1}
    machine.interrupts = lambda stage, block: machine.lost.update({("numba", 3): {"head": CRASHED}} if stage else {})
    compared = Compared(machine, planned("numba"))
    assert (compared.found["numba"].verdict, compared.found["numba"].ratio) == ("broken", None)
    assert compared.blocks(CONFIRM) == {"numba": 3}


def test_cases_that_the_budget_cannot_screen_are_not_told_and_the_others_are():
    """After a block of 40 s, 200 s are left: 60 % of them are two cases in each of the five further blocks."""
    machine = Machine(seconds=10)
    compared = Compared(machine, *map(planned, "abcd"), time_budget_s=240)
    assert pytest.approx(24) == SCREEN_SHARE * 200 / (judge.SCREEN_BLOCKS - 1)
    late = [each for each in compared.cases if each.reason == LATE]
    assert [(each.verdict, each.ratio, each.blocks) for each in late] == [("inconclusive", None, 0)] * 2
    assert sorted(compared.blocks(SCREEN).values()) == [1, 1, judge.SCREEN_BLOCKS, judge.SCREEN_BLOCKS]
    assert Counter(each.verdict for each in compared.cases) == {"inconclusive": 2, "equivalent": 2}


def test_the_first_block_ends_where_more_of_it_could_not_be_repeated():
    """Of 100 s, 30 % are for the first block: after four cases of 10 s, 60 s are left."""
    machine = Machine(seconds=10)
    compared = Compared(machine, *map(planned, "abcdefgh"), time_budget_s=100)
    assert machine.stages[SCREEN].played[0] == list("abcdefgh")
    told = [what.split()[1].removeprefix("double/") for what, _ in compared.watcher.told]
    assert told[:4] == list("abcd")
    assert not set(told) & set("efgh")
    assert all(compared.found[name].reason == LATE for name in "efgh")
    assert compared.verdict == "inconclusive"


def test_later_blocks_have_no_such_end_and_no_budget_means_none():
    machine = Machine(seconds=10)
    compared = Compared(machine, *map(planned, "ab"), time_budget_s=300)
    assert compared.blocks(SCREEN) == dict.fromkeys("ab", judge.SCREEN_BLOCKS)
    assert Compared(Machine(seconds=1e6), planned("a")).found["a"].verdict == "equivalent"


def test_changed_code_is_screened_before_unchanged_code():
    """After a block of 40 s, each further one has 24 s: the two changed cases, not the two controls."""
    machine = Machine(seconds=10)
    cases = [planned("a", unchanged=True), planned("b"), planned("c", unchanged=True), planned("d")]
    compared = Compared(machine, *cases, time_budget_s=240)
    assert [name for name in "abcd" if compared.found[name].reason == LATE] == ["a", "c"]


def test_a_confirmation_that_the_budget_cannot_hold_is_left_open_and_the_screen_is_kept():
    machine = Machine(seconds=10)
    machine.head = {"numba": 1.1}
    compared = Compared(machine, planned("numba"), time_budget_s=100)
    found = compared.found["numba"]
    assert (found.verdict, len(machine.stages), found.blocks) == ("inconclusive", 1, judge.SCREEN_BLOCKS)
    assert found.reason == f"not decided by the screen, and its confirmation was {LATE}"
    assert found.ratio == pytest.approx(1.1, rel=0.01)


def test_a_short_budget_means_fewer_blocks_for_all_that_still_can_fire():
    whole, short = Machine(seconds=10), Machine(seconds=10)
    whole.head = short.head = {"numba": 1.03}
    enough = Compared(whole, planned("numba")).blocks(CONFIRM)["numba"]
    budget = 10 * (judge.SCREEN_BLOCKS + enough - 3)
    compared = Compared(short, planned("numba"), time_budget_s=budget)
    assert judge.fewest_blocks(judge.TWICE.first) <= compared.blocks(CONFIRM)["numba"] == enough - 3
    assert short.now <= 1000 + budget


def test_margins_are_widened_to_what_copies_of_the_same_code_are_apart():
    machine = Machine()
    machine.head, machine.copy = {"numba": 1.04}, {"numpy": 1.06}
    compared = Compared(machine, planned("numpy", copied=True), planned("numba"))
    assert compared.found["numba"].margin == pytest.approx(0.06, abs=0.005)
    assert compared.found["numba"].verdict != "slower"
    assert compared.gate.warnings[0].startswith("margins were widened to ")
    assert [(each.kind, each.fired) for each in compared.controls] == [("copy", False)]


@pytest.mark.parametrize(
    ("control", "effects"),
    [(planned("numpy", copied=True), "copy"), (planned("numpy", unchanged=True), "head")],
    ids=["copy", "unchanged"],
)
def test_a_control_that_fires_lets_nothing_be_called_slower(control, effects):
    machine = Machine()
    machine.head = {"numba": 1.2}
    getattr(machine, effects).update({("numpy", SCREEN): 1.03, ("numpy", CONFIRM): 1.2})
    compared = Compared(machine, control, planned("numba"))
    assert [each.fired for each in compared.controls] == [True]
    assert compared.found["numba"].verdict == "inconclusive"
    assert compared.found["numba"].reason == "looks slower, but a control was called slower in this run; compare again"
    assert compared.verdict == "inconclusive"


def test_memory_becomes_larger_and_not_slower():
    machine = Machine()
    machine.head = {"numba": 1.2}
    machine.copy = {("numpy", SCREEN): 1.03, ("numpy", CONFIRM): 1.2}
    measured = [planned("numpy", copied=True, measure=MEMORY), planned("numba", measure=MEMORY)]
    reason = Compared(machine, *measured).found["numba"].reason
    assert reason == "looks larger, but a control was called larger in this run; compare again"


def test_a_copy_is_played_only_while_it_is_open():
    machine = Machine()
    machine.head = {"numba": 1.1}
    Compared(machine, planned("numba", copied=True))
    screen, confirm = (set(each.copied) for each in machine.stages)
    assert (screen, confirm) == ({True}, {False})


@pytest.mark.parametrize("stage", [SCREEN, CONFIRM])
def test_an_interruption_ends_the_workers_of_its_stage(stage):
    machine = Machine()
    machine.head = {"numba": 1.1}

    def interrupts(now, block):
        if (now, block) == (stage, 2):
            raise KeyboardInterrupt

    machine.interrupts = interrupts
    with pytest.raises(KeyboardInterrupt):
        Compared(machine, planned("numba"))
    assert [each.open for each in machine.stages] == [False] * (stage + 1)


def test_disturbed_rounds_leave_a_verdict_open():
    machine = Machine()
    machine.head, machine.dropped = {"numba": 1.1}, 20
    compared = Compared(machine, planned("numba"))
    assert compared.found["numba"].verdict == "inconclusive"
    assert "rounds were disturbed by other programs" in compared.found["numba"].reason


def test_the_time_left_is_told_from_the_block_before():
    compared = Compared(Machine(seconds=10), planned("numba"))
    told = [left for _, left in compared.watcher.told]
    assert told == [None] + [10 * left for left in range(judge.SCREEN_BLOCKS - 1, 0, -1)]


def test_nothing_to_measure_plays_no_block_of_anything():
    compared = Compared(Machine())
    assert (compared.cases, compared.verdict) == ([], "incomplete")
    assert compared.blocks(SCREEN) == {}


def test_a_gate_that_shares_the_level_plays_enough_blocks_to_confirm():
    machine = Machine(noise=0.0003)
    machine.head = {"numba": 1.1}
    levels = judge.levels(100)
    compared = Compared(machine, planned("numba"), levels=levels)
    assert compared.found["numba"].blocks >= judge.fewest_blocks(levels.first) > judge.CONFIRM_BLOCKS[0]
    shared, _ = results(compared.gate.tracks, levels)
    assert (shared[0].verdict, shared[0].confirm.level) == ("slower", judge.FAMILY_LEVEL / 100)


def spoiled(machine, block):
    """One block of the confirmation of numba will say the opposite."""

    def interrupt(stage, played):
        machine.head[("numba", CONFIRM)] = 0.9 if (stage, played) == (CONFIRM, block) else machine.head["numba"]

    machine.interrupts = interrupt


def test_what_one_bad_block_left_open_is_looked_at_again_and_decided():
    machine = Machine()
    machine.head = {"numba": 1.05, "scipy": 1.05}
    spoiled(machine, 3)
    compared = Compared(machine, planned("numba"), planned("scipy"), planned("numpy"))
    found, sure = compared.found["numba"], compared.found["scipy"]
    assert (found.verdict, found.blocks) == ("slower", judge.CONFIRM_BLOCKS[-1])
    assert (sure.verdict, sure.blocks) == ("slower", judge.CONFIRM_BLOCKS[0])
    assert len(machine.stages) == 2
    assert compared.blocks(CONFIRM) == {"numba": found.blocks, "scipy": sure.blocks}
    assert compared.watcher.steps == sum(compared.watcher.totals)
    assert (found.confirm.level, sure.confirm.level) == (judge.TWICE.second / 2, judge.TWICE.first / 2)


def test_a_second_look_is_played_whole_or_not_at_all():
    whole, short = Machine(seconds=10), Machine(seconds=10)
    budgets = []
    for machine, spare in ((whole, 0), (short, -1)):
        machine.head = {"numba": 1.05}
        spoiled(machine, 3)
        budgets.append(10 * (judge.SCREEN_BLOCKS + judge.CONFIRM_BLOCKS[-1]) + spare)
        compared = Compared(machine, planned("numba"), time_budget_s=budgets[-1])
        blocks = compared.blocks(CONFIRM)["numba"]
        assert blocks == (judge.CONFIRM_BLOCKS[0] if spare else judge.CONFIRM_BLOCKS[-1])
        assert compared.found["numba"].verdict == ("inconclusive" if spare else "slower")
        assert machine.now <= 1000 + budgets[-1]


def test_machines_that_are_judged_together_have_no_second_look():
    machine = Machine()
    machine.head = {"numba": 1.05}
    spoiled(machine, 3)
    compared = Compared(machine, planned("numba"), levels=judge.levels(4))
    assert compared.found["numba"].verdict == "inconclusive"
    assert compared.blocks(CONFIRM)["numba"] < judge.CONFIRM_BLOCKS[-1]


def test_where_only_a_control_is_left_open_nothing_is_looked_at_again():
    machine = Machine()
    machine.head, machine.copy = {"scipy": 1.05}, {"numba": 1.018}
    machine.interrupts = lambda _, block: machine.copy.update({("numba", CONFIRM): (0.8, 1.2)[block % 2]})
    compared = Compared(machine, planned("numba", copied=True), planned("scipy"))
    assert compared.found["scipy"].verdict == "slower"
    assert [each.result.verdict for each in compared.controls] == ["inconclusive"]
    assert max(compared.blocks(CONFIRM).values()) < judge.CONFIRM_BLOCKS[-1]


def test_what_other_programs_disturb_is_not_looked_at_again():
    machine = Machine()
    machine.head, machine.dropped = {"numba": 1.05}, 20
    spoiled(machine, 3)
    compared = Compared(machine, planned("numba"))
    assert compared.blocks(CONFIRM)["numba"] == judge.CONFIRM_BLOCKS[0]
    assert compared.found["numba"].reason.endswith("make the machine quieter")


def test_what_is_lost_in_a_second_look_has_no_numbers():
    machine = Machine()
    machine.head = {"numba": 1.05}
    spoiled(machine, 3)
    slower = machine.interrupts

    def interrupts(stage, block):
        slower(stage, block)
        if (stage, block) == (CONFIRM, 20):
            machine.lost = {("numba", 20): {"head": CRASHED}}

    machine.interrupts = interrupts
    compared = Compared(machine, planned("numba"))
    assert (compared.found["numba"].verdict, compared.blocks(CONFIRM)["numba"]) == ("broken", 20)
