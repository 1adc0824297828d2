"""Several runs on one page."""

import msgspec
import pytest

from rooflinear.reports.page import page
from rooflinear.reports.tables import frames

from .conftest import Page

SLOWER = 1.25
LABELS = "marks => marks.map((mark) => mark.getAttribute('aria-label'))"


@pytest.fixture(scope="module")
def several(browser, folder, tables):
    """The run, and another whose machine is slower by a quarter."""
    slower = [
        msgspec.structs.replace(
            each, samples=[msgspec.structs.replace(one, wall_ns=round(one.wall_ns * SLOWER)) for one in each.samples]
        )
        for group in tables.results
        for each in group
        if each.case.operation == "gradient"
    ]
    other = msgspec.structs.replace(tables.run, commit="fedcba9876543210", versions={"numpy": "2.5.0"})
    second = frames.tables(folder / "slower", other, slower)
    path = folder / "several.html"
    path.write_bytes(page.html([tables, second]))
    return Page(browser, path)


def test_times_stand_side_by_side(several, tables):
    several.choose(size="m=1000 n=10", threads=2, dtype="float64")
    cases = tables.cases.query(
        "operation == 'gradient' and sizes == 'm=1000 n=10' and threads == 2 and dtype == 'float64'"
    )
    times = cases.set_index("implementation")["time_ns"]
    rows = several.rows("#runs")
    assert len(rows) == len(cases)
    for name, first, second, ratio in rows:
        assert float(first) == pytest.approx(times[name], rel=2e-5)
        assert float(second) == pytest.approx(times[name] * SLOWER, rel=1e-3)
        assert float(ratio) == pytest.approx(1 / SLOWER, rel=1e-3)


def test_every_time_of_every_run_is_drawn(several):
    several.choose(size="m=1000 n=10", threads=2, dtype="float64")
    cells = several.tab.locator("#runs tbody tr").evaluate_all(
        "rows => rows.map((row) => [...row.children].map((cell) => cell.firstChild?.textContent))"
    )
    heads = several.tab.locator("#runs-legend li").all_inner_texts()
    assert heads == ["realistic (2 threads)", "slower (2 threads)"]
    told = {f"{name} in {head}: {time}" for name, *times, _ in cells for head, time in zip(heads, times, strict=True)}
    marks = several.tab.locator("#runs-chart [aria-roledescription=point]")
    labels = marks.evaluate_all(LABELS)
    assert set(labels) == told
    middles = marks.evaluate_all("marks => marks.map((mark) => mark.getBoundingClientRect()).map(({x, y}) => [x, y])")
    assert len({y for _, y in middles}) == len(told)
    places = {label.split(":")[0]: x for label, (x, _) in zip(labels, middles, strict=True)}
    for name, *_ in cells:
        assert places[f"{name} in {heads[1]}"] > places[f"{name} in {heads[0]}"]


def test_the_run_chosen_is_the_one_the_page_shows(several):
    several.choose(run="slower")
    assert several.tab.locator("#choose-operation option").count() == 1
    several.act(lambda: several.tab.select_option("#choose-run", "realistic"))
    assert several.tab.locator("#choose-operation option").count() == 3
    assert several.said == []


def test_what_differs_between_runs_is_told(several):
    several.tab.evaluate("() => { for (const fold of document.querySelectorAll('details')) fold.open = true; }")
    text = several.text("#runs-section")
    assert "2.4.6" in text
    assert "2.5.0" in text
    assert "fedcba987654" in text
    assert "processor" not in text


def test_a_page_of_one_run_has_no_such_section(report):
    report.choose()
    assert report.tab.locator("#runs-section").is_hidden()
    assert report.tab.locator("#choose-run").is_hidden()
