"""Which cases are measured, which only control, which end before anything is timed."""

import sys

import pytest

from rooflinear.bench.commands.options import build
from rooflinear.bench.commands.requests import CaseRequest
from rooflinear.bench.gate.margins import LARGE, PINNED, Margins
from rooflinear.bench.gate.plan import FEW_CONTROLS, plan, same_sources
from rooflinear.bench.gate.records import Side
from rooflinear.bench.gate.revisions import Revision, sources
from rooflinear.bench.machine import machine
from rooflinear.bench.suites import suite

from ..made import NUMPY, OPERATIONS, write_suite

pytestmark = pytest.mark.usefixtures("trusted")

IMPORTS = "from ._helper import two\n" + NUMPY.replace("2 * x", "two * x")
INNER = IMPORTS.replace("._helper", "._help.inner")


@pytest.fixture
def sides(tmp_path):
    """Makes two suites; ``old`` is in both, ``new`` changes the second (None takes a file away)."""

    def make(old=None, new=None):
        files = {"base": old or {}, "head": {**(old or {}), **(new or {})}}
        return [opened(write_suite(tmp_path / name / "kernels", **files[name])) for name in files]

    return make


def opened(folder):
    return Revision(Side(label=folder.parent.name), suite.load(folder), sys.executable, {}, sources(folder))


def planned(base, head, allowed=(), judge_all=False, **typed):
    options = build(head.suite, CaseRequest(**{"preset": "quick", "threads": ("1",), "seed": "1"} | typed))
    return plan(base, head, options, Margins(0.02), list(allowed), judge_all)


def told(found):
    return {each.case.implementation: each.verdict for each in found.settled}


def test_where_nothing_changed_a_few_control(sides):
    pair = sides({f"other{number}": NUMPY for number in range(20)})
    found = planned(*pair)
    assert found.nothing_changed
    assert len(found.measured) == FEW_CONTROLS
    assert all(each.unchanged and not each.copied for each in found.measured)
    assert len(found.settled) == 2 * 21 - FEW_CONTROLS
    assert {(each.verdict, each.reason, each.unchanged) for each in found.settled} == {
        ("not compared", "same sources, packages and interpreter on both sides, and not chosen as a control", True)
    }
    chosen = [{each.case.key for each in planned(*pair, seed=str(seed)).measured} for seed in (1, 2)]
    assert chosen[0] != chosen[1]


def test_where_nothing_changed_in_a_small_suite_all_control(sides):
    found = planned(*sides({"other": NUMPY}))
    assert (len(found.measured), found.settled, found.nothing_changed) == (4, (), True)


def test_where_nothing_changed_what_cannot_run_here_is_no_control(sides):
    lacks = {f"lacks{number}": "import nosuchmodule\n" + NUMPY for number in range(20)}
    on_gpu = {"on_gpu": NUMPY + '\nDEVICE = "cuda"\n', "cupy": NUMPY.replace('"numpy"', '"cupy"')}
    found = planned(*sides({**lacks, **on_gpu}))
    assert {each.case.implementation for each in found.measured} == {"plain"}


def test_where_nothing_changed_and_nothing_can_run_that_is_tried(sides):
    lacks = {"plain": "import nosuchmodule\n" + NUMPY}
    assert {each.case.implementation for each in planned(*sides(lacks)).measured} == {"plain"}


def test_a_kernel_that_comes_is_a_change(sides):
    found = planned(*sides({f"other{number}": NUMPY for number in range(20)}, {"comes": NUMPY}))
    assert not found.nothing_changed
    assert len(found.measured) == FEW_CONTROLS


def test_where_all_are_judged_the_same_code_is_not_spared(sides):
    found = planned(*sides({"other": NUMPY}), judge_all=True)
    assert not any(each.unchanged for each in found.measured)
    assert sum(each.copied for each in found.measured) == max(1, round(0.1 * len(found.measured)))


def test_of_what_did_not_change_a_tenth_controls(sides):
    others = {f"other{number}": NUMPY for number in range(20)}
    found = planned(*sides(others, {"plain": "# A remark.\n" + NUMPY}))
    changed = [each for each in found.measured if not each.unchanged]
    unchanged = [each for each in found.measured if each.unchanged]
    assert {each.case.implementation for each in changed} == {"plain"}
    assert sum(each.copied for each in changed) == 1
    assert len(unchanged) == round(0.1 * 20 * len(changed))
    assert len(found.settled) == 20 * len(changed) - len(unchanged)
    assert {each.verdict for each in found.settled} == {"not compared"}


def test_the_controls_rotate_with_the_seed(sides):
    pair = sides({f"other{number}": NUMPY for number in range(20)}, {"plain": "# A remark.\n" + NUMPY})
    chosen = {
        frozenset(each.case.key for each in planned(*pair, seed=str(seed)).measured if each.unchanged)
        for seed in range(5)
    }
    assert len(chosen) > 1


def test_what_comes_and_what_goes(sides):
    found = planned(*sides({"goes": NUMPY}, {"goes": None, "comes": NUMPY}))
    assert told(found) == {"goes": "missing", "comes": "appeared"}
    assert {each.reason for each in found.settled} == {
        f"{side} does not have it; if this is on purpose: --allow-missing PATTERN" for side in ("base", "head")
    }


