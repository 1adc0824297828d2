"""Which changes a series of numbers suggests."""

import builtins
import random

import pytest

from rooflinear.bench.errors import CannotFinish
from rooflinear.bench.history.change_points import change_points, jumps, noise

from ...absent import needs

DEVIATION = 0.004


@pytest.fixture(autouse=True)
def library():
    needs("ruptures")


def levels(*stretches, seed=1):
    rng = random.Random(seed)
    return [level + rng.gauss(0, DEVIATION) for level, count in stretches for _ in range(count)]


def found(values):
    return change_points(values, [DEVIATION] * len(values))


@pytest.mark.parametrize(
    ("stretches", "places"),
    [
        ([(0.0, 40), (0.05, 60)], [40]),
        ([(0.0, 30), (0.03, 30), (0.11, 40)], [30, 60]),
        ([(0.0, 99), (0.03, 1)], [99]),
        ([(0.0, 50), (0.06, 1), (0.0, 49)], [50, 51]),
        ([(0.0, 1), (0.04, 1)], [1]),
        ([(0.0, 1), (-0.04, 3)], [1]),
    ],
)
def test_levels_are_told_apart(stretches, places):
    assert found(levels(*stretches)) == places


def test_equal_levels_rarely_suggest_anything():
    assert sum(bool(found(levels((0.0, 100), seed=seed))) for seed in range(100)) <= 12


@pytest.mark.parametrize("values", [[], [0.3]])
def test_a_single_value_has_no_change(values):
    assert found(values) == []


def test_values_without_noise_differ_by_any_amount():
    assert change_points([0.0, 0.0, 0.01, 0.01], [0.0] * 4) == [2]


def test_unknown_noise_is_the_scatter_from_one_to_the_next():
    values = levels((0.0, 40), (0.05, 40))
    assert noise(values, []) == pytest.approx(DEVIATION, rel=0.4)
    assert change_points(values, []) == [40]
    assert noise(values, [10 * DEVIATION]) == 10 * DEVIATION
    assert noise(values, [DEVIATION / 10]) == noise(values, [])
    assert noise(values[:5], [DEVIATION / 10]) == DEVIATION / 10


def test_a_jump_is_the_difference_of_the_means():
    assert jumps([0.0, 0.2, 1.0, 1.0, 0.5], [2, 4]) == pytest.approx([0.9, -0.5])
    assert jumps([1.0, 1.0], []) == []


def test_without_the_library_it_is_said_what_to_install(monkeypatch):
    imported = builtins.__import__

    def refuse(name, *arguments, **more):
        if name == "ruptures":
            raise ImportError("No module named 'ruptures'")
        return imported(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(CannotFinish, match="pip install ruptures"):
        found([0.0, 1.0])
