"""How benchmarks of other tools are named, and why some are not compared."""

import pytest

from rooflinear.bench.gate import guest_plan, margins
from rooflinear.bench.gate.paired_rounds import BASE, HEAD
from rooflinear.bench.guests.messages import Listed, Listing
from rooflinear.bench.interop import asv
from rooflinear.bench.interop.names import cases_of


def of_asv(name, **params):
    full = f"{name}({', '.join(params.values())})" if params else name
    return Listing(id=full, name=name, params=params, file="b/io.py")


def test_asv_benchmarks_have_the_names_that_its_files_give_them():
    listings = [of_asv("io.Sort.time_sort", m="10", kind="'a'"), of_asv("io.Sort.time_sort", m="20", kind="'a'")]
    cases = guest_plan.named(listings)
    assert [case.label for case in cases] == ["io.Sort.time_sort m=10 kind='a'", "io.Sort.time_sort m=20 kind='a'"]
    assert cases == cases_of([asv.described_as(each.name, each.params, each.id) for each in listings])


def test_our_own_suite_in_asv_has_our_names():
    (case,) = guest_plan.named([of_asv("quick.Gradient.time_gradient", which="'numpy'", sizes="'m=100 n=2'")])
    assert (case.operation, case.implementation, case.sizes) == ("gradient", "numpy", {"m": 100, "n": 2})


def test_benchmarks_of_two_scripts_with_one_name_are_told_apart():
    listings = [Listing(id=f"{script}::dumps", name="dumps", file=script) for script in ("bm_a.py", "bm_b.py")]
    assert [case.label for case in guest_plan.named(listings)] == ["dumps", "dumps benchmark=bm_b.py::dumps"]


def planned(base, head):
    found = guest_plan.plan({BASE: base, HEAD: head}, (), margins.read("2%", None), [], 0)
    return {found.ids[each.case]: each for each in found.plan.settled}, [
        found.ids[each.case] for each in found.plan.measured
    ]


SCRIPT = [Listing(id="bm.py::a", name="a", file="bm.py"), Listing(id="ok.py::b", name="b", file="ok.py")]


def test_a_script_that_fails_on_one_side_breaks_its_benchmarks_there_with_its_words():
    settled, measured = planned(Listed(SCRIPT), Listed(SCRIPT, failed={"bm.py": "ValueError: bad"}))
    assert settled["bm.py::a"].verdict == "broken"
    assert settled["bm.py::a"].reason == "head: its script fails: ValueError: bad"
    assert measured == ["ok.py::b"]


def test_a_script_that_fails_on_both_sides_is_told_and_not_judged():
    failing = Listed(SCRIPT, failed={"bm.py": "ValueError: bad"})
    settled, _ = planned(failing, failing)
    assert settled["bm.py::a"].verdict == "not compared"
    assert "both sides: ValueError: bad" in settled["bm.py::a"].reason


@pytest.mark.parametrize("file", ["b/io.py", "b/__init__.py"])
def test_benchmarks_of_a_file_that_one_side_cannot_import_say_so(file):
    settled, _ = planned(Listed([of_asv("io.time_x")]), Listed([], failed={file: "ImportError: no new"}))
    assert settled["io.time_x"].verdict == "missing"
    assert settled["io.time_x"].reason.startswith(f"head cannot read {file}: ImportError: no new")


def test_a_file_that_fails_elsewhere_is_not_the_reason():
    settled, _ = planned(Listed([of_asv("io.time_x")]), Listed([], failed={"c/__init__.py": "ImportError: no new"}))
    assert settled["io.time_x"].reason.startswith("head does not have it")
