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
