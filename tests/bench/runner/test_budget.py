"""A run keeps to its time: fewer rounds when time is short, further blocks where they fit."""

import math
from pathlib import Path

import pytest
from msgspec.structs import replace

from rooflinear.bench import sweep
from rooflinear.bench.records import Result, Sample
from rooflinear.bench.runner.budget import (
    BESIDE_A_TURN_NS,
    FEWEST_ROUNDS,
    FURTHER_SHARE,
    RESERVE_SECONDS,
    ROUNDS_SHARE,
    TURN_NS,
    Budget,
)
from rooflinear.bench.suites import suite
from rooflinear.bench.sweep import LONGEST_START_S, Options

SMOOTHING = suite.load(Path(__file__).resolve().parents[3] / "examples" / "smoothing")
QUICK_ROUNDS = sweep.PRESETS["quick"].rounds


class Seconds:
    """A clock that stands still but for `pass_`."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    def pass_(self, seconds):
        self.now += seconds


@pytest.fixture
def clock():
    return Seconds()


@pytest.fixture
def budget(clock):
    return Budget(SMOOTHING, options(60), clock)


def options(time_budget_s, **chosen):
    return Options(suite="", preset="quick", time_budget_s=time_budget_s, timeout_s=1.0, **chosen)


def contests(*lengths):
    found = sweep.contests(SMOOTHING, options(None, sizes={"length": list(lengths), "width": [3]}))
    assert len(found) == len(lengths)
    return found


def calls(*call_ms):
    return [ms * 1e6 for ms in call_ms]


def test_time_is_left_until_the_reserve(budget, clock):
    assert budget.seconds_left() == 60 - RESERVE_SECONDS
    clock.pass_(60 - RESERVE_SECONDS - 1)
    assert not budget.is_spent()
    clock.pass_(1)
    assert budget.is_spent()


def test_a_part_leaves_the_rest_their_share(budget, clock):
    whole = 60 - RESERVE_SECONDS
    budget.begin_part(2)
    assert budget.seconds_left() == pytest.approx(whole / 2)
    clock.pass_(whole / 2 + 4)
    assert budget.is_spent()
    budget.begin_part(1)
    assert budget.seconds_left() == pytest.approx(whole / 2 - 4)


USUAL = 20
"""Seconds of the time budget that a start may take."""


@pytest.fixture
def presets(clock):
    """A budget that the user did not state."""
    return Budget(SMOOTHING, options(60, start_s=USUAL), clock)


def test_a_presets_budget_stands_still_while_workers_take_longer_to_start(presets, clock):
    clock.pass_(USUAL + 30)
    assert presets.seconds_left() == 60 - RESERVE_SECONDS - USUAL
    presets.note_ready()
    clock.pass_(10)
    assert presets.seconds_left() == 60 - RESERVE_SECONDS - USUAL - 10
    presets.note_ready()  # of a further block's workers
    assert presets.seconds_left() == 60 - RESERVE_SECONDS - USUAL - 10


def test_a_short_start_leaves_its_time_to_the_rest(presets, clock):
    clock.pass_(USUAL - 15)
    presets.note_ready()
    clock.pass_(10)
    assert presets.seconds_left() == 60 - RESERVE_SECONDS - 15


def test_a_start_without_end_spends_a_presets_budget_too(presets, clock):
    clock.pass_(LONGEST_START_S + 7)
    assert presets.seconds_left() == 60 - RESERVE_SECONDS - USUAL - 7


def test_a_part_of_a_presets_budget_stands_still_as_well(presets, clock):
    presets.begin_part(2)
    clock.pass_(USUAL + 30)
    presets.note_ready()
    assert presets.seconds_left() == (60 - RESERVE_SECONDS) / 2 - USUAL
    presets.begin_part(2)
    assert presets.seconds_left() == (60 - RESERVE_SECONDS - USUAL) / 2


def test_in_its_first_block_a_presets_budget_is_granted_twice(presets, clock):
    presets.note_ready()
    presets.begin_first_block(FURTHER_SHARE)
    clock.pass_(2 * 60 - RESERVE_SECONDS - 1)
    assert not presets.is_spent()
    assert presets.rounds(calls(0.01), [])[0] == FEWEST_ROUNDS
    assert 0 < presets.told(contests(10, 20)) <= 1
    clock.pass_(1)
    assert presets.is_spent()


@pytest.mark.parametrize("late", [-5, 0, 50])
def test_further_blocks_of_a_preset_have_what_was_reserved_for_them(presets, clock, late):
    presets.note_ready()
    presets.begin_first_block(FURTHER_SHARE)
    clock.pass_(60 - RESERVE_SECONDS + late)
    presets.begin_further_blocks()
    presets.begin_part(1)
    assert presets.seconds_left() == pytest.approx(FURTHER_SHARE * 60)
    presets.begin_part(2)
    assert presets.seconds_left() == pytest.approx(FURTHER_SHARE * 60 / 2)


def test_time_that_the_first_block_leaves_is_not_granted_twice(presets, clock):
    presets.note_ready()
    presets.begin_first_block(FURTHER_SHARE)
    clock.pass_(10)
    presets.begin_further_blocks()
    assert presets.seconds_left() == 60 - RESERVE_SECONDS - 10


def test_without_further_blocks_nothing_is_granted_for_them(presets, clock):
    presets.note_ready()
    presets.begin_first_block(0.0)
    clock.pass_(60 - RESERVE_SECONDS)
    presets.begin_further_blocks()
    assert presets.is_spent()


def test_a_budget_that_the_user_states_grants_further_blocks_nothing(budget, clock):
    budget.begin_first_block(FURTHER_SHARE)
    clock.pass_(60 - RESERVE_SECONDS)
    budget.begin_further_blocks()
    assert budget.is_spent()


def test_a_budget_that_the_user_states_is_a_total(budget, clock):
    clock.pass_(50)
    budget.note_ready()
    assert budget.seconds_left() == 60 - RESERVE_SECONDS - 50
    budget.begin_first_block(0.0)
    clock.pass_(10 - RESERVE_SECONDS)
    assert budget.is_spent()


def test_without_a_budget_no_part_ends(clock):
    endless = Budget(SMOOTHING, options(None), clock)
    endless.begin_part(2)
    clock.pass_(1e9)
    assert endless.seconds_left() is None


def test_without_a_budget_time_is_never_spent(clock):
    endless = Budget(SMOOTHING, options(None), clock)
    clock.pass_(1e9)
    assert (endless.seconds_left(), endless.is_spent()) == (None, False)
    assert endless.rounds(calls(0.01), contests(10, 20)) == (QUICK_ROUNDS, math.inf)


def test_with_time_enough_all_rounds_are_played(budget):
    assert budget.rounds(calls(0.01, 5), [])[0] == QUICK_ROUNDS


def a_round():
    """Seconds that a short call's turn takes, with what is beside it."""
    return (TURN_NS + BESIDE_A_TURN_NS) / 1e9


