"""The gate's judgement over ten thousand whole runs of simulated noise, and over planted slowdowns."""

from collections import Counter

import numpy as np
import pytest

from rooflinear.bench.calibration.simulated import MACHINES, Noise, block_numbers, whole_run, whole_runs
from rooflinear.bench.calibration.trials import upper
from rooflinear.bench.gate.records import FASTER, SLOWER

CASES = 24
RUNS = 2000


@pytest.mark.slow
@pytest.mark.parametrize("machine", MACHINES)
def test_the_same_code_is_not_called_slower(machine):
    """0.5 % of runs is what Holm allows each direction; of 2000 runs up to 20 would be 1 %."""
    alarms = Counter(verdict for run in whole_runs(machine, RUNS, CASES) for verdict in set(run))
    assert upper(alarms[SLOWER], RUNS) < 0.01
    assert upper(alarms[FASTER], RUNS) < 0.01


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("effect", "wanted"), [(0.05, 0.95), (0.10, 0.99)])
def test_a_planted_slowdown_is_found(machine, effect, wanted):
    found = Counter(verdict for run in whole_runs(machine, 15, CASES, effect, seed=2) for verdict in run)
    assert found[SLOWER] >= wanted * found.total(), found


def test_a_slowdown_inside_the_margin_is_none():
    rng = np.random.default_rng(3)
    found = Counter(verdict for _ in range(15) for verdict in whole_run(rng, CASES, Noise(), 0.015))
    assert found[SLOWER] == 0


def test_a_machine_too_restless_is_not_called_anything():
    rng = np.random.default_rng(4)
    restless = Noise(layout=0.15)
    found = Counter(verdict for _ in range(15) for verdict in whole_run(rng, CASES, restless))
    assert found["inconclusive"] > 0.6 * found.total()
    assert found[SLOWER] == 0


@pytest.mark.parametrize("machine", MACHINES)
def test_the_simulated_machines_are_as_noisy_as_real_ones(machine):
    """Between half a per cent and two from block to block: else the tests above would prove nothing."""
    rng = np.random.default_rng(5)
    spread = np.std([block_numbers(rng, CASES, MACHINES[machine], 0.0) for _ in range(50)], axis=0).mean()
    assert 0.005 < spread < 0.02