@pytest.mark.parametrize("pattern", ["other", "oth*", "double/other *"])
def test_what_went_on_purpose_is_allowed(sides, pattern):
    found = planned(*sides({"other": NUMPY}, {"other": None}), allowed=[pattern])
    assert told(found) == {"other": "not compared"}
    assert {each.case.implementation for each in found.measured} == {"plain"}


@pytest.mark.parametrize(
    "stated", ['sizes=("m",), parameters={"power": 1}', 'sizes=("m", "k")'], ids=["parameters", "sizes"]
)
def test_an_operation_that_means_another_thing_is_changed(sides, stated):
    operations = OPERATIONS.replace('sizes=("m",)', stated)
    found = planned(*sides(new={"operations": operations}))
    assert set(told(found).values()) == {"changed"}
    assert not found.measured
    assert all("--allow-missing" in each.reason for each in found.settled)
    assert set(told(planned(*sides(new={"operations": operations}), allowed=["plain"])).values()) == {"not compared"}


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ({}, {}, True),
        ({}, {"plain": "# A remark.\n" + NUMPY}, False),
        ({"plain": IMPORTS, "_helper": "two = 2"}, {"_helper": "two = 2.0"}, False),
        ({"plain": IMPORTS, "_helper": "two = 2"}, {}, True),
        ({"__init__": ""}, {"__init__": "import os"}, False),
        ({"other": NUMPY}, {"other": NUMPY + "# A remark."}, True),
        ({"other": NUMPY + "import importlib"}, {"other": NUMPY + "import importlib  #"}, False),
        ({"plain": INNER, "_help/inner": "two = 2"}, {"_help/inner": "two = 2.0"}, False),
        ({"plain": INNER, "_help/inner": "two = 2", "_help/__init__": ""}, {"_help/__init__": "import os"}, False),
        ({"plain": INNER, "_help/inner": "two = 2"}, {}, True),
        ({"other": INNER, "_help/inner": "two = 2"}, {"_help/inner": "two = 2.0"}, True),
        ({"operations": f"{OPERATIONS}from ._help import inner\n", "_help/inner": ""}, {"_help/inner": "#"}, True),
        ({"other": INNER, "_help/inner": "import sys; sys.path"}, {"_help/inner": "import sys; sys.path[0]"}, False),
        ({"_help/inner": "two = 2"}, {"_help/inner": "two = 2.0"}, False),
        ({"other": NUMPY + "# read_text"}, {"other": NUMPY + "# read_text #"}, False),
    ],
    ids=[
        "nothing",
        "itself",
        "its helper",
        "helper alike",
        "package",
        "another",
        "another, and who knows who reads it",
        "its helper in a folder",
        "the package of its helper",
        "helper in a folder alike",
        "another's helper in a folder",
        "a helper in a folder of the operations",
        "another's, that may import by other means",
        "a file in a folder that no import shows",
        "read by what reads files",
    ],
)
def test_sources_are_the_same_with_all_they_read(sides, old, new, same):
    base, head = sides(old, new)
    assert same_sources(base.suite, head.suite, "plain") is same


def test_a_case_whose_helper_in_a_folder_changed_is_compared_not_spared(sides):
    found = planned(*sides({"other": INNER, "_help/inner": "two = 2"}, {"_help/inner": "two = 2.0"}))
    spared = {each.case.implementation: each.unchanged for each in found.measured}
    assert spared == {"other": False, "plain": True}


def test_data_beside_the_sources_counts(sides):
    base, head = sides()
    (head.suite.folder / "table.bin").write_bytes(b"\x00")
    assert not same_sources(base.suite, head.suite, "plain")


def test_another_interpreter_makes_every_case_a_changed_one(sides):
    base, head = sides()
    other = Revision(head.side, head.suite, "another-python", {}, head.sources)
    assert not any(each.unchanged for each in planned(base, other).measured)


def test_only_the_caches_are_asked_for_and_once(sides, monkeypatch):
    asked = []
    monkeypatch.setattr(machine, "caches", lambda: asked.append("caches") or {"L1d": 2**10, "L2": 2**20})
    monkeypatch.setattr(machine, "describe", lambda: pytest.fail("the whole machine was described"))
    assert len(planned(*sides({"other": NUMPY})).measured) > 1
    assert asked == ["caches"]


@pytest.mark.parametrize(("cache_bytes", "margin"), [(2**40, PINNED), (1, LARGE)])
def test_what_exceeds_a_cores_share_of_the_largest_cache_has_the_margin_of_large_data(
    sides, monkeypatch, cache_bytes, margin
):
    monkeypatch.setattr(machine, "caches", lambda: {"L1d": 1, "L2": cache_bytes})
    base, head = sides({"other": NUMPY})
    options = build(head.suite, CaseRequest(preset="quick", threads=("1",), seed="1"))
    assert {each.margin for each in plan(base, head, options, Margins(), [], False).measured} == {margin}
