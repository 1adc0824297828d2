"""The same case in each precision and on each number of threads, beside each other."""

import pytest

from rooflinear.bench.records import words
from rooflinear.reports.page import page
from rooflinear.reports.tables import frames
from rooflinear.reports.tables.estimates import Estimate, unpaired_ratio

from ..reports import synthetic
from .conftest import Page

SIZE = {"m": 1000, "n": 10}
PRECISION, THREADS = "table.dtype", "table.threads"


def cases_of(tables, **at):
    frame = tables.cases.query("operation == 'gradient'")
    for name, value in (at | {"sizes": words(SIZE)}).items():
        frame = frame[frame[name] == value]
    return frame.set_index("implementation")


def estimate(row):
    return Estimate(row["time_ns"], row["low_ns"], row["high_ns"], row["interval"])


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        (PRECISION, {"dtype": "float64", "threads": 2}, {"dtype": "float32", "threads": 2}),
        (THREADS, {"dtype": "float64", "threads": 1}, {"dtype": "float64", "threads": 2}),
    ],
)
def test_times_and_ratios_are_those_of_the_frames(report, tables, kind, first, second):
    report.choose(operation="gradient", dtype="float64", threads=2, size=words(SIZE))
    before, after = cases_of(tables, **first), cases_of(tables, **second)
    rows = report.rows(f"#beside {kind}")
    assert {row[0] for row in rows} == set(before.index) | set(after.index)
    compared = 0
    for name, one, other, gain, *errors in rows:
        for cell, found in ((one, before), (other, after)):
            if found["time_ns"].get(name, 0) > 0:
                assert float(cell) == pytest.approx(found["time_ns"][name], rel=2e-5)
        if gain not in ("", "—"):
            ratio = unpaired_ratio(estimate(before.loc[name]), estimate(after.loc[name]))
            assert float(gain) == pytest.approx(ratio.value, rel=5e-5)
            compared += 1
        if errors and errors[0] not in ("", "—"):
            assert float(errors[0]) == pytest.approx(before["error"][name], rel=2e-5)
    assert compared > 5
    assert len(errors) == (2 if kind == PRECISION else 0)
    assert "unpaired" in report.text("#beside-section .lede >> nth=0")


def test_the_fastest_of_both_are_named(report, tables):
    report.choose(operation="gradient", dtype="float64", threads=2, size=words(SIZE))
    told = report.text("#beside .lede >> nth=0")
    for dtype in ("float64", "float32"):
        assert cases_of(tables, dtype=dtype, threads=2)["time_ns"].idxmin() in told


def test_where_another_precision_was_not_measured_a_size_is_offered_where_it_was(browser, folder):
    sizes = [{"m": m, "n": n} for m in (100, 1000) for n in (2, 10)]
    results = [
        synthetic.ok(synthetic.case("numpy", sizes=size, dtype=dtype), [1000 / of, 1010 / of, 990 / of])
        for dtype, of in (("float64", 1), ("float32", 2))
        for size in sizes
        if dtype == "float64" or size["n"] == 10
    ]
    path = folder / "precise.html"
    path.write_bytes(page.html([frames.tables(folder / "precise", synthetic.run(["numpy"], {}), results)]))
    opened = Page(browser, path, choice="#size=m%3D1000+n%3D2", folded=True)
    assert "float32 was measured at m = 100 to 1,000, n = 10 only." in opened.text("#beside")
    opened.act(lambda: opened.tab.click("#beside button"))
    assert opened.state()["size"] == "m=1000 n=10"
    [[_, one, other, gain, *_]] = opened.rows("#beside table")
    assert "1.00 µs in float64, 500 ns in float32, 2.00× faster" in opened.text("#beside")
    assert (float(one), float(other), float(gain)) == pytest.approx((1000, 500, 2), rel=0.01)
    opened.act(lambda: opened.tab.select_option("#choose-dtype", "float32"))
    assert opened.state()["size"] == "m=1000 n=10"
    opened.choose(dtype="float32", size="m=1000 n=2")
    assert "n = 2 (measured: 10): shown is m = 1,000, n = 10." in opened.text("#moves")
    opened.context.close()


def test_a_run_of_one_precision_and_one_number_of_threads_has_no_such_section(browser, folder):
    results = [synthetic.ok(synthetic.case(name), [1000, 1010, 990]) for name in ("numpy", "numba")]
    path = folder / "single.html"
    path.write_bytes(page.html([frames.tables(folder / "single", synthetic.run(["numpy", "numba"], {}), results)]))
    opened = Page(browser, path)
    assert opened.tab.locator("#beside-section").is_hidden()
    assert opened.said == []
    opened.context.close()
