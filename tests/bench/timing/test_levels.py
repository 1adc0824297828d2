"""Robust levels of a contest: what a round was slower for all says nothing of anybody."""

import math

import numpy as np
import pytest

from rooflinear.bench.timing.levels import levels, per_round, round_effects

ROUNDS = range(12)


def test_what_a_round_was_slower_for_all_is_taken_out():
    slow = {number: 0.5 * (number % 3) for number in ROUNDS}
    one, other, third = ({number: place + slow[number] for number in ROUNDS} for place in (0, 1, 2))
    found = levels([one, other, third])
    assert [level.value - found[0].value for level in found] == pytest.approx([0, 1, 2])
    assert max(level.error for level in found) < 1e-3


def test_one_that_played_few_rounds_is_placed_by_what_those_rounds_were():
    slow = {number: 0.3 if number > 5 else 0.0 for number in ROUNDS}
    full = [{number: place + slow[number] for number in ROUNDS} for place in range(4)]
    late = {number: 9 + slow[number] for number in ROUNDS if number > 8}
    found = levels([*full, late])
    assert found[4].value - found[0].value == pytest.approx(9)


def test_a_lone_contender_keeps_its_own_scatter():
    times = dict(enumerate([1.0, 1.2, 0.9, 1.1, 1.3]))
    [level] = levels([times])
    assert level.error > 0.03
    assert round_effects([times]) == {}


@pytest.mark.parametrize("contenders", [1, 2, 3, 4, 5, 8])
def test_the_error_is_that_of_repeated_contests(contenders):
    """Of the difference of two, or of the only one; each contest anew with the same noise."""
    rng = np.random.default_rng(1)
    seen, told = [], []
    for _ in range(600):
        found = levels([dict(enumerate(rng.normal(0, 0.1, 24))) for _ in range(contenders)])
        first, last = found[0], found[-1]
        seen.append(first.value if contenders == 1 else last.value - first.value)
        told.append(first.error if contenders == 1 else math.hypot(first.error, last.error))
    assert np.sqrt(np.mean(np.square(told))) == pytest.approx(np.std(seen), rel=0.15)


def test_nobody_and_nothing():
    assert levels([]) == []
    [level] = levels([{}])
    assert (math.isnan(level.value), level.rounds) == (True, 0)
    [few] = levels([{0: 1.0, 1: 2.0}])
    assert (few.value, math.isnan(few.error), few.rounds) == (1.5, True, 2)


def test_those_who_tell_nothing_of_a_round_are_placed_all_the_same():
    calm = [dict.fromkeys(ROUNDS, float(place)) for place in range(3)]
    wild = {number: 50.0 * number for number in ROUNDS}
    assert [level.value for level in levels([*calm, wild], calm)[:3]] == [0, 1, 2]


def test_a_round_is_the_median_of_its_slices():
    assert per_round([(0, 1.0), (0, 9.0), (0, 2.0), (4, 7.0)]) == {0: 2.0, 4: 7.0}
