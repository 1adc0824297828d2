"""Estimates and intervals on simulated times."""

import math

import numpy as np
import pytest

from rooflinear.reports.estimates import (
    BETWEEN,
    NOT_TIMED,
    SPAN,
    TOO_FEW,
    WITHIN,
    Estimate,
    estimate,
    unpaired_ratio,
)

SIMULATIONS = 4000


def covered(draw) -> float:
    """The share of simulated estimates whose interval holds the true value, exp(0)."""
    rng = np.random.default_rng(7)
    made = [estimate(draw(rng)) for _ in range(SIMULATIONS)]
    return sum(one.low <= 1 <= one.high for one in made) / SIMULATIONS


@pytest.mark.parametrize("blocks", [3, 8])
def test_interval_between_processes_holds_the_truth_in_95_of_100_runs(blocks):
    # Each process has a speed of its own, far wider than its samples scatter.
    def draw(rng):
        return [list(rng.normal(0, 0.05) + rng.normal(0, 0.01, 7)) for _ in range(blocks)]

    assert covered(draw) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("samples", [6, 12, 31])
def test_interval_within_a_process_covers_at_least_95_percent_under_heavy_tails(samples):
    assert covered(lambda rng: [list(rng.standard_t(2, samples))]) >= 0.945


@pytest.mark.parametrize("samples", [3, 5])
def test_few_samples_of_one_process_still_have_an_honest_interval(samples):
    assert covered(lambda rng: [list(rng.normal(0, 0.1, samples))]) == pytest.approx(0.95, abs=0.015)


def test_pooling_samples_of_several_processes_would_be_far_too_sure():
    def pooled(rng):
        return [[float(x) for _ in range(3) for x in rng.normal(0, 0.05) + rng.normal(0, 0.01, 7)]]

    assert covered(pooled) < 0.85


def test_kind_of_interval_says_what_repeats():
    assert estimate([[0.0, 0.1], [0.2], [0.1]]).interval == BETWEEN
    assert estimate([[0.0, 0.1], [0.2]]).interval == SPAN
    assert estimate([[0.0, 0.1, 0.2]]).interval == WITHIN
    assert estimate([[0.0, 0.1]]).interval == TOO_FEW
    assert estimate([[0.0]]).interval == TOO_FEW
    assert estimate([[], []]).interval == NOT_TIMED


def test_one_sample_has_a_value_and_no_interval():
    one = estimate([[math.log(5)]])
    assert one.value == pytest.approx(5)
    assert math.isnan(one.low)
    assert math.isnan(one.high)


def test_value_of_several_blocks_is_the_geometric_mean_of_their_medians():
    blocks = [[math.log(2), math.log(2), math.log(900)], [math.log(8)]]
    assert estimate(blocks).value == pytest.approx(4)


def test_blocks_that_disagree_wildly_do_not_overflow():
    wild = estimate([[0.0], [600.0]])
    assert math.isfinite(wild.low)
    assert math.isfinite(wild.high)


def test_inverse_turns_the_interval_round():
    assert Estimate(2, 1, 4, WITHIN).inverse == Estimate(0.5, 0.25, 1, WITHIN)


def test_unpaired_interval_of_a_ratio_holds_the_truth():
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(SIMULATIONS):
        base = estimate([list(rng.normal(math.log(6), 0.05, 9)) for _ in range(4)])
        other = estimate([list(rng.normal(math.log(2), 0.05, 9)) for _ in range(4)])
        ratio = unpaired_ratio(base, other)
        hits += ratio.low <= 3 <= ratio.high
    assert hits / SIMULATIONS >= 0.94


def test_unpaired_ratio_with_a_single_sample_has_no_interval():
    ratio = unpaired_ratio(estimate([[0.0]]), estimate([[0.0, 0.1], [0.2]]))
    assert ratio.interval == TOO_FEW
    assert math.isnan(ratio.low)


def test_interval_of_two_blocks_is_what_both_span():
    first, second = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6]
    both = estimate([first, second])
    assert (both.low, both.high) == (estimate([first]).low, estimate([second]).high)
