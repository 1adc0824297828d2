"""A run keeps to its time: fewer rounds when time is short, further blocks where they fit."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from rooflinear.bench import suite, sweep
from rooflinear.bench.budget import FEWEST_ROUNDS, RESERVE_SECONDS, Budget
from rooflinear.bench.contest import SLICE_NS
from rooflinear.bench.records import Result, Sample
from rooflinear.bench.sweep import Options

SMOOTHING = suite.load(Path(__file__).resolve().parents[2] / "examples" / "smoothing")
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


def ready(*call_ms):
    return [SimpleNamespace(call_ns=ms * 1e6) for ms in call_ms]


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


def test_without_a_budget_no_part_ends(clock):
    endless = Budget(SMOOTHING, options(None), clock)
    endless.begin_part(2)
    clock.pass_(1e9)
    assert endless.seconds_left() is None


def test_without_a_budget_time_is_never_spent(clock):
    endless = Budget(SMOOTHING, options(None), clock)
    clock.pass_(1e9)
    assert (endless.seconds_left(), endless.is_spent()) == (None, False)
    assert endless.rounds(ready(0.01), contests(10, 20)) == QUICK_ROUNDS


def test_with_time_enough_all_rounds_are_played(budget):
    assert budget.rounds(ready(0.01, 5), []) == QUICK_ROUNDS


def test_rounds_shrink_when_time_is_short(budget, clock):
    clock.pass_(60 - RESERVE_SECONDS - 3.5 * SLICE_NS / 1e9)
    assert budget.rounds(ready(0.01), []) == 3


def test_rounds_shrink_for_what_is_still_to_come(budget):
    each = budget.estimate(contests(10))
    later = contests(*range(10, 10 + round(60 / each)))
    assert budget.rounds(ready(0.01), later) == FEWEST_ROUNDS


@pytest.mark.parametrize("seconds", [54.99, 60, 1000])
def test_rounds_never_fall_below_the_fewest(budget, clock, seconds):
    clock.pass_(seconds)
    assert budget.rounds(ready(0.01, 40), []) == FEWEST_ROUNDS


def test_long_calls_do_not_cost_the_others_their_rounds(budget):
    """They sit out later rounds themselves."""
    assert budget.rounds(ready(0.01, 5000), []) == QUICK_ROUNDS


def test_nobody_ready_needs_no_time(budget):
    assert budget.rounds([], []) == QUICK_ROUNDS


def chosen_after(budget, spent, left, start_seconds=0.0):
    planned = list(enumerate(contests(10, 20, 30, 40)))
    for (index, contest), seconds in zip(planned, spent, strict=True):
        budget.note_contest(index, seconds, contest)
    budget._clock.pass_(60 - RESERVE_SECONDS - left)
    return [index for index, _ in budget.choose(planned, start_seconds)]


def test_a_further_block_plays_the_cheapest_contests_that_fit_in_their_order(budget):
    assert chosen_after(budget, [9, 2, 5, 1], left=8.5) == [1, 2, 3]


def test_a_further_block_pays_for_starting_its_workers(budget):
    assert chosen_after(budget, [9, 2, 5, 1], left=8.5, start_seconds=2) == [1, 3]


def test_a_further_block_plays_everything_where_everything_fits(budget):
    assert chosen_after(budget, [9, 2, 5, 1], left=17) == [0, 1, 2, 3]


def test_a_further_block_plays_nothing_when_time_is_spent(budget):
    assert chosen_after(budget, [9, 2, 5, 1], left=-1) == []


def test_without_a_budget_a_further_block_plays_everything(clock):
    planned = list(enumerate(contests(10, 20)))
    assert Budget(SMOOTHING, options(None), clock).choose(planned, 1e9) == planned


def test_the_estimate_learns_what_calls_take(budget):
    small, large, larger = contests(10**5, 10**6, 5 * 10**6)
    before = budget.estimate([larger])
    for contest, call_ns in ((small, 1e7), (large, 1e8)):
        budget.note_call(contest.cases[0], call_ns)
    assert budget.estimate([larger]) == pytest.approx(before + 4 * 0.5, rel=0.01)


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
