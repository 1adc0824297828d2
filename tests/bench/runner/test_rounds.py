"""Interleaved rounds cancel drift: every contender meets the same one."""

import random
import statistics

import pytest

from rooflinear.bench.errors import Lost
from rooflinear.bench.runner.rounds import play_rounds

ROUNDS = 12


class Machine:
    """A machine that slows down by 30 % over the measurement, with 1 % of noise."""

    def __init__(self, slices):
        self.slices, self.done, self.noise = slices, 0, random.Random(3)

    def run(self, true_ms):
        drift = 1 + 0.3 * self.done / self.slices
        self.done += 1
        return true_ms * drift * self.noise.lognormvariate(0, 0.01)


class Drifting:
    """A contender that takes as long as its machine lets it."""

    def __init__(self, name, true_ms, machine, lost_in=None):
        self.name, self.true_ms, self.machine, self.lost_in = name, true_ms, machine, lost_in
        self.times, self.lost, self.rounds = {}, [], range(100)

    def plays(self, index, _rounds):
        return index in self.rounds

    def time_slice(self, round_):
        if round_ == self.lost_in:
            raise Lost("crashed", "killed by SIGSEGV")
        assert round_ not in self.times
        self.times[round_] = self.machine.run(self.true_ms)

    def was_disturbed(self, _round):
        return False

    def lose(self, lost):
        self.lost.append(lost)


def ratio(one, other):
    """The median over rounds of the paired ratio."""
    return statistics.median(one.times[round_] / other.times[round_] for round_ in one.times)


def slow_and_fast(machine):
    return Drifting("slow", 10.5, machine), Drifting("fast", 10.0, machine)


def test_drift_hits_interleaved_contenders_alike():
    slow, fast = slow_and_fast(Machine(2 * ROUNDS))
    play_rounds([slow, fast], ROUNDS, 0, random.Random(0))
    assert ratio(slow, fast) == pytest.approx(1.05, abs=0.015)


def test_drift_deceives_where_one_is_measured_after_the_other():
    """What the interleaving is for: here the slower one looks faster."""
    slow, fast = slow_and_fast(Machine(2 * ROUNDS))
    for each in (slow, fast):
        play_rounds([each], ROUNDS, 0, random.Random(0))
    assert ratio(slow, fast) < 0.97


def test_everybody_is_measured_once_a_round():
    machine = Machine(100)
    contenders = [Drifting(name, 1, machine) for name in "abc"]
    play_rounds(contenders, 5, 7, random.Random(0))
    assert all(sorted(each.times) == [7, 8, 9, 10, 11] for each in contenders)


def test_every_order_occurs():
    order = {}

    class Noted(Drifting):
        def time_slice(self, round_):
            order[round_] = (*order.get(round_, ()), self.name)

    play_rounds([Noted(name, 1, None) for name in "abc"], 60, 0, random.Random(0))
    assert len(set(order.values())) == 6


def test_every_other_round_goes_the_other_way_so_that_a_drift_cancels():
    order = {}

    class Noted(Drifting):
        def time_slice(self, round_):
            order[round_] = (*order.get(round_, ()), self.name)

    play_rounds([Noted(name, 1, None) for name in "abcde"], 8, 0, random.Random(0))
    assert all(order[number] == order[number + 1][::-1] for number in range(0, 8, 2))


def test_who_was_disturbed_throughout_a_round_plays_once_more_in_it():
    played = []

    class Disturbed(Drifting):
        def time_slice(self, round_):
            played.append((self.name, round_))

        def was_disturbed(self, round_):
            return (self.name, round_) == ("a", 1)

    play_rounds([Disturbed(name, 1, None) for name in "ab"], 3, 0, random.Random(0))
    assert sorted(played) == [("a", 0), ("a", 1), ("a", 1), ("a", 2), ("b", 0), ("b", 1), ("b", 2)]
    assert played.index(("a", 1)) < played.index(("b", 1)) or played.count(("a", 1)) == 2


def test_the_machine_is_looked_at_after_every_round():
    looks = []
    play_rounds([Drifting("a", 1, Machine(9))], 3, 0, random.Random(0), around=lambda: looks.append(1))
    assert len(looks) == 3


def test_rounds_end_when_enough_were_played():
    contender = Drifting("a", 1, Machine(9))
    play_rounds([contender], 9, 0, random.Random(0), ends=lambda lasting: len(lasting[0].times) == 4)
    assert len(contender.times) == 4


def test_a_contender_that_is_lost_leaves_and_the_others_go_on():
    machine = Machine(100)
    contenders = [Drifting("a", 1, machine), Drifting("b", 1, machine, lost_in=2), Drifting("c", 1, machine)]
    lasting = play_rounds(contenders, 5, 0, random.Random(0))
    assert {each.name for each in lasting} == {"a", "c"}
    assert [len(each.times) for each in contenders] == [5, 2, 5]
    assert [lost.reason for lost in contenders[1].lost] == ["killed by SIGSEGV"]


def test_a_contender_whose_calls_are_long_sits_out_later_rounds():
    machine = Machine(100)
    short, long = Drifting("short", 1, machine), Drifting("long", 99, machine)
    long.rounds = range(2)
    assert len(play_rounds([short, long], 5, 10, random.Random(0))) == 2
    assert sorted(short.times) == [10, 11, 12, 13, 14]
    assert sorted(long.times) == [10, 11]
