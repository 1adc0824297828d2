"""Every number that the page shows is that of the frames."""

import math

import pytest

from rooflinear.bench.records import words
from rooflinear.reports.tables import frames, growth, speedups
from rooflinear.reports.tables.missing import missing
from rooflinear.reports.tables.views import views

PRECISION = 2e-5
"""Numbers travel with six digits."""


def choice(view, **others):
    return {name: getattr(view, name) for name in frames.VIEW} | others


def number(text):
    return math.nan if text in ("", "—") else float(text)


def shown_views(tables):
    """Each operation once, with another dtype, other threads and other parameters among them."""
    seen = {}
    for view in views(tables):
        seen.setdefault((view.operation, view.dtype if view.operation == "r2" else ""), view)
    return [*seen.values(), views(tables)[-1]]


@pytest.fixture(scope="module", params=range(5))
def view(request, tables):
    chosen = shown_views(tables)
    return chosen[request.param % len(chosen)]


def test_bars_are_the_times_and_the_speed_ups_of_the_frames(report, tables, view):
    sizes = words(view.sizes[0])
    report.choose(charts=False, **choice(view, size=sizes, baseline="numba"))
    cases = view.of(tables.cases).set_index("sizes").loc[[sizes]].set_index("implementation")
    gains = view.of(speedups.speedups(tables, "numba")).set_index(["sizes", "implementation"])["speedup"]
    rows = report.rows("#bars")
    assert [row[0] for row in rows] == list(cases["time_ns"].sort_values().index)
    for name, _, time, gain, _ in rows:
        assert number(time) == pytest.approx(cases["time_ns"][name], rel=PRECISION, nan_ok=True)
        if not math.isnan(number(time)):
            assert number(gain) == pytest.approx(gains[sizes, name], rel=PRECISION)


def test_winners_are_those_of_the_frames(report, tables, view):
    report.choose(charts=False, **choice(view))
    cells = report.tab.evaluate(
        "() => [...document.querySelectorAll('#winners td[data-size]')].map((one) => ({ ...one.dataset }))"
    )
    expected = view.of(speedups.winners(tables)).dropna(subset=["winner"]).set_index("sizes")
    assert {cell["size"] for cell in cells} == set(expected.index)
    for cell in cells:
        row = expected.loc[cell["size"]]
        assert (cell["value"], cell["verdict"]) == (row["winner"], row["verdict"])
        if "lead" in cell:
            assert number(cell["lead"]) == pytest.approx(row["lead"], rel=PRECISION)


def test_with_the_direct_algorithm_only_winners_are_those_among_them(report, tables):
    view = next(view for view in views(tables) if view.operation == "gradient_descent")
    expected = view.of(speedups.winners(tables, direct_only=True)).set_index("sizes")["winner"]
    report.choose(charts=False, **choice(view, direct=1))
    cells = report.tab.evaluate(
        "() => [...document.querySelectorAll('#winners td')].map(({ dataset }) => [dataset.size, dataset.value])"
    )
    assert {size: name for size, name in cells if name} == expected.dropna().to_dict()
    assert set(expected) != set(view.of(speedups.winners(tables))["winner"])


@pytest.mark.parametrize(
    ("table", "column", "shown"),
    [("#fractions", "over_limit", lambda over: 1 / over), ("#errors", "error_over_bound", lambda share: share)],
)
def test_a_matrix_holds_each_case_at_each_size(report, tables, view, table, column, shown):
    report.choose(charts=False, **choice(view))
    cases = view.of(tables.cases).set_index(["implementation", "sizes"])[column]
    rows = report.rows(table)
    names = [row[0].strip() for row in rows]
    assert set(names) == set(view.of(tables.cases)["implementation"])
    for name, *cells in rows:
        assert len(cells) == len(view.sizes)
        for size, cell in zip(view.sizes, cells, strict=True):
            value = cases.get((name.strip(), words(size)), math.nan)
            if not math.isnan(value):
                assert number(cell) == pytest.approx(shown(value), rel=PRECISION)


def test_costs_are_those_of_the_frames_and_pay_back_as_they_do(report, tables, view):
    report.choose(charts=False, **choice(view, size=words(view.chosen), baseline="numpy"))
    cases = view.of(tables.cases)
    cases = cases[cases["sizes"] == words(view.chosen)].set_index("implementation")
    gains = view.of(speedups.speedups(tables, "numpy"))
    pays = gains[gains["sizes"] == words(view.chosen)].set_index("implementation")["break_even_calls"]
    rows = report.rows("#costs")
    assert len(rows) == cases["time_ns"].notna().sum()
    for name, time, _, first, calls, into, out, imported, peak in rows:
        case = cases.loc[name]
        told = [case[column] for column in ("time_ns", "first_call_ns", "transfer_in_ns", "transfer_out_ns")]
        told += [case["import_ns"], case["peak_bytes"]]
        assert [number(text) for text in (time, first, into, out, imported, peak)] == pytest.approx(
            told, rel=PRECISION, nan_ok=True
        )
        expected = 0.0 if name == "numpy" else pays[name]
        if calls != "—":
            assert number(calls) == pytest.approx(expected, rel=1e-3, abs=1)


