"""The commands from the outside: what they print, what they write, how they end."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import msgspec
import pytest

from rooflinear.bench import store
from rooflinear.bench.records import SCHEMA_VERSION, Result, Run
from rooflinear.bench.runner.terms import FEWEST_LONG
from rooflinear.reports.tables import frames

from ..interop.test_interop import PYTEST
from ..made import NUMPY, SMOOTHING, write_suite

TINY = ["--suite", SMOOTHING, "--size", "length=100,1000", "--size", "width=3"]
SHADOWS = ("numpy", "random", "time", "json", "rooflinear", "kernels", "bench", "reports", "typing", "psutil")


def test_the_version_is_printed(rooflinear):
    assert rooflinear("--version") == (0, f"rooflinear {version('rooflinear')}\n", "")


@pytest.mark.parametrize("command", [[], ["run"], ["verify"], ["report"], ["list"], ["machine"]], ids=str)
def test_help_is_printed(rooflinear, command):
    outcome = rooflinear(*command, "--help")
    assert (outcome.status, outcome.stderr) == (0, "")
    assert "Options:" in outcome.stdout


def test_no_command_prints_help(rooflinear):
    outcome = rooflinear()
    assert outcome.status == 2
    assert "Commands:" in outcome.stdout + outcome.stderr


def test_list_shows_operations_and_implementations(rooflinear):
    outcome = rooflinear("list", "--suite", SMOOTHING)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert "smooth             (length, width)  mean of each window" in outcome.stdout
    assert "numpy              numpy       1 operations  np.convolve, the usual way." in outcome.stdout


def test_list_says_why_an_implementation_is_unavailable(rooflinear, tmp_path):
    folder = write_suite(tmp_path / "mine", absent="import no_such_framework\n" + NUMPY)
    outcome = rooflinear("list", "--suite", folder)
    assert (outcome.status, "unavailable: no_such_framework not installed" in outcome.stdout) == (0, True)


def test_list_is_told_to_machines(rooflinear):
    found = json.loads(rooflinear("list", "--suite", SMOOTHING, "--json").stdout)
    assert found["schema_version"] == SCHEMA_VERSION
    assert found["operations"]["smooth"]["sizes"] == ["length", "width"]
    assert found["implementations"]["python"]["library"] == "python"
    assert found["implementations"]["numpy"]["unavailable"] == ""


def test_the_machine_is_told_to_people(rooflinear):
    write_suite(rooflinear.folder / "kernels")
    outcome = rooflinear("machine")
    assert outcome.status == 0
    busy = r"(measuring again: .+\n)*(rooflinear: .+; when it is quiet, run 'rooflinear machine --fresh'\n)?"
    assert re.fullmatch(busy + r"(measuring an empty call of .+ \(once; stored\)\n)?", outcome.stderr)
    names = [line.split()[0] for line in outcome.stdout.splitlines()]
    assert {"name", "cpu", "cores_available", "memory_bytes", "noise"} <= set(names)


def test_the_machine_is_told_to_machines(rooflinear):
    write_suite(rooflinear.folder / "kernels")
    found = json.loads(rooflinear("machine", "--json").stdout)
    assert found["schema_version"] == SCHEMA_VERSION
    assert found["cores_available"] >= 1
    assert set(found["noise"]) == {"spread", "worst", "steal_share"}
    assert found["versions"]["rooflinear"] == version("rooflinear")


def test_verify_counts_what_is_right(rooflinear):
    outcome = rooflinear("verify", *TINY)
    assert (outcome.status, outcome.stdout.splitlines()[-1]) == (0, "8 cases: 6 ok, 2 unsupported")
    assert not rooflinear.results.exists()


def test_verify_says_what_is_unsupported(rooflinear):
    outcome = rooflinear("verify", *TINY, "--dtype", "float32", "--implementation", "python")
    assert (outcome.status, outcome.stdout.splitlines()[-1]) == (0, "2 cases: 2 unsupported")
    assert "unsupported: smooth/python length=100 width=3 float32: Python floats are float64\n" in outcome.stdout


def test_verify_is_told_to_machines(rooflinear):
    outcome = rooflinear("verify", *TINY, "--dtype", "float64", "--json")
    results = msgspec.json.decode(outcome.stdout, type=list[Result])
    assert outcome.status == 0
    assert {(result.case.implementation, result.case.sizes["length"], result.status) for result in results} == {
        (stem, length, "ok") for stem in ("numpy", "python") for length in (100, 1000)
    }
    assert {result.schema_version for result in results} == {SCHEMA_VERSION}


def test_a_wrong_answer_ends_in_status_one_and_is_named(rooflinear, tmp_path):
    wrong = "LIBRARY = 'numpy'\ndef double(x):\n    return 3 * x\n"
    outcome = rooflinear("verify", "--suite", write_suite(tmp_path / "mine", wrong=wrong), "--m", "9")
    assert (outcome.status, outcome.stdout.splitlines()[-1]) == (1, "4 cases: 2 ok, 2 wrong")
    assert "wrong: double/wrong m=9 float64: " in outcome.stderr


@pytest.fixture(scope="module")
def run(rooflinear_once):
    """The outcome of a tiny run in a folder of the user's that is full of modules of his own, and its command."""
    here = rooflinear_once.folder / "user"
    here.mkdir()
    for name in SHADOWS:
        (here / f"{name}.py").write_text("raise SystemExit('the wrong module')\n")
    program = Path(sys.executable).with_name("rooflinear")  # python -m would itself look here first
    started = subprocess.Popen(
        [program, "run", *TINY, "--preset", "quick", "--blocks", "2", "--seed", "5", "--results", "../results"],
        cwd=here,
        env=os.environ | {"TMPDIR": str(rooflinear_once.temporary), "ROOFLINEAR_TEST": str(rooflinear_once.folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return rooflinear_once.finish(started), rooflinear_once


def test_a_run_succeeds_whatever_modules_lie_in_the_users_folder(run):
    outcome, _ = run
    assert outcome.status == 0, outcome.stderr
    assert outcome.stdout.startswith("4 cases: 4 ok\nreport: ../results/")


def test_a_run_writes_its_folder(run):
    (folder,) = run[1].runs()
    assert sorted(path.name for path in folder.iterdir()) == ["cases.jsonl", "report.html", "run.json"]


def test_a_run_leaves_no_process_and_no_scratch_folder(run):
    assert run[1].processes() == []
    assert list(run[1].temporary.glob("rooflinear-*")) == []


def test_a_run_describes_itself(run):
    (folder,) = run[1].runs()
    record = store.read_run(folder)
    assert isinstance(record, Run)
    assert (record.suite, record.seed, record.preset, record.data) == ("smoothing", 5, "quick", "gaussian")
    assert record.command[:2] == ["rooflinear", "run"]
    assert record.started_at <= record.finished_at
    assert set(record.implementations) == {"numpy", "python"}
    assert record.options["sizes"] == {"length": [100, 1000], "width": [3]}


def test_every_case_of_a_run_ends_once_a_block(run):
    results = store.read_results(run[1].runs()[0])
    keys = {(each.case.implementation, each.case.sizes["length"], each.block) for each in results}
    assert len(results) == len(keys) == 8


def test_a_result_of_a_run_is_complete(run):
    for result in store.read_results(run[1].runs()[0]):
        assert result.status == "ok"
        assert all(sample.calls >= 1 and sample.wall_ns > 0 for sample in result.samples)
        assert len({sample.round for sample in result.samples}) >= FEWEST_LONG  # late answers are left out
        assert result.error <= result.bound
        assert len(result.inputs_sha256) == len(result.source_sha256) == 64
        assert min(result.import_ns, result.transfer_in_ns, result.transfer_out_ns) >= 0
        assert (result.first_call_ns is None) == (result.block > 0)


def test_contenders_share_their_inputs_and_blocks_redo_them(run):
    results = store.read_results(run[1].runs()[0])
    assert len({(each.case.sizes["length"], each.inputs_sha256) for each in results}) == 2


def test_a_run_is_shown_again(run):
    command = run[1]
    outcome = command("report", command.runs()[0], "--format", "markdown", "--output", "table.md")
    assert (outcome.status, outcome.stdout) == (0, "table.md\n")
    assert "smooth" in (command.folder / "table.md").read_text()


def test_a_warning_is_one_line_for_people(run):
    command = run[1]
    torn = command.folder / "torn"
    shutil.copytree(command.runs()[0], torn)
    with (torn / store.CASES).open("a") as file:
        file.write('{"schema')
    outcome = command("report", "torn", "--format", "markdown", "--output", "torn.md")
    assert outcome == (0, "torn.md\n", "rooflinear: torn/cases.jsonl: dropped an incomplete last line of 8 bytes\n")


COMPILES_ONCE = """
import time

LIBRARY = "numpy"
COMPILES = True
compiled = []

def double(x):
    if not compiled:
        time.sleep(0.2)
        compiled.append(True)
    return 2 * x
"""


def test_what_was_compiled_before_a_case_is_told_with_it(rooflinear, tmp_path):
    late = COMPILES_ONCE.replace("COMPILES = True\n", "")
    folder = write_suite(tmp_path / "suite", compiles=COMPILES_ONCE, late=late)
    outcome = rooflinear("run", "--suite", folder, "--preset", "quick", "--m", "10,20,30")
    assert outcome.status == 0, outcome.stderr
    [run] = rooflinear.runs()
    cases = frames.load(run).cases.set_index(["implementation", "m"])
    compiles, late = cases.loc["compiles"], cases.loc["late"]
    assert list(compiles.index) == list(late.index) == [10, 20, 30]
    assert (compiles["first_call_ns"] >= 0.2e9).all()
    assert (compiles["compiled_ns"] >= 0.19e9).tolist() == [False, True, True]
    assert late["compiled_ns"].tolist() == [0, 0, 0]
    assert (late["first_call_ns"] >= 0.2e9).tolist() == [True, False, False]


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no full device")
@pytest.mark.parametrize(
    "arguments",
    [["list"], ["list", "--json"], ["verify", *TINY, "--json"], ["--version"], ["--help"], ["verify", "--help"]],
    ids=lambda arguments: f"{arguments[0]} {arguments[-1]}",
)
def test_a_device_that_takes_no_more_is_said(rooflinear, arguments):
    if arguments[0] == "list":
        arguments = [*arguments, "--suite", SMOOTHING]
    with FULL.open("w") as full:
        process = rooflinear.start(*arguments, stdout=full)
    outcome = rooflinear.finish(process)
    assert outcome.status == 5
    assert outcome.stderr.splitlines()[-1] == "rooflinear: cannot write the output: No space left on device"


def test_a_comparison_says_that_a_device_takes_no_more(rooflinear):
    with FULL.open("w") as full:
        process = rooflinear.start("compare", PYTEST, PYTEST, "--json", stdout=full)
    outcome = rooflinear.finish(process)
    assert outcome.status == 5
    assert outcome.stderr == "rooflinear: cannot write the output: No space left on device\n"


def test_the_status_stays_where_nobody_takes_the_last_word(rooflinear):
    with FULL.open("w") as full:
        process = rooflinear.start("list", "--suite", "nosuch", stderr=full)
    assert rooflinear.finish(process).status == 2


def test_a_reader_that_went_away_is_no_fault(rooflinear):
    read, write = os.pipe()
    os.close(read)
    process = rooflinear.start("list", "--suite", SMOOTHING, stdout=write)
    os.close(write)
    outcome = rooflinear.finish(process)
    assert (outcome.status, outcome.stderr) == (0, "")
