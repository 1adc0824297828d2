"""Tests on several machines' numbers together: against one machine's, against enumeration, and their promises kept."""

import math
from itertools import product

import numpy as np
import pytest
from scipy.stats import rankdata

from rooflinear.bench.gate import statistics, strata


def drawn(seed, *shapes, at=0.0):
    rng = np.random.default_rng(seed)
    return [rng.normal(at, spread, blocks).tolist() for blocks, spread in shapes]


@pytest.mark.parametrize("blocks", [1, 4, 5, 6, 12, 13, 40])
def test_one_machine_alone_is_tested_as_ever(blocks):
    (numbers,) = drawn(blocks, (blocks, 0.02), at=0.01)
    assert strata.location([numbers]) == statistics.location(numbers)
    assert strata.location([[], numbers]) == statistics.location(numbers)
    for at in (0.0, 0.02):
        assert strata.p_greater([numbers], at) == pytest.approx(statistics.p_greater(numbers, at), rel=1e-12)
        assert strata.p_less([numbers], at) == pytest.approx(statistics.p_less(numbers, at), rel=1e-12)


@pytest.mark.parametrize("machines", [[[1, 2, -3], [0.5, 0.6]], [[1, 1, 2], [-1, 3, 3]], [[2], [1, -4, 5, 5]]])
def test_p_is_the_share_of_all_signs(machines):
    """By enumeration: weighted sums of the ranks within each machine."""
    weighed = [rankdata(np.abs(numbers)) * strata.weight(len(numbers)) for numbers in machines]
    ranks, signs = np.concatenate(weighed), np.concatenate(machines) > 0
    sums = [ranks[np.array(each)].sum() for each in product([False, True], repeat=len(ranks))]
    wanted = np.mean([each >= ranks[signs].sum() - 1e-9 for each in sums])
    assert strata.p_greater(machines) == pytest.approx(wanted)


def test_limits_are_where_the_test_becomes_significant():
    machines = drawn(3, (12, 0.01), (24, 0.03), at=0.02)
    value, low, high = strata.location(machines)
    assert low < value < high
    for limit, p in ((low, strata.p_greater), (high, strata.p_less)):
        outside = math.copysign(1e-9, limit - value)
        assert p(machines, limit + outside) <= 0.05 < p(machines, limit - outside)


def test_a_quiet_machine_is_not_outvoted_by_one_that_needed_more_blocks():
    quiet, restless = drawn(5, (12, 0.001), (40, 0.05), at=0.03)
    alone, together = statistics.location(restless), strata.location([quiet, restless])
    assert together.high - together.low < alone.high - alone.low
    assert strata.weight(12) * 12 * 13 < 1.1 * 12 / 40 * strata.weight(40) * 40 * 41


def test_error_and_coverage_are_as_promised():
    """Of 2,000 draws 5 % are 100; up to 130 and 1,740 are within three standard errors."""
    many = [drawn(seed, (6, 0.004), (12, 0.004), (24, 0.02), at=0.02) for seed in range(2000)]
    assert sum(strata.p_greater(each, 0.02) <= 0.05 for each in many) <= 130
    assert sum(strata.p_less(each, 0.02) <= 0.05 for each in many) <= 130
    covered = [found.low <= 0.02 <= found.high for found in map(strata.location, many)]
    assert sum(covered) >= 1740


def test_together_finds_what_each_machine_alone_misses():
    machines = drawn(8, (12, 0.03), (12, 0.03), (12, 0.03), at=0.03)
    assert min(statistics.p_greater(numbers) for numbers in machines) > 0.001 > strata.p_greater(machines)


def test_too_few_numbers_exclude_nothing():
    assert strata.location([[0.1], [0.2, 0.3]])[1:] == (-math.inf, math.inf)
    assert strata.p_greater([[], []]) == 1.0
