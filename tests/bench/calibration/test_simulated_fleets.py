"""Fleets over simulated noise: equal code is not called slower more often than on one machine, a slowdown is found."""

from collections import Counter

import pytest

from rooflinear.bench.calibration.simulated_fleets import fleet_runs

RUNS = 100


def verdicts(runs):
    return Counter(each.verdict for run in runs for each in run.cases)


@pytest.mark.parametrize("hosts", [("quiet", "heavy tails"), ("drifting", "bursts", "two speeds")])
def test_equal_code_is_not_called_slower(hosts):
    """0.5 % of 100 runs; `tests/audit/fleet_errors.py` plays thousands. Hosts may disagree within a screen's error."""
    runs = fleet_runs(hosts, [0.0] * len(hosts), cases=4, runs=RUNS)
    assert sum(any(each.verdict == "slower" for each in run.cases) for run in runs) <= 1
    assert sum(each.reason.startswith("hosts disagree") for run in runs for each in run.cases) <= 0.05 * 4 * RUNS


def test_a_slowdown_of_five_per_cent_is_found_on_all_hosts():
    found = verdicts(fleet_runs(("quiet", "two speeds"), (0.05, 0.05), cases=4, runs=25))
    assert found["slower"] >= 0.95 * found.total()


def test_a_slowdown_on_one_host_alone_is_told_as_such():
    runs = fleet_runs(("quiet", "quiet"), (0.08, 0.0), cases=4, runs=25)
    assert verdicts(runs)["slower"] >= 95
    told = [each.reason.partition(";")[0] for run in runs for each in run.cases]
    assert sum(each.startswith("hosts disagree: 1.0") for each in told) >= 95
