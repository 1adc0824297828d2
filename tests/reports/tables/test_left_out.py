"""Where an implementation was not asked for, and why, is told like what failed."""

from pathlib import Path

import msgspec
import pytest

from rooflinear.bench.records import Result
from rooflinear.reports import text
from rooflinear.reports.tables import frames
from rooflinear.reports.tables.left_out import LEFT_OUT, left_out, reason_of
from rooflinear.reports.tables.missing import absent

from .. import synthetic

RUN = synthetic.run(["numpy", "torch"], synthetic.OPERATIONS)


def case(name, m, **changes):
    return synthetic.case(name, sizes={"m": m, "n": 3}, **changes)


def tables_of(results, run=RUN):
    return frames.tables(Path("run"), run, results)


def timed(*cases):
    return [synthetic.ok(each, [1000] * 3) for each in cases]


BOTH = timed(case("numpy", 10), case("numpy", 20), case("torch", 20), case("numpy", 10, dtype="float32"))


def test_a_size_without_a_case_is_a_row():
    rows = left_out(tables_of(BOTH))[["dtype", "sizes", "implementation", "status"]].to_dict("split")["data"]
    assert rows == [["float64", "m=10 n=3", "torch", LEFT_OUT], ["float32", "m=10 n=3", "torch", LEFT_OUT]]


def test_who_never_had_a_time_is_told_by_its_cases_alone():
    refused = Result(case=case("torch", 20), status="missing", reason="not installed")
    assert left_out(tables_of([*timed(case("numpy", 10), case("numpy", 20)), refused])).empty


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "the preset standard measures it at other sizes only"),
        ({"options": {"sizes": {"m": [10]}}}, "not part of this run"),
        ({"finished_at": None}, "the run ended before it"),
        ({"preset": "pytest-benchmark"}, "the file has no such benchmark"),
    ],
)
def test_the_reason_is_that_of_the_run(changes, reason):
    assert reason_of(msgspec.structs.replace(RUN, **changes)) == reason


def test_it_is_listed_below_what_failed_and_in_the_text():
    failed = Result(case=case("torch", 30), status="timeout", reason="took longer than 1 s")
    found = tables_of([*BOTH, *timed(case("numpy", 30)), failed])
    rows = absent(found)
    assert rows["status"].tolist() == ["timeout", LEFT_OUT]
    assert (rows["sizes"].iloc[-1], rows["cases"].iloc[-1]) == (1, 2)
    assert "| torch | gradient | left out | the preset standard measures it at other sizes only | 2 |" in str(
        text.markdown(found), "utf8"
    )
