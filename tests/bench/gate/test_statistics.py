"""Exact tests against SciPy's, against enumeration, and their promises kept on simulated numbers."""

import math
from itertools import product

import numpy as np
import pytest
from scipy.stats import chi2, spearmanr, wilcoxon

from rooflinear.bench.gate import statistics as gate_statistics
from rooflinear.bench.gate.statistics import (
    holm,
    least_effect,
    least_p,
    location,
    p_greater,
    p_less,
    p_of_trend,
    spread,
    spread_upper,
)


@pytest.mark.parametrize("blocks", [1, 2, 5, 6, 16, 24, 32, 40])
@pytest.mark.parametrize("threshold", [0.0, 0.02, -0.01])
def test_p_is_scipys_exact_one(blocks, threshold):
    numbers = np.random.default_rng(blocks).normal(0.01, 0.02, blocks)
    wanted = wilcoxon(numbers - threshold, alternative="greater", method="exact").pvalue
    assert p_greater(numbers.tolist(), threshold) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("numbers", [[1, 1, 2, -1, 3], [1, -1], [0.5, 0.5, 0.5], [0, 1, 2], [2, -2, 2, -2, 1]])
def test_ties_are_counted_over_all_signs(numbers):
    """By enumeration: the share of sign patterns whose positive rank sum is as large."""
    sizes = np.abs(numbers)
    ranks = np.array([(np.sum(sizes < each) + np.sum(sizes <= each) + 1) / 2 for each in sizes])
    seen = ranks[np.array(numbers) > 0].sum()
    sums = [ranks[np.array(signs)].sum() for signs in product([False, True], repeat=len(numbers))]
    assert p_greater(numbers) == pytest.approx(np.mean([each >= seen for each in sums]))


@pytest.mark.parametrize("growth", [0.0, 0.1, -1.0])
@pytest.mark.parametrize("digits", [0, 9])
def test_a_trend_is_spearmans(growth, digits):
    for count in (3, 6, 40):
        numbers = np.round(np.random.default_rng(count).normal(size=count) + growth * np.arange(count), digits)
        assert p_of_trend(numbers.tolist()) == pytest.approx(spearmanr(range(count), numbers).pvalue, rel=1e-9)


def test_equal_numbers_have_no_trend_and_ordered_ones_no_doubt():
    assert p_of_trend([2.0, 2.0, 2.0]) == 1
    assert p_of_trend([1.0, 2.0, 4.0]) == p_of_trend([3.0, 2.0, 1.0]) == 0


def test_the_upper_limit_of_a_spread_is_chi_squareds():
    numbers = [0.03, -0.01, 0.02, 0.05]
    assert spread_upper(numbers) == pytest.approx(spread(numbers) * math.sqrt(3 / chi2.ppf(0.2, 3)))


def test_no_numbers_prove_nothing():
    assert p_greater([]) == 1
    assert location([0.5]).low == -math.inf


def test_less_is_greater_mirrored():
    numbers = [0.03, -0.01, 0.02, 0.05]
    assert p_less([-each for each in numbers], -0.01) == p_greater(numbers, 0.01)


def test_limits_agree_with_the_test():
    """A value is inside the one-sided limit exactly where the test does not reject it."""
    rng = np.random.default_rng(1)
    for blocks in (5, 6, 16, 32):
        numbers = rng.normal(0, 1, blocks).tolist()
        found = location(numbers)
        assert p_greater(numbers, found.low + 1e-9) > 0.05
        assert p_greater(numbers, found.low - 1e-9) <= 0.05
        assert p_less(numbers, found.high - 1e-9) > 0.05
        assert p_less(numbers, found.high + 1e-9) <= 0.05


def test_limits_hold_as_often_as_they_say():
    rng = np.random.default_rng(2)
    below = [location(rng.normal(0, 1, 6).tolist()).low < 0 for _ in range(4000)]
    assert 0.94 < np.mean(below) < 0.99


def test_location_does_not_care_for_one_outlier():
    assert location([0.01, 0.011, 0.012, 0.009, 0.01, 5.0]).value == pytest.approx(0.011, abs=2e-3)


def test_holm_steps_down():
    assert holm([0.02, 0.001, 0.04], 0.05) == [True, True, True]
    assert holm([0.03, 0.001, 0.04], 0.05) == [False, True, False]
    assert holm([0.017, 0.5, 0.5], 0.05) == [False, False, False]
    assert holm([], 0.05) == []


def test_the_least_p_is_what_the_test_can_give():
    for blocks in (6, 16):
        assert p_greater([1.0 + 0.1 * each for each in range(blocks)]) == least_p(blocks)
    assert least_effect(0.02, 0.01, blocks=6, level=0.005) == math.inf


@pytest.mark.parametrize("level", [0.005, 0.005 / 48])
@pytest.mark.parametrize(("deviation", "blocks"), [(0.01, 16), (0.02, 24), (0.03, 32)])
def test_the_least_effect_is_found_as_often_as_it_says(deviation, blocks, level):
    rng, margin = np.random.default_rng(3), 0.02
    effect = math.log(least_effect(margin, deviation, blocks, level))
    threshold = math.log1p(margin)
    found = [p_greater(rng.normal(effect, deviation, blocks).tolist(), threshold) <= level for _ in range(2000)]
    assert 0.93 < np.mean(found) < 0.97


def test_the_upper_limit_of_a_spread_covers_it():
    rng = np.random.default_rng(4)
    covered = [spread_upper(rng.normal(0, 1, 6).tolist()) >= 1 for _ in range(2000)]
    assert 0.77 < np.mean(covered) < 0.83
    assert spread_upper([1.0]) == math.inf


def test_ranks_of_large_samples_stay_exact():
    counts = gate_statistics.null_counts(tuple(2 * rank for rank in range(1, 41)))
    assert counts.sum() == 2.0**40
