"""Disks that are full, folders nobody may write to, sizes no machine holds, suites that are none."""

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rooflinear.bench import store

ADVERSARIES = Path(__file__).parents[2] / "adversaries"
SLOW = ("run", "--suite", ADVERSARIES / "slow", "--preset", "quick", "--threads", "1")
FRAMEWORKS = {"torch", "tensorflow", "jax", "numba", "dask", "cupy"}

resource = pytest.importorskip("resource", reason="file size limits exist on POSIX only")


def largest_file(size_bytes):
    """Writing beyond ``size_bytes`` of any file fails, as on a full disk."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))


@contextlib.contextmanager
def small_disk(folder, size):
    """A file system of its own at ``folder``; the test is skipped where it may not be made."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system may be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="module")
def full(rooflinear_once):
    """A run whose ``cases.jsonl`` takes no more than 12,000 bytes, and its folder."""
    results = rooflinear_once.folder / "full"
    options = ("--size", "length=1,2,3,4,5,6", "--results", results)
    outcome = rooflinear_once(*SLOW, *options, preexec_fn=largest_file(12_000))
    return outcome, next(results.iterdir())


def test_a_full_disk_ends_the_run_with_5(full):
    assert full[0].status == 5


def test_a_full_disk_is_told_with_place_and_remedy(full):
    outcome, folder = full
    remedy = "free space or choose another folder (--results DIR)"
    assert f"rooflinear: cannot write to {folder}: File too large; {remedy}\n" in outcome.stderr


def test_a_full_disk_leaves_the_results_before_whole(full):
    outcome, folder = full
    lines = (folder / store.CASES).read_bytes().split(b"\n")
    kept = [json.loads(line) for line in lines[:-1]]
    assert kept
    assert f"\n{len(kept)} results are stored. Continue with: rooflinear run --resume {folder}\n" in outcome.stderr


def test_a_full_disk_leaves_no_temporary_files(full, rooflinear_once):
    assert list(rooflinear_once.temporary.iterdir()) == []


def test_a_run_that_cannot_even_be_described_ends_with_5(rooflinear):
    outcome = rooflinear(*SLOW, "--size", "length=1", "--results", rooflinear.results, preexec_fn=largest_file(500))
    assert outcome.status == 5
    assert "File too large; free space or choose another folder (--results DIR)" in outcome.stderr


def test_a_run_that_cannot_even_be_described_leaves_no_file(rooflinear):
    rooflinear(*SLOW, "--size", "length=1", "--results", rooflinear.results, preexec_fn=largest_file(500))
    assert [path for path in rooflinear.results.rglob("*") if path.is_file()] == []


def test_inputs_that_cannot_be_written_end_with_5(rooflinear):
    outcome = rooflinear(
        "verify", *SLOW[1:3], "--size", "length=3000", "--threads", "1", preexec_fn=largest_file(12_000)
    )
    assert outcome.status == 5
    assert "cannot write inputs" in outcome.stderr
    assert "free space or set TMPDIR" in outcome.stderr


def test_no_temporary_folder_at_all_ends_with_5(rooflinear):
    outcome = rooflinear("verify", *SLOW[1:3], "--size", "length=1", preexec_fn=largest_file(0))
    assert outcome.status == 5
    assert "cannot make a temporary folder" in outcome.stderr


def test_no_space_for_results_ends_with_5(rooflinear):
    with small_disk(rooflinear.results, "16k"):
        outcome = rooflinear(*SLOW, "--size", "length=1,2,3,4,5", "--results", rooflinear.results)
    assert outcome.status == 5
    assert "No space left on device" in outcome.stderr
    assert "results are stored. Continue with: rooflinear run --resume" in outcome.stderr


def test_no_space_for_inputs_ends_with_5(rooflinear):
    with small_disk(rooflinear.temporary, "64k"):
        outcome = rooflinear(*SLOW, "--size", "length=10000", "--results", rooflinear.results)
    assert outcome.status == 5
    assert f"cannot write inputs: {rooflinear.temporary}" in outcome.stderr


def below_a_file(folder):
    (folder / "file").write_text("")
    return folder / "file" / "results"


def locked(folder):
    if os.geteuid() == 0:
        pytest.skip("the superuser may write anywhere")
    (folder / "locked").mkdir(mode=0o500)
    return folder / "locked" / "results"


def in_proc(folder):
    if not Path("/proc/self").exists():
        pytest.skip("there is no /proc here")
    return Path("/proc/results")


