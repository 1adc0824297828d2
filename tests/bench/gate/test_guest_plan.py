"""Which benchmarks of another tool's suite are compared, and what is said of the others."""

import pytest

from rooflinear.bench.gate.guest_plan import named, plan
from rooflinear.bench.gate.margins import Margins, read
from rooflinear.bench.guests.messages import Listed, Listing

FILE = "tests/test_a.py"


def listing(name, **more):
    return Listing(id=f"{FILE}::{name}", file=f"/suite/{FILE}", **more)


def planned(base, head, *, failed=None, unchanged=(), allowed=(), margins=None):
    """``base`` and ``head`` are names or listings; ``failed`` has what a side cannot read."""
    sides = {
        side: Listed([listing(each) if isinstance(each, str) else each for each in found], (failed or {}).get(side, {}))
        for side, found in (("base", base), ("head", head))
    }
    return plan(sides, {f"{FILE}::{each}" for each in unchanged}, margins or read(None, None), allowed, 1)


def settled(found):
    names = {case: name.partition("::")[2] for case, name in found.ids.items()}
    return {names[each.case]: (each.verdict, each.reason) for each in found.plan.settled}


def measured(found):
    return sorted(found.ids[each.case].partition("::")[2] for each in found.plan.measured)


def test_what_both_sides_have_is_measured():
    found = planned(["a", "b", "c"], ["c", "b", "a"])
    assert measured(found) == ["a", "b", "c"]
    assert settled(found) == {}
    assert set(found.files.values()) == {f"/suite/{FILE}"}
    assert sum(each.copied for each in found.plan.measured) == 1
    assert not any(each.unchanged for each in found.plan.measured)


@pytest.mark.parametrize(
    ("base", "head", "verdict", "reason"),
    [
        (["a", "b"], ["a"], "missing", "head does not have it; if this is on purpose: --allow-missing PATTERN"),
        (["a"], ["a", "b"], "appeared", "base does not have it; if this is on purpose: --allow-missing PATTERN"),
    ],
)
def test_what_one_side_has_is_told(base, head, verdict, reason):
    found = planned(base, head)
    assert (measured(found), settled(found)) == (["a"], {"b": (verdict, reason)})


@pytest.mark.parametrize("pattern", ["*::b", "tests/*", f"{FILE}::b"])
def test_what_one_side_has_may_be_allowed(pattern):
    found = planned(["a", "b"], ["a"], allowed=[pattern])
    told = "head does not have it, which --allow-missing allows"
    assert settled(found) == {"b": ("not compared", told)}


def test_what_a_side_cannot_read_is_why_it_lacks_a_benchmark():
    found = planned([], ["a"], failed={"base": {FILE: "ImportError: no name f"}})
    told = f"base cannot read {FILE}: ImportError: no name f"
    assert settled(found)["a"][0] == "appeared"
    assert settled(found)["a"][1].startswith(told)


def test_another_file_that_cannot_be_read_is_no_reason():
    found = planned([], ["a"], failed={"base": {"tests/test_b.py": "ImportError: no name f"}})
    assert settled(found)["a"][1].startswith("base does not have it")


def test_what_cannot_be_measured_is_told_whichever_side_has_it():
    refused = listing("a", refused="a test without a benchmark fixture")
    for base, head in (([refused], [refused]), ([refused], []), ([], [refused])):
        assert settled(planned(base, head)) == {"a": ("not compared", "a test without a benchmark fixture")}


def test_equal_code_is_measured_as_controls():
    found = planned(["a", "b"], ["a", "b"], unchanged=["a", "b"])
    assert [(each.unchanged, each.copied) for each in found.plan.measured] == [(True, False)] * 2


def test_equal_code_is_said_beside_tests_that_are_no_benchmarks():
    """Else a suite with one such test would be undecided where nothing changed."""
    sides = ["a", listing("b", refused="a test without a benchmark fixture")]
    found = planned(sides, sides, unchanged=["a", "b"])
    assert found.plan.remark.endswith("are equal; measured as controls: 1 of 2 cases")
    assert planned(sides, sides).plan.remark == ""


def test_benchmarks_that_nothing_changed_for_are_controls_of_the_others():
    names = [f"test_{number}" for number in range(20)]
    found = planned(names, names, unchanged=names[1:])
    assert found.ids[next(each.case for each in found.plan.measured if not each.unchanged)] == f"{FILE}::test_0"
    assert sum(each.unchanged for each in found.plan.measured) == 2
    assert [each.unchanged for each in found.plan.settled] == [True] * 17
    assert found.plan.remark == ""


def test_margins_are_those_of_the_cases():
    found = planned(["a"], ["a"], margins=Margins(0.07))
    assert [each.margin for each in found.plan.measured] == [0.07]


def test_no_two_benchmarks_are_one_case():
    cases = named(
        [
            listing("t[1]", param="1", params={"n": 1}),
            listing("t[2]", param="2", params={"n": 2}),
            Listing(id="other.py::t[1]", param="1", params={"n": 1}),
            listing("C::t"),
        ]
    )
    assert len(set(cases)) == 4


def test_nothing_on_either_side_is_an_empty_plan():
    found = planned([], [])
    assert (found.ids, found.plan.measured, found.plan.settled) == ({}, (), ())
