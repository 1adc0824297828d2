"""A comparison as lines, Markdown, annotations and JUnit: complete, and inert whatever a kernel is called."""

import re
from xml.etree import ElementTree

import pytest

from rooflinear.reports import comparison_text as text

from .made_comparison import comparison


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
