"""What becomes of a case at the end: controls that fire, disturbed rounds, sides that were lost."""

import math
import random
from dataclasses import replace

import msgspec
import pytest

from rooflinear.bench.errors import Lost
from rooflinear.bench.gate.allowed import Named, one_sided
from rooflinear.bench.gate.paired_rounds import Reading
from rooflinear.bench.gate.plan import Planned
from rooflinear.bench.gate.records import SAME, verdict_of
from rooflinear.bench.gate.tracks import Track, results
from rooflinear.bench.records import Case


def readings(ratio, count, dropped=0, seed=1):
    rng = random.Random(seed)
    return [
        Reading(ratio + rng.gauss(0, 0.003), ratio + rng.gauss(0, 0.003), 1e5, 1e5, 32, dropped) for _ in range(count)
    ]


def track(number=0, log_ratio=0.0, side="head", unchanged=False, blocks=16, **changes):
    case = Case("kernels", "predict", "numpy", {"m": number}, {}, "float64", 1, "cpu")
    found = Track(Planned(case, 0.02, unchanged=unchanged, copied=side == "copy"), side, 0.02)
    found.screen, found.confirm = readings(log_ratio, 6), readings(log_ratio, blocks, seed=2)
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def test_a_slower_case_is_slower_and_a_quiet_control_says_nothing():
    cases, controls = results([track(1, 0.08), track(2, 0.0, blocks=0), track(2, 0.0, "copy", blocks=0)])
    assert [each.verdict for each in cases] == ["slower", "equivalent"]
    assert [(each.kind, each.fired) for each in controls] == [("copy", False)]
    assert cases[0].blocks == 16
    assert verdict_of(cases, controls)[0] == "slower"


@pytest.mark.parametrize("control", [{"side": "copy"}, {"unchanged": True}])
def test_where_the_same_code_is_called_slower_nothing_is(control):
    cases, controls = results([track(1, 0.08), track(2, -0.2), track(3, 0.08, **control)])
    assert {each.verdict for each in cases} == {"inconclusive"}
    assert all("compare again" in each.reason for each in cases)
    assert [each.fired for each in controls] == [True]
    assert verdict_of(cases, controls)[0] == "inconclusive"


def test_a_faster_control_fires_not():
    cases, controls = results([track(1, -0.08, unchanged=True)])
    assert [each.verdict for each in cases] == ["faster"]
    assert not controls[0].fired


def test_rounds_that_were_disturbed_make_a_case_inconclusive():
    restless = track(1, 0.08, screen=readings(0.08, 6, dropped=7), confirm=readings(0.08, 16, dropped=7))
    cases, _ = results([restless])
    assert cases[0].verdict == "inconclusive"
    assert "154 of 704 rounds were disturbed" in cases[0].reason


@pytest.mark.parametrize(
    ("log_ratio", "control", "verdict"),
    [(0.08, 0.0, "slower"), (-0.08, 0.0, "faster"), (0.08, 0.07, "inconclusive"), (0.08, -0.07, "inconclusive")],
)
def test_a_case_beyond_all_blocks_of_the_same_code_is_told_in_spite_of_disturbed_rounds(log_ratio, control, verdict):
    restless = {"screen": readings(log_ratio, 6, dropped=20), "confirm": readings(log_ratio, 16, dropped=20)}
    same = track(2, side="copy", screen=[*readings(0.0, 5), *readings(control, 1)], confirm=[])
    cases, _ = results([track(1, **restless), same])
    assert cases[0].verdict == verdict


def test_a_control_in_another_unit_says_nothing_of_disturbed_rounds():
    same = track(2, side="copy", confirm=[])
    same.screen = [replace(each, unit="bytes") for each in same.screen]
    restless = {"screen": readings(0.08, 6, dropped=20), "confirm": readings(0.08, 16, dropped=20)}
    assert results([track(1, **restless), same])[0][0].verdict == "inconclusive"


UNEXPORTED = Lost("missing", "no _core", unexported=True)


@pytest.mark.parametrize(
    ("lost", "verdict"),
    [
        ({"head": Lost("wrong", "outside the bound")}, "broken"),
        ({"base": Lost("wrong", "outside"), "head": Lost("wrong", "outside")}, "broken"),
        ({"head": Lost("crashed", "signal 11")}, "broken"),
        ({"head": Lost("timeout", "over 60 s")}, "broken"),
        ({"base": Lost("timeout", "over 60 s"), "head": Lost("timeout", "over 60 s")}, "not compared"),
        ({"base": Lost("missing", "no torch"), "head": Lost("missing", "no torch")}, "not compared"),
        ({"head": Lost("unsupported", "no float32")}, "missing"),
        ({"base": Lost("unsupported", "no float32")}, "appeared"),
        ({"base": UNEXPORTED, "head": UNEXPORTED}, "broken"),
        ({"base": Lost("missing", "no torch"), "head": Lost("unsupported", "no float32")}, "not compared"),
        ({"copy": Lost("crashed", "signal 11")}, "broken"),
    ],
)
def test_a_side_that_was_lost_is_said(lost, verdict):
    cases, _ = results([track(1, lost=lost)])
    assert cases[0].verdict == verdict
    assert all(cases[0].reason.count(reason) == 1 for reason in {each.reason for each in lost.values()})
    assert verdict_of(cases, [])[0] == "incomplete"


