"""Why cases have no time: every one is counted, and a reason whose numbers differ is told once."""

from pathlib import Path

from rooflinear.bench.records import Result
from rooflinear.reports.tables import frames
from rooflinear.reports.tables.missing import missing, told_once

from .. import synthetic


def absent(status, reason, m):
    return Result(case=synthetic.case(sizes={"m": m, "n": 3}), status=status, reason=reason)


def rows_of(results):
    return missing(frames.tables(Path("run"), synthetic.run(["numpy"], {}), results).cases).to_dict("records")


def test_every_case_without_a_time_is_counted(tables):
    assert missing(tables.cases)["cases"].sum() == (tables.cases["status"] != "ok").sum()


def test_reasons_that_differ_in_numbers_are_one():
    [row] = rows_of([absent("skipped", f"predicted to take {s} s a call", m) for m, s in ((10, "9.5"), (20, "1.2"))])
    assert row["reason"] == "predicted to take 1.2 to 9.5 s a call"
    assert (row["first"], row["sizes"], row["cases"]) == ("m=10 n=3", 2, 2)


def test_reasons_that_say_other_things_are_several_the_worst_first():
    rows = rows_of([absent("skipped", "too large", 10), absent("crashed", "killed", 20), absent("skipped", "late", 30)])
    assert [row["reason"] for row in rows] == ["killed", "too large", "late"]


def test_a_reason_with_a_sign_where_another_has_a_number_is_another():
    rows = rows_of([absent("crashed", f"row {which} failed", m) for m, which in ((10, "#"), (20, "3"), (30, "7"))])
    assert {row["reason"] for row in rows} == {"row # failed", "row 3 to 7 failed"}


def test_a_number_that_all_share_stays_one():
    assert told_once(["1e-3 of 5 s, over 2 s", "3e-2 of 5 s, over 2 s"]) == "1e-3 to 3e-2 of 5 s, over 2 s"


def test_a_line_s_place_is_no_number():
    assert told_once(["ValueError (raises.py:10)"]) == "ValueError (raises.py:10)"
