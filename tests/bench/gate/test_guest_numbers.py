"""Numbers that are no times: exact where every evaluation agrees, else judged by the same statistics."""

import math
import random

import pytest

from rooflinear.bench.errors import Lost
from rooflinear.bench.gate.guest_duel import REPEATS, GuestDuel, number_ratio
from rooflinear.bench.gate.paired_rounds import Reading
from rooflinear.bench.gate.plan import Planned
from rooflinear.bench.gate.tracks import Track, results
from rooflinear.bench.guests import messages
from rooflinear.bench.records import Case


class Counting:
    """A session whose benchmark tracks these numbers, in turn; an exception is raised."""

    alive = True

    def __init__(self, *numbers, unit="calls", end="ok", reason=""):
        self._numbers, self._unit = list(numbers), unit
        self._ended = messages.Ended("x", end, reason)
        self.counted = 0

    def next(self, timeout_s):
        return messages.Parked("x", unit=self._unit)

    def count(self, timeout_s):
        number = self._numbers[self.counted % len(self._numbers)]
        self.counted += 1
        if isinstance(number, Exception):
            raise number
        return number

    def go(self, timeout_s):
        return self._ended


def played(**sessions):
    lost = {}
    return GuestDuel(sessions, lost, random.Random(0), 1.0).play(), lost


def test_numbers_that_are_equal_in_every_repeat_are_exact():
    base, head = Counting(3), Counting(4)
    reading, lost = played(base=base, head=head)
    assert lost == {}
    assert (reading.base_ns, reading.head_ns, reading.exact, reading.unit) == (3, 4, True, "calls")
    assert reading.head == pytest.approx(math.log(4 / 3))
    assert base.counted == head.counted == REPEATS


def test_one_repeat_that_differs_makes_both_sides_inexact():
    reading, _ = played(base=Counting(3), head=Counting(4, 4, 5))
    assert not reading.exact
    assert (reading.base_ns, reading.head_ns) == (3, 4)


def test_numbers_that_vary_and_reach_zero_have_no_ratio():
    reading, lost = played(base=Counting(0, 0, 1), head=Counting(4))
    assert reading is None
    assert {side: each.status for side, each in lost.items()} == {"base": "unsupported", "head": "unsupported"}


def test_units_that_differ_cannot_be_compared():
    reading, lost = played(base=Counting(3, unit="kB"), head=Counting(4, unit="MB"))
    assert reading is None
    assert lost["head"].reason == "its unit differs between the sides: MB and kB"


def test_a_side_that_raises_is_not_asked_again_and_ends_with_its_own_words():
    head = Counting(Lost("crashed", "interim"), end="skipped", reason="its number is NaN")
    reading, lost = played(base=Counting(3), head=head)
    assert reading is None
    assert head.counted == 1
    assert {side: (each.status, each.reason) for side, each in lost.items()} == {
        "head": ("skipped", "its number is NaN")
    }


@pytest.mark.parametrize(
    ("base", "value", "ratio"),
    [(3, 3, 1), (0, 0, 1), (-2, -2, 1), (3, 6, 2), (-100, -50, 2), (-100, -200, 0.5), (0, 1, 1e9), (1, 0, 1e-9),
     (-1, 1, 1e9), (1, -1, 1e-9), (0, -1, 1e-9), (1e-200, 2e-200, 2)],
)  # fmt: skip
def test_the_ratio_of_two_numbers_says_which_is_larger(base, value, ratio):
    assert math.exp(number_ratio(base, value)) == pytest.approx(ratio)


def tracked(base, head, exact=True, blocks=6, copy=None, margin=0.02):
    case = Case("", "track", "", {}, {}, "", 0, "cpu")
    found = Track(Planned(case, margin), "head", margin)
    found.screen = [
        Reading(number_ratio(base, head), copy, base, head, REPEATS, 0, exact=exact, unit="calls")
        for _ in range(blocks)
    ]
    return found


@pytest.mark.parametrize(
    ("base", "head", "verdict"),
    [(3, 4, "slower"), (4, 3, "faster"), (3, 3, "equivalent"), (0, 0, "equivalent"), (0, 1, "slower"), (1, 0, "faster"),
     (-3, -2, "slower"), (-2, -3, "faster"), (100, 101, "equivalent"), (-100, -99, "equivalent"), (-1, 1, "slower")],
)  # fmt: skip
def test_exact_numbers_need_no_statistics(base, head, verdict):
    track = tracked(base, head)
    assert track.exact
    ((case,), _) = results([track])
    assert case.verdict == verdict
    assert "the same number in all 6 pairs" in case.reason
    assert (case.screen.base_ns, case.screen.head_ns, case.screen.unit) == (base, head, "calls")
    assert case.low == case.ratio == case.high


def test_numbers_that_differ_from_block_to_block_are_not_exact():
    track = tracked(3, 4)
    track.screen[-1] = Reading(number_ratio(3, 5), None, 3, 5, REPEATS, 0, exact=True, unit="calls")
    assert not track.exact


def test_numbers_that_differ_within_a_block_are_not_exact():
    assert not tracked(3, 4, exact=False).exact


def test_a_copy_that_differs_from_block_to_block_is_not_exact():
    track = tracked(3, 3, copy=0.0)
    track.screen[-1] = Reading(0.0, 0.1, 3, 3, REPEATS, 0, exact=True, unit="calls")
    assert not track.exact
