"""Implementations that cheat. Each must be `wrong`, say why, and never get a time."""

import re
from functools import cache
from pathlib import Path

import pytest

from rooflinear.bench import store
from rooflinear.bench.machine.cores import available_cores

SUITE = Path(__file__).parents[2] / "adversaries" / "cheats"

HONEST = ("honest", "honest_python", "honest_workspace", "restores_its_input")

OUTSIDE = "exceeds the bound"
CACHED = "work is cached"
STALE = "stale output when other inputs follow at once"
FASTER = "calls that are timed take less than half the time of the same calls all judged"

CHEATS = {
    "caches_by_content": CACHED,
    "caches_by_identity": CACHED,
    "caches_by_rounded_content": CACHED,
    "caches_on_the_hundredth_call": CACHED,
    "caches_on_the_third_call": CACHED,
    "caches_the_first_problem": CACHED,
    "caches_the_number_by_identity": CACHED,
    "caches_while_it_is_timed": f"{FASTER}|{CACHED}",
    "centres_its_input": "changes its input X",
    "changes_its_scheduling_class": "changed its scheduling class",
    "computes_after_a_pause": f"{STALE}|{FASTER}|{CACHED}|{OUTSIDE}",
    "counts_the_calls_of_its_loop": f"{FASTER}|{OUTSIDE}",
    "finds_what_is_expected_in_frames": OUTSIDE,
    "forgets_the_last_row": OUTSIDE,
    "forgets_the_tail": "exact test: differs",
    "gives_up_after_a_while": OUTSIDE,
    "lazy_array": "returned a .*Lazy, not a NumPy array",
    "lazy_list": "returned a builtins.list, not a number or list of numbers",
    "lazy_number": "returned a .*Lazy, not a NumPy array",
    "lazy_object": "returned a .*Lazy, not a NumPy array",
    "leaves_a_daemon": "left a process behind",
    "mutates_later": "changes its input X",
    "off_by_a_millionth": OUTSIDE,
    "one_nan": "1 of 9216 components are not finite",
    "overwrites_from_a_thread": f"changed after the call had returned|{OUTSIDE}",
    "patches_time": "the clock or the code that reads it was replaced.*time.perf_counter_ns",
    "peeks_at_the_oracle": OUTSIDE,
    "random_output": OUTSIDE,
    "reads_what_is_expected": OUTSIDE,
    "reads_its_workspace": "components are not finite",
    "replaces_numpy_functions": OUTSIDE,
    "replaces_the_harness_clock": "its clock disagrees with the harness's",
    "replaces_the_judges_code": OUTSIDE,
    "replaces_the_loops_code": "the clock or the code that reads it was replaced.*Kernel.many",
    "returns_its_first_result": OUTSIDE,
    "rewrites_what_is_expected": OUTSIDE,
    "ships_a_table": CACHED,
    "single_precision_inside": OUTSIDE,
    "single_precision_while_timed": OUTSIDE,
    "skips_calls": "the clock or the code that reads it was replaced.*Kernel.many",
    "slows_the_clock_now_and_then": "its clock disagrees with the harness's",
    "slows_the_harness_clock": "its clock disagrees with the harness's",
    "transposed_output": OUTSIDE,
    "waits_only_the_first_time": f"{CACHED}|{OUTSIDE}|{FASTER}|its clock disagrees",
    "works_ahead_in_its_workspace": f"{OUTSIDE}|not finite",
    "works_in_one_of_four": f"{OUTSIDE}|{CACHED}",
    "works_in_one_of_four_hundred": f"{OUTSIDE}|{CACHED}",
    "works_in_the_last_call": f"{OUTSIDE}|{CACHED}",
    "writes_from_a_thread": f"{OUTSIDE}|not finite",
    "wrong_dtype": "dtype float32, not float64",
    "wrong_shape": r"shape \(1,\), not \(\)",
}
if available_cores() < 2:
    HONEST = (*HONEST, "widens_its_affinity")  # there is no other core to take
else:
    CHEATS["widens_its_affinity"] = "left its cores"

BY_WHEN = {
    "overwrites_from_a_thread",
    "rewrites_what_is_expected",
    "single_precision_while_timed",
    "writes_from_a_thread",
}
"""What these do depends on when their threads run, or on when somebody looks at the clock."""

BY_TIMES = (CACHED, STALE, FASTER, "its clock disagrees")
TIMED = {*HONEST, *BY_WHEN, *(stem for stem in CHEATS if any(each in CHEATS[stem] for each in BY_TIMES))}
"""Judged by how long calls take, or honest: in a run without other tests beside it.

The parent notices a clock that lies now and then by how long turns take; on a busy machine it notices fewer.
"""

