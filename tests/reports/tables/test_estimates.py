"""Estimates and intervals on simulated times of known truth."""

import math
from functools import cache

import numpy as np
import pytest

from rooflinear.bench.timing.contests import CaseRounds
from rooflinear.reports.tables.estimates import (
    BETWEEN,
    NOT_TIMED,
    TOO_FEW,
    WIDENED,
    WITHIN,
    Estimate,
    Located,
    located,
    speedup,
    unpaired_ratio,
)

CONTENDERS, ROUNDS = 8, 12
GROUPS = [f"implementation {number}" for number in range(CONTENDERS)]


def contest(rng, blocks, process=0.015, noise=0.01, drift=0.05, tail=None):
    """Contenders whose true log times are 0, each block and round with a drift that all share."""
    scatter = (lambda size: rng.standard_t(tail, size)) if tail else (lambda size: rng.normal(0, 1, size))
    most = max(blocks)
    shared = {block: rng.normal(0, drift) + np.cumsum(rng.normal(0, drift / 3, ROUNDS)) for block in range(most)}
    return [
        CaseRounds(
            GROUPS[number],
            {
                block: dict(enumerate(rng.normal(0, process) + shared[block] + noise * scatter(ROUNDS)))
                for block in range(count)
            },
        )
        for number, count in enumerate(blocks)
    ]


@cache
def run(seed=7, contests=300, blocks=(3, 3, 3, 3, 2, 1, 1, 1), **noise):
    """A run: the first of each contest were measured in three processes, the last in one."""
    rng = np.random.default_rng(seed)
    return located([contest(rng, blocks, **noise) for _ in range(contests)])


def covered(found, one, other):
    """The share of contests in which the interval of a ratio holds the true one, 1."""
    ratios = [speedup(each[one], each[other]) for each in found]
    return sum(ratio.low <= 1 <= ratio.high for ratio in ratios) / len(ratios)


@pytest.mark.parametrize(("one", "other"), [(0, 1), (0, 4), (0, 5), (6, 7)])
@pytest.mark.parametrize("noise", [{}, {"process": 0.0}, {"process": 0.05}, {"tail": 2}], ids=str)
def test_an_interval_holds_the_truth_in_95_of_100_contests(one, other, noise):
    assert covered(run(contests=600, **noise), one, other) == pytest.approx(0.95, abs=0.04)


def test_rounds_of_one_process_alone_would_be_far_too_sure():
    assert covered(run(blocks=(1,) * CONTENDERS, process=0.015), 0, 1) < 0.6


def test_more_processes_make_an_interval_narrower():
    found = run()
    widths = [np.median([each[place].half_width for each in found]) for place in (0, 4, 5)]
    assert widths[0] < 0.85 * widths[1] < 0.85 * widths[2]


def test_an_implementation_whose_processes_differ_more_has_wider_intervals():
    rng = np.random.default_rng(3)
    contests = []
    for _ in range(100):
        calm, restless = contest(rng, (3, 3, 3, 1)), contest(rng, (3, 3, 3, 1), process=0.1)
        contests.append(
            [*calm[:3], calm[3]._replace(group=GROUPS[0]), *(each._replace(group="restless") for each in restless)]
        )
    found = located(contests)
    assert np.median([each[7].half_width for each in found]) > 3 * np.median([each[3].half_width for each in found])


def test_a_speed_up_is_the_ratio_of_the_times_beside_it():
    for each in run():
        for other in each:
            ratio = speedup(each[0], other)
            assert ratio.value == pytest.approx(each[0].time.value / other.time.value)


def test_drift_that_all_share_is_in_the_time_and_not_in_the_ratio():
    [found] = located([contest(np.random.default_rng(1), (5,) * CONTENDERS, drift=0.3, process=0.001)])
    ratio, time = speedup(found[0], found[1]), found[0].time
    assert ratio.high / ratio.low < 1.05
    assert time.high / time.low > 1.2