@pytest.mark.parametrize("lost", [{"head": Lost("crashed", "signal 11")}, {"head": Lost("missing", "no torch")}])
def test_a_case_that_was_lost_on_the_way_has_no_numbers(lost):
    [case] = results([track(1, lost=lost)])[0]
    assert (case.ratio, case.low, case.high, case.blocks, case.screen, case.confirm) == (
        None,
        None,
        None,
        0,
        None,
        None,
    )


@pytest.mark.parametrize("blocks", [0, 1, 5])
def test_what_the_time_did_not_reach_is_inconclusive_and_has_no_numbers(blocks):
    screen = readings(0.0, blocks)
    [case] = results([track(1, unreached="not reached within --time-budget", screen=screen, confirm=[])])[0]
    assert (case.verdict, case.reason) == ("inconclusive", "not reached within --time-budget")
    assert (case.ratio, case.low, case.high, case.blocks, case.screen) == (None, None, None, 0, None)


def test_what_only_its_confirmation_did_not_reach_has_the_screens_numbers():
    [case] = results([track(1, 0.05, unreached="left open", confirm=[])])[0]
    assert (case.verdict, case.blocks, case.confirm) == ("inconclusive", 6, None)
    assert case.ratio == pytest.approx(math.exp(0.05), rel=0.01)


@pytest.mark.parametrize("blocks", [0, 16], ids=["screen", "confirmation"])
def test_inconclusive_inside_the_margin_says_why(blocks):
    confirm = readings(0.0, blocks, dropped=20)
    [case] = results([track(1, screen=readings(0.0, 6, dropped=20), confirm=confirm)])[0]
    assert case.verdict == "inconclusive"
    assert 1 / 1.02 < case.low < case.high < 1.02
    assert case.reason.startswith("its interval lies inside the margin, but ")
    [case] = results([track(1, 0.08, screen=readings(0.08, 6, dropped=20), confirm=[])])[0]
    assert "inside the margin" not in case.reason


@pytest.mark.parametrize(
    ("verdicts", "run"),
    [
        (["slower", "missing"], "incomplete"),
        (["slower", "inconclusive"], "slower"),
        (["faster", "inconclusive"], "inconclusive"),
        (["faster", "equivalent", "not slower", "not compared"], "not slower"),
        (["not compared"], "incomplete"),
        ([], "incomplete"),
    ],
)
def test_the_worst_prevails(verdicts, run):
    result = results([track(1)])[0][0]
    cases = [msgspec.structs.replace(result, verdict=verdict) for verdict in verdicts]
    assert verdict_of(cases, [])[0] == run


ABSENT = dict.fromkeys(("base", "head"), Lost("missing", "no module named torch"))


def test_where_nothing_was_compared_the_reasons_are_told():
    cases, _ = results([track(1, lost=ABSENT), track(2, lost=ABSENT)])
    told = "nothing was compared: neither side can run it: missing: no module named torch"
    assert verdict_of(cases, []) == ("incomplete", told)
    others = dict.fromkeys(("base", "head"), Lost("unsupported", "no float32"))
    cases, _ = results([track(1, lost=ABSENT), track(2, lost=others)])
    assert verdict_of(cases, []) == ("incomplete", f"{told} (and 1 more reason)")


def test_unchanged_cases_alone_do_not_speak_for_what_changed():
    alone = [track(1, lost=ABSENT), track(2, unchanged=True, blocks=0)]
    verdict, reason = verdict_of(*results(alone))
    assert verdict == "incomplete"
    assert reason == "nothing that changed was compared: neither side can run it: missing: no module named torch"
    beside = [*alone, track(3, blocks=0)]
    assert verdict_of(*results(beside))[0] == "not slower"
    same = [track(1, lost=ABSENT, unchanged=True), track(2, unchanged=True, blocks=0)]
    assert verdict_of(*results(same))[0] == "not slower"


def test_what_was_allowed_to_be_missing_is_no_failed_try():
    """Whatever its reason says: only a case that neither side could run leaves unchanged cases alone."""
    cases, controls = results([track(2, unchanged=True, blocks=0)])
    gone = one_sided(Named(track(1).planned.case), "missing", "neither side can run it: gone", 0.02, ["*"])
    assert (gone.verdict, gone.tried) == ("not compared", False)
    assert verdict_of([gone, *cases], controls)[0] == "not slower"


def test_where_all_is_equal_nothing_is_slower_however_restless():
    verdict = ("not slower", f"{SAME}: there is nothing to compare")
    assert verdict_of(*results([track(1, unchanged=True, blocks=0)])) == verdict
    restless = track(1, unchanged=True, screen=readings(0.0, 6, dropped=20), confirm=[])
    assert verdict_of(*results([restless])) == verdict
    assert SAME not in verdict_of(*results([track(1, unchanged=True, blocks=0), track(2, blocks=0)]))[1]
