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


def test_another_run_is_drawn_over_the_chosen_one_against_size(several):
    several.choose(size="m=1000 n=10", threads=2, dtype="float64")
    points = "#scaling-chart [aria-roledescription=point]"
    labels = several.tab.locator(points).evaluate_all(LABELS)
    over = [label for label in labels if label.endswith(" in slower")]
    assert len(over) == len(labels) / 2
    assert {label.split(",")[0] for label in over} == {label.split(",")[0] for label in labels}
    assert "Dashed with hollow marks: slower." in several.text("#scaling-note")
    dashed = "paths => paths.filter((one) => one.getAttribute('stroke-dasharray') === '5,3').length"
    assert several.tab.locator("#scaling-chart .mark-line path").evaluate_all(dashed) == len(
        {label.split(",")[0] for label in over}
    )
    several.act(lambda: several.tab.select_option("#choose-overlay", "none"))
    assert several.state()["overlay"] == "none"
    assert len(several.tab.locator(points).evaluate_all(LABELS)) == len(labels) / 2


def test_the_samples_of_the_same_case_in_another_run_are_drawn_over_it(several, tables):
    case = tables.cases.query(
        "operation == 'gradient' and sizes == 'm=1000 n=10' and threads == 2 and dtype == 'float64'"
        " and implementation == 'torch'"
    )
    several.choose(size="m=1000 n=10", case=int(case.index[0]))
    several.tab.wait_for_selector("#density-chart svg")
    captions = several.tab.locator("#case figcaption").all_inner_texts()
    assert captions[1] == "Density, one curve per block; dashed: all blocks of slower"
    dashes = several.tab.locator("#density-chart .mark-line path").evaluate_all(
        "paths => paths.map((one) => one.getAttribute('stroke-dasharray'))"
    )
    assert dashes.count("5,3") == 1
    assert len(dashes) == 4
    several.choose(size="m=1000 n=10", overlay="none", case=int(case.index[0]))
    several.choose()
