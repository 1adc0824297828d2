"""Two files of another tool: what was slowed down is found, and what is another benchmark is not compared."""

import pytest

from rooflinear.bench import interop, store
from rooflinear.bench.errors import UsageError
from rooflinear.bench.gate.files import another_machine
from rooflinear.bench.gate.margins import Margins
from rooflinear.bench.gate.unpaired import compare_files
from rooflinear.bench.records import Case, Machine, Result, Sample

from ..interop import foreign_files as files
from .test_unpaired import a_run

IDS = ("a short one", "a long one", "a longer one")


def asv_of_classes(seconds):
    names = ("io.A.time_read", "io.B.time_read", "io.C.time_read")
    return files.asv(dict(zip(names, seconds, strict=True)))


def asv_of_parameters(seconds):
    parameters = [["Normal(mu=0, sigma=1)", "Laplace(mu=0, sigma=1)", "'Normal(mu=0, sigma=1)'"]]
    return files.asv({"d.time_draw": (seconds, parameters)})


def pytest_of_files(seconds):
    return files.pytest_benchmark(
        *(
            files.measured(f"{name}::test_sum", each)
            for name, each in zip(("a.py", "b.py", "b.py::A"), seconds, strict=True)
        )
    )


def pytest_of_ids(seconds):
    return files.pytest_benchmark(
        *(files.measured(f"t.py::test[{name}]", each) for name, each in zip(IDS, seconds, strict=True))
    )


def pytest_of_addresses(seconds):
    address = id(seconds)
    ids = [f"<function f at {hex(address + place)}>" for place in range(3)]
    return files.pytest_benchmark(
        *(
            files.measured(f"t.py::test[{name}]", each, param=name, params={"f": f"UNSERIALIZABLE[{name}]"})
            for name, each in zip(ids, seconds, strict=True)
        )
    )


def pyperf_of_names(seconds):
    return files.pyperf(dict(zip(("read/a b", "read/a c", "read/a"), seconds, strict=True)))


MADE = [asv_of_classes, asv_of_parameters, pytest_of_files, pytest_of_ids, pytest_of_addresses, pyperf_of_names]


@pytest.fixture
def compared(tmp_path):
    def compare(base, head, **options):
        paths = [files.written(tmp_path / f"{name}.json", each) for name, each in (("base", base), ("head", head))]
        return compare_files(*paths, Margins(0.02), **options)

    return compare


@pytest.mark.parametrize("slow", range(3))
@pytest.mark.parametrize("made", MADE)
def test_one_of_three_that_doubled_is_found_by_its_name(made, slow, compared, tmp_path):
    head = [1e-3, 2e-3, 3e-3]
    head[slow] *= 2
    found = compared(made([1e-3, 2e-3, 3e-3]), made(head))
    label = interop.read(tmp_path / "head.json")[1][slow].case.label
    assert [each.case.label for each in found.cases if each.verdict == "slower"] == [label]
    assert found.exit_status == 1
    assert len(found.cases) == 3
    assert [each.ratio for each in found.cases if each.case.label == label] == [pytest.approx(2)]


def test_another_version_of_a_benchmark_is_changed(compared):
    base, head = (
        files.asv({"io.time_a": ([seconds], [], version), "io.time_b": ([1e-3], [], "v")})
        for seconds, version in ((1e-3, "1"), (9e-3, "2"))
    )
    found = compared(base, head)
    (changed,) = [each for each in found.cases if each.verdict == "changed"]
    assert (changed.case.label, changed.ratio) == ("io.time_a", None)
    told = "another version of the benchmark: base 1, head 2; if this is on purpose: --allow-missing PATTERN"
    assert changed.reason == told
    assert found.exit_status == 4


def test_another_version_of_our_own_suite_under_asv_is_changed(compared):
    base, head = (
        files.asv({"quick.Gradient.time_gradient": ([1e-3], [["'numpy'"], ["'m=1 n=2'"]], version)}) for version in "12"
    )
    assert [each.verdict for each in compared(base, head).cases] == ["changed"]


@pytest.mark.parametrize("version", [None, "v"])
def test_a_version_that_one_side_does_not_tell_is_no_change(version, compared):
    base, head = (files.asv({"io.time_a": ([1e-3], [], each)}) for each in (version, "v"))
    assert [each.verdict for each in compared(base, head).cases] != ["changed"]


def test_a_file_of_asv_without_benchmarks_json_is_matched_by_the_place_of_parameters(tmp_path):
    told = {"io.time_f": {"type": "time", "param_names": ["engine", "n"]}}
    row = {"io.time_f": ([1e-3] * 4, [["'a'", "'b'"], ["10", "20"]])}
    base = files.asv_folder(tmp_path / "with", row, told)
    head = files.asv_folder(tmp_path / "without", row)
    found = compare_files(base, head, Margins(0.02))
    assert len(found.cases) == 4
    assert all(each.ratio == 1 for each in found.cases)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"num_cpu": "8"}, "cores: 2 and 8"),
        ({"machine": "b"}, "name: a and b"),
        ({"cpu": "another"}, "processor: a CPU and another"),
        ({"ram": "32505856"}, "memory: 23.5 and 31 GiB"),
        ({"machine": "b", "num_cpu": "4"}, "name: a and b, cores: 2 and 4"),
    ],
)
def test_a_refusal_names_what_differs_between_machines(other, told, compared):
    base, head = files.asv({"io.time_a": 1e-3}), files.asv({"io.time_a": 1e-3}, machine=other)
    with pytest.raises(UsageError, match="are from different machines") as caught:
        compared(base, head)
    assert f"({told})" in str(caught.value)