def test_rounds_shrink_when_time_is_short(budget, clock):
    clock.pass_(60 - RESERVE_SECONDS - 4.5 * a_round())
    assert budget.rounds(calls(0.01), []) == (4, pytest.approx(4.5 * a_round()))


def test_rounds_shrink_for_what_is_still_to_come(budget):
    each = budget.estimate(contests(10))
    later = contests(*range(10, 10 + round(60 / each)))
    assert budget.rounds(calls(0.01), later)[0] == FEWEST_ROUNDS


def test_what_is_left_is_shared_evenly_with_the_rounds_of_later_contests(budget, clock):
    later = contests(10, 20, 30)
    alike = calls(*[0.01] * len(later[0].cases))
    clock.pass_(60 - RESERVE_SECONDS - budget.estimate(later) - 40.5 * len(alike) * a_round())
    assert budget.rounds(alike, later)[0] == 10


@pytest.mark.parametrize("seconds", [54.99, 60, 1000])
def test_rounds_never_fall_below_the_fewest(budget, clock, seconds):
    clock.pass_(seconds)
    assert budget.rounds(calls(0.01, 40), [])[0] == FEWEST_ROUNDS


def test_long_calls_do_not_cost_the_others_their_rounds(budget):
    """They sit out later rounds themselves."""
    assert budget.rounds(calls(0.01, 5000), [])[0] == QUICK_ROUNDS


def test_nobody_ready_needs_no_time(budget):
    assert budget.rounds([], [])[0] == QUICK_ROUNDS


def test_what_is_kept_for_further_blocks_is_not_spent_on_rounds(budget, clock):
    clock.pass_(60 - RESERVE_SECONDS - 30 - 5.5 * a_round())
    budget.begin_first_block(0.5)
    assert budget.rounds(calls(0.01), [])[0] == 5
    budget.begin_further_blocks()
    assert budget.rounds(calls(0.01), [])[0] == QUICK_ROUNDS


def test_no_case_is_left_out_for_further_blocks(budget):
    budget.begin_first_block(0.5)
    assert budget.seconds_left() == 60 - RESERVE_SECONDS


def test_the_rounds_of_a_first_block_end_with_their_share(budget):
    budget.begin_first_block(FURTHER_SHARE)
    budget.note_rounds(ROUNDS_SHARE * 60 - 5.5 * a_round())
    assert budget.rounds(calls(0.01), [])[0] == 5


def test_the_estimate_learns_what_calls_take(budget):
    small, large, larger = contests(10**5, 10**6, 5 * 10**6)
    before = budget.estimate([larger])
    for contest, call_ns in ((small, 1e7), (large, 1e8)):
        budget.note_call(contest.cases[0], call_ns)
    assert budget.estimate([larger]) == pytest.approx(before + 3 * 0.5, rel=0.01)


def test_the_estimate_leaves_out_what_will_be_skipped(budget):
    small, large, hopeless = contests(10**5, 10**6, 10**9)
    before = budget.estimate([hopeless])
    for contest, call_ns in ((small, 1e6), (large, 1e7)):
        budget.note_call(contest.cases[0], call_ns)
    assert budget.predict_ns(hopeless.cases[0]) > 1e9
    assert budget.estimate([hopeless]) == before


def test_a_resumed_run_knows_what_the_earlier_one_saw(budget):
    small, large, unseen = (contest.cases[0] for contest in contests(10**5, 10**6, 10**7))
    budget.note_earlier(
        [
            Result(case=small, status="ok", samples=[Sample(0, 0, 9_000_000, 0, 2), Sample(1, 0, 2_000_000, 0, 2)]),
            Result(case=large, status="ok", samples=[Sample(0, 0, 10_000_000, 0, 1)]),
            Result(case=unseen, status="timeout"),
        ]
    )
    assert budget.predict_ns(unseen) == pytest.approx(1e8, rel=0.01)


@pytest.mark.parametrize("field", ["implementation", "dtype", "threads", "device"])
def test_what_a_case_took_says_nothing_of_another(budget, field):
    case = contests(1000)[0].cases[0]
    budget.note_call(case, 5.0)
    other = {"threads": 7}.get(field, "other" if field != "dtype" else "float32")
    assert budget.predict_ns(case) == 5
    assert budget.predict_ns(replace(case, **{field: other})) is None
