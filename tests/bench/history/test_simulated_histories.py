"""Simulated histories pass through the code that judges real ones."""

import math

import numpy as np
import pytest

from rooflinear.bench.gate.statistics import location
from rooflinear.bench.history import simulated_histories
from rooflinear.bench.history.simulated_histories import Course, judged

from ...absent import needs

PLACES = {(20, 1): math.log(1.05), (40, 2): -math.log(1.08), (60, 1): math.log(1.06)}


@pytest.fixture(autouse=True)
def library():
    needs("ruptures")


def histories(count=20, **more):
    return [judged(Course(commits=60, cases=4, **more), seed) for seed in range(count)]


def test_changes_are_found_and_nothing_besides():
    found = histories(changes=PLACES)
    assert sum(set(each.confirmed) == set(PLACES) for each in found) >= 18
    assert all(set(each.confirmed) <= set(PLACES) for each in found)


def test_where_nothing_changed_hardly_anything_is_compared():
    found = histories()
    assert [each.confirmed for each in found] == [[]] * 20
    assert sum(len(each.compared) for each in found) <= 3


def test_a_change_below_half_of_the_margin_is_not_compared():
    found = histories(count=5, changes={(30, 0): math.log(1.007)}, spread=0.003)
    assert {place for each in found for place in each.small} == {(30, 0)}
    assert not any(each.compared for each in found)


def test_the_same_seed_gives_the_same_history():
    assert histories(2, changes=PLACES) == histories(2, changes=PLACES)


def test_estimates_are_those_of_the_gate():
    """Many rows at once give what the judge of real numbers gives for each."""
    rows = [[0.1, 0.4, 0.2, 0.9, 0.3], [1.0, 0.0, 0.5, 0.25, 0.125]]
    assert simulated_histories.located(np.array(rows)) == pytest.approx([location(each).value for each in rows])
