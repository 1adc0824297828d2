"""A commit against its anchor, and two neighbours, without a process."""

import math

import pytest

from rooflinear.bench.errors import BuildFailed, UsageError
from rooflinear.bench.history.history_records import Anchor
from rooflinear.bench.history.nominations import Nomination

from ..made_commits import Commits, label

ANCHOR = Anchor("c00", "c09")


def measured(commits, number, *known, patterns=(), strict=False):
    return commits.meter(*patterns).measure(commits.chain[number], ANCHOR, known, strict)


def test_every_case_is_played_as_often_as_asked():
    commits = Commits(10, a={2: 0.1}, b={3: 0.0})
    line = measured(commits, 4)
    assert {name: len(each) for name, each in line.numbers.items()} == {label("a"): 8, label("b"): 8}
    assert sum(line.numbers[label("a")]) / 8 == pytest.approx(math.log(1.1), abs=0.006)
    assert (line.commit, line.anchor, line.margins[label("a")]) == (commits.chain[4], "c00", 0.02)
    assert commits.opened == [("c00", "c04")]
    assert commits.suites == ["c09"]
    assert {each[:2] for each in commits.played} == {("c00", "c04")}


def test_code_of_the_anchor_is_not_measured():
    line = measured(Commits(10, a={5: 0.1}, b={3: 0.0}), 4)
    assert line.same_as == {label("a"): "c00"}
    assert list(line.numbers) == [label("b")]


def test_code_that_was_measured_is_not_measured_again():
    commits = Commits(10, a={2: 0.1}, b={3: 0.0, 6: 0.0})
    first, second = (measured(commits, number) for number in (4, 5))
    again = measured(commits, 7, first, second)
    assert again.same_as == {label("a"): "c05"}
    assert list(again.numbers) == [label("b")]


def test_numbers_against_another_anchor_are_no_reference():
    commits = Commits(10, a={2: 0.1})
    first = commits.meter().measure(commits.chain[4], Anchor("c01", "c09"), ())
    assert measured(commits, 5, first).same_as == {}


def test_a_case_that_a_commit_lacks_or_breaks_is_lost():
    line = measured(Commits(10, wrong={1: 0.0}, b={1: 0.0}, lacks={"b": ["c04"]}), 4)
    assert line.lost == {label("wrong"): "head: wrong: outside the bound", label("b"): "head does not have it"}
    assert line.numbers == {}


def test_a_commit_that_cannot_be_built_is_a_fault():
    commits = Commits(10, broken=["c04"], a={1: 0.0})
    assert measured(commits, 4).fault == "c04: its build failed"
    with pytest.raises(BuildFailed):
        measured(commits, 4, strict=True)


def test_patterns_choose_cases():
    commits = Commits(10, a={1: 0.0}, b={1: 0.0})
    assert list(measured(commits, 4, patterns=["*/b *"]).numbers) == [label("b")]
    with pytest.raises(UsageError, match=r"no case matches \*/z"):
        measured(commits, 4, patterns=["*/z *"], strict=True)


def test_many_disturbed_rounds_are_told():
    assert measured(Commits(10, dropped=1, a={1: 0.0}), 4).disturbed == [label("a")]
    assert measured(Commits(10, a={1: 0.0}), 4).disturbed == []


def test_numbers_of_a_commit_do_not_depend_on_what_was_measured_before():
    commits = Commits(10, a={1: 0.0, 5: 0.0})
    meter = commits.meter()
    meter.measure(commits.chain[6], ANCHOR, ())
    line = meter.measure(commits.chain[4], ANCHOR, ())
    assert line.numbers == measured(commits, 4).numbers
    assert line.seed != meter.measure(commits.chain[6], ANCHOR, ()).seed


def test_a_case_is_measured_by_each_measure_and_small_memory_has_a_wide_margin():
    commits = Commits(10, measures=("time", "memory"), large={2: 0.8}, a={2: 0.1})
    commits.memory = 2.0**20
    line = measured(commits, 4)
    assert {name: round(math.exp(sum(of) / len(of)), 1) for name, of in line.numbers.items()} == {
        label("large"): 1.8, f"{label('large')} memory": 1.8, label("a"): 1.1, f"{label('a')} memory": 1.0,
    }  # fmt: skip
    assert line.margins == {
        label("large"): 0.02, f"{label('large')} memory": 0.5, label("a"): 0.02, f"{label('a')} memory": 0.5,
    }  # fmt: skip
    later = measured(commits, 5, line)
    assert later.same_as == dict.fromkeys(line.numbers, "c04")


def nomination(name, before="c04", after="c05"):
    return Nomination(label(name), before, after, math.log(1.05), 0.02, [0.05, 0.051, 0.049, 0.05, 0.052, 0.048])


def test_neighbours_are_compared_in_the_nominated_cases_with_one_control():
    commits = Commits(10, a={5: 0.05}, b={5: 0.05}, c={5: 0.0})
    line = commits.meter().compare([nomination("a"), nomination("b")], 2, 3, "c09")
    assert (line.call, line.before, line.after) == (3, "c04", "c05")
    assert [each.label for each in line.cases] == [label("a"), label("b")]
    planned = nomination("a").blocks(2)
    assert {name: len(each) for name, each in line.readings.items()} == {label("a"): planned, label("b"): planned}
    copies = {name: {each.copy is None for each in of} for name, of in line.readings.items()}
    assert copies == {label("a"): {False}, label("b"): {True}}


def test_neighbours_that_cannot_be_compared_say_why():
    lacking = Commits(10, a={5: 0.05}, b={5: 0.05}, lacks={"b": ["c05"]})
    line = lacking.meter().compare([nomination("a"), nomination("b"), nomination("z")], 3, 1, "c09")
    assert line.lost == {label("b"): "head does not have it"}
    assert sorted(each.label for each in line.cases) == sorted([label("a"), label("b"), label("z")])
    broken = Commits(10, broken=["c05"], a={5: 0.05}).meter().compare([nomination("a")], 1, 1, "c09")
    assert broken.fault == "c05: its build failed"
    assert [each.label for each in broken.cases] == [label("a")]
