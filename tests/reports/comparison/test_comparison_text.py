"""A comparison as lines, Markdown, annotations and JUnit: complete, and inert whatever a kernel is called."""

import re
from xml.etree import ElementTree

import msgspec
import pytest

from rooflinear.bench.gate.records import verdict_of
from rooflinear.reports.comparison import comparison_text as text

from ..made_comparison import comparison, replay


@pytest.fixture(scope="module")
def found():
    return comparison()


@pytest.fixture(scope="module")
def hostile():
    return comparison(hostile=True)


def test_the_cases_made_have_the_verdicts_they_were_made_for(found):
    assert {each.verdict for each in found.cases} >= {"slower", "faster", "equivalent", "broken", "not compared"}


def test_lines_tell_what_needs_a_person_first(found):
    lines = text.terminal(found).splitlines()
    assert lines[0] == "Slower: 2 of 12 cases are slower by more than their margin"
    named = [line.split()[0] for line in lines if re.match(r"  \w+ +\w+/\w+ ", line)]
    assert named[0] == "broken"
    assert named == sorted(named, key=text.ORDER.index)
    assert "equivalent" not in named
    assert "1 control (the same code on both sides), none called slower" in lines


def test_a_ratio_is_printed_with_what_it_is_of(found):
    slower = next(each for each in found.cases if each.verdict == "slower")
    printed = f"head/base {text.numbers(slower)}"
    assert f"{printed} in 32 blocks, margin 2.0%" in text.terminal(found)
    assert any(printed in line for line in text.annotations(found))
    assert printed in text.junit(found)
    assert "| head/base (90 % interval) |" in text.markdown(found)


def test_lines_tell_why_cases_were_not_compared(found):
    lines = text.terminal(found).splitlines()
    absent = [each for each in found.cases if each.verdict == "not compared"]
    place = next(number for number, line in enumerate(lines) if line.startswith("  not compared "))
    assert lines[place] == f"  not compared {', '.join(each.case.label for each in absent)}"
    assert lines[place + 1].strip() == "neither side can run it: missing: no module named torch"


def test_many_cases_with_one_reason_are_told_once():
    many = comparison(verdicts=["equivalent", *["not compared"] * 40])
    lines = text.terminal(many).splitlines()
    assert sum("no module named torch" in line for line in lines) == 1
    assert any(line.endswith(" and 77 more") for line in lines)


def test_where_nothing_was_compared_every_form_fails():
    empty = nothing_compared()
    told = "Cannot be compared: nothing was compared: neither side can run it: missing: no"
    assert text.terminal(empty).startswith(told)
    assert text.annotations(empty)[0].startswith("::error title=rooflinear::Cannot be compared: nothing was compared")
    root = ElementTree.fromstring(text.junit(empty))
    assert (root.attrib["tests"], root.attrib["errors"], root.attrib["skipped"]) == ("3", "1", "2")
    assert "no module named torch" in root.find(".//error").attrib["message"]


def nothing_compared():
    made = comparison(verdicts=["not compared"])
    verdict, reason = verdict_of(made.cases, [])
    return msgspec.structs.replace(made, verdict=verdict, reason=reason, controls=[])


def test_lines_cannot_steer_a_terminal(hostile):
    shown = text.terminal(hostile)
    assert "\x1b" not in shown
    assert "\x00" not in shown
    assert max(map(len, shown.splitlines())) <= text.LONGEST


def test_markdown_has_every_case_once_and_folds_what_is_well(found):
    shown = text.markdown(found)
    for each in found.cases:
        assert shown.count(f"| {text._escaped(each.case.label)} |") == 1
    before, folded = shown.split("<details>", 1)
    assert "| slower |" in before
    assert "| equivalent |" not in before
    assert "| equivalent |" in folded


def test_markdown_is_inert(hostile):
    shown = text.markdown(hostile)
    assert "<script" not in shown
    assert "@team" not in shown
    rows = [line for line in shown.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {9}


def test_annotations_name_the_file_and_cannot_be_broken_out_of(found, hostile):
    lines = text.annotations(found)
    assert lines[0].startswith("::error title=rooflinear::Slower")
    assert any(line.startswith("::error file=kernels/numpy.py,title=slower%3A gradient/numpy::") for line in lines)
    assert not any("equivalent" in line for line in lines)
    assert all(line.startswith("::") and "\n" not in line for line in text.annotations(hostile))
    assert all(line.count("::error::%0A") == 0 for line in text.annotations(hostile))


def test_junit_counts_what_it_holds(found, hostile):
    for each in (found, hostile):
        root = ElementTree.fromstring(text.junit(each))
        cases = root.findall(".//testcase")
        assert int(root.attrib["tests"]) == len(cases) == len(each.cases)
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(root.attrib[attribute]) == len(root.findall(f".//{tag}"))
        failed = {case.attrib["name"] for case in cases if case.find("failure") is not None}
        assert failed == {result.case.label for result in each.cases if result.verdict == "slower"}


THEN = "then slower, head/base 1.116 (1.104 – 1.127) in 12 blocks"
OF_EARLIER = "replays the 10 confirmed cases of earlier.json, measured 2026-11-23 03:00:00 UTC on bench-9"


def test_a_replay_says_in_lines_what_was_found_then_and_now():
    found = replay()
    lines = text.terminal(found).splitlines()
    assert lines[2] == f"  {OF_EARLIER}"
    again = next(each for each in found.cases if each.recurrence == "recurs" and each.verdict == "slower")
    place = lines.index(f"  recurs       {again.case.label}")
    assert lines[place + 1].strip().startswith(f"now slower, head/base {text.numbers(again)} in 32 blocks, margin 2.0%")
    assert lines[place + 2].strip() == THEN
    assert "2 broken, 4 recurs, 2 inconclusive, 2 did not recur" in lines
    assert sum(line.startswith("  did not recur gradient/") for line in lines) == 2


def test_a_replay_says_in_every_other_form_what_was_found_then():
    found = replay()
    table = text.markdown(found)
    assert f"; {OF_EARLIER}." in table
    assert "| base → head | then | reason |" in table
    assert "| slower, head/base 1.116 (1.104 – 1.127) in 12 blocks |" in table
    cases = table.partition("Controls</summary>")[0].splitlines()
    widths = {line.count(" | ") for line in cases if line.startswith("| ") and "gradient/" in line}
    assert widths == {8}
    again, gone = (ElementTree.fromstring(text.junit(found)).iter(tag) for tag in ("failure", "system-out"))
    assert all(each.attrib["message"].startswith("recurs: head/base ") for each in again)
    assert [THEN in each.text for each in gone if each.text.startswith("did not recur: ")] == [True, True]
    assert sum("title=recurs%3A" in line and THEN in line for line in text.annotations(found)) == 2


def test_what_is_no_replay_says_nothing_of_one(found):
    assert text.replays(found) == text.then(found.cases[0]) == ""
    assert "then" not in text.markdown(found)


def test_a_case_by_another_measure_is_named_with_it_in_every_form():
    made = comparison(verdicts=["slower"])
    cases = [msgspec.structs.replace(each, measure="memory") for each in made.cases]
    found = msgspec.structs.replace(made, cases=cases)
    label = f"{cases[0].case.label} memory"
    for shown in (text.terminal(found), text.markdown(found), text.junit(found), text.annotations(found)[1]):
        assert label in shown