@pytest.mark.parametrize("place", [below_a_file, locked, in_proc])
def test_a_results_folder_that_cannot_be_made_ends_with_5(rooflinear, tmp_path, place):
    folder = place(tmp_path)
    outcome = rooflinear(*SLOW, "--size", "length=1", "--results", folder)
    assert (outcome.status, outcome.stdout) == (5, "")
    assert outcome.stderr.startswith(f"rooflinear: cannot write to {folder}: ")
    assert outcome.stderr.endswith("choose another folder (--results DIR)\n")


@pytest.fixture(scope="module")
def beyond_memory(rooflinear_once):
    """A run of one size that fits and one that no machine holds. On stderr it tells what it imports."""
    options = ("--size", "length=5,1e15", "--results", rooflinear_once.results)
    return rooflinear_once(*SLOW, *options, environment={"PYTHONPROFILEIMPORTTIME": "1"})


def test_a_size_beyond_memory_is_skipped_with_a_reason(beyond_memory, rooflinear_once):
    skipped = [each for each in store.read_results(rooflinear_once.runs()[0]) if each.case.sizes["length"] > 5]
    assert {each.status for each in skipped} == {"skipped"}
    assert all("GiB of memory" in each.reason and "(--memory-limit)" in each.reason for each in skipped)


def test_what_fits_is_measured_all_the_same(beyond_memory, rooflinear_once):
    fitting = [each for each in store.read_results(rooflinear_once.runs()[0]) if each.case.sizes["length"] == 5]
    assert [each.status for each in fitting] == ["ok"] * 3


def test_a_run_that_skips_a_size_exits_with_0(beyond_memory):
    assert beyond_memory.status == 0


def test_a_run_of_which_nothing_fits_exits_with_5(rooflinear):
    outcome = rooflinear(*SLOW, "--size", "length=1e15", "--results", rooflinear.results)
    assert outcome.status == 5
    assert "rooflinear: no case fits into memory: double/first length=1000000000000000" in outcome.stderr


def test_what_cannot_be_imported_is_missing_with_the_message(rooflinear):
    outcome = rooflinear(
        "verify", "--suite", ADVERSARIES / "faults", "--size", "length=1", "--implementation", "needs_what_is_absent"
    )
    assert outcome.status == 0
    assert "missing: double/needs_what_is_absent" in outcome.stdout
    assert "No module named 'a_framework_nobody_has'" in outcome.stdout


BROKEN = {
    "no such folder": (None, "no such folder; --suite needs a folder with an operations.py"),
    "no operations": ({}, "has no operations.py"),
    "syntax": ({"operations.py": "CONTRACT = = 1\n"}, "operations.py:1: invalid syntax"),
    "import": ({"operations.py": "import a_framework_nobody_has\n"}, "No module named 'a_framework_nobody_has'"),
    "raises": ({"operations.py": "raise RuntimeError('no')\n"}, "operations.py: import failed: RuntimeError: no"),
    "empty": ({"operations.py": "CONTRACT = 1\n"}, "operations.py: states no OPERATIONS"),
    "old": ({"operations.py": "CONTRACT = 0\n"}, "states CONTRACT = 0; this rooflinear supports 1"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_folder_that_is_no_suite_ends_with_2(rooflinear, tmp_path, case):
    files, reason = BROKEN[case]
    suite = tmp_path / "suite"
    for name, text in (files or {}).items():
        suite.mkdir(exist_ok=True)
        (suite / name).write_text(text)
    if files is not None:
        suite.mkdir(exist_ok=True)
    outcome = rooflinear("verify", "--suite", suite)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert reason in outcome.stderr
    assert str(suite) in outcome.stderr


def test_an_implementation_with_a_syntax_error_ends_with_2(rooflinear, tmp_path):
    (tmp_path / "operations.py").write_bytes((ADVERSARIES / "slow" / "operations.py").read_bytes())
    (tmp_path / "broken.py").write_text("LIBRARY = 'numpy'\n\ndef double(x:\n")
    outcome = rooflinear("verify", "--suite", tmp_path)
    assert outcome.status == 2
    assert f"{tmp_path / 'broken.py'}:3: " in outcome.stderr


def test_importing_the_commands_imports_no_framework():
    modules = ("cli", "commands.run", "commands.verify", "commands.report", "commands.inspect", "machine.machine")
    text = "\n".join(("import sys", *(f"import rooflinear.bench.{name}" for name in modules), "print(*sys.modules)"))
    found = subprocess.run([sys.executable, "-c", text], check=True, capture_output=True, text=True).stdout.split()
    assert not FRAMEWORKS & set(found)


def test_a_whole_run_imports_no_framework_into_the_parent(beyond_memory):
    imported = set(re.findall(r"^import time: .*\| +(\S+)$", beyond_memory.stderr, re.MULTILINE))
    assert "rooflinear.bench.runner.runner" in imported
    assert not FRAMEWORKS & imported
