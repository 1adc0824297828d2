"""Slices on a core that somebody shares from outside are told, left out, or corrected."""

import math

import pytest

from rooflinear.bench.records import Sample
from rooflinear.bench.timing.core_speed import (
    FEWEST_OF_BOTH,
    FEWEST_ROUNDS,
    LEARNING,
    POWER,
    TRIES,
    CoreSpeed,
    flag,
    is_slow,
    log_times,
    power,
    slowdown,
)

US = 1000


def clock(*steps_ns):
    """Work that takes these times, the last of them from then on."""
    now, begun, left = 0, False, list(steps_ns)

    def read():
        nonlocal now, begun
        if begun:
            now += left.pop(0) if len(left) > 1 else left[0]
        begun = not begun
        return now

    return read


def sample(round_, call_ns, slow=0.0, calls=10):
    return Sample(round_, 0, round(call_ns * calls), 0, calls, flag(slow))


def test_the_work_is_compared_with_its_best():
    learnt = [30 * US] * (TRIES * LEARNING - 1)
    later = [each for took in (36, 20, 10, 20) for each in (50 * US, took * US)]
    core = CoreSpeed(clock(*learnt, 20 * US, *later))
    assert core.slowdown() == pytest.approx(0.8)
    assert core.slowdown() == 0
    assert core.slowdown() == 0  # a new best
    assert core.slowdown() == pytest.approx(1.0)


def test_a_clock_that_stands_still_is_no_division_by_zero():
    assert CoreSpeed(lambda: 7).slowdown() == 0


def test_small_scatter_of_the_work_is_not_told():
    assert flag(0.04) == {}
    assert flag(0.8) == {"slowed_permille": 800}
    assert slowdown(sample(0, 10, 0.8)) == 0.8
    assert [is_slow(sample(0, 10, each)) for each in (0, 0.2, 0.5)] == [False, False, True]


def test_slices_on_a_slow_core_do_not_count_beside_enough_others():
    fast = [sample(number, 100) for number in range(FEWEST_ROUNDS)]
    found = log_times([*fast, sample(0, 170, 0.8), sample(9, 170, 0.8)])
    assert found == [(number, pytest.approx(math.log(100))) for number in range(FEWEST_ROUNDS)]


def test_where_too_few_rounds_were_fast_the_others_are_corrected():
    slow = [sample(number, 100 * 1.8**POWER, 0.8, calls=10_000) for number in range(5)]
    found = log_times([sample(0, 100), *slow])
    assert [number for number, _ in found] == [0, 1, 2, 3, 4]
    assert [log for _, log in found] == pytest.approx([math.log(100)] * 5, abs=1e-5)


def test_a_kernels_own_power_is_taken():
    found = log_times([sample(0, 150, 0.8)], power=0.5)
    assert found == [(0, pytest.approx(math.log(150) - 0.5 * math.log(1.8)))]


def test_how_much_a_kernel_slows_is_told_by_slices_of_both_kinds():
    fast = [sample(number, 100, calls=10_000) for number in range(FEWEST_OF_BOTH)]
    slow = [sample(number, 100 * 1.8**0.66, 0.8, calls=10_000) for number in range(FEWEST_OF_BOTH)]
    assert power([*fast, *slow]) == pytest.approx(0.66, abs=1e-3)
    assert power(fast) is None
    assert power([*fast[1:], *slow]) is None
