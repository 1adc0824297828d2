"""The turns of a contender: what the parent's clock says of the worker's, and what goes with a turn."""

import pytest

from rooflinear.bench.errors import Lost
from rooflinear.bench.processes.protocol import Done
from rooflinear.bench.processes.worker_messages import Warmed
from rooflinear.bench.records import Sample
from rooflinear.bench.runner import contender, turns

from .fake_slot import MS, ROUND, ended, played, slices, tried, turn


@pytest.fixture(autouse=True)
def no_turn_is_drawn_to_be_judged(monkeypatch):
    monkeypatch.setattr(contender, "DRAW", lambda: 1.0)


def test_a_clock_that_agrees_in_few_turns_and_tells_far_less_in_the_others_is_wrong():
    def now_and_then(slot, request):
        return slices(told=1.0 if request.round == ROUND else 0.2)(slot, request)

    result = ended(Slice=now_and_then)
    assert (result.status, result.samples) == ("wrong", [])
    assert "its clock disagrees with the harness's in most turns" in result.reason


@pytest.mark.parametrize("told", [0.4, 0.0, 2.0])
def test_a_worker_whose_clock_disagrees_with_the_parents_is_wrong(told):
    result = ended(Slice=slices(told=told))
    assert (result.status, result.samples) == ("wrong", [])
    assert "its clock disagrees" in result.reason


def test_answers_delayed_now_and_then_are_no_disagreement():
    def delayed(slot, request):
        return slices(overhead_ns=50 * MS if request.round == ROUND + 1 else 0)(slot, request)

    assert ended(Slice=delayed).status == "ok"


def test_reading_counters_between_slices_is_no_disagreement():
    assert ended(Slice=slices(overhead_ns=2_400_000, between=0.4)).status == "ok"


def test_a_clock_that_says_its_slices_lay_between_them_is_wrong():
    result = ended(Slice=slices(told=0.1, between=0.9))
    assert (result.status, result.samples) == ("wrong", [])
    assert "its clock disagrees" in result.reason


def test_where_all_answers_come_a_little_late_all_turns_are_kept():
    result = ended(Slice=slices(overhead_ns=2 * MS))
    assert (result.status, len(result.samples)) == ("ok", 4 * 2 * 6)


def test_where_all_but_two_answers_come_a_little_late_all_turns_are_kept():
    def late(slot, request):
        return slices(overhead_ns=0 if request.round in (ROUND, ROUND + 1) else 2 * MS)(slot, request)

    result = ended(Slice=late)
    assert (result.status, sorted({each.round for each in result.samples})) == ("ok", [8, 9, 10, 11])


TICK = 4 * MS


def counted(wall_ns, cpu_ns):
    return Sample(0, 0, wall_ns, cpu_ns, 1, {})


def test_what_other_threads_used_is_counted_at_ticks_and_shows_no_impossible_time(monkeypatch):
    monkeypatch.setattr(turns, "first_cores", lambda threads: list(range(threads)))
    samples = [counted(2 * MS, 2 * MS + ticks * 15 * TICK) for ticks in (0, 1, 1)]
    turns.require_possible_times(samples, 16)
    assert turns.cores_kept_busy(samples, 16) == 1


def test_a_clock_too_slow_is_seen_beside_ticks_of_a_second_thread(monkeypatch):
    monkeypatch.setattr(turns, "first_cores", lambda threads: list(range(threads)))
    with pytest.raises(Lost, match=r"6\.0 busy cores, it has 2"):
        turns.require_possible_times([counted(MS, 10 * MS)] * 3, 2)
    turns.require_possible_times([counted(MS, MS + TICK)] * 3, 2)


LATE = 20 * MS
"""More than a turn of the fake worker takes."""


def test_answers_that_waited_for_a_core_in_every_turn_are_no_disagreement():
    assert ended(Slice=slices(overhead_ns=LATE, waited_ns=LATE)).status == "ok"
    assert ended(Slice=slices(overhead_ns=LATE)).status == "wrong"


def test_a_worker_that_computed_more_than_it_told_did_not_wait():
    assert ended(Slice=slices(overhead_ns=LATE, waited_ns=LATE, computed_ns=LATE)).status == "wrong"


def test_turns_whose_answers_came_too_late_are_not_kept():
    def delayed_at_first(slot, request):
        return slices(overhead_ns=50 * MS if request.round < ROUND + 4 else 0)(slot, request)

    (result,), slot = played(Slice=delayed_at_first)
    assert (result.status, sorted({sample.round for sample in result.samples})) == ("ok", [12, 13, 14])
    assert slot.asked.count("Slice") == 2 * 4 + 3


def test_a_turn_whose_answer_came_too_late_is_played_again_in_its_round():
    late = iter([True])

    def delayed_once(slot, request):
        return slices(overhead_ns=50 * MS if request.round == ROUND + 1 and next(late, False) else 0)(slot, request)

    (result,), slot = played(Slice=delayed_once)
    assert sorted({sample.round for sample in result.samples}) == [8, 9, 10, 11]
    assert slot.asked.count("Slice") == 5


def test_a_clock_that_tells_hardly_any_time_in_two_turns_is_wrong():
    def twice(slot, request):
        return slices(told=0.1 if request.round == ROUND + 1 else 1.0)(slot, request)

    result = ended(Slice=twice)
    assert (result.status, result.samples) == ("wrong", [])
    assert "its clock disagrees with the harness's in some turns" in result.reason


def test_a_single_turn_that_tells_hardly_any_time_is_not_kept():
    once = iter([True])

    def now(slot, request):
        return slices(told=0.1 if request.round == ROUND + 1 and next(once, False) else 1.0)(slot, request)

    result = ended(Slice=now)
    assert (result.status, sorted({sample.round for sample in result.samples})) == ("ok", [8, 9, 10, 11])


@pytest.mark.parametrize("told", [0.3, 0.75])
def test_turns_of_a_wrong_clock_are_not_kept_where_most_are_right(told):
    def now_and_then(slot, request):
        return slices(told=told if request.round == ROUND + 1 else 1.0)(slot, request)

    result = ended(Slice=now_and_then)
    assert (result.status, sorted({sample.round for sample in result.samples})) == ("ok", [8, 10, 11])


def test_slices_that_come_out_short_are_counted_anew():
    """Calls were counted while somebody held the machine."""
    (result,), slot = played(
        WarmUp=Warmed(60 * MS, True),
        Slice=lambda slot, request: turn(slot, request, 1000),
        Trial=lambda slot, request: tried(slot, request, 1000),
    )
    assert {each.calls for each in result.samples} == {1250}
    assert slot.asked.count("Slice") == 5


def test_calls_far_shorter_than_predicted_fill_a_turn_too():
    (result,), slot = played(WarmUp=Warmed(20 * MS, True))
    assert [sum(each.round == ROUND + index for each in result.samples) for index in range(4)] == [6] * 4
    assert slot.asked.count("Slice") == 5


def test_inputs_are_placed_anew_as_often_as_it_takes_little():
    def slow(slot, request):
        slot.now_ns += 100 * MS
        return Done()

    assert played(Reload=slow)[1].asked.count("Reload") == 1


def test_a_neighbour_s_pid_goes_with_every_turn():
    watched = []

    def noted(slot, request):
        watched.append(request.watch)
        return turn(slot, request, MS)

    played(Slice=noted)
    assert watched == [[4711]] * 4
