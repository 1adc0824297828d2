"""A contest ends when its ratios are precise, or when its share of the time is gone."""

import random
from types import SimpleNamespace

import pytest

from rooflinear.bench.records import Case, Sample
from rooflinear.bench.runner.contender import Contender
from rooflinear.bench.runner.pace import FEWEST_IN_HASTE, FEWEST_ROUNDS, ROUNDS_FOR_FAR, Pace

MS = 1_000_000


class Player(Contender):
    """A contender whose slices scatter by a share around a time."""

    def __init__(self, name, call_ns, noise, seed=0):
        super().__init__(
            Case("s", "o", name, {}, {}, "float64", 1, "cpu"), None, 0, SimpleNamespace(long_call_ns=40 * MS), print
        )
        self.call_ns, self.noise, self.rng = call_ns, noise, random.Random(f"{name}{seed}")

    def play(self, number, slow=1.0):
        if not self.sits_out:
            wall = self.call_ns * slow * self.rng.lognormvariate(0, self.noise)
            self.samples.append(Sample(number, 0, round(wall * 100), 0, 100))


def played(pace, *players, most=200, slow=lambda _: 1.0):
    """Rounds until the pace ends the contest."""
    for number in range(most):
        for each in players:
            each.play(number, slow(number))
        if pace(players):
            return number + 1
    return most


def test_quiet_contenders_end_a_contest_soon():
    assert played(Pace(0.05, "numpy", 1e9), Player("numpy", MS, 0.005), Player("numba", MS / 2, 0.005)) == FEWEST_ROUNDS


def test_restless_ones_play_longer():
    rounds = played(Pace(0.05, "numpy", 1e9), Player("numpy", MS, 0.05), Player("numba", MS / 2, 0.05))
    assert 20 < rounds < 150


def test_a_finer_precision_takes_more_rounds():
    fine, coarse = (
        played(Pace(share, "numpy", 1e9), Player("numpy", MS, 0.03), Player("numba", MS / 2, 0.03))
        for share in (0.03, 0.1)
    )
    assert fine > 2 * coarse


def test_a_drift_that_hits_all_alike_costs_no_rounds():
    def slow(number):
        return 1.5 if number % 3 else 1.0

    players = [Player(name, MS, 0.004) for name in ("numpy", "numba", "torch")]
    assert played(Pace(0.05, "numpy", 1e9), *players, slow=slow) < 14


def test_those_that_are_precise_sit_out_but_for_the_baseline_and_the_fastest():
    players = [Player(f"fast{place}", MS, 0.004, place) for place in range(3)]
    slower, baseline = Player("torch", 3 * MS, 0.004), Player("numpy", 2 * MS, 0.004)
    restless = Player("jax", 2.5 * MS, 0.3)
    played(Pace(0.05, "numpy", 1e9), *players, slower, baseline, restless, most=20)
    assert [each.sits_out for each in (*players, slower, baseline, restless)] == [False] * 3 + [True, False, False]


def test_what_is_far_slower_than_the_fastest_plays_few_rounds():
    far = Player("tensorflow", 20 * MS, 0.3)
    rounds = played(Pace(0.05, "numpy", 1e9), Player("numba", MS, 0.004), Player("torch", MS, 0.004), far)
    assert (rounds, len(far.samples)) == (FEWEST_ROUNDS, ROUNDS_FOR_FAR)


def test_the_baseline_plays_on_however_slow():
    baseline = Player("numpy", 20 * MS, 0.004)
    played(Pace(0.05, "numpy", 1e9), Player("numba", MS, 0.004), Player("torch", MS, 0.004), baseline)
    assert len(baseline.samples) == FEWEST_ROUNDS


def test_a_contest_ends_when_its_share_of_the_time_is_gone():
    now = iter(range(1000))
    pace = Pace(0.001, "numpy", 12.5, clock=lambda: next(now))
    assert played(pace, Player("numpy", MS, 0.3), Player("numba", MS, 0.3)) == pytest.approx(
        FEWEST_IN_HASTE + 12, abs=2
    )


def test_long_calls_do_not_keep_a_contest_going():
    players = [Player("numpy", MS, 0.004), Player("numba", MS, 0.004), Player("python", 90 * MS, 0.5)]
    assert played(Pace(0.05, "numpy", 1e9), *players) == FEWEST_ROUNDS