DOUBLE = ("--dtype", "float64")
OPTIONS = ("--suite", SUITE, "--size", "rows=96", "--size", "columns=96", "--threads", "1")


def marked(stems):
    return [pytest.param(stem, marks=pytest.mark.alone) if stem in TIMED else stem for stem in stems]


RUNS = pytest.mark.parametrize("timed", [pytest.param(True, marks=pytest.mark.alone), False])


@pytest.fixture(scope="module")
def played(another_rooflinear):
    """Plays a run of those that are judged by times, or one of all others beside honest work.

    Returns how it ended, and what it stored by implementation.
    """

    @cache
    def play(timed):
        rooflinear = another_rooflinear()
        stems = sorted(TIMED if timed else {"honest", *CHEATS} - (TIMED - {"honest"}))
        chosen = ("--implementation", ",".join(stems), "--results", rooflinear.results)
        outcome, found = rooflinear("run", "--preset", "quick", *OPTIONS, *DOUBLE, *chosen), {}
        for result in store.read_results(rooflinear.runs()[0]):
            found.setdefault(result.case.implementation, []).append(result)
        return outcome, found

    return play


@pytest.fixture
def results(played, stem):
    """What the implementation's run stored of it."""
    return played(stem in TIMED)[1][stem]


def test_no_cheat_is_forgotten():
    stems = {path.stem for path in SUITE.glob("*.py")} - {"operations"}
    assert stems == {*HONEST, *CHEATS}


@pytest.mark.parametrize("stem", marked(HONEST))
def test_honest_work_is_ok(results, stem):
    assert {result.status for result in results} == {"ok"}


@pytest.mark.parametrize("stem", marked(HONEST))
def test_honest_work_gets_a_time(results, stem):
    assert all(sample.wall_ns > 0 for result in results for sample in result.samples)
    assert all(result.samples and result.first_call_ns for result in results)


def test_honest_work_beside_cheats_is_ok(played):
    assert {result.status for result in played(False)[1]["honest"]} == {"ok"}


@pytest.mark.parametrize("stem", marked(CHEATS))
def test_a_cheat_is_wrong(results, stem):
    assert {result.status for result in results} == {"wrong"}


@pytest.mark.parametrize("stem", marked(CHEATS))
def test_the_reason_names_the_cheat(results, stem):
    assert all(re.search(CHEATS[stem], result.reason) for result in results), results[0].reason


@pytest.mark.parametrize("stem", marked(CHEATS))
def test_a_cheat_never_gets_a_time(results, stem):
    times = ("first_call_ns", "compiled_ns", "transfer_in_ns", "transfer_out_ns", "steady", "peak_bytes")
    for result in results:
        assert result.samples == []
        assert {name: getattr(result, name) for name in times} == dict.fromkeys(times)


@pytest.mark.alone
def test_a_cheat_on_inputs_too_large_for_many_copies_is_wrong(rooflinear):
    large = ("--suite", SUITE, "--size", "rows=100", "--size", "columns=1000", "--threads", "1")
    outcome = rooflinear("run", "--preset", "quick", *large, "--implementation", "computes_after_a_pause,honest")
    assert outcome.status == 1
    found = {result.case.implementation: result.status for result in store.read_results(rooflinear.runs()[0])}
    assert found == {"computes_after_a_pause": "wrong", "honest": "ok"}


def test_a_run_with_a_cheat_exits_with_1(played):
    assert played(False)[0].status == 1


@RUNS
def test_a_run_tells_of_each_cheat_on_stderr(played, timed):
    told = {match[1] for match in re.finditer(r"^wrong: \w+/(\w+) ", played(timed)[0].stderr, re.MULTILINE)}
    assert told == {stem for stem in CHEATS if (stem in TIMED) == timed}


@RUNS
def test_the_report_counts_the_cheats(played, timed):
    count = sum((stem in TIMED) == timed for stem in CHEATS)
    assert f"{count} wrong" in played(timed)[0].stdout


@pytest.mark.alone
def test_verify_finds_cheats_without_timing(rooflinear):
    cheats = ("off_by_a_millionth", "caches_by_identity", "returns_its_first_result")
    outcome = rooflinear("verify", *OPTIONS, *DOUBLE, "--implementation", ",".join(("honest", *cheats)))
    assert outcome.status == 1
    assert set(re.findall(r"^wrong: \w+/(\w+) ", outcome.stderr, re.MULTILINE)) == set(cheats)


@pytest.mark.alone
def test_verify_of_honest_work_exits_with_0(rooflinear):
    outcome = rooflinear("verify", *OPTIONS, *DOUBLE, "--implementation", ",".join(HONEST))
    assert (outcome.status, outcome.stdout) == (0, "5 cases: 5 ok\n")
