"""What to do after a comparison is said first, with its reason, its exit status and what the machine did."""

import msgspec
import pytest

from rooflinear.bench.gate.records import Control, verdict_of
from rooflinear.reports.comparison import comparison_advice as advice
from rooflinear.reports.comparison import comparison_text

from ..made_comparison import comparison


def judged(*verdicts, **changes):
    """A comparison of these cases, with the verdict that the gate gives for them."""
    made = comparison(verdicts)
    verdict, reason = verdict_of(made.cases, made.controls)
    return msgspec.structs.replace(made, verdict=verdict, reason=reason, **changes)


def test_safe_to_merge():
    found = judged("equivalent", "faster")
    assert advice.action(found) == "Safe to merge"
    assert advice.why(found) == "No case is slower by more than its margin."
    assert advice.standing(found).startswith("Exit status 0 (no case is slower). Margin 2.0%")
    assert advice.looked_at(found) == []


def test_look_at_what_is_slower_by_name():
    found = judged("slower", "equivalent")
    slower = [each.case.label for each in found.cases if each.verdict == "slower"]
    assert len(slower) == 2
    assert advice.action(found) == "Look at these 2 cases first"
    assert all(label in advice.why(found) for label in slower)
    assert not any(label in advice.why(found, listed=True) for label in slower)
    assert "Exit status 1 (a case is slower)" in advice.standing(found)


def test_what_cannot_be_compared_is_named_with_its_remedy():
    found = judged("broken", "equivalent")
    assert advice.action(found) == "Look at these 2 cases first"
    assert "--allow-missing" in advice.why(found)
    assert "Exit status 4" in advice.standing(found)
    nothing = msgspec.structs.replace(judged("not compared"))
    assert nothing.verdict == "incomplete"
    assert advice.action(nothing) == "Mend what stopped the comparison, then run it again"


def test_run_again_because_of_the_spread():
    found = judged("inconclusive", "equivalent")
    assert advice.action(found) == "Run it again"
    assert advice.why(found).startswith("Because 2 of 4 cases could not be decided: ")
    undecided = [each for each in found.cases if each.verdict == "inconclusive"]
    most = max(each.confirm.spread for each in undecided)
    [text] = [text for text in advice.restless(found) if text.startswith("Pairs of processes")]
    assert f"{most:.1%}" in text
    assert "2 cases could not be decided" in text


def test_a_control_that_was_called_slower_is_tied_to_the_verdict():
    made = judged("equivalent")
    fired = [msgspec.structs.replace(each, fired=True) for each in made.controls]
    verdict, reason = verdict_of(made.cases, fired)
    found = msgspec.structs.replace(made, controls=fired, verdict=verdict, reason=reason)
    assert advice.action(found) == "Run it again"
    text, *_ = advice.restless(found)
    assert fired[0].result.case.label in text
    assert "no case is called slower or faster" in text


def test_dropped_rounds_are_told_as_a_share():
    made = judged("equivalent")
    stage = msgspec.structs.replace(made.cases[0].screen, rounds=150, dropped=50)
    cases = [msgspec.structs.replace(made.cases[0], screen=stage)]
    found = msgspec.structs.replace(made, cases=cases, controls=[])
    assert advice.restless(found) == [
        "33.3% of the rounds were disturbed by other programs; they do not count in any verdict."
    ]


def test_two_files_are_better_compared_in_turns():
    assert "rooflinear compare BASE HEAD" in advice.why(judged("inconclusive", method="unpaired"))


@pytest.mark.parametrize("part", ["markdown", "page"])
def test_a_case_of_unchanged_sources_stands_once(part):
    from rooflinear.reports.comparison.comparison_page import html

    made = judged("slower", "equivalent")
    same = msgspec.structs.replace(next(each for each in made.cases if each.verdict == "equivalent"), unchanged=True)
    cases = [same if each.case == same.case else each for each in made.cases]
    controls = [*made.controls, Control(kind="unchanged", result=same, fired=False)]
    found = msgspec.structs.replace(made, cases=cases, controls=controls)
    if part == "markdown":
        label = comparison_text._escaped(same.case.label)
        assert comparison_text.markdown(found).count(f"| {label} |") == 1
    else:
        page = html(found).decode()
        assert page.count("<details data-verdict") + page.count('<details id="case-') == len(cases) + 1


def test_the_comment_begins_with_what_to_do():
    found = judged("slower", "equivalent")
    lines = comparison_text.markdown(found).split("\n\n")
    assert lines[0].startswith("## rooflinear: Slower")
    assert lines[1].startswith("**Look at these 2 cases first.**")
    assert "Exit status 1" in lines[1]
