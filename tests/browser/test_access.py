"""Screens, themes, print, and what a screen reader meets."""

from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

from rooflinear.bench.records import Result
from rooflinear.reports.page import page
from rooflinear.reports.tables import frames

from ..absent import needs
from ..reports import synthetic
from .conftest import Page

FEW = ["python", "numpy", "numba_gram", "torch_compile", "tensorflow", "jax", synthetic.HOSTILE]
LARGEST_BYTES = 3_000_000


@pytest.fixture(scope="module")
def axe():
    needs("axe_playwright_python")
    [folder] = find_spec("axe_playwright_python").submodule_search_locations
    return (Path(folder) / "axe.min.js").read_text()


def violations(opened, axe, within="document"):
    """What axe-core finds, in words: the rule, and the first element that breaks it."""
    opened.context.new_cdp_session(opened.tab).send("Page.setBypassCSP", {"enabled": True})
    opened.tab.evaluate(axe)
    found = opened.tab.evaluate(f"async () => (await axe.run({within})).violations")
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]} {each['nodes'][0]['failureSummary']}" for each in found]


@pytest.fixture(scope="module")
def small(folder):
    """Every status and each kind of table and chart, of few sizes and contenders: axe-core looks behind each word."""
    results = [
        each
        for each in synthetic.realistic(blocks=1)
        if each.case.sizes["m"] in (1000, 1_000_000) and each.case.implementation in FEW
    ]
    tables = frames.tables(folder / "small", synthetic.run(FEW, synthetic.OPERATIONS), results)
    assert set(tables.cases["status"]) == {"ok", "wrong", "crashed", "timeout", "missing", "unsupported", "skipped"}
    path = folder / "small.html"
    path.write_bytes(page.html([tables]))
    return path


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_page_breaks_no_rule_of_access(browser, small, axe, width, scheme):
    opened = Page(browser, small, width, scheme)
    paper = opened.tab.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 22, 26)"}[scheme]
    opened.tab.evaluate("() => { document.getElementById('never').open = true; }")
    if width < 992:
        opened.tab.click("#fold")
    assert violations(opened, axe) == []
    opened.tab.evaluate("() => { document.getElementById('figures').open = true; }")  # it covers some of the answer
    assert violations(opened, axe, "'#figures'") == []
    opened.choose(case=0)
    assert violations(opened, axe, "'#case'") == []
    opened.choose()
    if width == 1280:
        printed(opened)
    opened.context.close()


def printed(opened):
    """What is folded is open, and controls are gone."""
    opened.tab.evaluate("() => { for (const fold of document.querySelectorAll('details')) fold.open = false; }")
    opened.tab.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    opened.tab.emulate_media(media="print")
    assert opened.tab.locator("details:not([open])").count() == 0
    assert opened.tab.locator("#controls").is_hidden()
    assert opened.tab.locator("#scaling-table table").is_visible()
    assert len(opened.tab.pdf()) > 50_000


def test_headings_go_down_by_one_and_every_table_has_a_caption(report):
    report.choose()
    shown = "() => [...document.querySelectorAll('main :is(h1, h2, h3)')].filter((one) => one.offsetParent)"
    levels = report.tab.evaluate(f"{shown}.map((one) => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert report.tab.locator("table:not(.map):not(:has(caption)), table.map:not(:has(caption))").count() == 0
    assert report.tab.locator(".plane[role=img]").get_attribute("aria-label").startswith("Map of the fastest")


@pytest.mark.slow
def test_a_page_of_a_thousand_cases_is_below_three_megabytes(written, tables, record_property):
    record_property("page_bytes", written.stat().st_size)
    assert len(tables.cases) > 1_000
    assert written.stat().st_size < LARGEST_BYTES


def test_a_run_of_failures_says_so(browser, folder):
    statuses = ("wrong", "crashed", "timeout", "missing", "unsupported", "skipped")
    results = [
        Result(case=synthetic.case(f"one_{status}", sizes={"m": m, "n": 2}), status=status, reason=f"because {status}")
        for status in statuses
        for m in (10, 100)
    ]
    run = frames.tables(folder / "failures", synthetic.run([], synthetic.OPERATIONS), results)
    path = folder / "failures.html"
    path.write_bytes(page.html([run]))
    opened = Page(browser, path, 390)
    assert opened.text("#title") == "Nothing was timed for gradient"
    assert opened.text("#sentences").startswith("2 wrong, 2 crashed, 2 timeout, 2 skipped. ")
    sections = opened.tab.locator("#contents a").evaluate_all("links => links.map((one) => one.dataset.to)")
    assert sections == ["answer", "sizes", "correctness", "missing-section", "all", "method"]
    assert opened.tab.locator("#map-box").is_hidden()
    assert "6 cases never ran: 2 missing, 2 unsupported, 2 skipped" in opened.text("#never-text")
    opened.act(lambda: opened.tab.click("#never-text"))
    for status in statuses:
        assert f"because {status}" in opened.text("#missing")
        place = "#never-cases" if status in ("missing", "unsupported", "skipped") else "#cases"
        assert f"one_{status}" in opened.text(place)
        assert (f"one_{status}" in opened.text("#errors")) is (status not in ("missing", "unsupported"))
    assert opened.overflow() <= 0
    assert opened.said == []
    opened.context.close()
