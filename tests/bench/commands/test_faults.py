"""Implementations that crash, hang, hoard and babble: each ends with its status, and nothing else suffers."""

import re
from pathlib import Path

import pytest

from rooflinear.bench import store

SUITE = Path(__file__).parents[2] / "adversaries" / "faults"
SMALL, LARGE = 100, 1000

GARBAGE = "sent an invalid reply on the harness's channel: .*rubbish"
OUT_OF_TURN = "unexpected reply from the worker: Prepared"
NO_OUTPUTS = "the file of its outputs cannot be read: No such file or directory"

FATES = {
    "aborts": ("crashed", "killed by SIGABRT"),
    "closes_everything": ("crashed", "ended with exit status 1"),
    "declines": ("unsupported", "no short vectors here"),
    "exhausts_memory": ("crashed", r"out of memory: grew beyond the limit of 0.466 GiB \(--memory-limit\)"),
    "exits": ("crashed", "ended with exit status 3"),
    "exits_quietly": ("crashed", "ended with exit status 0"),
    "forges_an_answer": ("wrong|crashed", f"{NO_OUTPUTS}|{OUT_OF_TURN}"),  # before its outputs are written, or after
    "forks_a_twin": ("crashed", OUT_OF_TURN),
    "garbage": ("crashed", GARBAGE),
    "garbage_by_the_megabyte": ("crashed", GARBAGE),
    "garbage_without_end": ("crashed", GARBAGE),
    "hangs": ("timeout", r"its first call exceeds the limit of 2 s \(--timeout\) and 4 s for loading and comparing"),
    "memory_error": ("crashed", "MemoryError: out of memory: Unable to allocate"),
    "raises": ("crashed", r"ValueError: no idea what to do .* \(raises.py:10\)"),
    "raises_what_nobody_catches": ("crashed", "ended with exit status 1"),
    "segfaults": ("crashed", "killed by SIGSEGV"),
    "segfaults_later": ("crashed", "killed by SIGSEGV"),
}
"""At the small size; at the large one all of them are right."""

NEVER_LOADED = {
    "import_fails": ("missing", "OSError: libcudart.so.99: cannot open shared object file"),
    "import_segfaults": ("crashed", "killed by SIGSEGV"),
    "needs_what_is_absent": ("missing", "ModuleNotFoundError: No module named 'a_framework_nobody_has'"),
}

HARMLESS = ("honest", "leaves_a_child_behind", "prints", "reads_stdin")


@pytest.fixture(scope="module")
def run(rooflinear_once):
    """One run of the whole suite."""
    limits = ("--memory-limit", "500MB", "--timeout", "2")
    sizes = ("--size", f"length={SMALL},{LARGE}", "--threads", "1", *limits)
    return rooflinear_once("run", "--suite", SUITE, "--preset", "quick", *sizes, "--results", rooflinear_once.results)


@pytest.fixture(scope="module")
def results(run, rooflinear_once):
    """What the run stored, by implementation and size."""
    stored = store.read_results(rooflinear_once.runs()[0])
    return {(each.case.implementation, each.case.sizes["length"]): each for each in stored}


def test_no_fault_is_forgotten():
    stems = {path.stem for path in SUITE.glob("[!_]*.py")} - {"operations"}
    assert stems == {*FATES, *NEVER_LOADED, *HARMLESS}


@pytest.mark.parametrize("stem", FATES)
def test_a_fault_ends_with_its_status(results, stem):
    assert re.fullmatch(FATES[stem][0], results[stem, SMALL].status)


@pytest.mark.parametrize("stem", FATES)
def test_the_reason_says_what_happened(results, stem):
    assert re.search(FATES[stem][1], results[stem, SMALL].reason), results[stem, SMALL].reason


@pytest.mark.parametrize("stem", FATES)
def test_a_fault_never_gets_a_time(results, stem):
    result = results[stem, SMALL]
    assert (result.samples, result.first_call_ns, result.steady) == ([], None, None)


@pytest.mark.parametrize("stem", FATES)
def test_the_next_case_goes_on_in_a_new_worker(results, stem):
    assert results[stem, LARGE].status == "ok", results[stem, LARGE].reason


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("stem", HARMLESS)
def test_a_rude_or_patient_implementation_is_ok(results, stem, size):
    assert results[stem, size].status == "ok", results[stem, size].reason


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("stem", NEVER_LOADED)
def test_what_cannot_be_imported_says_why_in_every_case(results, stem, size):
    status, reason = NEVER_LOADED[stem]
    assert results[stem, size].status == status
    assert re.search(reason, results[stem, size].reason)


@pytest.mark.parametrize(("stem", "signal"), [("segfaults", "SIGSEGV"), ("aborts", "SIGABRT")])
def test_the_signal_of_a_dead_worker_is_kept(results, stem, signal):
    assert (results[stem, SMALL].exit.signal, results[stem, SMALL].exit.status) == (signal, None)


def test_the_exit_status_of_a_dead_worker_is_kept(results):
    assert (results["exits", SMALL].exit.signal, results["exits", SMALL].exit.status) == (None, 3)


def test_the_last_words_of_a_dead_worker_are_kept(results):
    assert results["aborts", SMALL].exit.stderr[-1].startswith("terminate called")


def test_a_reason_stays_short(results):
    assert all(len(result.reason) < 400 for result in results.values())


def test_a_timeout_keeps_the_cap(results):
    assert results["hangs", SMALL].cap_ns == 2_000_000_000


def test_a_run_with_a_crash_exits_with_1(run):
    assert run.status == 1


def test_no_process_outlives_the_run(run, rooflinear_once):
    assert rooflinear_once.survivors() == []


def test_no_temporary_file_outlives_the_run(run, rooflinear_once):
    assert list(rooflinear_once.temporary.iterdir()) == []
