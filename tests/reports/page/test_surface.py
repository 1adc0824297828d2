"""The map of the fastest: where names stand on it."""

import pytest

from .scripts import script_answers


@pytest.fixture(scope="module")
def ask():
    return script_answers()


def test_a_name_stands_in_the_middle_of_its_stretch_and_clear_of_marks(ask):
    row = [{"name": "first"}] * 20 + [{"name": "second"}] * 20
    places = {
        one["name"]: (one["x"], one["y"])
        for one in ask("places(given)", {"cells": [row], "winners": ["first", "second"]})
    }
    assert places["first"] == (pytest.approx(0.25, abs=0.02), 0.2)
    assert places["second"] == (pytest.approx(0.75, abs=0.02), 0.2)


@pytest.mark.parametrize(
    ("tops", "downs"),
    [
        ([0, 0, 0], [0, 11, 22]),
        ([0, 30, 5], [0, 0, 6]),
        ([0, 12, 5], [0, 0, 18]),
        ([0, 10], [0, 0]),
    ],
    ids=["three at one place", "one above", "no room between two", "that touch"],
)
def test_labels_of_the_map_stand_below_one_another(ask, tops, downs):
    """Labels of ten by ten pixels in one column."""
    boxes = [{"left": 0, "right": 10, "top": top, "bottom": top + 10} for top in tops]
    assert ask("movedDown(given)", boxes) == downs


def test_labels_side_by_side_stay(ask):
    boxes = [{"left": left, "right": left + 10, "top": 0, "bottom": 10} for left in (0, 10, 20)]
    assert ask("movedDown(given)", boxes) == [0, 0, 0]
