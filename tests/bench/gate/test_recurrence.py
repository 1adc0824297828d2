"""Replays: which cases are played and confirmed again, what is said of each, and how often chance alone recurs."""

import math
import random
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from rooflinear.bench.gate import judge, recurrence
from rooflinear.bench.gate.plan import only_these
from rooflinear.bench.gate.records import CaseResult, Claim, Comparison, Control, Side
from rooflinear.bench.guests import session
from rooflinear.bench.records import Case
from rooflinear.bench.runner import slot

from .test_gate import CONFIRM, SCREEN, Compared, Machine, planned

MARGIN = 0.02


def result(name, verdict, ratio=None, low=None, high=None, **more):
    case = Case("made", "double", name, {"m": 10}, {}, "float64", 1, "cpu")
    return CaseResult(case=case, verdict=verdict, ratio=ratio, low=low, high=high, margin=MARGIN, **more)


@pytest.mark.parametrize(
    ("then", "now", "low", "high", "found"),
    [
        ("slower", "slower", 1.05, 1.06, "recurs"),
        ("faster", "faster", 0.90, 0.91, "recurs"),
        ("slower", "equivalent", 0.995, 1.004, "did not recur"),
        ("faster", "equivalent", 0.995, 1.004, "did not recur"),
        ("slower", "faster", 0.90, 0.91, "did not recur"),
        ("faster", "slower", 1.05, 1.06, "did not recur"),
        ("slower", "not slower", 1.001, 1.035, "did not recur"),
        ("slower", "not slower", 1.021, 1.035, "inconclusive"),
        ("faster", "not slower", 0.965, 1.001, "did not recur"),
        ("faster", "not slower", 0.93, 1.001, "inconclusive"),
        ("faster", "not slower", 0.965, 0.979, "inconclusive"),
        ("slower", "inconclusive", 0.99, 1.06, "inconclusive"),
        ("slower", "not slower", None, None, "inconclusive"),
        *(("slower", each, None, None, None) for each in ("missing", "appeared", "changed", "broken", "not compared")),
    ],
)
def test_what_is_said_of_a_claim(then, now, low, high, found):
    assert recurrence.recurrence(Claim(verdict=then), result("a", now, 1.0, low, high)) == found


def test_only_what_was_confirmed_is_replayed_with_the_margin_it_had():
    verdicts = ("slower", "equivalent", "faster", "not slower", "inconclusive", "broken", "not compared")
    cases = [result(each, each) for each in verdicts]
    earlier = Comparison(verdict="slower", base=Side(label="a"), head=Side(label="b"), margin=0.05, cases=cases)
    claims = recurrence.confirmed(earlier)
    assert [each.case.implementation for each in claims] == ["slower", "faster"]
    assert recurrence.margins_of(claims) == {"time": {each.case: MARGIN for each in claims}}


def test_a_case_is_replayed_by_the_measure_that_it_was_confirmed_by():
    claims = [result("a", "slower"), result("a", "slower", measure="memory")]
    assert [*recurrence.margins_of(claims)] == ["time", "memory"]
    now = [result("a", "equivalent"), result("a", "slower", measure="memory")]
    found = recurrence.replayed(claims, now[::-1])
    assert [(each.measure, each.recurrence) for each in found] == [("time", "did not recur"), ("memory", "recurs")]
    assert [each.measure for each in recurrence.replayed(claims, [])] == ["time", "memory"]


def test_each_claim_keeps_what_was_said_then_and_one_that_is_not_there_is_said_to_be_absent():
    claims = [result("a", "slower", 1.116, 1.104, 1.127, blocks=12), result("b", "slower", 1.2, 1.1, 1.3, blocks=16)]
    now = result("a", "equivalent", 1.001, 0.998, 1.004, blocks=20, reason="as it was")
    first, second = recurrence.replayed(claims, [result("c", "slower"), now])
    assert first.then == Claim(verdict="slower", ratio=1.116, low=1.104, high=1.127, blocks=12)
    assert (first.recurrence, first.ratio, first.reason) == ("did not recur", 1.001, "as it was")
    assert (second.verdict, second.recurrence, second.reason) == ("not compared", None, recurrence.NOWHERE)
    assert second.then.ratio == 1.2


def of(then, found, verdict="equivalent"):
    made = result("a", verdict, then=Claim(verdict=then))
    return CaseResult(**{name: getattr(made, name) for name in made.__struct_fields__} | {"recurrence": found})


FIRED = [Control(kind="copy", result=result("a", "slower"), fired=True)]


