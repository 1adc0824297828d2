"""What repeatability counts, on runs of known errors."""

import math

import pytest

from rooflinear.reports.repeatability import agreement
from rooflinear.reports.repeatability.agreement import ALL, SPEEDUP, TIME, covers, intervals, value_of, winners
from rooflinear.reports.repeatability.agreement_groups import against_idle, groups
from rooflinear.reports.repeatability.agreement_text import text

from ..made_trials import case, contest, normal_runs, trial

BOTH = pytest.mark.parametrize("quantity", [TIME, SPEEDUP])


def of_all(trials, quantity):
    return intervals(trials, quantity)[0]


@BOTH
def test_intervals_as_wide_as_the_error_cover_as_often_as_they_say(quantity):
    found = of_all(normal_runs(told=0.05), quantity)
    assert found.covered == pytest.approx(0.95, abs=0.012)
    assert found.in_first == pytest.approx(0.834, abs=0.02)
    assert found.half_width == pytest.approx(math.expm1(1.96 * 0.05), rel=1e-6)
    assert found.apart == pytest.approx(math.expm1(0.6745 * 0.05 * math.sqrt(2)), rel=0.1)


@BOTH
def test_intervals_that_are_too_narrow_are_seen(quantity):
    found = of_all(normal_runs(told=0.0125), quantity)
    assert 0.3 < found.covered < 0.45


def test_every_pair_of_runs_counts_once():
    runs = normal_runs(told=0.05, runs=4, cases=5)
    assert of_all(runs, SPEEDUP).pairs == 6 * 5
    assert of_all(runs, SPEEDUP).intervals == 4 * 5
    assert of_all(runs, TIME).intervals == 4 * 10
    assert of_all(runs[:1], SPEEDUP).covered is None


def test_only_the_sides_that_face_each_other_count():
    low = value_of(1.0, 0.99, 1.5, "x")
    high = value_of(1.4, 1.39, 9.0, "x")
    assert covers(low, high)
    assert covers(high, low)
    narrow = value_of(1.0, 0.2, 1.01, "x")
    assert not covers(narrow, high)
    assert not covers(high, narrow)


def test_a_value_without_an_interval_is_counted_apart():
    bare = case(kind="too few samples")
    bare = type(bare)(bare.implementation, 100.0, None, None, "too few samples", 2.0, None, None, "x", 1, False)
    found = of_all([trial([contest([case("numpy"), bare])])] * 2, SPEEDUP)
    assert (found.intervals, found.pairs, found.covered) == (0, 1, None)


def test_kinds_are_counted_apart():
    runs = [trial([contest([case("numpy"), case("a", kind="k"), case("b", kind=kind)])]) for kind in ("k", "l")]
    assert {each.kind: each.pairs for each in intervals(runs, SPEEDUP)} == {ALL: 2, "different": 1, "k": 1, "l": 0}


@pytest.mark.parametrize(
    ("numpy", "numba", "times", "speedups"),
    [(False, False, 2, 1), (False, True, 1, 0), (True, False, 1, 0)],
)
def test_what_is_disturbed_is_left_out(numpy, numba, times, speedups):
    made = trial([contest([case("numpy", disturbed=numpy), case("numba", disturbed=numba)])])
    assert len(agreement.values(made, TIME)) == times
    assert len(agreement.values(made, SPEEDUP)) == speedups


def called(winner, verdict="ahead", runner_up="c"):
    return trial([contest([case("numpy"), case("a"), case("b")], winner, runner_up, verdict)])


@pytest.mark.parametrize(
    ("other", "same", "allowed", "contradicted"),
    [
        (called("a"), 1, 0, 0),
        (called("a", "within noise"), 1, 0, 0),
        (called("b", "within noise", runner_up="a"), 0, 1, 0),
        (called("b", "within noise", runner_up="c"), 0, 0, 0),
    ],
)
def test_a_winner_ahead_is_the_same_allowed_or_gone(other, same, allowed, contradicted):
    found = winners([called("a"), other])
    ahead = 1 + (other.contests[0].verdict == "ahead")
    assert (found.ahead, found.ahead_same) == (ahead, same * ahead)
    assert (found.allowed, found.contradicted) == (allowed, contradicted)
    assert (found.pairs, found.same) == (1, same)


