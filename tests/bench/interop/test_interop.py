"""Files that asv, pytest-benchmark and pyperf really wrote, and ours in their forms."""

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from rooflinear.bench import interop
from rooflinear.bench.errors import UsageError
from rooflinear.bench.records import Case, Exit, Machine, Result, Run, Sample
from rooflinear.reports.report import write_reports

FILES = Path(__file__).parent / "interop_files"
ASV = FILES / "asv" / "machine-a" / "1f-existing.json"
PYTEST, PYPERF = FILES / "pytest-benchmark.json", FILES / "pyperf.json"


def a_case(**sizes):
    return Case("kernels", "gradient", "numpy", sizes, {}, "float64", 2, "cpu")


def results():
    """One of each kind of result, two blocks of one case, calls that differ from sample to sample."""
    case, other = a_case(m=100, n=2), a_case(m=1000, n=10)
    samples = [
        Sample(r, 10**18 + r, 1_000_003 + 7 * r, 999_000, 100 + r, {"steal_ticks": r} if r else {}) for r in range(5)
    ]
    return [
        Result(case=case, status="ok", samples=samples, block=0, bound=1e-12, error=1e-15, steady=True),
        Result(case=case, status="ok", samples=samples[:3], block=1),
        Result(case=other, status="crashed", reason="killed", exit=Exit("SIGSEGV", None, ["last words"])),
    ]


def a_run():
    machine = Machine(name="m", system="Linux 6.1", cpu="a CPU", cores_available=2, memory_bytes=2**34)
    return Run(
        command=["rooflinear", "run"], options={}, machine=machine, versions={"numpy": "2.4.6"}, environment={},
        suite="kernels", operations={}, implementations={}, commit="c" * 40, started_at="2026-11-24T00:00:00+00:00",
    )  # fmt: skip


def test_asv_results_come_back_with_their_samples_and_calls():
    run, found = interop.read(ASV)
    content = json.loads(ASV.read_text())
    row = dict(zip(content["result_columns"], content["results"]["quick.Gradient.time_gradient"], strict=False))
    timed = [each for each in found if each.status == "ok"]
    assert {each.case.label for each in timed} == {f"gradient/{name} m=1000 n=2 float64" for name in ("numba", "numpy")}
    for each, seconds, number in zip(
        timed, filter(None, row["samples"]), filter(None, row["stats_number"]), strict=True
    ):
        assert [s.calls for s in each.samples] == [number] * len(seconds)
        assert [s.wall_ns / s.calls / 1e9 for s in each.samples] == pytest.approx(seconds, rel=1e-5)
    assert sum(each.status == "skipped" for each in found) == len(found) - 2
    assert run.machine.name == "machine-a"
    assert run.commit == content["commit_hash"]


def test_our_pytest_benchmark_suite_comes_back_as_the_cases_it_ran():
    run, found = interop.read(PYTEST)
    stated = json.loads(PYTEST.read_text())["benchmarks"]
    assert [msgspec.to_builtins(each.case) for each in found] == [each["extra_info"]["case"] for each in stated]
    for each, written in zip(found, stated, strict=True):
        assert each.status == "ok"
        read = [s.wall_ns / s.calls / 1e9 for s in each.samples]
        assert read == pytest.approx(written["stats"]["data"], rel=1e-3)
        assert each.inputs_sha256 == written["extra_info"]["inputs_sha256"]
    assert run.machine.cores_available == 2


def test_pyperf_runs_are_blocks():
    _, found = interop.read(PYPERF)
    runs = [run for run in json.loads(PYPERF.read_text())["benchmarks"][0]["runs"] if run.get("values")]
    assert [each.block for each in found] == list(range(len(runs)))
    assert len(runs) > 1
    assert all(each.case.operation == "sum of a thousand" for each in found)
    for each, run in zip(found, runs, strict=True):
        assert [s.wall_ns / s.calls / 1e9 for s in each.samples] == pytest.approx(run["values"], rel=1e-6)


@pytest.mark.parametrize("tool", ["pytest-benchmark", "pyperf"])
def test_a_round_trip_loses_nothing(tool, tmp_path):
    path = tmp_path / "run.json"
    path.write_bytes(interop.WRITERS[tool](a_run(), results()))
    assert interop.read(path) == (a_run(), results())


def test_a_zipped_file_is_read(tmp_path):
    path = tmp_path / "run.json.gz"
    path.write_bytes(gzip.compress(PYPERF.read_bytes()))
    assert interop.read(path)[1] == interop.read(PYPERF)[1]


@pytest.mark.needs("pytest_benchmark")
def test_pytest_benchmark_itself_reads_what_we_write(tmp_path):
    (tmp_path / "0001_run.json").write_bytes(interop.WRITERS["pytest-benchmark"](a_run(), results()))
    command = [sys.executable, "-m", "pytest_benchmark", "compare", str(tmp_path / "0001_run.json")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert results()[0].case.label in done.stdout


def test_github_action_benchmark_gets_its_list():
    entries = json.loads(interop.WRITERS["github-action-benchmark"](a_run(), results()))
    assert [set(each) for each in entries] == [{"name", "unit", "value", "range", "extra"}]
    assert entries[0]["value"] == pytest.approx(1e4, rel=0.05)
    assert entries[0]["unit"] == "ns"


@pytest.mark.parametrize("path", [ASV, PYTEST, PYPERF], ids=lambda path: path.stem)
def test_a_file_is_reported_like_a_run(path, tmp_path):
    copy = tmp_path / path.name
    shutil.copy(path, copy)
    (page,) = write_reports([copy], ["html"])
    assert page == tmp_path / f"{path.stem}-report.html"
    assert b"<html" in page.read_bytes()[:200]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "not JSON"),
        ("[1, 2]", "not a results file"),
        ('{"benchmarks": [], "version": "1.0"}', "no times"),
        ('{"benchmarks": [{"runs": 3}], "version": "1.0"}', "not in the format of pyperf"),
        ('{"benchmarks": [], "version": "7"}', "version 7"),
        ('{"machine_info": {}, "benchmarks": [{"name": "x"}]}', "not in the format of pytest-benchmark"),
        ('{"result_columns": [], "version": 9}', "version 9"),
        ('{"result_columns": ["result", "params"], "version": 2, "results": {"x": [[1.0], [["1", "2"]]]}}', "give 2"),
        (PYTEST.read_text()[:5000], "truncated"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_in_a_line(content, told, tmp_path):
    path = tmp_path / "file.json"
    path.write_text(content)
    with pytest.raises(UsageError, match=told) as caught:
        interop.read(path)
    assert str(path) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