def test_a_first_call_is_spread_over_the_calls_chosen(report, tables):
    view = views(tables)[0]
    report.choose(charts=False, **choice(view, size=words(view.chosen), calls=100))
    cases = view.of(tables.cases)
    cases = cases[cases["sizes"] == words(view.chosen)].set_index("implementation")
    expected = (cases["first_call_ns"] + 99 * cases["time_ns"]) / 100
    for name, _, time, *_ in report.rows("#bars"):
        assert number(time) == pytest.approx(expected[name], rel=1e-4, nan_ok=True)
    assert report.text("#title").startswith(f"{expected.idxmin()} ")
    assert expected.idxmin() != cases["time_ns"].idxmin()


def test_transfers_are_added_where_they_count(report, tables):
    view = views(tables)[0]
    report.choose(charts=False, **choice(view, size=words(view.chosen), moved=1))
    cases = view.of(tables.cases)
    cases = cases[cases["sizes"] == words(view.chosen)].set_index("implementation")
    expected = cases["time_ns"] + cases["transfer_in_ns"].fillna(0) + cases["transfer_out_ns"].fillna(0)
    for name, _, time, *_ in report.rows("#bars"):
        assert number(time) == pytest.approx(expected[name], rel=1e-4, nan_ok=True)


def test_a_ratio_of_changed_times_is_theirs_and_has_no_interval(report, tables):
    view = views(tables)[0]
    sizes = words(view.chosen)
    report.choose(charts=False, **choice(view, size=sizes, moved=1, baseline="numba"))
    cases = view.of(tables.cases)
    cases = cases[cases["sizes"] == sizes].set_index("implementation")
    moved = cases[["transfer_in_ns", "transfer_out_ns"]].fillna(0).sum(axis=1)
    times = cases["time_ns"] + moved
    row = next(row for row in report.rows("#bars") if row[0] == "torch")
    assert number(row[3]) == pytest.approx(times["numba"] / times["torch"], rel=1e-4)
    assert row[4] == "—"


def test_between_measured_sizes_times_are_interpolated_and_said_to_be(report, tables):
    view = views(tables)[0]
    report.choose(charts=False, **choice(view, size="m=30000 n=20"))
    times = view.of(tables.cases).set_index(["implementation", "sizes"])["time_ns"]
    wide = math.log(3) / math.log(10)
    high = math.log(2) / math.log(5)
    corners = {(10_000, 10): (1 - wide) * (1 - high), (10_000, 50): (1 - wide) * high, (100_000, 10): wide * (1 - high)}
    corners[100_000, 50] = wide * high
    for name, _, time, *_ in report.rows("#bars"):
        logs = [weight * math.log(times[name, f"m={m} n={n}"]) for (m, n), weight in corners.items()]
        assert number(time) == pytest.approx(math.exp(sum(logs)), rel=1e-4)
    assert "≈" in report.text("#bars")
    assert "This size was not measured" in report.text("#sentences")


def test_fits_crossovers_and_threads_are_those_of_the_frames(report, tables):
    view = next(view for view in views(tables) if view.threads == 2 and view.operation == "gradient")
    report.choose(charts=False, **choice(view, size=words(view.chosen)))
    fits = view.of(growth.fits(tables)).set_index("implementation")
    for name, fixed, *_ in report.rows("#fits"):
        assert number(fixed) == pytest.approx(fits["fixed_ns"][name], rel=PRECISION, nan_ok=True)
    crossovers = report.tab.locator("#crossovers tbody tr").count()
    assert crossovers == len(view.of(tables_crossovers(tables))) > 0
    changes = {row[0]: row[1] for row in report.rows("#changes")}
    assert number(changes["numba_parallel numba_parallel"]) == pytest.approx(1.8, rel=1e-3)
    assert "from 1 to 2 threads" in report.text("#changes")


def tables_crossovers(tables):
    from rooflinear.reports.tables.crossovers import crossovers

    return crossovers(tables)


def test_a_step_is_the_paired_ratio_of_two_implementations(report, tables):
    view = views(tables)[0]
    sizes = words(view.chosen)
    report.choose(charts=False, **choice(view, size=sizes))
    frame = view.of(speedups.speedups(tables, "numpy"))
    gains = frame[frame["sizes"] == sizes].set_index("implementation")["speedup"]
    changes = {row[0]: row[1] for row in report.rows("#changes")}
    for name in ("numba", "numpy_blocked", "scipy_blas"):
        assert number(changes[f"numpy {name}"]) == pytest.approx(gains[name], rel=PRECISION)
    assert report.text("#ladder li.limit .took")


def test_what_is_missing_is_all_there(report, tables):
    expected = missing(tables.cases)
    rows = report.rows("#missing")
    assert len(rows) == len(expected)
    assert sum(number(row[5]) for row in rows) == expected["cases"].sum()
    assert {row[1] for row in rows} == set(expected["status"])


def test_every_case_can_be_listed_sorted_and_found(report, tables):
    report.choose(charts=False, scope="run", find="jax", status="wrong", order="-error_over_bound")
    cases = tables.cases
    expected = cases[cases["implementation"].eq("jax") & cases["status"].eq("wrong")]
    assert report.text("#count").startswith(f"{len(expected)} of {len(expected)} matching cases; {len(cases):,} in the")
    assert report.tab.locator("#cases th[aria-sort=descending]").inner_text().startswith("error ÷ bound")
