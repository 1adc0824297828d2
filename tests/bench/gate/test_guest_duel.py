"""One benchmark of another tool's suite in one block, with sessions that are made up."""

import math
import random
import statistics
from collections import Counter
from types import SimpleNamespace

import pytest

from rooflinear.bench.errors import Lost
from rooflinear.bench.gate.guest_duel import (
    CASE_NS,
    FEWEST_ROUNDS,
    GROWTH,
    PREPARED_CASE_NS,
    REPEATS,
    SLICE_NS,
    UNBOUNDED,
    GuestDuel,
    next_calls,
    number_ratio,
    trend,
)
from rooflinear.bench.gate.paired_rounds import MOST_ROUNDS
from rooflinear.bench.guests.messages import Ended
from rooflinear.bench.records import Sample

from .fake_sessions import MS, Bench, Machine, place


def duel(*, copy=None, **sides):
    """One benchmark; ``copy`` is base's twin."""
    machine = Machine(**{side: {"a": each} for side, each in sides.items()})
    sessions = machine.sessions(*sides)
    if copy is not None:
        sessions["copy"] = machine.start(None, place("copy"), 0, None)
        sessions["copy"].benchmarks = {"a": copy}
    for each in sessions.values():
        each.begin(["a"])
    lost = {}
    reading = GuestDuel(sessions, lost, random.Random(1), 60.0, lambda: machine.now_ns).play()
    return SimpleNamespace(reading=reading, lost=lost, machine=machine, sessions=sessions)


def calls_of(played, side):
    return [what for of, what in played.machine.log if of == side and isinstance(what, int)]


def statuses(played):
    return {side: (lost.status, lost.reason) for side, lost in played.lost.items()}


def test_the_ratio_of_both_sides_is_read_and_both_end():
    played = duel(base=Bench(MS / 10), head=Bench(MS / 5))
    assert played.reading.head == pytest.approx(math.log(2))
    assert (played.reading.base_ns, played.reading.head_ns) == pytest.approx((MS / 10, MS / 5))
    assert (played.reading.copy, played.reading.unit, played.reading.exact) == (None, "ns", False)
    assert [what for _, what in played.machine.log].count("go") == 2
    assert played.lost == {}


@pytest.mark.parametrize("head", [MS / 100, MS / 10, 3 * MS, 200 * MS])
def test_all_sides_make_equal_numbers_of_calls_in_equal_order(head):
    played = duel(base=Bench(MS / 10), head=Bench(head), copy=Bench(MS / 10))
    made = {side: calls_of(played, side) for side in ("base", "head", "copy")}
    assert made["base"] == made["head"] == made["copy"]
    totals = {side: each.benchmarks["a"].calls for side, each in played.sessions.items()}
    assert len(set(totals.values())) == 1


@pytest.mark.parametrize(("head", "untimed"), [(MS / 10, False), (MS / 4, False), (MS / 2, True), (MS / 50, True)])
def test_a_call_goes_before_each_slice_where_one_side_is_far_faster(head, untimed):
    played = duel(base=Bench(MS / 10), head=Bench(head))
    made = Counter(played.machine.log)
    assert [made[side, "untimed"] > 2 * FEWEST_ROUNDS for side in ("base", "head")] == [untimed] * 2
    assert made["base", "untimed"] == made["head", "untimed"]


def test_what_depends_on_earlier_calls_shows_no_difference_and_a_trend():
    grows = {"ns": lambda calls: MS / 10 * (1 + calls / 200)}
    played = duel(base=Bench(**grows), head=Bench(**grows))
    assert played.reading.head == pytest.approx(0, abs=0.01)
    assert played.reading.trend > 0.3


def test_a_trend_of_one_side_alone_is_none():
    played = duel(base=Bench(), head=Bench(lambda calls: MS / 10 * (1 + calls / 500)))
    assert played.reading.trend == pytest.approx(0)