def test_one_whose_block_was_slow_for_all_is_not_blamed_for_it():
    slow = {0: dict.fromkeys(range(5), math.log(2)), 1: dict.fromkeys(range(5), 0.0), 2: dict.fromkeys(range(5), 0.0)}
    [found] = located([[CaseRounds("a", slow), CaseRounds("b", slow), CaseRounds("c", {0: slow[0]})]])
    assert found[2].value == pytest.approx(found[0].value)


def test_kind_of_interval_says_what_it_describes():
    assert [each.interval for each in run()[0]] == [BETWEEN] * 5 + [WIDENED] * 3
    rounds = {number: 0.01 * number for number in range(5)}
    assert kinds({0: rounds, 1: rounds, 2: rounds}) == [BETWEEN]
    assert kinds({0: rounds, 1: rounds}) == [WITHIN]
    assert kinds({0: rounds}) == [WITHIN]
    assert kinds({0: {0: 1.0, 1: 1.1}}) == [TOO_FEW]
    assert kinds({}) == [NOT_TIMED]


def kinds(*rounds):
    [found] = located([[CaseRounds("a", each) for each in rounds]])
    return [each.interval for each in found]


def test_a_ratio_s_interval_describes_no_more_than_the_weaker_of_both():
    found = run()[0]
    assert speedup(found[0], found[7]).interval == WIDENED


def test_one_sample_has_a_value_and_no_interval():
    [[one]] = located([[CaseRounds("a", {0: {0: math.log(5)}})]])
    assert one.time.value == pytest.approx(5)
    assert math.isnan(one.time.low)
    assert math.isnan(one.half_width)


def test_what_was_disturbed_teaches_nothing_of_others():
    rng = np.random.default_rng(3)
    calm = [contest(rng, (3, 3, 1)) for _ in range(60)]
    wild = [contest(rng, (3, 3, 1), process=0.5)[0]._replace(group="c", disturbed=True) for _ in range(60)]
    alone = located(calm)
    beside = located([[*each, other] for each, other in zip(calm, wild, strict=True)])
    assert beside[0][2].half_width == pytest.approx(alone[0][2].half_width, rel=0.1)


def test_an_outlier_among_rounds_moves_nothing():
    rounds = dict.fromkeys(range(9), 0.0)
    [[clean, other]] = located([[CaseRounds("a", {0: rounds}), CaseRounds("b", {0: {**rounds, 4: 9.0}})]])
    assert clean.value == other.value == 0


def test_processes_that_disagree_wildly_do_not_overflow():
    wild = {0: dict.fromkeys(range(3), 0.0), 1: dict.fromkeys(range(3), 600.0), 2: dict.fromkeys(range(3), 0.0)}
    [[found]] = located([[CaseRounds("a", wild)]])
    assert math.isfinite(found.time.low)
    assert math.isfinite(found.time.high)


def test_inverse_turns_the_interval_round():
    assert Estimate(2, 1, 4, WITHIN).inverse == Estimate(0.5, 0.25, 1, WITHIN)


def test_unpaired_interval_of_a_ratio_holds_the_truth():
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(2000):
        base = Located(math.log(6) + rng.normal(0, 0.05), 0.05, 0.05, 30, BETWEEN).time
        other = Located(math.log(2) + rng.normal(0, 0.05), 0.05, 0.05, 30, BETWEEN).time
        ratio = unpaired_ratio(base, other)
        hits += ratio.low <= 3 <= ratio.high
    assert hits / 2000 == pytest.approx(0.955, abs=0.015)


def test_unpaired_ratio_with_a_single_sample_has_no_interval():
    one, many = Located(0.0, math.nan, math.nan, math.nan, TOO_FEW), Located(0.1, 0.1, 0.1, 5, BETWEEN)
    ratio = unpaired_ratio(one.time, many.time)
    assert ratio.interval == TOO_FEW
    assert math.isnan(ratio.low)
