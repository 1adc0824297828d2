"""Results -> one row per case."""

from pathlib import Path

import msgspec
import pandas as pd
import pytest

from rooflinear.bench.errors import UsageError
from rooflinear.bench.records import Exit, Result
from rooflinear.bench.store import read_results
from rooflinear.reports.tables import frames
from rooflinear.reports.tables.case_rows import STATUSES

from .. import synthetic
from ..synthetic import case, ok


def cases_of(results):
    return frames.tables(Path("run"), synthetic.run(["numpy"], {}), results).cases


def test_every_case_of_a_run_is_one_row(realistic, tables):
    assert len(tables.cases) == len({result.case for result in read_results(realistic)})


def test_no_status_is_lost(realistic, tables):
    assert set(tables.cases["status"]) == {result.status for result in read_results(realistic)} == set(STATUSES)
    assert frames.status_counts(tables.cases).to_numpy().sum() == len(tables.cases)


def test_time_is_the_median_over_samples_of_wall_time_per_call():
    [row] = cases_of([ok(case(), [10, 30, 20])]).to_dict("records")
    assert row["time_ns"] == pytest.approx(20)
    assert row["rounds"] == 3


def test_what_was_compiled_for_an_earlier_case_is_part_of_a_first_call():
    compiled_before = ok(case(), [10, 12], first_call_ns=40, compiled_ns=1000)
    compiled_here = ok(case(), [10, 12], first_call_ns=2000, compiled_ns=1000)
    assert [cases_of([each])["first_call_ns"].item() for each in (compiled_before, compiled_here)] == [1010, 2000]


def test_what_does_not_compile_has_the_first_call_that_was_read():
    first_calls = (388_000, 6_500_000, 469_000)
    sizes = ({"m": 100_000, "n": 10}, {"m": 1000, "n": 10}, {"m": 100_000, "n": 2})
    results = [
        ok(case(sizes=size), [300_000, 310_000], first_call_ns=first_ns, compiled_ns=0)
        for size, first_ns in zip(sizes, first_calls, strict=True)
    ]
    cases = cases_of(results)
    assert cases["first_call_ns"].tolist() == list(first_calls)
    assert cases["compiled_ns"].tolist() == [0, 0, 0]


def test_a_flagged_sample_is_dropped():
    [row] = cases_of([ok(case(), [10, 10, 10, 99], flags={3: {"steal_ticks": 1}})]).to_dict("records")
    assert row["high_ns"] == pytest.approx(10, rel=1e-3)
    assert (row["dropped"], row["rounds"]) == (1, 3)


def test_more_switches_than_usual_for_the_case_drop_a_sample_and_usual_ones_do_not():
    flags = {number: {"involuntary_switches": 4} for number in range(4)} | {4: {"involuntary_switches": 40}}
    [row] = cases_of([ok(case(), [10, 10, 10, 10, 99], flags=flags)]).to_dict("records")
    assert (row["dropped"], row["rounds"]) == (1, 4)
    assert row["high_ns"] == pytest.approx(10, rel=1e-3)


def test_an_extreme_sample_that_no_guard_flagged_stays():
    [row] = cases_of([ok(case(), [10, 10, 99], flags={2: {"steal_ticks": 0}})]).to_dict("records")
    assert (row["dropped"], row["rounds"]) == (0, 3)


def test_samples_are_kept_and_marked_where_more_than_half_are_flagged():
    flags = {number: {"steal_ticks": 2} for number in (0, 1)}
    [row] = cases_of([ok(case(), [10, 10, 99], flags=flags)]).to_dict("records")
    assert row["disturbed"]
    assert (row["dropped"], row["rounds"]) == (0, 3)


def test_a_block_that_was_disturbed_is_left_out_where_another_was_not():
    flags = {number: {"steal_ticks": 2} for number in range(3)}
    [row] = cases_of([ok(case(), [99, 99, 99], flags=flags), ok(case(), [10, 10, 10], block=1)]).to_dict("records")
    assert (row["disturbed"], row["dropped"], row["time_ns"]) == (False, 3, pytest.approx(10))


def test_several_slices_of_one_turn_are_one_round():
    result = ok(case(), [10, 12, 11, 90])
    turn = [msgspec.structs.replace(sample, round=0) for sample in result.samples]
    [row] = cases_of([msgspec.structs.replace(result, samples=turn)]).to_dict("records")
    assert (row["rounds"], row["time_ns"]) == (1, pytest.approx((11 * 12) ** 0.5))


def test_an_interval_within_the_precision_asked_for_is_precise():
    calm, restless = [10, 10.01, 10.02, 10.01], [10, 14, 9, 12]
    times = {1: calm, 2: restless, 3: [10]}
    results = [ok(case(sizes={"m": m, "n": 1}), each) for m, each in times.items()]
    assert cases_of(results)["precise"].tolist() == [True, False, pd.NA]


def test_a_case_is_as_bad_as_its_worst_block_and_then_has_no_time():
    results = [ok(case(), [10, 10]), Result(case=case(), status="wrong", reason="outside", block=1)]
    [row] = cases_of(results).to_dict("records")
    assert row["status"] == "wrong"
    assert row["reason"] == "outside (in 1 of 2 blocks)"
    assert row["time_ns"] != row["time_ns"]


def test_death_of_a_worker_is_a_reason():
    died = Exit(signal="SIGSEGV", status=None, stderr=[])
    [row] = cases_of([Result(case=case(), status="crashed", exit=died)]).to_dict("records")
    assert row["reason"] == "killed by SIGSEGV"


def test_the_largest_error_of_all_blocks_is_shown_with_its_own_bound():
    results = [
        ok(case(), [10], error_over_bound=0.5, error=1.0, bound=2.0),
        ok(case(), [10], block=1, error_over_bound=0.9, error=0.9, bound=1.0),
    ]
    [row] = cases_of(results).to_dict("records")
    assert (row["error_over_bound"], row["error"], row["bound"]) == (0.9, 0.9, 1.0)


def test_sizes_of_any_name_and_number_become_columns():
    results = [ok(case(sizes={"length": 5}), [10]), ok(case(sizes={"rows": 2, "columns": 3, "depth": 4}), [10])]
    frame = cases_of(results)
    assert frame["length"].tolist()[0] == 5
    assert frame["depth"].isna().tolist() == [True, False]
    assert frame["depth"].tolist()[1] == 4


def test_a_size_named_like_another_column_does_not_overwrite_it():
    [row] = cases_of([ok(case(sizes={"status": 7, "speedup": 8}), [10])]).to_dict("records")
    assert (row["status"], row["status_value"], row["speedup_value"]) == ("ok", 7, 8)


def test_a_run_without_results_is_refused(tmp_path):
    synthetic.write(tmp_path / "empty", synthetic.run([], {}), [])
    with pytest.raises(UsageError, match="no results"):
        frames.load(tmp_path / "empty")