def test_the_side_that_begins_is_balanced_and_rounds_are_palindromes():
    played = duel(base=Bench(), head=Bench())
    turns = [side for side, what in played.machine.log if isinstance(what, int)][-4 * MOST_ROUNDS :]
    rounds = [turns[place : place + 4] for place in range(0, len(turns), 4)]
    assert all(each == each[::-1] for each in rounds)
    assert Counter(each[0] for each in rounds) == {"base": MOST_ROUNDS // 2, "head": MOST_ROUNDS // 2}


@pytest.mark.parametrize(
    ("ns", "rounds"),
    [(1000, MOST_ROUNDS), (MS / 10, MOST_ROUNDS), (CASE_NS / 40, 10), (20 * CASE_NS, FEWEST_ROUNDS)],
)
def test_long_calls_get_fewer_rounds(ns, rounds):
    played = duel(base=Bench(ns), head=Bench(ns))
    assert played.reading.rounds == rounds


def test_short_calls_are_batched_into_slices_and_long_ones_are_not():
    short = duel(base=Bench(1000), head=Bench(1000))
    assert calls_of(short, "head")[-1] * 1000 >= SLICE_NS
    long = duel(base=Bench(CASE_NS), head=Bench(CASE_NS))
    assert calls_of(long, "head") == [1] * (1 + 2 * FEWEST_ROUNDS)


@pytest.mark.parametrize(("base", "head"), [(1000, 8000), (8000, 1000)])
def test_no_slice_of_the_slower_side_is_much_longer_than_a_turn(base, head):
    played = duel(base=Bench(base), head=Bench(head))
    assert SLICE_NS <= calls_of(played, "head")[-1] * 8000 <= 1.5 * SLICE_NS


def test_the_number_of_calls_grows_step_by_step():
    """So that a benchmark whose calls become longer is not called a million times at once."""
    assert [next_calls(10, wall_ns, SLICE_NS) for wall_ns in (0, SLICE_NS // 1000)] == [10 * GROWTH] * 2
    assert GROWTH <= 4
    assert next_calls(10, SLICE_NS // 2, SLICE_NS) == 22
    assert next_calls(10, SLICE_NS - 1, SLICE_NS) == 12


def test_a_search_for_the_number_of_calls_takes_a_small_part_of_the_time_of_a_case():
    """Calls that tell a short time, as of a process for each call, and take a long one."""
    machine = Machine(base={"a": Bench(1000)}, head={"a": Bench(1000)})
    sessions, passing = machine.sessions("base", "head"), iter(range(0, 10**15, CASE_NS // 10))
    for each in sessions.values():
        each.begin(["a"])
    GuestDuel(sessions, {}, random.Random(1), 60.0, lambda: next(passing)).play()
    assert max(what for _, what in machine.log if isinstance(what, int)) == 1


@pytest.mark.parametrize(("prepared_ns", "calls"), [(15 * MS, 1), (3 * MS, 1), (MS / 5, 9), (0, 14)])
def test_calls_that_are_prepared_for_long_are_timed_in_short_slices_and_more_rounds(prepared_ns, calls):
    played = duel(**{side: Bench(MS / 50, alone=True, prepared_ns=prepared_ns) for side in ("base", "head")})
    assert calls_of(played, "head")[-1] == calls
    round_ns = 4 * calls * (prepared_ns + MS / 50)
    assert played.reading.rounds == min(MOST_ROUNDS, round(PREPARED_CASE_NS / round_ns)) >= 10


def test_a_first_call_that_was_prepared_beforehand_tells_nothing_of_the_others():
    """As under asv: the calls after it take 30 ms to prepare."""
    made = {side: Bench(5 * MS, alone=True, prepared_ns=30 * MS, first_prepared=True) for side in ("base", "head")}
    assert duel(**made).reading.rounds == round(PREPARED_CASE_NS / (4 * 35 * MS))


@pytest.mark.parametrize(("rounds", "ratio"), [(3, 1.05), (MOST_ROUNDS, 1.05)])
def test_calls_at_two_speeds_show_the_ratio_in_few_rounds_and_in_many(rounds, ratio):
    """Every third call takes twice as long, so that the mean of a round's calls depends on chance."""
    ns, drawn = CASE_NS / (4 * rounds), random.Random(3)

    def bench(times):
        return Bench(lambda _: times * ns * drawn.choice((1, 1, 2)))

    logs = [duel(base=bench(1), head=bench(ratio)).reading.head for _ in range(40)]
    assert statistics.median(logs) == pytest.approx(math.log(ratio), abs=0.01)
    assert sum(abs(each - math.log(ratio)) < 0.01 for each in logs) > 25


def test_what_passes_beside_calls_that_need_no_preparation_is_no_preparation():
    """The parent's own work, for instance."""
    played = duel(**{side: Bench(MS / 50, prepared_ns=3 * MS) for side in ("base", "head")})
    assert calls_of(played, "head")[-1] > 1


def test_noise_is_no_trend():
    drawn = random.Random(1)
    noisy = [Bench(lambda calls: MS / 10 * drawn.uniform(0.5, 1.5)) for _ in range(2)]
    assert duel(base=noisy[0], head=noisy[1]).reading.trend == 0


def test_the_copy_of_base_has_a_ratio_of_its_own():
    played = duel(base=Bench(MS / 10), head=Bench(MS / 5), copy=Bench(MS / 10))
    assert (played.reading.head, played.reading.copy) == pytest.approx((math.log(2), 0))


@pytest.mark.parametrize("side", ["base", "head"])
@pytest.mark.parametrize("status", ["wrong", "crashed", "skipped"])
def test_a_side_that_ends_before_its_clock_is_lost_and_the_other_ends_well(side, status):
    sides = {"base": Bench(), "head": Bench(), side: Bench(at={"next": Ended("a", status, "no port")})}
    played = duel(**sides)
    assert played.reading is None
    assert statuses(played) == {side: (status, "no port")}
    other = {"base": "head", "head": "base"}[side]
    assert [each for each in played.machine.log if each[1] == "go"] == [(other, "go")]
    assert calls_of(played, other) == []


def test_a_benchmark_that_ends_well_without_its_clock_is_lost():
    played = duel(base=Bench(), head=Bench(at={"next": Ended("a", "ok")}))
    assert statuses(played) == {"head": ("crashed", "it ended while it was to be timed")}


@pytest.mark.parametrize("side", ["base", "head"])
def test_the_checks_after_the_last_call_judge_a_side(side):
    sides = {"base": Bench(), "head": Bench(), side: Bench(end=("wrong", "AssertionError: 1 == 2"))}
    played = duel(**sides)
    assert played.reading is None
    assert statuses(played) == {side: ("wrong", "AssertionError: 1 == 2")}


def test_a_side_that_raises_while_it_is_timed_is_told_in_the_words_of_its_end():
    raising = Bench(at={"time": Lost("crashed", "raised: ValueError")}, end=("crashed", "ValueError: 3 (in its call)"))
    played = duel(base=Bench(), head=raising)
    assert statuses(played) == {"head": ("crashed", "ValueError: 3 (in its call)")}
    assert ("head", "go") in played.machine.log
    assert ("base", "go") in played.machine.log


def test_an_exception_that_the_test_expects_is_lost_all_the_same():
    played = duel(base=Bench(), head=Bench(at={"time": Lost("crashed", "raised: ValueError")}))
    assert statuses(played) == {"head": ("crashed", "raised: ValueError")}


@pytest.mark.parametrize("step", ["next", "time", "go"])
@pytest.mark.parametrize("status", ["crashed", "timeout"])
def test_a_process_that_dies_is_asked_nothing_more(step, status):
    played = duel(base=Bench(), head=Bench(at={step: Lost(status, "killed by SIGSEGV")}))
    assert played.reading is None
    assert statuses(played) == {"head": (status, "killed by SIGSEGV")}
    assert [each for each in played.machine.log if each == ("head", "go")] == ([("head", "go")] if step == "go" else [])
    assert ("base", "go") in played.machine.log


@pytest.mark.parametrize(
    ("base", "head", "ratio"),
    [(100, 200, math.log(2)), (5, 5, 0.0), (0, 0, 0.0), (0, 3, UNBOUNDED), (3, 0, -UNBOUNDED), (-1, 2, UNBOUNDED)],
)
def test_numbers_that_are_always_equal_are_exact(base, head, ratio):
    sides = {side: Bench(unit="bytes", numbers=[number] * REPEATS) for side, number in (("base", base), ("head", head))}
    reading = duel(**sides).reading
    assert (reading.head, reading.exact, reading.unit) == (pytest.approx(ratio), True, "bytes")
    assert (reading.base_ns, reading.head_ns, reading.rounds) == (base, head, REPEATS)


def test_numbers_that_vary_are_compared_by_their_medians():
    played = duel(base=Bench(unit="s", numbers=[1, 2, 9]), head=Bench(unit="s", numbers=[4, 4, 4]))
    assert (played.reading.head, played.reading.exact) == (pytest.approx(math.log(2)), False)


def test_numbers_that_vary_around_zero_have_no_ratio():
    played = duel(base=Bench(unit="s", numbers=[-1, 0, 1]), head=Bench(unit="s", numbers=[4, 4, 4]))
    assert {status for status, _ in statuses(played).values()} == {"unsupported"}
    assert played.lost.keys() == {"base", "head"}


@pytest.mark.parametrize(("base", "value", "ratio"), [(1, math.e, 1.0), (-2, -2, 0.0), (2, -2, -UNBOUNDED)])
def test_the_ratio_of_numbers(base, value, ratio):
    assert number_ratio(base, value) == pytest.approx(ratio)


def test_few_rounds_show_no_trend():
    grown = [Sample(number, 0, MS * (number + 1), MS, 1) for number in range(12)]
    assert trend({"base": grown[:5], "head": grown[:5]}) == 0
    assert trend({"base": grown, "head": grown}) == pytest.approx(math.log(10.5 / 2.5), rel=0.1)
    assert trend({}) == 0