def test_two_that_are_ahead_contradict_each_other_both_ways():
    found = winners([called("a"), called("b")])
    assert (found.ahead, found.ahead_same, found.contradicted, found.same) == (2, 0, 2, 0)


def test_contests_of_several_processes_are_counted_apart():
    known = contest([case("numpy", blocks=2), case("a")], size=1)
    other = contest([case("numpy", blocks=1), case("a")], size=2)
    runs = [trial([known, other])] * 2
    assert winners(runs).pairs == 2
    assert winners(runs, several=True).pairs == 1


@pytest.mark.parametrize(("order", "expected"), [("abcd", 1.0), ("dcba", -1.0)])
def test_ranks_are_those_of_times(order, expected):
    first = trial([contest([case(name, 10 + place) for place, name in enumerate("abcd")])])
    second = trial([contest([case(name, 7 * 2**place) for place, name in enumerate(order)])])
    assert agreement.rank_correlations([first, second]) == pytest.approx([expected])


def test_few_timed_have_no_rank_correlation():
    assert agreement.rank_correlations([called("a"), called("a")]) == []


def under_load(factors, **changes):
    cases = [case(f"i{number}", 100 * factor) for number, factor in enumerate(factors)]
    return trial([contest([*cases, case("marked", 5000, disturbed=True)])], load=2, **changes)


def test_load_is_held_against_the_median_of_idle_runs():
    idle = [trial([contest([case(f"i{number}", 100 * run) for number in range(4)])]) for run in (0.9, 1.0, 1.2)]
    found = against_idle([under_load([1.0, 1.4, 3.0])], idle)
    assert (found.wanted, found.kept, found.off) == (4, 3, 1)
    (worst,) = found.worst
    assert worst.ratio == 3.0
    assert worst.case == "gradient/i2 m=1000 n=10 float64 2 threads"


def test_only_the_worst_are_named():
    idle = [trial([contest([case(f"i{number}", 100) for number in range(30)])])]
    found = against_idle([under_load([2 + number for number in range(30)])], idle)
    assert found.off == 30
    assert [each.ratio for each in found.worst] == list(range(31, 21, -1))


def test_runs_are_grouped_by_machine_preset_load_and_niceness():
    runs = [trial([]), trial([], load=2), trial([], load=2, nice=19), trial([], preset="quick"), trial([])]
    found = {(each.preset, each.load, each.nice): each.runs for each in groups(runs)}
    assert found == {("quick", 0, 0): 1, ("standard", 0, 0): 2, ("standard", 2, 0): 1, ("standard", 2, 19): 1}


def test_headline_contests_need_the_baseline_and_the_three_fastest():
    four = [case("numpy", 400), case("a", 100), case("b", 200), case("c", 300), case("d", 500, blocks=1)]
    once = [case("numpy", 400), case("a", 100), case("b", 200), case("c", 300, blocks=2)]
    (found,) = groups([trial([contest(four, size=1), contest(once, size=2), contest([case("a")], size=3)])])
    assert (found.headline, found.known_well, found.contests) == (1, 2, 3)


def test_the_tables_say_what_was_counted():
    runs = [*normal_runs(told=0.05, runs=3, cases=40), under_load([1.0, 3.0], nice=19)]
    shown = text(groups(runs), runs)
    assert "standard, idle, 3 runs" in shown
    assert "standard, 2 busy at nice 19, 1 run" in shown
    assert "120 of pairs of runs; normal errors: 95 %" in shown
    assert shown.count("\n| 2026-01-02") == 4
    assert "of pairs of runs" not in shown.partition("2 busy")[2]
    assert "| of them off by more than a factor of 1.5 | 0 of 0 | none |" in shown
    widths = {line.count(" | ") for line in shown.split("\n\n")[1].splitlines()}
    assert widths == {2}


def test_no_runs_say_how_to_add_some():
    assert "--runs 2" in text([], [])