@pytest.mark.parametrize(
    ("cases", "controls", "verdict", "reason"),
    [
        ([of("slower", "recurs")], [], "slower", "1 of 1 confirmed slowdown recurs"),
        ([of("slower", "recurs")] * 2 + [of("slower", "did not recur")], [], "slower",
         "2 of 3 confirmed slowdowns recur"),
        ([of("slower", "did not recur")], [], "not slower", "the confirmed slowdown did not recur"),
        ([of("slower", "did not recur")] * 2, [], "not slower", "none of 2 confirmed slowdowns recurs"),
        ([of("slower", "inconclusive"), of("slower", "did not recur")], [], "inconclusive",
         "1 of 2 confirmed slowdowns could not be decided"),
        ([of("slower", "inconclusive"), of("slower", "recurs")], [], "slower", "1 of 2 confirmed slowdowns recurs"),
        ([of("slower", "recurs"), of("slower", None, "broken")], [], "incomplete",
         "1 of 2 cases could not be replayed: "),
        ([of("slower", "did not recur")], FIRED, "inconclusive", "1 of 1 controls were called slower: too much noise"),
        ([of("faster", "inconclusive")], [], "not slower", "no slowdown had been confirmed; 0 of 1 faster cases recur"),
        ([of("faster", "recurs")], [], "not slower", "no slowdown had been confirmed; 1 of 1 faster cases recurs"),
        ([of("faster", "did not recur", "slower")], [], "slower", "1 case that had been faster is slower"),
    ],
)  # fmt: skip
def test_only_slowdowns_fail_a_replay(cases, controls, verdict, reason):
    assert recurrence.verdict_of(cases, controls) == (verdict, reason)


def test_some_of_the_cases_that_are_replayed_run_against_a_copy_and_others_are_not_measured():
    cases = [planned(name, unchanged=name == "h") for name in "abcdefgh"]
    only = {each.case: 0.03 for each in cases if each.case.implementation in "bcdefgh"}
    lost = [result("a", "missing"), result("b", "missing")]
    found = only_these(cases, lost, only, SimpleNamespace(sample=lambda of, count: of[:count]))
    assert [(each.case.implementation, each.margin, each.unchanged, each.copied) for each in found.measured] == [
        (name, 0.03, False, name in "bcdef") for name in "bcdefgh"
    ]
    assert [each.case.implementation for each in found.settled] == ["b"]
    assert only_these(cases, [], {}, random.Random(1)).remark == ""


def test_every_replayed_case_is_confirmed_and_its_screen_decides_nothing():
    machine = Machine()
    machine.head = {("numba", SCREEN): 1.0, ("numba", CONFIRM): 1.1}
    compared = Compared(machine, planned("numba", copied=True), planned("numpy"), confirm_all=True)
    assert {each: found.verdict for each, found in compared.found.items()} == {"numba": "slower", "numpy": "equivalent"}
    assert {*compared.blocks(CONFIRM)} == {"numba", "numpy"}
    assert {*compared.machine.stages[CONFIRM].copied} == {False}
    assert all(each.confirm for each in compared.cases)


@pytest.mark.parametrize("effect", [0.0, MARGIN])
def test_a_slowdown_that_is_not_there_recurs_in_no_more_runs_than_the_level(effect):
    """The margin itself is the largest ratio that must not be called a recurrence."""
    rng, runs, cases, alarms = np.random.default_rng(3), 2000, 4, 0
    then = Claim(verdict="slower", ratio=1.1, low=1.09, high=1.11, blocks=12)
    for _ in range(runs):
        found = _replay(rng, cases, effect)
        alarms += any(recurrence.recurrence(then, result("a", each)) == "recurs" for each in found)
    assert alarms <= (0 if effect == 0 else 2 * judge.FAMILY_LEVEL * runs)


def test_a_slowdown_that_is_there_recurs():
    assert _replay(np.random.default_rng(4), 100, 0.1) == ["slower"] * 100


def _replay(rng, cases, effect):
    """Verdicts of one replay on normal block numbers, each case with as many blocks as its screen asks for."""
    numbers = {}
    for case in range(cases):
        screen = rng.normal(math.log1p(effect), 0.012, judge.SCREEN_BLOCKS).tolist()
        blocks = judge.confirm_blocks(screen, MARGIN, judge.FAMILY_LEVEL / cases)
        numbers[str(case)] = rng.normal(math.log1p(effect), 0.012, blocks).tolist()
    judged = judge.confirmed(numbers, dict.fromkeys(numbers, MARGIN), judge.FAMILY_LEVEL)
    return [each.verdict for each in judged.values()]


def test_the_environment_of_each_process_has_a_size_of_its_own(tmp_path):
    suite, chosen = SimpleNamespace(folder=tmp_path), SimpleNamespace(library="numpy")
    worker = slot.Slot(suite, chosen, 1, "cpu")
    place = session.Place("python", Path("suite"), tmp_path / "side")
    for made in (lambda: slot.environment(worker), lambda: session.environment(place, 1)):
        assert len({len(made()["ROOFLINEAR_PADDING"]) for _ in range(10)}) > 5