def test_memory_in_kilobytes_is_the_same_memory(compared):
    base, head = (files.asv({"io.time_a": 1e-3}, machine={"ram": ram}) for ram in ("25276502016", "24684084"))
    assert [each.ratio for each in compared(base, head).cases] == [1.0]


def test_what_is_not_told_is_no_difference():
    assert another_machine(Machine(name="a", system="", cpu="", cores_available=0), a_run().machine) == ""


def test_a_time_that_is_none_on_one_side_is_broken(compared):
    base, head = (
        files.pytest_benchmark(files.measured("t.py::a", each), files.measured("t.py::b", 1e-3))
        for each in ([0.02] * 20, [0.0] * 18 + [0.015625] * 2)
    )
    found = {each.case.label: each for each in compared(base, head).cases}
    assert found["t.py::a"].verdict == "broken"
    assert "head: unsupported: the clock is too coarse" in found["t.py::a"].reason


def test_a_group_under_another_name_is_the_same_benchmark(compared):
    base, head = (files.pytest_benchmark(files.measured("t.py::a", 1e-3, group=each)) for each in ("old", None))
    assert [each.ratio for each in compared(base, head).cases] == [1.0]


@pytest.mark.parametrize("pattern", ["t.py::test_gone*", "*gone?10?", "sums/*"])
def test_a_missing_one_may_be_allowed_by_its_full_name(pattern, compared):
    gone = files.measured("t.py::test_gone[10]", 1e-3, group="sums", param="10", params={"n": 10})
    stays = files.measured("t.py::stays", 1e-3)
    base, head = files.pytest_benchmark(gone, stays), files.pytest_benchmark(stays)
    assert {each.verdict for each in compared(base, head).cases} >= {"missing"}
    assert not {"missing"} & {each.verdict for each in compared(base, head, allow_missing=[pattern]).cases}


GONE = files.measured("t.py::test_gone[10]", 1e-3, group="sums", param="10", params={"n": 10})
STAYS = files.measured("t.py::stays", 1e-3)


def test_a_pattern_that_fits_a_full_name_is_used_and_a_misspelt_one_is_told(compared):
    base, head = files.pytest_benchmark(GONE, STAYS), files.pytest_benchmark(STAYS)
    found = compared(base, head, allow_missing=["t.py::test_gone*", "t.py::test_gne*"])
    told = [text for text in found.warnings if "--allow-missing" in text]
    assert told == ["--allow-missing 't.py::test_gne*' matches no case of this comparison"]
    (gone,) = [each for each in found.cases if each.verdict == "not compared"]
    assert gone.reason == "only in base, which --allow-missing allows"


def test_what_only_head_has_is_told_with_the_remedy(compared):
    found = compared(files.pytest_benchmark(STAYS), files.pytest_benchmark(GONE, STAYS))
    (new,) = [each for each in found.cases if each.verdict == "appeared"]
    assert new.reason == "only in head; if this is on purpose: --allow-missing PATTERN"


def test_another_version_of_a_benchmark_may_be_allowed(compared):
    base, head = (files.asv({"io.time_a": ([1e-3], [], version), "io.time_b": ([1e-3], [], "v")}) for version in "12")
    found = compared(base, head, allow_missing=["io.time_a"])
    assert {each.case.label: each.verdict for each in found.cases}["io.time_a"] == "not compared"


def test_contenders_of_a_group_are_compared_on_another_machine(compared):
    def run(node, factor):
        content = files.pytest_benchmark(
            *(
                files.measured(f"t.py::test_{name}", seconds * factor, group="sums")
                for name, seconds in (("ours", 1e-3), ("theirs", 2e-3))
            ),
            files.measured("t.py::test_else", 1e-3, group="reads"),
        )
        return {**content, "machine_info": {"node": node}}

    found = compared(run("a", 1), run("b", 3), allow_other_machine=True, reference="t.py::test_ours")
    assert {each.case.label: each.ratio for each in found.cases} == {
        "sums/t.py::test_theirs": pytest.approx(1),
        "reads/t.py::test_else": None,
    }


def test_two_cases_of_a_run_that_would_be_one_are_refused(tmp_path):
    """Text and number of a parameter are the same words."""
    cases = [Case("s", "op", "numpy", {}, {"k": value}, "float64", 1, "cpu") for value in (1, "1")]
    store.write_run(tmp_path, a_run())
    file = store.ResultFile(tmp_path)
    file.append(*(Result(case=case, status="ok", samples=[Sample(0, 0, 1000, 0, 1)]) for case in cases))
    file.close()
    with pytest.raises(UsageError, match="cannot be told apart"):
        compare_files(tmp_path, tmp_path, Margins(0.02))
