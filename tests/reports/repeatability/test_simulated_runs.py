"""Simulated runs have the noise and the truth that are said of them."""

import numpy as np
import pytest

from rooflinear.bench.runner.again import chosen
from rooflinear.reports.repeatability import simulated_runs, simulated_text
from rooflinear.reports.repeatability.agreement import SPEEDUP, TIME, values
from rooflinear.reports.repeatability.simulated_runs import NOISES, NoiseModel, counted, disturbance, runs, simulated

SILENT = NoiseModel(slice_=0, own=0, shared=0, process=0, block=0)


@pytest.fixture(scope="module")
def even():
    return runs("even", 70, chosen)


def test_runs_are_as_large_as_a_preset(even):
    assert [len(each.trial.contests) for each in even] == [60, 10]
    assert {len(contest.cases) for each in even for contest in each.trial.contests} == {20}


def test_the_fastest_and_the_baseline_are_played_in_more_processes(even):
    for contest in even[0].trial.contests:
        if contest.baseline.blocks == 3:
            assert min(contest.cases, key=lambda case: case.time_ns).blocks > 1
            assert any(case.blocks == 1 for case in contest.cases)
    assert {contest.baseline.blocks for contest in even[0].trial.contests} == {1, 3}


def test_without_noise_a_report_says_the_truth(monkeypatch):
    monkeypatch.setitem(NOISES, "silent", SILENT)
    ((trial, truth),) = runs("silent", 3, chosen)
    for key, value in values(trial, TIME).items():
        assert value.log == pytest.approx(truth[key], abs=1e-4)
    for key, value in values(trial, SPEEDUP).items():
        assert value.log == pytest.approx(truth[*key[:-1], "numpy"] - truth[key], abs=1e-4)
    assert counted("silent", [*runs("silent", 3, chosen)]).called.right == 3


def test_most_intervals_hold_the_truth_and_most_winners_are_the_fastest(even):
    found = counted("even", even)
    assert sum(each.intervals for each in found.covered if each.quantity == SPEEDUP) == 70 * 19
    assert all(each.covered > 0.85 for each in found.covered if each.intervals > 200)
    assert found.called.contests == 70
    assert found.called.ahead_right >= 0.95 * found.called.ahead


def test_intervals_that_know_nothing_of_processes_would_be_seen(monkeypatch):
    """Where no contest is played twice, no interval can know how far processes differ."""
    monkeypatch.setattr(simulated_runs, "REPLICATED_SHARE", 0.0)
    (found,) = [each for each in counted("even", runs("even", 30, chosen)).covered if each.quantity == SPEEDUP]
    assert found.covered < 0.75


def test_simulated_runs_count_alike_every_time():
    first, second = (list(simulated(4, chosen)) for _ in range(2))
    assert first == second
    assert [each.noise for each in first] == list(NOISES)


@pytest.mark.parametrize(
    ("noise", "spread"),
    [
        (NoiseModel(0.02, 0, 0, 0, block=0), lambda found: found.std()),
        (NoiseModel(0, 0.02, 0, 0, block=0), lambda found: found[:, :, 0].std()),
        (NoiseModel(0, 0, 0.02, 0, block=0), lambda found: np.diff(found[0, :, 0]).std()),
        (NoiseModel(0, 0, 0, 0.02, block=0), lambda found: found[:, 0, 0].std()),
    ],
)
def test_each_kind_of_noise_is_where_it_belongs(noise, spread):
    rng = np.random.default_rng(1)
    found = [spread(disturbance(noise, np.full(300, noise.process), rng)) for _ in range(40)]
    assert np.median(found) == pytest.approx(0.02, rel=0.2)


def test_a_slow_state_slows_some_contenders_by_a_fifth():
    silent = NoiseModel(0, 0, 0, 0, block=0, states=1.0)
    found = disturbance(silent, np.zeros(1000), np.random.default_rng(1))[:, 0, 0]
    assert set(np.round(np.exp(found), 6)) == {1.0, 1.2}
    assert (found > 0).mean() == pytest.approx(0.3, abs=0.05)
    assert not disturbance(SILENT, np.zeros(5), np.random.default_rng(1)).any()


def test_heavy_tails_are_heavier():
    rng = np.random.default_rng(1)
    tails = [
        abs(disturbance(NoiseModel(0.01, 0, 0, 0, block=0, tail=tail), np.zeros(500), rng)).max()
        for tail in (None, 2.5)
    ]
    assert tails[1] > 5 * tails[0]


def test_the_tables_name_every_noise():
    shown = simulated_text.text(list(simulated(2, chosen)))
    assert all(shown.count(f"| {name} |") > 1 for name in NOISES)
    assert shown.count(" of 2 |") >= len(NOISES)
