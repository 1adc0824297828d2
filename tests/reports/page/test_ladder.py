"""The ladder of what makes it faster: where its bars start and end."""

import pytest

from .scripts import script_answers

AXIS = "(({ start, place }) => [start, ...given.times.map(place)])(ladderAxis(given.times, given.limit))"


@pytest.fixture(scope="module")
def ask():
    return script_answers()


def test_two_similar_times_have_similar_bars_where_no_limit_is_known(ask):
    start, slower, faster = ask(AXIS, {"times": [23_700, 21_900], "limit": None})
    assert (start, slower) == (10_000, 1)
    assert faster == pytest.approx(0.908, abs=0.001)


@pytest.mark.parametrize("limit", [1_000, 30_000], ids=["below", "above by a fault"])
def test_bars_start_at_the_limit_or_at_the_time_below_it(ask, limit):
    start, slower, faster = ask(AXIS, {"times": [100_000, 10_000], "limit": limit})
    assert (start, slower) == (min(limit, 10_000), 1)
    assert faster == pytest.approx(0.5 if limit < 10_000 else 0)
