"""Series from numbers against one anchor, or several that are chained."""

import math
import random

import pytest

from rooflinear.bench.history.chained import UNJOINED, Chained, overlap
from rooflinear.bench.history.history_records import Anchor, Measured
from rooflinear.bench.history.records import Commit

from ..made_commits import chain

CASE = "case"
NOISE = [-0.009, -0.006, -0.003, -0.001, 0.001, 0.003, 0.006, 0.009]


def line(commit, anchor, ratio=None, **more):
    """A commit that is ``ratio`` times as slow as its anchor."""
    noise = random.Random(f"{commit} {anchor}").sample(NOISE, 8)
    numbers = {} if ratio is None else {CASE: [math.log(ratio) + each for each in noise]}
    return Measured(commit=Commit(commit), anchor=anchor, numbers=numbers, margins={CASE: 0.02}, **more)


def series(lines, anchors=("c00",), count=6):
    return Chained(chain(count), lines, [Anchor(each, "c05") for each in anchors]).series(CASE)


def ratios(found):
    return {each.commit: each.ratio for each in found.points}


def test_the_anchor_is_one_and_others_are_ratios_to_it():
    found = series([line("c01", "c00", 1.1), line("c03", "c00", 1.2)])
    assert ratios(found) == pytest.approx({"c00": 1.0, "c01": 1.1, "c03": 1.2})
    assert (found.points[0].low, found.points[0].high) == (1.0, 1.0)
    point = found.points[1]
    assert point.low < 1.1 < point.high
    assert (point.blocks, point.chain, point.same_as, found.margin) == (8, 0, "", 0.02)


def test_a_commit_with_known_code_has_the_numbers_of_the_other():
    found = series([
        line("c01", "c00", 1.1), line("c02", "c00", same_as={CASE: "c01"}), line("c03", "c00", same_as={CASE: "c00"}),
    ])  # fmt: skip
    assert ratios(found) == pytest.approx({"c00": 1.0, "c01": 1.1, "c02": 1.1, "c03": 1.0})
    assert [each.same_as for each in found.points] == ["", "", "c01", "c00"]


def test_a_commit_without_the_case_says_why():
    found = series([
        line("c01", "c00", 1.1), line("c02", "c00", fault="its build failed"), line("c03", "c00", lost={CASE: "wrong"}),
        line("c04", "c00"),
    ])  # fmt: skip
    assert list(ratios(found)) == ["c00", "c01"]
    assert found.lost == {"c02": "its build failed", "c03": "wrong", "c04": "it does not have this case"}


def test_a_new_anchor_is_joined_through_commits_measured_against_both():
    lines = [line("c01", "c00", 1.1), line("c02", "c00", 1.2), line("c01", "c02", 1.1 / 1.2), line("c04", "c02", 1.3)]
    chained = Chained(chain(6), lines, [Anchor("c00", "c05"), Anchor("c02", "c05")])
    found = chained.series(CASE)
    assert ratios(found) == pytest.approx({"c00": 1.0, "c01": 1.1, "c02": 1.2, "c04": 1.56}, rel=0.004)
    assert [each.chain for each in found.points] == [0, 0, 0, 1]
    (link,) = chained.links()
    assert (link.earlier, link.later, link.commits) == ("c00", "c02", ["c01", "c02"])
    assert link.ratio == pytest.approx(1.2, rel=0.004)
    assert link.low < 1.2 < link.high


def test_the_error_of_the_chain_is_added_to_the_interval():
    lines = [line("c02", "c00", 1.2), line("c04", "c02", 1.3)]
    chained = Chained(chain(6), lines, [Anchor("c00", "c05"), Anchor("c02", "c05")])
    (link,), point = chained.links(), chained.series(CASE).points[-1]
    alone = Chained(chain(6), [line("c04", "c00", 1.3)], [Anchor("c00", "c05")]).series(CASE).points[-1]
    assert point.high / point.ratio == pytest.approx(alone.high / alone.ratio * link.high / link.ratio)
    assert point.low / point.ratio == pytest.approx(alone.low / alone.ratio * link.low / link.ratio)


def test_numbers_of_the_same_code_join_two_anchors_once():
    lines = [
        line("c01", "c00", 1.1), line("c02", "c00", same_as={CASE: "c01"}), line("c01", "c03", 1.0),
        line("c02", "c03", same_as={CASE: "c01"}), line("c04", "c03", 1.0),
    ]  # fmt: skip
    (link,) = Chained(chain(6), lines, [Anchor("c00", "c05"), Anchor("c03", "c05")]).links()
    assert link.commits == ["c01"]


def test_a_case_that_nothing_joins_says_so():
    lines = [line("c01", "c00", 1.1), line("c04", "c03", 1.3)]
    found = Chained(chain(6), lines, [Anchor("c00", "c05"), Anchor("c03", "c05")]).series(CASE)
    assert list(ratios(found)) == ["c00", "c01"]
    assert found.lost == {"c03": UNJOINED, "c04": UNJOINED}


def test_a_case_that_came_later_begins_at_its_first_anchor():
    found = series([line("c01", "c00"), line("c04", "c03", 1.3)], anchors=("c00", "c03"))
    assert ratios(found) == pytest.approx({"c03": 1.0, "c04": 1.3})


def test_the_newest_commits_of_different_code_overlap():
    lines = [
        line(f"c{n:02}", "c00", fault="broken" if n == 4 else "", codes={CASE: code}, ratio=None if n == 4 else 1.0)
        for n, code in enumerate("abccd")
    ]
    known = {each.commit.name: each for each in lines}
    assert [each.name for each in overlap(chain(6), known, 2)] == ["c03", "c01"]
