"""Sentences of the answer, each for what was read and what was not."""

import pytest

from .scripts import script_answers


@pytest.fixture(scope="module")
def ask():
    return script_answers()


def test_what_is_included_is_told_and_so_is_what_is_not(ask):
    asked = [{"calls": 1}, {"calls": 1, "imports": True}, {"calls": 1000}]
    assert ask("given.map((choice) => conditions(choice, []))", asked) == [
        "Included: the first call, but not the import.",
        "Included: the import and the first call.",
        "Included: the first call, shared among 1,000 calls, but not the import.",
    ]


def test_blocks_are_not_taken_for_readings_of_a_first_call(ask):
    """Further blocks need not read it."""
    cases = [{"blocks": 1}, {"blocks": 3}, {"blocks": 3, "first_low_ns": 1e3, "first_high_ns": 2e3}]
    assert ask("given.map(firstReadings)", cases) == [
        "measured once",
        "read in too few processes for an interval",
        "1.00 µs – 2.00 µs",
    ]


def test_who_cannot_run_is_not_a_contender_because_the_time_was_up(ask):
    told = {"gpu": ["unsupported", "skipped"], "python": ["unsupported", "skipped"], "numpy": ["ok", "skipped"]}
    names, statuses = list(told), ["ok", "skipped", "unsupported"]
    dtypes = {"gpu": [0, 0], "python": [1, 0], "numpy": [0, 0]}
    cases = {
        "implementation": {"words": names, "codes": [names.index(name) for name in told for _ in range(2)]},
        "status": {"words": statuses, "codes": [statuses.index(status) for each in told.values() for status in each]},
        "view": [view for name in told for view in dtypes[name]],
    }
    views = [{"dtype": "float64"}, {"dtype": "float32"}]
    assert ask("[...ableOf(given.cases, given.views)]", {"cases": cases, "views": views}) == ["python", "numpy"]
